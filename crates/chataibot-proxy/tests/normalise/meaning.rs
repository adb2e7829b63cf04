//! The meaning of elements and styles, as editors, mail programs and formula renderers write them.

use chataibot_proxy::normalise::html;
use serde_json::{Value, json};

use super::{rich, words};

fn bold(words: &str) -> Value {
    json!({ "bold": [{ "text": words }] })
}

#[test]
fn a_style_takes_formatting_back() {
    for (html, tree) in [
        // Google Docs wraps everything that is copied in such an element.
        (
            "<b style='font-weight:normal' id=docs-internal-guid-1><p>a <span style='font-weight:700'>b</span></p></b>",
            json!([{ "paragraph": [{ "text": "a " }, bold("b")] }]),
        ),
        ("<strong style='font-weight: 400'>a</strong>", json!([{ "text": "a" }])),
        (
            "<b>a<span style='font-weight:normal'>b</span>c</b>d",
            json!([bold("a"), { "text": "b" }, bold("c"), { "text": "d" }]),
        ),
        (
            "<b><p style='font-weight:normal'>a</p>b</b>c",
            json!([{ "paragraph": [{ "text": "a" }] }, bold("b"), { "text": "c" }]),
        ),
        ("<i style='font-style: normal'>a</i>", json!([{ "text": "a" }])),
        ("<s style='text-decoration: none'>a</s>", json!([{ "text": "a" }])),
        ("<sup style='vertical-align: baseline'>a</sup>", json!([{ "text": "a" }])),
        ("<span style='font-weight:bold;font-weight:normal'>a</span>", json!([{ "text": "a" }])),
        ("<b style='font-weight:inherit'>a</b>", json!([bold("a")])),
        ("<b style='text-decoration:none'>a</b>", json!([bold("a")])),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
}

#[test]
fn a_style_formats_items_and_links_as_well() {
    let strike = json!({ "strike": [{ "text": "a" }] });
    assert_eq!(
        rich("<ul><li style='text-decoration: line-through'>a<li>b</ul>"),
        json!([{ "list": { "ordered": false, "items": [[strike], [{ "text": "b" }]] } }])
    );
    assert_eq!(
        rich("<a href=/x style='text-decoration: line-through'>a</a>b"),
        json!([{ "link": { "href": "/x", "children": [strike] } }, { "text": "b" }])
    );
    assert_eq!(rich("<a style='font-weight: bold'>a</a>"), json!([bold("a")]));
}

#[test]
fn letters_without_a_size_are_not_read_but_what_has_one_again_is() {
    for (html, said) in [
        ("<span style='font-size:0'>x</span>a", "a"),
        ("<div style='font-size:0px;line-height:0'>x<span style='font-size:1em'>y</span></div>a", "a"),
        ("<td style='font-size:0px'><div style='font-size:13px'>a</div></td>", "a"),
        ("<div style='font-size:0'><img src=https://a.example/l.png alt=Logo></div>", "Logo"),
        ("<div style='font-size:0'><button>a</button></div>", "a"),
        ("<span style='font-size:.5em'>a</span>", "a"),
        ("<span style='font-size:0.1px'>a</span>", "a"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn what_ends_lines_or_parts_elsewhere_keeps_words_apart() {
    for (text, said) in [
        ("a\u{b}b", "a\nb"),
        ("a\u{85}b", "a\nb"),
        ("a\u{2028}b\u{2029}c", "a\nb\nc"),
        ("a\u{1f}b\u{1c}c", "a b c"),
        ("<p>a\u{b}b\u{2028}c</p>", "a b c"),
        ("<pre>a\u{b}b</pre>", "a\nb"),
        ("<p style='white-space-collapse: preserve'>a\n  b</p>", "a\n  b"),
        ("<p style='white-space-collapse: preserve-breaks'>a\n  b</p>", "a\nb"),
    ] {
        assert_eq!(words(text), said, "{text:?}");
    }
    assert_eq!(html::plain("  if x:\n    a  b\u{b}c").to_plain(), "  if x:\n    a  b\nc", "to the letter");
}

#[test]
fn a_formula_that_is_drawn_and_written_is_said_once() {
    let formula = "<math><semantics><mrow><mi>x</mi></mrow><annotation>x</annotation></semantics></math>";
    for html in [
        format!(
            "<span class=katex><span class=katex-mathml>{formula}</span><span class=katex-html aria-hidden=true>x</span></span>"
        ),
        format!(
            "<span class=MathJax><nobr aria-hidden=true><span>x</span></nobr><span class=MJX_Assistive_MathML>{formula}</span></span>"
        ),
        format!("<span aria-hidden=true>x</span><span style='display:none'>{formula}</span>"),
    ] {
        assert_eq!(words(&html), "x", "{html}");
    }
    assert_eq!(words("<b aria-hidden=true>New</b> tea"), "New tea");
}

#[test]
fn formulas_are_written_in_a_line_with_all_their_signs() {
    for (formula, said) in [
        ("<mi>sin</mi><mo>&ApplyFunction;</mo><mi>x</mi>", "sin x"),
        ("<mn>2</mn><mo>&InvisibleTimes;</mo><mi>x</mi>", "2 x"),
        ("<msup><mi>x</mi><msup><mi>y</mi><mn>2</mn></msup></msup><mi>z</mi>", "x^(y^2)z"),
        ("<mmultiscripts><mi>U</mi><mprescripts/><mn>92</mn><mn>238</mn></mmultiscripts>", "₉₂²³⁸U"),
        ("<mmultiscripts><mi>R</mi><mi>i</mi><none/></mmultiscripts>", "R_i"),
        ("<mfenced open='[' close=']' separators=';'><mi>a</mi><mi>b</mi></mfenced>", "[a; b]"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ("<mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd></mtr></mtable>", "1 2 ; 3"),
    ] {
        assert_eq!(words(&format!("<math>{formula}</math>")), said, "{formula}");
    }
    assert_eq!(words("<math alttext='a+b'></math>"), "a+b");
    assert_eq!(words("<sup>y<sup>2</sup></sup>"), "^(y^2)");
}

#[test]
fn letters_of_a_font_of_signs_are_those_signs() {
    for (html, said) in [
        ("Thanks <span style='font-family:Wingdings'>J</span>", "Thanks 🙂"),
        ("a <font face=Wingdings>à</font> b", "a → b"),
        ("<span style=\"font-family:'Wingdings', serif\">ü<span style='font-family:Arial'>J</span></span>", "✓J"),
        ("<p><span style='font-family:Wingdings;mso-list:Ignore'>§&nbsp;</span>Tea</p>", "▪\u{a0}Tea"),
        ("<font face=Wingdings>&#xF0FC;</font>", "✓"),
        ("<span style='font-family:Arial, Wingdings'>J</span>", "J"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn a_picture_in_a_drawing_is_a_picture() {
    let link =
        |words: &str| json!({ "link": { "href": "https://a.example/plan.png", "children": [{ "text": words }] } });
    let html = "<svg><image href=https://a.example/plan.png /></svg>";
    assert_eq!(rich(html), json!([{ "paragraph": [link("plan.png")] }]));
    assert_eq!(
        rich("<svg><image xlink:href=https://a.example/plan.png aria-label=Plan /></svg>"),
        json!([link("Plan")])
    );
}

#[test]
fn json_in_a_text_may_hold_half_an_emoji_too() {
    let event = "{\"event\":{\"type\":\"message\",\"payload\":{\"message\":{\"type\":\"text\",\"text\":\"a\\ud83d\"}}},\"conversation\":{\"key\":\"c\"}}";
    let body = json!({ "events": format!("[{event}]") });
    let found = super::snapshot(body.to_string().as_bytes());
    assert_eq!(
        found["events"][0]["kind"]["message"]["content"]["text"]["body"],
        json!([{ "text": "a\u{fffd}" }]),
        "{found}"
    );
}

#[test]
fn two_texts_of_a_card_are_joined_by_blocks_that_stand_in_no_others() {
    let card = json!({ "title": "t", "subtitle": "a <b>b</b><p>c</p><br>d", "description": "<ul><li>e</ul>f" });
    let message = json!({ "type": "message", "payload": { "message": { "type": "carousel", "cards": [card] } } });
    let body = json!({ "events": [{ "event": message, "conversation": { "key": "c" } }] });
    let found = super::snapshot(body.to_string().as_bytes());
    let p = |words: &str| json!({ "paragraph": [{ "text": words }] });
    assert_eq!(
        found["events"][0]["kind"]["message"]["content"]["carousel"]["cards"][0]["description"],
        json!([
            { "paragraph": [{ "text": "a " }, bold("b")] },
            p("c"),
            p("d"),
            { "list": { "ordered": false, "items": [[{ "text": "e" }]] } },
            p("f"),
        ]),
        "{found}"
    );
}

#[test]
fn quotes_readings_fields_and_links_in_drawings_keep_what_they_say() {
    for (html, said) in [
        ("<q>a <q>b</q></q> <q>c</q>", "“a ‘b’” “c”"),
        ("<ruby>漢字<rtc><rt>kanji</rt></rtc></ruby>", "漢字(kanji)"),
        ("<ruby>漢字<rtc>kanji</rtc></ruby>", "漢字(kanji)"),
        ("<textarea placeholder='Your wish'></textarea>", "Your wish"),
        ("<textarea placeholder='Your wish'>Tea</textarea>", "Tea"),
        ("a<br/", "a"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
    assert_eq!(
        rich("<svg><a xlink:href=https://a.example/><text>a</text></a></svg>"),
        json!([{ "link": { "href": "https://a.example/", "children": [{ "text": "a" }] } }])
    );
}
