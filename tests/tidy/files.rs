//! Length, first lines and names of files, and the forbidden sinks.

use crate::source::{Source, file, files, root};

/// A longer file holds more than one idea.
const LONGEST: usize = 500;

fn rust() -> Vec<Source> {
    ["src", "crates", "fuzz", "xtask", "tests", "examples"].iter().flat_map(|folder| files(folder, &[".rs"])).collect()
}

fn hand_written() -> Vec<Source> {
    let scripts = ["loader", "studio", "tests"].iter().flat_map(|folder| files(folder, &[".js", ".mjs"]));
    rust().into_iter().chain(scripts).chain(files("styles", &[".css"])).collect()
}

/// Fails with one line for each file that breaks the rule.
fn assert_none(rule: &str, broken: impl Iterator<Item = String>) {
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let long = hand_written().into_iter().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > LONGEST).then(|| format!("{} has {lines} lines", file.path))
    });
    assert_none("at most 500 lines a file", long);
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent = hand_written().into_iter().filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        let opening = if file.path.ends_with(".rs") { &["//!", "#![doc = include_str!("][..] } else { &["//", "/*"] };
        !opening.iter().any(|opening| first.starts_with(opening))
    });
    assert_none("each file opens with a comment that says what it is", silent.map(|file| file.path));
}

#[test]
fn the_readme_is_read_in_one_sitting() {
    let lines = file("README.md").text.lines().count();
    assert!(lines <= 200, "README.md has {lines} lines; tables belong into docs/reference.md");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents =
        ["deploy", "docs", "crates", "examples", "locales", "npm"].iter().flat_map(|folder| files(folder, &[".md"]));
    let top = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"].map(file);
    let broken = top.into_iter().chain(documents).flat_map(|document| {
        let folder = document.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let links = document.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let relative = links.filter(|link| !link.contains(':') && !link.starts_with('#'));
        let lost = relative.filter(|link| {
            let path = link.split('#').next().unwrap_or_default();
            !root().join(format!("{folder}{path}")).exists()
        });
        lost.map(|link| format!("{} links to {link}", document.path)).collect::<Vec<_>>()
    });
    assert_none("a relative link names a file that is there", broken);
}

/// Inline code that begins with a folder of the project counts as a path. Tables of how-tos go
/// stale first.
#[test]
fn paths_that_documents_name_exist() {
    const FOLDERS: &[&str] = &["src/", "crates/", "loader/", "styles/", "tests/", "xtask/", "docs/", "locales/"];
    let documents = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"].map(file).into_iter();
    let lost = documents.chain(files("docs", &[".md"])).flat_map(|document| {
        let code = document.text.split('`').skip(1).step_by(2);
        let paths = code.filter(|code| FOLDERS.iter().any(|folder| code.starts_with(folder)));
        let plain = |path: &&str| !path.contains(['*', '<', '{', ' ', ':']);
        let lost = paths.filter(plain).filter(|path| !root().join(path).exists());
        lost.map(|path| format!("{} names {path}", document.path)).collect::<Vec<_>>()
    });
    assert_none("documents name files that are there", lost);
}

#[test]
fn names_say_what_a_thing_is() {
    let vague = rust().into_iter().filter(|file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        ["utils.rs", "util.rs", "helpers.rs", "helper.rs", "manager.rs", "common.rs", "misc.rs", "mod.rs"]
            .contains(&name)
    });
    assert_none("no file with a name that says nothing", vague.map(|file| file.path));
}

#[test]
fn fixtures_carry_their_grade() {
    let ungraded = files("tests/fixtures", &[".json"]).into_iter().filter(|fixture| {
        let name = fixture.path.rsplit('/').next().unwrap_or_default();
        !["doc-", "seen-", "guess-"].iter().any(|grade| name.starts_with(grade))
    });
    assert_none("a fixture's name begins with doc-, seen- or guess-", ungraded.map(|file| file.path));
}

#[test]
fn no_markup_is_ever_parsed_in_the_page() {
    const SINKS: &[&str] = &[
        "innerHTML",
        "outerHTML",
        "inner_html",
        "outer_html",
        "insertAdjacentHTML",
        "insert_adjacent_html",
        "from_html_unchecked",
        "document.write",
        "eval(",
        "new Function",
    ];
    let sources = files("src", &[".rs"]).into_iter().chain(files("loader", &[".js"])).chain(files("studio", &[".js"]));
    let sinks = sources.flat_map(|file| {
        let path = file.path.clone();
        SINKS
            .iter()
            .filter(move |sink| file.text.contains(**sink))
            .map(move |sink| format!("{path} names {sink}"))
            .collect::<Vec<_>>()
    });
    assert_none("no string becomes markup or code in the page", sinks);
}

#[test]
fn public_tokens_are_read_and_never_set() {
    let set = files("styles", &[".css"]).into_iter().filter(|file| {
        !file.path.contains("/themes/") && !file.path.contains("/optional/") && !file.path.ends_with("demo.css")
    });
    let set = set.flat_map(|file| {
        let code = without_comments(&file.text);
        let setting = code.lines().filter(|line| line.trim_start().starts_with("--chataibot-"));
        setting.map(|line| format!("{}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    assert_none("a public token that is set inside hides the page's", set);
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |code, part| code + part.split_once("*/").map_or("", |(_, rest)| rest))
}

#[test]
fn locks_name_no_host() {
    assert!(
        !file("package-lock.json").text.contains("\"resolved\""),
        "package-lock.json names where it was downloaded from"
    );
}
