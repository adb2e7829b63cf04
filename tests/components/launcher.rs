//! The launcher: its name, `aria-controls`, and the unread count.

use chataibot_widget::{components::UserAction, conversation::Action};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::Harness;
use crate::script::{closed, open};

#[wasm_bindgen_test]
async fn it_is_a_button_that_says_what_it_opens_and_whether() {
    let harness = Harness::show(closed()).await;
    let launcher = harness.get("button.launcher");
    assert_eq!(launcher.get_attribute("aria-label").as_deref(), Some("Chat"));
    assert_eq!(launcher.get_attribute("aria-haspopup").as_deref(), Some("dialog"));
    assert_eq!(launcher.get_attribute("aria-expanded").as_deref(), Some("false"));
    let controls = launcher.get_attribute("aria-controls").expect("it controls something");
    assert_eq!(harness.get(&["#", &controls].concat()).get_attribute("role").as_deref(), Some("dialog"));

    harness.click(".launcher");
    harness.until("it is expanded", || harness.find(".launcher[aria-expanded='true']").is_some()).await;
    assert_eq!(harness.verbs(), [UserAction::Open]);
    assert_eq!(harness.get(".launcher").get_attribute("part").as_deref(), Some("launcher launcher-open"));

    harness.click(".launcher");
    harness.until("it is closed again", || harness.find(".launcher[aria-expanded='false']").is_some()).await;
    assert_eq!(harness.verbs(), [UserAction::Open, UserAction::Close]);
}

#[wasm_bindgen_test]
async fn unread_messages_stand_in_its_badge_and_in_its_name() {
    let harness = Harness::show(closed().bot("one")).await;
    assert_eq!(harness.text(".badge"), "1");
    assert_eq!(harness.get(".launcher").get_attribute("aria-label").as_deref(), Some("Chat, 1 unread message"));

    let harness = Harness::show(closed().bot("one").bot("two")).await;
    assert_eq!(harness.text(".badge"), "2");
    assert_eq!(harness.get(".launcher").get_attribute("aria-label").as_deref(), Some("Chat, 2 unread messages"));
    assert_eq!(harness.get(".badge").get_attribute("aria-hidden").as_deref(), Some("true"), "it would be read twice");

    harness.happens([Action::WindowOpened]);
    harness.until("the badge is gone", || harness.find(".badge").is_none()).await;
}

#[wasm_bindgen_test]
async fn the_newest_unread_message_stands_beside_it_until_it_is_dismissed_or_read() {
    let harness = Harness::show(closed().bot("one").bot("two")).await;
    assert_eq!(harness.get("[part='preview']").get_attribute("aria-label").as_deref(), Some("New message"));
    assert_eq!(harness.text(".preview-author"), "Bot");
    assert_eq!(harness.text(".preview-words"), "two");
    harness.focus("[part='dismiss']");
    harness.click("[part='dismiss']");
    harness.until("it is gone", || harness.find("[part='preview']").is_none()).await;
    assert!(harness.is_focused(".launcher"), "the focus is not lost");
    assert_eq!(harness.text(".badge"), "2", "it is still unread");

    let harness = Harness::show(closed().bot("one")).await;
    harness.click(".beside-text");
    harness.until("the window is open", || harness.find(".window-open").is_some()).await;
    assert!(harness.find("[part='preview']").is_none());
    assert_eq!(harness.verbs(), [UserAction::Open]);
}

#[wasm_bindgen_test]
async fn the_page_may_have_words_on_it_hide_it_or_bring_a_sign_of_its_own() {
    let harness = Harness::show(closed()).await;
    assert_eq!(harness.style(".launcher-label", "display"), "none");
    harness.host.set_attribute("launcher", "label").expect("an attribute");
    assert_eq!(harness.style(".launcher-label", "display"), "block");
    assert_eq!(harness.text(".launcher-label"), "Chat");
    for (name, value) in [("launcher", "none"), ("launcher-for", "#help"), ("mode", "inline")] {
        let harness = Harness::show(closed()).await;
        harness.host.set_attribute(name, value).expect("an attribute");
        assert_eq!(harness.style(".launcher", "display"), "none", "{name}");
    }
    assert!(harness.find(".launcher slot[name='launcher-icon'] > svg").is_some());
}

#[wasm_bindgen_test]
async fn it_is_large_enough_for_a_finger_and_takes_no_room_in_the_page() {
    let harness = Harness::show(open()).await;
    let launcher = harness.get(".launcher").get_bounding_client_rect();
    assert!(launcher.width() >= 44.0 && launcher.height() >= 44.0);
    assert_eq!(harness.host.get_bounding_client_rect().height(), 0.0, "the host box has a size");
}
