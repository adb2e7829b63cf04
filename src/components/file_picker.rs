//! A hidden file input that opens the device's file picker, for the visible button beside it.

use wasm_bindgen::JsCast;
use web_sys::{Event, File, FileList, HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::{elements::*, uploads::Uploads};

/// The hidden input; `on_chosen` gets the chosen files: one, unless `multiple`.
pub(super) fn file_picker(field: &NodeRef, uploads: &Uploads, multiple: bool, on_chosen: Callback<Vec<File>>) -> Html {
    let types: Vec<&str> = uploads.types.iter().map(AttrValue::as_str).collect();
    let input = element!(
        "input",
        "type" = "file",
        "class" = "unseen",
        "tabindex" = "-1",
        "aria-hidden" = "true",
        "multiple" = multiple.then_some("multiple"),
        "accept" = (!types.is_empty()).then(|| types.join(","))
    );
    let changed = Callback::from(move |event: Event| {
        let field = event.target().and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let files = field.as_ref().and_then(|field| field.files()).map(|files| files_of(&files)).unwrap_or_default();
        // Cleared, so that choosing the same file again is a change.
        if let Some(field) = field {
            field.set_value("");
        }
        if !files.is_empty() {
            on_chosen.emit(files);
        }
    });
    listen!(with_ref(input, field), onchange = changed).into()
}

/// Opens the device's file picker. Must be called within a visitor's click.
pub(super) fn open(field: &NodeRef) {
    if let Some(field) = field.cast::<HtmlElement>() {
        field.click();
    }
}

pub(super) fn files_of(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}
