//! Files generated from the table of tokens, parts and states, besides the reference and the
//! manifest: data for the designers' pages, design tokens, editor completions, and TypeScript
//! names. `cargo xtask tables` writes them.

use chataibot_css::{GROUPS, PARTS, STATES, TOKENS, Token, design_tokens, parts::REGIONS};
use serde_json::{Value, json};

use crate::manifest::{hold_file, hold_json, manifest};
use crate::tables::hold;

#[test]
fn design_data_is_that_of_the_table() {
    let named = |table: &[(&str, &str)], with: &str| -> Vec<Value> {
        table.iter().map(|(name, words)| json!({ "name": name, with: words })).collect()
    };
    let token = |token: &Token| {
        let follows = (!token.falls_back.is_empty()).then(|| format!("--chataibot-{}", token.falls_back));
        json!({
            "name": token.property(),
            "group": token.group,
            "kind": token.syntax.kind(),
            "syntax": token.syntax.definition(),
            "check": token.syntax.check(),
            "light": token.shown.light,
            "dark": token.shown.dark,
            "default": token.default_words(),
            "description": token.paints,
            "follows": follows,
        })
    };
    let part = |part: &chataibot_css::Part| {
        let of = (!part.of.is_empty()).then_some(part.of);
        json!({ "name": part.name, "region": part.region, "of": of, "description": part.description() })
    };
    let lists = [
        ("groups", named(GROUPS, "title")),
        ("tokens", TOKENS.iter().map(token).collect()),
        ("regions", named(REGIONS, "title")),
        ("parts", PARTS.iter().map(part).collect()),
        ("states", named(STATES, "description")),
    ];
    hold_json("styles/design.json", &format!("{{\n{}\n}}\n", lists.map(list).join(",\n")));
}

#[test]
fn design_tokens_are_those_of_the_table() {
    let document = design_tokens::document().expect("every default is understood");
    let text = serde_json::to_string_pretty(&document).expect("a document is JSON");
    hold_json("styles/tokens.json", &(text + "\n"));
}

#[test]
fn design_registrations_are_those_of_the_table() {
    let registrations: String = TOKENS.iter().filter_map(Token::registration).collect();
    let all = "/* Registers the widget's lengths and numbers, for pages that animate them: see docs/reference.md. */\n"
        .to_owned()
        + &registrations;
    hold_file("styles/optional/chataibot-tokens.css", &all);
}

#[test]
fn data_for_editors_is_that_of_the_manifest() {
    let manifest: Value = serde_json::from_str(&manifest()).expect("the manifest is JSON");
    let element = &manifest["modules"][0]["declarations"][0];
    hold_json("editors/vscode.html-data.json", &vscode_html(element));
    hold_json("editors/vscode.css-data.json", &vscode_css());
    hold_json("editors/web-types.json", &web_types(element));
}

#[test]
fn names_for_typescript_are_those_of_the_table() {
    let names: [(&str, &str, Vec<String>); 3] = [
        ("TokenName", "A custom property of the widget", TOKENS.iter().map(Token::property).collect()),
        ("PartName", "A part, as `::part()` names it", PARTS.iter().map(|part| part.name.to_owned()).collect()),
        ("StateName", "A state, as `:state()` names it", STATES.iter().map(|(name, _)| (*name).to_owned()).collect()),
    ];
    let union = |(name, meaning, members): (&str, &str, Vec<String>)| {
        let members: String = members.iter().map(|member| format!("\n  | '{member}'")).collect();
        format!("\n/** {meaning}. */\nexport type {name} ={members};\n")
    };
    hold("loader/chataibot.d.ts", "// table:names\n", "// /table", &names.map(union).concat());
}

/// One entry per line, so that a changed entry is one changed line.
fn list((name, entries): (&str, Vec<Value>)) -> String {
    let lines: Vec<String> = entries.iter().map(|entry| format!("    {entry}")).collect();
    format!("  \"{name}\": [\n{}\n  ]", lines.join(",\n"))
}

