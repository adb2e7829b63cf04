//! Compiles the widget to WASM, binds it to JavaScript, and renames Yew's marks on nodes.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::compact::compact;
use super::glue::slim;
use super::wasm_opt::{optimize_again, wasm_opt};
use super::{GLUE, LINK, export_order, shorten_imports};
use crate::command_line::BundleProfile;
use crate::files::{create_empty_folder, create_folder, file_name, in_folder, read_bytes, read_text, update};
use crate::progress::step;
use crate::project::{Project, WASM_TARGET, run};
use crate::setup;

/// Base name of the two files.
const NAME: &str = "chataibot-widget";

/// Prefix of the names under which Yew numbers subtrees and listeners on nodes, from 1. A host page
/// that is itself a Yew app would take our numbers for its own, and run its handlers for our clicks.
const YEW_MARKS: &str = "__yew_";
/// The prefix that replaces it.
const OUR_MARKS: &str = "__chataibot_";

const CHUNKS: &str = "chunks";

/// The flags of the smallest build. A panic becomes a bare trap, and `{:?}` prints nothing.
const SMALL_RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

pub struct Bound {
    pub wasm: Vec<u8>,
    pub glue: String,
    /// The module that fetches chunks; it and the glue import each other. Empty without chunks.
    pub link: String,
    /// The chunks that are fetched on demand: names of files, and their contents.
    pub chunks: Vec<(String, Vec<u8>)>,
}

/// Splits the compiled program and binds it, unless it and the splitter are as last time.
pub fn bind(project: &Project, profile: BundleProfile, compiled: &Path) -> Result<Bound> {
    let folder = project.scratch()?.join("bound");
    let (stamp, bound) = (folder.join("source"), folder.join(format!("{NAME}_bg.wasm")));
    let splitter = if is_split(profile) { Some(project.build(["chataibot-code-split"])?) } else { None };
    let sources = [compiled].into_iter().chain(splitter.iter().flatten().map(PathBuf::as_path));
    let source = sources.map(fingerprint).collect::<Result<String>>()?;
    if !fs::read_to_string(&stamp).is_ok_and(|bound| bound == source) {
        step("Binding it to JavaScript", || {
            let chunks = folder.join(CHUNKS);
            create_empty_folder(&folder)?;
            create_folder(&chunks)?;
            let Some([splitter]) = &splitter else { return bindgen(compiled, NAME, &folder) };
            run(project.command(splitter).arg(compiled).arg(&folder).args([LINK, GLUE]))?;
            bindgen(&folder.join("main.wasm"), NAME, &folder)?;
            in_folder(&chunks, ".wasm")?.iter().try_for_each(|chunk| wasm_opt(project, chunk, false))?;
            wasm_opt(project, &bound, true)
        })?;
        update(&stamp, source.as_bytes())?;
    }
    let glue = read_text(&folder.join(format!("{NAME}.js")))?;
    let (wasm, glue) = shorten_imports::shorten(&read_bytes(&bound)?, &glue)?;
    let glue = slim(&seal_html(&rename_marks(&glue)?)?)?;
    if !is_split(profile) {
        return Ok(Bound { wasm, glue, link: String::new(), chunks: Vec::new() });
    }
    let short = folder.join("short.wasm");
    update(&short, &wasm)?;
    optimize_again(project, &short)?;
    let wasm = export_order::group(&read_bytes(&short)?)?;
    let chunks = in_folder(&folder.join(CHUNKS), ".wasm")?;
    let chunks = chunks.iter().map(|path| Ok((file_name(path)?.to_owned(), read_bytes(path)?)));
    let chunks = chunks.collect::<Result<_>>()?;
    // Without splitting, wasm-bindgen writes another glue, whose size does not matter.
    Ok(Bound { wasm, glue: compact(&glue)?, link: read_text(&folder.join(LINK))?, chunks })
}

/// Whether the program is split; during development it stays whole.
const fn is_split(profile: BundleProfile) -> bool {
    matches!(profile, BundleProfile::Stable | BundleProfile::Small)
}

