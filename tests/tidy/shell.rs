//! `loader/shell_markup.js`: the window before the program is loaded, rendered from the components
//! like the launcher, and the English of its texts. In the markup, a text is its name after a `$`.

use std::collections::BTreeMap;

use chataibot_widget::components::{MARK, Shell, ShellRow};
use chataibot_widget::strings::SENTENCES;
use serde_json::Value;

use crate::launcher::{rendered, write_or_compare};

const PATH: &str = "loader/shell_markup.js";

/// Texts that `loader/shell_window.js` fills in by name.
const FILLED: &[&str] = &["author_visitor", "launcher"];

/// Placeholder for the text of a message, which is not translated.
const TEXT: &str = "text";

#[test]
fn shell_markup_is_what_the_components_render() {
    let (window, row) = (rendered::<Shell>(), rendered::<ShellRow>());
    let mut words = BTreeMap::new();
    for name in FILLED {
        words.insert((*name).to_owned(), english(name));
    }
    for nodes in [&window, &row] {
        collect(nodes, &mut words);
    }
    let words = serde_json::to_value(words).expect("texts");
    let head = "// The window before the program is loaded, and a message that is being sent, as their components render them, and the\n\
         // English of the texts in them; made by `cargo xtask tables`.\n";
    write_or_compare(
        PATH,
        &format!("{head}export const markup = {window};\nexport const row = {row};\nexport const english = {words};\n"),
    );
}

/// Collects the texts that these nodes refer to, in text or in attributes.
fn collect(nodes: &Value, words: &mut BTreeMap<String, String>) {
    match nodes {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(MARK).filter(|name| *name != TEXT) {
                words.insert(name.to_owned(), english(name));
            }
        }
        Value::Array(inside) => inside.iter().for_each(|node| collect(node, words)),
        Value::Object(attributes) => attributes.values().for_each(|value| collect(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn english(name: &str) -> String {
    let sentence = SENTENCES.iter().find(|(known, ..)| *known == name);
    sentence.unwrap_or_else(|| panic!("there is no sentence {name}")).1.to_owned()
}
