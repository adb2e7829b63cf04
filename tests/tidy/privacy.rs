//! Compares the privacy report's table of what a browser stores with the keys that the code writes.

use std::collections::BTreeSet;

use crate::source::{file, files};

const REPORT: &str = "docs/privacy.md";

#[test]
fn the_privacy_report_names_every_key_that_is_stored() {
    let report = file(REPORT).text;
    let (_, table) = report.split_once("<!-- table:stored -->").expect("the table");
    let (table, _) = table.split_once("<!-- /table -->").expect("its end");
    let told: BTreeSet<String> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect();
    assert_eq!(told, stored());
}

/// Keys of the program's repository and notifier, and of the loader's files.
fn stored() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for path in ["src/runtime/repository.rs", "src/runtime/storage_barrier.rs", "src/notify.rs"] {
        let text = file(path).text;
        // `ENTRIES` is a field within the conversation; the other two are no keys either.
        let names = text.lines().filter_map(|line| {
            let line = line.trim().trim_start_matches("pub(super) ").trim_start_matches("pub ");
            let (name, value) = line.strip_prefix("const ")?.split_once(": &str = \"")?;
            (!["ENTRIES", "LEFT", "PREFIX"].contains(&name)).then(|| value.trim_end_matches("\";").to_owned())
        });
        keys.extend(names);
    }
    for script in files("loader", &[".js"]) {
        for call in script.text.split("writeStored(storagePrefix, '").skip(1) {
            keys.extend(call.split('\'').next().map(str::to_owned));
        }
    }
    keys
}
