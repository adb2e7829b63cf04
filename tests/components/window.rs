//! The window: dialog, focus, Escape, notices, the end, starting over.

use chataibot_widget::{
    components::UserAction,
    conversation::{Action, ConnectionStatus, Problem},
};
use chataibot_wire::{
    Author, Event,
    entry::{Assignee, Status},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    script::{closed, open},
    stage::{Stage, document},
};

#[wasm_bindgen_test]
async fn it_is_a_dialog_named_by_its_title() {
    let stage = Stage::show(open()).await;
    let window = stage.get("#window");
    assert_eq!(window.get_attribute("role").as_deref(), Some("dialog"));
    let title = window.get_attribute("aria-labelledby").expect("a name");
    assert_eq!(stage.text(&["#", &title].concat()), "Chat with us");
    assert!(!window.has_attribute("inert"));
}

#[wasm_bindgen_test]
async fn closed_it_is_inert_and_out_of_sight() {
    let stage = Stage::show(closed()).await;
    assert!(stage.get("#window").has_attribute("inert"));
    stage.until("it is hidden", || stage.style("#window", "visibility") == "hidden").await;
}

#[wasm_bindgen_test]
async fn the_visitor_who_opens_it_is_taken_to_the_message_field_and_back_by_escape() {
    let stage = Stage::show(closed()).await;
    stage.focus(".launcher");
    stage.click(".launcher");
    stage.until("the field has the focus", || stage.is_focused("textarea, #window")).await;

    let goes_on_to_the_page = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = goes_on_to_the_page.clone();
    let listener = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || seen.set(true));
    let function = wasm_bindgen::JsCast::unchecked_ref(listener.as_ref());
    document().add_event_listener_with_callback("keydown", function).expect("a listener");
    stage.press("#window", "Escape", |_| ());
    document().remove_event_listener_with_callback("keydown", function).expect("no listener");

    stage.until("the launcher has the focus", || stage.is_focused(".launcher")).await;
    assert!(stage.get("#window").has_attribute("inert"));
    assert!(!goes_on_to_the_page.get(), "the page's own dialogs would close too");
}

#[wasm_bindgen_test]
async fn a_program_that_opens_it_moves_no_focus() {
    let stage = Stage::show(closed()).await;
    stage.happens([Action::WindowOpened]);
    stage.until("it is open", || stage.find(".window-open").is_some()).await;
    stage.settled().await;
    assert!(stage.root.active_element().is_none());
}

#[wasm_bindgen_test]
async fn escape_that_ends_a_composition_closes_nothing() {
    let stage = Stage::show(open()).await;
    stage.press("textarea", "Escape", |init| init.set_is_composing(true));
    stage.settled().await;
    assert!(stage.verbs().is_empty());
}

#[wasm_bindgen_test]
async fn every_button_has_a_name() {
    let stage = Stage::show(open().bot("Hello")).await;
    for button in stage.all("button") {
        let name = button.get_attribute("aria-label").unwrap_or_else(|| button.text_content().unwrap_or_default());
        assert!(!name.trim().is_empty(), "{}", button.outer_html());
    }
}

#[wasm_bindgen_test]
async fn starting_over_is_asked_for_and_then_done() {
    let stage = Stage::show(open().bot("Hello")).await;
    stage.choose("Start over").await;
    stage.until("the question is asked and has the focus", || stage.is_focused(".notice-restart button")).await;
    stage
        .labelled("Keep chatting")
        .dispatch_event(&web_sys::MouseEvent::new_with_mouse_event_init_dict("click", &bubbling()).expect("a click"))
        .expect("clicked");
    stage.until("the question is gone", || stage.find(".notice-restart").is_none()).await;
    assert!(stage.verbs().is_empty());

    stage.choose("Start over").await;
    stage.until("the question is asked again", || stage.find(".notice-restart").is_some()).await;
    stage.click(".notice-restart button");
    stage.until("the question is gone", || stage.find(".notice-restart").is_none()).await;
    assert_eq!(stage.verbs(), [UserAction::Restart]);
}

fn bubbling() -> web_sys::MouseEventInit {
    let init = web_sys::MouseEventInit::new();
    init.set_bubbles(true);
    init
}

#[wasm_bindgen_test]
async fn an_empty_conversation_greets_and_has_nothing_to_start_over() {
    let stage = Stage::show(open()).await;
    assert!(stage.text(".greeting").contains("Hi there"));
    stage.click(".more");
    stage.until("the menu is open", || stage.find(".menu").is_some()).await;
    assert!(stage.all(".menu-item").iter().all(|line| line.text_content().as_deref() != Some("Start over")));
}

#[wasm_bindgen_test]
async fn an_ended_conversation_offers_a_new_one_in_place_of_the_composer() {
    let stage = Stage::show(open().bot("Bye").event(Event::Status(Status::Closed))).await;
    assert!(stage.find("textarea").is_none());
    assert!(stage.text(".ended").contains("This conversation has ended."));
    assert!(stage.find(".event").is_none(), "it would stand twice");
    stage.click(".ended button");
    stage.until("it is told", || stage.verbs() == [UserAction::Restart]).await;
}

#[wasm_bindgen_test]
async fn the_connection_stands_below_the_title_and_its_loss_over_the_list() {
    let stage = Stage::show(open().bot("Hello")).await;
    assert_eq!(stage.text(".status-live"), "We’re here to help");
    assert_eq!(stage.get(".notices").child_element_count(), 0);

    stage.happens([Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt: 1 })]);
    stage.until("the loss is told", || stage.find(".notice-reconnecting").is_some()).await;
    assert_eq!(stage.text(".status-waiting"), "Reconnecting…");

    stage.happens([Action::ConnectionChanged(ConnectionStatus::Offline)]);
    stage.until("no network is told", || stage.find(".notice-offline").is_some()).await;
    assert!(stage.find("textarea").is_some(), "what is written offline is sent later");

    stage.happens([Action::ConnectionChanged(ConnectionStatus::Live)]);
    stage.until("all is well", || stage.get(".notices").child_element_count() == 0).await;
}

#[wasm_bindgen_test]
async fn what_the_browser_cannot_keep_and_what_does_not_work_is_said() {
    let stage = Stage::show(open().bot("Hello").with(Action::StorageLost)).await;
    assert!(stage.text(".notice-memory").contains("can’t save"));
    stage.happens([Action::ProblemChanged(Some(Problem::Unavailable))]);
    stage.until("it is said", || stage.find(".notice-unavailable").is_some()).await;
}

#[wasm_bindgen_test]
async fn who_takes_over_stands_in_header_and_list() {
    let maya = Assignee { kind: Author::Agent, name: Some("Maya Lindqvist".to_owned()), picture: None };
    let stage = Stage::show(open().bot("Hello").event(Event::Assignee(maya)).bot("…")).await;
    assert_eq!(stage.text(".title"), "Maya Lindqvist");
    assert_eq!(stage.text(".header .avatar"), "M");
    assert_eq!(stage.text(".event"), "Maya Lindqvist joined the chat");
}
