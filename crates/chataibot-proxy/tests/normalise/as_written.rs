//! Text that only resembles markup stays text.

use serde_json::json;

use super::{rich, words};

#[test]
fn parameters_of_addresses_are_no_characters() {
    let link = |href: &str| json!([{ "link": { "href": href, "children": [{ "text": href }] } }]);
    for address in [
        "https://pay.example/?amount=5&currency=EUR",
        "https://a.example/?x=1&region=eu&timestamp=5&section=2&notify=1&para=1&copy=2&lt=3",
        "https://a.example/?x&region&timestamps",
    ] {
        assert_eq!(rich(address), link(address));
        assert_eq!(rich(&format!("<p>{address}</p>")), json!([{ "paragraph": link(address) }]));
        assert_eq!(rich(&address.replace('&', "&amp;")), link(address), "written as HTML asks");
    }
    for (html, said) in [
        ("See www.a.example/?x=1&degree=2 &copy 2024", "See www.a.example/?x=1&degree=2 © 2024"),
        ("https://a.example/?x=1&lt;y", "https://a.example/?x=1<y"),
        ("<b>https://a.example/&nbsp;</b>x", "https://a.example/\u{a0}x"),
        ("&copy2024 &reg", "©2024 ®"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn words_in_angle_brackets_are_words() {
    for text in [
        "Hello <first name>, your order <order id> has shipped",
        "<Your name here>",
        "Dear <NAME>,",
        "<NAME>, welcome",
        "Dear <first-name>, hello",
        "Use List<String>, Map<K,V> and Vec<u8>.",
        "git clone <repository>",
        "ssh <user>@<server>",
        "#include <stdio.h>",
        "Press <Enter> or <F5>",
        "x<y and y>z",
        "cd <path/to/it>",
    ] {
        assert_eq!(words(text), text);
        assert_eq!(words(&format!("<p>{text}</p>")), text, "in a paragraph");
    }
    assert_eq!(rich("a <name>\nb"), json!([{ "text": "a <name>" }, "break", { "text": "b" }]), "it is plain text");
}

#[test]
fn elements_that_nobody_knows_are_no_words() {
    for html in [
        "<foo>a</foo>", "<foo>a", "<foo> a", "<my-tag>a", "a<foo/>", "a <o:p>", "<p>a</p><foo>", "a <foo bar=baz>",
        "a <blink>", "a<Foo></fOO>", "<think></think>a", "a <!doctype html>",
    ] {
        assert_eq!(words(html), "a", "{html}");
    }
}

#[test]
fn addresses_and_dates_in_angle_brackets_are_words() {
    for text in [
        "Find us: <https://www.google.com/maps/@52.5,13.4,15z?entry=ttu> today",
        "Stop mails: <https://a.example/u?email=ada@a.example>.",
        "Write to <mailto:a@b.example?subject=Hi>.",
        "See <https://a.example/x|our shop> now",
        "<www.a.example>",
        "<Note: read this first>",
        "Text <sms:+491701234567> or <viber://chat?number=1> or <ftp://a.example/x> now",
        "Enter the time as <HH:MM>, please",
        "Enter it as <DD/MM/YYYY>, please",
    ] {
        assert_eq!(words(text), text);
    }
    assert_eq!(words("<o:p>Dear Ada</o:p>"), "Dear Ada", "a tag that Office writes");
    let link = json!({ "link": { "href": "https://a.example/x", "children": [{ "text": "https://a.example/x" }] } });
    assert_eq!(rich("<https://a.example/x>"), json!([{ "text": "<" }, link, { "text": ">" }]));
}

#[test]
fn plain_text_keeps_its_indentation() {
    for text in ["- a\n  - b\n    - c", "def f():\n    return 1", "a  b"] {
        assert_eq!(words(text), text);
    }
}

#[test]
fn short_lines_beyond_the_limit_are_not_joined_into_one_word() {
    for line in [
        "word\n",
        "word<br>",
        "<li>word</li>",
        "<p>word</p>",
        "<div><b>word</b></div>",
        "<ul><li>word</li></ul>",
        "<p>word</p>word ",
    ] {
        let shown = words(&line.repeat(1_500));
        assert!(!shown.contains("wordword"), "{}", shown.chars().rev().take(40).collect::<String>());
    }
}
