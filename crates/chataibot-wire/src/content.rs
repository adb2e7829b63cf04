//! Content of a message as one closed enum: each message kind of the platform, sanitized.
//!
//! A kind that this version does not know becomes [`Content::Unsupported`] with its text, if any.
//! Media addresses are absolute, links absolute or on the host page's own site, both with an
//! allowed scheme: the proxy drops all others.

use serde::{Deserialize, Serialize};

use crate::rich_text::RichText;

/// The content of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A text, possibly with a prompt for a certain kind of answer (`text`, `name`, `email`,
    /// `phone`).
    Text(Text),
    /// Several contents in one message, in order (`send_message`).
    Parts(Vec<Content>),
    /// An image, a video, audio or another file.
    Media(Media),
    /// A collapsible note (`info`).
    Info(Info),
    /// Quick replies and link buttons (`button`).
    Buttons(Buttons),
    /// Choices in sections (`list`).
    List(ChoiceList),
    /// Cards side by side (`carousel`, `image_carousel`).
    Carousel(Carousel),
    /// A number to choose from a range (`slider`).
    Slider(Slider),
    /// A date, or a date and a time (`calendar`).
    Calendar(Calendar),
    /// A request for a file from the visitor (`file_upload`).
    FileUpload(FileUpload),
    /// Fields to fill in (`form`).
    Form(Form),
    /// An appointment to book (`appointment_booking`, Calendly).
    Appointment(Appointment),
    /// The bot pauses (`delay`): shown as typing, never as a bubble.
    Delay,
    /// A kind this version does not know, shown as its text.
    Unsupported(Unsupported),
}

/// A text bubble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Text {
    /// The text itself.
    pub body: RichText,
    /// What kind of answer the bot waits for; it validates the answer itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
}

/// The kind of answer a collect-input prompt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// The visitor's name.
    Name,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

/// An image, a video, audio or another file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Media {
    /// The kind of media.
    pub kind: MediaKind,
    /// Absolute, `https` or `http`.
    pub url: String,
    /// The file's name, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Size in bytes, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
}

/// The kind of a [`Media`].
///
/// ```
/// use chataibot_wire::content::MediaKind;
///
/// assert_eq!(MediaKind::of_mime("image/png"), MediaKind::Image);
/// assert_eq!(MediaKind::of_mime("image/tiff"), MediaKind::Document, "few browsers show it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// An image.
    Image,
    /// A video.
    Video,
    /// Audio.
    Audio,
    /// Any other file.
    Document,
}

impl MediaKind {
    /// Returns how a file of this MIME type is shown; as a document if most browsers cannot.
    pub fn of_mime(mime_type: &str) -> Self {
        match mime_type.split_once('/') {
            Some(("image", "png" | "jpeg" | "gif" | "webp" | "avif")) => Self::Image,
            Some(("video", "mp4" | "webm")) => Self::Video,
            Some(("audio", _)) => Self::Audio,
            _ => Self::Document,
        }
    }
}

/// A collapsible note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Info {
    /// The note.
    pub title: RichText,
}

/// Quick replies and link buttons under a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Buttons {
    /// Above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<RichText>,
    /// The text.
    pub title: RichText,
    /// Below the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<RichText>,
    /// Up to 10 buttons.
    pub buttons: Vec<Button>,
    /// How the buttons are arranged.
    pub layout: ButtonLayout,
}

/// The arrangement of buttons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ButtonLayout {
    /// As many on a line as fit.
    #[default]
    Wrap,
    /// One on each line.
    Vertical,
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Button {
    /// The label, plain text.
    pub label: String,
    /// What it does.
    pub action: Action,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sends this text as the visitor's answer.
    Reply(String),
    /// Opens this address: absolute, `https`, `http`, `mailto` or `tel`.
    Link(String),
}

