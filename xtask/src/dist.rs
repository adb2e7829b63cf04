//! `cargo xtask dist`: builds the embeddable bundle, from source to files as they are served.
//!
//! - [`wasm`]: compiles the widget and binds it to JavaScript
//! - [`wasm_opt`]: optimises the WASM for size
//! - [`glue`]: removes from wasm-bindgen's JavaScript what no visitor needs
//! - [`compact`]: shortens the functions that it provides to the WASM
//! - [`shorten_imports`]: shortens the names of imports between the two
//! - [`export_order`]: gives exported functions consecutive indices
//! - [`purge_css`]: removes from a style sheet what the launcher does not use
//! - [`css`]: splits style sheets into rules
//! - [`older`]: rewrites the rules that older browsers cannot read
//! - [`styles`]: joins and minifies the style sheets
//! - [`locales`]: the sentences in other languages, a file for each
//! - [`script`]: bundles and minifies JavaScript
//! - [`bundle`]: writes files with their compressed twins and their hashes

mod bundle;
mod compact;
mod css;
mod export_order;
mod glue;
mod locales;
mod older;
mod purge_css;
mod script;
mod shorten_imports;
mod styles;
mod wasm;
mod wasm_opt;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::command_line::BundleProfile;
use crate::files::{file_name, in_folder, read_bytes, read_text, update};
use crate::progress::{both, step};
use crate::project::{Project, run as run_command};
use crate::setup;
use bundle::Bundle;
pub use wasm::bindgen;

/// The only file that a host page names.
pub const LOADER: &str = "chataibot.js";
pub const WIDGET: &str = "chataibot-widget.js";
pub const WASM: &str = "chataibot-widget_bg.wasm";
/// Registers tokens, for pages that animate them; not part of the widget.
const REGISTRATIONS: (&str, &str) = ("chataibot-tokens.css", "styles/optional/chataibot-tokens.css");
/// The module that fetches chunks of the program, by its name in the program and the glue.
const LINK: &str = "./split.js";
/// The glue, by its name in [`LINK`].
const GLUE: &str = "./glue.js";
/// The scripts that are bundled as they are, the shell first: name (key of the budget, and input of
/// [`script_name`]), source, and title in the table of sizes. Each source says when it is fetched.
pub const SCRIPTS: [(&str, &str, &str); 12] = [
    ("shell", "loader/shell.js", "shell with styles"),
    ("frame", "loader/viewport.js", "frame (after the shell)"),
    ("host-page", "loader/host_page.js", "host page (for plain form)"),
    ("top-layer", "loader/top_layer.js", "top layer (only if needed)"),
    ("back", "loader/back.js", "back (on phones)"),
    ("beside", "loader/extras.js", "beside (if a setting asks)"),
    ("page", "loader/page.js", "page (rare methods)"),
    ("doctor", "loader/doctor.js", "doctor (on demand)"),
    ("metrics", "loader/metrics.js", "metrics (on demand)"),
    ("design", "loader/design.js", "design mode (if enabled)"),
    ("fallback", "loader/fallback.js", "fallback (without WASM)"),
    ("older", "loader/older.js", "older (older browsers only)"),
];
/// The chats whose pages have a classic script in `loader/compat`.
pub const COMPAT: [&str; 4] = ["intercom", "zendesk", "crisp", "chatwoot"];
/// The picture in the scenes of the scenario player.
const SAMPLE_PICTURE: &str = "chataibot-sample.svg";
/// Folders of the studio, its themes and their pictures: in the project and in the bundle.
const STUDIO: [(&str, &str); 3] =
    [("studio", "studio"), ("styles/themes", "studio/themes"), ("docs/themes", "studio/themes")];
/// The table of tokens and parts, from which the studio makes its controls.
const DESIGN_TABLE: (&str, &str) = ("styles/design.json", "studio/design.json");
const PLAYGROUND: &str = "index.html";

/// The markup of launcher and window as the components render it, by `cargo xtask tables`.
const LAUNCHER_MARKUP: &str = "loader/launcher_markup.js";
const SHELL_MARKUP: &str = "loader/shell_markup.js";
/// Marks a line of the playground that is a directive for Trunk.
const TRUNK_DIRECTIVE: &str = "<link data-trunk";

