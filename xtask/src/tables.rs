//! `cargo xtask tables`: writes the files that are generated from the code and kept in the
//! repository: the reference's tables, the tokens' declarations, the element's manifest, the data
//! for editors and design tools, and the markup of launcher and window.
//!
//! `tests/tidy` makes each of them to compare it with the file; this tells it to write.

use anyhow::Result;

use crate::project::{Project, run as run_command};

/// Environment variable by which the tests write what they would compare.
const WRITE_VARIABLE: &str = "CHATAIBOT_WRITE_TABLES";

/// Those tests, in the order of writing: the manifest is also made from the reference's tables.
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

/// Writes the tables, or with `check` only fails if they are out of date.
pub fn run(project: &Project, check: bool) -> Result<()> {
    for name in TESTS {
        let mut test = project.cargo();
        test.args(["test", "--quiet", "--package", "chataibot-widget", "--test", "tidy", name]);
        if !check {
            test.env(WRITE_VARIABLE, "1");
        }
        run_command(&mut test)?;
    }
    Ok(())
}
