//! Messages that show something: pictures, players, files, cards, lists.

use chataibot_widget::components::UserAction;
use chataibot_wire::content::{self, Action, Button, Card, Carousel, ChoiceList, Media, MediaKind, Section};
use chataibot_wire::{Content, RichText};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

use crate::{harness::Harness, script::open};

/// No server listens there.
const NOWHERE: &str = "http://127.0.0.1:1/";

fn media(kind: MediaKind, name: Option<&str>) -> Content {
    let url = [NOWHERE, "file.pdf"].concat();
    Content::Media(Media { kind, url, name: name.map(str::to_owned), size: None })
}

fn card(title: &str, image: Option<&str>, answers: &[&str]) -> Card {
    let button = |label: &&str| Button { label: (*label).to_owned(), action: Action::Reply((*label).to_owned()) };
    Card {
        image: image.map(|name| [NOWHERE, name].concat()),
        title: RichText::plain(title),
        description: RichText::plain("quiet"),
        buttons: answers.iter().map(button).collect(),
    }
}

fn list() -> Content {
    let section = |title: &str, items: &[&str]| Section {
        title: Some(title.to_owned()),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
    };
    Content::List(ChoiceList {
        header: Some(RichText::plain("Menu")),
        title: RichText::plain("Pick one"),
        footer: Some(RichText::plain("or type")),
        sections: vec![section("Orders", &["Track", "Return"]), section("Other", &["Person"])],
    })
}

fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_picture_or_player_that_cannot_be_fetched_becomes_a_link_that_says_so() {
    for (kind, name) in [(MediaKind::Image, "a.png"), (MediaKind::Video, "a.webm"), (MediaKind::Audio, "a.wav")] {
        let harness = Harness::show(open().bot_shows(media(kind, Some(name)))).await;
        harness.until("the card is there", || harness.find(".row a.card").is_some()).await;
        let card = harness.text(".card");
        assert!(card.contains(name) && card.contains("This file can’t be shown here."), "{card}");
        assert!(attribute(&harness.get(".card"), "href").starts_with(NOWHERE));
    }
}

#[wasm_bindgen_test]
async fn a_picture_is_fetched_late_without_telling_where_from_and_has_words() {
    let harness = Harness::show(open().bot_shows(media(MediaKind::Image, Some("Our harbour.png")))).await;
    harness.until("picture or card", || harness.find(".picture, .card").is_some()).await;
    if let Some(picture) = harness.find(".picture") {
        for (name, value) in [("loading", "lazy"), ("referrerpolicy", "no-referrer"), ("alt", "Our harbour.png")] {
            assert_eq!(attribute(&picture, name), value);
        }
        assert_eq!(attribute(&harness.get(".enlarge"), "aria-label"), "Enlarge picture: Our harbour.png");
    }
}

#[wasm_bindgen_test]
async fn players_start_only_when_asked() {
    for (kind, tag) in [(MediaKind::Video, "video"), (MediaKind::Audio, "audio")] {
        let harness = Harness::show(open().bot_shows(media(kind, None))).await;
        harness.until("player or card", || harness.find("video, audio, .card").is_some()).await;
        if let Some(player) = harness.find(tag) {
            assert!(player.has_attribute("controls") && player.has_attribute("playsinline"));
            assert!(!player.has_attribute("autoplay"));
            assert_eq!(attribute(&player, "preload"), "metadata");
        }
    }
}

#[wasm_bindgen_test]
async fn a_file_is_a_card_with_name_and_type_that_saves_it() {
    let harness = Harness::show(open().bot_shows(media(MediaKind::Document, Some("Packing list.pdf")))).await;
    harness.until("the card is there", || harness.find(".card").is_some()).await;
    let card = harness.get(".card");
    assert!(card.text_content().unwrap_or_default().contains("Packing list.pdfPDF"));
    assert_eq!(attribute(&card, "download"), "Packing list.pdf");
    assert_eq!(attribute(&card, "rel"), "noopener noreferrer");
}

