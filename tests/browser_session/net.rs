//! A fake network with a proxy in a few lines of JavaScript, and sessions that use it.

use std::{cell::RefCell, rc::Rc};

use chataibot_widget::browser::{environment, timers};
use chataibot_widget::runtime::{PageEvent, Runtime, Settings};
use js_sys::{Function, Object};
use wasm_bindgen::JsValue;

/// Runs JavaScript with arguments named `a` and `b`.
pub fn js(code: &str, arguments: &[&JsValue]) -> JsValue {
    let function = Function::new_with_args("a, b", code);
    let array: js_sys::Array = arguments.iter().copied().collect();
    function.apply(&JsValue::UNDEFINED, &array).expect("the code runs")
}

/// Waits until `holds`, checking again after each turn of the event loop.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = environment::unix_millis();
    while !holds() {
        assert!(environment::unix_millis() < begun + 10_000, "not in time: {what}");
        turn().await;
    }
}

/// Waits for a turn of the event loop.
pub async fn turn() {
    timers::sleep(4).await;
}

/// Replaces `fetch` with a fake until dropped. `code` answers `(url, options)` and keeps its state
/// in `notes`.
pub struct Net {
    notes: Object,
    before: JsValue,
}

impl Net {
    pub fn new(code: &str) -> Self {
        let notes = Object::new();
        let before = js("return window.fetch", &[]);
        let make = [
            "const notes = a; notes.calls = [];
             const answer = (body, status = 200, headers = {}) => new Response(typeof body === 'string' ? body : JSON.stringify(body),
                 { status, headers: { 'content-type': 'application/json', ...headers } });
             window.fetch = async (request, options) => {
                 const r = request instanceof Request ? request : new Request(request, options);
                 const call = { url: r.url, method: r.method, key: r.headers.get('idempotency-key'), token: r.headers.get('authorization'),
                     accept: r.headers.get('accept'), last: r.headers.get('last-event-id'), body: r.method === 'POST' ? await r.text() : '' };
                 notes.calls.push(call);
                 const aborted = new Promise((_, fail) => r.signal.addEventListener('abort', () => fail(new DOMException('x', 'AbortError'))));
                 return Promise.race([aborted, (async () => { ",
            code,
            " })()]);
             };",
        ]
        .concat();
        js(&make, &[&notes]);
        Self { notes, before }
    }

    /// A value computed from the notes.
    pub fn see(&self, code: &str) -> JsValue {
        js(&["const notes = a; return (", code, ")"].concat(), &[&self.notes])
    }

    /// The object in which `code` keeps its state.
    pub fn notes(&self) -> JsValue {
        self.notes.clone().into()
    }

    pub fn count(&self, part: &str) -> usize {
        let code = ["notes.calls.filter(c => c.url.includes('", part, "')).length"].concat();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
        let count = self.see(&code).as_f64().expect("a number") as usize;
        count
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        js("window.fetch = a", &[&self.before]);
    }
}

/// A proxy in a few lines of JavaScript: tokens, one conversation, a log with a reply to each
/// message.
pub const PROXY: &str = "
    notes.log ??= []; notes.streams ??= [];
    const put = (event) => { const entry = { cursor: '1-' + (notes.log.length + 1), at: Date.now(), event }; notes.log.push(entry);
        for (const s of notes.streams) { try { s.say(entry) } catch {} } };
    const text = words => ({ text: { body: [{ text: words }] } });
    const path = new URL(call.url).pathname;
    if (path === '/token') return answer({ ok: true, token: 'token-' + notes.calls.length, expires_in: 600, renewal: 'f'.repeat(64), visitor: 'a'.repeat(32) });
    notes.put = put;
    if (path.endsWith('/events')) {
        const asked = new URL(call.url).searchParams;
        const place = cursor => Number(cursor.split('-')[1]);
        if (asked.has('before')) {
            if (notes.down) throw new TypeError('no connection');
            const end = place(asked.get('before')) - 1, begin = Math.max(0, end - 3);
            return answer({ ok: true, entries: notes.log.slice(begin, end), earlier: begin > 0 });
        }
        const encode = t => new TextEncoder().encode(t);
        let controller;
        const body = new ReadableStream({ start(c) { controller = c } });
        const say = e => controller.enqueue(encode('id: ' + e.cursor + '\\nevent: ' + Object.keys(e.event)[0] + '\\ndata: ' + JSON.stringify(e) + '\\n\\n'));
        controller.enqueue(encode(': hello\\n\\n'));
        const cut = asked.has('last') && notes.short ? Math.max(0, notes.log.length - 4) : 0;
        if (cut) controller.enqueue(encode('event: begin\\ndata: {\"earlier\":true}\\n\\n'));
        const after = call.last ? place(call.last) : cut;
        notes.log.slice(after).forEach(say);
        notes.streams.push({ say, close: () => controller.close() });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    }
    const said = JSON.parse(call.body).message.data.body;
    put({ message: { author: 'visitor', client_message_id: call.key, content: text(said) } });
    put({ delivery: { client_message_id: call.key, state: 'sent' } });
    put({ message: { author: 'bot', content: text('You said: ' + said) } });
    return path === '/api/v1/conversations' ? answer({ ok: true, conversation: { id: 'alias-1' } }) : answer({ ok: true, message_id: 'm' });
";

pub fn settings() -> Settings {
    Settings {
        token_url: "https://proxy.example/token".into(),
        api_url: "https://proxy.example/api/v1".into(),
        events_url: Some("https://proxy.example/api/v1".into()),
        site: Some(environment::message_id(environment::unix_millis()).into()),
        bot_key: "bot".into(),
        ..Settings::default()
    }
}

pub fn session(settings: &Settings) -> (Rc<Runtime>, Rc<RefCell<Vec<PageEvent>>>) {
    let page_events: Rc<RefCell<Vec<PageEvent>>> = Rc::default();
    let notes = page_events.clone();
    (Runtime::start(settings.clone(), Rc::new(move |one| notes.borrow_mut().push(one))), page_events)
}

pub fn words(session: &Runtime) -> Vec<String> {
    session.state().rows().iter().filter_map(|row| row.message()).map(|m| m.content().to_plain()).collect()
}
