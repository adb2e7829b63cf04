//! `cargo xtask tables`: what is generated from the code and kept in the repository: the
//! reference's tables, the tokens' declarations, the manifest of the element, what editors and
//! design tools read, and the markup of launcher and window.
//!
//! The test `tests/tidy` knows how each is made, as it holds them against the code; here it is only
//! told to write.

use anyhow::Result;

use crate::project::{Project, run as run_command};

/// Set for the tests that may write what they would compare.
const WRITE: &str = "CHATAIBOT_WRITE_TABLES";

/// Those tests, in the order in which they write: the manifest is made from the reference's tables,
/// too.
const TESTS: &[&str] = &[
    "reference_tables_are_those_of_the_code",
    "token_declarations_are_those_of_the_table",
    "design_",
    "names_for_typescript_are_those_of_the_table",
    "setting_values_are_those_of_the_code",
    "manifest_entries_are_those_of_the_code",
    "data_for_editors_is_that_of_the_manifest",
    "launcher_markup_is_what_the_component_renders",
    "shell_markup_is_what_the_components_render",
];

/// Writes the tables, or with `check` only fails when they are out of date.
pub fn run(project: &Project, check: bool) -> Result<()> {
    for name in TESTS {
        let mut test = project.cargo();
        test.args(["test", "--quiet", "--package", "chataibot-widget", "--test", "tidy", name]);
        if !check {
            test.env(WRITE, "1");
        }
        run_command(&mut test)?;
    }
    Ok(())
}
