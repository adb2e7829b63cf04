//! Runs the properties on random inputs, shaped to reach deep code; and on bombs, which take
//! fuzzers too long to find.

use chataibot_properties::html::{self, is_well_formed};
use chataibot_properties::{TARGETS, links, normalise};
use chataibot_proxy::normalise::{Diagnostic, html::rich};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn bombs_are_cut_and_said_to_be() {
    for html in [
        "<p><b>x<i>y</p>".repeat(2_000),
        "<ul><li>".repeat(5_000) + "x",
        "x".repeat(1_000_000),
        "<p>x</p>".repeat(5_000),
        "<br>".repeat(50_000) + "x",
    ] {
        let mut diagnostics = Vec::new();
        let tree = rich(&html, &mut diagnostics);
        assert!(diagnostics.contains(&Diagnostic::Cut), "{}…", &html[..20]);
        is_well_formed(&tree);
    }
    let mut diagnostics = Vec::new();
    assert_eq!(rich(&("<ul><li>".repeat(30) + "deep"), &mut diagnostics).to_plain().trim(), "deep", "words are kept");
}

/// Any JSON, but with the keys and kinds that the normaliser knows more often than by chance.
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
        normalise::holds(&body);
    }

    #[test]
    fn any_json_comes_out_clean(message in any_json()) {
        normalise::holds(message.to_string().as_bytes());
    }

    #[test]
    fn any_html_comes_out_clean(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(vec![
            "<b>", "</b>", "<p>", "</p>", "<ul>", "<li>", "</ul>", "<a href='https://x.example'>", "<a href=javascript:x>", "</a>",
            "<script>", "</script>", "<svg>", "</svg>", "<br>", "<i", "\"", "'", ">", "<!--", "-->", "&lt;", "&#x202e;", " ", "\n",
            "<textarea>", "</textarea>", "<table>", "</table>", "<tr>", "<td>", "<sup>", "</sup>", "<sub>", "<ol>", "<ol start=3>", "</ol>",
            "<li value=7>", "<ol reversed type=a>", "<pre>", "</pre>", "  ", "<div>", "</div>", "<span style='white-space:pre'>", "</span>",
            "<math>", "<mfrac>", "<mn>", "</math>", "<text>", "<select>", "<option>", "</select>", "<dl>", "<dt>", "<dd>", "<q>", "<a href=/x/y>",
            "<img src=https://x.example/p.png alt=''>", "<video src=https://x.example/v.mp4>", "<iframe title=t src=https://x.example/>",
            "https://x.example/a", "a@x.example", "+49 30 1234567", "www.x.example", ".", ",", ")", "(", "。", "@", "<template>",
            "<p hidden>", "<div style='display:none'>", "<object>", "</object>", "<ruby>", "<rt>", "<hr>", "<button>", "\u{202e}", "<h1>", "</h1>", "<style>", "<noscript>", "<plaintext>", "<img alt=x>",
            "<b style='font-weight:normal'>", "<li style='list-style:none'>", "<li style='font-weight:400'>", "<li data-list=checked>",
            "<ul style='list-style:decimal'>", "<input type=checkbox>", "<msup>", "</msup>", "<mmultiscripts>", "<mprescripts/>", "<mtable>",
            "<span aria-hidden=true>", "<span style='font-size:0'>", "<name>", "<first name>", "https://x.example/?a&copy=b", "\u{b}", "\u{2028}",
            "<sup style='vertical-align:baseline'>", "<rtc>", "<td style='float:left'>", "<li style='display:inline'>",
        ]).prop_map(str::to_owned),
        ".{0,10}",
    ], 0..60)) {
        html::holds(pieces.concat().as_bytes());
    }

    #[test]
    fn no_word_is_lost_said_twice_or_glued_to_another(pieces in prop::collection::vec(prop::sample::select(vec![
        "<b>", "</b>", "<i>", "</i>", "<p>", "</p>", "<ul>", "</ul>", "<ol>", "</ol>", "<ol start=3>", "<li>", "</li>", "<li value=7>", "<br>",
        "<li style='list-style:none'>", "<ul style='list-style:decimal'>", "<b style='font-weight:normal'>", "<div>", "</div>", "<table>",
        "</table>", "<caption>", "<tr>", "<td>", "<th>", "</td>", "</tr>", "<pre>", "</pre>", "<span>", "</span>", "<sup>", "</sup>", "<dl>",
        "</dl>", "<dt>", "<dd>", "<q>", "</q>", "<h1>", "</h1>", "<a href=/x>", "</a>", "<blockquote>", "</blockquote>", "<details>",
        "<summary>", "<figure>", "<figcaption>", "<button>", "</button>", "<fieldset>", "<legend>", "<ruby>", "<rt>", "</ruby>", "<hr>",
        "<div style='white-space:pre'>", "<span style='display:block'>", "<object>", "<video>", "</video>", "\n", " ",
    ]), 0..60)) {
        // Each tag is followed by a word with a space on each side.
        let words: Vec<String> = (0..pieces.len()).map(|index| format!("w{index}")).collect();
        let html: String = pieces.iter().zip(&words).map(|(piece, word)| format!("{piece} {word} ")).collect();
        let mut diagnostics = Vec::new();
        let said = rich(&html, &mut diagnostics).to_plain();
        let mut found: Vec<&str> = said.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        found.sort_unstable();
        let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
        all.sort_unstable();
        if !diagnostics.contains(&Diagnostic::Cut) {
            prop_assert_eq!(found, all, "{}: {}", html, said);
        }
    }

    #[test]
    fn any_address_is_clean_or_dropped(raw in prop_oneof![".{0,60}", "[jJ][aA]?.{0,2}vascript:.{0,20}", "https?:.{0,40}", "(mailto|tel|data|blob):.{0,20}"]) {
        links::holds(raw.as_bytes());
    }

    #[test]
    fn any_bytes_hold(which in 0..TARGETS.len(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        (TARGETS[which].1)(&bytes);
    }
}
