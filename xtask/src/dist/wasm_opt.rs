//! The same WASM in fewer bytes, by Binaryen's `wasm-opt`: what the compiler leaves to be won once all code is in one file.

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

/// What counts is the size after brotli: three passes make fewer bytes that compress worse. No program of ours keeps anything in the
/// first kilobyte of its memory, where the end of the stack is.
const PASSES: &[&str] = &[
    "-O3",
    "--low-memory-unused",
    "--skip-pass=local-cse",
    "--skip-pass=memory-packing",
    "--skip-pass=simplify-locals",
];

/// The same of a fourth in the main program. In a part it wins up to a twentieth: what a part calls of the main program it calls by
/// functions of one line.
const MAIN_PASSES: &[&str] = &["--skip-pass=inlining-optimizing"];

/// What is left to be won where a program was written anew by another tool.
const LAST_PASSES: &[&str] = &["--dce", "--remove-unused-names", "--merge-blocks", "--vacuum", "--rse"];

/// Makes the WASM in `file` smaller.
pub fn wasm_opt(project: &Project, file: &Path, is_main: bool) -> Result<()> {
    optimize(project, file, &[PASSES, if is_main { MAIN_PASSES } else { &[] }].concat())
}

/// Takes away what shortening the names of its imports has left in `file`.
pub fn tidy(project: &Project, file: &Path) -> Result<()> {
    optimize(project, file, LAST_PASSES)
}

fn optimize(project: &Project, file: &Path, passes: &[&str]) -> Result<()> {
    let mut command = project.command(project.root.join("node_modules/.bin/wasm-opt"));
    run(command.args(FEATURES).args(passes).arg(file).arg("-o").arg(file)).context("wasm-opt failed")
}