#[wasm_bindgen_test]
async fn a_list_has_headings_and_its_choices_are_answers() {
    let harness = Harness::show(open().bot_shows(list())).await;
    harness.until("the list is there", || harness.find("h3").is_some()).await;
    for text in ["Menu", "Pick one", "or type", "Orders", "Other"] {
        assert!(harness.text(".rows").contains(text), "{text} is lost");
    }
    let heading = harness.get("h3");
    assert_eq!(attribute(&harness.get(".section"), "aria-labelledby"), heading.id());
    harness.labelled("Return").unchecked_into::<HtmlElement>().click();
    assert_eq!(harness.verbs(), [UserAction::Send("Return".to_owned())]);

    let harness = Harness::show(open().bot_shows(list()).visitor("Return")).await;
    harness.until("the list is there", || harness.find("h3").is_some()).await;
    assert!(harness.find("button.answer").is_none(), "it could be given twice");
    assert!(harness.text(".answer-chosen").contains("Return, your choice"));
    assert_eq!(harness.all(".answer-past").len(), 3);
}

#[wasm_bindgen_test]
async fn cards_are_a_named_list_whose_buttons_answer() {
    let mut tent = card("Tent", None, &["Camp"]);
    tent.buttons.push(Button { label: "More".to_owned(), action: Action::Link("https://a.example/tent".to_owned()) });
    let cards = vec![card("Room", None, &["Book"]), card("Suite", None, &["Ask"]), tent];
    let harness = Harness::show(open().bot_shows(Content::Carousel(Carousel { cards }))).await;
    harness.until("the cards are there", || harness.find(".cards").is_some()).await;
    assert_eq!(attribute(&harness.get(".cards"), "aria-label"), "Cards");
    assert!(harness.text(".choice-card:nth-child(2)").contains("2 of 3"));
    assert_eq!(attribute(&harness.labelled("Ask"), "aria-description"), "Suite", "of what it asks");
    assert_eq!(attribute(&harness.get(".answer-link"), "aria-description"), "Tent", "of what it tells");
    harness.labelled("Book").unchecked_into::<HtmlElement>().click();
    assert_eq!(harness.verbs(), [UserAction::Send("Book".to_owned())]);
}

#[wasm_bindgen_test]
async fn the_row_of_cards_goes_on_by_keys_and_arrows_and_stops_at_its_ends() {
    let cards = ["A", "B", "C", "D"].map(|title| card(title, None, &[])).into();
    let harness = Harness::show(open().bot_shows(Content::Carousel(Carousel { cards }))).await;
    harness.until("the arrows are there", || harness.all(".cards-foot .turn").len() == 2).await;
    let arrow = |at: usize| harness.all(".cards-foot .turn").swap_remove(at);
    assert_eq!(
        (attribute(&arrow(0), "aria-disabled").as_str(), attribute(&arrow(1), "aria-disabled").as_str()),
        ("true", "false")
    );
    assert!(!harness.press(".cards", "ArrowRight", |_| {}), "the page must not scroll");
    harness.until("the second card", || harness.text(".cards-position") == "2 of 4").await;
    arrow(1).unchecked_into::<HtmlElement>().click();
    harness.until("the third card", || harness.text(".cards-position") == "3 of 4").await;
    let said = || harness.text(".carousel > [aria-live='polite']");
    harness.until("where the row stands is said", || said() == "3 of 4").await;
    harness.until("it is not said again", || said().is_empty()).await;
    harness.press(".cards", "End", |_| {});
    harness.until("the end", || attribute(&arrow(1), "aria-disabled") == "true").await;
    assert_eq!(harness.text(".cards-position"), "4 of 4");
    harness.press(".cards", "Home", |_| {});
    harness.until("the beginning", || attribute(&arrow(0), "aria-disabled") == "true").await;
}

#[wasm_bindgen_test]
async fn cards_that_are_pictures_are_called_so_and_keep_their_words_without_them() {
    let cards = vec![card("Harbour", Some("a.png"), &[]), card("Valley", Some("b.png"), &[])];
    let harness = Harness::show(open().bot_shows(Content::Carousel(Carousel { cards }))).await;
    harness.until("both cannot be fetched", || harness.all(".picture-missing").len() == 2).await;
    assert_eq!(attribute(&harness.get(".cards"), "aria-label"), "Pictures");
    assert!(harness.text(".cards").contains("Harbour") && harness.text(".cards").contains("Valley"));
}

#[wasm_bindgen_test]
async fn a_booking_page_is_a_card_that_opens_a_new_tab() {
    let link = Some("https://b.example/x".to_owned());
    let appointment = content::Appointment { title: RichText::default(), duration: Some(15), link };
    let harness = Harness::show(open().bot_shows(Content::Appointment(appointment))).await;
    harness.until("the card is there", || harness.find(".card").is_some()).await;
    assert_eq!(harness.text(".card"), "Choose a time15 minutes (opens in a new tab)");
    assert!(harness.find(".row .bubble").is_none(), "a bubble without words");
}
