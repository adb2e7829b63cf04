//! Runs JavaScript and CSS through esbuild: bundled and minified, without the paths of the sources.

use anyhow::{Context, Result, ensure};

use crate::project::{Project, run_with_input};

/// The oldest browsers of xtask/floor/floor.json: esbuild adds prefixes and checks syntax.
const TARGET: &str = "--target=chrome111,firefox113,safari16.4";

/// Names of the browser that scripts of host pages declare for themselves, as in `const URL = "…"`
/// and `let history = []`. At the top level of a classic script such a declaration is in scope in
/// modules, too, but `globalThis` keeps the browser's.
const SHADOWED: [&str; 11] =
    ["URL", "Node", "Element", "Event", "Headers", "Response", "Blob", "history", "performance", "fetch", "navigator"];

/// Bundles the module at `entry` with its imports; the bundle's own files stay imports. In ASCII:
/// with one letter beyond Latin-1, a browser stores the whole script in two bytes per letter.
pub fn bundle(project: &Project, entry: &str) -> Result<Vec<u8>> {
    let defines: Vec<String> = SHADOWED.iter().map(|name| format!("--define:{name}=globalThis.{name}")).collect();
    let mut arguments = vec![entry, "--bundle", "--format=esm", "--external:./chataibot-*", "--minify", TARGET];
    arguments.extend(defines.iter().map(String::as_str));
    esbuild(project, &arguments, "")
}

/// Bundles the module at `entry` as a classic script without global names.
pub fn classic(project: &Project, entry: &str) -> Result<Vec<u8>> {
    esbuild(project, &[entry, "--bundle", "--format=iife", "--minify", "--charset=utf8", TARGET], "")
}

/// Turns the loader's module into a file that also runs as a classic script, for tag managers.
///
/// In a module `await` is an operator and `/1/` after it a regular expression; in a script `await`
/// is a name, divided by 1, and `/*` begins a comment. So the second line, with all that only a
/// module may contain, is for modules alone, and `0&&` keeps both from evaluating the rest of the
/// expression. A script learns its address from its tag, and leaves the class as a global.
pub fn for_every_tag(module: &[u8]) -> Result<Vec<u8>> {
    let module = std::str::from_utf8(module).context("the loader is not UTF-8")?;
    let (body, export) = module.trim_end().rsplit_once("export{").context("the loader exports nothing")?;
    let class =
        export.strip_suffix(" as ChataibotWidget};").context("the loader must export its class and nothing else")?;
    ensure!(
        body.matches("import.meta").count() == body.matches("import.meta.url").count(),
        "a script must not use import.meta"
    );
    let body = body.replace("import.meta.url", "own");
    let head = "var ChataibotWidget=globalThis.document?.currentScript?.src\n\
        0&&await/1/*0;ChataibotWidget=import.meta.url;export{ChataibotWidget}//*/\n";
    Ok(format!("{head}ChataibotWidget=(own=>{{{body}return {class}}})(ChataibotWidget);\n").into_bytes())
}

pub fn minify_css(project: &Project, sheet: &str) -> Result<String> {
    let minified = esbuild(project, &["--loader=css", "--minify", "--charset=utf8", TARGET], sheet)?;
    Ok(without_spaces(String::from_utf8(minified).context("the minified style sheet is not UTF-8")?.trim_end()))
}

/// Removes spaces that esbuild leaves outside of quoted texts: after colon and comma in values of
/// custom properties, and around the times sign of a calculation.
fn without_spaces(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let (mut in_text, mut escaped, mut depth) = (None, false, 0_u32);
    for (at, c) in sheet.char_indices() {
        match in_text {
            Some(quote) if c == quote && !escaped => in_text = None,
            None if c == '"' || c == '\'' => in_text = Some(c),
            // Never in a selector: esbuild removes spaces after a colon or a comma there.
            None if c == ' ' && out.ends_with([':', ',']) => continue,
            // In brackets only: elsewhere `*` may be the universal selector.
            None if c == ' ' && depth > 0 && (out.ends_with('*') || sheet[at..].starts_with(" * ")) => continue,
            None if c == '(' => depth += 1,
            None if c == ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

fn esbuild(project: &Project, arguments: &[&str], input: &str) -> Result<Vec<u8>> {
    let mut esbuild = project.command(project.root.join("node_modules/.bin/esbuild"));
    run_with_input(esbuild.args(arguments).args(["--log-level=warning", "--legal-comments=none"]), input.as_bytes())
        .with_context(|| format!("the bundler failed with {}", arguments.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_custom_properties_lose_their_spaces_and_texts_keep_theirs() {
        let sheet = r#"a * b{--b: var(--c, 1px 2px);content:": , ' * '";font:"Segoe UI", 'x: y';width:calc(2px * var(--d) - 1px)}"#;
        let tightened =
            r#"a * b{--b:var(--c,1px 2px);content:": , ' * '";font:"Segoe UI",'x: y';width:calc(2px*var(--d) - 1px)}"#;
        assert_eq!(without_spaces(sheet), tightened);
    }
}
