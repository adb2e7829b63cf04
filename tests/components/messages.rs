//! Messages: every kind is readable, answers can be given once, and own messages show their
//! delivery state.

use chataibot_widget::components::{Links, UserAction, ViewConfig};
use chataibot_widget::conversation::{Action, SendError};
use chataibot_wire::content::{self, Button, ButtonLayout, Media, MediaKind};
use chataibot_wire::rich_text::{Link, List, Numbering, Shift};
use chataibot_wire::{Content, Node, RichText};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::harness::{Harness, english};
use crate::script::{open, question};

fn words(text: &str) -> Vec<Node> {
    vec![Node::Text(text.to_owned())]
}

#[wasm_bindgen_test]
async fn rich_text_becomes_elements_and_links_go_to_new_tabs() {
    let body = RichText(vec![
        Node::Paragraph(vec![Node::Bold(words("bold")), Node::Italic(words("italic")), Node::Code(words("code"))]),
        Node::List(List::new(true, vec![words("one"), words("two")])),
        Node::Link(Link::to("https://a.example/x".to_owned(), words("here"))),
    ]);
    let harness = Harness::show(open().bot_shows(Content::Text(content::Text { body, prompt: None }))).await;
    for (selector, text) in [("strong", "bold"), ("em", "italic"), ("code", "code"), ("ol li:last-child", "two")] {
        assert_eq!(harness.text(&[".bubble ", selector].concat()), text);
    }
    let link = harness.get(".bubble a");
    assert_eq!(link.get_attribute("href").as_deref(), Some("https://a.example/x"));
    assert_eq!(link.get_attribute("target").as_deref(), Some("_blank"));
    assert_eq!(link.get_attribute("rel").as_deref(), Some("noopener noreferrer"));
    assert_eq!(link.text_content().as_deref(), Some("here (opens in a new tab)"));
}