/// Builds the bundle and prints where it is.
pub fn run(project: &Project, profile: BundleProfile) -> Result<()> {
    build(project, profile)?;
    println!("The bundle is in {}", project.dist().display());
    Ok(())
}

/// Brings `dist/` up to date. Unchanged files are not touched.
pub fn build(project: &Project, profile: BundleProfile) -> Result<()> {
    let (_, compiled) =
        both(|| setup::ensure_npm_packages(project), || step("Compiling the widget", || compile(project, profile)))?;
    bundle(project, profile, &compiled)
}

/// Brings `dist/` up to date, or with `built` takes the bundle that is there.
pub fn build_or_reuse(project: &Project, profile: BundleProfile, built: bool) -> Result<()> {
    if built { setup::ensure_npm_packages(project) } else { build(project, profile) }
}

/// Compiles the widget, and returns the path of the WASM. Needs only cargo.
pub fn compile(project: &Project, profile: BundleProfile) -> Result<PathBuf> {
    setup::ensure_wasm_target(project)?;
    wasm::compile(project, profile)
}

/// Makes the bundle from the compiled widget. Needs the npm packages; cargo only for the splitter.
pub fn bundle(project: &Project, profile: BundleProfile, compiled: &Path) -> Result<()> {
    let files = bundle_files(project, profile, compiled)?;
    step("Writing the bundle", || {
        // A demo's files are only downloaded from this machine.
        let compressed = profile != BundleProfile::Demo;
        let playground = read_text(&project.root.join(PLAYGROUND))?;
        write(project, project.dist(), compressed, &files, without_directives(&playground).as_bytes())
    })?;
    if profile == BundleProfile::Demo { Ok(()) } else { check_browser_support(project) }
}

/// Fails if one of the oldest browsers lacks what `dist/` uses and xtask/floor/floor.json omits.
fn check_browser_support(project: &Project) -> Result<()> {
    let mut command = project.command("node");
    run_command(command.arg("xtask/floor/check.mjs").arg(project.dist()).stdout(Stdio::null()))
        .context("the oldest browsers of xtask/floor/floor.json lack a feature")
}

/// Trunk's `post_build` hook: adds the bundle to its page; for a release, with twins and hashes.
pub fn complete_trunk_build(project: &Project) -> Result<()> {
    let folder = env::var_os("TRUNK_STAGING_DIR").context("this is Trunk's post_build hook; use `cargo xtask dist`")?;
    let folder = PathBuf::from(folder);
    let is_release = env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release");
    let profile = if is_release { BundleProfile::Small } else { BundleProfile::Dev };
    setup::ensure_npm_packages(project)?;
    let compiled = step("Compiling the widget", || compile(project, profile))?;
    let files = bundle_files(project, profile, &compiled)?;
    if is_release {
        let built = read_bytes(&folder.join(PLAYGROUND))?;
        return write(project, folder, true, &files, &built);
    }
    files.iter().try_for_each(|(name, bytes)| update(&folder.join(name), bytes))
}

/// Writes these files, the playground, and the files that it tells Trunk to copy.
fn write(
    project: &Project,
    folder: PathBuf,
    compressed: bool,
    files: &[(String, Vec<u8>)],
    playground: &[u8],
) -> Result<()> {
    let mut bundle = Bundle::open(project, folder, compressed)?;
    files.iter().try_for_each(|(name, bytes)| bundle.put(name, bytes))?;
    bundle.put(PLAYGROUND, playground)?;
    for path in copied_paths(&read_text(&project.root.join(PLAYGROUND))?) {
        let path = project.root.join(path);
        bundle.put(file_name(&path)?, &read_bytes(&path)?)?;
    }
    bundle.finish()
}

