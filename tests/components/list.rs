//! The message list: its accessibility tree, and a scroll position that never moves under a reader.

use chataibot_widget::components::{UserAction, ViewConfig, rows_rendered};
use chataibot_widget::conversation::Action;
use chataibot_wire::Author;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;

use crate::harness::{Harness, document, english};
use crate::script::{Script, closed, open, text};

pub fn many(mut script: Script, count: usize) -> Script {
    for number in 0..count {
        script = script
            .bot(&["Message ", &number.to_string(), " with enough words to be as long as messages are."].concat());
    }
    script
}

pub fn from_end(harness: &Harness) -> i32 {
    let list = harness.get(".list");
    list.scroll_height() - list.scroll_top() - list.client_height()
}

#[wasm_bindgen_test]
async fn it_is_a_named_log_and_each_message_has_its_author() {
    let harness = Harness::show(open().bot("Hello").visitor("Hi")).await;
    let list = harness.get(".list");
    assert_eq!(list.get_attribute("role").as_deref(), Some("log"));
    assert_eq!(list.get_attribute("aria-label").as_deref(), Some("Messages"));
    assert_eq!(list.get_attribute("aria-live").as_deref(), Some("off"), "the announcer speaks");
    assert_eq!(list.get_attribute("tabindex").as_deref(), Some("0"), "the keyboard can scroll it");
    let rows = harness.all(".row");
    assert!(rows[0].text_content().expect("words").starts_with("Bot said:"));
    assert!(rows[1].text_content().expect("words").starts_with("You said:"));
}

#[wasm_bindgen_test]
async fn times_come_when_there_is_time() {
    let harness = Harness::show(open().bot("Hello")).await;
    harness
        .until("a time is shown", || {
            harness.all("time").iter().any(|it| it.text_content().is_some_and(|t| !t.is_empty()))
        })
        .await;
}

#[wasm_bindgen_test]
async fn restored_history_is_at_its_end_at_once_and_nothing_moves() {
    let harness = Harness::show(many(open(), 60).restored()).await;
    harness.until("the end is in view", || harness.all(".row").len() == 60 && from_end(&harness) <= 1).await;
    assert!(harness.find(".row-enter").is_none());
    assert!(harness.find(".jump").is_none());
}

#[wasm_bindgen_test]
async fn at_its_end_it_follows_new_messages() {
    let mut script = many(open(), 40);
    let news = script.message(Author::Bot, text("news"), None);
    let harness = Harness::show(script).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.happens([news]);
    harness.until("the new row is there", || harness.all(".row").len() == 41).await;
    harness.until("the end is in view again", || from_end(&harness) <= 1).await;
    assert!(harness.get(".row-enter").is_connected());
}

/// Makes the last message taller.
pub fn grow(harness: &Harness, pixels: u32) {
    let more = document().create_element("div").expect("a div");
    more.set_attribute("style", &format!("block-size: {pixels}px")).expect("a height");
    harness.all(".row .bubble").last().expect("a bubble").append_child(&more).expect("a child");
}

#[wasm_bindgen_test]
async fn at_its_end_it_stays_there_while_the_last_message_grows_little_by_little() {
    let harness = Harness::show(many(open(), 40).restored()).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    for pixels in [1, 20, 30, 40, 200] {
        let height = harness.get(".list").scroll_height();
        grow(&harness, pixels);
        harness.until("it is taller", || harness.get(".list").scroll_height() > height).await;
        harness.until("the end is in view", || from_end(&harness) <= 1).await;
    }
}

#[wasm_bindgen_test]
async fn a_reader_who_sets_out_from_the_end_is_not_held_back_by_a_message_that_grows() {
    let harness = Harness::show(many(open(), 40).restored()).await;
    harness.until("times are there", || !harness.all("time").is_empty()).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.settled().await;
    let list = harness.get(".list");
    let top = list.scroll_top() - 20;
    list.set_scroll_top(top);
    harness.until("the reader has set out", || list.scroll_top() == top).await;
    harness.settled().await;
    for pixels in [20, 60] {
        let height = list.scroll_height();
        grow(&harness, pixels);
        harness.until("it is taller", || list.scroll_height() > height).await;
        harness.settled().await;
        assert_eq!(list.scroll_top(), top);
    }
    harness.until("the way back is offered", || harness.find(".jump").is_some()).await;
    harness.click(".jump");
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    grow(&harness, 20);
    harness.settled().await;
    harness.until("and stays there", || from_end(&harness) <= 1).await;
}

/// Resizes the window, as a phone does when it is rotated.
fn reshape(harness: &Harness, width: u32, height: u32) {
    let style = format!("display: block; width: {width}px; height: {height}px; min-height: 0; inset: auto 0 0 auto");
    harness.get(".window").set_attribute("style", &style).expect("a size");
}

