//! Sound and title in a real browser: the page's title is restored as it was, and only one of
//! several tabs may play a sound.
#![cfg(target_arch = "wasm32")]

use std::rc::Rc;

use chataibot_widget::browser::tabs;
use chataibot_widget::conversation::{Action, Conversation, RawEntry};
use chataibot_widget::notify::{Notifier, NotifySettings};
use chataibot_wire::{Author, Content, Cursor, Entry, Event, RichText, content::Text, entry::Message};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element};

wasm_bindgen_test_configure!(run_in_browser);

const WANTED: NotifySettings = NotifySettings { sound: true, title: true, remember: false };

fn document() -> Document {
    web_sys::window().expect("a window").document().expect("a page")
}

/// Makes the page's timers run sixteen times as fast: each title is shown for seconds, and dozens
/// of turns are tested.
fn hurry() {
    let set = Function::new_no_args(
        "if (window.isHurried) return; window.isHurried = true; \
         const wait = window.setTimeout.bind(window); window.setTimeout = (call, after) => wait(call, after / 16)",
    );
    set.call0(&JsValue::NULL).expect("it is set");
}

/// Sets the page's title, with spaces that `document.title` would collapse.
fn title(text: &str) -> Element {
    hurry();
    let page = document();
    if page.query_selector("head > title").expect("a selector").is_none() {
        page.set_title("");
    }
    let title = page.query_selector("head > title").expect("a selector").expect("a title");
    title.set_text_content(Some(text));
    title
}

/// Makes the page appear hidden or visible: a test's page is always visible.
fn hide(hidden: bool) {
    let set = Function::new_with_args(
        "hidden",
        "Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' })",
    );
    set.call1(&JsValue::NULL, &hidden.into()).expect("it is set");
}

fn unread() -> Conversation {
    let mut conversation = Conversation::default();
    conversation.apply(Action::Started("c1".into()));
    conversation.apply(received());
    conversation
}

/// The bot says hello.
fn received() -> Action {
    let content = Content::Text(Text { body: RichText::plain("Hello"), prompt: None });
    let message = Message { author: Author::Bot, client_message_id: None, content };
    let entry = Entry { cursor: Cursor { epoch: 1, seq: 1 }, at: 1, event: Event::Message(message) };
    Action::Received { entry: Rc::new(RawEntry::from(entry)), now: 1 }
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..400 {
        if holds() {
            return;
        }
        turn().await;
    }
    panic!("waited in vain: {what}");
}

/// One turn of the browser's event loop, with a frame in it.
async fn turn() {
    let frame = Function::new_with_args("done", "requestAnimationFrame(() => setTimeout(done, 0))");
    let promise = Promise::new(&mut |done, _| {
        frame.call1(&JsValue::NULL, &done).expect("a frame");
    });
    JsFuture::from(promise).await.expect("a frame");
}

#[wasm_bindgen_test]
async fn the_title_takes_turns_and_comes_back_as_it_was_or_as_the_page_changed_it() {
    let title = title("  A   page ");
    let stands = || title.text_content().unwrap_or_default();
    let state = unread();
    let sentence = |count: u32| ["(", &count.to_string(), ") new"].concat();

    let notifier = Notifier::new(WANTED);
    notifier.follow(&state, sentence);
    assert_eq!(stands(), "  A   page ", "nobody is away");
    hide(true);
    notifier.follow(&state, sentence);
    until("what writes the title is there", || stands() == "(1) new").await;
    hide(false);
    notifier.follow(&state, sentence);
    assert_eq!(stands(), "  A   page ");

    hide(true);
    notifier.follow(&state, sentence);
    title.set_text_content(Some("Another page"));
    until("ours has its turn again", || stands() == "(1) new").await;
    until("the page's has its turn", || stands() == "Another page").await;
    until("ours has its turn again", || stands() == "(1) new").await;
    drop(notifier);
    assert_eq!(stands(), "Another page");

    let silent = Notifier::new(NotifySettings { title: false, ..WANTED });
    silent.follow(&state, sentence);
    turn().await;
    assert_eq!(stands(), "Another page");
    hide(false);
}