#[wasm_bindgen_test]
async fn numbers_raised_words_and_kept_lines_become_elements_of_their_own() {
    let mut list = List::new(true, vec![words("one"), words("two")]);
    (list.start, list.reversed, list.numbering) = (Some(4), true, Numbering::Roman);
    let shifted = |shift, text| Node::Link(Link { href: String::new(), children: words(text), shift: Some(shift) });
    let lines = vec![Node::Text("a".to_owned()), Node::Break, Node::Text("  b".to_owned())];
    let body = RichText(vec![
        Node::List(list),
        Node::Paragraph(vec![shifted(Shift::Sup, "99"), shifted(Shift::Sub, "2")]),
        Node::Paragraph(vec![Node::Code(lines)]),
    ]);
    let harness = Harness::show(open().bot_shows(Content::Text(content::Text { body, prompt: None }))).await;
    let list = harness.get(".bubble ol");
    for (name, value) in [("start", "4"), ("reversed", ""), ("type", "i")] {
        assert_eq!(list.get_attribute(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!((harness.text(".bubble sup"), harness.text(".bubble sub")), ("99".to_owned(), "2".to_owned()));
    assert!(harness.find(".bubble a").is_none(), "raised words lead nowhere");
    let lines = harness.get(".bubble pre").unchecked_into::<HtmlElement>();
    assert_eq!(lines.inner_text(), "a\n  b", "the spaces of a line are shown");
}

#[wasm_bindgen_test]
async fn links_to_the_own_site_open_where_the_page_says() {
    let origin = web_sys::window().expect("a window").location().origin().expect("an origin");
    let own = [&origin, "/orders/7"].concat();
    let near = [&origin, ".evil.example/"].concat();
    let addresses = ["/orders/7", "#help", own.as_str(), near.as_str(), "https://a.example/", "mailto:a@b.example"];
    for (links, here) in [
        (Links::Auto, [true, true, false, false, false, false]),
        (Links::New, [false; 6]),
        (Links::Same, [true, true, true, false, false, false]),
    ] {
        let link = |href: &&str| Node::Paragraph(vec![Node::Link(Link::to((*href).to_owned(), words("go")))]);
        let body = RichText(addresses.iter().map(link).collect());
        let buttons =
            addresses.map(|href| Button { label: "go".to_owned(), action: content::Action::Link(href.to_owned()) });
        let said = content::Buttons {
            header: None,
            title: body,
            footer: None,
            buttons: buttons.to_vec(),
            layout: ButtonLayout::Wrap,
        };
        let look = ViewConfig { links, ..english() };
        let harness = Harness::dressed(open().bot_shows(Content::Buttons(said)), look).await;
        let all = harness.all("a");
        assert_eq!(all.len(), 12);
        for (at, link) in all.iter().enumerate() {
            let opens_here = link.get_attribute("target").is_none();
            assert_eq!(opens_here, here[at % 6], "{links:?}: {}", addresses[at % 6]);
            let told = link.text_content().unwrap_or_default().contains("opens in a new tab");
            assert_eq!(told, !opens_here, "{links:?}: {}", addresses[at % 6]);
        }
    }
}

#[wasm_bindgen_test]
async fn an_address_that_is_no_link_is_only_its_words() {
    let hostile = "java\tscript:alert(1)";
    let body = RichText(vec![Node::Link(Link::to(hostile.to_owned(), words("press me")))]);
    let button = Button { label: "and me".to_owned(), action: content::Action::Link(hostile.to_owned()) };
    let buttons = content::Buttons {
        header: None,
        title: body,
        footer: None,
        buttons: vec![button],
        layout: ButtonLayout::Vertical,
    };
    let media = Media {
        kind: MediaKind::Image,
        url: "data:text/html,x".to_owned(),
        name: Some("pic.png".to_owned()),
        size: None,
    };
    let harness = Harness::show(open().bot_shows(Content::Buttons(buttons)).bot_shows(Content::Media(media))).await;
    assert!(harness.find("a").is_none());
    let list = harness.text(".rows");
    for text in ["press me", "and me", "pic.png"] {
        assert!(list.contains(text), "{text} is lost");
    }
}

#[wasm_bindgen_test]
async fn markup_in_a_text_stays_text() {
    let harness = Harness::show(open().bot("<img src=x onerror=alert(1)><script>alert(2)</script>")).await;
    assert!(harness.find(".bubble *").is_none());
    assert!(harness.text(".bubble").starts_with("<img"));
}

#[wasm_bindgen_test]
async fn a_tree_of_a_thousand_levels_shows_its_words() {
    let mut nodes = words("deep");
    for _ in 0..1000 {
        nodes = vec![Node::Bold(nodes)];
    }
    let text = content::Text { body: RichText(nodes), prompt: None };
    let harness = Harness::show(open().bot_shows(Content::Text(text))).await;
    assert_eq!(harness.text(".bubble"), "deep");
    assert!(harness.all(".bubble strong").len() < 50);
}

#[wasm_bindgen_test]
async fn a_suggested_reply_is_sent_and_the_chosen_one_stays_readable() {
    let harness = Harness::show(open().bot_shows(question("Colour?", &["Red", "Blue"]))).await;
    harness.labelled("Blue").unchecked_into::<HtmlElement>().click();
    assert_eq!(harness.verbs(), [UserAction::Send("Blue".to_owned())]);
    harness.until("the focus goes on", || harness.is_focused("textarea, #window")).await;

    let harness = Harness::show(open().bot_shows(question("Colour?", &["Red", "Blue"])).visitor("Blue")).await;
    assert!(harness.find("button.answer").is_none(), "it could be given twice");
    assert_eq!(harness.all(".answer-past").len(), 2);
    assert!(harness.text(".answer-chosen").contains("Blue, your choice"));
}

#[wasm_bindgen_test]
async fn only_the_last_question_can_be_answered() {
    let harness = Harness::show(open().bot_shows(question("One?", &["A"])).bot_shows(question("Two?", &["B"]))).await;
    let live: Vec<_> = harness.all("button.answer").iter().filter_map(|it| it.text_content()).collect();
    assert_eq!(live, ["B"]);
}

#[wasm_bindgen_test]
async fn every_kind_shows_at_least_its_text_before_and_after() {
    let title = || RichText::plain("What is asked");
    let slider = content::Slider { title: title(), min: 0.0, max: 1.0, step: 0.1, unit: None };
    let calendar = content::Calendar { title: title(), auto_open: false, with_time: true, min: None, max: None };
    let field = content::Field {
        label: "Size".to_owned(),
        value: String::new(),
        kind: Default::default(),
        required: true,
        options: Vec::new(),
    };
    let appointment =
        content::Appointment { title: title(), duration: Some(30), link: Some("https://b.example".to_owned()) };
    let kinds = [
        (Content::Slider(slider), "Send answer", ""),
        (Content::Calendar(calendar), "Send answer", ""),
        (Content::FileUpload(content::FileUpload { title: title() }), "Files can’t be sent", "Files can’t be sent"),
        (Content::Form(content::Form { title: title(), fields: vec![field] }), "Size", "Size"),
        (Content::Appointment(appointment), "30 minutes", "30 minutes"),
        (Content::Info(content::Info { title: title() }), "", ""),
        (Content::Unsupported(content::Unsupported { kind: "x".to_owned(), text: title() }), "", ""),
    ];
    for (content, more, later) in kinds {
        let harness = Harness::show(open().bot_shows(content.clone())).await;
        let shown = harness.text(".row");
        assert!(shown.contains("What is asked") && shown.contains(more), "{shown}");
        let harness = Harness::show(open().bot_shows(content).visitor("Something else")).await;
        let shown = harness.text(".row");
        assert!(shown.contains("What is asked") && shown.contains(later), "{shown}");
        assert!(harness.find(".rows :is(input, button:not(.action))").is_none(), "it could still be answered");
    }
    let nothing = content::Unsupported { kind: "x".to_owned(), text: RichText::default() };
    let harness = Harness::show(open().bot_shows(Content::Unsupported(nothing))).await;
    assert_eq!(harness.text(".bubble"), "This message can’t be shown here.");
}

#[wasm_bindgen_test]
async fn what_was_not_sent_can_be_sent_again_or_taken_back() {
    let failed = |error| [Action::SendBegan("m1".into()), Action::SendFailed { id: "m1".into(), error }];
    let harness = Harness::show(open().composed("m1", "Hello?", failed(SendError::Temporary))).await;
    assert!(harness.get(".bubble").get_attribute("part").expect("parts").contains("bubble-failed"));
    assert!(harness.text(".meta-failed").contains("Not sent."));
    for name in ["Try again", "Delete"] {
        assert_eq!(harness.labelled(name).get_attribute("aria-description").as_deref(), Some("Hello?"), "{name}");
    }
    harness.labelled("Try again").unchecked_into::<HtmlElement>().click();
    harness.labelled("Delete").unchecked_into::<HtmlElement>().click();
    assert_eq!(harness.verbs(), [UserAction::Retry("m1".into()), UserAction::Discard("m1".into())]);

    let harness = Harness::show(open().composed("m1", "Hello?", failed(SendError::Refused))).await;
    assert!(!harness.text(".meta-failed").contains("Try again"), "it cannot help");
}

#[wasm_bindgen_test]
async fn what_nobody_knows_is_said_so() {
    let unknown = [Action::SendBegan("m1".into()), Action::SendUnknown("m1".into())];
    let harness = Harness::show(open().composed("m1", "Hello?", unknown)).await;
    assert_eq!(harness.text(".meta-unknown"), "Not confirmed");
    assert!(harness.find(".meta-unknown button").is_none(), "a second copy could go out");
}

#[wasm_bindgen_test]
async fn emoji_alone_are_large_and_long_words_stay_inside() {
    let harness = Harness::show(open().bot("🎉").visitor(&"Donaudampfschiff".repeat(40))).await;
    assert!(harness.find(".bubble-emoji").is_some());
    let list = harness.get(".list");
    assert!(list.scroll_width() <= list.client_width(), "something sticks out");
}

/// Replaces the browser's clipboard, which asks for permission; returns a function that reads it.
fn clipboard(takes: bool) -> impl Fn() -> Option<String> {
    let set = Function::new_with_args(
        "takes",
        "let held = null; Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: \
         async (text) => { if (!takes) throw new DOMException('no'); held = text; } } }); return () => held;",
    );
    let held: Function = set.call1(&JsValue::NULL, &takes.into()).expect("a clipboard").unchecked_into();
    move || held.call0(&JsValue::NULL).expect("what it holds").as_string()
}

#[wasm_bindgen_test]
async fn a_message_can_be_copied_and_that_is_said() {
    let held = clipboard(true);
    let harness = Harness::show(open().bot("First").visitor("Second")).await;
    harness.until("times are told", || harness.find(".meta time").is_some()).await;
    let height = || harness.get(".rows").get_bounding_client_rect().height();
    let before = height();
    harness.click(".action-copy");
    harness.until("it is copied", || held().as_deref() == Some("First")).await;
    harness.until("it is said", || harness.text(".app > .announcer").contains("Copied")).await;
    assert_eq!(harness.get(".action-copied").get_attribute("aria-label").as_deref(), Some("Copied"));
    assert!((height() - before).abs() < 0.5, "nothing moves");
    harness.until("the button is back", || harness.find(".action-copied").is_none()).await;
}

#[wasm_bindgen_test]
async fn what_could_not_be_copied_is_not_said_to_be() {
    let held = clipboard(false);
    let harness = Harness::show(open().bot("First")).await;
    harness.focus(".action-copy");
    harness.click(".action-copy");
    harness.settled().await;
    assert_eq!(held(), None);
    assert!(harness.find("textarea[readonly]").is_none(), "the field was there for a moment alone");
    // A browser that refuses clipboard access may still allow copying a selection.
    let copied = harness.find(".action-copied").is_some();
    assert_eq!(harness.text(".app > .announcer").contains("Copied"), copied);
    assert!(harness.is_focused(".action"), "the focus stays");
}

#[wasm_bindgen_test]
async fn arrow_keys_go_from_message_to_message() {
    let harness = Harness::show(open().bot("First").visitor("Second").bot("Third")).await;
    let reachable: Vec<_> = harness.all(".action-copy:not([tabindex='-1'])");
    assert_eq!(reachable.len(), 1, "one stop for Tab");
    harness.focus(".action-copy:not([tabindex='-1'])");
    assert!(!harness.press(".action-copy:not([tabindex='-1'])", "ArrowUp", |_| ()));
    assert!(harness.is_focused(".row-visitor .action-copy"));
    harness.press(".row-visitor .action-copy", "ArrowUp", |_| ());
    harness.press(".row .action-copy", "ArrowUp", |_| ());
    assert!(harness.is_focused(".row .action-copy"), "the first is the last");
    harness.focus(".list");
    assert!(harness.press(".list", "ArrowUp", |_| ()), "the list scrolls");
}

#[wasm_bindgen_test]
async fn answers_can_be_called_helpful_where_the_page_wants_it() {
    let harness = Harness::show(open().bot("Answer")).await;
    assert!(harness.find(".thumbs").is_none());

    let harness =
        Harness::dressed(open().visitor("Question").bot("Answer"), ViewConfig { feedback: true, ..english() }).await;
    assert_eq!(harness.all(".thumbs").len(), 1, "the visitor's own need no praise");
    assert_eq!(harness.get(".thumbs").get_attribute("aria-label").as_deref(), Some("Was this helpful?"));
    let pressed =
        |name: &str| harness.get(&[".thumbs [aria-label='", name, "']"].concat()).get_attribute("aria-pressed");
    assert_eq!(pressed("Helpful").as_deref(), Some("false"));
    let key = harness.state().rows().last().expect("a row").key;
    harness.click(".thumbs [aria-label='Helpful']");
    harness.until("it is pressed", || pressed("Helpful").as_deref() == Some("true")).await;
    harness.click(".thumbs [aria-label='Not helpful']");
    harness.until("the other is pressed", || pressed("Not helpful").as_deref() == Some("true")).await;
    assert_eq!(pressed("Helpful").as_deref(), Some("false"));
    let said = [true, false].map(|helpful| UserAction::Feedback { key, helpful });
    assert_eq!(harness.verbs(), said);
}
