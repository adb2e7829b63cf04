//! The tables of `docs/reference.md` and their sources. A table is between `<!-- table:NAME -->`
//! and `<!-- /table -->`.
//!
//! Attributes, tokens, parts and states are generated completely; `cargo xtask tables` writes them,
//! and the declarations of the tokens in `styles/tokens.css`. Methods and events are written by
//! hand, and only their names are compared with the code.

use std::{collections::BTreeSet, fmt::Write, fs};

use chataibot_css::{GROUPS, PARTS, STATES, TOKENS, Token};
use chataibot_widget::config::{SETTINGS, SettingKind, allowed};

use crate::source::{file, files, root};

const REFERENCE: &str = "docs/reference.md";
const VALUES: &str = "loader/setting_values.js";

#[test]
fn reference_tables_are_those_of_the_code() {
    for (name, table) in
        [("attributes", attributes()), ("tokens", token_table()), ("parts", parts()), ("states", states())]
    {
        hold(REFERENCE, &format!("<!-- table:{name} -->"), "<!-- /table -->", &table);
    }
}

#[test]
fn token_declarations_are_those_of_the_table() {
    hold("styles/tokens.css", "/* table:tokens */\n", "    /* /table */", &declarations());
}

/// Declarations that parts of the loader repeat, because they work without the other sheets, match
/// the table; and no sheet reads a token that is not in the table.
#[test]
fn style_sheets_read_tokens_as_the_table_says() {
    let sheets = files("styles", &[".css"]).into_iter().chain(files("loader", &[".js"]));
    for sheet in sheets.filter(|sheet| !sheet.path.ends_with("demo.css")) {
        for rest in sheet.text.split("var(--chataibot-").skip(1) {
            let name = rest.split([',', ')']).next().unwrap_or_default();
            let token = TOKENS.iter().find(|token| token.name == name);
            let token = token.unwrap_or_else(|| panic!("{} reads --chataibot-{name}, which is no token", sheet.path));
            if sheet.path.starts_with("loader/") && sheet.text.contains(&format!("--_{name}: var(--chataibot-{name},"))
            {
                assert!(sheet.text.contains(&token.declaration()), "{}: not {}", sheet.path, token.declaration());
            }
        }
    }
}

/// Compares the text between two marks in a file with `text`, or writes it there.
pub fn hold(path: &str, begin: &str, end: &str, text: &str) {
    let mut whole = file(path).text;
    let from = whole.find(begin).unwrap_or_else(|| panic!("{path} has no {begin}")) + begin.len();
    let to = from + whole[from..].find(end).unwrap_or_else(|| panic!("{path} has no {end} after {begin}"));
    if is_to_be_written() {
        whole.replace_range(from..to, text);
        fs::write(root().join(path), whole).expect("it can be written");
    } else {
        assert_eq!(whole[from..to], *text, "{path} is out of date at {begin}; run: cargo xtask tables");
    }
}

#[test]
fn setting_values_are_those_of_the_code() {
    let mut module =
        "// Allowed values of each attribute, from src/config/table.rs, for doctor_settings.js; made by `cargo xtask tables`.\n\n\
         export const VALUES = {\n"
            .to_owned();
    for setting in SETTINGS.iter().filter(|setting| !setting.attribute.is_empty()) {
        let taken = match setting.kind {
            SettingKind::Text => "'text'".to_owned(),
            SettingKind::Url => "'url'".to_owned(),
            SettingKind::UrlOrNone => "'url-or-none'".to_owned(),
            SettingKind::Flag => "'flag'".to_owned(),
            SettingKind::Choice(values) => format!("['{}']", values.join("', '")),
            SettingKind::Locale => "'locale'".to_owned(),
            SettingKind::Number => "'number'".to_owned(),
            SettingKind::Map => "'map'".to_owned(),
            SettingKind::List => "'list'".to_owned(),
            SettingKind::Json => "'json'".to_owned(),
        };
        writeln!(module, "  '{}': {taken},", setting.attribute).expect("a String takes everything");
    }
    // As attributes these are JSON; the table has them only as properties.
    for name in ["contact", "variables", "strings"] {
        if !module.contains(&format!("  '{name}': ")) {
            writeln!(module, "  '{name}': 'map',").expect("a String takes everything");
        }
    }
    module.push_str("};\n");
    if is_to_be_written() {
        fs::write(root().join(VALUES), module).expect("the module can be written");
    } else {
        assert_eq!(file(VALUES).text, module, "{VALUES} is out of date; run: cargo xtask tables");
    }
}

