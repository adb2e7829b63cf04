//! What screen readers announce: whole sentences, in order, once; failures at once.

use chataibot_widget::conversation::{Action, ConnectionStatus, SendError};
use chataibot_wire::{Author, Content, Event, Node, RichText, content, entry::Assignee};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::Harness;
use crate::script::{open, text};

fn heard(harness: &Harness, how: &str) -> Vec<String> {
    let regions = harness.all(&[".announcer [aria-live='", how, "']"].concat());
    regions.iter().filter_map(|region| region.text_content()).filter(|text| !text.is_empty()).collect()
}

#[wasm_bindgen_test]
async fn its_regions_are_there_before_anything_is_said_and_outside_of_the_list() {
    let harness = Harness::show(open()).await;
    assert!(harness.all(".announcer [aria-live='polite']").len() >= 2);
    assert!(harness.find(".list .announcer").is_none());
    assert!(heard(&harness, "polite").is_empty());
    assert!(harness.find(".app > .announcer").is_some(), "inside the closed window it would be inert");
}

#[wasm_bindgen_test]
async fn new_messages_are_said_in_order_and_once() {
    let mut script = open().bot("Old").visitor("Mine").restored();
    let first = script.message(Author::Bot, text("First"), None);
    let second = script.message(Author::Bot, text("Second"), None);
    let third = script.message(Author::Bot, text("Second"), None);
    let harness = Harness::show(script).await;
    harness.settled().await;
    assert!(heard(&harness, "polite").is_empty(), "what was restored is not news");

    harness.happens([first, second]);
    harness.until("both are said", || heard(&harness, "polite") == ["Bot says: First\nBot says: Second"]).await;
    harness.happens([third]);
    harness
        .until("the same words again are said again", || {
            heard(&harness, "polite").iter().any(|it| it == "Bot says: Second")
        })
        .await;
    harness.happens([Action::Drafted("x".into())]);
    harness.settled().await;
    assert_eq!(heard(&harness, "polite").len(), 2, "nothing is said twice");
    // Otherwise a screen reader would take the lines for one.
    assert_eq!(harness.style(".announcer > div", "white-space"), "pre");
}

#[wasm_bindgen_test]
async fn of_a_note_that_is_closed_only_its_title_is_said() {
    let mut script = open();
    let title = RichText(vec![Node::Text("Opening hours".into()), Node::Break, Node::Text("Monday to Friday".into())]);
    let note = || Content::Info(content::Info { title: title.clone() });
    let alone = script.message(Author::Bot, note(), None);
    let parts = script.message(Author::Bot, Content::Parts(vec![text("Hello"), note()]), None);
    let harness = Harness::show(script).await;
    harness.happens([alone, parts]);
    let said = "Bot says: Opening hours\nBot says: Hello\nOpening hours";
    harness.until("the titles are said", || heard(&harness, "polite") == [said]).await;
}

#[wasm_bindgen_test]
async fn the_visitors_own_words_are_not_said_but_their_failure_is_at_once() {
    let harness = Harness::show(open()).await;
    let composed = Action::Composed { id: "m1".into(), text: "Hello?".into(), typed: None, at: 1 };
    harness.happens([composed, Action::SendBegan("m1".into())]);
    harness.until("the row is there", || harness.find(".row-visitor").is_some()).await;
    assert!(heard(&harness, "polite").is_empty());
    harness.happens([Action::SendFailed { id: "m1".into(), error: SendError::Temporary }]);
    harness
        .until("the failure is said", || heard(&harness, "assertive") == ["Your message was not sent: Hello?"])
        .await;
}

#[wasm_bindgen_test]
async fn a_lost_connection_is_said_when_it_lasts_and_when_it_is_back() {
    let harness = Harness::show(open()).await;
    harness.happens([Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt: 1 })]);
    harness.settled().await;
    assert!(heard(&harness, "polite").is_empty(), "a stumble is no news");
    harness.happens([Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt: 2 })]);
    harness.until("the loss is said", || heard(&harness, "polite").len() == 1).await;
    harness.happens([Action::ConnectionChanged(ConnectionStatus::Live)]);
    harness.until("the return is said", || heard(&harness, "polite").iter().any(|it| it == "Connected again.")).await;
}

#[wasm_bindgen_test]
async fn a_handover_is_said_by_name() {
    let mut script = open();
    let maya = Assignee { kind: Author::Agent, name: Some("Maya".to_owned()), picture: None };
    let joined = script.entry(Event::Assignee(maya));
    let hello = script.message(Author::Agent, text("Hello"), None);
    let harness = Harness::show(script).await;
    harness.happens([joined, hello]);
    harness.until("both are said", || heard(&harness, "polite") == ["Maya joined the chat\nMaya says: Hello"]).await;
}

#[wasm_bindgen_test]
async fn of_many_at_once_the_number_and_the_last_are_said() {
    let mut script = open().bot("Old").restored();
    let many: Vec<_> =
        (1..=20).map(|number: u32| script.message(Author::Bot, text(&number.to_string()), None)).collect();
    let harness = Harness::show(script).await;
    harness.happens(many);
    harness.until("they are summed up", || heard(&harness, "polite") == ["20 new messages\nBot says: 20"]).await;
}

#[wasm_bindgen_test]
async fn what_was_said_is_taken_away_so_that_a_dialog_that_closes_does_not_say_it_again() {
    let mut script = open();
    let reply = script.message(Author::Bot, text("Tea is on its way."), None);
    let harness = Harness::show(script).await;
    harness.happens([reply]);
    harness.until("it is said", || heard(&harness, "polite") == ["Bot says: Tea is on its way."]).await;
    harness.until("it is taken away", || heard(&harness, "polite").is_empty()).await;
    harness.happens([Action::Drafted("x".into())]);
    harness.settled().await;
    assert!(heard(&harness, "polite").is_empty(), "nothing is said again");
}
