//! An answer that is longer than the list is shown from its start.

use chataibot_widget::conversation::Action;
use chataibot_wire::{Author, Content};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::Harness;
use crate::list::{from_end, grow, many};
use crate::script::{open, text};

fn long(words: &str) -> Content {
    text(&format!("{words} {}", "A long answer has many words in many lines. ".repeat(80)))
}

/// Offset of the newest bubble that begins with `words` from the top of the list.
fn begins_at(harness: &Harness, words: &str) -> f64 {
    let bubbles = harness.all(".row .bubble");
    let bubble = bubbles.iter().rev().find(|it| it.text_content().is_some_and(|text| text.starts_with(words)));
    // NaN if there is no such bubble.
    let top = bubble.map_or(f64::NAN, |bubble| bubble.get_bounding_client_rect().top());
    top - harness.get(".list").get_bounding_client_rect().top()
}

fn shows_beginning_of(harness: &Harness, words: &str) -> bool {
    (0.0..40.0).contains(&begins_at(harness, words))
}

#[wasm_bindgen_test]
async fn an_answer_that_is_longer_than_the_list_is_shown_from_its_beginning_with_the_way_to_its_end() {
    let mut script = many(open(), 20).visitor("Tell me all");
    let news = script.message(Author::Bot, long("First"), None);
    let [later, own] = [(Author::Bot, "later"), (Author::Visitor, "own")]
        .map(|(author, words)| script.message(author, text(words), Some(words).filter(|it| *it == "own")));
    let harness = Harness::show(script.restored_up_to(22)).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens([news]);
    harness.until("its first line is in view", || shows_beginning_of(&harness, "First")).await;
    harness.until("the way to its end is offered", || harness.find(".jump").is_some()).await;
    assert_eq!(harness.text(".jump"), "Jump to the end");
    assert!(from_end(&harness) > 100);

    harness.happens([later]);
    harness.until("more is told of", || harness.text(".jump") == "1 new message").await;
    assert!(shows_beginning_of(&harness, "First"), "who reads is left alone");

    harness.happens([own]);
    harness.until("what the visitor says is in view", || from_end(&harness) <= 1).await;
    harness.until("the button is gone", || harness.find(".jump").is_none()).await;
}

#[wasm_bindgen_test]
async fn from_the_beginning_of_a_long_answer_one_press_leads_to_its_end_which_then_stays() {
    let mut script = many(open(), 20);
    let news = script.message(Author::Bot, long("First"), None);
    let later = script.message(Author::Bot, text("later"), None);
    let harness = Harness::show(script.restored_up_to(20)).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens([news]);
    harness.until("the way to its end is offered", || harness.find(".jump").is_some()).await;
    harness.click(".jump");
    harness.until("the end is in view", || from_end(&harness) <= 1 && harness.find(".jump").is_none()).await;
    harness.happens([later]);
    harness.until("the new row is there", || harness.all(".row").len() == 22).await;
    harness.until("short answers are followed", || from_end(&harness) <= 1).await;
}

#[wasm_bindgen_test]
async fn of_several_answers_at_once_the_first_line_of_the_long_one_is_in_view_and_the_words_before_it() {
    let mut script = many(open(), 20);
    let news = [text("Here it is"), long("First"), text("Is that clear?")]
        .map(|content| script.message(Author::Bot, content, None));
    let harness = Harness::show(script.restored_up_to(20)).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens(news);
    harness.until("what came first is in view", || shows_beginning_of(&harness, "Here it is")).await;
    let height = f64::from(harness.get(".list").client_height());
    assert!(begins_at(&harness, "First") < height);
    harness.until("more is told of", || harness.find(".jump").is_some()).await;
}

#[wasm_bindgen_test]
async fn several_short_answers_at_once_are_followed_to_the_end() {
    let mut script = many(open(), 20);
    let words = "Some words, and then some more. ".repeat(2);
    let news: Vec<_> = (0..12).map(|_| script.message(Author::Bot, text(&words), None)).collect();
    let harness = Harness::show(script.restored_up_to(20)).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens(news);
    harness.until("the new rows are there", || harness.all(".row").len() == 32).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    assert!(harness.find(".jump").is_none());
}

#[wasm_bindgen_test]
async fn an_answer_that_becomes_longer_than_the_list_when_its_picture_comes_is_shown_from_its_beginning() {
    let mut script = many(open(), 20);
    let news = script.message(Author::Bot, text("First"), None);
    let harness = Harness::show(script.restored_up_to(20)).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens([news]);
    harness.until("the new row is there", || harness.all(".row").len() == 21).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    grow(&harness, 100);
    harness.settled().await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    grow(&harness, 2_000);
    harness.until("its first line is in view", || shows_beginning_of(&harness, "First")).await;
    harness.until("the way to its end is offered", || harness.find(".jump").is_some()).await;
}

#[wasm_bindgen_test]
async fn a_long_answer_that_came_while_the_window_was_closed_is_found_at_its_beginning_below_the_line_that_it_is_new() {
    let mut script = many(open(), 20).with(Action::WindowClosed);
    let news = script.message(Author::Bot, long("First"), None);
    let harness = Harness::show(script).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens([news]);
    harness.until("the new row is there", || harness.all(".row").len() == 21).await;
    harness.happens([Action::WindowOpened]);
    harness.until("the line is there", || harness.find(".unread").is_some()).await;
    harness
        .until("line and first words are in view", || {
            let line = harness.get(".unread").get_bounding_client_rect().top();
            let list = harness.get(".list").get_bounding_client_rect();
            line >= list.top() && begins_at(&harness, "First") < list.height()
        })
        .await;
}
