//! The tables of `docs/reference.md` and what they are made from. A table stands between `<!-- table:NAME -->` and `<!-- /table -->`.
//!
//! Attributes, tokens and parts are made whole; `cargo xtask tables` writes them. Methods and events are written by hand, and
//! only their names are held against the code.

use std::{collections::BTreeSet, fmt::Write, fs};

use chataibot_widget::{
    components::parts::PARTS,
    config::{SETTINGS, allowed},
};

use crate::source::{file, root};

const REFERENCE: &str = "docs/reference.md";

#[test]
fn reference_tables_are_those_of_the_code() {
    let mut reference = file(REFERENCE).text;
    for (name, table) in [("attributes", attributes()), ("tokens", token_table()), ("parts", parts())] {
        let (begin, end) = place(&reference, name);
        if is_to_be_written() {
            reference.replace_range(begin..end, &table);
        } else {
            assert_eq!(reference[begin..end], table, "the table {name} is out of date; run: cargo xtask tables");
        }
    }
    if is_to_be_written() {
        fs::write(root().join(REFERENCE), reference).expect("the reference can be written");
    }
}

/// Does `cargo xtask tables` ask for what the code says to be written, and not compared?
pub fn is_to_be_written() -> bool {
    std::env::var_os("CHATAIBOT_WRITE_TABLES").is_some()
}

/// The events of the element have types for pages.
#[test]
fn the_types_for_pages_know_every_event() {
    let types = file("loader/chataibot.d.ts").text;
    let typed = types.lines().filter_map(|line| line.trim().strip_prefix("'chataibot-")?.split_once("': CustomEvent<"));
    assert_eq!(typed.map(|(name, _)| format!("chataibot-{name}")).collect::<BTreeSet<_>>(), events());
}

#[test]
fn reference_methods_are_those_of_the_element() {
    assert_eq!(names_in_table("methods"), methods());
}

#[test]
fn reference_events_are_those_of_the_element() {
    assert_eq!(names_in_table("events"), events());
}

#[test]
fn readme_names_the_oldest_browsers_that_the_build_is_held_against() {
    let floor: serde_json::Value = serde_json::from_str(&file("xtask/floor/floor.json").text).expect("JSON");
    let readme = file("README.md").text;
    let (begin, end) = place(&readme, "browsers");
    let script = file("xtask/src/dist/script.rs").text;
    let older = file("loader/older.js").text;
    for (key, name) in [("chrome", "Chrome"), ("firefox", "Firefox"), ("safari", "Safari")] {
        let version = floor["browsers"][key].as_str().expect("a version");
        let row = readme[begin..end].lines().find(|line| line.starts_with(&format!("| {name}")));
        assert!(row.is_some_and(|row| row.contains(&format!("| {version} |"))), "{name} {version}: {row:?}");
        assert!(script.contains(&format!("{key}{version}")), "esbuild is told of {key}{version}");
        assert!(older.contains(&format!("{name} {version}")), "the console names {name} {version}");
    }
}

fn attributes() -> String {
    let mut table = "\n| attribute | property | values | default | what it does |\n|---|---|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let name = |name: &str| if name.is_empty() { "–".to_owned() } else { format!("`{name}`") };
        let default = match setting.default.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
            Some(words) => words.to_owned(),
            None => format!("`{}`", setting.default),
        };
        let (attribute, property) = (name(setting.attribute), name(setting.property));
        row(&mut table, &[&attribute, &property, &allowed(setting.kind), &default, setting.doc]);
    }
    table
}

