//! The two documented calls. Each is recorded, matched against the rules of a test, checked
//! strictly, processed, and only then answered: an answer can be lost and the message be there.

mod answer;
mod body;

use std::{sync::Arc, time::Duration};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};
use tracing::warn;

use self::answer::{Answer, Refusal};
pub use self::answer::{error_body, status_of};
use crate::bot::scenario::Trick;
use crate::bot::{self, Flow};
use crate::call_log::{Call, CallKind, Content, Outcome};
use crate::conversation::Conversation;
use crate::platform::{Block, Platform, State as Shared};
use crate::stub_rules::{self, Canned, Phase, StubAction};
use crate::{clock, events, script, webhook};

/// Maximum size of a body, in bytes. Undocumented on the real platform; ample for a text.
const BODY_LIMIT: usize = 1 << 20;

/// The longest time that a `late` answer waits for the delivery of its reply.
const LATE_LIMIT: Duration = Duration::from_secs(10);

/// Routes for the documented paths; every other request is recorded and refused.
pub fn routes() -> Router<Arc<Platform>> {
    let start = |platform, request| handle_call(platform, CallKind::Start, None, request);
    let send = |platform, Path(id), request| handle_call(platform, CallKind::Send, Some(id), request);
    let undocumented_call = |platform, request| handle_call(platform, CallKind::Other, None, request);
    Router::new()
        .route("/api/v1/conversations", post(start).fallback(undocumented_call))
        .route("/api/v1/conversation/{id}/messages", post(send).fallback(undocumented_call))
        .fallback(undocumented_call)
}

async fn handle_call(
    State(platform): State<Arc<Platform>>,
    kind: CallKind,
    id: Option<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.ok();
    let mut log = Log::open(&platform, kind, id.as_deref(), &parts, body.as_deref());

    let stub_action = stub_rules::next_match(&mut platform.write().rules, kind, Phase::Before, false);
    if let Some(action) = stub_action {
        return log.close(answer::stubbed(action, None));
    }
    let first_delivery = platform.read().deliveries.len();
    let (mut answer, trick) = match process(&platform, kind, id, &parts.headers, body.as_deref()) {
        Ok(accepted) => {
            log.mark_processed(&accepted.conversation);
            let trick = accepted.trick.map(|trick| (trick, accepted.conversation));
            (Answer::Whole(Canned::json(200, &accepted.answer)), trick)
        }
        Err(refusal) => (refusal.into_answer(), None),
    };

    log.wait_while_held(kind).await;
    match trick {
        Some((Trick::Slow, _)) => {
            let pace = platform.read().pace;
            tokio::time::sleep(pace * 4).await;
        }
        Some((Trick::Late, conversation)) => wait_for_reply(&platform, &conversation, first_delivery).await,
        Some((Trick::Lost, _)) => answer = Answer::Cut,
        Some((Trick::Fail | Trick::Limit | Trick::Unavailable | Trick::Blocked, _)) | None => {}
    }
    let stub_action = stub_rules::next_match(&mut platform.write().rules, kind, Phase::After, false);
    if let Some(action) = stub_action {
        answer = answer::stubbed(action, Some(answer));
    }
    log.close(answer)
}

struct Accepted {
    conversation: String,
    answer: Value,
    trick: Option<Trick>,
}

fn process(
    platform: &Arc<Platform>,
    kind: CallKind,
    id: Option<String>,
    headers: &HeaderMap,
    body: Option<&[u8]>,
) -> Result<Accepted, Refusal> {
    let mut state = platform.write();
    if check_authorization(headers, &state.account_token) != "right" {
        return Err(Refusal::new("JWT_SIGNATURE_EXCEPTION"));
    }
    if kind == CallKind::Other {
        let message = Some("This simulator knows the two documented calls only".to_owned());
        return Err(Refusal { message, ..Refusal::new("NOT_FOUND") });
    }
    let bytes = body.ok_or_else(|| Refusal::bad("body: is larger than 1 MiB or was not sent whole"))?;
    let is_json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
    });
    if !is_json {
        return Err(Refusal::bad("Content-Type: must be application/json"));
    }
    let body: Value =
        serde_json::from_slice(bytes).map_err(|error| Refusal::bad(format!("body: is not JSON: {error}")))?;
    match id {
        None => start_conversation(platform, &mut state, &body),
        Some(id) => add_message(platform, &mut state, id, &body),
    }
}

