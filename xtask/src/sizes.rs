//! `cargo xtask bench size`: what a visitor downloads, beside what `sizes.toml` allows.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    command_line::BundleProfile,
    counts::Counts,
    dist::{
        self, BACK, BESIDE, COMPAT, DESIGN, DOCTOR, FALLBACK, FRAME, HOST_PAGE, LOADER, METRICS, OLDER, PAGE, SHELL,
        TOP_LAYER, WASM, WIDGET,
    },
    project::Project,
};

/// Where the budgets stand, in bytes after brotli.
const BUDGETS: &str = "sizes.toml";

/// One line of the table.
struct Row {
    /// The key in the budget file.
    key: &'static str,
    /// What a person reads.
    title: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Builds what is shipped, prints the table, and with `check` fails when something is too large.
pub fn run(project: &Project, check: bool) -> Result<()> {
    dist::build(project, BundleProfile::default())?;
    let counts = weigh(project)?;
    if check && counts.failed > 0 {
        bail!("over budget; if the growth is worth it, say so in {BUDGETS}");
    }
    Ok(())
}

/// Prints the table of the bundle that is in `dist/`; each budget counts as a test.
pub fn weigh(project: &Project) -> Result<Counts> {
    let budgets = budgets(project)?;
    let rows = rows(project)?;
    for key in budgets.keys() {
        ensure!(rows.iter().any(|row| row.key == key), "{BUDGETS} has a budget for {key:?}, which is not weighed");
    }
    let mut counts = Counts::default();
    println!("{:<28} {:>10} {:>10} {:>10} {:>10}", "bytes", "raw", "gzip", "brotli", "budget");
    for row in &rows {
        let (allowed, verdict) = match budgets.get(row.key) {
            None => (String::from("–"), ""),
            Some(budget) if row.brotli <= *budget => {
                counts.passed += 1;
                (grouped(*budget), "")
            }
            Some(budget) => {
                counts.failed += 1;
                (grouped(*budget), "  over budget")
            }
        };
        let (raw, gzip, brotli) = (grouped(row.raw), grouped(row.gzip), grouped(row.brotli));
        println!("{:<28} {raw:>10} {gzip:>10} {brotli:>10} {allowed:>10}{verdict}", row.title);
    }
    Ok(counts)
}

fn budgets(project: &Project) -> Result<BTreeMap<String, usize>> {
    let path = project.root.join(BUDGETS);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{BUDGETS} should hold a number of bytes under each name"))
}

fn rows(project: &Project) -> Result<Vec<Row>> {
    let file = |key, title: &str, name: &str| -> Result<Row> {
        let path = project.dist().join(name);
        let size = |ending: &str| -> Result<usize> {
            let path = path.with_file_name(format!("{name}{ending}"));
            let length = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len();
            Ok(usize::try_from(length)?)
        };
        Ok(Row { key, title: title.to_owned(), raw: size("")?, gzip: size(".gz")?, brotli: size(".br")? })
    };
    let loader = file("loader", "loader", LOADER)?;
    let shell = file("shell", "shell with styles", SHELL)?;
    let (raw, gzip, brotli) = dist::weigh_styles(project)?;
    let styles = Row { key: "styles", title: "  of which styles, alone".to_owned(), raw, gzip, brotli };
    let wasm = file("wasm", "WASM", WASM)?;
    let glue = file("glue", "glue", WIDGET)?;
    let frame = file("frame", "frame (once it stands)", FRAME)?;
    let host_page = file("host-page", "host page (with the plain form)", HOST_PAGE)?;
    let back = file("back", "back (on phones)", BACK)?;
    let top_layer = file("top-layer", "top layer (only where needed)", TOP_LAYER)?;
    let beside = file("beside", "beside (only if asked for)", BESIDE)?;
    let page = file("page", "page (methods few pages call)", PAGE)?;
    let doctor = file("doctor", "doctor (when a developer asks)", DOCTOR)?;
    let metrics = file("metrics", "metrics (when the page asks)", METRICS)?;
    let design = file("design", "design mode (if asked for)", DESIGN)?;
    let fallback = file("fallback", "fallback (only if refused)", FALLBACK)?;
    let older = file("older", "older (only in older browsers)", OLDER)?;
    let sum = |part: fn(&Row) -> usize| [&loader, &shell, &wasm, &glue].into_iter().map(part).sum();
    let first_open = Row {
        key: "first-open",
        title: "first open: loader to glue".to_owned(),
        raw: sum(|row| row.raw),
        gzip: sum(|row| row.gzip),
        brotli: sum(|row| row.brotli),
    };
    let mut parts = Vec::new();
    for name in dist::parts(project)? {
        let key = if TALKING.contains(&short(&name)) { "talk" } else { "part" };
        parts.push(file(key, &format!("{} (when needed)", short(&name)), &name)?);
    }
    let (first_reply, requests) = until_first_reply(
        [&loader, &shell, &wasm, &glue, &frame].into_iter().chain(parts.iter().filter(|row| row.key == "talk")),
    );
    let mut rows = vec![
        loader,
        shell,
        styles,
        wasm,
        glue,
        first_open,
        host_page,
        frame,
        back,
        first_reply,
        requests,
        top_layer,
        beside,
        page,
        doctor,
        metrics,
        design,
        fallback,
        older,
    ];
    rows.extend(parts);
    for (name, _) in COMPAT {
        rows.push(file("compat", &format!("{} (instead of theirs)", name.trim_end_matches(".js")), name)?);
    }
    Ok(rows)
}

/// The parts of the program that every conversation fetches; tests/e2e/first_reply.test.mjs counts in a browser.
const TALKING: [&str; 2] = ["base", "talk"];

/// What a visitor downloads until the first reply: all bytes, and how many files.
fn until_first_reply<'a>(files: impl Iterator<Item = &'a Row>) -> (Row, Row) {
    let mut sum =
        Row { key: "first-reply", title: "until the first reply, in all".to_owned(), raw: 0, gzip: 0, brotli: 0 };
    let mut requests = 0;
    for file in files {
        (sum.raw, sum.gzip, sum.brotli) = (sum.raw + file.raw, sum.gzip + file.gzip, sum.brotli + file.brotli);
        requests += 1;
    }
    let title = "  requests until then".to_owned();
    (sum, Row { key: "requests-first-reply", title, raw: requests, gzip: requests, brotli: requests })
}

/// `chataibot-kinds-0123abcd.wasm` as `kinds`.
fn short(part: &str) -> &str {
    part.split('-').nth(1).unwrap_or(part)
}

/// `1234567` as `1,234,567`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (number, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), expected);
        }
    }
}
