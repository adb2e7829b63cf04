//! Lists as editors write them: content that is not an item, numbering, and checkboxes.

use serde_json::{Value, json};

use super::{rich, words};

fn text(text: &str) -> Value {
    json!({ "text": text })
}

fn paragraph(words: &str) -> Value {
    json!({ "paragraph": [text(words)] })
}

fn list(ordered: bool, items: &Value) -> Value {
    json!({ "list": { "ordered": ordered, "items": items } })
}

fn from(start: i32, items: &Value) -> Value {
    json!({ "list": { "ordered": true, "items": items, "start": start } })
}

#[test]
fn a_list_in_a_list_belongs_to_the_item_before_and_counts_as_none() {
    let inner = |ordered| list(ordered, &json!([[text("b")]]));
    for (html, tree) in [
        // Word, Google Docs, Gmail, and browsers' own editing.
        (
            "<ol><li>a</li><ol><li>b</li></ol><li>c</li></ol>",
            json!([list(true, &json!([[text("a"), inner(true)], [text("c")]]))]),
        ),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", json!([list(false, &json!([[text("a"), inner(false)]]))])),
        (
            "<ol><li>a</li><div><ul><li>b</li></ul></div><li>c</li></ol>",
            json!([list(true, &json!([[text("a"), inner(false)], [text("c")]]))]),
        ),
        ("<ol><ol><li>b</li></ol><li>c</li></ol>", json!([inner(true), list(true, &json!([[text("c")]]))])),
        // TinyMCE: an item without a marker, which is counted nevertheless.
        (
            "<ol><li>a</li><li style='list-style-type: none;'><ol><li>b</li></ol></li><li>c</li></ol>",
            json!([list(true, &json!([[text("a"), inner(true)]])), from(3, &json!([[text("c")]]))]),
        ),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
}

#[test]
fn words_beside_items_have_lines_of_their_own_and_no_numbers() {
    for (html, tree) in [
        ("<ol>Then:<li>a</li></ol>", json!([paragraph("Then:"), list(true, &json!([[text("a")]]))])),
        (
            "x<ul>Then:<li>a</li></ul>y",
            json!([text("x"), paragraph("Then:"), list(false, &json!([[text("a")]])), text("y")]),
        ),
        ("<ol><li>a</li>or<li>b</li></ol>", json!([list(true, &json!([[text("a"), paragraph("or")], [text("b")]]))])),
        (
            "<ol><li>a</li><p>or</p><li>b</li></ol>",
            json!([list(true, &json!([[text("a"), paragraph("or")], [text("b")]]))]),
        ),
        ("<ul><br><li>a</li><br></ul>", json!([list(false, &json!([[text("a")]]))])),
        (
            "<ol><div><li>a</li></div><div><li>b</li></div></ol>",
            json!([list(true, &json!([[text("a")], [text("b")]]))]),
        ),
    ] {
        assert_eq!(rich(html), tree, "{html}");
    }
    let deep = ["<ul><li>a".repeat(30), "</ul>b".repeat(30)].concat();
    assert_eq!(words(&deep).matches('b').count(), 30);
    assert!(!words(&deep).contains("bb"), "below the deepest level lines stay lines");
}

#[test]
fn a_style_or_the_first_item_says_how_a_list_counts() {
    let two = json!([[text("a")], [text("b")]]);
    let letters = json!({ "list": { "ordered": true, "items": two, "numbering": "a" } });
    for (html, tree) in [
        ("<ul style='list-style-type: decimal'><li>a<li>b</ul>", list(true, &two)),
        ("<ol style='list-style: disc inside'><li>a<li>b</ol>", list(false, &two)),
        ("<ol style='list-style: none'><li>a<li>b</ol>", list(false, &two)),
        ("<ol style='list-style-type: arabic-indic'><li>a<li>b</ol>", list(true, &two)),
        // Google Docs.
        (
            "<ol><li style='list-style-type: lower-alpha'>a<li style='list-style-type: lower-alpha'>b</ol>",
            letters.clone(),
        ),
        ("<ol type=a><li>a<li>b</ol>", letters),
        // Quill.
        ("<ol><li data-list=bullet>a<li data-list=bullet>b</ol>", list(false, &two)),
        ("<ol><li data-list=ordered>a<li data-list=ordered>b</ol>", list(true, &two)),
    ] {
        assert_eq!(rich(html), json!([tree]), "{html}");
    }
}

#[test]
fn what_is_ticked_is_told_from_what_is_not() {
    for (html, said) in [
        (
            "<ul><li><input type=checkbox checked disabled> Packed<li><input type=checkbox> Sent</ul>",
            "☑ Packed\n☐ Sent",
        ),
        ("<input type=radio name=a checked>Yes<input type=radio name=a>No", "◉ Yes ○ No"),
        ("<ol><li data-list=checked>Packed<li data-list=unchecked>Sent</ol>", "☑ Packed\n☐ Sent"),
        ("<input type=checkbox hidden>Yes", "Yes"),
    ] {
        assert_eq!(words(html), said, "{html}");
    }
}
