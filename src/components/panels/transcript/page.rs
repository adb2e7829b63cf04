//! The transcript as a web page, of elements that are never inserted into the host page.

use chataibot_wire::rich_text::{Link, Shift};
use chataibot_wire::{Author, Node, RichText};
use web_sys::{Document, Element, XmlSerializer};

use super::Line;
use crate::components::{ViewConfig, rich_text::safe_address};

/// Style sheet of the file; contains no characters that XML escapes.
const CSS: &str = include_str!("../../../../styles/on-demand/transcript.css");
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Returns the whole file; `None` only if the browser creates no elements.
pub(super) fn page(document: &Document, config: &ViewConfig, created: &str, lines: &[Line]) -> Option<String> {
    let builder = ElementBuilder(document);
    let title = config.strings.transcript_title();
    let root = builder.create("html", &[])?;
    let language = config.locale.clone().map(|locale| locale.to_string());
    let language = language.or_else(|| document.document_element()?.get_attribute("lang"));
    if let Some(language) = language.filter(|language| !language.is_empty()) {
        root.set_attribute("lang", &language).ok()?;
    }
    let direction = config.direction().map(String::from).or_else(|| document.document_element()?.get_attribute("dir"));
    root.set_attribute("dir", direction.as_deref().unwrap_or("ltr")).ok()?;

    let head = builder.append(&root, "head", &[])?;
    builder.append(&head, "meta", &[("charset", "utf-8")])?;
    builder.append(&head, "meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")])?;
    builder.append_with_text(&head, "title", &[], &title)?;
    builder.append_with_text(&head, "style", &[], CSS)?;

    let body = builder.append(&root, "body", &[])?;
    let header = builder.append(&body, "header", &[])?;
    builder.append_with_text(&header, "h1", &[], &title)?;
    builder.append_with_text(&header, "p", &[], created)?;
    let list = builder.append(&body, "main", &[])?;
    for line in lines {
        match line {
            Line::Message { author, name, time, words } => {
                let class = match author {
                    Author::Visitor => "visitor",
                    Author::Bot => "bot",
                    Author::Agent => "agent",
                };
                let article = builder.append(&list, "article", &[("class", class)])?;
                let head = builder.append(&article, "p", &[("class", "by")])?;
                builder.append_with_text(&head, "strong", &[("dir", "auto")], name)?;
                builder.append_text(&head, " ")?;
                builder.append_with_text(&head, "span", &[], time)?;
                let bubble = builder.append(&article, "div", &[("class", "bubble"), ("dir", "auto")])?;
                words.0.iter().try_for_each(|node| builder.append_node(&bubble, node, 0))?;
            }
            Line::Event(words) => builder.append_with_text(&list, "p", &[("class", "event")], words)?,
        }
    }
    let written = XmlSerializer::new().ok()?.serialize_to_string(&root).ok()?;
    Some(["<!DOCTYPE html>\n", &written, "\n"].concat())
}

/// Creates detached elements.
struct ElementBuilder<'a>(&'a Document);

impl ElementBuilder<'_> {
    fn create(&self, tag: &str, attributes: &[(&str, &str)]) -> Option<Element> {
        let element = self.0.create_element_ns(Some(XHTML), tag).ok()?;
        for (name, value) in attributes {
            element.set_attribute(name, value).ok()?;
        }
        Some(element)
    }

    fn append(&self, parent: &Element, tag: &str, attributes: &[(&str, &str)]) -> Option<Element> {
        let element = self.create(tag, attributes)?;
        parent.append_child(&element).ok()?;
        Some(element)
    }

    fn append_with_text(&self, parent: &Element, tag: &str, attributes: &[(&str, &str)], words: &str) -> Option<()> {
        let element = self.append(parent, tag, attributes)?;
        self.append_text(&element, words)
    }

    fn append_text(&self, parent: &Element, words: &str) -> Option<()> {
        // XML allows no other control characters, and a transcript needs none.
        let words = words.replace(|c: char| c < ' ' && !matches!(c, '\n' | '\t'), "");
        parent.append_child(&self.0.create_text_node(&words)).ok().map(drop)
    }

    fn append_node(&self, parent: &Element, node: &Node, depth: u8) -> Option<()> {
        if depth > 24 {
            return self.append_text(parent, &RichText(vec![node.clone()]).to_plain());
        }
        let all = |parent: &Element, children: &[Node]| {
            children.iter().try_for_each(|child| self.append_node(parent, child, depth + 1))
        };
        let within = |tag: &str, children: &[Node]| all(&self.append(parent, tag, &[])?, children);
        match node {
            Node::Text(words) => self.append_text(parent, words),
            Node::Break => self.append(parent, "br", &[]).map(drop),
            Node::Bold(children) => within("strong", children),
            Node::Italic(children) => within("em", children),
            Node::Underline(children) => within("u", children),
            Node::Strike(children) => within("s", children),
            Node::Code(children) => within("code", children),
            Node::Paragraph(children) => match children.as_slice() {
                [Node::Code(lines)] if lines.contains(&Node::Break) => within("pre", lines),
                _ => within("p", children),
            },
            Node::List(list) => {
                let element = self.append(parent, if list.ordered { "ol" } else { "ul" }, &[])?;
                let start = list.start.map(|start| start.to_string());
                let reversed = list.reversed.then_some("reversed");
                let attributes = [("start", start.as_deref()), ("reversed", reversed), ("type", list.numbering.mark())];
                for (name, value) in attributes.into_iter().filter_map(|(name, value)| Some((name, value?))) {
                    element.set_attribute(name, value).ok()?;
                }
                list.items.iter().try_for_each(|item| all(&self.append(&element, "li", &[])?, item))
            }
            Node::Link(Link { shift: Some(shift), children, .. }) => {
                within(if *shift == Shift::Sup { "sup" } else { "sub" }, children)
            }
            Node::Link(link) => match safe_address(&link.href) {
                Some(href) => {
                    // The saved file has no site that relative addresses could refer to.
                    let whole = super::absolute(href);
                    let href = whole.as_deref().unwrap_or(href);
                    all(&self.append(parent, "a", &[("href", href), ("rel", "noopener noreferrer")])?, &link.children)
                }
                None => all(parent, &link.children),
            },
        }
    }
}
