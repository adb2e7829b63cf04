//! One conversation on the platform: plain data, which [`crate::script`] plays.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::bot::{Flow, Responder, Step};

#[derive(Clone, Debug, Default)]
pub struct Conversation {
    pub id: String,
    /// The visitor's id, as the caller gave it.
    pub visitor: String,
    pub is_closed: bool,
    pub flow: Flow,
    pub visitor_messages: u32,
    pub script: VecDeque<Step>,
    /// Whether a task is waiting to continue the script.
    pub is_paused: bool,
}

impl Conversation {
    /// `<visitor_id>_<account_id>` (DOC).
    pub fn visitor_key(&self, account: &str) -> String {
        format!("{}_{account}", self.visitor)
    }

    /// Whether no step is left.
    pub fn has_played(&self) -> bool {
        self.script.is_empty() && !self.is_paused
    }

    pub fn describe(&self) -> Value {
        let responder = match self.flow.responder {
            Responder::Bot => "bot",
            Responder::Noor(_) => "noor",
            Responder::Puppet => "agent",
        };
        json!({
            "id": self.id, "visitor": self.visitor, "closed": self.is_closed, "with": responder,
            "visitor_messages": self.visitor_messages, "steps_left": self.script.len(),
        })
    }
}
