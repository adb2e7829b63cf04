//! `cargo xtask dist`: the embeddable bundle, from source to files as they are served.
//!
//! - [`wasm`]: the widget compiled and bound to JavaScript
//! - [`code_split`]: what few conversations need, taken out of it to be fetched then
//! - [`wasm_opt`]: the same WASM in fewer bytes
//! - [`floor`]: nothing that the oldest browsers lack, but with something in its place
//! - [`glue`]: wasm-bindgen's JavaScript without what no visitor needs
//! - [`compact`]: the functions it gives the WASM, written shorter
//! - [`shorten_imports`]: short names between the two
//! - [`launcher`]: the launcher's markup as a literal the loader can build without an HTML parser
//! - [`purge_css`]: what of a style sheet the launcher has a use for
//! - [`older`]: what of them older browsers need in another form
//! - [`styles`]: the style sheets, joined and minified
//! - [`locales`]: the sentences in other languages, a file for each
//! - [`script`]: JavaScript, bundled and minified
//! - [`bundle`]: files with their compressed twins and their hashes

mod bundle;
mod code_split;
mod compact;
mod floor;
mod glue;
mod launcher;
mod locales;
mod older;
mod purge_css;
mod script;
mod shorten_imports;
mod styles;
mod wasm;
mod wasm_opt;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    command_line::Flavour,
    progress::step,
    project::{Project, read},
    setup,
};
use bundle::Bundle;

/// The loader: the only file a page names.
pub const LOADER: &str = "chataibot.js";
/// The widget's JavaScript half and its styles.
pub const WIDGET: &str = "chataibot-widget.js";
/// The widget itself.
pub const WASM: &str = "chataibot-widget_bg.wasm";
/// What follows the window, and the styles of what is not seen at once; fetched when the window stands.
pub const FRAME: &str = "chataibot-frame.js";
/// What keeps the page's handlers from our fields, and stands above what fills the screen; fetched with the widget, and with the plain form.
pub const HOST_PAGE: &str = "chataibot-host-page.js";
/// What takes Back on a phone; fetched after the frame.
pub const BACK: &str = "chataibot-back.js";
/// What belongs to settings that few pages use.
pub const BESIDE: &str = "chataibot-beside.js";
/// The plain form for browsers that refuse WASM.
pub const FALLBACK: &str = "chataibot-fallback.js";
/// What browsers of some years ago need besides.
pub const OLDER: &str = "chataibot-older.js";
/// The picture in the scenes of the scenario player.
const SAMPLE: &str = "chataibot-sample.svg";
/// The playground.
pub const PLAYGROUND: &str = "index.html";

/// Marks a line of the playground that tells Trunk what to do.
const DIRECTION: &str = "<link data-trunk";

/// Builds the bundle and says where it lies.
pub fn run(project: &Project, flavour: Flavour) -> Result<()> {
    build(project, flavour)?;
    println!("The bundle is in {}", project.dist().display());
    Ok(())
}

/// Brings `dist/` up to date. What did not change is left alone.
pub fn build(project: &Project, flavour: Flavour) -> Result<()> {
    let files = files(project, flavour)?;
    step("Compressing", || {
        let mut bundle = Bundle::open(project.dist())?;
        for (name, bytes) in &files {
            bundle.put(name, bytes)?;
        }
        let page = page(project)?;
        bundle.put(PLAYGROUND, without_directions(&page).as_bytes())?;
        put_copies(project, &page, &mut bundle)?;
        bundle.finish()
    })?;
    floor::check(project)
}

/// Trunk's `post_build` hook: puts the bundle beside the page that Trunk has built. A release is complete, with twins and hashes.
pub fn complete_trunk_build(project: &Project) -> Result<()> {
    let folder = env::var_os("TRUNK_STAGING_DIR").context("this is Trunk's post_build hook; use `cargo xtask dist`")?;
    let folder = PathBuf::from(folder);
    if env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release") {
        let mut bundle = Bundle::open(folder.clone())?;
        for (name, bytes) in files(project, Flavour::default())? {
            bundle.put(&name, &bytes)?;
        }
        let built = folder.join(PLAYGROUND);
        bundle.put(PLAYGROUND, &fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?)?;
        put_copies(project, &page(project)?, &mut bundle)?;
        return bundle.finish();
    }
    for (name, bytes) in files(project, Flavour::Dev)? {
        update(&folder.join(name), &bytes)?;
    }
    Ok(())
}

