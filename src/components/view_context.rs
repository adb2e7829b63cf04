//! What the views of one window share: the conversation, how it is shown, and callbacks.

use std::rc::Rc;

use yew::prelude::*;

use super::{UserAction, ViewConfig};
use crate::conversation::Conversation;

/// Implements `PartialEq` by some fields only: those in brackets by pointer, because conversation
/// and settings are replaced, never changed in place.
macro_rules! equal_by {
    ($type:ty, [$($shared:ident),*] $($field:ident),*) => {
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                $(std::rc::Rc::ptr_eq(&self.$shared, &other.$shared) &&)* $(self.$field == other.$field &&)* true
            }
        }
    };
}
pub(super) use equal_by;

/// Conversation, settings and callbacks of the views of a window.
#[derive(Properties, Clone)]
pub(super) struct ViewContext {
    pub(super) state: Rc<Conversation>,
    pub(super) config: Rc<ViewConfig>,
    /// Called for everything the visitor does.
    pub(super) act: Callback<UserAction>,
    /// Announces a sentence to screen readers. Not compared, because it always does the same.
    pub(super) announce: Callback<AttrValue>,
}

equal_by!(ViewContext, [state, config] act);
