//! Conversion of forms that a visitor fills in.

use chataibot_wire::content::{Field, FieldKind, Form};
use serde_json::Value;

use super::{choices, title};
use crate::normalise::{Diagnostic, fields, text};

const MOST_FIELDS: usize = 50;
const MOST_OPTIONS: usize = 200;
const LONGEST_VALUE: usize = 1_000;

pub fn form(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Form {
    let listed = fields::at_most(fields::list(message, &["fields", "inputs"]), MOST_FIELDS, diagnostics);
    let title = title(message, diagnostics);
    Form { title, fields: listed.iter().filter_map(|one| field(one, diagnostics)).collect() }
}

fn field(field: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Field> {
    let label = fields::text(field, &["label", "title", "name", "placeholder"])?;
    let label = choices::plain_label(&label, diagnostics)?;
    let kind = fields::canonical_name_in(field, &["type", "input_type"]);
    let listed = fields::list(field, &["options", "choices", "values", "items"]);
    let listed = fields::at_most(listed, MOST_OPTIONS, diagnostics);
    let mut options: Vec<String> = Vec::new();
    for option in listed.iter().filter_map(|one| choices::label(one, diagnostics)) {
        if !options.contains(&option) {
            options.push(option);
        }
    }
    let kind = match kind.as_str() {
        // Whatever its declared type: a visitor need not guess what to write.
        _ if !options.is_empty() => FieldKind::Choice,
        "email" => FieldKind::Email,
        "phone" | "tel" | "phone_number" => FieldKind::Phone,
        "number" | "integer" => FieldKind::Number,
        "date" | "calendar" => FieldKind::Date,
        "textarea" | "long" | "multiline" | "long_text" => FieldKind::Long,
        _ => FieldKind::Text,
    };
    let value =
        fields::text(field, &["value", "default"]).map(|value| text::line(&value, LONGEST_VALUE)).unwrap_or_default();
    let value = if kind == FieldKind::Choice && !options.contains(&value) { String::new() } else { value };
    let required = fields::flag(field, &["required", "mandatory", "is_required"]).unwrap_or(false);
    Some(Field { label, value, kind, required, options })
}
