//! The transcript as plain text: each message as rich text, and that as text with its links.

use chataibot_wire::content::{Action, Button, MediaKind};
use chataibot_wire::rich_text::{Link, List, Numbering};
use chataibot_wire::{Content, Node, RichText};

use super::Line;
use crate::{components::ViewConfig, strings::Strings};

pub(super) fn text(config: &ViewConfig, created: &str, lines: &[Line]) -> String {
    let mut output = [config.strings.transcript_title().as_str(), "\n", created, "\n"].concat();
    for line in lines {
        match line {
            Line::Message { name, time, words, .. } => {
                output += &["\n", name.as_str(), ", ", time.as_str(), ":\n"].concat();
                for line in plain(words).lines() {
                    output += &[line, "\n"].concat();
                }
            }
            Line::Event(words) => output += &["\n* ", words.as_str(), "\n"].concat(),
        }
    }
    output
}

pub(super) fn message_text(content: &Content, strings: &Strings) -> RichText {
    let mut nodes = Vec::new();
    collect(content, strings, &mut nodes);
    RichText(nodes)
}

fn collect(content: &Content, strings: &Strings, output: &mut Vec<Node>) {
    match content {
        Content::Text(text) => block(&text.body, output),
        Content::Parts(parts) => parts.iter().for_each(|part| collect(part, strings, output)),
        Content::Media(media) => {
            let kind = match media.kind {
                MediaKind::Image => strings.picture(),
                MediaKind::Video => strings.video(),
                MediaKind::Audio => strings.audio(),
                MediaKind::Document => strings.document(),
            };
            let named = media.name.as_deref().filter(|name| !name.trim().is_empty());
            let words = named.map_or_else(|| kind.to_string(), |name| [kind.as_str(), ": ", name].concat());
            output.push(Node::Paragraph(vec![link(words, &media.url)]));
        }
        Content::Info(info) => block(&info.title, output),
        Content::Buttons(buttons) => {
            let texts = buttons.header.iter().chain([&buttons.title]).chain(&buttons.footer);
            texts.for_each(|text| block(text, output));
            output.extend(items(buttons.buttons.iter().map(button_text)));
        }
        Content::List(list) => {
            list.header.iter().for_each(|header| block(header, output));
            block(&list.title, output);
            for section in &list.sections {
                if let Some(title) = &section.title {
                    output.push(Node::Paragraph(vec![Node::Bold(words(title))]));
                }
                output.extend(items(section.items.iter().map(|item| words(item))));
            }
            list.footer.iter().for_each(|footer| block(footer, output));
        }
        Content::Carousel(carousel) => {
            for card in &carousel.cards {
                output.push(Node::Paragraph(vec![Node::Bold(card.title.0.clone())]));
                block(&card.description, output);
                if let Some(image) = &card.image {
                    output.push(Node::Paragraph(vec![link(strings.picture().to_string(), image)]));
                }
                output.extend(items(card.buttons.iter().map(button_text)));
            }
        }
        Content::Slider(slider) => block(&slider.title, output),
        Content::Calendar(calendar) => block(&calendar.title, output),
        Content::FileUpload(upload) => block(&upload.title, output),
        Content::Form(form) => {
            block(&form.title, output);
            output.extend(items(form.fields.iter().map(|field| words(&field.label))));
        }
        Content::Appointment(appointment) => {
            block(&appointment.title, output);
            if let Some(address) = &appointment.link {
                output.push(Node::Paragraph(vec![link(strings.book().to_string(), address)]));
            }
        }
        Content::Delay => {}
        Content::Unsupported(unsupported) if unsupported.text.is_empty() => {
            output.push(Node::Paragraph(words(&strings.unsupported())));
        }
        Content::Unsupported(unsupported) => block(&unsupported.text, output),
    }
}

fn words(text: &str) -> Vec<Node> {
    vec![Node::Text(text.to_owned())]
}

fn link(text: String, address: &str) -> Node {
    Node::Link(Link::to(address.to_owned(), vec![Node::Text(text)]))
}

