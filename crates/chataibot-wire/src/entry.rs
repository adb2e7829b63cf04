//! The conversation's log as a browser reads it: entries in one order, each with a [`Cursor`].
//!
//! Stream: each entry is one server-sent event, `id:` its cursor, `event:` the name of its
//! [`Event`] variant, `data:` the whole [`Entry`] as JSON. Three more events carry no id: `reset`
//! with a [`Reset`], `begin` with a [`Begin`], and `reauth` with `{}`. Long poll, and the pages
//! before a cursor: [`Poll`].

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
    /// Where it stands; also its id.
    pub cursor: Cursor,
    /// When the proxy committed it: milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// What happened.
    pub event: Event,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Somebody said something.
    Message(Message),
    /// How the sending of a visitor's message went on.
    Delivery(Delivery),
    /// The conversation was closed or opened again.
    Status(Status),
    /// Another person or bot took over.
    Assignee(Assignee),
}

impl Event {
    /// The name of the variant, as it stands in a stream's `event:` line.
    #[must_use]
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
    /// Who said it.
    pub author: Author,
    /// The `Idempotency-Key` it was sent with, on a visitor's message that came through this proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// What was said.
    pub content: Content,
}

/// Who said something.
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

/// How the sending of a visitor's message went on. A logged visitor message counts as
/// [`DeliveryState::Sending`] until one comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// Which message.
    pub client_message_id: String,
    /// What is known now.
    pub state: DeliveryState,
}

/// What the proxy knows of a visitor's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On its way to the platform.
    Sending,
    /// The platform has it: it answered, or echoed it.
    Sent,
    /// The answer was lost. It may have arrived; it is not sent again.
    Unknown,
    /// It did not arrive. The same key may be sent again.
    Failed,
    /// The platform refused it. Sending it again cannot help.
    Refused,
}

/// Whether the conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It goes on.
    Open,
    /// It has ended.
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
    /// An `https` picture; `http` only from the machine the browser runs on, for demos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// The log could not be continued from the reader's cursor: forget what was read, the full log that
/// is left follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reset {
    /// Why, for developers: `gap`, `epoch` or `future`.
    pub reason: String,
}

/// A stream that was asked for `last=<n>` begins in the middle of a log: comes before the first
/// entry, and after a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Begin {
    /// The log holds more before the entry that follows.
    pub earlier: bool,
}

/// Most entries that `last=<n>` and `limit=<n>` may ask for.
pub const LONGEST_PAGE: u32 = 200;

/// Answer of the long poll, `GET …/events?after=<cursor>&wait=<seconds>`, and of the pages before a
/// cursor, `GET …/events?before=<cursor>&limit=<n>`; both with `Accept: application/json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Poll {
    /// `true`.
    pub ok: bool,
    /// Set when the log could not be continued from `after`, or followed back from `before`;
    /// `entries` is then all that is left, or of that the last, where `last` or `before` asked for
    /// so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// Set where `last` or `before` asked for a part of the log: it holds more before the first of
    /// `entries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<bool>,
    /// In order; empty when nothing came in time.
    pub entries: Vec<Entry>,
}

/// A place in a conversation's log: `<epoch>-<seq>`. Cursors of one epoch are ordered; across
/// epochs nothing is known.
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
        // `parse` alone would take a leading `+` or zeros: two spellings of one cursor.
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
            "description": "A place in a conversation's log: `<epoch>-<seq>`. `seq` counts from 1 without gaps; `epoch` changes when a log was lost or restored.",
            "type": "string",
            "pattern": "^(0|[1-9][0-9]*)-(0|[1-9][0-9]*)$",
            "examples": ["1-42"],
        })
    }
}
