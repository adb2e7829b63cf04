//! Props of a message that is more than words and buttons, and its placeholder. Its view:
//! `message_kinds`.

use std::rc::Rc;

use chataibot_wire::Content;
use yew::prelude::*;

use crate::{
    components::{UserAction, ViewConfig, answers::Choice, bubble::named_bubble, elements::text},
    conversation::Row,
};

/// A message, or one part of a message with several, and all that its looks depend on.
#[derive(Properties, Clone)]
pub(in crate::components) struct Kind {
    /// The message's row.
    pub(in crate::components) row: Rc<Row>,
    /// Which part of the message this is, where it has several.
    pub(in crate::components) part: Option<usize>,
    /// Class and part of a bubble in this row.
    pub(in crate::components) bubble: AttrValue,
    pub(in crate::components) look: Rc<ViewConfig>,
    pub(in crate::components) act: Callback<UserAction>,
    /// Can an answer be given now?
    pub(in crate::components) open: bool,
    /// What the visitor said next, when something.
    pub(in crate::components) given: Option<AttrValue>,
}

/// Rows and looks are replaced, never changed.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        (Rc::ptr_eq(&self.row, &other.row) || self.row == other.row)
            && self.part == other.part
            && self.bubble == other.bubble
            && Rc::ptr_eq(&self.look, &other.look)
            && self.act == other.act
            && self.open == other.open
            && self.given == other.given
    }
}

impl Kind {
    /// The whole message.
    pub(in crate::components) fn whole(&self) -> &Content {
        self.row.message().map_or(&Content::Delay, |message| message.content())
    }

    /// What is to be shown.
    pub(in crate::components) fn content(&self) -> &Content {
        match (self.whole(), self.part) {
            (Content::Parts(parts), Some(at)) => parts.get(at).unwrap_or(&Content::Delay),
            (whole, _) => whole,
        }
    }

    /// Its words in a bubble: what is shown while the code for more is not there.
    pub(in crate::components) fn plain(&self) -> Html {
        let words = self.content().to_plain();
        if words.is_empty() { Html::default() } else { named_bubble(&self.bubble, text(words.into())) }
    }

    /// What its answers need to know.
    pub(in crate::components) fn choice(&self) -> Choice<'_> {
        Choice { look: &self.look, act: &self.act, open: self.open, given: self.given.as_deref(), of: None }
    }
}
