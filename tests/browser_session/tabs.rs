//! Coordination of tabs in a real browser: locks, channels, and sessions that share one stream.

use std::{cell::RefCell, rc::Rc};

use chataibot_widget::browser::environment;
use chataibot_widget::browser::storage::Storage;
use chataibot_widget::browser::tabs::{self, Channel, LockMode};
use chataibot_widget::conversation::{ConnectionStatus, HistoryState, Phase};
use chataibot_widget::machine::user_action::UserAction;
use chataibot_widget::runtime::{Runtime, Settings};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::AbortController;

use super::net::*;

fn unique() -> String {
    environment::message_id(environment::unix_millis())
}

#[wasm_bindgen_test]
async fn a_lock_can_be_taken_away_and_its_holder_hears_of_it() {
    let name = unique();
    let first = tabs::request_lock(&name, LockMode::Wait).await;
    assert!(first.is_held());
    let lost: Rc<RefCell<Option<bool>>> = Rc::default();
    let (seen, waits) = (lost.clone(), first.stolen());
    spawn_local(async move { *seen.borrow_mut() = Some(waits.await) });
    let second = tabs::request_lock(&name, LockMode::Steal).await;
    assert!(second.is_held());
    until("the first hears of it", || *lost.borrow() == Some(true)).await;
    drop(first);
    let waits = second.stolen();
    drop(second);
    assert!(!waits.await, "let go, not lost");
}

#[wasm_bindgen_test]
async fn a_place_in_the_line_can_be_given_up() {
    let name = unique();
    let first = tabs::request_lock(&name, LockMode::Wait).await;
    let controller = AbortController::new().expect("a controller");
    let waits = tabs::request_lock(&name, LockMode::Until(controller.signal()));
    controller.abort();
    assert!(!waits.await.is_held());
    drop(first);
    assert!(tabs::request_lock(&name, LockMode::Wait).await.is_held(), "and nobody is in the way");
}

#[wasm_bindgen_test]
async fn what_is_said_on_a_channel_is_heard_by_the_others_until_they_leave() {
    let name = unique();
    let heard: Rc<RefCell<Vec<(u8, String)>>> = Rc::default();
    let open = |who: u8| {
        let heard = heard.clone();
        Channel::open(&name, move |said| heard.borrow_mut().push((who, said.as_string().unwrap_or_default())))
            .expect("a channel")
    };
    let (one, two, three) = (open(1), open(2), open(3));
    one.post(&JsValue::from_str("hello"));
    until("both others hear it", || heard.borrow().len() == 2).await;
    drop(three);
    two.post(&JsValue::from_str("still there?"));
    until("one hears it", || heard.borrow().len() == 3).await;
    one.post(&JsValue::from_str("yes"));
    until("two hears it", || heard.borrow().len() == 4).await;
    let words = |who: u8| heard.borrow().iter().filter(|(by, _)| *by == who).count();
    assert_eq!((words(1), words(2), words(3)), (1, 2, 1));
}

/// Two sessions of one browser that show the same conversation, which the first one began.
async fn two(net: &Net) -> (Rc<Runtime>, Rc<Runtime>, String) {
    let settings = settings();
    let (one, _) = session(&settings);
    one.act(UserAction::Open);
    one.act(UserAction::Send("hello".into()));
    until("the reply is there", || words(&one).len() == 2 && one.state().connection() == ConnectionStatus::Live).await;
    until("it is stored", || stored_entries(&settings.storage_prefix()) > 0).await;
    let (other, _) = session(&settings);
    until("the other shows it", || words(&other).len() == 2 && other.state().connection() == ConnectionStatus::Live)
        .await;
    assert_eq!(net.count("/events"), 1, "one stream");
    (one, other, settings.storage_prefix())
}

fn stored_entries(prefix: &str) -> usize {
    Storage::local(prefix).get("conversation").map_or(0, |text| text.matches("cursor").count())
}

fn put(net: &Net, words: &str) {
    let event = ["notes.put({ message: { author: 'bot', content: { text: { body: [{ text: '", words, "' }] } } } })"];
    net.see(&event.concat());
}

#[wasm_bindgen_test]
async fn two_sessions_share_one_stream_and_the_second_takes_over() {
    let net = Net::new(PROXY);
    let (one, other, _) = two(&net).await;
    put(&net, "for both");
    until("both show it", || [&one, &other].iter().all(|it| words(it).contains(&"for both".to_owned()))).await;
    assert_eq!(net.count("/events"), 1);
    one.destroy();
    until("the other has a stream", || net.count("/events") == 2).await;
    assert_eq!(other.state().connection(), ConnectionStatus::Live, "nothing flickers");
    put(&net, "for the one that is left");
    until("it shows it", || words(&other).contains(&"for the one that is left".to_owned())).await;
    other.destroy();
}

