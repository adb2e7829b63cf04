//! The menu in the header, and what it changes: size, start over, end.

use chataibot_widget::components::{Look, Mode, UserAction};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    script::open,
    stage::{Stage, english},
};

async fn with_menu() -> Stage {
    let stage = Stage::show(open().bot("Hello")).await;
    stage.click(".more");
    stage.until("the menu is open", || stage.find(".menu").is_some()).await;
    stage
}

#[wasm_bindgen_test]
async fn it_is_a_menu_button_that_says_so() {
    let stage = Stage::show(open().bot("Hello")).await;
    let button = stage.get(".more");
    assert_eq!(button.get_attribute("aria-label").as_deref(), Some("More options"));
    assert_eq!(button.get_attribute("aria-haspopup").as_deref(), Some("menu"));
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("false"));
    stage.click(".more");
    stage.until("its first line has the focus", || stage.is_focused(".menu-item:first-child")).await;
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("true"));
    assert_eq!(stage.get(".menu").get_attribute("role").as_deref(), Some("menu"));
    assert!(stage.all(".menu > *").iter().all(|line| line.get_attribute("role").as_deref() == Some("menuitem")));
    stage.click(".more");
    stage.until("it is closed", || stage.find(".menu").is_none()).await;
}

#[wasm_bindgen_test]
async fn arrow_keys_go_round_and_escape_gives_the_focus_back_without_closing_the_window() {
    let stage = with_menu().await;
    for (key, place) in [
        ("ArrowDown", ":nth-child(2)"),
        ("End", ":last-child"),
        ("ArrowDown", ":first-child"),
        ("ArrowUp", ":last-child"),
        ("Home", ":first-child"),
    ] {
        assert!(!stage.press(".menu-item:focus", key, |_| ()), "the page would scroll");
        assert!(stage.is_focused(&[".menu-item", place].concat()), "{key}");
    }
    stage.press(".menu-item:focus", "Escape", |_| ());
    stage.until("the menu is closed", || stage.find(".menu").is_none()).await;
    assert!(stage.is_focused(".more"));
    assert!(stage.verbs().is_empty(), "the window stays open");
}

#[wasm_bindgen_test]
async fn it_closes_when_the_focus_goes_elsewhere() {
    let stage = with_menu().await;
    stage.until("its first line has the focus", || stage.is_focused(".menu-item")).await;
    stage.focus("textarea");
    stage.until("the menu is closed", || stage.find(".menu").is_none()).await;
    assert!(stage.is_focused("textarea"));
}

#[wasm_bindgen_test]
async fn the_window_can_be_enlarged_and_made_small_again() {
    let stage = Stage::show(open().bot("Hello")).await;
    stage.choose("Make the window larger").await;
    stage.until("it is large", || stage.find("[part~='window-large']").is_some()).await;
    assert!(stage.is_focused(".more"));
    assert_eq!(stage.get(".expand").get_attribute("aria-label").as_deref(), Some("Make the window smaller"));
    stage.click(".expand");
    stage.until("it is small", || stage.find("[part~='window-large']").is_none()).await;
    assert!(stage.verbs().is_empty(), "nobody else needs to know");
}

#[wasm_bindgen_test]
async fn the_end_is_asked_for_and_then_told() {
    let stage = Stage::show(open().bot("Hello")).await;
    stage.choose("End conversation").await;
    stage.until("the question has the focus", || stage.is_focused(".notice-end button")).await;
    assert_eq!(stage.text("#question"), "End this conversation?");
    stage.click(".notice-end button");
    stage.until("the question is gone", || stage.find(".notice-end").is_none()).await;
    assert_eq!(stage.verbs(), [UserAction::End]);
}

#[wasm_bindgen_test]
async fn in_the_page_there_is_nothing_to_close_and_no_size_to_choose() {
    let stage = Stage::dressed(open().bot("Hello"), Look { mode: Mode::Inline, ..english() }).await;
    assert_eq!(stage.get("#window").get_attribute("role").as_deref(), Some("region"));
    for selector in [".close", ".expand", ".resize"] {
        assert!(stage.find(selector).is_none(), "{selector}");
    }
    stage.press("#window", "Escape", |_| ());
    stage.settled().await;
    assert!(stage.verbs().is_empty());
}

#[wasm_bindgen_test]
async fn the_handle_for_the_size_is_a_button_with_a_name_after_everything_else() {
    let stage = Stage::show(open().bot("Hello")).await;
    assert_eq!(stage.get(".resize").get_attribute("aria-label").as_deref(), Some("Change the window’s size"));
    assert!(stage.get("#window > :last-child").matches(".resize").expect("a selector"));
}
