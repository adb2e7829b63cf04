//! The launcher: its name, what it controls, and the unread count.

use chataibot_widget::{components::UserAction, conversation::Action};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    script::{closed, open},
    stage::Stage,
};

#[wasm_bindgen_test]
async fn it_is_a_button_that_says_what_it_opens_and_whether() {
    let stage = Stage::show(closed()).await;
    let launcher = stage.get("button.launcher");
    assert_eq!(launcher.get_attribute("aria-label").as_deref(), Some("Chat"));
    assert_eq!(launcher.get_attribute("aria-haspopup").as_deref(), Some("dialog"));
    assert_eq!(launcher.get_attribute("aria-expanded").as_deref(), Some("false"));
    let controls = launcher.get_attribute("aria-controls").expect("it controls something");
    assert_eq!(stage.get(&["#", &controls].concat()).get_attribute("role").as_deref(), Some("dialog"));

    stage.click(".launcher");
    stage.until("it is expanded", || stage.find(".launcher[aria-expanded='true']").is_some()).await;
    assert_eq!(stage.verbs(), [UserAction::Open]);
    assert_eq!(stage.get(".launcher").get_attribute("part").as_deref(), Some("launcher launcher-open"));

    stage.click(".launcher");
    stage.until("it is closed again", || stage.find(".launcher[aria-expanded='false']").is_some()).await;
    assert_eq!(stage.verbs(), [UserAction::Open, UserAction::Close]);
}

#[wasm_bindgen_test]
async fn unread_messages_stand_in_its_badge_and_in_its_name() {
    let stage = Stage::show(closed().bot("one")).await;
    assert_eq!(stage.text(".badge"), "1");
    assert_eq!(stage.get(".launcher").get_attribute("aria-label").as_deref(), Some("Chat, 1 unread message"));

    let stage = Stage::show(closed().bot("one").bot("two")).await;
    assert_eq!(stage.text(".badge"), "2");
    assert_eq!(stage.get(".launcher").get_attribute("aria-label").as_deref(), Some("Chat, 2 unread messages"));
    assert_eq!(stage.get(".badge").get_attribute("aria-hidden").as_deref(), Some("true"), "it would be read twice");

    stage.happens([Action::WindowOpened]);
    stage.until("the badge is gone", || stage.find(".badge").is_none()).await;
}

#[wasm_bindgen_test]
async fn the_newest_unread_message_stands_beside_it_until_it_is_dismissed_or_read() {
    let stage = Stage::show(closed().bot("one").bot("two")).await;
    assert_eq!(stage.get("[part='preview']").get_attribute("aria-label").as_deref(), Some("New message"));
    assert_eq!(stage.text(".preview-author"), "Bot");
    assert_eq!(stage.text(".preview-words"), "two");
    stage.focus("[part='dismiss']");
    stage.click("[part='dismiss']");
    stage.until("it is gone", || stage.find("[part='preview']").is_none()).await;
    assert!(stage.is_focused(".launcher"), "the focus is not lost");
    assert_eq!(stage.text(".badge"), "2", "it is still unread");

    let stage = Stage::show(closed().bot("one")).await;
    stage.click(".beside-text");
    stage.until("the window is open", || stage.find(".window-open").is_some()).await;
    assert!(stage.find("[part='preview']").is_none());
    assert_eq!(stage.verbs(), [UserAction::Open]);
}

#[wasm_bindgen_test]
async fn the_page_may_have_words_on_it_hide_it_or_bring_a_sign_of_its_own() {
    let stage = Stage::show(closed()).await;
    assert_eq!(stage.style(".launcher-label", "display"), "none");
    stage.host.set_attribute("launcher", "label").expect("an attribute");
    assert_eq!(stage.style(".launcher-label", "display"), "block");
    assert_eq!(stage.text(".launcher-label"), "Chat");
    for (name, value) in [("launcher", "none"), ("launcher-for", "#help"), ("mode", "inline")] {
        let stage = Stage::show(closed()).await;
        stage.host.set_attribute(name, value).expect("an attribute");
        assert_eq!(stage.style(".launcher", "display"), "none", "{name}");
    }
    assert!(stage.find(".launcher slot[name='launcher-icon'] > svg").is_some());
}

#[wasm_bindgen_test]
async fn it_is_large_enough_for_a_finger_and_takes_no_room_in_the_page() {
    let stage = Stage::show(open()).await;
    let launcher = stage.get(".launcher").get_bounding_client_rect();
    assert!(launcher.width() >= 44.0 && launcher.height() >= 44.0);
    assert_eq!(stage.host.get_bounding_client_rect().height(), 0.0, "the host box has a size");
}
