//! The two tours of ARCHITECTURE.md: which files a visitor's message passes on its way to `fetch`,
//! and a reply on its way to its bubble.
//!
//! A walk lists every file of ours whose code gets the message as text, entry or row, each once. A
//! step names the entry point of that file and the code that hands the message over; both must
//! occur in the sources.

use crate::source::{file, files};

/// A file that a message passes.
struct Step {
    file: &'static str,
    /// The file of the walk that hands the message over, and the code that does it.
    from: (&'static str, &'static str),
    /// The definition at which the message enters.
    entry: &'static str,
}

const fn step(file: &'static str, from: (&'static str, &'static str), entry: &'static str) -> Step {
    Step { file, from, entry }
}

const COMPOSER: &str = "src/components/composer.rs";
const APP: &str = "src/components/app.rs";
const RUNTIME: &str = "src/runtime.rs";
const MACHINE: &str = "src/machine.rs";
const CHAT: &str = "src/machine/chat.rs";
const CONVERSATION: &str = "src/conversation.rs";
const REQUESTS: &str = "src/runtime/requests.rs";
const REPOSITORY: &str = "src/runtime/repository.rs";
const LOG_REQUESTS: &str = "src/runtime/log_requests.rs";

/// From the composer to `fetch`.
const OUT: &[Step] = &[
    step(COMPOSER, (COMPOSER, "act.emit(UserAction::Send(text))"), "fn sends("),
    step(APP, (COMPOSER, "act.emit(UserAction::Send(text))"), "fn perform("),
    step(RUNTIME, (APP, "Runtime::act(self, action)"), "pub fn act("),
    step(MACHINE, (RUNTIME, ".handle(input, now, effects"), "pub fn handle("),
    step(CHAT, (MACHINE, "chat.handle(input, now, effects)"), "fn handle(&mut self, input: Input, now: Now"),
    step("src/machine/chat/user_actions.rs", (CHAT, "self.user_action(action, new_id"), "fn user_action("),
    step(CONVERSATION, (CHAT, ".apply(action)"), "pub fn apply("),
    step("src/conversation/outbox.rs", (CONVERSATION, "self.compose(id, text"), "fn compose("),
    step("src/machine/send_queue.rs", (CHAT, "self.send_queue.began(message.id"), "pub fn began("),
    step(REQUESTS, (RUNTIME, "(module.run_effect)(self, effect)"), "fn run_chat_effect("),
    step(REPOSITORY, (REQUESTS, ".has_message(&message.id)"), "pub fn has_message("),
    step("src/browser/storage.rs", (REPOSITORY, ".get(&[OUTBOX, id].concat())"), "pub fn get("),
    step("src/api/send_body.rs", (REQUESTS, "send_body::send("), "pub fn send("),
    step("src/api/http.rs", (REQUESTS, "http::fetch_json("), "pub fn fetch_json("),
];

/// From the event stream to the bubble.
const IN: &[Step] = &[
    step("src/api/sse.rs", (LOG_REQUESTS, ".next().await"), "pub async fn next("),
    step(LOG_REQUESTS, (LOG_REQUESTS, "frame_of(one, json::parse)"), "async fn read_stream("),
    step("src/api/json.rs", (LOG_REQUESTS, "json::parse"), "pub fn parse<"),
    step(RUNTIME, (LOG_REQUESTS, "session.deliver(Input::StreamFrames"), "fn deliver("),
    step(MACHINE, (RUNTIME, ".handle(input, now, effects"), "pub fn handle("),
    step(CHAT, (MACHINE, "chat.handle(input, now, effects)"), "fn handle(&mut self, input: Input, now: Now"),
    step("src/machine/log_reader.rs", (CHAT, "self.log_reader.read(frames"), "pub fn read("),
    step(CONVERSATION, ("src/machine/log_reader.rs", "state.apply(Action::Received"), "pub fn apply("),
    step("src/conversation/timeline.rs", (CONVERSATION, "self.receive(entry, now)"), "fn receive("),
    step(APP, (RUNTIME, "listener(&state)"), "fn follow("),
    step("src/components/widget.rs", (APP, "view.update(self.props(state))"), "fn view("),
    step("src/components/chat_window.rs", ("src/components/widget.rs", "chat_window(ChatWindow {"), "fn chat_window("),
    step("src/components/lazy_view.rs", ("src/components/chat_window.rs", "View::Messages(view.clone())"), "fn view("),
    step("src/components/message_list.rs", ("src/components/lazy_view.rs", "(chunk.render)(view)"), "fn render("),
    step("src/components/message_row.rs", ("src/components/message_list.rs", "<RowSlice "), "fn view("),
    step("src/components/content.rs", ("src/components/message_row.rs", "content(&kind)"), "fn content("),
];

/// Checks that every step is in the sources and follows an earlier one, with no file twice.
fn check(walk: &[Step], most: usize) {
    for (at, step) in walk.iter().enumerate() {
        let (from, code) = step.from;
        let before = walk[..=at].iter().any(|earlier| earlier.file == from) || at == 0;
        assert!(before, "{} is entered from {from}, which does not come before it", step.file);
        assert!(file(from).text.contains(code), "{from} has no `{code}`, which leads to {}", step.file);
        assert!(file(step.file).text.contains(step.entry), "{} has no `{}`", step.file, step.entry);
        assert!(walk[..at].iter().all(|earlier| earlier.file != step.file), "{} is entered twice", step.file);
    }
    assert!(walk.len() <= most, "{} files, {most} at most", walk.len());
}

#[test]
fn a_visitors_message_passes_at_most_14_files_each_once() {
    check(OUT, 14);
}

#[test]
fn a_reply_passes_at_most_16_files_each_once() {
    check(IN, 16);
}

#[test]
fn a_new_visitor_action_touches_at_most_5_files() {
    let code = file("src/machine/user_action.rs").text;
    let variants =
        code.split_once("pub enum UserAction {").expect("the enum").1.split_once("\n}\n").expect("its end").0;
    let variants: Vec<&str> = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    ").filter(|line| line.starts_with(char::is_uppercase)))
        .filter_map(|line| line.split(['(', ',', ' ']).next())
        .collect();
    assert!(variants.len() > 10, "{variants:?}");
    let names_all = |text: &str| variants.iter().all(|variant| text.contains(&format!("UserAction::{variant}")));
    let handlers: Vec<String> =
        files("src", &[".rs"]).into_iter().filter(|source| names_all(&source.text)).map(|source| source.path).collect();
    // Besides these, its definition and the view that emits it.
    assert!(handlers.len() + 2 <= 5, "{handlers:?}");
}
