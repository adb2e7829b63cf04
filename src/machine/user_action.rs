//! The actions of a visitor: views emit them, the machines handle them.
//!
//! A new action touches: this file, the view that emits it, [`idle`](super::idle) and
//! `chat/user_actions.rs`, and the scene player (`demo.rs`). The compiler reports the last three.

use std::rc::Rc;

use chataibot_wire::text::is_blank;

use crate::conversation::onboarding::OnboardingEvent;

/// An action of the visitor, or of the host page on their behalf.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum UserAction {
    /// Sends this text.
    Send(String),
    /// Gives an answer that has a typed form: the `message` of a send, as JSON.
    Answer { text: String, typed: String },
    /// Sends a failed message again.
    Retry(Rc<str>),
    /// Discards a failed message.
    Discard(Rc<str>),
    /// Changes the draft in the composer.
    Draft(String),
    /// Opens the window.
    Open,
    /// Closes the window.
    Close,
    /// Leaves this conversation.
    Restart,
    /// Loads the messages before the rows shown.
    LoadEarlier,
    /// Rates the message of the row with this key as helpful or not.
    Feedback { key: u32, helpful: bool },
    /// Ends this conversation.
    End,
    /// Enlarges the window, or makes it small again.
    Resize,
    /// Turns the sound for new messages on or off.
    Sound(bool),
    /// Takes an onboarding step, or rates an ended conversation.
    Step(OnboardingEvent),
    /// Forgets the visitor: wipes storage, ends the conversation here and in other tabs.
    Reset,
    /// Saves the conversation as a file.
    Transcript(Transcript),
}

/// The format of a saved conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transcript {
    /// Plain text.
    Text,
    /// A web page.
    Html,
}

impl UserAction {
    /// Whether the message is only white space; `None` if the action is no message.
    pub fn is_blank(&self) -> Option<bool> {
        if let Self::Send(text) | Self::Answer { text, .. } = self { Some(is_blank(text)) } else { None }
    }
}
