//! Conversion of each message kind of the platform to a [`Content`]. Names are DOC; field shapes
//! are OBS for text and button, INT for the rest.

use chataibot_wire::content::{
    Appointment, Calendar, FileUpload, Info, Media, MediaKind, Prompt, Slider, Text, Unsupported,
};
use chataibot_wire::text::is_blank;
use chataibot_wire::{Content, Node, RichText};
use serde_json::Value;

use super::{Diagnostic, combine, fields, html, is_block, links, shape, text};

mod choices;
mod form;
mod responses;

/// Maximum number of parts of one `send_message`.
const MOST_PARTS: usize = 50;
/// Maximum length of a file name, in characters.
const LONGEST_NAME: usize = 200;
/// Keys that may hold a kind's main text.
const TITLE: &[&str] = &["title", "text", "body", "message", "question", "label", "description", "caption"];

/// Converts a message; `None` if it has nothing to show to a visitor.
pub fn content(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    content_at_depth(message, diagnostics, 2)
}

fn content_at_depth(message: &Value, diagnostics: &mut Vec<Diagnostic>, depth: usize) -> Option<Content> {
    let kind = fields::canonical_name_in(message, &["type", "message_type", "kind"]);
    match kind.as_str() {
        "text" | "" | "button_response" | "slider_response" => text_message(message, None, diagnostics),
        "name" => text_message(message, Some(Prompt::Name), diagnostics),
        "email" => text_message(message, Some(Prompt::Email), diagnostics),
        "phone" | "phone_number" => text_message(message, Some(Prompt::Phone), diagnostics),
        "send_message" if depth > 0 => multipart(message, diagnostics, depth - 1),
        "image" => media(message, &kind, MediaKind::Image, diagnostics),
        "video" => media(message, &kind, MediaKind::Video, diagnostics),
        "audio" => media(message, &kind, MediaKind::Audio, diagnostics),
        "document" | "file" => media(message, &kind, MediaKind::Document, diagnostics),
        "info" => info(message, diagnostics),
        "button" | "buttons" => choices::buttons(message, diagnostics),
        "list" => choices::list(message, diagnostics),
        "carousel" | "image_carousel" => choices::carousel(message, diagnostics),
        "slider" => Some(Content::Slider(slider(message, diagnostics))),
        "calendar" | "date" | "datetime" => Some(Content::Calendar(calendar(message, diagnostics))),
        "file_upload" => Some(Content::FileUpload(FileUpload { title: title(message, diagnostics) })),
        "form" => Some(Content::Form(form::form(message, diagnostics))),
        "appointment_booking" | "appointment" | "calendly" => {
            Some(Content::Appointment(appointment(message, diagnostics)))
        }
        "form_response" => responses::form(message),
        "file_upload_response" => responses::files(message, diagnostics),
        "delay" => Some(Content::Delay),
        "javascript" | "java_script" | "script" | "js" => {
            diagnostics.push(Diagnostic::ScriptDropped);
            None
        }
        _ => {
            let kind = fields::label(&kind);
            diagnostics.push(Diagnostic::UnknownKind { kind: kind.clone(), shape: shape::shape(message) });
            Some(Content::Unsupported(Unsupported { kind, text: title(message, diagnostics) }))
        }
    }
}

fn text_message(message: &Value, prompt: Option<Prompt>, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    // `text` is HTML (OBS); `data.body`, as documented for a visitor's message, is plain text.
    let body = match fields::text(message, &["text"]) {
        Some(text) => {
            let (text, has_media) = html::convert(&text, diagnostics);
            if text.is_empty() && has_media && prompt.is_none() {
                // A picture without text and without an allowed address is still a message.
                return Some(Content::Unsupported(Unsupported { kind: "media".to_owned(), text }));
            }
            text
        }
        None => match message.get("data").and_then(|data| fields::text(data, &["body", "text"])) {
            Some(body) => html::plain(&body),
            None => title(message, diagnostics),
        },
    };
    (!body.is_empty()).then_some(Content::Text(Text { body, prompt }))
}

fn multipart(message: &Value, diagnostics: &mut Vec<Diagnostic>, depth: usize) -> Option<Content> {
    let listed = fields::at_most(fields::list(message, &["messages", "parts"]), MOST_PARTS, diagnostics);
    if listed.is_empty() {
        return text_message(message, None, diagnostics);
    }
    combine(listed.iter().filter_map(|part| content_at_depth(part, diagnostics, depth)).collect())
}

fn info(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let title = title(message.get("info").unwrap_or(message), diagnostics);
    (!title.is_empty()).then_some(Content::Info(Info { title }))
}

fn media(message: &Value, kind: &str, media: MediaKind, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let file = fields::first_present(message, &[kind, "media", "file"]).unwrap_or(message);
    let address = fields::text_or_field(file, &["link", "url", "src", "href"]);
    let name = fields::text(file, &["file_name", "filename", "name", "title", "caption"])
        .or_else(|| fields::text(message, &["file_name", "filename", "caption", "title"]))
        .map(|name| text::line(&name, LONGEST_NAME))
        .filter(|name| !is_blank(name));
    Some(match links::checked(Some(address.unwrap_or_default()), links::media, diagnostics) {
        Some(url) => Content::Media(Media { kind: media, url, name, size: size(file).or_else(|| size(message)) }),
        None => {
            let text = name.map(RichText::plain).unwrap_or_default();
            Content::Unsupported(Unsupported { kind: fields::label(kind), text })
        }
    })
}