/// Adds a text as a paragraph, or as it is if it consists of blocks already.
fn block(text: &RichText, output: &mut Vec<Node>) {
    let blocks = text.0.iter().any(|node| matches!(node, Node::Paragraph(_) | Node::List(_)));
    match text.is_empty() {
        true => {}
        false if blocks => output.extend(text.0.iter().cloned()),
        false => output.push(Node::Paragraph(text.0.clone())),
    }
}

fn button_text(button: &Button) -> Vec<Node> {
    match &button.action {
        Action::Reply(_) => words(&button.label),
        Action::Link(address) => vec![link(button.label.clone(), address)],
    }
}

fn items(items: impl Iterator<Item = Vec<Node>>) -> Option<Node> {
    let items: Vec<Vec<Node>> = items.collect();
    (!items.is_empty()).then_some(Node::List(List::new(false, items)))
}

/// Converts to plain text: list items with number or dash, addresses in angle brackets.
pub(super) fn plain(text: &RichText) -> String {
    RichText(expand(&text.0)).to_plain()
}

/// Writes out as text what plain text would lose.
fn expand(nodes: &[Node]) -> Vec<Node> {
    let mut output = Vec::new();
    for node in nodes {
        match node {
            Node::Text(_) | Node::Break => output.push(node.clone()),
            Node::Bold(children) | Node::Italic(children) | Node::Underline(children) | Node::Code(children) => {
                output.extend(expand(children))
            }
            // Struck-out text must not read as if it still applied.
            Node::Strike(children) => {
                output.extend(words("~~"));
                output.extend(expand(children));
                output.extend(words("~~"));
            }
            Node::Link(link) if link.shift.is_some() => {
                output.push(Node::Link(Link { children: expand(&link.children), ..link.clone() }));
            }
            Node::Link(link) => {
                let (label, href) = (RichText(expand(&link.children)).to_plain(), link.href.as_str());
                let address = href.strip_prefix("mailto:").or(href.strip_prefix("tel:")).unwrap_or(href);
                output.extend(words(&label));
                if label.trim() != address {
                    let whole = super::absolute(address);
                    output.extend(words(&[" <", whole.as_deref().unwrap_or(address), ">"].concat()));
                }
            }
            Node::Paragraph(children) => output.push(Node::Paragraph(expand(children))),
            Node::List(list) => {
                let item = |(at, item): (usize, &Vec<Node>)| {
                    // The mark is beside the first block; what follows is below it, a list in the
                    // list as well.
                    let lines = RichText(expand(item)).to_plain().replace('\n', "\n  ");
                    words(&[list_marker(list, at).as_str(), &lines].concat())
                };
                output.extend(items(list.items.iter().enumerate().map(item)));
            }
        }
    }
    output
}

fn list_marker(list: &List, at: usize) -> String {
    if !list.ordered {
        return "- ".to_owned();
    }
    let first = i64::from(list.start.unwrap_or(1));
    let at = i64::try_from(at).unwrap_or_default();
    let number = if list.reversed { first - at } else { first + at };
    let mark = match list.numbering {
        Numbering::Numbers => None,
        Numbering::Letters | Numbering::CapitalLetters => letters(number),
        Numbering::Roman | Numbering::CapitalRoman => roman(number),
    };
    let mark = mark.unwrap_or_else(|| number.to_string());
    let is_capital = matches!(list.numbering, Numbering::CapitalLetters | Numbering::CapitalRoman);
    [if is_capital { mark.to_ascii_uppercase() } else { mark }.as_str(), ". "].concat()
}

/// a, b, … z, aa.
fn letters(number: i64) -> Option<String> {
    let mut left = u32::try_from(number).ok().filter(|left| *left > 0)?;
    let mut letters = String::new();
    while left > 0 {
        letters.insert(0, char::from_digit(10 + (left - 1) % 26, 36)?);
        left = (left - 1) / 26;
    }
    Some(letters)
}

/// i, ii, … mmmcmxcix.
fn roman(number: i64) -> Option<String> {
    let mut left = u32::try_from(number).ok().filter(|left| (1..4000).contains(left))?;
    let mut letters = String::new();
    let numerals = &["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"];
    let values = &[1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1];
    for (&value, numeral) in values.iter().zip(numerals) {
        while left >= value {
            letters += numeral;
            left -= value;
        }
    }
    Some(letters)
}

#[cfg(test)]
mod tests {
    use chataibot_wire::content::{ButtonLayout, Buttons, Card, Carousel, Media, Text};

