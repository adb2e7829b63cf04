//! The menu in the header, and its items: size, start over, end.

use chataibot_widget::components::{Mode, UserAction, ViewConfig};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Harness, english};
use crate::script::open;

async fn with_menu() -> Harness {
    let harness = Harness::show(open().bot("Hello")).await;
    harness.click(".more");
    harness.until("the menu is open", || harness.find(".menu").is_some()).await;
    harness
}

#[wasm_bindgen_test]
async fn it_is_a_menu_button_that_says_so() {
    let harness = Harness::show(open().bot("Hello")).await;
    let button = harness.get(".more");
    assert_eq!(button.get_attribute("aria-label").as_deref(), Some("More options"));
    assert_eq!(button.get_attribute("aria-haspopup").as_deref(), Some("menu"));
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("false"));
    harness.click(".more");
    harness.until("its first line has the focus", || harness.is_focused(".menu-item:first-child")).await;
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("true"));
    assert_eq!(harness.get(".menu").get_attribute("role").as_deref(), Some("menu"));
    assert!(harness.all(".menu > *").iter().all(|line| line.get_attribute("role").as_deref() == Some("menuitem")));
    harness.click(".more");
    harness.until("it is closed", || harness.find(".menu").is_none()).await;
}

#[wasm_bindgen_test]
async fn arrow_keys_go_round_and_escape_gives_the_focus_back_without_closing_the_window() {
    let harness = with_menu().await;
    for (key, place) in [
        ("ArrowDown", ":nth-child(2)"),
        ("End", ":last-child"),
        ("ArrowDown", ":first-child"),
        ("ArrowUp", ":last-child"),
        ("Home", ":first-child"),
    ] {
        assert!(!harness.press(".menu-item:focus", key, |_| ()), "the page would scroll");
        assert!(harness.is_focused(&[".menu-item", place].concat()), "{key}");
    }
    harness.press(".menu-item:focus", "Escape", |_| ());
    harness.until("the menu is closed", || harness.find(".menu").is_none()).await;
    assert!(harness.is_focused(".more"));
    assert!(harness.verbs().is_empty(), "the window stays open");
}

#[wasm_bindgen_test]
async fn it_closes_when_the_focus_goes_elsewhere() {
    let harness = with_menu().await;
    harness.until("its first line has the focus", || harness.is_focused(".menu-item")).await;
    harness.focus("textarea");
    harness.until("the menu is closed", || harness.find(".menu").is_none()).await;
    assert!(harness.is_focused("textarea"));
}

#[wasm_bindgen_test]
async fn the_window_can_be_enlarged_and_made_small_again() {
    let harness = Harness::show(open().bot("Hello")).await;
    harness.choose("Make the window larger").await;
    harness.until("it is large", || harness.find("[part~='window-large']").is_some()).await;
    assert!(harness.is_focused(".more"));
    assert_eq!(harness.get(".expand").get_attribute("aria-label").as_deref(), Some("Make the window smaller"));
    harness.click(".expand");
    harness.until("it is small", || harness.find("[part~='window-large']").is_none()).await;
    assert!(harness.verbs().is_empty(), "nobody else needs to know");
}

#[wasm_bindgen_test]
async fn the_end_is_asked_for_and_then_told() {
    let harness = Harness::show(open().bot("Hello")).await;
    harness.choose("End conversation").await;
    harness.until("the question has the focus", || harness.is_focused(".notice-end button")).await;
    assert_eq!(harness.text("#question"), "End this conversation?");
    harness.click(".notice-end button");
    harness.until("the question is gone", || harness.find(".notice-end").is_none()).await;
    assert_eq!(harness.verbs(), [UserAction::End]);
}

#[wasm_bindgen_test]
async fn in_the_page_there_is_nothing_to_close_and_no_size_to_choose() {
    let harness = Harness::dressed(open().bot("Hello"), ViewConfig { mode: Mode::Inline, ..english() }).await;
    assert_eq!(harness.get("#window").get_attribute("role").as_deref(), Some("region"));
    for selector in [".close", ".expand", ".resize"] {
        assert!(harness.find(selector).is_none(), "{selector}");
    }
    harness.press("#window", "Escape", |_| ());
    harness.settled().await;
    assert!(harness.verbs().is_empty());
}

#[wasm_bindgen_test]
async fn the_handle_for_the_size_is_a_button_with_a_name_after_everything_else() {
    let harness = Harness::show(open().bot("Hello")).await;
    assert_eq!(harness.get(".resize").get_attribute("aria-label").as_deref(), Some("Change the window’s size"));
    assert!(harness.get("#window > :last-child").matches(".resize").expect("a selector"));
}
