//! Property: a webhook's body becomes what a browser may get: within limits, with safe addresses,
//! and without private data.

use chataibot_proxy::normalise::{Diagnostic, EventKind, Ignored, Incoming, Normalised, WebhookCall, read, size};
use chataibot_wire::content::{Action, Button};
use chataibot_wire::{Content, RichText};
use serde_json::Value;

use crate::html::{is_hidden, is_well_formed};
use crate::links::{is_anchor, is_media, is_secure};

/// Checks every event of a delivery; JSON is also checked as the message of an event.
pub fn holds(data: &[u8]) {
    delivery(data);
    if let Ok(message) = serde_json::from_slice::<Value>(data) {
        let event = serde_json::json!({
            "event": { "type": "message", "payload": { "message": message } }, "conversation": { "key": "c" },
        });
        delivery(event.to_string().as_bytes());
    }
}

fn delivery(body: &[u8]) {
    let first = read(body);
    assert_eq!(first, read(body), "the same body reads the same");
    match first {
        Ok(WebhookCall::Events { events, .. }) => events.iter().for_each(event),
        Ok(WebhookCall::Handshake { token }) => assert!(!token.trim().is_empty(), "a handshake without a token"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn event(Normalised { event, diagnostics }: &Normalised) {
    match event {
        Ok(event) => incoming(event),
        Err(Ignored(reason)) => assert!(!reason.is_empty()),
    }
    for diagnostic in diagnostics {
        match diagnostic {
            Diagnostic::UnknownKind { kind, shape } => {
                is_name(kind.strip_prefix("event_").unwrap_or(kind));
                let says_something = has_text(shape, &|text| text.contains(['@', ':', '/']));
                assert!(!shape.to_string().contains(['@', ':']) || !says_something, "{shape}");
            }
            Diagnostic::ScriptDropped | Diagnostic::LinkDropped | Diagnostic::Cut => {}
        }
    }
}

fn incoming(event: &Incoming) {
    for id in [Some(&event.conversation), event.visitor_key.as_ref(), event.id.as_ref()].into_iter().flatten() {
        assert!((1..=200).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()), "the id {id:?}");
    }
    match &event.kind {
        EventKind::Message { content, .. } => {
            is_clean(content);
            for piece in size::pieces(content.clone()) {
                let length = serde_json::to_string(&piece).map_or(usize::MAX, |json| json.len());
                assert!(length <= size::LONGEST, "a piece of {length} bytes");
            }
            let json = serde_json::to_value(content).unwrap_or_else(|error| panic!("{content:?}: {error}"));
            assert!(!has_text(&json, &|text| text.contains(is_hidden)), "{json}");
            let read = serde_json::from_value::<Content>(json).ok();
            assert_eq!(read.as_ref(), Some(content), "the widget reads the same");
        }
        EventKind::Assignee(assignee) => {
            assignee.picture.iter().for_each(|picture| is_secure(picture));
            assignee.name.iter().for_each(|name| {
                assert!((1..=80).contains(&name.chars().count()) && !name.contains('@'), "{name:?}");
                assert!(!name.contains(is_hidden), "{name:?}");
            });
        }
        EventKind::Status(_) | EventKind::Created { .. } => {}
    }
}

/// Whether JSON has such a text, as a value or a key.
fn has_text(json: &Value, is_such: &impl Fn(&str) -> bool) -> bool {
    match json {
        Value::String(text) => is_such(text),
        Value::Array(items) => items.iter().any(|item| has_text(item, is_such)),
        Value::Object(entries) => entries.iter().any(|(key, value)| is_such(key) || has_text(value, is_such)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_name(kind: &str) {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    assert!((1..=40).contains(&kind.len()) && kind.bytes().all(allowed), "the kind {kind:?}");
}

fn is_clean(content: &Content) {
    let texts = |texts: &[&Option<RichText>]| texts.iter().copied().flatten().for_each(is_well_formed);
    match content {
        Content::Text(text) => {
            is_well_formed(&text.body);
            assert!(!text.body.is_empty(), "a text that says nothing");
        }
        Content::Parts(parts) => {
            assert!((2..=50).contains(&parts.len()), "{} parts", parts.len());
            parts.iter().for_each(is_clean);
        }
        Content::Media(media) => {
            is_media(&media.url);
            media.name.iter().for_each(|name| is_line(name, 200));
            assert_ne!(media.size, Some(0), "a file without bytes");
        }
        Content::Info(info) => is_well_formed(&info.title),
        Content::Buttons(all) => {
            texts(&[&all.header, &all.footer]);
            is_well_formed(&all.title);
            buttons(&all.buttons, 10);
        }
        Content::List(list) => {
            texts(&[&list.header, &list.footer]);
            is_well_formed(&list.title);
            assert!(list.sections.len() <= 30, "{} sections", list.sections.len());
            for section in &list.sections {
                section.title.iter().for_each(|title| is_line(title, 200));
                assert!((1..=100).contains(&section.items.len()), "{} items", section.items.len());
                section.items.iter().for_each(|item| is_line(item, 200));
            }
        }
        Content::Carousel(carousel) => {
            assert!((1..=30).contains(&carousel.cards.len()), "{} cards", carousel.cards.len());
            for card in &carousel.cards {
                card.image.iter().for_each(|image| is_media(image));
                is_well_formed(&card.title);
                is_well_formed(&card.description);
                // One more than the limit of a row: the whole card can be a link.
                buttons(&card.buttons, 11);
            }
        }
        Content::Slider(slider) => {
            is_well_formed(&slider.title);
            assert!(slider.min.is_finite() && slider.max.is_finite() && slider.min <= slider.max, "{slider:?}");
            assert!(slider.step.is_finite() && slider.step > 0.0, "{slider:?}");
        }
        Content::Calendar(calendar) => {
            is_well_formed(&calendar.title);
            for date in [&calendar.min, &calendar.max].into_iter().flatten() {
                assert!(date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-'), "{date:?}");
            }
        }
        Content::FileUpload(upload) => is_well_formed(&upload.title),
        Content::Form(form) => {
            is_well_formed(&form.title);
            assert!(form.fields.len() <= 50, "{} fields", form.fields.len());
            form.fields.iter().for_each(|field| is_line(&field.label, 200));
        }
        Content::Appointment(appointment) => {
            is_well_formed(&appointment.title);
            appointment.link.iter().for_each(|link| is_secure(link));
        }
        Content::Delay => {}
        Content::Unsupported(unsupported) => {
            is_name(&unsupported.kind);
            is_well_formed(&unsupported.text);
        }
    }
}

fn buttons(buttons: &[Button], most: usize) {
    assert!(buttons.len() <= most, "{} buttons", buttons.len());
    for button in buttons {
        match &button.action {
            Action::Reply(reply) => {
                is_line(&button.label, 200);
                assert_eq!(reply, &button.label, "a branch answers with its label");
            }
            // A card that is a link may show its address if it has no words.
            Action::Link(link) => {
                is_line(&button.label, 2048);
                is_anchor(link);
            }
        }
    }
}

fn is_line(text: &str, most: usize) {
    assert!((1..=most).contains(&text.chars().count()) && !text.contains(is_hidden), "{text:?}");
}
