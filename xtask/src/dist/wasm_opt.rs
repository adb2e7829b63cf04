//! The same WASM in fewer bytes, by Binaryen's `wasm-opt`: what the compiler leaves to be won once
//! all code is in one file.

use std::path::Path;

use anyhow::{Context, Result};

use crate::project::{Project, run};

/// What the compiler may use, and every browser that runs the widget has.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What counts is the size after brotli: three passes make fewer bytes that compress worse. No
/// program of ours keeps anything in the first kilobyte of its memory, where the end of the stack
/// is.
const PASSES: &[&str] = &[
    "-O3",
    "--low-memory-unused",
    "--skip-pass=local-cse",
    "--skip-pass=memory-packing",
    "--skip-pass=simplify-locals",
];

/// A part gets its second round at once. What it calls of the main program it calls by functions of
/// one line, which are inlined.
const PART_PASSES: &[&str] = &["-O3"];

/// In the main program only the smallest functions win by being inlined.
const MAIN_PASSES: &[&str] = &[
    "--always-inline-max-function-size=1",
    "--flexible-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=20",
];

/// What is left to be won by a second round, where a program was written anew by another tool.
const LAST_PASSES: &[&str] =
    &["--coalesce-locals", "--reorder-locals", "--dce", "--remove-unused-names", "--merge-blocks", "--vacuum", "--rse"];

pub fn wasm_opt(project: &Project, file: &Path, is_main: bool) -> Result<()> {
    optimize(project, file, &[PASSES, if is_main { MAIN_PASSES } else { PART_PASSES }].concat())
}

/// Takes away what shortening the names of its imports has left in `file`.
pub fn tidy(project: &Project, file: &Path) -> Result<()> {
    optimize(project, file, &[PASSES, MAIN_PASSES, LAST_PASSES].concat())
}

fn optimize(project: &Project, file: &Path, passes: &[&str]) -> Result<()> {
    let mut command = project.command(project.root.join("node_modules/.bin/wasm-opt"));
    run(command.args(FEATURES).args(passes).arg(file).arg("-o").arg(file)).context("wasm-opt failed")
}
