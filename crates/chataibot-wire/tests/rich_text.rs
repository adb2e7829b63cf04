//! The words of a formatted text, without the formatting.

use chataibot_wire::{
    Node, RichText,
    rich_text::{Link, List},
};

fn text(words: &str) -> Node {
    Node::Text(words.to_owned())
}

#[test]
fn blocks_and_items_stand_on_lines_of_their_own() {
    let tree = RichText(vec![
        Node::Paragraph(vec![text("Hello "), Node::Bold(vec![text("you")])]),
        Node::List(List { ordered: false, items: vec![vec![text("one")], vec![text("two")]] }),
        Node::Paragraph(vec![
            text("see "),
            Node::Link(Link { href: "https://example.com/".into(), children: vec![text("this")] }),
            Node::Break,
            text("bye"),
        ]),
    ]);
    assert_eq!(tree.to_plain(), "Hello you\none\ntwo\nsee this\nbye");
}

#[test]
fn a_tree_of_blanks_is_empty_and_one_word_is_not() {
    assert!(RichText(vec![Node::Paragraph(vec![text(" "), Node::Break])]).is_empty());
    assert!(!RichText::plain("x").is_empty());
}
