//! Props and placeholder of a message that is more than text and buttons (`message_kinds`).

use std::rc::Rc;

use chataibot_wire::Content;
use yew::prelude::*;

use crate::components::{UserAction, ViewConfig, answers::Choice, elements::*};
use crate::conversation::Row;

/// A message, or one part of a message with several, and all that its rendering depends on.
#[derive(Properties, Clone)]
pub(in crate::components) struct Kind {
    pub(in crate::components) row: Rc<Row>,
    /// Index of the part, in a message with several.
    pub(in crate::components) part: Option<usize>,
    /// CSS class and part of a bubble in this row.
    pub(in crate::components) bubble: AttrValue,
    pub(in crate::components) config: Rc<ViewConfig>,
    pub(in crate::components) act: Callback<UserAction>,
    pub(in crate::components) is_answerable: bool,
    /// The visitor's next message, if any.
    pub(in crate::components) given_answer: Option<AttrValue>,
}

/// Compares by pointer where possible: rows and view settings are replaced, never changed.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        (Rc::ptr_eq(&self.row, &other.row) || self.row == other.row)
            && self.part == other.part
            && self.bubble == other.bubble
            && Rc::ptr_eq(&self.config, &other.config)
            && self.act == other.act
            && self.is_answerable == other.is_answerable
            && self.given_answer == other.given_answer
    }
}

impl Kind {
    pub(in crate::components) fn message_content(&self) -> &Content {
        self.row.message().map_or(&Content::Delay, |message| message.content())
    }

    /// The content to show: the part, or the whole message.
    pub(in crate::components) fn content(&self) -> &Content {
        match (self.message_content(), self.part) {
            (Content::Parts(parts), Some(at)) => parts.get(at).unwrap_or(&Content::Delay),
            (whole, _) => whole,
        }
    }

    /// Placeholder until the chunk is loaded: the message as plain text in a bubble.
    pub(in crate::components) fn plain(&self) -> Html {
        let words = self.content().to_plain();
        if words.is_empty() { Html::default() } else { named("div", self.bubble.clone(), text(words.into())) }
    }

    pub(in crate::components) fn choice(&self) -> Choice<'_> {
        Choice {
            config: &self.config,
            act: &self.act,
            is_answerable: self.is_answerable,
            given_answer: self.given_answer.as_deref(),
            description: None,
        }
    }
}
