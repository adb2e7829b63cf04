//! The widget compiled to WASM and bound to JavaScript, with Yew's marks on the page's nodes
//! renamed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{
    GLUE, LINK,
    compact::compact,
    glue::slim,
    shorten_imports,
    wasm_opt::{tidy, wasm_opt},
};
use crate::{
    command_line::BundleProfile,
    files::{create_empty_folder, create_folder, in_folder, name, read_bytes, read_text, update},
    progress::step,
    project::{Project, WASM_TARGET, run},
    setup,
};

/// Name of the two files, before their endings.
const NAME: &str = "chataibot-widget";

/// Yew numbers its subtrees and listeners from 1 and writes the numbers onto nodes under names that
/// begin so. A page whose own app is a Yew app would take ours for its own, and run its handlers
/// for our clicks.
const YEW_MARKS: &str = "__yew_";
/// What our marks begin with instead.
const OUR_MARKS: &str = "__chataibot_";

const PARTS: &str = "parts";

/// The flags of the smallest build. A panic becomes a bare trap, and `{:?}` prints nothing.
const SMALL_RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

pub struct Bound {
    pub wasm: Vec<u8>,
    pub glue: String,
    /// The module that fetches parts, which imports the glue and is imported by it; empty where
    /// there are no parts.
    pub link: String,
    /// The parts that are fetched when needed: names of files, and what is in them.
    pub parts: Vec<(String, Vec<u8>)>,
}

/// Takes the compiled program apart and binds it, where it, or what takes it apart, is another than
/// last time.
pub fn bind(project: &Project, profile: BundleProfile, compiled: &Path) -> Result<Bound> {
    let folder = project.scratch()?.join("bound");
    let stamp = folder.join("source");
    let splitter = if is_split(profile) { Some(project.build(["chataibot-code-split"])?[0].clone()) } else { None };
    let mut source = fingerprint(compiled)?;
    if let Some(splitter) = &splitter {
        source += &fingerprint(splitter)?;
    }
    if !fs::read_to_string(&stamp).is_ok_and(|bound| bound == source) {
        step("Binding it to JavaScript", || {
            let parts = folder.join(PARTS);
            create_empty_folder(&folder)?;
            create_folder(&parts)?;
            let Some(splitter) = &splitter else { return bindgen(compiled, NAME, &folder) };
            run(project.command(splitter).arg(compiled).arg(&folder).args([LINK, GLUE]))?;
            let main = folder.join("main.wasm");
            bindgen(&main, NAME, &folder)?;
            let bound = folder.join(format!("{NAME}_bg.wasm"));
            in_folder(&parts, ".wasm")?.iter().try_for_each(|part| wasm_opt(project, part, false))?;
            wasm_opt(project, &bound, true)
        })?;
        update(&stamp, source.as_bytes())?;
    }
    let wasm = read_bytes(&folder.join(format!("{NAME}_bg.wasm")))?;
    let glue = read_text(&folder.join(format!("{NAME}.js")))?;
    let (mut wasm, glue) = shorten_imports::shorten(&wasm, &glue)?;
    if is_split(profile) {
        let short = folder.join("short.wasm");
        update(&short, &wasm)?;
        tidy(project, &short)?;
        wasm = read_bytes(&short)?;
    }
    let mut parts = Vec::new();
    for path in in_folder(&folder.join(PARTS), ".wasm")? {
        parts.push((name(&path)?.to_owned(), read_bytes(&path)?));
    }
    let link = if is_split(profile) { read_text(&folder.join(LINK))? } else { String::new() };
    let glue = slim(&seal_html(&rename_marks(&glue)?)?)?;
    // Of a program that is whole, wasm-bindgen writes it in another way, and nobody counts its
    // bytes.
    let glue = if is_split(profile) { compact(&glue)? } else { glue };
    Ok(Bound { wasm, glue, link, parts })
}

/// While it is being worked on, the program stays whole.
const fn is_split(profile: BundleProfile) -> bool {
    match profile {
        BundleProfile::Dev | BundleProfile::Demo => false,
        BundleProfile::Stable | BundleProfile::Small => true,
    }
}

/// Compiles the library for [`WASM_TARGET`], and says where it is.
pub fn compile(project: &Project, wished: BundleProfile) -> Result<PathBuf> {
    let mut command = project.cargo();
    // Only the WASM library: with an rlib beside it, link-time optimisation would be off.
    command.args(["rustc", "--lib", "--crate-type", "cdylib", "--target", WASM_TARGET]);
    let (target, profile) = match wished {
        BundleProfile::Dev => (project.target.clone(), "dev"),
        BundleProfile::Demo => {
            // The procedural macros are those of the servers' build, as the folder is. A little
            // optimised there is half as much to bind.
            command.args(["--config", "profile.dev.opt-level=1", "--config", "profile.dev.debug=false"]);
            (project.target.clone(), "dev")
        }
        BundleProfile::Stable => (project.target.clone(), "wasm"),
        BundleProfile::Small => {
            setup::std_sources(project)?;
            // Unstable flags on the pinned compiler; its own folder, so that the standard library
            // is built once.
            let target = project.target.join("small");
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTFLAGS", SMALL_RUSTFLAGS)
                .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
                .arg("--target-dir")
                .arg(&target);
            (target, "wasm")
        }
    };
    command.args(["--profile", profile]);
    if is_split(wished) {
        // For the last crate alone, so that no dependency is built again.
        command.args(["--features", "split", "--", "-Clink-arg=--emit-relocs"]);
    }
    run(&mut command)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(WASM_TARGET).join(folder).join("chataibot_widget.wasm"))
}

/// Tells compiled files of one machine apart.
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
    // Parts ask the main program for its memory and table.
    bindgen.keep_lld_exports(true);
    bindgen.generate(folder).context("wasm-bindgen failed")
}

fn rename_marks(glue: &str) -> Result<String> {
    let property = format!(".{YEW_MARKS}");
    ensure!(
        glue.contains(&property),
        "the glue does not name {YEW_MARKS}… any more: look up how this Yew marks nodes, and rename that"
    );
    let renamed = glue.replace(&property, &format!(".{OUR_MARKS}"));
    ensure!(!renamed.contains(YEW_MARKS), "the glue names {YEW_MARKS}… in a place that is no property");
    Ok(renamed)
}

/// Yew can write HTML from a string. The widget never asks for it, and with this it cannot.
fn seal_html(glue: &str) -> Result<String> {
    let seal = |line: &str| {
        let statement = line.trim();
        if statement.contains(".innerHTML = ") && statement.ends_with(';') {
            "throw new Error('the widget writes no HTML');".to_owned()
        } else {
            line.to_owned()
        }
    };
    let sealed = glue.lines().map(seal).collect::<Vec<_>>().join("\n") + "\n";
    ensure!(!sealed.contains("innerHTML"), "the glue writes HTML in a way that is new: look it up, and seal it");
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
