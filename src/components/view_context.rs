//! What the views of one window share: the conversation, how it is shown, and callbacks for what
//! the visitor does.

use std::rc::Rc;

use yew::prelude::*;

use super::{UserAction, ViewConfig};
use crate::conversation::Conversation;

/// Conversation, settings and callbacks of the views of a window.
#[derive(Properties, Clone)]
pub(super) struct ViewContext {
    /// The current conversation.
    pub(super) state: Rc<Conversation>,
    /// Settings and sentences.
    pub(super) config: Rc<ViewConfig>,
    /// Called for everything the visitor does.
    pub(super) act: Callback<UserAction>,
    /// Announces a sentence to screen readers. Not compared, because it always does the same.
    pub(super) announce: Callback<AttrValue>,
}

/// Conversation and settings are replaced, never changed in place.
impl PartialEq for ViewContext {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && Rc::ptr_eq(&self.config, &other.config) && self.act == other.act
    }
}