/// Compiles the library for [`WASM_TARGET`], and returns the path of the WASM.
pub fn compile(project: &Project, profile: BundleProfile) -> Result<PathBuf> {
    let mut command = project.cargo();
    // Only the WASM library: an rlib beside it would turn link-time optimisation off.
    command.args(["rustc", "--lib", "--crate-type", "cdylib", "--target", WASM_TARGET]);
    let mut target = project.target.clone();
    match profile {
        BundleProfile::Dev | BundleProfile::Stable => {}
        BundleProfile::Demo => {
            // The folder, and so the procedural macros, are those of the servers' build. With a
            // little optimisation there is half as much to bind.
            command.args(["--config", "profile.dev.opt-level=1", "--config", "profile.dev.debug=false"]);
        }
        BundleProfile::Small => {
            setup::ensure_std_sources(project)?;
            // Unstable flags on the pinned compiler; in its own folder, so that std is built once.
            target.push("small");
            command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", SMALL_RUSTFLAGS);
            command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
            command.arg("--target-dir").arg(&target);
        }
    }
    let (cargo_profile, folder) = if is_split(profile) { ("wasm", "wasm") } else { ("dev", "debug") };
    command.args(["--profile", cargo_profile]);
    if is_split(profile) {
        // Only for the last crate, so that no dependency is built again.
        command.args(["--features", "split", "--", "-Clink-arg=--emit-relocs"]);
    }
    run(&mut command)?;
    Ok(target.join(WASM_TARGET).join(folder).join("chataibot_widget.wasm"))
}

/// Returns a fingerprint that tells compiled files of one machine apart.
fn fingerprint(compiled: &Path) -> Result<String> {
    let bytes = read_bytes(compiled)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Ok(format!("{:016x} {}", hasher.finish(), bytes.len()))
}

pub fn bindgen(compiled: &Path, name: &str, folder: &Path) -> Result<()> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.web(true)?.input_path(compiled).out_name(name).typescript(false).omit_default_module_path(name == NAME);
    bindgen.remove_name_section(true).remove_producers_section(true);
    // Chunks import the main program's memory and table.
    bindgen.keep_lld_exports(true);
    bindgen.generate(folder).context("wasm-bindgen failed")
}

fn rename_marks(glue: &str) -> Result<String> {
    let property = format!(".{YEW_MARKS}");
    ensure!(
        glue.contains(&property),
        "the glue no longer contains {YEW_MARKS}…: check how this version of Yew marks nodes, and rename that"
    );
    let renamed = glue.replace(&property, &format!(".{OUR_MARKS}"));
    ensure!(!renamed.contains(YEW_MARKS), "the glue contains {YEW_MARKS}… outside of a property name");
    Ok(renamed)
}

/// Replaces Yew's code that writes HTML from a string by a throw. The widget never asks for it.
fn seal_html(glue: &str) -> Result<String> {
    let writes_html = |line: &str| line.contains(".innerHTML = ") && line.trim_end().ends_with(';');
    let seal = |line| if writes_html(line) { "throw new Error('the widget writes no HTML');" } else { line };
    let sealed: String = glue.lines().map(seal).flat_map(|line| [line, "\n"]).collect();
    ensure!(!sealed.contains("innerHTML"), "the glue writes HTML in an unknown form: find and disable it");
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_renamed() {
        let glue = "f(a){return a.__yew_subtree_id},g(a,b){a.__yew_listener_id=b>>>0}";
        let renamed = rename_marks(glue).expect("two marks");
        assert_eq!(renamed, "f(a){return a.__chataibot_subtree_id},g(a,b){a.__chataibot_listener_id=b>>>0}");
    }

    #[test]
    fn the_way_to_write_html_is_sealed_and_an_unknown_one_refused() {
        let glue = "a: function(arg0, arg1, arg2) {\n getObject(arg0).innerHTML = getStringFromWasm0(arg1, arg2);\n}";
        assert!(seal_html(glue).expect("sealed").contains("throw new Error"));
        seal_html("Reflect.set(a, 'innerHTML', b);").expect_err("another way");
    }

    #[test]
    fn a_glue_without_marks_or_with_strange_ones_is_refused() {
        rename_marks("f(a){return a.b}").expect_err("nothing to rename");
        rename_marks("a.__yew_x;imports['__yew_y']").expect_err("a mark that is no property");
    }
}
