//! `loader/custom-elements.json`: the Custom Elements Manifest, for editors' completions and
//! catalogues. Generated from the tables of the code, the reference and the types for pages; `cargo
//! xtask tables` writes it.
//!
//! One entry per line, so that a changed entry is one changed line.

use std::{collections::BTreeSet, fs};

use chataibot_css::{PARTS, STATES, TOKENS};
use chataibot_widget::config::SETTINGS;
use serde_json::{Value, json};

use crate::source::{file, files, root};
use crate::tables::{is_to_be_written, rows};

const PATH: &str = "loader/custom-elements.json";

/// The slots that a host page can fill.
const SLOTS: &[(&str, &str)] = &[
    ("empty", "the content of an empty chat, instead of the greeting"),
    ("fallback", "shown where the chat cannot run"),
    ("header", "the content at the top of the window, instead of the title"),
    ("launcher-icon", "an icon on the launcher, instead of the default one"),
];

#[test]
fn manifest_entries_are_those_of_the_code() {
    hold_json(PATH, &manifest());
}

#[test]
fn manifest_slots_and_states_are_those_of_the_element() {
    let sources: Vec<String> = [files("loader", &[".js"]), files("src/components", &[".rs"])]
        .into_iter()
        .flatten()
        .map(|it| it.text)
        .collect();
    let after = |mark: &'static str, end: char| -> BTreeSet<String> {
        let found = sources.iter().flat_map(|text| text.split(mark).skip(1));
        found.filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    };
    let names = |table: &[(&str, &str)]| table.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let made: BTreeSet<String> =
        after("['slot', { name: '", '\'').into_iter().chain(after("\"slot\", \"name\" = \"", '"')).collect();
    assert_eq!(made, names(SLOTS));
    let marked = after("#setState('", '\'');
    assert_eq!(marked, names(STATES));
}

/// Compares a generated JSON file with its expected text, or writes it.
pub fn hold_json(path: &str, text: &str) {
    serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{path} would be no JSON: {error}"));
    hold_file(path, text);
}

/// Compares a generated file with its expected text, or writes it.
pub fn hold_file(path: &str, text: &str) {
    if is_to_be_written() {
        fs::write(root().join(path), text).expect("it can be written");
    } else {
        assert!(root().join(path).exists(), "there is no {path}; run: cargo xtask tables");
        assert!(file(path).text == text, "{path} is out of date; run: cargo xtask tables");
    }
}

/// Generates the manifest.
pub fn manifest() -> String {
    let lists = [
        ("attributes", attributes()),
        ("members", members()),
        ("events", events()),
        ("slots", named(SLOTS)),
        ("cssStates", named(STATES)),
        ("cssParts", css_parts()),
        ("cssProperties", css_properties()),
    ];
    let list = |(name, entries): (&str, Vec<Value>)| {
        let lines: Vec<String> = entries.iter().map(|entry| format!("        {entry}")).collect();
        format!("      \"{name}\": [\n{}\n      ]", lines.join(",\n"))
    };
    let head = r#"{
  "schemaVersion": "2.1.0",
  "readme": "../README.md",
  "modules": [{
    "kind": "javascript-module",
    "path": "chataibot.js",
    "declarations": [{
      "kind": "class",
      "name": "ChataibotWidget",
      "tagName": "chataibot-widget",
      "customElement": true,
      "superclass": { "name": "HTMLElement" },
"#;
    let foot = r#"
    }],
    "exports": [{
      "kind": "custom-element-definition",
      "name": "chataibot-widget",
      "declaration": { "name": "ChataibotWidget", "module": "chataibot.js" }
    }]
  }]
}
"#;
    [head, &lists.map(list).join(",\n"), foot].concat()
}

fn attributes() -> Vec<Value> {
    let settings = SETTINGS.iter().filter(|setting| !setting.attribute.is_empty());
    let attribute = |setting: &chataibot_widget::config::Setting| {
        let typed =
            if setting.property.is_empty() { "boolean".to_owned() } else { type_of(setting.property, SETTINGS_TYPE) };
        let mut entry = json!({
            "name": setting.attribute,
            "type": { "text": typed.strip_suffix(" | null").unwrap_or(&typed) },
            "default": default(setting.default),
            "description": setting.doc,
        });
        if !setting.property.is_empty() {
            entry["fieldName"] = setting.property.into();
        }
        entry
    };
    settings.map(attribute).collect()
}

