//! The transcript as a web page: the elements are created detached and serialised by the browser.
//! They are never inserted into the host page.

use chataibot_wire::{
    Node, RichText,
    rich_text::{Link, Shift},
};
use web_sys::{Document, Element, XmlSerializer};

use super::{Line, plain_text::class_of};
use crate::components::{ViewConfig, rich_text::safe_address};

/// Style sheet of the file; contains no characters that XML escapes.
const CSS: &str = include_str!("../../../../styles/on-demand/transcript.css");
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Returns the whole file; `None` only if the browser creates no elements.
pub(super) fn page(document: &Document, look: &ViewConfig, made: &str, lines: &[Line]) -> Option<String> {
    let make = Maker(document);
    let title = look.strings.transcript_title();
    let root = make.element("html", &[])?;
    let language = look.locale.clone().map(|locale| locale.to_string());
    let language = language.or_else(|| document.document_element()?.get_attribute("lang"));
    if let Some(language) = language.filter(|language| !language.is_empty()) {
        root.set_attribute("lang", &language).ok()?;
    }
    let direction = look.direction().map(String::from).or_else(|| document.document_element()?.get_attribute("dir"));
    root.set_attribute("dir", direction.as_deref().unwrap_or("ltr")).ok()?;

    let head = make.inside(&root, "head", &[])?;
    make.inside(&head, "meta", &[("charset", "utf-8")])?;
    make.inside(&head, "meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")])?;
    make.words(&head, "title", &[], &title)?;
    make.words(&head, "style", &[], CSS)?;

    let body = make.inside(&root, "body", &[])?;
    let header = make.inside(&body, "header", &[])?;
    make.words(&header, "h1", &[], &title)?;
    make.words(&header, "p", &[], made)?;
    let list = make.inside(&body, "main", &[])?;
    for line in lines {
        match line {
            Line::Said { by, name, time, words } => {
                let said = make.inside(&list, "article", &[("class", class_of(*by))])?;
                let head = make.inside(&said, "p", &[("class", "by")])?;
                make.words(&head, "strong", &[("dir", "auto")], name)?;
                make.text(&head, " ")?;
                make.words(&head, "span", &[], time)?;
                let bubble = make.inside(&said, "div", &[("class", "bubble"), ("dir", "auto")])?;
                make.nodes(&bubble, words, 0)?;
            }
            Line::Event(words) => make.words(&list, "p", &[("class", "event")], words)?,
        }
    }
    let written = XmlSerializer::new().ok()?.serialize_to_string(&root).ok()?;
    Some(["<!DOCTYPE html>\n", &written, "\n"].concat())
}

/// Creates detached elements.
struct Maker<'a>(&'a Document);

impl Maker<'_> {
    fn element(&self, tag: &str, attributes: &[(&str, &str)]) -> Option<Element> {
        let element = self.0.create_element_ns(Some(XHTML), tag).ok()?;
        for (name, value) in attributes {
            element.set_attribute(name, value).ok()?;
        }
        Some(element)
    }

    fn inside(&self, parent: &Element, tag: &str, attributes: &[(&str, &str)]) -> Option<Element> {
        let element = self.element(tag, attributes)?;
        parent.append_child(&element).ok()?;
        Some(element)
    }

    fn words(&self, parent: &Element, tag: &str, attributes: &[(&str, &str)], words: &str) -> Option<()> {
        let element = self.inside(parent, tag, attributes)?;
        self.text(&element, words)
    }

    fn text(&self, parent: &Element, words: &str) -> Option<()> {
        // XML allows no other control characters, and a transcript needs none.
        let words = words.replace(|c: char| c < ' ' && !matches!(c, '\n' | '\t'), "");
        parent.append_child(&self.0.create_text_node(&words)).ok().map(drop)
    }

    fn nodes(&self, parent: &Element, text: &RichText, depth: u8) -> Option<()> {
        text.0.iter().try_for_each(|node| self.node(parent, node, depth))
    }

    fn node(&self, parent: &Element, node: &Node, depth: u8) -> Option<()> {
        if depth > 24 {
            return self.text(parent, &RichText(vec![node.clone()]).to_plain());
        }
        let all = |parent: &Element, children: &[Node]| {
            children.iter().try_for_each(|child| self.node(parent, child, depth + 1))
        };
        match node {
            Node::Text(words) => self.text(parent, words),
            Node::Break => self.inside(parent, "br", &[]).map(drop),
            Node::Bold(children) => all(&self.inside(parent, "strong", &[])?, children),
            Node::Italic(children) => all(&self.inside(parent, "em", &[])?, children),
            Node::Underline(children) => all(&self.inside(parent, "u", &[])?, children),
            Node::Strike(children) => all(&self.inside(parent, "s", &[])?, children),
            Node::Code(children) => all(&self.inside(parent, "code", &[])?, children),
            Node::Paragraph(children) => match children.as_slice() {
                [Node::Code(lines)] if lines.contains(&Node::Break) => all(&self.inside(parent, "pre", &[])?, lines),
                _ => all(&self.inside(parent, "p", &[])?, children),
            },
            Node::List(list) => {
                let element = self.inside(parent, if list.ordered { "ol" } else { "ul" }, &[])?;
                let start = list.start.map(|start| start.to_string());
                let reversed = list.reversed.then_some("reversed");
                for (name, value) in
                    [("start", start.as_deref()), ("reversed", reversed), ("type", list.numbering.mark())]
                {
                    if let Some(value) = value {
                        element.set_attribute(name, value).ok()?;
                    }
                }
                list.items.iter().try_for_each(|item| all(&self.inside(&element, "li", &[])?, item))
            }
            Node::Link(Link { shift: Some(shift), children, .. }) => {
                all(&self.inside(parent, if *shift == Shift::Sup { "sup" } else { "sub" }, &[])?, children)
            }
            Node::Link(link) => match safe_address(&link.href) {
                Some(href) => {
                    // The saved file has no site that relative addresses could refer to.
                    let whole = super::absolute(href);
                    let href = whole.as_deref().unwrap_or(href);
                    all(&self.inside(parent, "a", &[("href", href), ("rel", "noopener noreferrer")])?, &link.children)
                }
                None => all(parent, &link.children),
            },
        }
    }
}
