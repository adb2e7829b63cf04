//! The message list: what screen readers get, and a scroll position that never fights a reader.

use chataibot_wire::Author;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    script::{Script, closed, open, text},
    stage::Stage,
};

fn many(mut script: Script, count: usize) -> Script {
    for number in 0..count {
        script = script
            .bot(&["Message ", &number.to_string(), " with enough words to be as long as messages are."].concat());
    }
    script
}

fn from_end(stage: &Stage) -> i32 {
    let list = stage.get(".list");
    list.scroll_height() - list.scroll_top() - list.client_height()
}

#[wasm_bindgen_test]
async fn it_is_a_named_log_and_each_message_has_its_author() {
    let stage = Stage::show(open().bot("Hello").visitor("Hi")).await;
    let list = stage.get(".list");
    assert_eq!(list.get_attribute("role").as_deref(), Some("log"));
    assert_eq!(list.get_attribute("aria-label").as_deref(), Some("Messages"));
    assert_eq!(list.get_attribute("aria-live").as_deref(), Some("off"), "the announcer speaks");
    assert_eq!(list.get_attribute("tabindex").as_deref(), Some("0"), "the keyboard can scroll it");
    let rows = stage.all(".row");
    assert!(rows[0].text_content().expect("words").starts_with("Bot said:"));
    assert!(rows[1].text_content().expect("words").starts_with("You said:"));
}

#[wasm_bindgen_test]
async fn times_come_when_there_is_time() {
    let stage = Stage::show(open().bot("Hello")).await;
    stage
        .until("a time is shown", || {
            stage.all("time").iter().any(|it| it.text_content().is_some_and(|t| !t.is_empty()))
        })
        .await;
}

#[wasm_bindgen_test]
async fn restored_history_is_at_its_end_at_once_and_nothing_moves() {
    let stage = Stage::show(many(open(), 60).restored()).await;
    stage.until("the end is in view", || stage.all(".row").len() == 60 && from_end(&stage) <= 1).await;
    assert!(stage.find(".row-enter").is_none());
    assert!(stage.find(".jump").is_none());
}

#[wasm_bindgen_test]
async fn at_its_end_it_follows_new_messages() {
    let mut script = many(open(), 40);
    let news = script.message(Author::Bot, text("news"), None);
    let stage = Stage::show(script).await;
    stage.until("the end is in view", || from_end(&stage) <= 1).await;
    stage.happens([news]);
    stage.until("the new row is there", || stage.all(".row").len() == 41).await;
    stage.until("the end is in view again", || from_end(&stage) <= 1).await;
    assert!(stage.get(".row-enter").is_connected());
}

#[wasm_bindgen_test]
async fn a_reader_further_up_is_left_alone_and_told() {
    let mut script = many(open(), 40);
    let news = script.message(Author::Bot, text("news"), None);
    let stage = Stage::show(script.restored()).await;
    stage.until("the end is in view", || from_end(&stage) <= 1).await;
    stage.settled().await;
    stage.get(".list").set_scroll_top(0);
    stage
        .until("the way back is offered", || {
            stage.find(".jump").is_some_and(|jump| jump.text_content().as_deref() == Some("Jump to the end"))
        })
        .await;
    stage.until("the top is reached", || stage.get(".list").scroll_top() == 0).await;

    stage.happens([news]);
    stage.until("news are told", || stage.text(".jump") == "New messages").await;
    assert_eq!(stage.get(".list").scroll_top(), 0);

    stage.click(".jump");
    stage.until("the end is in view", || from_end(&stage) <= 1).await;
    stage.until("the button is gone", || stage.find(".jump").is_none()).await;
}

#[wasm_bindgen_test]
async fn of_a_long_history_the_newest_part_is_shown_and_more_on_request() {
    let stage = Stage::show(many(open(), 480).restored()).await;
    let first = stage.all(".row").len();
    assert!((200..250).contains(&first), "{first} rows");
    stage.until("the end is in view", || from_end(&stage) <= 1).await;

    stage.get(".list").set_scroll_top(0);
    stage.until("the top is reached", || stage.get(".list").scroll_top() == 0).await;
    stage.click(".earlier");
    stage.until("more rows", || stage.all(".row").len() > first).await;
    stage.settled().await;
    assert!(stage.get(".list").scroll_top() > 1000, "what was being read stays where it was");
    assert!(stage.find(".earlier").is_some());
    stage.click(".earlier");
    stage.until("all rows", || stage.all(".row").len() == 480).await;
    assert!(stage.find(".earlier").is_none());
}

#[wasm_bindgen_test]
async fn a_row_keeps_its_element_when_others_come() {
    let mut script = closed().bot("first").visitor("second");
    let news = script.message(Author::Bot, text("third"), None);
    let stage = Stage::show(script).await;
    let before = stage.get(".row");
    stage.happens([news]);
    stage.until("the new row is there", || stage.all(".row").len() == 3).await;
    assert!(before.is_same_node(Some(&stage.get(".row"))));
}

#[wasm_bindgen_test]
async fn while_a_reply_is_due_the_list_says_so() {
    use chataibot_widget::conversation::Action;
    let sent = [Action::SendBegan { id: "m1".into() }, Action::SendAccepted { id: "m1".into(), now: 1 }];
    let stage = Stage::show(open().composed("m1", "Hello?", sent)).await;
    let sign = stage.get(".typing");
    assert_eq!(sign.get_attribute("aria-hidden").as_deref(), Some("true"));
    assert!(sign.parent_element().expect("a row").text_content().expect("words").contains("Bot is typing"));
}
