//! The style sheets of `styles/`, joined in one order and minified, as JavaScript modules: a constructed style sheet is the one
//! way to style a shadow root that every content security policy allows.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{older::Older, purge_css::purge_css, script};
use crate::project::Project;

/// What the launcher needs before the rest is there, in this order; the first file declares the layers.
const LAUNCHER: &[&str] = &["tokens.css", "base.css", "launcher.css"];
/// What stands beside the launcher; the part of the loader that brings it has it too.
const BESIDE: &str = "beside.css";
/// What nobody sees in a window that has just opened: it comes with what follows the window. Layers make any order right, and what
/// stands without these for a moment still works.
const LATER: &[&str] = &[BESIDE, "later.css", "menu.css", "resize.css"];
/// What the loader adds; it may read tokens too.
const LOADER_CSS: &str = "loader/loader_css.js";
/// Styles of the loader's other parts, as a text in backquotes.
const PARTS_CSS: &[&str] = &["loader/beside_css.js", "loader/panel_css.js"];
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
        let mut names = Vec::new();
        for file in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let name = file?.file_name().into_string().ok().context("a style sheet's name is no text")?;
            if name.ends_with(".css") && name != DEMO && ![LAUNCHER, LATER].concat().contains(&name.as_str()) {
                names.push(name);
            }
        }
        names.sort_unstable();
        ensure!(!names.is_empty(), "there is no region's style sheet in {}", folder.display());
        let join = |names: &mut dyn Iterator<Item = &str>| -> Result<String> {
            let mut sheet = String::new();
            for name in names {
                sheet +=
                    &fs::read_to_string(folder.join(name)).with_context(|| format!("cannot read styles/{name}"))?;
            }
            Ok(sheet)
        };
        Ok(Self {
            launcher: join(&mut LAUNCHER.iter().copied())?,
            regions: join(&mut names.iter().map(String::as_str))?,
            later: join(&mut LATER.iter().copied())?,
        })
    }

    /// `export const launcherCss = "…"`: only what `markup` has a use for, as every page loads it; and `besideCss` and `laterCss`.
    pub fn loader_module(&self, project: &Project, markup: &str) -> Result<String> {
        let sheet = script::minify_css(project, &self.launcher)?;
        let sheet = std::str::from_utf8(&sheet).context("the minified style sheet is no text")?;
        let also =
            fs::read_to_string(project.root.join(LOADER_CSS)).with_context(|| format!("cannot read {LOADER_CSS}"))?;
        let classes = markup.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let classes: BTreeSet<&str> = classes.flat_map(str::split_ascii_whitespace).collect();
        ensure!(!classes.is_empty(), "the launcher's markup names no class");
        let beside = project.root.join("styles").join(BESIDE);
        let beside = fs::read_to_string(&beside).with_context(|| format!("cannot read {}", beside.display()))?;
        let beside = module("besideCss", &script::minify_css(project, &beside)?)?;
        let later = module("laterCss", &script::minify_css(project, &self.later)?)?;
        Ok([module("launcherCss", purge_css(sheet, &classes, &also).as_bytes())?, beside, later].concat())
    }

    /// What of all sheets older browsers need in another form, as a module.
    pub fn older_module(&self, project: &Project) -> Result<String> {
        let mut older = Older::default();
        let mut sheets = vec![[self.launcher.as_str(), &self.regions, &self.later].concat()];
        for name in PARTS_CSS {
            let module = fs::read_to_string(project.root.join(name)).with_context(|| format!("cannot read {name}"))?;
            let css = module.split('`').nth(1).with_context(|| format!("{name} has no text in backquotes"))?;
            sheets.push(css.lines().filter(|line| !line.starts_with("${")).flat_map(|line| [line, "\n"]).collect());
        }
        let folder = project.root.join("styles").join(ON_DEMAND);
        let mut files = Vec::new();
        for file in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            files.push(file?.path());
        }
        files.sort_unstable();
        for file in files.iter().filter(|file| !file.ends_with(TRANSCRIPT)) {
            sheets.push(fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?);
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
