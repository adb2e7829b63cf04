//! The window: dialog, focus, Escape, notices, end, starting over.

use chataibot_widget::components::UserAction;
use chataibot_widget::conversation::{Action, ConnectionStatus};
use chataibot_wire::entry::{Assignee, Status};
use chataibot_wire::{Author, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Harness, document};
use crate::script::{closed, open};

#[wasm_bindgen_test]
async fn it_is_a_dialog_named_by_its_title() {
    let harness = Harness::show(open()).await;
    let window = harness.get("#window");
    assert_eq!(window.get_attribute("role").as_deref(), Some("dialog"));
    let title = window.get_attribute("aria-labelledby").expect("a name");
    assert_eq!(harness.text(&["#", &title].concat()), "Chat with us");
    assert_ne!(harness.style("#window", "visibility"), "hidden");
}

#[wasm_bindgen_test]
async fn closed_it_is_out_of_sight_and_so_out_of_reach() {
    let harness = Harness::show(closed()).await;
    harness.until("it is hidden", || harness.style("#window", "visibility") == "hidden").await;
}

#[wasm_bindgen_test]
async fn the_visitor_who_opens_it_is_taken_to_the_message_field_and_back_by_escape() {
    let harness = Harness::show(closed()).await;
    harness.focus(".launcher");
    harness.click(".launcher");
    harness.until("the field has the focus", || harness.is_focused("textarea, #window")).await;

    let goes_on_to_the_page = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = goes_on_to_the_page.clone();
    let listener = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || seen.set(true));
    let function = wasm_bindgen::JsCast::unchecked_ref(listener.as_ref());
    document().add_event_listener_with_callback("keydown", function).expect("a listener");
    harness.press("#window", "Escape", |_| ());
    document().remove_event_listener_with_callback("keydown", function).expect("no listener");

    harness.until("the launcher has the focus", || harness.is_focused(".launcher")).await;
    harness.until("the window is out of reach", || harness.style("#window", "visibility") == "hidden").await;
    assert!(!goes_on_to_the_page.get(), "the page's own dialogs would close too");
}

#[wasm_bindgen_test]
async fn a_program_that_opens_it_moves_no_focus() {
    let harness = Harness::show(closed()).await;
    harness.happens([Action::WindowOpened]);
    harness.until("it is open", || harness.find(".window-open").is_some()).await;
    harness.settled().await;
    assert!(harness.root.active_element().is_none());
}

#[wasm_bindgen_test]
async fn escape_that_ends_a_composition_closes_nothing() {
    let harness = Harness::show(open()).await;
    harness.press("textarea", "Escape", |init| init.set_is_composing(true));
    harness.settled().await;
    assert!(harness.verbs().is_empty());
}

#[wasm_bindgen_test]
async fn every_button_has_a_name() {
    let harness = Harness::show(open().bot("Hello")).await;
    for button in harness.all("button") {
        let name = button.get_attribute("aria-label").unwrap_or_else(|| button.text_content().unwrap_or_default());
        assert!(!name.trim().is_empty(), "{}", button.outer_html());
    }
}

#[wasm_bindgen_test]
async fn starting_over_is_asked_for_and_then_done() {
    let harness = Harness::show(open().bot("Hello")).await;
    harness.choose("Start over").await;
    harness.until("the question is asked and has the focus", || harness.is_focused(".notice-restart button")).await;
    harness
        .labelled("Keep chatting")
        .dispatch_event(&web_sys::MouseEvent::new_with_mouse_event_init_dict("click", &bubbling()).expect("a click"))
        .expect("clicked");
    harness.until("the question is gone", || harness.find(".notice-restart").is_none()).await;
    assert!(harness.verbs().is_empty());

    harness.choose("Start over").await;
    harness.until("the question is asked again", || harness.find(".notice-restart").is_some()).await;
    harness.click(".notice-restart button");
    harness.until("the question is gone", || harness.find(".notice-restart").is_none()).await;
    assert_eq!(harness.verbs(), [UserAction::Restart]);
}

fn bubbling() -> web_sys::MouseEventInit {
    let init = web_sys::MouseEventInit::new();
    init.set_bubbles(true);
    init
}

#[wasm_bindgen_test]
async fn an_empty_conversation_greets_and_has_nothing_to_start_over() {
    let harness = Harness::show(open()).await;
    assert!(harness.text(".greeting").contains("Hi there"));
    harness.click(".more");
    harness.until("the menu is open", || harness.find(".menu").is_some()).await;
    assert!(harness.all(".menu-item").iter().all(|line| line.text_content().as_deref() != Some("Start over")));
}

#[wasm_bindgen_test]
async fn an_ended_conversation_offers_a_new_one_in_place_of_the_composer() {
    let harness = Harness::show(open().bot("Bye").event(Event::Status(Status::Closed))).await;
    assert!(harness.find("textarea").is_none());
    assert!(harness.text(".ended").contains("This conversation has ended."));
    assert!(harness.find(".event").is_none(), "it would stand twice");
    harness.click(".ended button");
    harness.until("it is told", || harness.verbs() == [UserAction::Restart]).await;
}

#[wasm_bindgen_test]
async fn the_connection_stands_below_the_title_and_its_loss_over_the_list() {
    let harness = Harness::show(open().bot("Hello")).await;
    assert_eq!(harness.text(".status-live"), "We’re here to help");
    assert_eq!(harness.get(".notices").child_element_count(), 0);

    harness.happens([Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt: 1 })]);
    harness.until("the loss is told", || harness.find(".notice-reconnecting").is_some()).await;
    assert_eq!(harness.text(".status-waiting"), "Reconnecting…");

    harness.happens([Action::ConnectionChanged(ConnectionStatus::Offline)]);
    harness.until("no network is told", || harness.find(".notice-offline").is_some()).await;
    assert!(harness.find("textarea").is_some(), "what is written offline is sent later");

    harness.happens([Action::ConnectionChanged(ConnectionStatus::Live)]);
    harness.until("all is well", || harness.get(".notices").child_element_count() == 0).await;
}

#[wasm_bindgen_test]
async fn what_the_browser_cannot_keep_and_what_does_not_work_is_said() {
    let harness = Harness::show(open().bot("Hello").with(Action::StorageLost)).await;
    assert!(harness.text(".notice-memory").contains("can’t save"));
    harness.happens([Action::UnavailableChanged(true)]);
    harness.until("it is said", || harness.find(".notice-unavailable").is_some()).await;
}

#[wasm_bindgen_test]
async fn who_takes_over_stands_in_header_and_list() {
    let maya = Assignee { kind: Author::Agent, name: Some("Maya Lindqvist".to_owned()), picture: None };
    let harness = Harness::show(open().bot("Hello").event(Event::Assignee(maya)).bot("…")).await;
    assert_eq!(harness.text(".title"), "Maya Lindqvist");
    assert_eq!(harness.text(".header .avatar"), "M");
    assert_eq!(harness.text(".event"), "Maya Lindqvist joined the chat");
}