#[wasm_bindgen_test]
async fn drafts_reading_and_the_end_are_known_to_all() {
    let net = Net::new(PROXY);
    let (one, other, prefix) = two(&net).await;
    one.act(UserAction::Close);
    other.act(UserAction::Close);
    put(&net, "news");
    until("both count it", || one.state().unread() == 1 && other.state().unread() == 1).await;
    one.act(UserAction::Open);
    until("read in one is read in both", || other.state().unread() == 0).await;
    assert!(!other.state().window_open(), "its window stays as it is");
    one.act(UserAction::Draft("half a thou".into()));
    until("the draft follows", || &**other.state().draft() == "half a thou").await;
    let key = one.state().rows()[1].key;
    one.act(UserAction::Feedback { key, helpful: true });
    until("it is stored", || Storage::local(&prefix).get("conversation").is_some_and(|it| it.contains("helpful")))
        .await;
    one.act(UserAction::End);
    assert_eq!(one.state().phase(), Phase::Ended);
    one.destroy();
    other.destroy();
    let mut settings = settings();
    settings.site = prefix.strip_prefix("chataibot:").and_then(|rest| rest.strip_suffix(':')).map(Rc::from);
    let (third, _) = session(&settings);
    assert_eq!((third.state().phase(), third.state().window_open()), (Phase::Ended, true));
    assert_eq!(third.state().rows()[1].message().and_then(|m| m.feedback), Some(true));
    third.destroy();
}

#[wasm_bindgen_test]
async fn a_page_that_goes_to_sleep_holds_nothing_and_is_live_again_when_it_wakes() {
    let net = Net::new(PROXY);
    let (one, other, prefix) = two(&net).await;
    let leader = [&prefix, "leader"].concat();
    assert!(tabs::held_lock_names().await.contains(&leader));
    js("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))", &[]);
    let begun = environment::unix_millis();
    while tabs::held_lock_names().await.contains(&leader) {
        assert!(environment::unix_millis() < begun + 2_000, "neither held nor waited for");
    }
    put(&net, "while it slept");
    js("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))", &[]);
    until("both have it", || [&one, &other].iter().all(|it| words(it).contains(&"while it slept".to_owned()))).await;
    until("both are live", || [&one, &other].iter().all(|it| it.state().connection() == ConnectionStatus::Live)).await;
    assert_eq!(net.count("/events"), 2, "one stream before, one after");
    one.destroy();
    other.destroy();
}

#[wasm_bindgen_test]
async fn without_web_locks_each_session_has_its_own_stream() {
    let net = Net::new(PROXY);
    js("Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true })", &[]);
    let settings = settings();
    let (one, _) = session(&settings);
    one.act(UserAction::Open);
    one.act(UserAction::Send("hello".into()));
    until("the reply is there", || words(&one).len() == 2).await;
    until("it is stored", || stored_entries(&settings.storage_prefix()) > 0).await;
    let (other, _) = session(&settings);
    until("the other has a stream, too", || net.count("/events") == 2).await;
    js("delete navigator.locks", &[]);
    assert!(tabs::can_coordinate());
    one.destroy();
    other.destroy();
}

#[wasm_bindgen_test]
async fn the_rest_of_a_long_log_comes_by_pages() {
    let net = Net::new(PROXY);
    let settings = settings();
    let (first, _) = session(&settings);
    first.act(UserAction::Open);
    for word in ["one", "two", "three", "four"] {
        let before = words(&first).len();
        first.act(UserAction::Send(word.into()));
        until("the reply is there", || words(&first).len() == before + 2).await;
    }
    let whole = words(&first);
    until("it is stored", || stored_entries(&settings.storage_prefix()) > 12).await;
    first.destroy();
    let storage = Storage::local(&settings.storage_prefix());
    let stored = storage.get("conversation").expect("stored");
    let bare = js(
        "const it = JSON.parse(a); it.entries = []; delete it.value.cursor; delete it.value.read; return JSON.stringify(it)",
        &[&JsValue::from_str(&stored)],
    );
    storage.set("conversation", &bare.as_string().expect("a text"));
    net.see("(notes.short = true)");

    let (second, _) = session(&settings);
    until("its end is shown", || !words(&second).is_empty() && second.state().connection() == ConnectionStatus::Live)
        .await;
    assert_eq!(second.state().history(), HistoryState::Available);
    assert!(words(&second).len() < whole.len());
    net.see("(notes.down = true)");
    second.act(UserAction::LoadEarlier);
    assert_eq!(second.state().history(), HistoryState::Loading);
    until("it fails", || second.state().history() == HistoryState::Failed).await;
    net.see("(notes.down = false)");
    while second.state().history() != HistoryState::None {
        second.act(UserAction::LoadEarlier);
        until("a page comes", || second.state().history() != HistoryState::Loading).await;
    }
    assert_eq!(words(&second), whole);
    second.destroy();
}

