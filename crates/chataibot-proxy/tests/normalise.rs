//! Every platform fixture through the normaliser, compared with a snapshot that a person has read; and properties of any input.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p chataibot-proxy --test normalise` writes the snapshots; read the difference before keeping it.

use std::{fs, path::PathBuf};

use chataibot_proxy::normalise::{Delivery, EventKind, Note, PlatformEvent, html, links, read};
use chataibot_wire::{Content, Node, RichText, content::Action};
use proptest::prelude::*;
use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn snapshot(body: &[u8]) -> Value {
    match read(body) {
        Err(error) => json!({ "refused": error.to_string() }),
        Ok(Delivery::Handshake { token }) => json!({ "handshake": token }),
        Ok(Delivery::Events { token, events }) => {
            json!({ "token": token, "events": events.iter().map(event).collect::<Vec<_>>() })
        }
    }
}

fn event(event: &PlatformEvent) -> Value {
    let kind = match &event.kind {
        EventKind::Message { author, content } => json!({ "message": { "author": author, "content": content } }),
        EventKind::Status(status) => json!({ "status": status }),
        EventKind::Assignee(assignee) => json!({ "assignee": assignee }),
        EventKind::Created { closed } => json!({ "created": { "closed": closed } }),
        EventKind::Ignored { reason } => json!({ "ignored": reason }),
    };
    let note = |note: &Note| match note {
        Note::ScriptDropped => json!("script dropped"),
        Note::LinkDropped => json!("link dropped"),
        Note::Cut => json!("cut"),
        Note::UnknownKind { kind, shape } => json!({ "unknown kind": kind, "shape": shape }),
    };
    json!({
        "conversation": event.conversation,
        "visitor_key": event.visitor_key,
        "id": event.id,
        "kind": kind,
        "notes": event.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

#[test]
fn every_fixture_becomes_what_its_snapshot_says() {
    let (platform, normalised) = (fixtures().join("platform"), fixtures().join("normalised"));
    let is_update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    let mut names: Vec<_> = fs::read_dir(&platform)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("a readable directory").file_name().into_string().expect("an ASCII name"))
        .filter(|name| name.ends_with(".json"))
        .collect();
    names.sort();
    assert!(names.len() >= 100, "only {} fixtures", names.len());
    for name in &names {
        let found = snapshot(&fs::read(platform.join(name)).expect("a fixture"));
        let pretty = serde_json::to_string_pretty(&found).expect("JSON") + "\n";
        if is_update {
            fs::create_dir_all(&normalised).expect("a directory for snapshots");
            fs::write(normalised.join(name), &pretty).expect("written");
        }
        let expected = fs::read_to_string(normalised.join(name)).unwrap_or_default();
        if expected != pretty {
            wrong.push(format!("{name}: expected\n{expected}found\n{pretty}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands in the fixtures and must stand in no snapshot.
#[test]
fn no_personal_data_and_no_script_comes_through() {
    for entry in fs::read_dir(fixtures().join("platform")).expect("the fixtures are there") {
        let path = entry.expect("a readable directory").path();
        let Ok(Delivery::Events { events, .. }) = read(&fs::read(&path).expect("a fixture")) else { continue };
        let shown = events.iter().map(|one| event(one)["kind"].to_string()).collect::<String>();
        for secret in [
            "staff.example.com",
            "203.0.113.77",
            "Chrome 120",
            "example@domain.com",
            "script_ran",
            "tracker.example.net",
        ] {
            assert!(!shown.contains(secret), "{secret} in {}", path.display());
        }
    }
}

fn rich(html: &str) -> Value {
    json!(html::to_rich_text(html))
}

#[test]
fn white_space_is_collapsed_as_a_browser_does() {
    for (html, tree) in [
        ("<p> a \n b </p>", json!([{ "paragraph": [{ "text": "a b" }] }])),
        (
            "<p>a <b> b</b> c</p>",
            json!([{ "paragraph": [{ "text": "a " }, { "bold": [{ "text": "b" }] }, { "text": " c" }] }]),
        ),
        ("<p>a <b>b </b></p>", json!([{ "paragraph": [{ "text": "a " }, { "bold": [{ "text": "b" }] }] }])),
        ("<p>a <br> b</p>", json!([{ "paragraph": [{ "text": "a" }, "break", { "text": "b" }] }])),
        (
            "<p><br></p><p>&nbsp;</p><p> </p><p>a<br><br></p>",
            json!([{ "paragraph": [{ "text": "\u{a0}" }] }, { "paragraph": [{ "text": "a" }] }]),
        ),
        ("a\nb < c", json!([{ "text": "a" }, "break", { "text": "b < c" }])),
        ("a\n<i>b</i>", json!([{ "text": "a " }, { "italic": [{ "text": "b" }] }])),
        (
            "<ul> <li> a </li> <li></li> <li>b</li> </ul>",
            json!([{ "list": { "ordered": false, "items": [[{ "text": "a" }], [{ "text": "b" }]] } }]),
        ),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
}

#[test]
fn broken_nesting_is_mended_and_no_word_is_lost() {
    for (html, tree) in [
        (
            "<b>a<i>b</b>c</i>d",
            json!([{ "bold": [{ "text": "a" }, { "italic": [{ "text": "b" }] }] }, { "italic": [{ "text": "c" }] }, { "text": "d" }]),
        ),
        ("<p>a<p>b", json!([{ "paragraph": [{ "text": "a" }] }, { "paragraph": [{ "text": "b" }] }])),
        ("<b><p>a</p></b>", json!([{ "paragraph": [{ "bold": [{ "text": "a" }] }] }])),
        ("<li>a<li>b", json!([{ "list": { "ordered": false, "items": [[{ "text": "a" }], [{ "text": "b" }]] } }])),
        (
            "<ol><li>a<ul><li>b</ul><li>c</ol>d",
            json!([
                { "list": { "ordered": true, "items": [
                    [{ "text": "a" }, { "list": { "ordered": false, "items": [[{ "text": "b" }]] } }],
                    [{ "text": "c" }],
                ] } },
                { "text": "d" },
            ]),
        ),
        ("<h2>a</h2>b", json!([{ "paragraph": [{ "bold": [{ "text": "a" }] }] }, { "text": "b" }])),
        ("</p></b></ul></a>a", json!([{ "text": "a" }])),
        (
            "<table><tr><td>a<td>b<tr><td>c</table>",
            json!([{ "paragraph": [{ "text": "a b" }] }, { "paragraph": [{ "text": "c" }] }]),
        ),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
}

#[test]
fn only_honest_links_stay_and_their_words_always_do() {
    for (html, tree) in [
        (
            r#"<a href="https://example.com/?a=1&amp;b=2">x</a>"#,
            json!([{ "link": { "href": "https://example.com/?a=1&b=2", "children": [{ "text": "x" }] } }]),
        ),
        (r#"<a href="JaVa&#115;cript&colon;alert(1)">x</a>"#, json!([{ "text": "x" }])),
        (r#"<a href="&#1;javascript:alert(1)">x</a>"#, json!([{ "text": "x" }])),
        (
            r#"<a href="https://a.example"><a href="https://b.example">x</a>y</a>"#,
            json!([{ "link": { "href": "https://b.example/", "children": [{ "text": "x" }] } }, { "text": "y" }]),
        ),
        ("<a name=x>x</a>", json!([{ "text": "x" }])),
        (r#"<img src=x onerror=alert(1) alt="a map">"#, json!([{ "text": "a map" }])),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
}

#[test]
fn what_runs_loads_or_hides_is_left_out_with_its_contents() {
    for html in [
        "<script>x</script>a",
        "<script><!--<script>x</script>--></script>a",
        "<style>x</style>a",
        "<svg><script>x</script><p>x</svg>a",
        "<svg/>a",
        "<math><mtext><style><img src=x></style></mtext></math>a",
        "<iframe>x</iframe>a",
        "<noscript><p>x</p></noscript>a",
        "<template>x<template>x</template>x</template>a",
        "<textarea><b>x</b></textarea>a",
        "<title>x</title>a",
        "<object data=x>x</object>a",
        "<select><option>x</select>a",
        "<!-- x -->a",
        "<![CDATA[ x ]]>a",
        "<?xml x?>a",
        "<base href=https://x.example>a",
        "a<plaintext>x</plaintext>x",
    ] {
        let tree = rich(html);
        assert_eq!(tree, json!([{ "text": "a" }]), "{html}");
    }
}

#[test]
fn characters_that_reorder_or_control_are_left_out() {
    assert_eq!(rich("a\u{202e}b\u{2066}c\u{0}d\u{7}e\u{feff}f\u{200f}g"), json!([{ "text": "abcdef\u{200f}g" }]));
    assert_eq!(rich("a&#x202e;b&#8238;c"), json!([{ "text": "abc" }]));
}

#[test]
fn bombs_are_cut_and_said_to_be() {
    for html in [
        "<p><b>x<i>y</p>".repeat(2_000),
        "<ul><li>".repeat(5_000) + "x",
        "x".repeat(1_000_000),
        "<p>x</p>".repeat(5_000),
        "<br>".repeat(50_000) + "x",
    ] {
        let mut notes = Vec::new();
        let tree = html::rich(&html, &mut notes);
        assert!(notes.contains(&Note::Cut), "{}…", &html[..20]);
        check_text(&tree);
    }
    let mut notes = Vec::new();
    assert_eq!(html::rich(&("<ul><li>".repeat(30) + "deep"), &mut notes).to_plain().trim(), "deep", "words are kept");
}

fn check_text(text: &RichText) {
    let (mut characters, mut nodes) = (0, 0);
    for node in &text.0 {
        check_node(node, 16, &mut characters, &mut nodes);
    }
    assert!(characters <= 16_000 && nodes <= 3_000, "{characters} characters, {nodes} nodes");
}

fn check_node(node: &Node, depth: usize, characters: &mut usize, nodes: &mut usize) {
    assert!(depth > 0, "too deep");
    *nodes += 1;
    let mut all = |children: &[Node]| children.iter().for_each(|child| check_node(child, depth - 1, characters, nodes));
    match node {
        Node::Text(text) => {
            *characters += text.chars().count();
            let bad =
                text.chars().find(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            assert_eq!(bad, None, "{text:?}");
        }
        Node::Break => {}
        Node::Bold(children)
        | Node::Italic(children)
        | Node::Underline(children)
        | Node::Strike(children)
        | Node::Code(children)
        | Node::Paragraph(children) => all(children),
        Node::List(list) => list.items.iter().for_each(|item| all(item)),
        Node::Link(link) => {
            check_link(&link.href);
            all(&link.children);
        }
    }
}

fn check_link(link: &str) {
    let allowed = ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| link.starts_with(scheme));
    assert!(allowed && link.len() <= 2048 && !link.contains(char::is_control), "{link:?}");
}

fn check_media(link: &str) {
    assert!(link.starts_with("https://") || link.starts_with("http://"), "{link:?}");
}

fn check_content(content: &Content) {
    let buttons = |buttons: &[chataibot_wire::content::Button]| {
        assert!(buttons.len() <= 11);
        for button in buttons {
            assert!(!button.label.is_empty() && button.label.chars().count() <= 200);
            if let Action::Link(link) = &button.action {
                check_link(link);
            }
        }
    };
    let optional = |text: &Option<RichText>| text.iter().for_each(check_text);
    match content {
        Content::Text(text) => check_text(&text.body),
        Content::Parts(parts) => {
            assert!(parts.len() <= 50);
            parts.iter().for_each(check_content);
        }
        Content::Media(media) => check_media(&media.url),
        Content::Info(info) => check_text(&info.title),
        Content::Buttons(all) => {
            optional(&all.header);
            check_text(&all.title);
            optional(&all.footer);
            buttons(&all.buttons);
        }
        Content::List(list) => {
            optional(&list.header);
            check_text(&list.title);
            optional(&list.footer);
            assert!(list.sections.len() <= 30 && list.sections.iter().all(|section| section.items.len() <= 100));
        }
        Content::Carousel(carousel) => {
            assert!(carousel.cards.len() <= 30);
            for card in &carousel.cards {
                card.image.iter().for_each(|image| check_media(image));
                buttons(&card.buttons);
            }
        }
        Content::Slider(slider) => {
            check_text(&slider.title);
            assert!(slider.min <= slider.max && slider.step > 0.0 && slider.max.is_finite() && slider.min.is_finite());
        }
        Content::Calendar(calendar) => check_text(&calendar.title),
        Content::FileUpload(upload) => check_text(&upload.title),
        Content::Form(form) => {
            check_text(&form.title);
            assert!(form.fields.len() <= 50);
        }
        Content::Appointment(appointment) => {
            check_text(&appointment.title);
            appointment.link.iter().for_each(|link| assert!(link.starts_with("https://"), "{link}"));
        }
        Content::Delay => {}
        Content::Unsupported(unsupported) => {
            check_text(&unsupported.text);
            assert!(unsupported.kind.len() <= 40);
        }
    }
}

fn check_delivery(body: &[u8]) {
    if let Ok(Delivery::Events { events, .. }) = read(body) {
        for event in &events {
            if let EventKind::Message { content, .. } = &event.kind {
                check_content(content);
                assert!(serde_json::to_string(content).is_ok());
            }
            if let EventKind::Assignee(assignee) = &event.kind {
                assignee.picture.iter().for_each(|picture| assert!(picture.starts_with("https://")));
                assignee.name.iter().for_each(|name| assert!(!name.contains('@')));
            }
        }
    }
}

/// Any JSON, with keys and kinds the normaliser knows more often than chance would have it.
fn any_json() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![
        "text",
        "button",
        "list",
        "carousel",
        "image",
        "send_message",
        "slider",
        "calendar",
        "form",
        "javascript",
        "message",
        "bot",
        "visitor",
        "url",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://example.com/",
        "<b>x</b>",
        "1e999",
        "-1",
        "<a href='javascript&colon;x'>y</a>",
        "2026-13-99",
        "{\"type\":\"text\",\"text\":\"x\"}",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        known.prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        8 => prop::sample::select(vec![
            "type", "text", "title", "message", "messages", "buttons", "options", "cards", "items", "image", "video", "link", "url",
            "list", "sections", "header", "footer", "min", "max", "step", "fields", "label", "value", "event", "events", "payload",
            "message_by", "conversation", "key", "id", "assignee", "name", "status", "validation", "duration", "info", "data", "body",
        ]).prop_map(str::to_owned),
        1 => ".{0,8}",
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..300)) {
        check_delivery(&body);
    }

    #[test]
    fn any_json_comes_out_clean(message in any_json()) {
        check_delivery(message.to_string().as_bytes());
        let event = json!({ "event": { "type": "message", "payload": { "message": message } } });
        check_delivery(event.to_string().as_bytes());
    }

    #[test]
    fn any_html_comes_out_clean(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(vec![
            "<b>", "</b>", "<p>", "</p>", "<ul>", "<li>", "</ul>", "<a href='https://x.example'>", "<a href=javascript:x>", "</a>",
            "<script>", "</script>", "<svg>", "</svg>", "<br>", "<i", "\"", "'", ">", "<!--", "-->", "&lt;", "&#x202e;", " ", "\n",
            "<textarea>", "<table>", "<td>", "\u{202e}", "<h1>", "</h1>", "<style>", "<noscript>", "<plaintext>", "<img alt=x>",
        ]).prop_map(str::to_owned),
        ".{0,10}",
    ], 0..60)) {
        let text = html::to_rich_text(&pieces.concat());
        check_text(&text);
    }

    #[test]
    fn any_address_is_clean_or_dropped(raw in prop_oneof![".{0,60}", "[jJ][aA]?.{0,2}vascript:.{0,20}", "https?:.{0,40}", "(mailto|tel|data|blob):.{0,20}"]) {
        links::link(&raw).iter().for_each(|link| check_link(link));
        links::media(&raw).iter().for_each(|link| check_media(link));
    }
}