/// From the comments of the theming contract, `/* --chataibot-NAME: what. Default: value */`: name, what it is, default.
pub fn tokens() -> Vec<[String; 3]> {
    let contract = file("styles/tokens.css").text;
    let comments = contract.lines().filter_map(|line| line.trim().strip_prefix("/* --chataibot-")?.strip_suffix(" */"));
    let token = |comment: &str| {
        let (name, what) = comment.split_once(": ").unwrap_or_else(|| panic!("no meaning in: {comment}"));
        let (what, default) = what.split_once(" Default: ").unwrap_or_else(|| panic!("no default in: {comment}"));
        [format!("--chataibot-{name}"), what.to_owned(), default.to_owned()]
    };
    comments.map(token).collect()
}

fn token_table() -> String {
    let mut table = "\n| token | what it is | default |\n|---|---|---|\n".to_owned();
    for [name, what, default] in tokens() {
        row(&mut table, &[&format!("`{name}`"), &what, &default]);
    }
    table
}

fn parts() -> String {
    let mut table = "\n| part | what it is |\n|---|---|\n".to_owned();
    for (name, what) in PARTS {
        row(&mut table, &[&format!("`{name}`"), what]);
    }
    table
}

fn row(table: &mut String, cells: &[&str]) {
    for cell in cells {
        write!(table, "| {} ", cell.replace('|', "\\|")).expect("a String takes everything");
    }
    table.push_str("|\n");
}

/// Where the inside of a table begins and ends: from the line break after its mark to its end mark.
fn place(text: &str, name: &str) -> (usize, usize) {
    let mark = format!("<!-- table:{name} -->");
    let begin = text.find(&mark).unwrap_or_else(|| panic!("there is no {mark}")) + mark.len();
    let length =
        text[begin..].find("<!-- /table -->").unwrap_or_else(|| panic!("{mark} has no <!-- /table --> after it"));
    (begin, begin + length)
}

/// The rows of a table without its head, as they stand between the bars.
pub fn rows(name: &str) -> Vec<Vec<String>> {
    let reference = file(REFERENCE).text;
    let (begin, end) = place(&reference, name);
    let lines = reference[begin..end].lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.skip(1).map(|line| line.split(" | ").map(str::to_owned).collect()).collect()
}

/// The names in code style in a table's first column, up to their first bracket.
fn names_in_table(name: &str) -> BTreeSet<String> {
    rows(name)
        .iter()
        .flat_map(|cells| cells[0].split('`').skip(1).step_by(2))
        .map(|code| code.split('(').next().unwrap_or_default().to_owned())
        .collect()
}

/// What stands at the beginning of a line of the class, indented once: `name(…) {`, `async name(…) {` or `get name() {`.
fn methods() -> BTreeSet<String> {
    let text = file("loader/element.js").text;
    let class = text.split_once("\nexport class ").expect("the element's class").1;
    let class = class.split_once("\n}\n").expect("the end of the class").0;
    class
        .lines()
        .filter_map(|line| {
            let head = line.strip_prefix("  ")?.strip_suffix(") {")?;
            let head = head.strip_prefix("async ").or_else(|| head.strip_prefix("get ")).unwrap_or(head);
            let name = head.split_once('(')?.0;
            name.chars().all(|c| c.is_ascii_alphabetic()).then(|| name.to_owned())
        })
        .filter(|name| !name.ends_with("Callback") && name != "constructor")
        .collect()
}

/// What the element and the border to it tell by name.
fn events() -> BTreeSet<String> {
    let element = file("loader/element.js").text;
    let told_by_element = element.split("#tell('").skip(1).filter_map(|rest| rest.split('\'').next());
    let border = file("src/element.rs").text;
    let report = border.split_once("\nfn report(").expect("the function that tells the page").1;
    let report = report.split_once("\n}\n").expect("its end").0;
    let told_by_border = report.split("(\"").skip(1).filter_map(|rest| {
        let (name, after) = rest.split_once('"')?;
        // `("open", object(…))` is an event; `("id", JsValue…)` is a field of one.
        (after.starts_with(", object(") || after.starts_with(", received(")).then_some(name)
    });
    told_by_element.chain(told_by_border).map(|name| format!("chataibot-{name}")).collect()
}
