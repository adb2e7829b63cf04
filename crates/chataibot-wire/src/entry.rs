//! The conversation's log as a browser reads it: entries in a total order, each with a [`Cursor`].
//!
//! In a stream, each entry is one server-sent event: `id:` is its cursor, `event:` the name of its
//! [`Event`] variant, `data:` the whole [`Entry`] as JSON. Three more events have no id: `reset`
//! with a [`Reset`], `begin` with a [`Begin`], and `reauth` with `{}`. The answer of a long poll,
//! and of a page before a cursor, is a [`Poll`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::content::Content;

/// One entry of the log.
///
/// ```
/// use chataibot_wire::{Author, Entry, Event};
///
/// let data = r#"{"cursor":"1-2","at":1767225600000,
///     "event":{"message":{"author":"bot","content":{"text":{"body":[{"text":"Hello"}]}}}}}"#;
/// let entry: Entry = serde_json::from_str(data)?;
/// assert_eq!((entry.cursor.seq, entry.event.name()), (2, "message"));
/// let Event::Message(message) = entry.event else { unreachable!("it is named so") };
/// assert_eq!((message.author, message.content.to_plain().as_str()), (Author::Bot, "Hello"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entry {
    /// Its position in the log; also its id.
    pub cursor: Cursor,
    /// When the proxy committed it: milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// What happened.
    pub event: Event,
}

/// The event of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A message from the bot, an agent or the visitor.
    Message(Message),
    /// A new delivery state of a visitor's message.
    Delivery(Delivery),
    /// The conversation was closed or opened again.
    Status(Status),
    /// Another person or bot took over.
    Assignee(Assignee),
}

impl Event {
    /// Returns the name of the variant, as in the `event:` line of a stream.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Delivery(_) => "delivery",
            Self::Status(_) => "status",
            Self::Assignee(_) => "assignee",
        }
    }
}

/// A message in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// The author.
    pub author: Author,
    /// The `Idempotency-Key` it was sent with, on a visitor's message that came through this proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// What was said.
    pub content: Content,
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The bot.
    Bot,
    /// A person of the site's team.
    Agent,
    /// The visitor.
    Visitor,
}

/// A new delivery state of a visitor's message. A logged visitor message counts as
/// [`DeliveryState::Sending`] until its first `Delivery`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// The `client_message_id` of the message.
    pub client_message_id: String,
    /// The new state.
    pub state: DeliveryState,
}

/// What the proxy knows about the delivery of a visitor's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On its way to the platform.
    Sending,
    /// The platform has the message: it answered, or echoed it.
    Sent,
    /// The platform's answer was lost. The message may have arrived, so it is not sent again.
    Unknown,
    /// The message did not arrive. It may be sent again with the same key.
    Failed,
    /// The platform refused the message. Sending it again cannot help.
    Refused,
}

/// Whether the conversation is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The conversation is open.
    #[default]
    Open,
    /// The conversation has ended.
    Closed,
}

/// Who answers from now on. Holds what a visitor may see, never an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assignee {
    /// Bot or agent; never the visitor.
    pub kind: Author,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URL of a picture: `https`; `http` only from the machine the browser runs on, for demos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// Tells a reader that the log cannot be continued from its cursor: it must forget what it has
/// read. The remaining log follows, or its last entries if `last` limits their number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reset {
    /// Why, for developers: `gap`, `epoch` or `future`.
    pub reason: String,
}

/// Sent before the first entry of a stream with `last=<n>`, and after a reset: such a stream begins
/// in the middle of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Begin {
    /// Whether the log has entries before the one that follows.
    pub earlier: bool,
}

/// Maximum number of entries that `last=<n>` and `limit=<n>` may ask for.
pub const LONGEST_PAGE: u32 = 200;

/// Answer of the long poll, `GET …/events?after=<cursor>&wait=<seconds>`, and of the pages before a
/// cursor, `GET …/events?before=<cursor>&limit=<n>`; both with `Accept: application/json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Poll {
    /// `true`.
    pub ok: bool,
    /// Set when the log cannot be continued from `after`, or followed back from `before`. `entries`
    /// is then the whole remaining log, or its last entries if `last` or `before` asked for a
    /// number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// Set if `last` or `before` asked for a part of the log: whether the log has entries before
    /// the first of `entries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<bool>,
    /// In the order of the log; empty when no entry came in time.
    pub entries: Vec<Entry>,
}

/// A position in a conversation's log: `<epoch>-<seq>`. Cursors of one epoch are ordered; cursors
/// of different epochs cannot be compared.
///
/// ```
/// use chataibot_wire::{Cursor, entry::BadCursor};
///
/// let cursor: Cursor = "1-42".parse()?;
/// assert_eq!((cursor.epoch, cursor.seq), (1, 42));
/// assert_eq!(cursor.to_string(), "1-42");
/// // One cursor has one spelling.
/// assert_eq!("01-42".parse::<Cursor>(), Err(BadCursor));
/// # Ok::<(), BadCursor>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Changes when a log was lost or restored.
    pub epoch: u32,
    /// Counts up from 1 without gaps.
    pub seq: u32,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

/// A text that is not `<epoch>-<seq>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCursor;

impl fmt::Display for BadCursor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a cursor is <epoch>-<seq>, two whole numbers below 2^32, such as 1-42")
    }
}

impl std::error::Error for BadCursor {}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        // `parse` alone would accept a leading `+` or zeros: several spellings of one cursor.
        fn number(digits: &str) -> Result<u32, BadCursor> {
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
            if plain { digits.parse().map_err(|_| BadCursor) } else { Err(BadCursor) }
        }
        let (epoch, seq) = text.split_once('-').ok_or(BadCursor)?;
        Ok(Self { epoch: number(epoch)?, seq: number(seq)? })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Cursor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A position in a conversation's log: `<epoch>-<seq>`. `seq` counts from 1 without gaps; `epoch` changes when a log was lost or restored.",
            "type": "string",
            "pattern": "^(0|[1-9][0-9]*)-(0|[1-9][0-9]*)$",
            "examples": ["1-42"],
        })
    }
}