#[wasm_bindgen_test]
async fn at_its_end_it_stays_there_when_it_is_laid_out_anew() {
    let script = (0..20).fold(open(), |script, number| {
        script.bot(&format!("Message {number} {}", "has words for many lines on a narrow screen ".repeat(6)))
    });
    let harness = Harness::show(script.restored()).await;
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.until("times are there", || !harness.all("time").is_empty()).await;
    for (width, height) in [(390, 640), (844, 330), (390, 640), (320, 400), (1_000, 900), (300, 320)] {
        reshape(&harness, width, height);
        let list = harness.get(".list");
        assert!(list.client_height() > 60 && list.client_width() > 200, "{width} × {height}");
        harness.settled().await;
        assert!(from_end(&harness) <= 1, "{} from the end at {width} × {height}", from_end(&harness));
        assert!(harness.find(".jump").is_none());
    }
}

#[wasm_bindgen_test]
async fn from_the_list_tab_leads_to_the_way_back_before_the_newest_message() {
    let harness = Harness::show(many(open(), 40).restored()).await;
    harness
        .until("times are told, and the end is in view", || {
            harness.find(".meta time").is_some() && from_end(&harness) <= 1
        })
        .await;
    let reached = || harness.all(".actions button:not([tabindex=\"-1\"])").len();
    harness.until("the newest can be copied", || reached() == 1).await;
    harness.get(".list").set_scroll_top(0);
    harness.until("the way back is offered", || harness.find(".list + .jump").is_some()).await;
    assert_eq!(reached(), 0, "nothing out of view stands between the list and the way back");
    harness.click(".jump");
    harness.until("the newest can be copied again", || reached() == 1).await;
}

#[wasm_bindgen_test]
async fn a_reader_further_up_is_left_alone_and_told() {
    let mut script = many(open(), 40);
    let news = script.message(Author::Bot, text("news"), None);
    let more = script.message(Author::Bot, text("more"), None);
    let harness = Harness::show(script.restored_up_to(40)).await;
    harness
        .until("times are told, and the end is in view", || {
            harness.find(".meta time").is_some() && from_end(&harness) <= 1
        })
        .await;
    harness.settled().await;
    harness.get(".list").set_scroll_top(0);
    harness
        .until("the way back is offered", || {
            harness.find(".jump").is_some_and(|jump| jump.text_content().as_deref() == Some("Jump to the end"))
        })
        .await;
    harness.until("the top is reached", || harness.get(".list").scroll_top() == 0).await;

    harness.happens([news]);
    harness.until("news are told", || harness.text(".jump") == "1 new message").await;
    harness.happens([more]);
    harness.until("they are counted", || harness.text(".jump") == "2 new messages").await;
    assert_eq!(harness.get(".list").scroll_top(), 0);

    harness.click(".jump");
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.until("the button is gone", || harness.find(".jump").is_none()).await;
}

#[wasm_bindgen_test]
async fn of_a_long_history_the_newest_part_is_shown_and_more_on_request() {
    let harness = Harness::show(many(open(), 480).restored()).await;
    let first = harness.all(".row").len();
    assert!((200..250).contains(&first), "{first} rows");
    harness.until("the end is in view", || from_end(&harness) <= 1).await;

    harness.get(".list").set_scroll_top(0);
    harness.until("the top is reached", || harness.get(".list").scroll_top() == 0).await;
    harness.click(".earlier");
    harness.until("more rows", || harness.all(".row").len() > first).await;
    harness.settled().await;
    assert!(harness.get(".list").scroll_top() > 1000, "what was being read stays where it was");
    assert!(harness.find(".earlier").is_some());
    harness.click(".earlier");
    harness.until("all rows", || harness.all(".row").len() == 480).await;
    assert!(harness.find(".earlier").is_none());
    assert_eq!(harness.text(".beginning"), "This is where the conversation began.");
}

#[wasm_bindgen_test]
async fn a_message_renders_the_rows_beside_it_and_no_others() {
    let mut script = many(open(), 130);
    let said = script.message(Author::Visitor, text("said"), None);
    let harness = Harness::show(script.restored_up_to(130)).await;
    harness.until("times are there", || !harness.all("time").is_empty()).await;
    harness.settled().await;
    let before = rows_rendered();
    assert!(before >= 130, "all rows were rendered: {before}");
    harness.happens([said]);
    harness.until("it stands in the list", || harness.all(".row").len() == 131).await;
    harness.settled().await;
    let rendered = rows_rendered() - before;
    assert!((1..=9).contains(&rendered), "{rendered} rows for one message");
}

