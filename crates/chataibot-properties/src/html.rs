//! Property: the platform's HTML becomes a tree of a closed list of nodes, correctly nested and
//! within limits; and the tree written as HTML becomes the same tree.

use chataibot_proxy::normalise::{Diagnostic, html, text};
use chataibot_wire::rich_text::{Link, List, Shift};
use chataibot_wire::{Node, RichText};

use crate::{links::is_anchor, text_of};

/// Limits of one text: nesting depth, characters and nodes.
const DEEPEST: usize = 16;
const LONGEST: usize = 16_000;
const MOST_NODES: usize = 2_000;
/// Length to which labels, such as a button's, are cut here.
const LABEL: usize = 20;

/// Checks the property, that plain text keeps all words, and that a label is one short line.
pub fn holds(data: &[u8]) {
    let input = text_of(data);
    let mut diagnostics = Vec::new();
    let tree = html::rich(&input, &mut diagnostics);
    is_well_formed(&tree);
    let was_cut = diagnostics.contains(&Diagnostic::Cut);
    if !was_cut {
        let again = html::to_rich_text(&written(&tree.0));
        assert_eq!(again, tree, "{input:?} was written as {:?}", written(&tree.0));
    }
    if !was_cut && !input.contains(['<', '&']) {
        assert_eq!(words(&tree.to_plain()), words(&input), "each word of a plain text is kept: {input:?}");
    }
    is_well_formed(&html::plain(&input));
    let label = html::label(&input, LABEL, &mut Vec::new());
    assert!(label.chars().count() <= LABEL && !label.contains(is_hidden), "{label:?}");
}

/// Checks that the widget may trust a tree.
pub fn is_well_formed(text: &RichText) {
    let mut size = Size::default();
    nodes(&text.0, &mut Vec::new(), &mut size, 0);
    assert!(size.characters <= LONGEST && size.nodes <= MOST_NODES, "{size:?}");
}

/// Whether a character is invisible or changes the text beside it.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

#[derive(Debug, Default)]
struct Size {
    characters: usize,
    nodes: usize,
}

/// Checks a list of nodes. `around` holds their ancestors on the same line, outermost first.
fn nodes(list: &[Node], around: &mut Vec<&'static str>, size: &mut Size, depth: usize) {
    assert!(depth <= DEEPEST, "too deep");
    for node in list {
        size.nodes += 1;
        match node {
            Node::Text(text) => {
                assert!(!text.is_empty(), "a text without characters");
                assert!(!text.contains(is_hidden), "{text:?}");
                size.characters += text.chars().count();
            }
            Node::Break => {}
            Node::Bold(inside) => formatted("b", inside, around, size, depth),
            Node::Italic(inside) => formatted("i", inside, around, size, depth),
            Node::Underline(inside) => formatted("u", inside, around, size, depth),
            Node::Strike(inside) => formatted("s", inside, around, size, depth),
            Node::Code(inside) => formatted("code", inside, around, size, depth),
            Node::Link(Link { href, children, shift: Some(shift) }) => {
                assert_eq!(href, "", "raised words lead nowhere");
                formatted(if *shift == Shift::Sup { "sup" } else { "sub" }, children, around, size, depth);
            }
            Node::Link(link) => {
                is_anchor(&link.href);
                formatted("a", &link.children, around, size, depth);
            }
            Node::Paragraph(inside) => {
                assert!(around.is_empty(), "a paragraph in {around:?}");
                around.push("p");
                shows(inside);
                nodes(inside, around, size, depth + 1);
                around.pop();
            }
            Node::List(list) => {
                assert!(around.is_empty(), "a list in {around:?}");
                assert!(!list.items.is_empty(), "a list without items");
                assert!(list.ordered || *list == List::new(false, list.items.clone()), "only what is ordered counts");
                for item in &list.items {
                    shows(item);
                    // A list item counts as a level, too.
                    nodes(item, &mut Vec::new(), size, depth + 2);
                }
            }
        }
    }
}

fn formatted(name: &'static str, inside: &[Node], around: &mut Vec<&'static str>, size: &mut Size, depth: usize) {
    assert!(!around.contains(&name), "{name} in {around:?}");
    shows(inside);
    around.push(name);
    nodes(inside, around, size, depth + 1);
    around.pop();
}

/// Checks that an element shows something.
fn shows(inside: &[Node]) {
    assert!(inside.iter().any(|node| !matches!(node, Node::Break)), "an element that shows nothing: {inside:?}");
}

/// Writes the tree as HTML, for reading it once more. This goes to no browser.
fn written(nodes: &[Node]) -> String {
    let mut html = String::new();
    for node in nodes {
        html += &match node {
            Node::Text(text) if text.contains("  ") || text.starts_with(' ') => {
                format!("<span style=\"white-space:pre\">{}</span>", escaped(text))
            }
            Node::Text(text) => escaped(text),
            Node::Break => "<br>".to_owned(),
            Node::Bold(inside) => format!("<b>{}</b>", written(inside)),
            Node::Italic(inside) => format!("<i>{}</i>", written(inside)),
            Node::Underline(inside) => format!("<u>{}</u>", written(inside)),
            Node::Strike(inside) => format!("<s>{}</s>", written(inside)),
            Node::Code(inside) => format!("<code>{}</code>", written(inside)),
            Node::Link(Link { children, shift: Some(shift), .. }) => {
                let name = if *shift == Shift::Sup { "sup" } else { "sub" };
                format!("<{name}>{}</{name}>", written(children))
            }
            Node::Link(link) => {
                let href = escaped(&link.href).replace('"', "&quot;");
                format!("<a href=\"{href}\">{}</a>", written(&link.children))
            }
            Node::Paragraph(inside) => format!("<p>{}</p>", written(inside)),
            Node::List(list) => {
                let items: String = list.items.iter().map(|item| format!("<li>{}</li>", written(item))).collect();
                let kind = serde_json::to_value(list.numbering).ok();
                let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
                let start = list.start.unwrap_or(1);
                let reversed = if list.reversed { " reversed" } else { "" };
                match list.ordered {
                    true => format!("<ol type={kind} start={start}{reversed}>{items}</ol>"),
                    false => format!("<ul>{items}</ul>"),
                }
            }
        };
    }
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Returns the words of a text. The parser may drop white space, also what is such only in Unicode.
fn words(text: &str) -> Vec<String> {
    let shown: String = text.chars().filter(|c| text::is_shown(*c) || text::is_space(*c)).collect();
    shown
        .split(|c: char| c.is_whitespace() || text::is_space(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
