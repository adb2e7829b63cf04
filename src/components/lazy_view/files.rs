//! Props of the view of files in the composer (`attachments`). It has no placeholder: until its
//! chunk is loaded, nothing is shown.

use yew::prelude::*;

use crate::components::view_context::ViewContext;

/// Sends the files; `true` if a text was sent just before.
pub(in crate::components) type SendFiles = Callback<bool>;

/// Props from the composer.
#[derive(Properties, Clone)]
pub(in crate::components) struct Files {
    pub(in crate::components) view: ViewContext,
    /// The message field.
    pub(in crate::components) field: NodeRef,
    /// Called with a way to send the files, or `None` if there are none; always does the same.
    pub(in crate::components) on_change: Callback<Option<SendFiles>>,
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.view == other.view
    }
}