#[wasm_bindgen_test]
async fn a_tab_whose_storage_is_behind_waits_for_it_and_starts_no_second_conversation() {
    let net = Net::new(PROXY);
    let settings = settings();
    let storage = Storage::local(&settings.storage_prefix());
    let (late, _) = session(&settings);
    late.act(UserAction::Open);
    until("there is a token", || storage.get("visitor").is_some()).await;
    // Another tab has begun a conversation: its lock is visible, what it stored not yet.
    let number = (environment::unix_millis() + 5_000).to_string();
    let shown = tabs::lock_shared(&[storage.prefix(), "fence:", &number].concat()).await;
    late.act(UserAction::Send("from the late one".into()));
    until("it has looked", || words(&late).len() == 1).await;
    for _ in 0..50 {
        turn().await;
    }
    assert_eq!((net.count("/conversations"), net.count("/messages")), (0, 0), "it waits");

    let visitor = "a".repeat(32);
    let begun =
        ["{\"v\":2,\"entries\":[],\"value\":{\"visitor\":\"", &visitor, "\",\"id\":\"alias-1\",\"open\":true}}"];
    storage.set("conversation", &begun.concat());
    storage.set("fence", &number);
    until("it is said", || net.count("/conversation/alias-1/messages") == 1).await;
    assert_eq!(net.count("/conversations"), 0, "in the other tab's conversation");
    drop(shown);
    late.destroy();
}

#[wasm_bindgen_test]
async fn what_waits_for_a_lock_ends_with_its_session() {
    let net = Net::new(PROXY);
    let before = Settings { memory_only: true, ..settings() };
    let (session, _) = session(&before);
    session.act(UserAction::Open);
    session.act(UserAction::Send("hello".into()));
    until("the reply is there", || words(&session).len() == 2 && session.state().outbox().is_empty()).await;
    let lock = [&*before.storage_prefix(), "send"].concat();
    let held = tabs::lock(&lock).await;
    session.act(UserAction::Send("for this proxy alone".into()));
    turn().await;

    let other = "https://other.example/api/v1";
    session.update(Settings { token_url: "https://other.example/token".into(), api_url: other.into(), ..before });
    drop(held);
    let next = tabs::lock(&lock).await;
    for _ in 0..20 {
        turn().await;
    }
    assert_eq!((net.count("/messages"), net.count("other.example/api")), (0, 0), "nothing is sent");
    assert!(words(&session).is_empty());
    drop(next);
    session.destroy();
}

#[wasm_bindgen_test]
async fn what_a_start_has_stored_is_shown_to_the_next_tab() {
    let net = Net::new(PROXY);
    let (one, other, prefix) = two(&net).await;
    let stored = Storage::local(&prefix).get("fence").expect("it is numbered");
    let number = [&*prefix, "fence:", &stored].concat();
    assert!(tabs::held_lock_names().await.contains(&number), "and the number is shown");
    one.act(UserAction::Reset);
    assert!(Storage::local(&prefix).get("fence").is_none(), "nothing is left");
    let begun = environment::unix_millis();
    while tabs::held_lock_names().await.contains(&number) {
        // Well before the lock would be released by itself.
        assert!(environment::unix_millis() < begun + 1_000, "nobody is kept waiting for what was wiped");
    }
    one.destroy();
    other.destroy();
}

#[wasm_bindgen_test]
async fn a_tab_whose_storage_is_behind_brings_no_second_visitor() {
    let first = "if (new URL(call.url).pathname === '/token') {
        localStorage.setItem(notes.key, notes.visitor);
        return answer({ ok: true, token: 'mine', expires_in: 600, renewal: 'e'.repeat(64), visitor: 'b'.repeat(32) });
    }";
    let net = Net::new(&[first, PROXY].concat());
    let settings = settings();
    let storage = Storage::local(&settings.storage_prefix());
    // What another tab has stored becomes visible while this tab requests a visitor of its own.
    let until_when = (environment::unix_millis() + 600_000).to_string();
    let stored = [
        "{\"v\":2,\"value\":{\"visitor\":\"",
        &"a".repeat(32),
        "\",\"token\":\"theirs\",\"renewal\":\"r\",\"from\":0,\"until\":",
        &until_when,
        "}}",
    ];
    js("a.key = b", &[&net.notes(), &[storage.prefix(), "visitor"].concat().into()]);
    js("a.visitor = b", &[&net.notes(), &stored.concat().into()]);
    let (late, _) = session(&settings);
    late.act(UserAction::Open);
    late.act(UserAction::Send("hello".into()));
    until("it is said", || net.count("/conversations") == 1).await;
    let said = net.see("notes.calls.find(c => c.url.endsWith('/conversations'))");
    let (token, body) = (js("return a.token", &[&said]), js("return a.body", &[&said]));
    assert_eq!(token.as_string().as_deref(), Some("Bearer theirs"));
    assert!(body.as_string().is_some_and(|body| body.contains(&"a".repeat(32))), "{body:?}");
    assert!(storage.get("visitor").is_some_and(|kept| kept.contains("theirs")));
    late.destroy();
}
