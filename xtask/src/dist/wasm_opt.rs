//! Optimises WASM for size with Binaryen's `wasm-opt`, which finds what the compiler leaves once
//! all code is in one file.

use std::path::Path;

use anyhow::{Context, Result};

use crate::project::{Project, run};

/// Features that the compiler may use, and that every browser that runs the widget has.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Chosen for the size after brotli: the three skipped passes make fewer bytes that compress worse.
/// `--low-memory-unused` holds, as no program of ours keeps anything in the first kilobyte of its
/// memory, where the end of the stack is.
const PASSES: &[&str] = &[
    "-O3",
    "--low-memory-unused",
    "--skip-pass=local-cse",
    "--skip-pass=memory-packing",
    "--skip-pass=simplify-locals",
];

/// The second round of a chunk, run at once. A chunk calls the main program through functions of one
/// line, which are inlined.
const CHUNK_PASSES: &[&str] = &["-O3"];

/// In the main program, inlining saves bytes only for the smallest functions.
const MAIN_PASSES: &[&str] = &[
    "--always-inline-max-function-size=1",
    "--flexible-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=20",
];

/// What a second round can still save after another tool has rewritten a program.
const LAST_PASSES: &[&str] =
    &["--coalesce-locals", "--reorder-locals", "--dce", "--remove-unused-names", "--merge-blocks", "--vacuum", "--rse"];

pub fn wasm_opt(project: &Project, file: &Path, is_main: bool) -> Result<()> {
    optimize(project, file, &[PASSES, if is_main { MAIN_PASSES } else { CHUNK_PASSES }].concat())
}

/// Removes what shortening the names of its imports has left in `file`.
pub fn optimize_again(project: &Project, file: &Path) -> Result<()> {
    optimize(project, file, &[PASSES, MAIN_PASSES, LAST_PASSES].concat())
}

fn optimize(project: &Project, file: &Path, passes: &[&str]) -> Result<()> {
    let mut command = project.command(project.root.join("node_modules/.bin/wasm-opt"));
    run(command.args(FEATURES).args(passes).arg(file).arg("-o").arg(file)).context("wasm-opt failed")
}
