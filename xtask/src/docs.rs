//! `cargo xtask docs`: renders the documents as pages in `dist/docs`, with a search in the page.
//!
//! - [`page`]: one document as a page, with its links and headings
//! - `docs.css`, `docs.js`: styles and search, copied as they are

mod page;

use std::{collections::BTreeMap, fs, time::SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::files::{file_name, in_folder, read_text, stem, write};
use crate::project::Project;
use page::{Page, Section};

const FOLDER: &str = "docs";
const CSS: &str = include_str!("docs/docs.css");
const ICON: &str = include_str!("docs/docs.svg");
const JS: &str = include_str!("docs/docs.js");
const STATEMENT: &str = include_str!("docs/accessibility_statement.md");

/// The pages in the order of the menu: name of the page, title in the menu, document.
const PAGES: [(&str, &str, &str); 14] = [
    ("index", "Quick start", "docs/quick-start.md"),
    ("frameworks", "Frameworks", "docs/frameworks.md"),
    ("reference", "Reference", "docs/reference.md"),
    ("theming", "Theming", "docs/theming.md"),
    ("troubleshooting", "Troubleshooting", "docs/troubleshooting.md"),
    ("deploy", "Deploying", "deploy/README.md"),
    ("operations", "Operations", "docs/operations.md"),
    ("releases", "Releases", "docs/releases.md"),
    ("contract", "Contract", "docs/contract.md"),
    ("privacy", "Privacy", "docs/privacy.md"),
    ("accessibility", "Accessibility", "docs/accessibility.md"),
    ("performance", "Performance", "docs/performance.md"),
    ("security", "Security", "SECURITY.md"),
    ("changelog", "Changelog", "CHANGELOG.md"),
];

pub fn run(project: &Project) -> Result<()> {
    build(project)?;
    println!("The pages are in {}", project.dist().join(FOLDER).display());
    Ok(())
}

pub fn build(project: &Project) -> Result<()> {
    let folder = project.dist().join(FOLDER);
    let names: BTreeMap<&str, &str> = PAGES.iter().map(|(name, _, document)| (*document, *name)).collect();
    let mut pages = Vec::new();
    for (name, title, document) in PAGES {
        let mut text = read_text(&project.root.join(document))?;
        if name == "accessibility" {
            text = [statement(project)?, text].concat();
        }
        pages.push(page::read(Page { name, title, document, ..Page::default() }, &text, &names));
    }
    check_links(&pages)?;
    let write = |name: &str, text: &str| write(&folder.join(name), text);
    for page in &pages {
        write(&format!("{}.html", page.name), &page::html(page, &pages))?;
    }
    write("docs.css", CSS)?;
    write("docs.js", JS)?;
    write("docs.svg", ICON)?;
    write("search.js", &index(&pages))?;
    for picture in pages.iter().flat_map(|page| &page.pictures) {
        let from = project.root.join(picture);
        fs::copy(&from, folder.join(file_name(&from)?)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}

/// Fails if a link leads to a page or a heading that does not exist.
fn check_links(pages: &[Page]) -> Result<()> {
    for page in pages {
        for (name, heading) in &page.links {
            let target = pages.iter().find(|other| other.name == name);
            let target =
                target.with_context(|| format!("{} links to a page {name}, which does not exist", page.document))?;
            let exists = heading.is_empty() || target.sections.iter().any(|section| section.id == *heading);
            ensure!(exists, "{} links to {name}#{heading}, which does not exist", page.document);
        }
    }
    Ok(())
}

/// Returns the search index as a script: a page that was opened from a folder may not fetch.
fn index(pages: &[Page]) -> String {
    let entries = pages.iter().flat_map(|page| {
        page.sections.iter().map(|Section { id, heading, text }| {
            json!({ "page": page.name, "title": page.title, "heading": heading, "id": id, "text": text })
        })
    });
    let entries: String = entries.map(|entry| format!("{entry},\n")).collect();
    format!("// The search index for docs.js: the text of every section.\nconst SECTIONS = [\n{entries}];\n")
}

/// Returns the accessibility statement, with the evidence found on this machine.
fn statement(project: &Project) -> Result<String> {
    let folder = project.root.join("target/reader");
    let transcripts = if folder.is_dir() { in_folder(&folder, ".txt")? } else { Vec::new() };
    let mut rows = String::new();
    for path in transcripts {
        let (name, lines) = (stem(&path, ".txt"), read_text(&path)?.lines().count());
        let age = SystemTime::now().duration_since(fs::metadata(&path)?.modified()?).unwrap_or_default();
        rows.push_str(&format!("| {name} | {lines} | {} |\n", age.as_secs() / 86_400));
    }
    let evidence = if rows.is_empty() {
        "The machine that built these pages has no results of a screen reader run: `cargo xtask test reader` produces them.\n"
    } else {
        "Output of the screen reader Orca in each walk:\n\n\
         | walk and browser | lines spoken | age in days when these pages were built |\n|---|---|---|\n"
    };
    Ok([STATEMENT, "\n", evidence, &rows, "\n"].concat())
}