/// Returns the size in bytes, if the file states it.
fn size(file: &Value) -> Option<u32> {
    let bytes = fields::number(file, &["size", "file_size", "filesize", "bytes"])?;
    // The range makes the cast exact: the value is whole bytes.
    (1.0..=f64::from(u32::MAX)).contains(&bytes).then(|| bytes.round() as u32)
}

fn slider(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Slider {
    let data = message.get("slider").filter(|data| data.is_object()).unwrap_or(message);
    let min = fields::number(data, &["min", "minimum", "from"]).unwrap_or(0.0);
    let max = fields::number(data, &["max", "maximum", "to"]).unwrap_or(100.0);
    let (min, max) = if min <= max { (min, max) } else { (max, min) };
    let step = fields::number(data, &["step"]).filter(|step| *step > 0.0).unwrap_or(1.0);
    let unit = fields::text(data, &["unit"]).map(|unit| text::line(&unit, 40)).filter(|unit| !unit.is_empty());
    Slider { title: title(message, diagnostics), min, max, step, unit }
}

fn calendar(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Calendar {
    let bounds = message.get("validation").filter(|bounds| bounds.is_object()).unwrap_or(message);
    let day =
        |keys: &[&str]| fields::text(bounds, keys).or_else(|| fields::text(message, keys)).as_deref().and_then(day);
    let with_time = ["time", "with_time", "enable_time", "include_time", "show_time"];
    Calendar {
        title: title(message, diagnostics),
        auto_open: fields::flag(message, &["auto_open", "autoOpen"]).unwrap_or(false),
        with_time: fields::flag(bounds, &with_time)
            .or_else(|| fields::flag(message, &with_time))
            .unwrap_or_else(|| fields::canonical_name_in(message, &["type"]) == "datetime"),
        min: day(&["min", "min_date", "minDate", "start", "from"]),
        max: day(&["max", "max_date", "maxDate", "end", "to"]),
    }
}

/// Parses `YYYY-MM-DD` at the start of a text.
fn day(text: &str) -> Option<String> {
    let day = text.trim().get(..10)?;
    let mut bytes = day.bytes().enumerate();
    let has_form = bytes.all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    let is_up_to = |number: &str, most: u8| number.parse().is_ok_and(|number: u8| (1..=most).contains(&number));
    (has_form && is_up_to(&day[5..7], 12) && is_up_to(&day[8..], 31)).then(|| day.to_owned())
}

fn appointment(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Appointment {
    let address = fields::text(message, &["link", "url", "booking_url", "calendly_url", "href"]);
    let link = links::checked(address, links::secure, diagnostics);
    Appointment { title: title(message, diagnostics), duration: minutes(message), link }
}

/// Parses whole minutes from a number, a text such as `30 min`, or `{"value":30,"unit":"minutes"}`;
/// `None` for other units.
fn minutes(message: &Value) -> Option<u32> {
    let duration = message.get("duration")?;
    let (number, unit) = match duration {
        Value::String(text) => {
            let text = text.trim();
            let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
            (digits.parse().ok()?, text[digits.len()..].trim().to_owned())
        }
        Value::Object(_) => {
            let unit = fields::text(duration, &["unit"]).unwrap_or_default();
            (fields::number(duration, &["value", "minutes"])?, unit)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => (duration.as_f64()?, String::new()),
    };
    let is_minutes = unit.is_empty() || text::starts_with_ignore_case(&unit, "min");
    // The range makes the cast exact enough.
    (is_minutes && (1.0..=10_080.0).contains(&number)).then(|| number.round() as u32)
}

fn title(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> RichText {
    rich_text_field(message, TITLE, diagnostics).unwrap_or_default()
}

/// Returns the formatted text under one of the keys; also accepts `{"text": …}`.
fn rich_text_field(value: &Value, keys: &[&str], diagnostics: &mut Vec<Diagnostic>) -> Option<RichText> {
    let mut found = fields::values(value, keys);
    let rich = html::rich(&found.find_map(|one| fields::text_or_field(one, &["text", "title", "body"]))?, diagnostics);
    (!rich.is_empty()).then_some(rich)
}

/// Joins two texts, each as a block of its own.
fn join_blocks(texts: [Option<RichText>; 2]) -> RichText {
    match texts {
        [Some(first), Some(second)] => RichText([blocks(first), blocks(second)].concat()),
        [one, other] => one.or(other).unwrap_or_default(),
    }
}

/// Wraps inline nodes outside blocks in paragraphs; blocks are not nested.
fn blocks(RichText(nodes): RichText) -> Vec<Node> {
    let mut blocks: Vec<Node> = Vec::new();
    let mut is_open = false;
    for node in nodes {
        let was_open = std::mem::replace(&mut is_open, !is_block(&node));
        match blocks.last_mut() {
            _ if !is_open => blocks.push(node),
            Some(Node::Paragraph(inside)) if was_open => inside.push(node),
            _ if node == Node::Break => is_open = false,
            _ => blocks.push(Node::Paragraph(vec![node])),
        }
    }
    blocks
}
