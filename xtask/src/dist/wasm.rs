//! The widget compiled to WASM and bound to JavaScript, with Yew's marks on the page's nodes renamed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{code_split, compact::compact, glue::slim, shorten_imports, update, wasm_opt::wasm_opt};
use crate::{
    command_line::Flavour,
    progress::step,
    project::{Project, WASM_TARGET, run},
    setup,
};

/// Name of the two files, before their endings.
const NAME: &str = "chataibot-widget";

/// Yew numbers its subtrees and listeners from 1 and writes the numbers onto nodes under names that begin so. A page whose
/// own app is a Yew app would take ours for its own, and run its handlers for our clicks.
const YEW_MARKS: &str = "__yew_";
/// What our marks begin with instead.
const OUR_MARKS: &str = "__chataibot_";

/// Where the parts lie once they are ready.
const PARTS: &str = "parts";

/// The flags of the smallest build. A panic becomes a bare trap, and `{:?}` prints nothing.
const SMALL_RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// The widget as two files.
pub struct Bound {
    /// The binary.
    pub wasm: Vec<u8>,
    /// The ES module that loads and serves it.
    pub glue: String,
    /// The module that fetches parts, which imports the glue and is imported by it; empty where there are no parts.
    pub link: String,
    /// The parts that are fetched when needed: names of files, and what is in them.
    pub parts: Vec<(String, Vec<u8>)>,
}

/// Compiles, takes apart and binds; what comes after compiling only when the compiled file is another than last time.
pub fn build(project: &Project, flavour: Flavour) -> Result<Bound> {
    let compiled = step("Compiling the widget", || compile(project, flavour))?;
    let folder = project.scratch()?.join("bound");
    let stamp = folder.join("source");
    let source = fingerprint(&compiled)?;
    if !fs::read_to_string(&stamp).is_ok_and(|bound| bound == source) {
        step("Binding it to JavaScript", || {
            let parts = folder.join(PARTS);
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
            }
            fs::create_dir_all(&parts).with_context(|| format!("cannot create {}", parts.display()))?;
            if !is_split(flavour) {
                return bind(&compiled, &folder);
            }
            let main = folder.join("main.wasm");
            let apart = code_split::take_apart(&fs::read(&compiled)?, &folder.join("apart"))?;
            update(&main, &apart.main)?;
            update(&folder.join(code_split::LINK), apart.link.as_bytes())?;
            apart.parts.iter().try_for_each(|(name, bytes)| update(&parts.join(name), bytes))?;
            bind(&main, &folder)?;
            let bound = folder.join(format!("{NAME}_bg.wasm"));
            let parts = apart.parts.iter().map(|(name, _)| parts.join(name));
            parts.chain([bound]).try_for_each(|file| wasm_opt(project, &file))
        })?;
        update(&stamp, source.as_bytes())?;
    }
    let wasm = read(&folder.join(format!("{NAME}_bg.wasm")))?;
    let glue = text(read(&folder.join(format!("{NAME}.js")))?)?;
    let (wasm, glue) = shorten_imports::shorten(&wasm, &glue)?;
    let mut parts = Vec::new();
    for file in fs::read_dir(folder.join(PARTS))? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a part without a name")?;
        parts.push((name.to_owned(), read(&path)?));
    }
    parts.sort_unstable();
    let link = if is_split(flavour) { text(read(&folder.join(code_split::LINK))?)? } else { String::new() };
    let glue = slim(&seal_html(&rename_marks(&glue)?)?)?;
    // Of a program that is whole, wasm-bindgen writes it in another way, and nobody counts its bytes.
    let glue = if is_split(flavour) { compact(&glue)? } else { glue };
    Ok(Bound { wasm, glue, link, parts })
}

/// While it is being worked on, the program stays whole.
const fn is_split(flavour: Flavour) -> bool {
    match flavour {
        Flavour::Dev => false,
        Flavour::Stable | Flavour::Small => true,
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).context("a script is no text")
}

fn compile(project: &Project, flavour: Flavour) -> Result<PathBuf> {
    let mut command = project.cargo();
    // Only the WASM library: with an rlib beside it, link-time optimisation would be off.
    command.args(["rustc", "--lib", "--crate-type", "cdylib", "--target", WASM_TARGET]);
    let (target, profile) = match flavour {
        Flavour::Dev => (project.target.clone(), "dev"),
        Flavour::Stable => (project.target.clone(), "wasm"),
        Flavour::Small => {
            setup::std_sources(project)?;
            // Unstable flags on the pinned compiler; its own folder, so that the standard library is built once.
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
    if is_split(flavour) {
        // For the last crate alone, so that no dependency is built again.
        command.args(["--features", "split", "--", "-Clink-arg=--emit-relocs"]);
    }
    run(&mut command)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(WASM_TARGET).join(folder).join("chataibot_widget.wasm"))
}

/// Tells compiled files of one machine apart.
fn fingerprint(compiled: &Path) -> Result<String> {
    let bytes = read(compiled)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Ok(format!("{:016x} {}", hasher.finish(), bytes.len()))
}

fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    let arguments = ["wasm-bindgen", "--target", "web", "--no-typescript", "--omit-default-module-path"];
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(
        arguments
            .iter()
            .map(std::ffi::OsString::from)
            .chain(["--remove-name-section".into(), "--remove-producers-section".into()])
            // Parts ask the main program for its memory and table.
            .chain(["--keep-lld-exports".into()])
            .chain(["--out-name".into(), NAME.into(), "--out-dir".into()])
            .chain([folder.into(), compiled.into()]),
    )
    .context("wasm-bindgen failed")
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
