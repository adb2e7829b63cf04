//! The archive for an operator: the proxy, its example configuration, `deploy/`, documents, assets.
//! A link to a file that is not in it is replaced by the link's words.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::VERSION;
use crate::files::{create_empty_folder, in_folder, read_text, write};
use crate::progress::{long_step, step};
use crate::project::{Project, run as run_command};

/// Files beside the program, by their paths in the project.
const BESIDE_PROXY: [&str; 7] = [
    "crates/chataibot-proxy/chataibot-proxy.example.toml",
    "deploy",
    "LICENSE",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "CHANGELOG.md",
    "SECURITY.md",
];
/// Documents of `docs/` for those who run a proxy, and for those whose pages it serves.
const DOCUMENTS: &str = "quick-start operations releases troubleshooting privacy reference frameworks contract";

/// Builds the program and packs the archive into this folder.
pub fn pack(project: &Project, folder: &Path, assets: &Path) -> Result<PathBuf> {
    long_step("Building the proxy", 300, || {
        run_command(project.cargo().args(["build", "--release", "--package", "chataibot-proxy"]))
    })?;
    step("Packing the proxy", || {
        let name = format!("chataibot-proxy-{VERSION}-{}-{}", env::consts::OS, env::consts::ARCH);
        let unpacked = folder.join(&name);
        create_empty_folder(&unpacked)?;
        let program = project.program("release", "chataibot-proxy");
        run_command(project.command("cp").arg("-R").arg(program).arg(assets).arg(&unpacked))?;
        copy_files(project, &unpacked)?;
        let archive = unpacked.with_file_name(format!("{name}.tar.gz"));
        let mut pack = project.command("tar");
        run_command(pack.arg("-czf").arg(&archive).arg(&name).current_dir(folder))?;
        Ok(archive)
    })
}

/// Copies all files that are not built.
fn copy_files(project: &Project, unpacked: &Path) -> Result<()> {
    run_command(project.command("cp").arg("-R").args(BESIDE_PROXY).arg(unpacked))?;
    for document in DOCUMENTS.split(' ').map(|name| format!("docs/{name}.md")) {
        write(&unpacked.join(&document), read_text(&project.root.join(&document))?)?;
    }
    for folder in ["", "deploy", "docs"].map(|folder| unpacked.join(folder)) {
        for document in in_folder(&folder, ".md")? {
            let leads_somewhere = |link: &str| is_outside(link) || folder.join(path_of(link)).exists();
            let text = without_lost_links(&read_text(&document)?, leads_somewhere);
            write(&document, text.with_context(|| format!("in {}", document.display()))?)?;
        }
    }
    Ok(())
}

/// Whether a link leads to another server, or to a heading of the same document.
fn is_outside(link: &str) -> bool {
    link.contains(':') || link.starts_with('#')
}

fn path_of(link: &str) -> &str {
    link.split('#').next().unwrap_or_default()
}

/// Replaces each link or picture that leads nowhere by its words.
fn without_lost_links(text: &str, leads_somewhere: impl Fn(&str) -> bool) -> Result<String> {
    let mut kept = String::with_capacity(text.len());
    let mut copied_to = 0;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else { continue };
        if leads_somewhere(&dest_url) {
            continue;
        }
        let words = text[range.clone()].trim_start_matches('!').strip_prefix('[');
        let words = words.and_then(|words| words.rsplit_once("](")).map(|(words, _)| words);
        kept.push_str(text.get(copied_to..range.start).context("a link is inside of another")?);
        kept.push_str(words.with_context(|| format!("the link to {dest_url} is not of the form [text](path)"))?);
        copied_to = range.end;
    }
    kept.push_str(&text[copied_to..]);
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn no_link_in_the_archive_leads_nowhere() {
        let project = Project::find().expect("the project");
        let unpacked = tempfile::tempdir().expect("a folder");
        copy_files(&project, unpacked.path()).expect("laid out");
        let mut links = 0;
        for folder in ["", "deploy", "docs"].map(|folder| unpacked.path().join(folder)) {
            for document in in_folder(&folder, ".md").expect("documents") {
                let text = fs::read_to_string(&document).expect("a document");
                for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                    let there = is_outside(link) || folder.join(path_of(link)).exists();
                    assert!(there, "{} links to {link}", document.display());
                    links += usize::from(!is_outside(link));
                }
            }
        }
        assert!(links > 15, "links between documents stay: {links}");
        let deploying = fs::read_to_string(unpacked.path().join("deploy/README.md")).expect("a document");
        assert!(deploying.contains("[docs/operations.md](../docs/operations.md)"), "what an operator reads is there");
    }

    #[test]
    fn a_link_that_leads_nowhere_becomes_its_words_and_code_stays_as_it_is() {
        let text = "[a](b.md) and [`c` d](lost.md#e), ![f](lost.png)\n\n| [g](lost.md) |\n|---|\n| `[h](lost.md)` |\n";
        let made = without_lost_links(text, |link| link == "b.md").expect("links");
        assert_eq!(made, "[a](b.md) and `c` d, f\n\n| g |\n|---|\n| `[h](lost.md)` |\n");
        assert!(without_lost_links("[a][b]\n\n[b]: lost.md\n", |_| false).is_err(), "another form is told");
    }
}
