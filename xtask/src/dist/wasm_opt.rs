//! Optimises WASM for size with Binaryen's `wasm-opt`, which sees all code of a file at once.

use std::path::Path;

use anyhow::{Context, Result};

use crate::project::{Project, run};

/// Features that the compiler may use, and that every browser that runs the widget has.
const FEATURES: &str = "--enable-bulk-memory --enable-multivalue --enable-mutable-globals \
    --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext";
/// Chosen for the size after brotli: the skipped passes make fewer bytes that compress worse.
/// `--low-memory-unused` holds, as the first kilobyte of our memory is the end of the stack.
const PASSES: &str = "-O3 --low-memory-unused --skip-pass=local-cse --skip-pass=memory-packing \
    --skip-pass=simplify-locals";
/// The second round of a chunk, whose calls of the main program by short functions are inlined.
const CHUNK_PASSES: &str = "-O3";
/// In the main program, inlining saves bytes only for the smallest functions.
const MAIN_PASSES: &str = "--always-inline-max-function-size=1 --flexible-inline-max-function-size=0 \
    --one-caller-inline-max-function-size=20";
/// What a second round can still save after another tool has rewritten a program.
const LAST_PASSES: &str =
    "--coalesce-locals --reorder-locals --dce --remove-unused-names --merge-blocks --vacuum --rse";

pub fn wasm_opt(project: &Project, file: &Path, is_main: bool) -> Result<()> {
    optimize(project, file, &[PASSES, if is_main { MAIN_PASSES } else { CHUNK_PASSES }])
}

/// Removes what shortening the names of its imports has left in `file`.
pub fn optimize_again(project: &Project, file: &Path) -> Result<()> {
    optimize(project, file, &[PASSES, MAIN_PASSES, LAST_PASSES])
}

fn optimize(project: &Project, file: &Path, rounds: &[&str]) -> Result<()> {
    let mut command = project.command(project.root.join("node_modules/.bin/wasm-opt"));
    let options = [FEATURES].into_iter().chain(rounds.iter().copied()).flat_map(str::split_whitespace);
    run(command.args(options).arg(file).arg("-o").arg(file)).context("wasm-opt failed")
}