/// Returns everything but the playground, by name.
fn bundle_files(project: &Project, profile: BundleProfile, compiled: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let generated = project.root.join("loader/generated");
    update(&generated.join(".gitignore"), b"*\n")?;

    let bound = wasm::bind(project, profile, compiled)?;
    step("Bundling", || {
        let markup = read_text(&project.root.join(LAUNCHER_MARKUP))?;
        let shell_markup = read_text(&project.root.join(SHELL_MARKUP))?;
        let styles = styles::Styles::read(project)?;
        let locales = locales::read(project)?;
        update(&generated.join("languages.js"), locales::module(&locales).as_bytes())?;
        for (name, module) in styles.loader_modules(project, &markup, &shell_markup)? {
            update(&generated.join(name), module.as_bytes())?;
        }
        update(&generated.join("older.js"), styles.older_module(project)?.as_bytes())?;
        let glue = project.scratch()?.join("joined");
        update(&glue.join(LINK), bound.link.as_bytes())?;
        let glue = glue.join(GLUE);
        let fetch_talk = if bound.link.is_empty() {
            "export const fetchTalk = () => {};\n".to_owned()
        } else {
            format!("export {{ fetchTalk }} from \"{LINK}\";\n")
        };
        update(&glue, [bound.glue, fetch_talk].concat().as_bytes())?;
        let mut files = vec![
            (LOADER.to_owned(), script::for_every_tag(&script::bundle(project, "loader/loader.js")?)?),
            (WIDGET.to_owned(), script::bundle(project, glue.to_str().context("the path is not UTF-8")?)?),
            (WASM.to_owned(), bound.wasm),
            (SAMPLE_PICTURE.to_owned(), read_bytes(&project.root.join("loader/sample.svg"))?),
            (REGISTRATIONS.0.to_owned(), read_bytes(&project.root.join(REGISTRATIONS.1))?),
        ];
        for (name, entry, _) in SCRIPTS {
            files.push((script_name(name), script::bundle(project, entry)?));
        }
        for chat in COMPAT {
            let script = script::classic(project, &format!("loader/compat/{chat}.js"))?;
            files.push((script_name(&format!("compat-{chat}")), script));
        }
        files.extend(bound.chunks);
        files.extend(studio(project)?);
        files.extend(locales.into_iter().map(|(tag, sentences)| (locales::file_name(&tag), sentences.into_bytes())));
        Ok(files)
    })
}

pub fn script_name(name: &str) -> String {
    format!("chataibot-{name}.js")
}

/// Returns the studio's files, with the themes and their pictures.
fn studio(project: &Project) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = vec![(DESIGN_TABLE.1.to_owned(), read_bytes(&project.root.join(DESIGN_TABLE.0))?)];
    for (folder, target) in STUDIO {
        for path in in_folder(&project.root.join(folder), "")?.iter().filter(|path| path.is_file()) {
            files.push((format!("{target}/{}", file_name(path)?), read_bytes(path)?));
        }
    }
    Ok(files)
}

/// Returns the page without its directives for Trunk, which were carried out.
fn without_directives(page: &str) -> String {
    page.lines().filter(|line| !line.contains(TRUNK_DIRECTIVE)).flat_map(|line| [line, "\n"]).collect()
}

/// Returns the paths in `<link data-trunk rel="copy-file" href="PATH">`, one to a line.
fn copied_paths(page: &str) -> impl Iterator<Item = &str> {
    let directives = page.lines().filter(|line| line.contains(TRUNK_DIRECTIVE) && line.contains(r#"rel="copy-file""#));
    directives.filter_map(|line| line.split_once("href=\"")?.1.split('"').next())
}

/// Returns the names of the chunks in `dist/` that are fetched on demand.
pub fn chunks(project: &Project) -> Result<Vec<String>> {
    let mut paths = in_folder(&project.dist(), ".wasm")?;
    paths.retain(|path| !path.ends_with(WASM));
    paths.iter().map(|path| Ok(file_name(path)?.to_owned())).collect()
}

/// Returns the size of the styles of a first open alone: raw, gzip and brotli bytes.
pub fn weigh_styles(project: &Project) -> Result<[usize; 3]> {
    bundle::weigh(project, styles::Styles::read(project)?.window_css(project)?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head>\n<link data-trunk rel=\"rust\" data-trunk-skip />\n\
        <link data-trunk rel=\"copy-file\" href=\"styles/demo.css\" />\n<link rel=\"stylesheet\" href=\"demo.css\" />\n</head>\n";

    #[test]
    fn what_the_page_tells_trunk_is_carried_out_and_left_out() {
        assert_eq!(copied_paths(PAGE).collect::<Vec<_>>(), ["styles/demo.css"]);
        assert_eq!(without_directives(PAGE), "<head>\n<link rel=\"stylesheet\" href=\"demo.css\" />\n</head>\n");
    }
}
