//! The composer: keys, IME composition, input attributes for on-screen keyboards, and its limit.

use chataibot_widget::components::{Enter, UserAction, ViewConfig};
use chataibot_widget::conversation::Action;
use chataibot_wire::content::{Prompt, Text};
use chataibot_wire::{Content, RichText};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{InputEvent, InputEventInit};

use crate::harness::{Harness, english};
use crate::script::{closed, open};

#[wasm_bindgen_test]
async fn enter_sends_empties_the_field_and_keeps_the_focus() {
    let harness = Harness::show(open()).await;
    harness.types("Hello there").await;
    assert!(!harness.press("textarea", "Enter", |_| ()), "a line break would stay in the field");
    harness.until("the field is empty", || harness.field().value().is_empty()).await;
    assert_eq!(harness.verbs(), [UserAction::Send("Hello there".to_owned())]);
    assert!(harness.is_focused("textarea"));
}

#[wasm_bindgen_test]
async fn shift_enter_begins_a_line() {
    let harness = Harness::show(open()).await;
    harness.types("Hello").await;
    assert!(harness.press("textarea", "Enter", |init| init.set_shift_key(true)), "the browser makes the line break");
    assert!(harness.verbs().is_empty());
}

#[wasm_bindgen_test]
async fn enter_that_ends_a_composition_sends_nothing() {
    let harness = Harness::show(open()).await;
    harness.types("にほん").await;
    harness.press("textarea", "Enter", |init| init.set_is_composing(true));
    // In Safari this event comes after the composition, and only its key code shows it.
    harness.press("textarea", "Enter", |init| init.set_key_code(229));
    harness.settled().await;
    assert!(harness.verbs().is_empty());
    assert_eq!(harness.field().value(), "にほん");
}

#[wasm_bindgen_test]
async fn only_an_empty_field_cannot_be_sent() {
    let harness = Harness::show(open()).await;
    assert!(harness.get(".send").has_attribute("disabled"));
    harness.types("  \n ").await;
    assert!(harness.get(".send").has_attribute("disabled"));
    harness.press("textarea", "Enter", |_| ());
    assert!(harness.verbs().is_empty());
    harness.types("x").await;
    assert!(!harness.get(".send").has_attribute("disabled"));
    harness.click(".send");
    harness.until("the field is empty", || harness.field().value().is_empty()).await;
    assert_eq!(harness.verbs(), [UserAction::Send("x".to_owned())]);
}

#[wasm_bindgen_test]
async fn the_draft_stands_in_the_field_and_outlives_closing() {
    let harness = Harness::show(closed().with(Action::Drafted("half a".into()))).await;
    assert_eq!(harness.field().value(), "half a");
    harness.types("half a sentence").await;
    assert_eq!(&**harness.state().draft(), "half a sentence");
    harness.happens([Action::WindowOpened, Action::WindowClosed]);
    harness.settled().await;
    assert_eq!(harness.field().value(), "half a sentence");
}

#[wasm_bindgen_test]
async fn the_field_has_a_name_and_asks_for_the_keyboard_that_fits() {
    let harness = Harness::show(open()).await;
    assert_eq!(harness.text("label[for='input']"), "Your message");
    assert_eq!(harness.field().get_attribute("enterkeyhint").as_deref(), Some("send"));
    for (prompt, mode, complete) in
        [(Prompt::Name, None, "name"), (Prompt::Email, Some("email"), "email"), (Prompt::Phone, Some("tel"), "tel")]
    {
        let text = Text { body: RichText::plain("Tell me"), prompt: Some(prompt) };
        let harness = Harness::show(open().bot_shows(Content::Text(text))).await;
        assert_eq!(harness.field().get_attribute("inputmode").as_deref(), mode);
        assert_eq!(harness.field().get_attribute("autocomplete").as_deref(), Some(complete));
    }
}

