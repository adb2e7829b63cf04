//! What becomes of the characters of a text: addresses in it, and what is not to be seen.

use serde_json::json;

use super::rich;

#[test]
fn addresses_in_words_are_links() {
    let link = |href: &str, words: &str| json!({ "link": { "href": href, "children": [{ "text": words }] } });
    assert_eq!(
        rich("Pay here: https://pay.example.com/i/4711."),
        json!([{ "text": "Pay here: " }, link("https://pay.example.com/i/4711", "https://pay.example.com/i/4711"), { "text": "." }])
    );
    assert_eq!(
        rich("<b>www.example.com</b>"),
        json!([{ "bold": [link("https://www.example.com/", "www.example.com")] }])
    );
    assert_eq!(rich("<code>https://a.example</code>"), json!([{ "code": [{ "text": "https://a.example" }] }]));
    assert_eq!(
        rich("<a href=https://b.example/>https://a.example</a>"),
        json!([link("https://b.example/", "https://a.example")])
    );
}

#[test]
fn characters_that_reorder_or_control_are_left_out() {
    assert_eq!(rich("a\u{202e}b\u{2066}c\u{0}d\u{7}e\u{feff}f\u{200f}g"), json!([{ "text": "abcdef\u{200f}g" }]));
    assert_eq!(rich("a&#x202e;b&#8238;c"), json!([{ "text": "abc" }]));
}