/// Everything but the playground, by name.
fn files(project: &Project, flavour: Flavour) -> Result<Vec<(String, Vec<u8>)>> {
    setup::wasm_target(project)?;
    setup::npm_packages(project)?;
    let generated = project.root.join("loader/generated");
    fs::create_dir_all(&generated).with_context(|| format!("cannot create {}", generated.display()))?;
    update(&generated.join(".gitignore"), b"*\n")?;

    let bound = wasm::build(project, flavour)?;
    let markup = step("Rendering the launcher", || {
        let markup =
            read(project.cargo().args(["run", "--quiet", "--example", "launcher_markup", "--features", "ssr"]))?;
        update(&generated.join("launcher.js"), launcher::module(markup.trim())?.as_bytes())?;
        Ok(markup)
    })?;
    step("Bundling", || {
        let styles = styles::Styles::read(project)?;
        let locales = locales::read(project)?;
        update(&generated.join("languages.js"), locales::module(&locales).as_bytes())?;
        update(&generated.join("styles.js"), styles.loader_module(project, &markup)?.as_bytes())?;
        update(&generated.join("older.js"), styles.older_module(project)?.as_bytes())?;
        let glue = project.scratch()?.join("joined");
        fs::create_dir_all(&glue).with_context(|| format!("cannot create {}", glue.display()))?;
        update(&glue.join(code_split::LINK), bound.link.as_bytes())?;
        let glue = glue.join(code_split::GLUE);
        update(
            &glue,
            [bound.glue, styles.widget_module(project)?, begin(project)?, locales::link(project)?].concat().as_bytes(),
        )?;
        let mut files = vec![
            (LOADER.to_owned(), script::for_every_tag(&script::bundle(project, "loader/loader.js")?)?),
            (WIDGET.to_owned(), script::bundle(project, glue.to_str().context("the path is no text")?)?),
            (WASM.to_owned(), bound.wasm),
            (FRAME.to_owned(), script::bundle(project, "loader/frame.js")?),
            (HOST_PAGE.to_owned(), script::bundle(project, "loader/host_page.js")?),
            (BACK.to_owned(), script::bundle(project, "loader/back.js")?),
            (BESIDE.to_owned(), script::bundle(project, "loader/beside.js")?),
            (FALLBACK.to_owned(), script::bundle(project, "loader/fallback.js")?),
            (OLDER.to_owned(), script::bundle(project, "loader/older.js")?),
        ];
        let sample = project.root.join("loader/sample.svg");
        files
            .push((SAMPLE.to_owned(), fs::read(&sample).with_context(|| format!("cannot read {}", sample.display()))?));
        files.extend(bound.parts);
        files.extend(locales.into_iter().map(|(tag, sentences)| (locales::file_name(&tag), sentences.into_bytes())));
        Ok(files)
    })
}

/// Brings `loader/begin.js`, the program's first steps, into the program's module.
fn begin(project: &Project) -> Result<String> {
    let path = project.root.join("loader/begin.js");
    let path = serde_json::Value::from(path.to_str().context("the path is no text")?);
    Ok(format!("export {{ begin, prepare }} from {path};\n"))
}

fn page(project: &Project) -> Result<String> {
    fs::read_to_string(project.root.join(PLAYGROUND)).context("cannot read index.html")
}

/// The page as it is served: its directions for Trunk are carried out, and left out.
fn without_directions(page: &str) -> String {
    page.lines().filter(|line| !line.contains(DIRECTION)).flat_map(|line| [line, "\n"]).collect()
}

/// Puts the files beside the page that it tells Trunk to copy.
fn put_copies(project: &Project, page: &str, bundle: &mut Bundle) -> Result<()> {
    for path in copies(page) {
        let bytes = fs::read(project.root.join(path)).with_context(|| format!("cannot read {path}"))?;
        let name = path.rsplit('/').next().unwrap_or(path);
        bundle.put(name, &bytes)?;
    }
    Ok(())
}

/// The paths in `<link data-trunk rel="copy-file" href="PATH">`, one to a line.
fn copies(page: &str) -> impl Iterator<Item = &str> {
    let directions = page.lines().filter(|line| line.contains(DIRECTION) && line.contains(r#"rel="copy-file""#));
    directions.filter_map(|line| line.split_once("href=\"")?.1.split('"').next())
}

/// The names of the parts in `dist/` that are fetched when needed.
pub fn parts(project: &Project) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(project.dist())? {
        let name = file?.file_name().into_string().ok().context("a file's name is no text")?;
        if name.ends_with(".wasm") && name != WASM {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The styles of a first open alone: raw, gzip and brotli bytes.
pub fn weigh_styles(project: &Project) -> Result<(usize, usize, usize)> {
    let module = styles::Styles::read(project)?.widget_module(project)?.into_bytes();
    Ok((module.len(), bundle::gzip(&module)?.len(), bundle::brotli(&module)?.len()))
}

/// Writes a file unless it says the same already, so that nothing built from it becomes older than it.
fn update(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head>\n<link data-trunk rel=\"rust\" data-trunk-skip />\n\
        <link data-trunk rel=\"copy-file\" href=\"styles/demo.css\" />\n<link rel=\"stylesheet\" href=\"demo.css\" />\n</head>\n";

    #[test]
    fn what_the_page_tells_trunk_is_carried_out_and_left_out() {
        assert_eq!(copies(PAGE).collect::<Vec<_>>(), ["styles/demo.css"]);
        assert_eq!(without_directions(PAGE), "<head>\n<link rel=\"stylesheet\" href=\"demo.css\" />\n</head>\n");
    }
}
