//! The plain text of rich text.

use chataibot_wire::rich_text::{Link, List, Numbering, Shift};
use chataibot_wire::{Node, RichText};

fn text(words: &str) -> Node {
    Node::Text(words.to_owned())
}

#[test]
fn blocks_and_items_stand_on_lines_of_their_own() {
    let tree = RichText(vec![
        Node::Paragraph(vec![text("Hello "), Node::Bold(vec![text("you")])]),
        Node::List(List::new(false, vec![vec![text("one")], vec![text("two")]])),
        Node::Paragraph(vec![
            text("see "),
            Node::Link(Link::to("https://example.com/".into(), vec![text("this")])),
            Node::Break,
            text("bye"),
        ]),
    ]);
    assert_eq!(tree.to_plain(), "Hello you\none\ntwo\nsee this\nbye");
}

#[test]
fn raised_and_lowered_words_are_told_in_a_line() {
    let said = |shift, words: &str| {
        let stretch = Link { href: String::new(), children: vec![text(words)], shift: Some(shift) };
        RichText(vec![text("9"), Node::Link(stretch)]).to_plain()
    };
    for (shift, words, told) in [
        (Shift::Sup, "0123456789", "9⁰¹²³⁴⁵⁶⁷⁸⁹"),
        (Shift::Sub, "0123456789", "9₀₁₂₃₄₅₆₇₈₉"),
        (Shift::Sup, "n", "9^n"),
        (Shift::Sup, "x+1", "9^(x+1)"),
        (Shift::Sub, "max", "9_max"),
        (Shift::Sup, "th", "9th"),
        (Shift::Sup, "ème", "9ème"),
        (Shift::Sup, "®", "9®"),
        (Shift::Sup, "*", "9*"),
    ] {
        assert_eq!(said(shift, words), told);
    }
}

#[test]
fn what_was_stored_before_is_read_and_what_is_new_is_readable_without_it() {
    let old = r#"[{"list":{"ordered":true,"items":[[{"text":"a"}]]}},{"link":{"href":"https://a.example/","children":[{"text":"b"}]}}]"#;
    let tree: RichText = serde_json::from_str(old).expect("a tree of the version before");
    assert_eq!(serde_json::to_string(&tree).expect("JSON"), old, "nothing new is written where nothing new is said");
    let mut list = List::new(true, vec![vec![text("a")]]);
    list.start = Some(3);
    list.reversed = true;
    list.numbering = Numbering::Roman;
    let raised = Link { href: String::new(), children: vec![text("2")], shift: Some(Shift::Sup) };
    let tree = RichText(vec![Node::List(list), Node::Link(raised)]);
    let json = serde_json::to_string(&tree).expect("JSON");
    // Readers know these names, and ignore unknown fields.
    assert_eq!(
        json,
        r#"[{"list":{"ordered":true,"items":[[{"text":"a"}]],"start":3,"reversed":true,"numbering":"i"}},{"link":{"href":"","children":[{"text":"2"}],"shift":"sup"}}]"#
    );
    assert_eq!(serde_json::from_str::<RichText>(&json).expect("a tree"), tree);
}

#[test]
fn a_tree_of_blanks_is_empty_and_one_word_is_not() {
    assert!(RichText(vec![Node::Paragraph(vec![text(" "), Node::Break])]).is_empty());
    assert!(!RichText::plain("x").is_empty());
}
