//! Table of every call of the proxy.

use chataibot_wire::documented::{SendAnswer, StartAnswer, StartConversation};
use chataibot_wire::entry::{LONGEST_PAGE, Poll};
use chataibot_wire::error::code;
use chataibot_wire::file::FileAnswer;
use chataibot_wire::token::{EndRequest, Ended, TokenAnswer, TokenRequest};
use chataibot_wire::typed::SendTyped;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::http::routes::erase::{EraseAnswer, EraseRequest};

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A page, without a token.
    Page,
    /// A page, with a visitor token.
    Visitor,
    /// ChatAIBot.
    Platform,
    /// Any caller.
    Anybody,
    /// A metrics collector, on its own listener.
    Collector,
    /// The operator, on the collector's listener, with a token.
    Operator,
}

/// What a body holds.
#[derive(Clone, Copy)]
pub enum Shape {
    /// JSON of this type.
    Json(fn(&mut SchemaGenerator) -> Schema),
    /// Text, with an example.
    Text(&'static str),
    /// Raw bytes.
    Bytes,
    /// JSON of no fixed form, with a description.
    Any(&'static str),
}

/// A parameter that is not part of the path.
#[expect(missing_docs, reason = "they are OpenAPI's")]
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    /// `query` or `header`.
    pub location: &'static str,
    pub is_required: bool,
    pub description: &'static str,
    /// Minimum and maximum of a number; `None` for a text.
    pub range: Option<(u32, u32)>,
}

impl Parameter {
    pub(super) fn schema(&self) -> Value {
        match self.range {
            Some((least, most)) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            None => json!({ "type": "string" }),
        }
    }
}

/// One call.
#[expect(missing_docs, reason = "they are OpenAPI's")]
#[derive(Clone, Copy)]
pub struct Call {
    /// HTTP method, in lower case as in OpenAPI.
    pub method: &'static str,
    /// Path, as in `app.rs`.
    pub path: &'static str,
    pub id: &'static str,
    pub sender: Sender,
    pub summary: &'static str,
    pub description: &'static str,
    pub parameters: &'static [Parameter],
    /// Content type and content of the request; empty without a body.
    pub body: &'static [Content],
    pub answer_description: &'static str,
    pub answers: &'static [Content],
    /// Statuses and codes, in groups that several calls share.
    pub refusals: &'static [&'static [Refusal]],
}

/// A status, and its possible codes.
pub type Refusal = (u16, &'static [&'static str]);