    use super::*;

    fn plain_of(content: &Content) -> String {
        plain(&message_text(content, &Strings::default()))
    }

    #[test]
    fn links_keep_their_addresses() {
        let text = RichText(vec![
            Node::Text("See ".into()),
            link("our page".into(), "https://a.example/x"),
            Node::Text(" or ".into()),
            link("a@b.example".into(), "mailto:a@b.example"),
        ]);
        assert_eq!(plain(&text), "See our page <https://a.example/x> or a@b.example");
    }

    #[test]
    fn numbers_raised_words_lines_and_what_was_struck_out_keep_their_meaning() {
        let list = |start, reversed, numbering| {
            let mut list = List::new(true, vec![words("one"), words("two")]);
            (list.start, list.reversed, list.numbering) = (start, reversed, numbering);
            plain(&RichText(vec![Node::List(list)]))
        };
        assert_eq!(list(None, false, Numbering::Numbers), "1. one\n2. two");
        assert_eq!(list(Some(9), false, Numbering::Numbers), "9. one\n10. two");
        assert_eq!(list(Some(2), true, Numbering::Numbers), "2. one\n1. two");
        assert_eq!(list(Some(26), false, Numbering::Letters), "z. one\naa. two");
        assert_eq!(list(Some(3), false, Numbering::CapitalRoman), "III. one\nIV. two");
        assert_eq!(list(Some(0), false, Numbering::Roman), "0. one\ni. two");
        let raised =
            Link { href: String::new(), children: words("99"), shift: Some(chataibot_wire::rich_text::Shift::Sup) };
        let text = RichText(vec![
            Node::Strike(words("12 €")),
            Node::Text(" 9".into()),
            Node::Link(raised),
            Node::Text(" €".into()),
            Node::Paragraph(vec![Node::Code(vec![Node::Text("a".into()), Node::Break, Node::Text("  b".into())])]),
        ]);
        assert_eq!(plain(&text), "~~12 €~~ 9⁹⁹ €\na\n  b");
    }

    #[test]
    fn two_texts_of_a_message_are_two_lines() {
        let text = |words: &str| Content::Text(Text { body: RichText::plain(words), prompt: None });
        assert_eq!(plain_of(&Content::Parts(vec![text("One."), text("Two.")])), "One.\nTwo.");
        assert_eq!(plain_of(&text("One.\nTwo.")), "One.\nTwo.");
    }

    #[test]
    fn a_list_in_a_list_is_indented_and_a_mark_is_beside_its_words() {
        let list = |items| Node::List(List::new(true, items));
        let inner = list(vec![words("b"), words("c")]);
        let outer = list(vec![[words("a"), vec![inner]].concat(), vec![Node::Paragraph(words("d"))]]);
        assert_eq!(plain(&RichText(vec![outer])), "1. a\n  1. b\n  2. c\n2. d");
    }

    #[test]
    fn buttons_cards_and_files_are_words_too() {
        let button = |label: &str, action| Button { label: label.into(), action };
        let buttons = Content::Buttons(Buttons {
            header: None,
            title: RichText::plain("Which?"),
            footer: None,
            buttons: vec![
                button("Black", Action::Reply("Black".into())),
                button("Shop", Action::Link("https://a.example/".into())),
            ],
            layout: ButtonLayout::Wrap,
        });
        assert_eq!(plain_of(&buttons), "Which?\n- Black\n- Shop <https://a.example/>");
        let card = Card {
            image: Some("https://a.example/1.jpg".into()),
            title: RichText::plain("Ellery"),
            description: RichText::plain("By the sea"),
            buttons: Vec::new(),
        };
        let cards = Content::Carousel(Carousel { cards: vec![card] });
        assert_eq!(plain_of(&cards), "Ellery\nBy the sea\nPicture <https://a.example/1.jpg>");
        let file = Media {
            kind: MediaKind::Document,
            url: "https://a.example/l.pdf".into(),
            name: Some("l.pdf".into()),
            size: None,
        };
        assert_eq!(plain_of(&Content::Media(file)), "File: l.pdf <https://a.example/l.pdf>");
        assert_eq!(plain_of(&Content::Delay), "");
    }
}