/// Whether generated text is to be written (`cargo xtask tables`), and not compared.
pub fn is_to_be_written() -> bool {
    std::env::var_os("CHATAIBOT_WRITE_TABLES").is_some()
}

/// Every event of the element has a type in `loader/chataibot.d.ts`.
#[test]
fn the_types_for_pages_know_every_event() {
    let types = file("loader/chataibot.d.ts").text;
    let typed = types.lines().filter_map(|line| line.trim().strip_prefix("'chataibot-")?.split_once("': CustomEvent<"));
    assert_eq!(typed.map(|(name, _)| format!("chataibot-{name}")).collect::<BTreeSet<_>>(), events());
}

#[test]
fn reference_methods_are_those_of_the_element() {
    assert_eq!(names_in_table("methods"), methods());
}

#[test]
fn reference_events_are_those_of_the_element() {
    assert_eq!(names_in_table("events"), events());
}

#[test]
fn readme_names_the_oldest_browsers_that_the_build_is_held_against() {
    let floor: serde_json::Value = serde_json::from_str(&file("xtask/floor/floor.json").text).expect("JSON");
    let readme = file("README.md").text;
    let (begin, end) = place(&readme, "browsers");
    let script = file("xtask/src/dist/script.rs").text;
    let older = file("loader/older.js").text;
    for (key, name) in [("chrome", "Chrome"), ("firefox", "Firefox"), ("safari", "Safari")] {
        let version = floor["browsers"][key].as_str().expect("a version");
        let row = readme[begin..end].lines().find(|line| line.starts_with(&format!("| {name}")));
        assert!(row.is_some_and(|row| row.contains(&format!("| {version} |"))), "{name} {version}: {row:?}");
        assert!(script.contains(&format!("{key}{version}")), "esbuild is told of {key}{version}");
        assert!(older.contains(&format!("{name} {version}")), "the console names {name} {version}");
    }
}

fn attributes() -> String {
    let mut table = "\n| attribute | property | values | default | what it does |\n|---|---|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let name = |name: &str| if name.is_empty() { "–".to_owned() } else { format!("`{name}`") };
        let default = match setting.default.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
            Some(words) => words.to_owned(),
            None => format!("`{}`", setting.default),
        };
        let (attribute, property) = (name(setting.attribute), name(setting.property));
        row(&mut table, &[&attribute, &property, &allowed(setting.kind), &default, setting.doc]);
    }
    table
}

fn token_table() -> String {
    let mut table =
        "\n| token | group | what it paints | value | default | follows |\n|---|---|---|---|---|---|\n".to_owned();
    for token in TOKENS {
        let follows = match token.falls_back {
            "" => "–".to_owned(),
            name => format!("`--chataibot-{name}`"),
        };
        let (name, value) = (format!("`{}`", token.property()), format!("`{}`", token.syntax.definition()));
        row(&mut table, &[&name, token.group, token.paints, &value, &token.default_words(), &follows]);
    }
    table
}

/// The token declarations of `styles/tokens.css`, each below its description.
fn declarations() -> String {
    let declaration = |token: &Token| {
        let (property, paints) = (token.property(), token.paints);
        format!("    /* {property}: {paints}. Default: {} */\n    {}\n", token.default_words(), token.declaration())
    };
    let group = |(group, title): &(&str, &str)| {
        let tokens = TOKENS.iter().filter(|token| token.group == *group);
        format!("\n    /* ---- {title} ---- */\n\n{}", tokens.map(declaration).collect::<String>())
    };
    GROUPS.iter().map(group).collect::<String>() + "\n"
}

fn parts() -> String {
    let mut table = "\n| part | what it is |\n|---|---|\n".to_owned();
    for part in PARTS.iter() {
        row(&mut table, &[&format!("`{}`", part.name), &part.description()]);
    }
    table
}

fn states() -> String {
    let mut table = "\n| state | when |\n|---|---|\n".to_owned();
    for (name, when) in STATES {
        row(&mut table, &[&format!("`{name}`"), when]);
    }
    table
}

fn row(table: &mut String, cells: &[&str]) {
    for cell in cells {
        write!(table, "| {} ", cell.replace('|', "\\|")).expect("a String takes everything");
    }
    table.push_str("|\n");
}