/// Choices in sections; the chosen item's title is the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChoiceList {
    /// Above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<RichText>,
    /// The text.
    pub title: RichText,
    /// Below the choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<RichText>,
    /// The sections.
    pub sections: Vec<Section>,
}

/// A section of a [`ChoiceList`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Section {
    /// The section's title, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The choices, plain text.
    pub items: Vec<String>,
}

/// Cards side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Carousel {
    /// The cards.
    pub cards: Vec<Card>,
}

/// One card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Card {
    /// Absolute, `https` or `http`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The title.
    #[serde(default)]
    pub title: RichText,
    /// The text.
    #[serde(default)]
    pub description: RichText,
    /// Its buttons.
    #[serde(default)]
    pub buttons: Vec<Button>,
}

/// A number to choose from a range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Slider {
    /// The question.
    pub title: RichText,
    /// Smallest value.
    pub min: f64,
    /// Largest value, at least `min`.
    pub max: f64,
    /// Step between two values, above 0.
    pub step: f64,
    /// The unit, shown after the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A date, or a date and a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Calendar {
    /// The question.
    pub title: RichText,
    /// Whether the picker opens at once.
    #[serde(default)]
    pub auto_open: bool,
    /// Whether the visitor also chooses a time.
    #[serde(default)]
    pub with_time: bool,
    /// Earliest day, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Latest day, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}

/// A request for a file from the visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileUpload {
    /// The request.
    pub title: RichText,
}

/// Fields to fill in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Form {
    /// The request.
    pub title: RichText,
    /// The fields.
    pub fields: Vec<Field>,
}

/// One field of a [`Form`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Field {
    /// The label beside the field, plain text.
    pub label: String,
    /// The initial value.
    #[serde(default)]
    pub value: String,
    /// The kind of input.
    #[serde(default)]
    pub kind: FieldKind,
    /// Whether it must be filled in.
    #[serde(default)]
    pub required: bool,
    /// The choices, plain text; not empty when `kind` is [`FieldKind::Choice`], else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// The kind of a [`Field`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line of text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Several lines of text.
    Long,
    /// One of the field's options.
    Choice,
}

/// An appointment to book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Appointment {
    /// The request.
    pub title: RichText,
    /// Duration in minutes, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The booking page, absolute `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A kind this version does not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unsupported {
    /// The platform's name for it.
    pub kind: String,
    /// Its text or title; may be empty.
    pub text: RichText,
}

impl Content {
    /// Whether the content shows nothing: such a message is not shown, counted or announced. Only
    /// texts and delays can be blank; all other kinds show something of their own.
    pub fn is_blank(&self) -> bool {
        if let Self::Parts(parts) = self {
            return parts.iter().all(Self::is_blank);
        }
        if let Self::Text(text) = self { text.body.is_empty() } else { matches!(self, Self::Delay) }
    }

    /// Returns the plain text, for announcements, previews and plain fall-backs.
    pub fn to_plain(&self) -> String {
        match self {
            Self::Text(Text { body: text, .. }) | Self::Unsupported(Unsupported { text, .. }) => text.to_plain(),
            Self::Parts(parts) => {
                let lines: Vec<String> = parts.iter().map(Self::to_plain).filter(|line| !line.is_empty()).collect();
                lines.join("\n")
            }
            Self::Media(media) => media.name.clone().unwrap_or_default(),
            Self::Carousel(carousel) => {
                let titles: Vec<String> = carousel.cards.iter().map(|card| card.title.to_plain()).collect();
                titles.join("\n")
            }
            Self::Info(Info { title })
            | Self::Buttons(Buttons { title, .. })
            | Self::List(ChoiceList { title, .. })
            | Self::Slider(Slider { title, .. })
            | Self::Calendar(Calendar { title, .. })
            | Self::FileUpload(FileUpload { title })
            | Self::Form(Form { title, .. })
            | Self::Appointment(Appointment { title, .. }) => title.to_plain(),
            Self::Delay => String::new(),
        }
    }
}
