//! Every action of a visitor. Views emit it, the runtime passes it on unchanged, the machines
//! handle it.
//!
//! A new one touches: this file, the view that emits it, [`idle`](super::idle) and
//! `chat/user_actions.rs`, and the story player (`demo.rs`). The compiler names the last three.

use std::rc::Rc;

use chataibot_wire::text::is_blank;

use crate::conversation::onboarding::OnboardingEvent;

/// An action of the visitor, or of the page in the visitor's place.
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
    /// Took a step of the onboarding, or rated what has ended.
    Step(OnboardingEvent),
    /// Is to be forgotten: wipes storage, ends the conversation here and in other tabs.
    Reset,
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

impl UserAction {
    /// Does it say something, or nothing but white space? `None` where it is no message.
    #[must_use]
    pub fn is_blank(&self) -> Option<bool> {
        match self {
            Self::Send(text) | Self::Answer { text, .. } => Some(is_blank(text)),
            Self::Retry(_)
            | Self::Discard(_)
            | Self::Draft(_)
            | Self::Open
            | Self::Close
            | Self::Restart
            | Self::LoadEarlier
            | Self::Feedback { .. }
            | Self::End
            | Self::Resize
            | Self::Sound(_)
            | Self::Step(_)
            | Self::Reset
            | Self::Transcript(_) => None,
        }
    }
}
