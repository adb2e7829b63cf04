//! Props of the files in the composer (`attachments`), which have no placeholder.

use yew::prelude::*;

use crate::components::view_context::{ViewContext, equal_by};

/// Sends the files; `true` if a text was sent just before.
pub(in crate::components) type SendFiles = Callback<bool>;

#[derive(Properties, Clone)]
pub(in crate::components) struct Files {
    pub(in crate::components) view: ViewContext,
    pub(in crate::components) field: NodeRef,
    /// Called with a way to send the files, or `None` if there are none; always does the same.
    pub(in crate::components) on_change: Callback<Option<SendFiles>>,
}

equal_by!(Files, [] view);