fn start_conversation(platform: &Arc<Platform>, state: &mut Shared, body: &Value) -> Result<Accepted, Refusal> {
    let start = body::start(body).map_err(Refusal::bad)?;
    if platform.config.bot_key.as_ref().is_some_and(|key| *key != start.bot_key) {
        return Err(Refusal::new("CHANNEL_NOT_ENABLED"));
    }
    if state.blocked.get(&start.visitor) == Some(&Block::UntilLifted) {
        return Err(Refusal::new("CONTACT_IS_BLOCKED"));
    }
    state.blocked.remove(&start.visitor);
    let trick = bot::trick(&Flow::default(), &start.text);
    refuse_by_trick(state, trick, &start.visitor)?;

    let created = clock::now();
    let id = clock::conversation_id(created);
    let conversation = Conversation { id: id.clone(), visitor: start.visitor, ..Conversation::default() };
    let contact = &body["variables"]["contact"];
    let answer = json!({
        "ok": true,
        "conversation": {
            "id": id, "created_at": clock::write_time(created, state.style.time),
            "assignee": { "id": events::BOT_ID, "to": events::BOT_EMAIL },
        },
        "contact": {
            "name": contact["name"], "email": contact["email"], "phone": contact["phone"],
            "visitor_key": conversation.visitor_key(&state.account_id),
        },
    });
    state.conversation_ids.push(id.clone());
    state.conversations.insert(id.clone(), conversation);
    let created = events::created(state, &id, &body["variables"]);
    webhook::push(platform, state, &id, Content::Events(vec![created]));
    script::receive(platform, state, &id, &start.text, None, true);
    Ok(Accepted { conversation: id, answer, trick })
}

fn add_message(platform: &Arc<Platform>, state: &mut Shared, id: String, body: &Value) -> Result<Accepted, Refusal> {
    let body::Send { text, typed } = body::send(body, platform.config.typed_answers).map_err(Refusal::bad)?;
    let conversation =
        state.conversations.get(&id).ok_or_else(|| Refusal::bad("conversation: there is none with this id"))?;
    let visitor = conversation.visitor.clone();
    if state.blocked.contains_key(&visitor) {
        return Err(Refusal::new("CONTACT_IS_BLOCKED"));
    }
    // INF: what the real platform answers here is undocumented.
    if conversation.is_closed {
        return Err(Refusal::bad("conversation: is closed"));
    }
    let trick = bot::trick(&conversation.flow, &text);
    refuse_by_trick(state, trick, &visitor)?;
    let message_id = script::receive(platform, state, &id, &text, typed, false);
    Ok(Accepted { conversation: id, answer: json!({ "ok": true, "message_id": message_id }), trick })
}

/// Refuses a call whose text is a keyword that makes it fail.
fn refuse_by_trick(state: &mut Shared, trick: Option<Trick>, visitor: &str) -> Result<(), Refusal> {
    let mut every_other_time = |word: &'static str, refusal: Refusal| {
        let key = (visitor.to_owned(), word);
        if state.once_refused.remove(&key) {
            return Ok(());
        }
        state.once_refused.insert(key);
        Err(refusal)
    };
    match trick {
        Some(Trick::Fail) => every_other_time("fail", Refusal::new("CONVERSATION_CREATION_EXCEPTION")),
        // INF: rate limits are undocumented.
        Some(Trick::Limit) => {
            every_other_time("limit", Refusal { retry_after: Some(2), ..Refusal::new("TOO_MANY_REQUESTS") })
        }
        Some(Trick::Unavailable) => Err(Refusal::new("CHANNEL_NOT_ENABLED")),
        Some(Trick::Blocked) => {
            state.blocked.insert(visitor.to_owned(), Block::UntilNextStart);
            Err(Refusal::new("CONTACT_IS_BLOCKED"))
        }
        Some(Trick::Slow | Trick::Late | Trick::Lost) | None => Ok(()),
    }
}

