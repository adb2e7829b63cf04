//! Drag and drop and paste of files in the window. Events that carry no files are left alone.

use std::{cell::Cell, rc::Rc};

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DataTransfer, Element, Event, File, Node};
use yew::Callback;

use crate::{browser::events::Listener, components::file_picker::files_of};

pub(super) enum FileEvent {
    /// Whether files are now dragged over the window.
    DraggedOver(bool),
    Received(Vec<File>),
}

/// Listens in the window until the returned listeners are dropped.
pub(super) fn listen(window: &Element, on_event: Callback<FileEvent>) -> Vec<Listener> {
    let (drop_target, over) = (window.clone(), Cell::new(false));
    let handle = Rc::new(move |event: Event| {
        let Some(data) = data(&event) else { return };
        // Otherwise the browser would leave the page and open the file.
        event.prevent_default();
        let kind = event.type_();
        let stays_inside = || get(&event, "relatedTarget").is_some_and(|to| drop_target.contains(to.dyn_ref::<Node>()));
        let is_over = kind == "dragover" || (kind == "dragleave" && stays_inside());
        if over.replace(is_over) != is_over {
            on_event.emit(FileEvent::DraggedOver(is_over));
        }
        if let Some(files) = data.files().filter(|_| kind == "drop" || kind == "paste") {
            on_event.emit(FileEvent::Received(files_of(&files)));
        }
    });
    let listen = |event| {
        let handle = handle.clone();
        Listener::new(window, event, move |event| handle(event))
    };
    ["dragover", "dragleave", "drop", "paste"].into_iter().filter_map(listen).collect()
}

fn get(event: &Event, name: &str) -> Option<JsValue> {
    Reflect::get(event, &JsValue::from_str(name)).ok().filter(JsValue::is_truthy)
}

/// Returns the event's data if it contains files that are handled here.
fn data(event: &Event) -> Option<DataTransfer> {
    let data = get(event, "dataTransfer").or_else(|| get(event, "clipboardData"))?;
    let data: DataTransfer = data.unchecked_into();
    let types = data.types();
    let has = |kind: &str| types.includes(&JsValue::from_str(kind), 0);
    // Text copied from some applications comes with a picture of itself: a paste of text.
    if !has("Files") || (has("text/html") && has("text/plain")) {
        return None;
    }
    // A file question has a drop zone of its own, which handles these events.
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(".drop-zone").ok()?.is_none().then_some(data)
}
