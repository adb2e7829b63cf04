//! The runtime in a real browser: storage that throws, JSON, streams, locks, timers, and a whole
//! session against a fake `fetch`.
#![cfg(target_arch = "wasm32")]

mod browser_session {
    pub mod net;
    mod tabs;
}

use std::{cell::RefCell, rc::Rc};

use browser_session::net::*;

use chataibot_widget::api::http::{self, AbortGuard, Request};
use chataibot_widget::api::sse::{EventStream, SseItem};
use chataibot_widget::api::{ApiError, json};
use chataibot_widget::browser::events::Listener;
use chataibot_widget::browser::storage::Storage;
use chataibot_widget::browser::timers::Timer;
use chataibot_widget::browser::{environment, tabs};
use chataibot_widget::conversation::{ConnectionStatus, MessageState, Phase, SendState};
use chataibot_widget::machine::effect::PageEvent;
use chataibot_widget::machine::user_action::UserAction;
use chataibot_wire::{Content, Entry, Event, documented::SendMessage, entry::Message};
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn fake_storage(code: &str) -> web_sys::Storage {
    js(code, &[]).unchecked_into()
}

const WORKING: &str = "const map = new Map(); return { get length() { return map.size }, key: i => [...map.keys()][i] ?? null,
    getItem: k => map.has(k) ? map.get(k) : null, setItem: (k, v) => { if (v.length > 50) throw new DOMException('full', 'QuotaExceededError'); map.set(k, v) },
    removeItem: k => { map.delete(k) } }";

#[wasm_bindgen_test]
fn storage_keeps_what_fits_and_only_under_its_prefix() {
    let local = fake_storage(WORKING);
    let storage = Storage::with_backend("chataibot:a:", Some(local.clone()));
    let other = Storage::with_backend("chataibot:b:", Some(local));
    storage.set("outbox:2", "two");
    storage.set("outbox:1", "one");
    other.set("outbox:3", "three");
    assert_eq!(storage.keys("outbox:"), ["outbox:1", "outbox:2"]);
    assert_eq!(storage.get("outbox:1").as_deref(), Some("one"));
    assert_eq!(storage.get("outbox:3"), None);
    storage.remove("outbox:1");
    assert_eq!(storage.get("outbox:1"), None);
    assert!(storage.is_shared() && !storage.is_lost());
}

#[wasm_bindgen_test]
fn storage_that_is_full_goes_on_in_memory_with_what_it_had() {
    let storage = Storage::with_backend("p:", Some(fake_storage(WORKING)));
    storage.set("kept", "small");
    assert!(storage.try_set("big", &"x".repeat(51)).is_err());
    assert!(!storage.is_lost(), "a refusal alone changes nothing");
    storage.set("big", &"x".repeat(51));
    assert!(storage.is_lost());
    assert_eq!(storage.get("kept").as_deref(), Some("small"));
    assert_eq!(storage.get("big").map(|text| text.len()), Some(51));
}

#[wasm_bindgen_test]
fn storage_that_always_throws_is_memory() {
    let storage = Storage::with_backend(
        "p:",
        Some(fake_storage("return new Proxy({}, { get() { throw new Error('blocked') } })")),
    );
    assert_eq!(storage.get("a"), None);
    storage.set("a", "1");
    assert_eq!(storage.get("a").as_deref(), Some("1"));
    assert_eq!(storage.keys(""), ["a"]);
    storage.remove("a");
    assert_eq!(storage.get("a"), None);
    assert!(storage.is_lost());
}

