//! What a visitor sees. Components read a [`Conversation`](crate::conversation::Conversation) and answer with a [`UserAction`]; they know
//! neither network nor storage, so any state can be shown without either.
//!
//! In reading order:
//! - [`App`]: joins a running session to its looks; [`Widget`]: the looks alone
//! - [`Launcher`] and the preview beside it; the window: header with its menu, notices, message list, composer
//! - `gate`: the stages of the window; `panels`: what stands before, between and after a chat, fetched when first needed
//! - `files`: those that are added in the composer, fetched where the site takes some
//! - a message: row, content, rich text, answers; the other kinds of messages, fetched when first needed
//! - `markup`: the plain elements of all of these
//! - the announcer, which says it to screen readers
//! - [`parts`]: the names by which a page can style all of this

mod actions;
mod announcer;
mod answers;
mod app;
mod arrival;
mod avatar;
mod browser;
mod chat_window;
mod chunk;
mod clipboard;
mod clock;
mod composer;
mod content;
mod earlier;
mod emoji_hint;
mod files;
mod gate;
mod header;
mod icons;
mod kinds;
mod launcher;
mod look;
mod markup;
mod menu;
mod message_list;
mod message_row;
mod messages;
mod notices;
mod on_demand;
mod panels;
pub mod parts;
mod preview;
mod rich_text;
mod scrolling;
mod unread;
mod uploads;
mod widget;

use std::rc::Rc;

pub use app::{App, AppProps, ChatSource, Listener};
pub use gate::gate;
pub use launcher::{Launcher, launcher_label};
pub use look::{Enter, Links, Look, Mode};
pub use rich_text::safe_address;
pub use uploads::{Sending, Upload, UploadError, UploadState, Uploads, sample};
pub use widget::{Widget, WidgetProps};

use crate::conversation::onboarding::OnboardingEvent;

/// What a visitor did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserAction {
    /// Said this.
    Send(String),
    /// Gave this answer, which has a form of its own.
    Answer {
        /// In words.
        text: String,
        /// In its form: the `message` of a send, as JSON.
        typed: String,
    },
    /// Wants a failed message sent again.
    Retry(Rc<str>),
    /// Takes a failed message back.
    Discard(Rc<str>),
    /// Has this in the composer now.
    Draft(String),
    /// Opened the window.
    Open,
    /// Closed the window.
    Close,
    /// Left this conversation.
    Restart,
    /// Wants what was said before the rows at hand.
    LoadEarlier,
    /// Said of a message whether it helped.
    Feedback {
        /// The row's key.
        key: u32,
        /// Did it?
        helpful: bool,
    },
    /// Ended this conversation.
    End,
    /// Made the window larger, or small again.
    Resize,
    /// Turned the sound for new messages on or off.
    Sound(bool),
    /// Did this at the gate before the chat, or rated what has ended.
    Step(OnboardingEvent),
    /// Saved the conversation as a file.
    Transcript(Transcript),
}

/// What a conversation is saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transcript {
    /// Plain text.
    Text,
    /// A web page.
    Html,
}
