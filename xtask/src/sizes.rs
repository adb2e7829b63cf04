//! `cargo xtask bench size`: download sizes of the bundle, against the budgets of `sizes.toml`.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::command_line::BundleProfile;
use crate::counts::Counts;
use crate::dist::{self, COMPAT, LOADER, SCRIPTS, WASM, WIDGET, script_name};
use crate::files::read_text;
use crate::project::Project;

/// File with the budgets, in bytes after brotli.
const BUDGETS: &str = "sizes.toml";

/// One line of the table.
struct Row {
    key: &'static str,
    title: String,
    /// Bytes: raw, as gzip and as brotli.
    sizes: [usize; 3],
}

/// Builds the shipped bundle, prints the table, and with `check` fails if something is too large.
pub fn run(project: &Project, check: bool) -> Result<()> {
    dist::build(project, BundleProfile::default())?;
    let counts = weigh(project)?;
    if check && counts.failed > 0 {
        bail!("over budget; if the growth is justified, raise the budget in {BUDGETS}");
    }
    Ok(())
}

/// Prints the table of the bundle that is in `dist/`; each budget counts as a test.
pub fn weigh(project: &Project) -> Result<Counts> {
    let budgets = budgets(project)?;
    let rows = rows(project)?;
    for key in budgets.keys() {
        ensure!(rows.iter().any(|row| row.key == key), "{BUDGETS} has a budget for {key:?}, which is not measured");
    }
    let mut counts = Counts::default();
    println!("{:<28} {:>10} {:>10} {:>10} {:>10}", "bytes", "raw", "gzip", "brotli", "budget");
    for row in &rows {
        let budget = budgets.get(row.key).copied();
        let is_over = budget.is_some_and(|budget| row.sizes[2] > budget);
        counts.failed += usize::from(is_over);
        counts.passed += usize::from(budget.is_some() && !is_over);
        let [raw, gzip, brotli] = row.sizes.map(grouped);
        let (allowed, verdict) = (budget.map_or("–".to_owned(), grouped), if is_over { "  over budget" } else { "" });
        println!("{:<28} {raw:>10} {gzip:>10} {brotli:>10} {allowed:>10}{verdict}", row.title);
    }
    Ok(counts)
}

fn budgets(project: &Project) -> Result<BTreeMap<String, usize>> {
    let path = project.root.join(BUDGETS);
    toml::from_str(&read_text(&path)?)
        .with_context(|| format!("{BUDGETS} must contain a number of bytes for each name"))
}

fn rows(project: &Project) -> Result<Vec<Row>> {
    let file = |key, title: &str, name: &str| -> Result<Row> {
        let size = |ending: &str| -> Result<usize> {
            let path = project.dist().join(format!("{name}{ending}"));
            let file = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(usize::try_from(file.len())?)
        };
        Ok(Row { key, title: title.to_owned(), sizes: [size("")?, size(".gz")?, size(".br")?] })
    };
    let [shell, later @ ..] = SCRIPTS;
    let mut rows = vec![file("loader", "loader", LOADER)?, file(shell.0, shell.2, &script_name(shell.0))?];
    rows.push(Row { key: "styles", title: "  of which styles".to_owned(), sizes: dist::weigh_styles(project)? });
    rows.push(file("wasm", "WASM", WASM)?);
    rows.push(file("glue", "glue", WIDGET)?);
    let first = rows.iter().filter(|row| row.key != "styles");
    rows.push(sum_row("first-open", "first open: loader to glue", first));
    for (key, _, title) in later {
        rows.push(file(key, title, &script_name(key))?);
    }
    for name in dist::chunks(project)? {
        let key = if TALK_CHUNKS.contains(&chunk_name(&name)) { "talk" } else { "chunk" };
        rows.push(file(key, &format!("{} (when needed)", chunk_name(&name)), &name)?);
    }
    for chat in COMPAT {
        let title = format!("chataibot-compat-{chat} (other chats' APIs)");
        rows.push(file("compat", &title, &script_name(&format!("compat-{chat}")))?);
    }
    let until_first_reply = || rows.iter().filter(|row| ["first-open", "frame", "talk"].contains(&row.key));
    let first_reply = sum_row("first-reply", "total until first reply", until_first_reply());
    // The row `first-open` is four files.
    let requests = until_first_reply().count() + 3;
    let title = "  requests until then".to_owned();
    rows.extend([first_reply, Row { key: "requests-first-reply", title, sizes: [requests; 3] }]);
    Ok(rows)
}

/// Chunks that every conversation fetches; tests/e2e/first_reply.test.mjs counts them in a browser.
const TALK_CHUNKS: [&str; 2] = ["base", "talk"];

fn sum_row<'a>(key: &'static str, title: &str, files: impl Iterator<Item = &'a Row>) -> Row {
    let mut sizes = [0; 3];
    files.for_each(|file| (0..3).for_each(|form| sizes[form] += file.sizes[form]));
    Row { key, title: title.to_owned(), sizes }
}

/// Returns `kinds` of `chataibot-kinds-0123abcd.wasm`.
fn chunk_name(chunk: &str) -> &str {
    chunk.split('-').nth(1).unwrap_or(chunk)
}

/// Formats `1234567` as `1,234,567`.
fn grouped(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1000), number % 1000) }
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
