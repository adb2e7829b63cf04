//! The two documented calls, "start conversation" and "send visitor response" (DOC).
//!
//! Absent optional fields are not serialized: documented samples survive a round trip.

use serde::{Deserialize, Deserializer, Serialize};

use crate::Pairs;

/// Path of "start conversation", below the API's base URL.
pub const START_PATH: &str = "/conversations";

/// Path of "send visitor response", below the API's base URL; singular, as documented.
pub fn send_path(conversation_id: &str) -> String {
    ["/conversation/", conversation_id, "/messages"].concat()
}

/// Body of `POST /conversations`: "Initiates a chat session with a visitor" (DOC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StartConversation {
    /// Always [`Channel::Api`].
    pub channel: Channel,
    /// The visitor's first message.
    pub message: VisitorMessage,
    /// What the page and the browser know about the visitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Variables>,
    /// The key from the bot's trigger block. May be empty in a request to a proxy that knows its
    /// site's bot.
    pub bot_key: String,
    /// Who is writing.
    pub from: From,
}

/// The one channel this product uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Channel {
    /// The "API" channel.
    #[default]
    #[serde(rename = "API")]
    Api,
}

/// A visitor's message; only text is documented (DOC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VisitorMessage {
    /// The message's data.
    pub data: MessageData,
    /// Always [`MessageType::Text`].
    #[serde(rename = "type")]
    pub kind: MessageType,
}

impl VisitorMessage {
    /// A text message.
    pub fn text(body: impl Into<String>) -> Self {
        Self { data: MessageData { body: body.into() }, kind: MessageType::Text }
    }
}

/// The body of a visitor's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessageData {
    /// Plain text.
    pub body: String,
}

/// The one documented type of a visitor's message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MessageType {
    /// Plain text.
    #[default]
    #[serde(rename = "text")]
    Text,
}

/// Variables that go with the start of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variables {
    /// Facts about the browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemVariables>,
    /// Who the visitor is, as far as the page knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The page's own variables for this conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Pairs>,
}

/// The documented `system` variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SystemVariables {
    /// IANA name, such as `Asia/Calcutta`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The page the visitor came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer_url: Option<String>,
    /// BCP 47 tag, such as `en-GB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_language: Option<String>,
}

/// The documented `contact` variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contact {
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number, free form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Who starts the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct From {
    /// Identifies one visitor; 32 lower-case hex characters work everywhere (OBS).
    pub user_external_id: String,
    /// Always [`UserType::Visitor`].
    #[serde(rename = "type")]
    pub kind: UserType,
}

/// The one documented type of user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum UserType {
    /// A visitor of the site.
    #[default]
    #[serde(rename = "VISITOR")]
    Visitor,
}

/// Answer of `POST /conversations` (DOC). The proxy removes `assignee` and `contact` before it
/// answers a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StartAnswer {
    /// `true`.
    pub ok: bool,
    /// The new conversation.
    pub conversation: StartedConversation,
    /// The contact as the platform stores it. Personal data: stays on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<StoredContact>,
}

/// The conversation part of [`StartAnswer`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StartedConversation {
    /// Opaque; a number is accepted too (INF). In a browser this is the proxy's alias.
    #[serde(deserialize_with = "string_or_number")]
    pub id: String,
    /// UTC without a zone, `YYYY-MM-DD HH:MM:SS.ffffff` (INF); kept as the string received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Who answers. Staff data: stays on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<StartAssignee>,
}

/// The assignee of a new conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StartAssignee {
    /// The bot's user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The bot's user e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The contact part of [`StartAnswer`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredContact {
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// `<visitor_id>_<account_id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_key: Option<String>,
}

/// Body of `POST /conversation/{id}/messages` (DOC).
///
/// ```
/// use chataibot_wire::documented::{SendMessage, send_path};
///
/// assert_eq!(send_path("c1"), "/conversation/c1/messages");
/// let body = serde_json::to_value(SendMessage::text("Hello"))?;
/// assert_eq!(body["message"]["data"]["body"], "Hello");
/// assert_eq!(body["user"]["type"], "VISITOR");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendMessage {
    /// What the visitor says.
    pub message: VisitorMessage,
    /// Who says it.
    pub user: User,
}

impl SendMessage {
    /// A visitor's text message.
    pub fn text(body: impl Into<String>) -> Self {
        Self { message: VisitorMessage::text(body), user: User::default() }
    }
}

/// The `user` part of [`SendMessage`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// Always [`UserType::Visitor`].
    #[serde(rename = "type")]
    pub kind: UserType,
}

/// Answer of `POST /conversation/{id}/messages` (DOC). The bot's reply is not in it (OBS).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendAnswer {
    /// `true`.
    pub ok: bool,
    /// The platform's id of the message, opaque.
    pub message_id: String,
}

/// Deserializes an id that should be a string but may be a whole number (INF).
fn string_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Id;
    impl serde::de::Visitor<'_> for Id {
        type Value = String;
        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("an id: a string or a whole number")
        }
        fn visit_str<E>(self, id: &str) -> Result<String, E> {
            Ok(id.to_owned())
        }
        fn visit_u64<E>(self, id: u64) -> Result<String, E> {
            Ok(id.to_string())
        }
        fn visit_i64<E>(self, id: i64) -> Result<String, E> {
            Ok(id.to_string())
        }
    }
    deserializer.deserialize_any(Id)
}
