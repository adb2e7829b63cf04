//! Every platform fixture through the normaliser, compared with a snapshot that a person has read.
//!
//! What must hold of any input stands in `crates/chataibot-properties`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p chataibot-proxy --test normalise` writes the snapshots; read the difference before keeping it.

use std::{fs, path::PathBuf};

use chataibot_proxy::normalise::{Delivery, EventKind, Note, PlatformEvent, html, read};
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