#[wasm_bindgen_test]
async fn it_grows_with_the_text_up_to_a_limit() {
    let harness = Harness::show(open()).await;
    let height = || harness.field().get_bounding_client_rect().height();
    let one = height();
    harness.types("1\n2\n3").await;
    let three = height();
    assert!(three > one * 1.5, "{one} → {three}");
    harness.types(&"line\n".repeat(60)).await;
    assert!(height() < one * 5.0);
}

#[wasm_bindgen_test]
async fn near_the_limit_it_counts() {
    let harness = Harness::show(open()).await;
    harness.types(&"x".repeat(3790)).await;
    assert!(harness.find(".counter").is_none());
    harness.types(&"x".repeat(3990)).await;
    assert_eq!(harness.text(".counter"), "10 characters left");
}

#[wasm_bindgen_test]
async fn what_is_too_long_is_kept_and_told_and_not_sent() {
    let harness = Harness::show(open()).await;
    let said = || harness.text(".app > .announcer");
    harness.types(&"é".repeat(4002)).await;
    assert_eq!(harness.field().value().chars().count(), 4002, "nothing is cut off");
    assert_eq!(harness.text(".counter-over"), "2 characters too many");
    assert_eq!(harness.field().get_attribute("aria-invalid").as_deref(), Some("true"));
    assert!(harness.field().get_attribute("aria-describedby").is_some_and(|it| it.contains("counter")));
    harness.until("it is said", || said().contains("2 characters too many")).await;

    harness.types(&"é".repeat(4001)).await;
    assert!(!said().contains("1 character too many"), "not at each key");
    assert!(!harness.get(".send").has_attribute("disabled"), "who presses it is told why");
    harness.click(".send");
    harness.until("the reason is said", || said().contains("1 character too many")).await;
    assert!(harness.verbs().is_empty());
    assert!(harness.is_focused("textarea"));

    harness.types(&"é".repeat(4000)).await;
    harness.press("textarea", "Enter", |_| ());
    assert_eq!(harness.verbs().len(), 1, "the proxy counts characters, too");
}

#[wasm_bindgen_test]
async fn nothing_is_written_into_a_word_that_is_being_composed() {
    let harness = Harness::show(open()).await;
    harness.field().set_value("にほ");
    let init = InputEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_is_composing(true);
    let event = InputEvent::new_with_event_init_dict("input", &init).expect("an event");
    harness.field().dispatch_event(&event).expect("dispatched");
    harness.until("the draft is there", || &**harness.state().draft() == "にほ").await;
    harness.happens([Action::Drafted("from elsewhere".into())]);
    harness.settled().await;
    assert_eq!(harness.field().value(), "にほ");
    harness.types("にほん").await;
    harness.press("textarea", "Enter", |_| ());
    harness.until("the field is empty", || harness.field().value().is_empty()).await;
}

#[wasm_bindgen_test]
async fn enter_begins_a_line_where_the_page_wants_it() {
    let harness = Harness::dressed(open(), ViewConfig { enter: Enter::Newline, ..english() }).await;
    assert_eq!(harness.field().get_attribute("enterkeyhint").as_deref(), Some("enter"));
    assert!(harness.find("#composer-hint").is_none(), "it would be wrong");
    harness.types("Hello").await;
    assert!(harness.press("textarea", "Enter", |_| ()), "the browser makes the line break");
    assert!(harness.verbs().is_empty());
    harness.press("textarea", "Enter", |init| init.set_ctrl_key(true));
    assert_eq!(harness.verbs(), [UserAction::Send("Hello".to_owned())]);
}

#[wasm_bindgen_test]
async fn the_keys_are_told_to_screen_readers() {
    let harness = Harness::dressed(open(), ViewConfig { enter: Enter::Send, ..english() }).await;
    assert_eq!(harness.field().get_attribute("aria-describedby").as_deref(), Some("composer-hint"));
    assert_eq!(harness.text("#composer-hint"), "Enter sends, Shift and Enter start a new line.");
}