/// A content type, and what it holds.
pub type Content = (&'static str, Shape);

const JSON: &str = "application/json";

const fn json_of<T: JsonSchema>() -> Content {
    (JSON, Shape::Json(SchemaGenerator::subschema_for::<T>))
}

/// Range of the number of entries.
const PAGE: (u32, u32) = (1, LONGEST_PAGE);

const IDEMPOTENCY_KEY: Parameter = header(
    "Idempotency-Key",
    true,
    "The client message id, a UUID in lower case; the same for each try of one message.",
);

const fn header(name: &'static str, is_required: bool, description: &'static str) -> Parameter {
    Parameter { name, location: "header", is_required, description, range: None }
}

const fn query(name: &'static str, range: Option<(u32, u32)>, description: &'static str) -> Parameter {
    Parameter { name, location: "query", is_required: false, description, range }
}

const BAD_REQUEST: Refusal = (400, &[code::BAD_REQUEST]);
const NO_TOKEN: Refusal = (401, &[code::UNAUTHORIZED]);
const ORIGIN_NOT_ALLOWED: Refusal = (403, &[code::ORIGIN_NOT_ALLOWED]);
const IDENTITY: Refusal = (403, &[code::ORIGIN_NOT_ALLOWED, code::IDENTITY_REFUSED, code::IDENTITY_REQUIRED]);
const NOT_FOUND: Refusal = (404, &[code::NOT_FOUND]);
const METHOD_NOT_ALLOWED: Refusal = (405, &[code::METHOD_NOT_ALLOWED]);
const TIMEOUT: Refusal = (408, &[code::TIMEOUT]);
const TOO_LARGE: Refusal = (413, &[code::TOO_LARGE]);
const NOT_JSON: Refusal = (415, &[code::BAD_REQUEST]);
const UNPROCESSABLE: Refusal = (422, &[code::BAD_REQUEST]);
const RATE_LIMITED: Refusal = (429, &[code::RATE_LIMITED]);
const INTERNAL: Refusal = (500, &[code::UNAVAILABLE]);
const UNKNOWN_OUTCOME: Refusal = (502, &[code::UNKNOWN_OUTCOME]);
const UNAVAILABLE: Refusal = (503, &[code::UNAVAILABLE]);
const PLATFORM_UNAVAILABLE: Refusal = (503, &[code::UNAVAILABLE, code::CONVERSATION_CREATION_EXCEPTION]);
const PLATFORM_REFUSED: Refusal = (400, &[code::BAD_REQUEST, code::CONTACT_IS_BLOCKED]);
const KEY_REUSED: Refusal = (409, &[code::KEY_REUSED]);
const CONVERSATION_ENDED: Refusal = (409, &[code::CONVERSATION_ENDED]);
const KEY_REUSED_OR_ENDED: Refusal = (409, &[code::KEY_REUSED, code::CONVERSATION_ENDED]);
const TYPE_NOT_ALLOWED: Refusal = (415, &[code::TYPE_NOT_ALLOWED]);
/// Refusals of every call with a visitor token.
const OF_VISITOR: &[Refusal] = &[NO_TOKEN, ORIGIN_NOT_ALLOWED, METHOD_NOT_ALLOWED];
/// Refusals of every call with a JSON body.
const OF_JSON: &[Refusal] = &[TIMEOUT, TOO_LARGE, NOT_JSON, UNPROCESSABLE];
/// Refusals of every call that needs the store.
const OF_STORE: &[Refusal] = &[INTERNAL, UNAVAILABLE];
/// Refusals of every call that is forwarded to the platform.
const OF_FORWARDING: &[Refusal] = &[PLATFORM_REFUSED, RATE_LIMITED, INTERNAL, UNKNOWN_OUTCOME, PLATFORM_UNAVAILABLE];

const STREAM_EXAMPLE: &str = ": welcome\n\nevent: message\nid: 1-1\ndata: {\"cursor\":\"1-1\",\"at\":1767225600000,\"event\":{\"message\":{\"author\":\"bot\",\"content\":{\"text\":{\"body\":[{\"text\":\"Hi\"}]}}}}}\n\n";

const METRICS_EXAMPLE: &str =
    "# TYPE chataibot_proxy_sends_accepted_total counter\nchataibot_proxy_sends_accepted_total 4711\n";

macro_rules! calls {
    ($($method:ident $path:literal $id:literal from $sender:ident:
        $summary:literal $description:literal
        $(with [$($parameter:expr),+ $(,)?])?
        $(takes $body:expr;)?
        answers $answer_description:literal [$($answer:expr),+]
        refuses [$($refusals:expr),+ $(,)?])+) => {
        /// All calls.
        pub const CALLS: &[Call] = &[$(Call {
            method: stringify!($method),
            path: $path,
            id: $id,
            sender: Sender::$sender,
            summary: $summary,
            description: $description,
            parameters: &[$($($parameter),+)?],
            body: &[$($body)?],
            answer_description: $answer_description,
            answers: &[$($answer),+],
            refusals: &[$($refusals),+],
        }),+];
    };
}

calls! {
    post "/token" "token" from Page:
        "A visitor token, or a new one for an old one"
        "The Origin header picks the site. An empty object asks for a new visitor, `renewal` renews: it works once. `identity`, a JWT that the site's own server signed, makes the visitor that user, where the site takes it; where the site asks for it, nobody gets a token without."
        takes json_of::<TokenRequest>();
        answers "A token." [json_of::<TokenAnswer>()]
        refuses [&[BAD_REQUEST, NO_TOKEN, IDENTITY, METHOD_NOT_ALLOWED, RATE_LIMITED], OF_JSON, OF_STORE]
    post "/token/end" "leave" from Page:
        "The visitor leaves"
        "Ends the tokens, streams and polls that go back to `renewal`; with `everywhere` those of all the visitor's browsers. A secret that is not known is answered the same way."
        takes json_of::<EndRequest>();
        answers "There is nothing left to end." [json_of::<Ended>()]
        refuses [&[BAD_REQUEST, ORIGIN_NOT_ALLOWED, METHOD_NOT_ALLOWED, RATE_LIMITED], OF_JSON, OF_STORE]
    post "/api/v1/conversations" "start" from Visitor:
        "Start a conversation with the visitor's first message"
        "The documented call of the platform. `from.user_external_id` is overwritten, an empty `bot_key` becomes the site's own, and the answer's id is an alias."
        with [IDEMPOTENCY_KEY]
        takes json_of::<StartConversation>();
        answers "It began. Neither `assignee` nor `contact` is ever in it." [json_of::<StartAnswer>()]
        refuses [OF_VISITOR, &[KEY_REUSED], OF_JSON, OF_FORWARDING]
    post "/api/v1/conversation/{alias}/messages" "send" from Visitor:
        "Send a visitor's message"
        "The documented call of the platform. Other types than `text` only where the site has turned `typed_answers` on."
        with [IDEMPOTENCY_KEY]
        takes json_of::<SendTyped>();
        answers "The platform has it. The reply comes by the log." [json_of::<SendAnswer>()]
        refuses [OF_VISITOR, &[NOT_FOUND, KEY_REUSED_OR_ENDED], OF_JSON, OF_FORWARDING]
    get "/api/v1/conversation/{alias}/events" "events" from Visitor:
        "The conversation's log: as a stream, as a long poll, or page by page backwards"
        "With `Accept: application/json` a poll, otherwise server-sent events: each entry with its kind as `event`, its cursor as `id` and itself as `data`; `reset`, `begin` and `reauth` come without id."
        with [
            header("Last-Event-ID", false, "The last entry the reader has."),
            query("after", None, "The last entry the reader has; `Last-Event-ID` counts more."),
            query("wait", Some((0, 25)), "Seconds that a poll waits for one more entry."),
            query("last", Some(PAGE), "Where the whole log would be told, only so many of its last entries."),
            query("before", None, "Ask for the page before this entry; with `Accept: application/json` only."),
            query("limit", Some(PAGE), "How many entries of that page; 50 when not said."),
        ]
        answers "The log, or a part of it." [json_of::<Poll>(), ("text/event-stream", Shape::Text(STREAM_EXAMPLE))]
        refuses [OF_VISITOR, &[BAD_REQUEST, NOT_FOUND], OF_STORE]
    get "/api/v1/conversation/probe/events" "probe" from Page:
        "Three events with the time, in 600 ms"
        "For `doctor()`: tells whether something on the way collects streams, and how far the clocks are apart. A proxy may be without it."
        answers "The time, three times." [("text/event-stream", Shape::Text("event: probe\ndata: {\"now\":1767225600000}\n\n"))]
        refuses [&[ORIGIN_NOT_ALLOWED, METHOD_NOT_ALLOWED, RATE_LIMITED]]
    post "/api/v1/conversation/{alias}/files" "upload" from Visitor:
        "A file of the visitor's, where the site takes files"
        "The body is the file itself, Content-Type its type: one of `features.uploads.types` of the token's answer."
        with [header("X-File-Name", true, "The file's name in percent-encoded UTF-8.")]
        takes ("*/*", Shape::Bytes);
        answers "It is stored. The bot learns of it by a message with its `url`." [json_of::<FileAnswer>()]
        refuses [
            OF_VISITOR,
            &[BAD_REQUEST, NOT_FOUND, TIMEOUT, CONVERSATION_ENDED, TOO_LARGE, TYPE_NOT_ALLOWED, RATE_LIMITED],
            OF_STORE,
        ]
    get "/files/{id}/{name}" "file" from Anybody:
        "A file that was sent"
        "For whoever knows its address. Single byte ranges are answered with 206."
        answers "The file." [("*/*", Shape::Bytes)]
        refuses [&[NOT_FOUND, METHOD_NOT_ALLOWED], OF_STORE]
    post "/webhook/{secret}" "webhook" from Platform:
        "The platform's events, in"
        "A handshake is answered with its token, events with {\"ok\":true} once they are stored. The token counts in the body and in Authorization."
        takes (JSON, Shape::Any("A handshake or events, read tolerantly: their form is the platform's."));
        answers "Taken." [(JSON, Shape::Any("{\"token\":…} to a handshake, {\"ok\":true} to events."))]
        refuses [&[BAD_REQUEST, NO_TOKEN, NOT_FOUND, METHOD_NOT_ALLOWED, TIMEOUT, TOO_LARGE, NOT_JSON], OF_STORE]
    get "/healthz" "healthz" from Anybody:
        "The process answers"
        "Says nothing of the database: a restart would not mend it."
        answers "Alive." [(JSON, Shape::Any("{\"ok\":true}"))]
        refuses [&[METHOD_NOT_ALLOWED]]
    get "/readyz" "readyz" from Anybody:
        "The proxy can do its work"
        "The database takes a write, and no end was asked for."
        answers "Ready." [(JSON, Shape::Any("{\"ok\":true}"))]
        refuses [&[METHOD_NOT_ALLOWED, UNAVAILABLE]]
    get "/openapi.json" "openapi" from Anybody:
        "This document"
        "Made from the code."
        answers "An OpenAPI 3.1 document." [(JSON, Shape::Any("OpenAPI 3.1."))]
        refuses [&[METHOD_NOT_ALLOWED]]
    get "/metrics" "metrics" from Collector:
        "Metrics for Prometheus"
        "Counters, gauges and histograms; never an id or a text."
        answers "Prometheus' text format." [("text/plain", Shape::Text(METRICS_EXAMPLE))]
        refuses [&[METHOD_NOT_ALLOWED]]
    post "/erase" "erase" from Operator:
        "Everything of one visitor goes"
        "Conversations with logs and files, idempotency records, renewal secrets; streams and tokens end at once. The same again finds nothing and is no error."
        takes json_of::<EraseRequest>();
        answers "It is gone." [json_of::<EraseAnswer>()]
        refuses [&[BAD_REQUEST, NO_TOKEN, NOT_FOUND, METHOD_NOT_ALLOWED], OF_JSON, OF_STORE]
}