/// The current title, which the page may have changed.
fn stands() -> String {
    document()
        .query_selector("head > title")
        .expect("a selector")
        .and_then(|title| title.text_content())
        .unwrap_or_default()
}

fn sentence(count: u32) -> String {
    ["(", &count.to_string(), ") new"].concat()
}

/// Changes the title like a script of the page, or an extension.
fn script(body: &str) {
    Function::new_with_args("title", body).call1(&JsValue::NULL, &title_now()).expect("it runs");
}

fn title_now() -> Element {
    document().query_selector("head > title").expect("a selector").expect("a title")
}

/// A notifier whose text is the title of a hidden page.
async fn shown() -> Notifier {
    title("A page");
    hide(true);
    let notifier = Notifier::new(WANTED);
    notifier.follow(&unread(), sentence);
    until("ours has its turn", || stands() == "(1) new").await;
    notifier
}

#[wasm_bindgen_test]
async fn a_title_of_ours_that_was_translated_is_not_taken_for_the_pages() {
    let ways = [
        "title.firstChild.data = '(1) neu'",
        "title.textContent = '（1）新訊息'",
        "const font = document.createElement('font'); font.textContent = '«(1) new»'; title.firstChild.replaceWith(font)",
        "document.title = '«(1) new»'",
        "title.outerHTML = '<title>' + title.innerHTML + '</title>'",
    ];
    for way in ways {
        let notifier = shown().await;
        script(way);
        until("the page's has its turn", || stands() == "A page").await;
        until("ours has its turn again", || stands() == "(1) new").await;
        script(way);
        hide(false);
        notifier.follow(&unread(), sentence);
        assert_eq!(stands(), "A page", "{way}");
    }
}

#[wasm_bindgen_test]
async fn what_the_page_writes_while_ours_is_shown_is_the_pages() {
    let ways = [
        ("document.title = 'Another'", "Another"),
        ("document.title = '(1) A page'", "(1) A page"),
        ("document.title = 'Chapter 1'", "Chapter 1"),
        ("title.firstChild.data = '(2) Mail'", "(2) Mail"),
        (
            "title.replaceWith(Object.assign(document.createElement('title'), { textContent: 'Elsewhere' }))",
            "Elsewhere",
        ),
        (
            "title.remove(); document.head.append(Object.assign(document.createElement('title'), { textContent: 'Later' }))",
            "Later",
        ),
    ];
    for (way, own) in ways {
        let notifier = shown().await;
        script(way);
        until("ours has its turn again", || stands() == "(1) new").await;
        until("the page's has its turn", || stands() == own).await;
        until("ours has its turn again", || stands() == "(1) new").await;
        script(way);
        drop(notifier);
        assert_eq!(stands(), own, "{way}");
        hide(false);
    }
}

#[wasm_bindgen_test]
async fn the_titles_text_stays_the_one_that_the_page_holds() {
    let text = title("A page").first_child().expect("a text");
    hide(true);
    let notifier = Notifier::new(WANTED);
    notifier.follow(&unread(), sentence);
    until("ours has its turn", || stands() == "(1) new").await;
    text.set_node_value(Some("As a framework writes"));
    drop(notifier);
    assert_eq!(stands(), "As a framework writes");
    hide(false);
}

#[wasm_bindgen_test]
async fn a_title_that_the_page_has_put_aside_keeps_nothing_of_ours() {
    let notifier = shown().await;
    let aside = title_now();
    script("title.replaceWith(Object.assign(document.createElement('title'), { textContent: 'Elsewhere' }))");
    drop(notifier);
    assert_eq!((stands().as_str(), aside.text_content().as_deref()), ("Elsewhere", Some("A page")));
    hide(false);
}

