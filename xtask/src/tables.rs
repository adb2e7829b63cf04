//! `cargo xtask tables`: the README's tables, written from the code.
//!
//! The test `tests/tidy.rs` knows how each table is made, as it holds them against the code; here it is only told to write.

use anyhow::Result;

use crate::project::{Project, run as run_command};

/// Set for the test that may write the README instead of comparing it.
const WRITE: &str = "CHATAIBOT_WRITE_TABLES";

/// Writes the tables, or with `check` only fails when they are out of date.
pub fn run(project: &Project, check: bool) -> Result<()> {
    let mut test = project.cargo();
    test.args(["test", "--quiet", "--package", "chataibot-widget", "--test", "tidy", "readme_tables"]);
    if !check {
        test.env(WRITE, "1");
    }
    run_command(&mut test)
}
