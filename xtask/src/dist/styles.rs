//! The style sheets of `styles/`, joined in one order and minified, as JavaScript modules: a constructed style sheet is the one
//! way to style a shadow root that every content security policy allows.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{older::Older, paths, purge_css::purge_css, read_text, script};
use crate::project::Project;

/// What the launcher needs before the rest is there, in this order; the first file declares the layers.
const LAUNCHER: &[&str] = &["tokens.css", "base.css", "launcher.css"];
/// What stands beside the launcher; the part of the loader that brings it has it too.
const EXTRAS: &str = "extras.css";
/// What nobody sees in a window that has just opened: it comes with what follows the window. Layers make any order right, and what
/// stands without these for a moment still works.
const LATER: &[&str] = &[EXTRAS, "later.css", "menu.css", "resize.css"];
/// What the loader adds; it may read tokens too.
const LOADER_CSS: &str = "loader/loader_css.js";
/// Styles of the loader's other parts, as a text in backquotes.
const PARTS_CSS: &[&str] = &["loader/extras_css.js", "loader/fallback_panel_css.js"];
/// The styles of parts of the program.
const ON_DEMAND: &str = "on-demand";
/// … but for this one: it is a saved page's.
const TRANSCRIPT: &str = "transcript.css";
/// For the playground only.
const DEMO: &str = "demo.css";

/// All of `styles/*.css` but the playground's. Themes are pages' files, not ours to load.
pub struct Styles {
    launcher: String,
    regions: String,
    later: String,
}

impl Styles {
    /// Reads the files; regions in the order of their names, as layers make any order right.
    pub fn read(project: &Project) -> Result<Self> {
        let folder = project.root.join("styles");
        let others = [LAUNCHER, LATER, &[DEMO]].concat();
        let all = paths(&folder, ".css")?;
        let names = all.iter().filter_map(|path| path.file_name()?.to_str());
        let regions: Vec<&str> = names.filter(|name| !others.contains(name)).collect();
        ensure!(!regions.is_empty(), "there is no region's style sheet in {}", folder.display());
        let join = |names: &[&str]| names.iter().map(|name| read_text(&folder.join(name))).collect::<Result<String>>();
        Ok(Self { launcher: join(LAUNCHER)?, regions: join(&regions)?, later: join(LATER)? })
    }

    /// `export const launcherCss = "…"`: only what `markup` has a use for, as every page loads it; and `extrasCss` and `laterCss`.
    pub fn loader_module(&self, project: &Project, markup: &str) -> Result<String> {
        let sheet = script::minify_css(project, &self.launcher)?;
        let sheet = std::str::from_utf8(&sheet).context("the minified style sheet is no text")?;
        let also = read_text(&project.root.join(LOADER_CSS))?;
        let classes = markup.split("\"class\":\"").skip(1).filter_map(|rest| rest.split('"').next());
        let classes: BTreeSet<&str> = classes.flat_map(str::split_ascii_whitespace).collect();
        ensure!(!classes.is_empty(), "the launcher's markup names no class");
        let extras = read_text(&project.root.join("styles").join(EXTRAS))?;
        let extras = module("extrasCss", &script::minify_css(project, &extras)?)?;
        let later = module("laterCss", &script::minify_css(project, &self.later)?)?;
        Ok([module("launcherCss", purge_css(sheet, &classes, &also).as_bytes())?, extras, later].concat())
    }

    /// What of all sheets older browsers need in another form, as a module.
    pub fn older_module(&self, project: &Project) -> Result<String> {
        let mut older = Older::default();
        let mut sheets = vec![[self.launcher.as_str(), &self.regions, &self.later].concat()];
        for name in PARTS_CSS {
            let module = read_text(&project.root.join(name))?;
            let css = module.split('`').nth(1).with_context(|| format!("{name} has no text in backquotes"))?;
            sheets.push(css.lines().filter(|line| !line.starts_with("${")).flat_map(|line| [line, "\n"]).collect());
        }
        let folder = project.root.join("styles").join(ON_DEMAND);
        for file in paths(&folder, ".css")?.iter().filter(|file| !file.ends_with(TRANSCRIPT)) {
            sheets.push(read_text(file)?);
        }
        // One after the other: minified together, rules of different sheets would be joined.
        for sheet in sheets {
            older.add(std::str::from_utf8(&script::minify_css(project, &sheet)?)?.trim_end());
        }
        Ok(older.module())
    }

    /// `export const css = "…"`: the widget's but for what comes later, to stand below the glue.
    pub fn widget_module(&self, project: &Project) -> Result<String> {
        module("css", &script::minify_css(project, &[self.launcher.as_str(), &self.regions].concat())?)
    }
}

fn module(name: &str, css: &[u8]) -> Result<String> {
    let css = std::str::from_utf8(css).context("the minified style sheet is no text")?;
    Ok(format!("export const {name} = {};\n", Value::from(css.trim_end())))
}