fn entries<'a>(element: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    element[name].as_array().into_iter().flatten()
}

/// The words of a type `a | b`, if it consists of words only.
fn choices(attribute: &Value) -> Vec<&str> {
    let typed = attribute["type"]["text"].as_str().unwrap_or_default();
    let words = typed.split(" | ").map(|word| word.strip_prefix('\'')?.strip_suffix('\''));
    words.collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// <https://github.com/microsoft/vscode-custom-data>
fn vscode_html(element: &Value) -> String {
    let attribute = |attribute: &Value| {
        let default = attribute["default"].as_str().unwrap_or_default();
        let mut entry = json!({
            "name": attribute["name"],
            "description": format!("{} Default: {default}", attribute["description"].as_str().unwrap_or_default()),
        });
        let values: Vec<Value> = choices(attribute).into_iter().map(|word| json!({ "name": word })).collect();
        if !values.is_empty() {
            entry["values"] = values.into();
        } else if attribute["type"]["text"] == "boolean" {
            entry["valueSet"] = "v".into();
        }
        entry
    };
    let attributes: Vec<Value> = entries(element, "attributes").map(attribute).collect();
    let lines: Vec<String> = attributes.iter().map(|entry| format!("      {entry}")).collect();
    format!(
        "{{\n  \"version\": 1.1,\n  \"tags\": [{{\n    \"name\": \"chataibot-widget\",\n    \"description\": \"The ChatAIBot chat widget.\",\n    \
         \"attributes\": [\n{}\n    ]\n  }}]\n}}\n",
        lines.join(",\n")
    )
}

fn vscode_css() -> String {
    let property = |token: &Token| {
        json!({
            "name": token.property(),
            "syntax": token.syntax.definition(),
            "description": format!("{}. Default: {}", token.paints, token.default_words()),
        })
    };
    let part = |part: &chataibot_css::Part| json!({ "name": format!("::part({})", part.name), "description": part.description() });
    let state = |(name, when): &(&str, &str)| json!({ "name": format!(":state({name})"), "description": when });
    let lists = [
        ("properties", TOKENS.iter().map(property).collect()),
        ("pseudoElements", PARTS.iter().map(part).collect()),
        ("pseudoClasses", STATES.iter().map(state).collect()),
    ];
    format!("{{\n  \"version\": 1.1,\n{}\n}}\n", lists.map(list).join(",\n"))
}

/// <https://github.com/JetBrains/web-types>
fn web_types(element: &Value) -> String {
    let attribute = |attribute: &Value| {
        json!({
            "name": attribute["name"],
            "description": attribute["description"],
            "default": attribute["default"],
            "value": { "type": attribute["type"]["text"] },
        })
    };
    let described = |entry: &Value| json!({ "name": entry["name"], "description": entry["description"] });
    let lists = [
        ("attributes", entries(element, "attributes").map(attribute).collect()),
        ("slots", entries(element, "slots").map(described).collect()),
    ];
    let scripts = [
        ("properties", entries(element, "members").filter(|member| member["kind"] == "field").map(described).collect()),
        ("events", entries(element, "events").map(described).collect()),
    ];
    let styles = [
        ("properties", entries(element, "cssProperties").map(described).collect()),
        ("parts", entries(element, "cssParts").map(described).collect()),
    ];
    format!(
        r#"{{
  "$schema": "https://json.schemastore.org/web-types",
  "name": "chataibot-widget",
  "version": "{}",
  "description-markup": "markdown",
  "contributions": {{ "html": {{ "elements": [{{
  "name": "chataibot-widget",
  "description": "The ChatAIBot chat widget.",
{},
  "js": {{
{}
  }},
  "css": {{
{}
  }}
}}] }} }}
}}
"#,
        env!("CARGO_PKG_VERSION"),
        lists.map(list).join(",\n"),
        scripts.map(list).join(",\n"),
        styles.map(list).join(",\n"),
    )
}
