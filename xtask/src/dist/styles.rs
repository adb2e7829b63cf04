//! Joins the style sheets of `styles/` and minifies them, as JavaScript modules: only a constructed
//! sheet may style a shadow root under every content security policy.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::older::Older;
use super::purge_css::{purge_css, purge_tags};
use super::script;
use crate::files::{in_folder, read_text};
use crate::project::Project;

/// What the launcher needs at once, in this order; the first file declares the layers.
const LAUNCHER: &[&str] = &["tokens.css", "base.css", "launcher.css"];
/// Styles of teaser and preview; the file of the loader that shows these includes them too.
const EXTRAS: &str = "extras.css";
/// What is fetched after a window has opened. Layers make any order right.
const LATER: &[&str] = &[EXTRAS, "later.css", "menu.css", "resize.css"];
/// Styles of the loader; they may read tokens too.
const LOADER_CSS: &str = "loader/loader_css.js";
/// Styles of the other files of the loader, as a text in backquotes.
const OTHER_CSS: &[&str] = &["loader/extras_css.js", "loader/fallback_panel_css.js"];
/// Folder with the styles of chunks of the program.
const ON_DEMAND: &str = "styles/on-demand";
/// The one sheet there that no chunk uses: it is for a saved page.
const TRANSCRIPT: &str = "transcript.css";
/// The sheets there that a message needs if it is sent before those chunks are loaded.
const ROW_SHEETS: &[&str] = &["messages.css", "bubble.css"];
const DEMO: &str = "demo.css";

/// All of `styles/*.css` except the playground's. Themes are files of host pages, not ours to load.
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
        let all = in_folder(&folder, ".css")?;
        let names = all.iter().filter_map(|path| path.file_name()?.to_str());
        let regions: Vec<&str> = names.filter(|name| !others.contains(name)).collect();
        ensure!(!regions.is_empty(), "there is no style sheet of a region in {}", folder.display());
        let join = |names: &[&str]| names.iter().map(|name| read_text(&folder.join(name))).collect::<Result<String>>();
        Ok(Self { launcher: join(LAUNCHER)?, regions: join(&regions)?, later: join(LATER)? })
    }

    /// Returns modules by their names, each with one sheet. `launcherCss` has only what `markup`
    /// uses, as every page loads it; `windowCss` has the widget's styles except those that come
    /// later, with what `row`, a message in the shell, uses.
    ///
    /// One file each: esbuild chooses short names by the letters of all that a file holds, and the
    /// loader's size would depend on other sheets.
    pub fn loader_modules(&self, project: &Project, markup: &str, row: &str) -> Result<[(String, String); 4]> {
        let launcher = script::minify_css(project, &self.launcher)?;
        let launcher = purge_css(&launcher, &classes(markup)?, &read_text(&project.root.join(LOADER_CSS))?)?;
        let extras = script::minify_css(project, &read_text(&project.root.join("styles").join(EXTRAS))?)?;
        let later = script::minify_css(project, &self.later)?;
        let (_, row) = row.split_once("export const row = ").context("the shell's markup has no row")?;
        let folder = project.root.join(ON_DEMAND);
        let row_css = ROW_SHEETS.iter().map(|name| read_text(&folder.join(name))).collect::<Result<String>>()?;
        let row_css = script::minify_css(project, &row_css)?;
        let used_row_css = purge_tags(&purge_css(&row_css, &classes(row)?, &self.regions)?, &tags(row))?;
        let window = [self.window_css(project)?, used_row_css].concat();
        let sheets = [("launcher", launcher), ("extras", extras), ("later", later), ("window", window)];
        let module = |name, css| format!("export const {name}Css = {};\n", Value::from(css));
        Ok(sheets.map(|(name, css)| (format!("{name}_css.js"), module(name, css))))
    }

    /// Returns the styles of the window when it has just opened.
    pub fn window_css(&self, project: &Project) -> Result<String> {
        script::minify_css(project, &[self.launcher.as_str(), &self.regions].concat())
    }

    /// Returns the rules of all sheets that older browsers need in another form, as a module.
    pub fn older_module(&self, project: &Project) -> Result<String> {
        let mut older = Older::default();
        let mut sheets = vec![[self.launcher.as_str(), &self.regions, &self.later].concat()];
        for name in OTHER_CSS {
            let module = read_text(&project.root.join(name))?;
            let css = module.split('`').nth(1).with_context(|| format!("{name} has no template literal"))?;
            sheets.push(css.lines().filter(|line| !line.starts_with("${")).flat_map(|line| [line, "\n"]).collect());
        }
        for file in in_folder(&project.root.join(ON_DEMAND), ".css")?.iter().filter(|file| !file.ends_with(TRANSCRIPT))
        {
            sheets.push(read_text(file)?);
        }
        // Each on its own: minified together, rules of different sheets would be joined.
        for sheet in sheets {
            older.add(&script::minify_css(project, &sheet)?);
        }
        Ok(older.module())
    }
}

fn tags(markup: &str) -> BTreeSet<&str> {
    markup.split("[\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn classes(markup: &str) -> Result<BTreeSet<&str>> {
    let classes = markup.split("\"class\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let classes: BTreeSet<&str> = classes.flat_map(str::split_ascii_whitespace).collect();
    ensure!(!classes.is_empty(), "the markup names no class");
    Ok(classes)
}
