//! Props of the files in the composer. Their view: `attachments`. Until it is there, nothing
//! stands in its place.

use yew::prelude::*;

use crate::components::view_context::ViewContext;

/// Sends the files that are there; `true` when something was said just before.
pub(in crate::components) type Leave = Callback<bool>;

/// What the composer gives.
#[derive(Properties, Clone)]
pub(in crate::components) struct Files {
    pub(in crate::components) view: ViewContext,
    /// The message field.
    pub(in crate::components) field: NodeRef,
    /// Told how to send the files, and when there are none any more; always does the same.
    pub(in crate::components) full: Callback<Option<Leave>>,
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.view == other.view
    }
}
