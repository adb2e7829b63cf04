//! Conversion of a visitor's typed answers, as they come back in an echo (INT).

use chataibot_wire::Content;
use chataibot_wire::content::{Media, MediaKind, Text};
use serde_json::Value;

use super::MOST_PARTS;
use crate::normalise::{Diagnostic, combine, fields, html, links, text};

/// Converts `form.response`: one line for each filled field.
pub fn form(message: &Value) -> Option<Content> {
    let data = message.get("data").unwrap_or(message);
    let lines = fields::list(data, &["fields"]).iter().take(MOST_PARTS).filter_map(|field| {
        let (label, value) = (fields::text(field, &["label"]), fields::text(field, &["value"])?);
        Some(label.map(|label| format!("{label}: {value}")).unwrap_or(value))
    });
    let body = html::plain(&lines.collect::<Vec<_>>().join("\n"));
    (!body.is_empty()).then_some(Content::Text(Text { body, prompt: None }))
}

/// Converts `file_upload.response` to its files.
pub fn files(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let data = message.get("data").unwrap_or(message);
    let listed = fields::list(data, &["files"]).iter().take(MOST_PARTS);
    combine(listed.filter_map(|file| media(file, diagnostics)).collect())
}

fn media(file: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let address = fields::text(file, &["link", "url"]).unwrap_or_default();
    let url = links::checked(Some(address), links::media, diagnostics)?;
    let name = fields::text(file, &["filename", "file_name", "name"]).map(|name| text::line(&name, 200));
    let kind = MediaKind::of_mime(&fields::text(file, &["mime_type", "type"]).unwrap_or_default());
    Some(Content::Media(Media { kind, url, name: name.filter(|name| !name.is_empty()), size: super::size(file) }))
}