/// Waits until the bot has finished and each of its deliveries has been tried at least once.
async fn wait_for_reply(platform: &Platform, conversation: &str, first_delivery: usize) {
    let all_attempted = platform.wait_for(|state| {
        let mut own = state.deliveries.iter().skip(first_delivery).filter(|delivery| delivery.lane == conversation);
        let is_done = state.webhook.url.is_none()
            || state.conversations.get(conversation).is_none_or(Conversation::has_played)
                && own.all(|delivery| !delivery.attempts.is_empty() || delivery.state.is_final());
        is_done.then_some(())
    });
    if tokio::time::timeout(LATE_LIMIT, all_attempted).await.is_err() {
        warn!(conversation, "nobody takes the webhook, so the answer comes before the reply after all");
    }
}

fn check_authorization(headers: &HeaderMap, expected: &str) -> &'static str {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return "missing" };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
    if token == Some(expected) { "right" } else { "wrong" }
}

/// Recorder of one call. If it is dropped without an answer, the caller has gone.
struct Log {
    platform: Arc<Platform>,
    index: usize,
    generation: u64,
    is_open: bool,
}

impl Log {
    fn open(platform: &Arc<Platform>, kind: CallKind, id: Option<&str>, parts: &Parts, body: Option<&[u8]>) -> Self {
        let mut state = platform.write();
        let index = state.calls.len();
        let secret = |name: &HeaderName| *name == header::AUTHORIZATION || *name == header::COOKIE;
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = if secret(name) { "…".into() } else { String::from_utf8_lossy(value.as_bytes()) };
            json!([name.as_str(), value])
        };
        let headers: Vec<Value> = parts.headers.iter().map(header).collect();
        let bytes = body.unwrap_or_default();
        let body = serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into());
        let authorization = check_authorization(&parts.headers, &state.account_token);
        state.calls.push(Call {
            id: format!("c{}", index + 1),
            kind,
            request: json!({
                "method": parts.method.as_str(), "path": parts.uri.to_string(), "headers": headers,
                "authorization": authorization,
            }),
            body,
            conversation: id.map(str::to_owned),
            processed: false,
            outcome: Outcome::Open,
        });
        Self { platform: Arc::clone(platform), index, generation: state.generation, is_open: true }
    }

    fn update_call(&self, change: impl FnOnce(&mut Call)) {
        if let Some(mut state) = self.platform.write_unless_reset(self.generation) {
            change(&mut state.calls[self.index]);
        }
    }

    fn mark_processed(&self, conversation: &str) {
        self.update_call(|call| {
            call.processed = true;
            call.conversation = Some(conversation.to_owned());
        });
    }

    /// Waits for the release, if a test holds this answer.
    async fn wait_while_held(&self, kind: CallKind) {
        let hold = {
            let mut state = self.platform.write();
            let Some(StubAction::Hold(id)) = stub_rules::next_match(&mut state.rules, kind, Phase::After, true) else {
                return;
            };
            let call = state.calls.get(self.index).map(|call| call.id.clone());
            if let Some(hold) = state.holds.iter_mut().find(|hold| hold.id == id) {
                hold.call = call;
            }
            id
        };
        self.update_call(|call| call.outcome = Outcome::Held);
        let released = |state: &Shared| state.holds.iter().all(|one| one.id != hold || one.released).then_some(());
        self.platform.wait_for(released).await;
        self.update_call(|call| call.outcome = Outcome::Open);
    }

    fn close(&mut self, answer: Answer) -> Response {
        self.is_open = false;
        let outcome = answer.outcome();
        self.update_call(|call| call.outcome = outcome);
        answer.into_response()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.is_open {
            self.update_call(|call| call.outcome = Outcome::CallerGone);
        }
    }
}
