//! Sample content of each message kind, as a travel agency's bot would send it.

use chataibot_wire::content::{
    Action, Appointment, Button, ButtonLayout, Buttons, Calendar, Card, Carousel, ChoiceList, Field, FieldKind,
    FileUpload, Form, Info, Media, MediaKind, Prompt, Section, Slider, Text, Unsupported,
};
use chataibot_wire::rich_text::{Link, List};
use chataibot_wire::{Content, Node, RichText};

const PAGE: &str = "https://example.com";

/// A text that waits for an answer of this kind.
pub(super) fn prompt(words: &str, prompt: Prompt) -> Content {
    Content::Text(Text { body: plain(words), prompt: Some(prompt) })
}

/// A text with every kind of formatting.
pub(super) fn rich() -> Content {
    let text = |words: &str| Node::Text(words.into());
    let link = Link::to("https://example.com/timetable".into(), vec![text("the timetable")]);
    let item = |words: &str| vec![text(words)];
    let list = |ordered, items: &[&str]| Node::List(List::new(ordered, items.iter().map(|one| item(one)).collect()));
    Content::Text(Text {
        body: RichText(vec![
            Node::Paragraph(vec![
                text("Your train leaves "),
                Node::Bold(vec![text("at 9:12")]),
                text(", "),
                Node::Italic(vec![text("not")]),
                text(" at "),
                Node::Strike(vec![text("8:50")]),
                text(". See "),
                Node::Link(link),
                text(" or type "),
                Node::Code(vec![text("times")]),
                text("."),
            ]),
            Node::Paragraph(vec![Node::Underline(vec![text("Please bring:")])]),
            list(false, &["your ticket", "good shoes", "something to read"]),
            list(true, &["Change in Bern", "Get off in Thun"]),
        ]),
        prompt: None,
    })
}

pub(super) fn media(kind: MediaKind, url: String, name: Option<&str>) -> Content {
    let size = (kind == MediaKind::Document).then_some(48_213);
    Content::Media(Media { kind, url, name: name.map(String::from), size })
}

/// A note that shows its first line until it is opened.
pub(super) fn info() -> Content {
    let lines = [
        "What if I have to cancel?",
        "You can cancel free of charge until 48 hours before the first train. After that we give you a voucher.",
    ];
    Content::Info(Info { title: RichText(lines.map(|line| Node::Paragraph(vec![Node::Text(line.into())])).into()) })
}

fn reply_button(label: &str) -> Button {
    Button { label: label.into(), action: Action::Reply(label.into()) }
}

fn link_button(label: &str, address: &str) -> Button {
    Button { label: label.into(), action: Action::Link(address.into()) }
}

pub(super) fn buttons(layout: ButtonLayout) -> Content {
    let labels = ["By the sea", "In the hills", "A small town", "Somewhere with a really good bakery"];
    Content::Buttons(Buttons {
        header: Some(plain("Your weekend")),
        title: plain("Where would you like to go?"),
        footer: Some(plain("You can change your mind later.")),
        buttons: labels.map(reply_button).into(),
        layout,
    })
}

pub(super) fn links() -> Content {
    let buttons = vec![
        link_button("Our website", PAGE),
        link_button("Write an email", "mailto:hello@example.com"),
        link_button("Call us", "tel:+41315550123"),
    ];
    let title = plain("You can also reach us like this:");
    Content::Buttons(Buttons { header: None, title, footer: None, buttons, layout: ButtonLayout::Wrap })
}

pub(super) fn list() -> Content {
    let section = |title: &str, items: &[&str]| Section {
        title: Some(title.into()),
        items: items.iter().map(|item| (*item).into()).collect(),
    };
    Content::List(ChoiceList {
        header: Some(plain("Help")),
        title: plain("What is it about?"),
        footer: None,
        sections: vec![
            section("Before the trip", &["Change a booking", "Cancel a booking", "Luggage"]),
            section("On the way", &["My train is late", "I lost something"]),
        ],
    })
}

/// A carousel of cards; with pictures alone, a gallery.
pub(super) fn cards(picture: &str, gallery: bool) -> Content {
    let card = |title: &str, description: &str| Card {
        image: Some(picture.into()),
        title: plain(title),
        description: if gallery { RichText::default() } else { plain(description) },
        buttons: if gallery { vec![] } else { vec![reply_button(title), link_button("Read more", PAGE)] },
    };
    Content::Carousel(Carousel {
        cards: vec![
            card("Saltmere", "Two nights by the sea, with breakfast."),
            card("Upper Fell", "Three nights in the hills, dog welcome."),
            card("Anstey", "A small town with a large market."),
        ],
    })
}

pub(super) fn slider() -> Content {
    let title = plain("How many nights would you like to stay?");
    Content::Slider(Slider { title, min: 2.0, max: 6.0, step: 1.0, unit: Some("nights".into()) })
}

pub(super) fn calendar(with_time: bool) -> Content {
    Content::Calendar(Calendar {
        title: plain("When do you want to leave?"),
        auto_open: false,
        with_time,
        min: Some("2026-03-02".into()),
        max: Some("2026-06-30".into()),
    })
}

pub(super) fn upload() -> Content {
    Content::FileUpload(FileUpload { title: plain("Please send us a picture of the ticket.") })
}

pub(super) fn form() -> Content {
    let field = |label: &str, kind, required| Field {
        label: label.into(),
        value: String::new(),
        kind,
        required,
        options: if kind == FieldKind::Choice { ["Window", "Aisle"].map(String::from).into() } else { Vec::new() },
    };
    Content::Form(Form {
        title: plain("Who is coming along?"),
        fields: vec![
            field("Full name", FieldKind::Text, true),
            field("Email", FieldKind::Email, true),
            field("Phone", FieldKind::Phone, false),
            field("Travellers", FieldKind::Number, true),
            field("Seat", FieldKind::Choice, true),
            field("Anything we should know?", FieldKind::Long, false),
        ],
    })
}

pub(super) fn appointment() -> Content {
    Content::Appointment(Appointment {
        title: plain("Shall we talk it over on the phone?"),
        duration: Some(20),
        link: Some("https://example.com/book".into()),
    })
}

pub(super) fn unknown() -> Content {
    Content::Unsupported(Unsupported { kind: "hologram".into(), text: RichText::default() })
}

fn plain(words: &str) -> RichText {
    RichText::plain(words)
}