/// Start and end of a table's content: from the line break after its mark to its end mark.
fn place(text: &str, name: &str) -> (usize, usize) {
    let mark = format!("<!-- table:{name} -->");
    let begin = text.find(&mark).unwrap_or_else(|| panic!("there is no {mark}")) + mark.len();
    let length =
        text[begin..].find("<!-- /table -->").unwrap_or_else(|| panic!("{mark} has no <!-- /table --> after it"));
    (begin, begin + length)
}

/// The rows of a table without its head, split at the bars.
pub fn rows(name: &str) -> Vec<Vec<String>> {
    let reference = file(REFERENCE).text;
    let (begin, end) = place(&reference, name);
    let lines = reference[begin..end].lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.skip(1).map(|line| line.split(" | ").map(str::to_owned).collect()).collect()
}

/// The names in inline code in a table's first column, up to their first bracket.
fn names_in_table(name: &str) -> BTreeSet<String> {
    rows(name)
        .iter()
        .flat_map(|cells| cells[0].split('`').skip(1).step_by(2))
        .map(|code| code.split('(').next().unwrap_or_default().to_owned())
        .collect()
}

/// Names of the element's methods and getters: lines of the class, indented once, of the form
/// `name(…) {`, `async name(…) {` or `get name() {`.
fn methods() -> BTreeSet<String> {
    let text = file("loader/element.js").text;
    let class = text.split_once("\nexport class ").expect("the element's class").1;
    let class = class.split_once("\n}\n").expect("the end of the class").0;
    class
        .lines()
        .filter_map(|line| {
            let head = line.strip_prefix("  ")?.strip_suffix(") {")?;
            let head = head.strip_prefix("async ").or_else(|| head.strip_prefix("get ")).unwrap_or(head);
            let name = head.split_once('(')?.0;
            name.chars().all(|c| c.is_ascii_alphabetic()).then(|| name.to_owned())
        })
        .filter(|name| !name.ends_with("Callback") && name != "constructor")
        .chain(text_after(&text, "\nconst FETCHED = '").split(' ').map(str::to_owned))
        .collect()
}

/// The text between `mark` and the next single quote.
fn text_after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).and_then(|(_, rest)| rest.split('\'').next()).unwrap_or_else(|| panic!("there is no {mark}"))
}

/// Each method that is fetched on its first call is exported by the fetched file.
#[test]
fn fetched_methods_are_those_of_their_file() {
    let element = file("loader/element.js").text;
    let fetched: BTreeSet<String> = text_after(&element, "\nconst FETCHED = '").split(' ').map(str::to_owned).collect();
    let page = file("loader/page.js").text;
    let exported = page.lines().filter_map(|line| {
        let line = line.strip_prefix("export ")?;
        let line = line.strip_prefix("async ").unwrap_or(line);
        let line = line.strip_prefix("const ").or_else(|| line.strip_prefix("function "))?;
        line.split([' ', '(']).next().map(str::to_owned)
    });
    // An export that only the element calls is not a method for pages.
    let methods = exported.filter(|name: &String| !element.contains(&format!("page.{name}(")));
    assert_eq!(fetched, methods.collect());
}

/// Names of the events that the element and the boundary to it dispatch.
fn events() -> BTreeSet<String> {
    let element = file("loader/element.js").text;
    let told_by_element = element.split("#tell('").skip(1).filter_map(|rest| rest.split('\'').next());
    let border = file("src/element.rs").text;
    let report = border.split_once("\nfn report(").expect("the function that tells the page").1;
    let report = report.split_once("\n}\n").expect("its end").0;
    let told_by_border = report.split("(\"").skip(1).filter_map(|rest| {
        let (name, after) = rest.split_once('"')?;
        // `("open", object(…))` is an event; `("id", JsValue…)` is a field of one.
        (after.starts_with(", object(") || after.starts_with(", received_detail(")).then_some(name)
    });
    // Cancelable events: of the shell and the code that mounts the program, and of the boundary.
    let scripts = ["loader/mount.js", "loader/shell_composer.js"].map(|path| file(path).text).concat();
    let asked = scripts.split("'before-").skip(1).filter_map(|rest| rest.split('\'').next());
    let asked = asked.chain(border.split("\"before-").skip(1).filter_map(|rest| rest.split('"').next()));
    let asked: Vec<String> = asked.map(|name| format!("chataibot-before-{name}")).collect();
    told_by_element.chain(told_by_border).map(|name| format!("chataibot-{name}")).chain(asked).collect()
}
