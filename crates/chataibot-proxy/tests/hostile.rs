//! Hostile content through the normaliser: each vector of `tests/hostile/vectors.json` becomes text
//! and a few allowed elements, or nothing.
//!
//! The same file goes through a real browser in `tests/e2e/hostile_content.test.mjs`.

use std::{fs, path::PathBuf, time::Instant};

use chataibot_proxy::normalise::{EventKind, WebhookCall, links, read};
use serde_json::{Map, Value, json};

/// The names of rich text nodes on the wire.
const NODES: &[&str] = &["text", "break", "bold", "italic", "underline", "strike", "code", "paragraph", "list", "link"];
/// Keys whose value is an address, anywhere in a content.
const ADDRESSES: &[&str] = &["href", "url", "image", "link", "picture"];
/// More bytes than any honest message has after normalisation.
const LARGEST: usize = 128 * 1024;

/// Every vector with its group; a string is wrapped in a text message.
fn vectors() -> Vec<(String, Value)> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile/vectors.json");
    let groups: Map<String, Value> =
        serde_json::from_str(&fs::read_to_string(file).expect("the vectors are there")).expect("an object");
    let mut all = Vec::new();
    for (group, vectors) in groups {
        for vector in vectors.as_array().expect("a list") {
            if vector["message"].is_object() {
                all.push((group.clone(), vector["message"].clone()));
                continue;
            }
            let repeated = || {
                let times = vector["times"].as_u64().and_then(|times| usize::try_from(times).ok());
                vector["repeat"].as_str().expect("a piece").repeat(times.expect("how often"))
            };
            let text = vector.as_str().map_or_else(repeated, str::to_owned);
            all.push((group.clone(), json!({ "type": "text", "text": text })));
        }
    }
    all
}

/// The normalised message; `None` if it is not shown.
fn normalised(message: &Value) -> Option<Value> {
    let body = json!({ "token": "t", "events": [{
        "event": { "type": "message", "payload": { "message": message, "message_by": { "type": "bot" } } },
        "conversation": { "key": "c" },
    }] });
    match read(body.to_string().as_bytes()).expect("an envelope") {
        WebhookCall::Events { mut events, .. } => match events.remove(0).event.map(|event| event.kind) {
            Ok(EventKind::Message { content, .. }) => Some(serde_json::to_value(content).expect("JSON")),
            Ok(EventKind::Status(_) | EventKind::Assignee(_) | EventKind::Created { .. }) | Err(_) => None,
        },
        WebhookCall::Handshake { .. } => panic!("an event became a handshake"),
    }
}

/// Collects what is wrong in a content, at any depth.
fn wrong(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| wrong(item, key, found)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| wrong(value, key, found)),
        Value::String(text) => {
            if ADDRESSES.contains(&key) && !is_clean_address(text) {
                found.push(format!("the address {text:?}"));
            }
            if let Some(character) = text.chars().find(|c| is_disorder(*c)) {
                found.push(format!("{character:?} in {text:?}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    if matches!(key, "body" | "children" | "items") && value.is_array() {
        nodes(value, 0, found);
    }
}

/// Checks that rich text consists of the allowed nodes, and is not deep.
fn nodes(value: &Value, depth: usize, found: &mut Vec<String>) {
    if depth > 64 {
        found.push("a text without end".to_owned());
        return;
    }
    for node in value.as_array().into_iter().flatten() {
        match node {
            Value::String(name) if NODES.contains(&name.as_str()) => {}
            Value::Object(node) => {
                for (name, inside) in node {
                    // Items of other lists have their own keys, which `wrong` checks.
                    if depth > 0 && !NODES.contains(&name.as_str()) {
                        found.push(format!("a node called {name:?}"));
                    }
                    nodes(inside, depth + 1, found);
                    nodes(&inside["children"], depth + 1, found);
                }
            }
            Value::Array(_) => nodes(node, depth + 1, found),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn is_clean_address(address: &str) -> bool {
    // An address on the host page's own site; a superscript is a link with an empty address.
    let is_own = address.is_empty() || address.starts_with(['/', '?', '#']) && !address.starts_with("//");
    if is_own && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return true;
    }
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let host = rest.strip_prefix("//").unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let fits = match scheme {
        "https" | "http" => !host.is_empty() && !host.contains('@') && host.is_ascii(),
        "mailto" | "tel" => !rest.is_empty(),
        _ => false,
    };
    fits && address.bytes().all(|byte| byte.is_ascii_graphic()) && !address.contains(['<', '>', '"'])
}

/// Control characters, and those that reorder the text around them.
fn is_disorder(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

#[test]
fn every_vector_becomes_harmless() {
    let vectors = vectors();
    assert!(vectors.len() >= 450, "only {} vectors", vectors.len());
    let began = Instant::now();
    let mut bad = Vec::new();
    for (group, message) in &vectors {
        let Some(content) = normalised(message) else { continue };
        let mut found = Vec::new();
        wrong(&content, "", &mut found);
        let size = content.to_string().len();
        if size > LARGEST {
            found.push(format!("{size} bytes"));
        }
        let shown: String = message.to_string().chars().take(200).collect();
        bad.extend(found.into_iter().map(|what| format!("{group}: {shown}: {what}")));
    }
    println!("{} vectors in {:?}", vectors.len(), began.elapsed());
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), vectors.len(), bad.join("\n"));
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

/// The same table goes through a browser in `tests/e2e/hostile_content.test.mjs`.
#[test]
fn addresses_are_read_as_the_url_standard_says() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile/addresses.json");
    let table: Vec<(String, Option<String>)> =
        serde_json::from_str(&fs::read_to_string(file).expect("the addresses are there")).expect("pairs");
    assert!(table.len() >= 40, "only {} addresses", table.len());
    for (raw, href) in table {
        assert_eq!(links::link(&raw), href, "{raw:?}");
    }
}

#[test]
fn no_script_is_shown_as_words() {
    for (group, message) in vectors().into_iter().filter(|(group, _)| group == "scripts") {
        let Some(content) = normalised(&message) else { continue };
        let text = content.to_string();
        // One vector writes its script in another character set, one closes a script that was never
        // opened.
        assert!(!text.contains("import(") && !text.contains("eval("), "{group}: {message}: {text}");
    }
}

#[test]
fn what_the_platform_wants_run_is_dropped_by_its_type() {
    for kind in ["javascript", "JAVASCRIPT"] {
        let content = normalised(&json!({ "type": kind, "text": "boom()" }));
        assert!(content.is_none_or(|content| !content.to_string().contains("script")), "{kind}");
    }
}