/// Returns a counter of DOM changes below an element.
fn changes_below(element: &Element) -> impl Fn() -> usize + use<> {
    let count = Function::new_with_args(
        "element",
        "let count = 0; new MutationObserver((changes) => { count += changes.length; }).observe(element, \
         { subtree: true, childList: true, attributes: true, characterData: true }); return () => count;",
    );
    let count: Function = count.call1(&JsValue::NULL, element).expect("an observer").unchecked_into();
    move || count.call0(&JsValue::NULL).expect("a count").as_f64().expect("a number") as usize
}

#[wasm_bindgen_test]
async fn ten_thousand_messages_cost_no_more_than_two_hundred() {
    let mut script = many(open(), 10_000);
    let news: Vec<_> =
        (0..120).map(|number: usize| script.message(Author::Bot, text(&number.to_string()), None)).collect();
    let later = [script.message(Author::Bot, text("later"), None)];
    let harness = Harness::show(script.restored_up_to(10_000)).await;
    harness.until("the end is in view", || harness.all(".row").len() >= 200 && from_end(&harness) <= 1).await;
    assert!(harness.all(".row").len() <= 250, "{} rows", harness.all(".row").len());
    harness.until("times are there", || !harness.all("time").is_empty()).await;

    let changes = changes_below(&harness.get(".rows"));
    let mut news = news.into_iter();
    harness.happens(news.next());
    let newest =
        |words: &str| harness.all(".row .bubble").last().and_then(|it| it.text_content()).as_deref() == Some(words);
    harness.until("the new row is there", || newest("0")).await;
    harness.settled().await;
    // The elements of the new row, its block, the group marks of the row before it, and at most one
    // block that is removed at the top.
    assert!(changes() <= 24, "{} changes for one message", changes());

    harness.happens(news);
    harness.until("the last row is there", || newest("119")).await;
    assert!(harness.all(".row").len() <= 250, "{} rows", harness.all(".row").len());

    // A reader who scrolled up has more rows, and new messages still cost the same.
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
    harness.settled().await;
    harness.get(".list").set_scroll_top(0);
    harness.until("the top is reached", || harness.get(".list").scroll_top() == 0).await;
    for _ in 0..5 {
        let before = harness.all(".row").len();
        harness.click(".earlier");
        harness.until("more rows", || harness.all(".row").len() > before).await;
    }
    assert!(harness.all(".row").len() > 1000);
    let settled = harness.all(".block").iter().filter(|block| block.class_name().contains("block-settled")).count();
    assert!(settled + 1 >= harness.all(".block").len(), "the browser lays out what is in view");
    let changes = changes_below(&harness.get(".rows"));
    harness.happens(later);
    harness.until("news are told", || harness.text(".jump") == "1 new message").await;
    harness.settled().await;
    assert!(changes() <= 24, "{} changes for one message", changes());

    harness.click(".jump");
    harness.until("the end is in view", || from_end(&harness) <= 1).await;
}

#[wasm_bindgen_test]
async fn what_is_not_at_hand_is_asked_for() {
    let harness = Harness::show(many(open(), 30).restored()).await;
    harness.happens([Action::EarlierKnown(true)]);
    harness.until("it can be asked for", || harness.find(".earlier").is_some()).await;
    harness.click(".earlier");
    harness.until("it is asked for", || harness.verbs() == [UserAction::LoadEarlier]).await;
    assert!(harness.is_focused(".list"), "the button is about to go");

    harness.happens([Action::EarlierRequested]);
    harness.until("it is on its way", || harness.find(".earlier").is_none()).await;
    assert_eq!(harness.text(".earlier-loading"), "Loading earlier messages…");

    harness.happens([Action::EarlierFailed]);
    harness.until("it can be asked for again", || harness.find(".earlier").is_some()).await;
    assert_eq!(harness.text(".earlier-failed"), "Earlier messages couldn’t be loaded.");
    assert_eq!(harness.text(".earlier"), "Try again");
    harness
        .until("the failure is said", || {
            harness.text(".app > .announcer").contains("Earlier messages couldn’t be loaded.")
        })
        .await;
    harness.click(".earlier");
    harness.until("it is asked for again", || harness.verbs().len() == 2).await;

    harness.happens([Action::EarlierRequested, Action::EarlierReceived { entries: Vec::new(), has_earlier: false }]);
    harness.until("that is all", || harness.find(".beginning").is_some()).await;
    assert!(harness.find(".earlier").is_none());
}

