//! The words of a text: addresses in them, invisible ones, and separation by blocks.

use serde_json::json;

use super::{rich, words};

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

#[test]
fn what_a_style_sets_apart_does_not_run_together() {
    for (html, said) in [
        ("<div style=display:flex><span>Name</span><span>Ada</span></div>", "Name Ada"),
        ("<p style='display:flex'>Sum<b>3 €</b></p>", "Sum 3 €"),
        ("<nav style='display:inline grid'><a href=/a>One</a><a href=/b>Two</a></nav>", "One Two"),
        ("<span style='float:left'>Left</span><span style=float:right>Right</span>", "Left Right"),
        ("<b style='position: absolute'>New</b>Tea", "New Tea"),
        ("<a style=display:block href=/a>One</a><a style=display:block href=/b>Two</a>", "One\nTwo"),
        ("<a style=display:inline-block href=/a>One</a><a href=/b>Two</a>", "One Two"),
        ("<q style=display:block>One</q>Two", "“One”\nTwo"),
        ("<span style=float:none>a</span>b<i style=position:relative>c</i>", "abc"),
        ("<div style=display:flex><span><b>a</b><i>b</i></span></div>", "ab"),
        ("Hello<ul></ul>World", "Hello\nWorld"),
        ("<b>Hello<ol><li> </ol>World</b>", "Hello\nWorld"),
        ("a<ul><li>b</ul><i>c</i>d", "a\nb\ncd"),
        ("<ul><li>a<ul></ul>b</ul>", "a\nb"),
        ("<p hidden>a</p>b", "b"),
        ("<p hidden style=display:block>a</p>b", "a\nb"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}

#[test]
fn formatting_around_a_list_is_that_of_its_items_and_of_what_follows() {
    let bold = |text: &str| json!({ "bold": [{ "text": text }] });
    assert_eq!(
        rich("<b>a<ul><li>b<li>c</ul>d</b>e"),
        json!([bold("a"), { "list": { "ordered": false, "items": [[bold("b")], [bold("c")]] } }, bold("d"), { "text": "e" }])
    );
    let link = json!({ "link": { "href": "https://a.example/", "children": [{ "text": "x" }] } });
    assert_eq!(
        rich("<a href=https://a.example/><ul><li>x</ul></a>y"),
        json!([{ "list": { "ordered": false, "items": [[link]] } }, { "text": "y" }])
    );
    let inner = json!({ "list": { "ordered": false, "items": [[{ "strike": [{ "text": "y" }] }]] } });
    assert_eq!(
        rich("<s><ul><li>x<ul><li>y</ul></ul></s>"),
        json!([{ "list": { "ordered": false, "items": [[{ "strike": [{ "text": "x" }] }, inner]] } }])
    );
}

#[test]
fn a_picture_that_the_text_holds_itself_leaves_the_words_around_it() {
    for line in ["iVBO", "iVBORw0KGgo\n", "iVBORw0KGgo\r\n"] {
        let data = line.repeat(30_000);
        let picture = format!("<p>Before</p><img alt=Map src=\"data:image/png;base64,{data}\"><p>After</p>");
        assert_eq!(words(&picture), "Before\nMap\nAfter");
    }
}