#[wasm_bindgen_test]
async fn the_title_is_the_one_of_the_tab_and_never_a_drawings() {
    let page = title("A page");
    script(
        "title.insertAdjacentHTML('beforebegin', '<svg id=\"drawing\"><title>A drawing</title></svg>'); \
         document.body.append(title)",
    );
    hide(true);
    let notifier = Notifier::new(WANTED);
    notifier.follow(&unread(), sentence);
    until("ours has its turn", || page.text_content().as_deref() == Some("(1) new")).await;
    let drawing = document().query_selector("#drawing").expect("a selector").expect("a drawing");
    assert_eq!(drawing.text_content().as_deref(), Some("A drawing"));
    drop(notifier);
    assert_eq!(page.text_content().as_deref(), Some("A page"));
    document().head().expect("a head").append_child(&page).expect("it is moved");
    drawing.remove();
    hide(false);
}

#[wasm_bindgen_test]
async fn two_widgets_take_turns_with_the_page_and_not_with_each_other() {
    let (one, other) = (shown().await, Notifier::new(WANTED));
    other.follow(&unread(), |count| ["(", &count.to_string(), ") from the other"].concat());
    until("the page's has its turn", || stands() == "A page").await;
    until("one has its turn", || stands() == "(1) new").await;
    drop(one);
    until("the other has its turn", || stands() == "(1) from the other").await;
    drop(other);
    assert_eq!(stands(), "A page");
    hide(false);
}

/// Acquires the lock; a browser releases a dropped one a moment later.
async fn free(name: &str) -> tabs::Lock {
    for _ in 0..400 {
        if let Some(lock) = tabs::try_lock(name).await {
            return lock;
        }
        turn().await;
    }
    panic!("{name} is still held");
}

#[wasm_bindgen_test]
async fn who_looks_keeps_other_tabs_quiet() {
    let (one, other) = (tabs::lock_shared("looked at").await, tabs::lock_shared("looked at").await);
    assert!(tabs::try_lock("looked at").await.is_none());
    drop(one);
    assert!(tabs::try_lock("looked at").await.is_none());
    drop(other);
    let alone = free("looked at").await;
    assert!(tabs::try_lock("looked at").await.is_none(), "one sounds");
    drop(alone);
    drop(free("looked at").await);
}

#[wasm_bindgen_test]
async fn the_lock_of_who_looks_is_that_of_the_conversation_shown() {
    let looked_at = |conversation: &str| {
        let mut state = Conversation::default();
        state.apply(Action::WindowOpened);
        state.apply(Action::Started(conversation.into()));
        state.apply(received());
        state
    };
    let notifier = Notifier::new(WANTED);
    for (conversation, before) in [("c1", None), ("c2", Some("c1")), ("c3", Some("c2"))] {
        notifier.follow(&looked_at(conversation), sentence);
        is_held(conversation, true).await;
        if let Some(before) = before {
            is_held(before, false).await;
        }
    }
    notifier.follow(&Conversation::default(), sentence);
    is_held("c3", false).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_is_looked_at_is_shown_before_the_alerts_are_fetched() {
    let mut state = Conversation::default();
    state.apply(Action::WindowOpened);
    state.apply(Action::Started("first".into()));
    let notifier = Notifier::new(WANTED);
    notifier.follow(&state, sentence);
    state.apply(received());
    notifier.follow(&state, sentence);
    turn().await;
    turn().await;
    assert!(!tabs::held_lock_names().await.contains(&String::from("chataibot:heard:first")), "nothing is fetched yet");
    notifier.follow(&state, sentence);
    is_held("first", true).await;
}

/// Waits until the lock of who looks at this conversation is held, or is not.
async fn is_held(conversation: &str, expected: bool) {
    let name = ["chataibot:heard:", conversation].concat();
    for _ in 0..400 {
        if tabs::held_lock_names().await.contains(&name) == expected {
            return;
        }
        turn().await;
    }
    panic!("{name}: held is not {expected}");
}

#[wasm_bindgen_test]
fn the_visitors_choice_goes_before_the_pages() {
    let notifier = Notifier::new(NotifySettings { sound: false, ..WANTED });
    assert!(!notifier.sounds());
    notifier.update_settings(WANTED);
    assert!(notifier.sounds());
    notifier.choose_sound(false);
    notifier.update_settings(WANTED);
    assert!(!notifier.sounds());
}