/// Properties, then the reference's methods, two of which are read-only properties.
fn members() -> Vec<Value> {
    let settings = SETTINGS.iter().filter(|setting| !setting.property.is_empty());
    let field = |setting: &chataibot_widget::config::Setting| {
        let mut entry = json!({
            "kind": "field",
            "name": setting.property,
            "type": { "text": type_of(setting.property, SETTINGS_TYPE) },
            "default": default(setting.default),
            "description": setting.doc,
        });
        if !setting.attribute.is_empty() {
            entry["attribute"] = setting.attribute.into();
            entry["reflects"] = true.into();
        }
        entry
    };
    let method = |cells: Vec<String>| {
        let code = cells[0].trim_matches('`');
        match code.split_once('(') {
            Some((name, parameters)) => {
                let parameters = parameters.trim_end_matches(')');
                let named = parameters.split(", ").filter(|name| !name.is_empty()).map(|name| json!({ "name": name }));
                let parameters: Vec<Value> = named.collect();
                json!({ "kind": "method", "name": name, "parameters": parameters,
                    "return": { "type": { "text": type_of(name, CLASS_TYPE) } }, "description": cells[1] })
            }
            None => json!({ "kind": "field", "name": code, "readonly": true,
                "type": { "text": type_of(code, CLASS_TYPE) }, "description": cells[1] }),
        }
    };
    settings.map(field).chain(rows("methods").into_iter().map(method)).collect()
}

fn events() -> Vec<Value> {
    let event = |cells: Vec<String>| {
        let name = cells[0].trim_matches('`');
        json!({ "name": name, "type": { "text": type_of(&format!("'{name}'"), EVENTS_TYPE) }, "description": cells[2] })
    };
    rows("events").into_iter().map(event).collect()
}

fn css_properties() -> Vec<Value> {
    let property = |token: &chataibot_css::Token| {
        json!({
            "name": token.property(),
            "syntax": token.syntax.definition(),
            "description": token.paints,
            "default": token.default_words(),
        })
    };
    TOKENS.iter().map(property).collect()
}

fn css_parts() -> Vec<Value> {
    PARTS.iter().map(|part| json!({ "name": part.name, "description": part.description() })).collect()
}

fn named(table: &[(&str, &str)]) -> Vec<Value> {
    table.iter().map(|(name, what)| json!({ "name": name, "description": what })).collect()
}

/// In the table of settings, a default described in words is in brackets.
fn default(text: &str) -> &str {
    text.strip_prefix('(').and_then(|words| words.strip_suffix(')')).unwrap_or(text)
}

/// The declarations in `loader/chataibot.d.ts` that contain settings, events and methods.
const SETTINGS_TYPE: &str = "\nexport interface Settings {";
const EVENTS_TYPE: &str = "\nexport interface ChataibotEventMap {";
const CLASS_TYPE: &str = "\nexport class ChataibotWidget ";

/// The type of a property or an event, or the return type of a method.
fn type_of(name: &str, place: &str) -> String {
    let types = file("loader/chataibot.d.ts").text;
    let (_, there) = types.split_once(place).unwrap_or_else(|| panic!("loader/chataibot.d.ts has no{place}"));
    let (there, _) = there.split_once("\n}").expect("its end");
    let of = |line: &str| {
        let rest = line.trim().trim_start_matches("readonly ").trim_start_matches("get ").strip_prefix(name)?;
        let typed = rest.strip_prefix(": ").or_else(|| Some(rest.strip_prefix('(')?.rsplit_once("): ")?.1))?;
        // A method that can also be assigned is declared as an accessor.
        let typed = typed.strip_prefix("() => ").unwrap_or(typed);
        typed.strip_suffix(';').map(str::to_owned)
    };
    there.lines().find_map(of).unwrap_or_else(|| panic!("loader/chataibot.d.ts has no type of {name}"))
}