#[wasm_bindgen_test]
fn json_goes_through_the_browser_as_documented() {
    let body = json::stringify(&SendMessage::text("Grüße \u{1F44B}")).expect("JSON");
    assert_eq!(body, r#"{"message":{"data":{"body":"Grüße 👋"},"type":"text"},"user":{"type":"VISITOR"}}"#);
    let text = r#"{"cursor":"1-42","at":1760000000000,"event":{"message":{"author":"bot","content":{"text":{"body":[{"text":"Hi"}]}}}}}"#;
    let entry: Entry = json::parse(text).expect("an entry");
    assert_eq!(entry.at, 1_760_000_000_000);
    assert!(matches!(&entry.event, Event::Message(Message { content: Content::Text(_), .. })));
    assert_eq!(json::stringify(&entry).as_deref(), Some(text));
    assert!(json::parse::<Entry>("{\"cursor\":").is_none());
    assert!(json::parse::<Entry>("<html>").is_none());
    assert!(json::parse::<Entry>("null").is_none());
}

/// Parses `content` as part of an entry, and serialises it again.
fn reread(content: &str) -> Option<String> {
    let text = [r#"{"cursor":"1-1","at":1,"event":{"message":{"author":"bot","content":"#, content, "}}}"].concat();
    let entry: Entry = json::parse(&text)?;
    assert_eq!(json::stringify(&entry).as_deref(), Some(text.as_str()));
    Some(text)
}

#[wasm_bindgen_test]
fn every_kind_of_content_is_read_as_it_was_written() {
    let kinds = [
        r#"{"text":{"body":[{"bold":[{"text":"a"}]},"break",{"list":{"ordered":true,"items":[[{"text":"b"}]]}}],"prompt":"email"}}"#,
        r#"{"text":{"body":[{"link":{"href":"https://a.example/","children":[]}}]}}"#,
        r#"{"parts":["delay",{"info":{"title":[]}}]}"#,
        r#"{"media":{"kind":"image","url":"https://a.example/b.png"}}"#,
        r#"{"buttons":{"title":[],"buttons":[{"label":"a","action":{"reply":"b"}}],"layout":"vertical"}}"#,
        r#"{"list":{"header":[],"title":[],"sections":[{"title":"a","items":["b","c"]},{"items":[]}]}}"#,
        r#"{"carousel":{"cards":[{"title":[],"description":[],"buttons":[]}]}}"#,
        r#"{"slider":{"title":[],"min":-0.5,"max":10,"step":0.25,"unit":"kg"}}"#,
        r#"{"calendar":{"title":[],"auto_open":true,"with_time":false,"max":"2030-01-01"}}"#,
        r#"{"file_upload":{"title":[]}}"#,
        r#"{"form":{"title":[],"fields":[{"label":"a","value":"b","kind":"phone","required":true}]}}"#,
        r#"{"appointment":{"title":[],"duration":30}}"#,
        r#"{"unsupported":{"kind":"x","text":[]}}"#,
    ];
    for kind in kinds {
        assert!(reread(kind).is_some(), "{kind}");
    }
}

#[wasm_bindgen_test]
fn what_is_left_out_has_its_default_and_what_is_new_is_passed_over() {
    let read = |content: &str| {
        let text =
            [r#"{"later":[1],"event":{"message":{"content":"#, content, r#","author":"bot"}},"at":1,"cursor":"1-1"}"#];
        let entry: Entry = json::parse(&text.concat())?;
        json::stringify(&entry)
    };
    let field = r#"{"form":{"fields":[{"label":"a","later":{}}],"title":[]}}"#;
    let whole = r#"{"form":{"title":[],"fields":[{"label":"a","value":"","kind":"text","required":false}]}}"#;
    assert_eq!(read(field), read(whole));
    assert!(read(field).is_some());
    assert!(read(r#"{"appointment":{"title":[],"duration":null,"link":null}}"#).is_some(), "null is nothing");
    let misfits = [
        r#"{"form":{"title":[]}}"#,
        r#"{"form":{"title":[],"fields":{}}}"#,
        r#"{"info":{"title":"plain"}}"#,
        r#"{"info":null}"#,
        r#"{"appointment":{"title":[],"duration":-1}}"#,
        r#"{"appointment":{"title":[],"duration":1.5}}"#,
        r#"{"appointment":{"title":[],"duration":4294967296}}"#,
        r#"{"appointment":{"title":[],"duration":"30"}}"#,
        r#"{"slider":{"title":[],"min":"0","max":1,"step":1}}"#,
        r#"{"later":{}}"#,
        r#""later""#,
        r#"{"info":{"title":[]},"delay":null}"#,
        r#"{"delay":{}}"#,
        "{}",
        "null",
        "7",
    ];
    for misfit in misfits {
        assert_eq!(read(misfit), None, "{misfit}");
    }
}

#[wasm_bindgen_test]
async fn a_real_stream_is_read_chunk_by_chunk() {
    let stream = js(
        "const bytes = new TextEncoder().encode(': hi\\n\\nid: 1-1\\nevent: message\\ndata: gr\u{fc}n\\n\\n');
         return new ReadableStream({ start(c) { for (const b of bytes) c.enqueue(new Uint8Array([b])); c.close() } })",
        &[],
    );
    let mut body = EventStream::new(&stream.unchecked_into()).expect("nobody else reads it");
    let mut said = Vec::new();
    while let Some(more) = body.next().await.expect("it does not break") {
        said.extend(more);
    }
    assert_eq!(said.len(), 2);
    assert!(
        matches!(&said[1], SseItem::Event(event) if event.data == "gr\u{fc}n" && event.id.as_deref() == Some("1-1"))
    );
}

#[wasm_bindgen_test]
async fn a_stream_that_breaks_or_is_dropped_leaves_nothing_behind() {
    let stream = js("return new ReadableStream({ pull(c) { c.error(new Error('cut')) } })", &[]);
    let mut body = EventStream::new(&stream.unchecked_into()).expect("nobody else reads it");
    assert_eq!(body.next().await, Err(ApiError::Network));

    let seen = Object::new();
    let stream = js("return new ReadableStream({ cancel() { a.cancelled = true } })", &[&seen]);
    drop(EventStream::new(&stream.unchecked_into()));
    until("the stream is cancelled", || Reflect::get(&seen, &"cancelled".into()).is_ok_and(|is| is.is_truthy())).await;
}

#[wasm_bindgen_test]
async fn a_lock_is_held_by_one_at_a_time() {
    let name = environment::message_id(environment::unix_millis());
    let order: Rc<RefCell<Vec<&str>>> = Rc::default();
    let first = tabs::lock(&name).await;
    order.borrow_mut().push("first has it");
    {
        let (name, order) = (name.clone(), order.clone());
        spawn_local(async move {
            let _second = tabs::lock(&name).await;
            order.borrow_mut().push("second has it");
        });
    }
    let other = tabs::lock(&[&name, "-other"].concat()).await;
    order.borrow_mut().push("another name is free");
    drop(other);
    order.borrow_mut().push("first lets go");
    drop(first);
    until("the second has it", || order.borrow().len() == 4).await;
    assert_eq!(*order.borrow(), ["first has it", "another name is free", "first lets go", "second has it"]);
}

#[wasm_bindgen_test]
async fn timers_and_listeners_end_when_dropped() {
    let calls: Rc<RefCell<u32>> = Rc::default();
    let count = || {
        let calls = calls.clone();
        move || *calls.borrow_mut() += 1
    };
    drop(Timer::after(0, count()));
    let kept = Timer::after(0, count());
    until("the kept timer rings", || *calls.borrow() > 0).await;
    drop(kept);
    let window = environment::window().expect("a window");
    let heard = count();
    let listener = Listener::new(&window, "chataibot-test", move |_| heard());
    let event = web_sys::Event::new("chataibot-test").expect("an event");
    assert!(window.dispatch_event(&event).is_ok());
    drop(listener);
    assert!(window.dispatch_event(&event).is_ok());
    assert_eq!(*calls.borrow(), 2);
}

#[wasm_bindgen_test]
fn the_system_variables_are_what_the_browser_says() {
    let variables = environment::system_variables();
    let zone = js("return Intl.DateTimeFormat().resolvedOptions().timeZone", &[]).as_string();
    assert_eq!(variables.timezone, zone);
    assert_eq!(variables.browser_language, js("return navigator.language", &[]).as_string());
}

async fn ask(code: &str) -> ApiError {
    let net = Net::new(code);
    let guard = AbortGuard::new(Some(500));
    let request = Request::post("https://proxy.example/x", &SendMessage::text("hello"));
    let result = http::fetch_json(request, guard).await;
    drop(net);
    result.expect_err("that is no answer")
}

#[wasm_bindgen_test]
async fn what_is_no_answer_is_a_bad_line() {
    assert_eq!(
        ask("return answer('<html>Log in to the Wi-Fi</html>', 200, { 'content-type': 'text/html' })").await,
        ApiError::Network
    );
    assert_eq!(ask("return new Response(null, { status: 204 })").await, ApiError::Network);
    assert_eq!(ask("return answer('{\"ok\":tr')").await, ApiError::Network);
    assert_eq!(ask("throw new TypeError('no connection')").await, ApiError::Network);
    assert_eq!(ask("return new Promise(() => {})").await, ApiError::Network, "the guard ends a call that hangs");
    assert_eq!(ask("return answer({ ok: false, error: 'UNAUTHORIZED' }, 401)").await, ApiError::Unauthorized);
    assert_eq!(ask("return answer('busy', 503, { 'retry-after': '7' })").await.retry_after(), Some(7));
}

#[wasm_bindgen_test]
async fn a_fetch_of_the_pages_that_throws_or_answers_with_anything_is_a_bad_line() {
    let own = js("return window.fetch", &[]);
    for code in [
        "throw new TypeError('request.includes is not a function')",
        "return Promise.reject('no error')",
        "return Promise.reject(new Response('', { status: 500 }))",
        "return Promise.resolve({ ok: true, status: 200, text: async () => '{}' })",
        "return Promise.resolve()",
    ] {
        js(&["window.fetch = () => { ", code, " }"].concat(), &[]);
        let request = Request::post("https://proxy.example/x", &SendMessage::text("hello"));
        let result = http::fetch_json(request, AbortGuard::new(None)).await;
        js("window.fetch = a", &[&own]);
        assert_eq!(result.expect_err(code), ApiError::Network, "{code}");
    }
}

#[wasm_bindgen_test]
async fn a_fetch_of_the_pages_that_takes_the_address_for_a_text_carries_the_calls() {
    let own = js("return window.fetch", &[]);
    js("window.fetch = async (...a) => new Response(JSON.stringify(a[0].includes('/x') && a[1].method.length))", &[]);
    let request = Request::post("https://proxy.example/x", &SendMessage::text("hello"));
    let result = http::fetch_json(request, AbortGuard::new(None)).await;
    js("window.fetch = a", &[&own]);
    assert_eq!(result.expect("an answer").as_f64(), Some(4.0));
}

#[wasm_bindgen_test]
async fn what_no_browser_would_send_does_not_leave() {
    let net = Net::new("return answer({})");
    let get = |url: &str| Request::get(url, "application/json");
    for request in [get("https://"), get("https://proxy.example/x").bearer("a\nb")] {
        let result = http::fetch_json(request, AbortGuard::new(None)).await;
        assert_eq!(result.expect_err("nothing left"), ApiError::Network);
    }
    assert_eq!(net.count("/x"), 0);
}

#[wasm_bindgen_test]
async fn a_request_takes_no_cookies_no_cache_and_no_redirect_and_keeps_its_query() {
    let own = js("return window.fetch", &[]);
    let seen = Object::new();
    let see = "window.fetch = async (request, options) => { const r = new Request(request, options);
        // A session of another test may still say good-bye.
        if (!r.url.includes('/x?')) return new Response('{}');
        for (const name of ['url', 'method', 'credentials', 'cache', 'redirect', 'keepalive']) a[name] = r[name];
        a.headers = JSON.stringify(Object.fromEntries(r.headers)); a.body = await r.text(); return new Response('{}') }";
    js(see, &[&seen]);
    let request = Request::post_json("https://proxy.example/x?a=b%20c&d", "{\"e\":1}".into());
    let request = request.bearer("token").with_header("Idempotency-Key", "key").keepalive();
    let result = http::fetch_json(request, AbortGuard::new(None)).await;
    js("window.fetch = a", &[&own]);
    assert!(result.is_ok());
    let seen = String::from(js_sys::JSON::stringify(&seen).expect("JSON"));
    assert_eq!(
        seen,
        "{\"url\":\"https://proxy.example/x?a=b%20c&d\",\"method\":\"POST\",\"credentials\":\"omit\",\"cache\":\"no-store\",\
         \"redirect\":\"error\",\"keepalive\":true,\"headers\":\"{\\\"authorization\\\":\\\"Bearer token\\\",\
         \\\"content-type\\\":\\\"application/json\\\",\\\"idempotency-key\\\":\\\"key\\\"}\",\"body\":\"{\\\"e\\\":1}\"}"
    );
}

#[wasm_bindgen_test]
async fn a_session_chats_and_survives_a_reload() {
    let net = Net::new(PROXY);
    let settings = settings();
    let (first, page_events) = session(&settings);
    assert_eq!(net.count("/"), 0, "nothing is fetched before intent");
    first.act(UserAction::Open);
    let id = first.act(UserAction::Send("  hello ".into())).expect("not blank");
    assert_eq!(words(&first), ["  hello"], "at once");
    assert!(first.act(UserAction::Send(" \u{200b} ".into())).is_none());
    until("the reply is there", || words(&first).len() == 2).await;
    assert_eq!(words(&first), ["  hello", "You said:   hello"]);
    until("the line is live", || {
        first.state().connection() == ConnectionStatus::Live && first.state().outbox().is_empty()
    })
    .await;
    assert!(matches!(
        first.state().rows()[0].message().map(|m| m.state),
        Some(MessageState::Logged(_, SendState::Sent))
    ));
    let start: JsValue = net.see("JSON.parse(notes.calls.find(c => c.url.endsWith('/conversations')).body)");
    let start = js_sys::JSON::stringify(&start).ok().and_then(|text| text.as_string()).expect("JSON");
    for part in [r#""channel":"API""#, r#""bot_key":"bot""#, r#""timezone":"#, r#""browserLanguage":"#] {
        assert!(start.contains(part), "{part} is missing in {start}");
    }
    let key = net.see("notes.calls.find(c => c.url.endsWith('/conversations')).key").as_string();
    assert_eq!(key.as_deref(), Some(&*id));
    assert!(page_events.borrow().iter().any(|one| matches!(one, PageEvent::Received(_))));
    first.act(UserAction::Draft("half a thou".into()));
    until("it is stored", || Storage::local(&settings.storage_prefix()).get("draft").is_some()).await;
    first.destroy();

    let (second, _) = session(&settings);
    assert_eq!(words(&second), ["  hello", "You said:   hello"], "at once, before any call");
    assert_eq!(
        (&**second.state().draft(), second.state().window_open(), second.state().phase()),
        ("half a thou", true, Phase::Active)
    );
    second.act(UserAction::Send("again".into()));
    until("the second reply", || words(&second).len() == 4).await;
    assert_eq!(net.count("/conversations"), 1, "one conversation");
    assert_eq!(net.count("/token"), 1, "the token is still good");
    let last = net.see("notes.calls.filter(c => c.url.includes('/events')).at(-1).last").as_string();
    assert_eq!(last.as_deref(), Some("1-3"), "resumed by cursor");

    second.act(UserAction::Reset);
    assert!(words(&second).is_empty());
    assert!(Storage::local(&settings.storage_prefix()).keys("").is_empty(), "nothing is left");
    second.destroy();
}

#[wasm_bindgen_test]
async fn two_sessions_of_one_browser_start_one_conversation() {
    let net = Net::new(PROXY);
    let settings = settings();
    let (one, _) = session(&settings);
    let (other, _) = session(&settings);
    one.act(UserAction::Open);
    one.act(UserAction::Send("hello".into()));
    until("it has started", || one.state().id().is_some()).await;
    // Two sessions in one page get no storage events of each other: they coordinate only through
    // the lock and storage itself.
    other.act(UserAction::Open);
    other.act(UserAction::Send("me too".into()));
    until("the other has joined", || words(&other).contains(&"You said: me too".to_owned())).await;
    assert_eq!(net.count("/conversations"), 1);
    until("both show the same", || words(&one) == words(&other)).await;
    one.destroy();
    other.destroy();
}

#[wasm_bindgen_test]
async fn a_destroyed_session_leaves_nothing_running() {
    let net = Net::new(PROXY);
    let (session, page_events) = session(&settings());
    let changes: Rc<RefCell<u32>> = Rc::default();
    let seen = changes.clone();
    let subscription = session.subscribe(Rc::new(move |_| *seen.borrow_mut() += 1));
    session.act(UserAction::Open);
    session.act(UserAction::Send("hello".into()));
    until("the reply is there", || words(&session).len() == 2).await;
    session.destroy();
    let (calls, before, events) = (net.count("/"), *changes.borrow(), page_events.borrow().len());
    session.act(UserAction::Send("anybody?".into()));
    session.act(UserAction::Open);
    net.see("notes.streams.forEach(s => { try { s.close() } catch {} })");
    // Enough turns of the event loop for a stream's end to arrive.
    let turns = Rc::new(RefCell::new(0));
    until("some turns pass", || {
        *turns.borrow_mut() += 1;
        *turns.borrow() > 20
    })
    .await;
    assert_eq!((net.count("/"), *changes.borrow(), page_events.borrow().len()), (calls, before, events));
    drop(subscription);
}
