//! Snapshot tests: every platform fixture through the normaliser, against reviewed snapshots.
//!
//! What must hold for any input is in `crates/chataibot-properties`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p chataibot-proxy --test normalise` writes the snapshots; review
//! the difference before keeping it.

#[path = "normalise/as_written.rs"]
mod as_written;
#[path = "normalise/lists.rs"]
mod lists;
#[path = "normalise/meaning.rs"]
mod meaning;
#[path = "normalise/words.rs"]
mod words;

use std::{fs, path::PathBuf};

use chataibot_proxy::normalise::{Diagnostic, EventKind, Ignored, Normalised, WebhookCall, html, read};
use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn snapshot(body: &[u8]) -> Value {
    match read(body) {
        Err(error) => json!({ "refused": error.to_string() }),
        Ok(WebhookCall::Handshake { token }) => json!({ "handshake": token }),
        Ok(WebhookCall::Events { token, events }) => {
            json!({ "token": token, "events": events.iter().map(event).collect::<Vec<_>>() })
        }
    }
}

fn event(Normalised { event, diagnostics }: &Normalised) -> Value {
    let kind = match event.as_ref().map(|event| &event.kind) {
        Ok(EventKind::Message { author, content }) => json!({ "message": { "author": author, "content": content } }),
        Ok(EventKind::Status(status)) => json!({ "status": status }),
        Ok(EventKind::Assignee(assignee)) => json!({ "assignee": assignee }),
        Ok(EventKind::Created { closed }) => json!({ "created": { "closed": closed } }),
        Err(Ignored(reason)) => json!({ "ignored": reason }),
    };
    let note = |note: &Diagnostic| match note {
        Diagnostic::ScriptDropped => json!("script dropped"),
        Diagnostic::LinkDropped => json!("link dropped"),
        Diagnostic::Cut => json!("cut"),
        Diagnostic::UnknownKind { kind, shape } => json!({ "unknown kind": kind, "shape": shape }),
    };
    json!({
        "conversation": event.as_ref().ok().map(|event| &event.conversation),
        "visitor_key": event.as_ref().ok().and_then(|event| event.visitor_key.as_ref()),
        "id": event.as_ref().ok().and_then(|event| event.id.as_ref()),
        "kind": kind,
        "notes": diagnostics.iter().map(note).collect::<Vec<_>>(),
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

/// Strings that are in the fixtures and must not be in any snapshot.
#[test]
fn no_personal_data_and_no_script_comes_through() {
    for entry in fs::read_dir(fixtures().join("platform")).expect("the fixtures are there") {
        let path = entry.expect("a readable directory").path();
        let Ok(WebhookCall::Events { events, .. }) = read(&fs::read(&path).expect("a fixture")) else { continue };
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
        (r#"<a href="/orders/7">x</a>"#, json!([{ "link": { "href": "/orders/7", "children": [{ "text": "x" }] } }])),
        (r#"<a href="/\\evil.example">x</a>"#, json!([{ "text": "x" }])),
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
        "<svg><script>x</script><style>x{}</style><path d='M0'/></svg>a",
        "<svg/>a",
        "<iframe>x</iframe>a",
        "<noscript><p>x</p></noscript>a",
        "<template>x<template>x</template>x</template>a",
        "<datalist><option>x</datalist>a",
        "<title>x</title>a",
        "<!-- x -->a",
        "<![CDATA[ x ]]>a",
        "<?xml x?>a",
        "<base href=https://x.example>a",
        "<span hidden>x</span>a",
        "<div style='display:none'><p>x<p>x</div>a",
        "<p hidden>x</p>a",
        "<i style='visibility:hidden'>x</i>a",
        "<b style='color: red; DISPLAY: none !important'>x</b>a",
        "<math display=none><annotation>x</annotation></math>a",
    ] {
        assert_eq!(words(html), "a", "{html}");
    }
}

fn words(html: &str) -> String {
    html::to_rich_text(html).to_plain()
}

#[test]
fn an_element_without_an_end_swallows_nothing_but_source() {
    for (html, said) in [
        ("<div><svg viewBox='0 0 1 1'><path d='M0'></div><p>Your order has shipped.</p>", "Your order has shipped."),
        ("<svg><path d=''><p>a</p>", "a"),
        ("<svg><style>.x{fill:red}<p>a</p>", "a"),
        ("<math><mi>x</mi><p>a</p>", "x\na"),
        ("<style>.x{color:red}<p>a</p>b", "a\nb"),
        ("<style>p::before{content:'<p>'}</style>a", "a"),
        ("<style>.x{color:red<p>a</p><p>b</p>", "a\nb"),
        ("<style>a<p>b", "b"),
        ("<style>p::before{content:'<p>x</p>'}<p>a</p>", "a"),
        ("<style>p{background:url(data:image/svg+xml;utf8,<svg><path/></svg>)}<p>a</p>", "a"),
        ("<script src=x.js><p>a</p>", "a"),
        ("<script>document.write('<p>x</p>')", ""),
        ("<script>boom()", ""),
        ("<title>a<p>b</p>", "a\nb"),
        ("<iframe src='javascript:x'><p>a</p>", "a"),
        ("<noscript><p>a</p><p>b", "a\nb"),
        ("<textarea>a<p>b</p>", "a\nb"),
        ("<template><p>a</p>", "a"),
        ("<object data=x><p>a</p>", "a"),
        ("<select><option>a<p>b</p>", "a\nb"),
        ("<video><p>a</p>b", "a\nb"),
        ("<noembed><noframes><xmp>a<p>b</p>", "a\nb"),
        ("<span hidden>x<p>a</p>", "x\na"),
        ("a<plaintext>b</plaintext>c", "a\nb\nc"),
        ("<x-y>a<z>b</x-y>c", "abc"),
        ("<a href=\"https://x.example>a</a> b", "a b"),
        ("a <!-- b <p>c</p>", "a b\nc"),
        ("a <b", "a"),
        ("if a <b then c", "if a <b then c"),
        (
            "Write to <ada@a.example>, or <https://a.example/x?b=c>",
            "Write to <ada@a.example>, or <https://a.example/x?b=c>",
        ),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn words_inside_fields_drawings_formulas_and_players_are_shown() {
    for (html, said) in [
        ("<textarea> a\n  <b></textarea>", " a\n  <b>"),
        ("<select><optgroup label=Hot><option>Tea<option>Coffee</select>", "Hot\nTea\nCoffee"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> cup", "1/2 cup"),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>", "(a+b)/2"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><msub><mi>a</mi><mi>n</mi></msub></math>", "x²a_n"),
        ("<math><semantics><mi>x</mi><annotation>\\x</annotation></semantics></math>", "x"),
        ("<svg><g><text>Open<tspan>!</tspan></text></g><title>Sign</title></svg>", "Open! Sign"),
        ("<svg aria-label='Delivered'><path/></svg>", "Delivered"),
        ("<svg><foreignObject><p>a</p></foreignObject></svg>", "a"),
        ("<object data=/x/y.pdf><p>a</p></object>", "y.pdf\na"),
        ("<map name=m><area alt=Harbour href=https://a.example/h><area alt=Market></map>", "Harbour Market"),
        ("<picture><source srcset=x><img src=x alt=Menu></picture>", "Menu"),
        ("<audio>no sound</audio><canvas>no canvas</canvas>", "no sound\nno canvas"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)"),
        ("<progress value=7 max=10></progress> <meter value=3 max=5></meter>", "70 % 3/5"),
        ("<progress value=7 max=10>seven</progress>", "seven"),
        ("<input value=Send type=submit><input placeholder='Your name'><input type=hidden value=x>", "Send Your name"),
        ("<iframe srcdoc='<p>a</p><p>b'></iframe>", "a\nb"),
        ("<table><caption>T</caption><tr><th>a<td colspan=2>b<tr><td>c</table>", "T\na b\nc"),
        ("<td>a<td>b</tr><tr><td>c", "a b\nc"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn blocks_never_glue() {
    for name in [
        "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "h1", "h6", "header", "hgroup", "legend", "li",
        "listing", "main", "marquee", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search", "section",
        "select", "summary", "table", "ul", "xmp", "button", "meter", "output", "progress", "textarea", "canvas",
        "object", "video", "svg", "math", "td", "th", "tr", "caption",
    ] {
        for html in [format!("a<{name}>b</{name}>c"), format!("<{name}>a</{name}><{name}>b</{name}>")] {
            let words = words(&html);
            assert!(!["ab", "bc"].iter().any(|glued| words.contains(glued)), "{html}: {words}");
        }
    }
    for (html, said) in [
        ("<div>a<p>b</p>c</div>d", "a\nb\nc\nd"),
        ("<legend>Name</legend>Ada", "Name\nAda"),
        ("<button>Yes</button><button>No</button>", "Yes No"),
        ("<span style='display:block'>a</span><span style='display:block'>b</span>", "a\nb"),
        ("<span style='display:inline-block'>a</span><span style='display:inline-block'>b</span>", "a b"),
        ("a<hr>b", "a\nb"),
        ("a<wbr>b", "ab"),
        (
            "<dl><dt>Open</dt><dd>9 to 5</dd><dd>or later</dd><dt>Closed</dt><dd>Sunday</dd></dl>",
            "Open\n9 to 5\nor later\nClosed\nSunday",
        ),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn what_is_raised_lowered_counted_quoted_or_kept_in_lines_stays_so() {
    let sup = |words: &str| json!({ "link": { "href": "", "children": [{ "text": words }], "shift": "sup" } });
    let list = |start: i32, words: &str| json!({ "list": { "ordered": true, "items": [[{ "text": words }]], "start": start } });
    let first = |words: &str| json!({ "list": { "ordered": true, "items": [[{ "text": words }]] } });
    for (html, tree) in [
        ("9<sup>99</sup> €", json!([{ "text": "9" }, sup("99"), { "text": " €" }])),
        ("<span style='vertical-align:super'>2</span>", json!([sup("2")])),
        (
            "<ol><li>Open</ol><p>Then</p><ol start=2><li>Pay</ol>",
            json!([first("Open"), { "paragraph": [{ "text": "Then" }] }, list(2, "Pay")]),
        ),
        ("<ol><li>a<li value=5>b</ol>", json!([first("a"), list(5, "b")])),
        (
            "<ol><li>a<li><li>c<li>d</ol>",
            json!([first("a"), { "list": { "ordered": true, "items": [[{ "text": "c" }], [{ "text": "d" }]], "start": 3 } }]),
        ),
        (
            "<ol reversed type=A><li>a<li>b</ol>",
            json!([{ "list": { "ordered": true, "items": [[{ "text": "a" }], [{ "text": "b" }]], "start": 2, "reversed": true, "numbering": "A" } }]),
        ),
        (
            "<pre>line 1\n  line 2</pre>",
            json!([{ "paragraph": [{ "code": [{ "text": "line 1" }, "break", { "text": "  line 2" }] }] }]),
        ),
        (
            "<div style='white-space:pre-wrap'>a\n  b</div>",
            json!([{ "paragraph": [{ "text": "a" }, "break", { "text": "  b" }] }]),
        ),
        ("<q>a</q>", json!([{ "text": "\u{201c}a\u{201d}" }])),
        ("<b>a <strong>b</strong> c</b>d", json!([{ "bold": [{ "text": "a b c" }] }, { "text": "d" }])),
        ("<span style='text-decoration: line-through'>a</span>", json!([{ "strike": [{ "text": "a" }] }])),
        ("<mark>a</mark>", json!([{ "bold": [{ "text": "a" }] }])),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
    for (html, said) in [
        ("25 m<sup>2</sup>, H<sub>2</sub>O", "25 m², H₂O"),
        ("1<sup>st</sup>, x<sup>n</sup>, e<sup>−x/2</sup>, a<sub>i</sub>", "1st, x^n, e^(−x/2), a_i"),
        ("Chat<sup>®</sup>", "Chat®"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn pictures_players_and_frames_leave_a_link_with_their_words() {
    let link = |href: &str, words: &str| json!({ "link": { "href": href, "children": [{ "text": words }] } });
    for (html, tree) in [
        (
            "<p><img src=https://a.example/menu.png alt='Our menu'></p>",
            json!([{ "paragraph": [link("https://a.example/menu.png", "Our menu")] }]),
        ),
        (
            "<img src=https://a.example/menu.png alt=''>",
            json!([{ "paragraph": [link("https://a.example/menu.png", "menu.png")] }]),
        ),
        (
            "<img srcset='https://a.example/1.png 1x, https://a.example/2.png 2x'>",
            json!([{ "paragraph": [link("https://a.example/1.png", "1.png")] }]),
        ),
        (
            "<img src='data:image/gif;base64,AA==' data-src=https://a.example/late.png alt=Menu>",
            json!([link("https://a.example/late.png", "Menu")]),
        ),
        ("<img src=https://a.example/m.png title=Menu>", json!([link("https://a.example/m.png", "Menu")])),
        ("Hello <img src=https://a.example/m.png> you", json!([{ "text": "Hello you" }])),
        (
            "See <img src=/map.png alt='the map'>.",
            json!([{ "text": "See " }, link("/map.png", "the map"), { "text": " ." }]),
        ),
        ("Hi<img src=https://a.example/x.png alt=👋>", json!([{ "text": "Hi👋" }])),
        ("<img src=https://a.example/pixel.gif width=1 height=1>", json!([])),
        (
            "<a href=https://shop.example/><img src=https://a.example/b.png></a>",
            json!([link("https://shop.example/", "shop.example")]),
        ),
        (
            "<a href=https://shop.example/><img src=https://a.example/b.png alt=Shop></a>",
            json!([link("https://shop.example/", "Shop")]),
        ),
        (
            "<video controls><source src=https://a.example/tour.mp4></video>",
            json!([{ "paragraph": [link("https://a.example/tour.mp4", "tour.mp4")] }]),
        ),
        (
            "<iframe src=https://player.example/embed/1 title='A walk'></iframe>",
            json!([{ "paragraph": [link("https://player.example/embed/1", "A walk")] }]),
        ),
        (
            "<embed src=https://a.example/plan.pdf>",
            json!([{ "paragraph": [link("https://a.example/plan.pdf", "plan.pdf")] }]),
        ),
        (
            "<iframe src=https://player.example/embed/1></iframe>",
            json!([{ "paragraph": [link("https://player.example/embed/1", "player.example")] }]),
        ),
        ("a<iframe src=https://player.example/embed/1></iframe>", json!([{ "text": "a" }])),
        ("<iframe src=javascript:boom() title=x></iframe>", json!([{ "paragraph": [{ "text": "x" }] }])),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
}

/// What becomes of a message of the bot.
fn kind_of(message: &Value) -> Value {
    let message = json!({ "type": "message", "payload": { "message": message } });
    let body = json!({ "events": [{ "event": message, "conversation": { "key": "c" } }] });
    match read(body.to_string().as_bytes()).expect("an envelope") {
        WebhookCall::Events { mut events, .. } => event(&events.remove(0))["kind"].clone(),
        WebhookCall::Handshake { .. } => panic!("an event became a handshake"),
    }
}

#[test]
fn a_name_that_shows_nothing_is_none() {
    for nothing in ["", "\u{2060}", "\u{3164}", " \u{200b} ", "&shy;"] {
        let info = kind_of(&json!({ "type": "info", "info": { "title": nothing } }));
        assert_eq!(info, json!({ "ignored": "empty" }), "{nothing:?}");
    }
    let button = json!({ "title": "\u{2800}", "text": "Yes" });
    let buttons = kind_of(&json!({ "type": "button", "title": "\u{200b}", "text": "Really?", "buttons": [button] }));
    let content = &buttons["message"]["content"]["buttons"];
    assert_eq!((&content["title"], &content["buttons"][0]["label"]), (&json!([{ "text": "Really?" }]), &json!("Yes")));
    let file =
        json!({ "type": "document", "link": "https://a.example/b.pdf", "file_name": "\u{2060}", "title": "Prices" });
    assert_eq!(kind_of(&file)["message"]["content"]["media"]["name"], "Prices");
}

#[test]
fn a_message_that_is_only_a_picture_without_words_is_still_a_message() {
    let said = |text: &str| kind_of(&json!({ "type": "text", "text": text }));
    for picture in ["<img src='data:image/png;base64,AA=='>", "<svg><path d='M0'/></svg>"] {
        let picture = said(picture);
        assert_eq!(picture["message"]["content"], json!({ "unsupported": { "kind": "media", "text": [] } }));
    }
    for nothing in [
        "&#8203;",
        "\u{2060}",
        "<p>&nbsp;</p><br>",
        "&#x3164;",
        "\u{2800}",
        "<p>&shy;</p>",
        "<img src=https://a.example/p width=1>",
        "<svg width=0 height=0><symbol id=a></symbol></svg>",
    ] {
        assert_eq!(said(nothing), json!({ "ignored": "empty" }), "{nothing}");
    }
}
