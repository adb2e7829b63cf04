//! Props of the files in the composer. Their view: `attachments`. Until it is there, nothing stands in its place.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::{UserAction, ViewConfig},
    conversation::Conversation,
};

/// Sends the files that are there; `true` when something was said just before.
pub(in crate::components) type Leave = Callback<bool>;

/// What the composer gives.
#[derive(Properties, Clone)]
pub(in crate::components) struct Files {
    pub(in crate::components) state: Rc<Conversation>,
    pub(in crate::components) look: Rc<ViewConfig>,
    pub(in crate::components) act: Callback<UserAction>,
    /// Says a sentence to screen readers; always does the same.
    pub(in crate::components) say: Callback<AttrValue>,
    /// The message field.
    pub(in crate::components) field: NodeRef,
    /// Told how to send the files, and when there are none any more; always does the same.
    pub(in crate::components) full: Callback<Option<Leave>>,
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && Rc::ptr_eq(&self.look, &other.look) && self.act == other.act
    }
}
