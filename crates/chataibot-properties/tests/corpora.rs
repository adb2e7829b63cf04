//! Runs the stored fuzzing corpora once more through each property; `cargo xtask fuzz` extends
//! them.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use chataibot_properties::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.map(|entry| entry.expect("readable").file_name().into_string().expect("names are text"));
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

#[test]
fn every_property_holds_for_all_that_was_kept() {
    let mut broken = Vec::new();
    for (name, holds) in TARGETS {
        let folder = fuzz().join("corpus").join(name);
        let kept = names(&folder, "");
        assert!(kept.len() >= 5, "{} holds {} inputs", folder.display(), kept.len());
        for input in &kept {
            let path = folder.join(input);
            let bytes = fs::read(&path).expect("readable");
            if catch_unwind(|| holds(&bytes)).is_err() {
                broken.push(path.display().to_string());
            }
        }
        println!("{name}: {} inputs", kept.len());
    }
    assert!(broken.is_empty(), "these no longer hold:\n{}", broken.join("\n"));
}

#[test]
fn every_property_has_a_fuzz_target_and_a_corpus_of_its_name_and_no_more() {
    let properties: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&fuzz().join("fuzz_targets"), ".rs"), properties);
    assert_eq!(names(&fuzz().join("corpus"), ""), properties);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("readable");
    for name in properties {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in fuzz/Cargo.toml");
    }
}

#[test]
fn the_corpora_stay_small() {
    let (mut inputs, mut bytes) = (0, 0);
    for (name, _) in TARGETS {
        for entry in fs::read_dir(fuzz().join("corpus").join(name)).expect("readable") {
            inputs += 1;
            bytes += entry.expect("readable").metadata().expect("readable").len();
        }
    }
    assert!(
        inputs < 300 && bytes < 400_000,
        "{inputs} inputs, {bytes} bytes; minimise them: cargo xtask fuzz --minimise"
    );
}
