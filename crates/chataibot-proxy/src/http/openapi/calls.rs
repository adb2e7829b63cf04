//! Table of every call of the proxy.

use chataibot_wire::{
    documented::{SendAnswer, StartAnswer, StartConversation},
    entry::{LONGEST_PAGE, Poll},
    error::code,
    file::FileAnswer,
    token::{EndRequest, Ended, TokenAnswer, TokenRequest},
    typed::SendTyped,
};
use schemars::{Schema, SchemaGenerator};
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
    /// The `operationId`.
    pub id: &'static str,
    pub sender: Sender,
    pub summary: &'static str,
    pub description: &'static str,
    /// Parameters other than those in the path.
    pub parameters: &'static [Parameter],
    /// Content type and content of the request.
    pub body: Option<(&'static str, Shape)>,
    /// Description of a 200.
    pub answer_description: &'static str,
    /// Content types and contents of a 200.
    pub answers: &'static [(&'static str, Shape)],
    /// Statuses and codes, in groups that several calls share.
    pub refusals: &'static [&'static [Refusal]],
}

/// A status, and its possible codes.
pub type Refusal = (u16, &'static [&'static str]);

const JSON: &str = "application/json";
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

/// All calls.
pub const CALLS: &[Call] = &[
    Call {
        method: "post",
        path: "/token",
        id: "token",
        sender: Sender::Page,
        summary: "A visitor token, or a new one for an old one",
        description: "The Origin header picks the site. An empty object asks for a new visitor, `renewal` renews: it works once. `identity`, a JWT that the site's own server signed, makes the visitor that user, where the site takes it; where the site asks for it, nobody gets a token without.",
        parameters: &[],
        body: Some((JSON, Shape::Json(|generator| generator.subschema_for::<TokenRequest>()))),
        answer_description: "A token.",
        answers: &[(JSON, Shape::Json(|generator| generator.subschema_for::<TokenAnswer>()))],
        refusals: &[&[BAD_REQUEST, NO_TOKEN, IDENTITY, METHOD_NOT_ALLOWED, RATE_LIMITED], OF_JSON, OF_STORE],
    },
    Call {
        method: "post",
        path: "/token/end",
        id: "leave",
        sender: Sender::Page,
        summary: "The visitor leaves",
        description: "Ends the tokens, streams and polls that go back to `renewal`; with `everywhere` those of all the visitor's browsers. A secret that is not known is answered the same way.",
        parameters: &[],
        body: Some((JSON, Shape::Json(|generator| generator.subschema_for::<EndRequest>()))),
        answer_description: "There is nothing left to end.",
        answers: &[(JSON, Shape::Json(|generator| generator.subschema_for::<Ended>()))],
        refusals: &[&[BAD_REQUEST, ORIGIN_NOT_ALLOWED, METHOD_NOT_ALLOWED, RATE_LIMITED], OF_JSON, OF_STORE],
    },
    Call {
        method: "post",
        path: "/api/v1/conversations",
        id: "start",
        sender: Sender::Visitor,
        summary: "Start a conversation with the visitor's first message",
        description: "The documented call of the platform. `from.user_external_id` is overwritten, an empty `bot_key` becomes the site's own, and the answer's id is an alias.",
        parameters: &[IDEMPOTENCY_KEY],
        body: Some((JSON, Shape::Json(|generator| generator.subschema_for::<StartConversation>()))),
        answer_description: "It began. Neither `assignee` nor `contact` is ever in it.",
        answers: &[(JSON, Shape::Json(|generator| generator.subschema_for::<StartAnswer>()))],
        refusals: &[OF_VISITOR, &[KEY_REUSED], OF_JSON, OF_FORWARDING],
    },
    Call {
        method: "post",
        path: "/api/v1/conversation/{alias}/messages",
        id: "send",
        sender: Sender::Visitor,
        summary: "Send a visitor's message",
        description: "The documented call of the platform. Other types than `text` only where the site has turned `typed_answers` on.",
        parameters: &[IDEMPOTENCY_KEY],
        body: Some((JSON, Shape::Json(|generator| generator.subschema_for::<SendTyped>()))),
        answer_description: "The platform has it. The reply comes by the log.",
        answers: &[(JSON, Shape::Json(|generator| generator.subschema_for::<SendAnswer>()))],
        refusals: &[OF_VISITOR, &[NOT_FOUND, KEY_REUSED_OR_ENDED], OF_JSON, OF_FORWARDING],
    },
    Call {
        method: "get",
        path: "/api/v1/conversation/{alias}/events",
        id: "events",
        sender: Sender::Visitor,
        summary: "The conversation's log: as a stream, as a long poll, or page by page backwards",
        description: "With `Accept: application/json` a poll, otherwise server-sent events: each entry with its kind as `event`, its cursor as `id` and itself as `data`; `reset`, `begin` and `reauth` come without id.",
        parameters: &[
            header("Last-Event-ID", false, "The last entry the reader has."),
            query("after", None, "The last entry the reader has; `Last-Event-ID` counts more."),
            query("wait", Some((0, 25)), "Seconds that a poll waits for one more entry."),
            query("last", Some(PAGE), "Where the whole log would be told, only so many of its last entries."),
            query("before", None, "Ask for the page before this entry; with `Accept: application/json` only."),
            query("limit", Some(PAGE), "How many entries of that page; 50 when not said."),
        ],
        body: None,
        answer_description: "The log, or a part of it.",
        answers: &[
            (JSON, Shape::Json(|generator| generator.subschema_for::<Poll>())),
            ("text/event-stream", Shape::Text(STREAM_EXAMPLE)),
        ],
        refusals: &[OF_VISITOR, &[BAD_REQUEST, NOT_FOUND], OF_STORE],
    },
    Call {
        method: "get",
        path: "/api/v1/conversation/probe/events",
        id: "probe",
        sender: Sender::Page,
        summary: "Three events with the time, in 600 ms",
        description: "For `doctor()`: tells whether something on the way collects streams, and how far the clocks are apart. A proxy may be without it.",
        parameters: &[],
        body: None,
        answer_description: "The time, three times.",
        answers: &[("text/event-stream", Shape::Text("event: probe\ndata: {\"now\":1767225600000}\n\n"))],
        refusals: &[&[ORIGIN_NOT_ALLOWED, METHOD_NOT_ALLOWED, RATE_LIMITED]],
    },
    Call {
        method: "post",
        path: "/api/v1/conversation/{alias}/files",
        id: "upload",
        sender: Sender::Visitor,
        summary: "A file of the visitor's, where the site takes files",
        description: "The body is the file itself, Content-Type its type: one of `features.uploads.types` of the token's answer.",
        parameters: &[header("X-File-Name", true, "The file's name in percent-encoded UTF-8.")],
        body: Some(("*/*", Shape::Bytes)),
        answer_description: "It is stored. The bot learns of it by a message with its `url`.",
        answers: &[(JSON, Shape::Json(|generator| generator.subschema_for::<FileAnswer>()))],
        refusals: &[
            OF_VISITOR,
            &[BAD_REQUEST, NOT_FOUND, TIMEOUT, CONVERSATION_ENDED, TOO_LARGE, TYPE_NOT_ALLOWED, RATE_LIMITED],
            OF_STORE,
        ],
    },
    Call {
        method: "get",
        path: "/files/{id}/{name}",
        id: "file",
        sender: Sender::Anybody,
        summary: "A file that was sent",
        description: "For whoever knows its address. Single byte ranges are answered with 206.",
        parameters: &[],
        body: None,
        answer_description: "The file.",
        answers: &[("*/*", Shape::Bytes)],
        refusals: &[&[NOT_FOUND, METHOD_NOT_ALLOWED], OF_STORE],
    },
    Call {
        method: "post",
        path: "/webhook/{secret}",
        id: "webhook",
        sender: Sender::Platform,
        summary: "The platform's events, in",
        description: "A handshake is answered with its token, events with {\"ok\":true} once they are stored. The token counts in the body and in Authorization.",
        parameters: &[],
        body: Some((JSON, Shape::Any("A handshake or events, read tolerantly: their form is the platform's."))),
        answer_description: "Taken.",
        answers: &[(JSON, Shape::Any("{\"token\":…} to a handshake, {\"ok\":true} to events."))],
        refusals: &[&[BAD_REQUEST, NO_TOKEN, NOT_FOUND, METHOD_NOT_ALLOWED, TIMEOUT, TOO_LARGE, NOT_JSON], OF_STORE],
    },
    Call {
        method: "get",
        path: "/healthz",
        id: "healthz",
        sender: Sender::Anybody,
        summary: "The process answers",
        description: "Says nothing of the database: a restart would not mend it.",
        parameters: &[],
        body: None,
        answer_description: "Alive.",
        answers: &[(JSON, Shape::Any("{\"ok\":true}"))],
        refusals: &[&[METHOD_NOT_ALLOWED]],
    },
    Call {
        method: "get",
        path: "/readyz",
        id: "readyz",
        sender: Sender::Anybody,
        summary: "The proxy can do its work",
        description: "The database takes a write, and no end was asked for.",
        parameters: &[],
        body: None,
        answer_description: "Ready.",
        answers: &[(JSON, Shape::Any("{\"ok\":true}"))],
        refusals: &[&[METHOD_NOT_ALLOWED, UNAVAILABLE]],
    },
    Call {
        method: "get",
        path: "/openapi.json",
        id: "openapi",
        sender: Sender::Anybody,
        summary: "This document",
        description: "Made from the code.",
        parameters: &[],
        body: None,
        answer_description: "An OpenAPI 3.1 document.",
        answers: &[(JSON, Shape::Any("OpenAPI 3.1."))],
        refusals: &[&[METHOD_NOT_ALLOWED]],
    },
    Call {
        method: "get",
        path: "/metrics",
        id: "metrics",
        sender: Sender::Collector,
        summary: "Metrics for Prometheus",
        description: "Counters, gauges and histograms; never an id or a text.",
        parameters: &[],
        body: None,
        answer_description: "Prometheus' text format.",
        answers: &[("text/plain", Shape::Text(METRICS_EXAMPLE))],
        refusals: &[&[METHOD_NOT_ALLOWED]],
    },
    Call {
        method: "post",
        path: "/erase",
        id: "erase",
        sender: Sender::Operator,
        summary: "Everything of one visitor goes",
        description: "Conversations with logs and files, idempotency records, renewal secrets; streams and tokens end at once. The same again finds nothing and is no error.",
        parameters: &[],
        body: Some((JSON, Shape::Json(|generator| generator.subschema_for::<EraseRequest>()))),
        answer_description: "It is gone.",
        answers: &[(JSON, Shape::Json(|generator| generator.subschema_for::<EraseAnswer>()))],
        refusals: &[&[BAD_REQUEST, NO_TOKEN, NOT_FOUND, METHOD_NOT_ALLOWED], OF_JSON, OF_STORE],
    },
];