#[wasm_bindgen_test]
async fn earlier_messages_come_on_top_and_move_nothing() {
    let script = many(open(), 150);
    let whole = script.rebuilt();
    let harness = Harness::show(script.restored_from(70)).await;
    harness.happens([Action::EarlierKnown(true)]);
    harness.until("the end is in view", || harness.all(".row").len() == 80 && from_end(&harness) <= 1).await;
    harness.settled().await;
    harness.get(".list").set_scroll_top(0);
    harness.until("the top is reached", || harness.get(".list").scroll_top() == 0).await;
    harness.click(".earlier");
    let top =
        || harness.all(".row").into_iter().find(|row| row.text_content().is_some_and(|it| it.contains("Message 70 ")));
    let before = top().expect("the oldest row");
    let place = before.get_bounding_client_rect().top();

    harness.happens([whole]);
    harness.until("all rows", || harness.all(".row").len() == 150).await;
    harness.settled().await;
    let after = top().expect("the same row");
    assert!(before.is_same_node(Some(&after)), "it was made anew");
    let moved = after.get_bounding_client_rect().top() - place;
    assert!(moved.abs() < 40.0, "moved by {moved}");
    assert!(harness.find(".jump").is_some_and(|jump| jump.text_content().as_deref() == Some("Jump to the end")));
}

fn now() -> u64 {
    js_sys::Date::now() as u64
}

#[wasm_bindgen_test]
async fn days_stand_above_their_messages_and_fresh_ones_tell_their_age() {
    const DAY: u64 = 86_400_000;
    let mut script = open();
    for ago in [400 * DAY, 3 * DAY, DAY, 0] {
        script = script.at(now() - ago).bot("Hello").bot("Hello again");
    }
    let harness = Harness::dressed(script.restored(), ViewConfig { locale: Some("en-GB".into()), ..english() }).await;
    harness.until("days are there", || harness.all(".day-line").len() >= 4).await;
    let days: Vec<_> = harness.all(".day-line time").iter().filter_map(|it| it.text_content()).collect();
    assert!(days[0].ends_with(char::is_numeric), "{days:?}");
    assert!(days.iter().any(|day| day.ends_with("day") && day.starts_with(char::is_uppercase)), "{days:?}");
    assert!(days.contains(&"yesterday".to_owned()) && days.contains(&"today".to_owned()), "{days:?}");
    let day = harness.get(".day-line time").get_attribute("datetime").expect("a date");
    assert_eq!(day.len(), "2025-01-31".len());

    let times: Vec<_> = harness.all(".meta time").iter().filter_map(|it| it.text_content()).collect();
    assert_eq!(times.last().map(String::as_str), Some("now"));
    assert!(times[0].contains(':'), "{times:?}");
    let time = harness.get(".meta time");
    assert!(time.get_attribute("title").is_some_and(|full| full.len() > 15 && full.contains(':')));
    assert!(time.get_attribute("datetime").is_some_and(|iso| iso.ends_with('Z')));
}

#[wasm_bindgen_test]
async fn what_was_unread_when_the_window_opened_begins_with_a_line() {
    let script = open().bot("Read").with(Action::WindowClosed).visitor("Mine").bot("Unread").bot("Unread too");
    let harness = Harness::show(script).await;
    assert!(harness.find(".unread").is_none());
    harness.happens([Action::WindowOpened]);
    harness.until("the line is there", || harness.find(".unread").is_some()).await;
    assert_eq!(harness.text(".unread"), "New");
    let below = harness.get(".unread + .row");
    assert!(below.text_content().is_some_and(|text| text.contains("Unread")));
    assert_eq!(harness.all(".unread").len(), 1);

    harness.happens([Action::PageHidden, Action::PageShown]);
    harness.settled().await;
    assert!(harness.find(".unread").is_some(), "it stays while the window is open");
    harness.happens([Action::WindowClosed, Action::WindowOpened]);
    harness.happens([Action::WindowClosed]);
    harness.until("it is gone", || harness.find(".unread").is_none()).await;
}

#[wasm_bindgen_test]
async fn a_row_keeps_its_element_when_others_come() {
    let mut script = closed().bot("first").visitor("second");
    let news = script.message(Author::Bot, text("third"), None);
    let harness = Harness::show(script).await;
    let before = harness.get(".row");
    harness.happens([news]);
    harness.until("the new row is there", || harness.all(".row").len() == 3).await;
    assert!(before.is_same_node(Some(&harness.get(".row"))));
}

#[wasm_bindgen_test]
async fn while_a_reply_is_due_the_list_says_so() {
    let sent = [Action::SendBegan("m1".into()), Action::SendAccepted { id: "m1".into(), now: 1 }];
    let harness = Harness::show(open().composed("m1", "Hello?", sent)).await;
    let sign = harness.get(".typing");
    assert_eq!(sign.get_attribute("aria-hidden").as_deref(), Some("true"));
    assert!(sign.parent_element().expect("a row").text_content().expect("words").contains("Bot is typing"));
}
