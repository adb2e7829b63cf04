//! What is dropped on the window, held over it or pasted in it, while that is files. All else is left alone.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DataTransfer, Element, Event, File, FileList, Node};

/// What was heard.
pub(super) enum Heard {
    /// Files are held over the window, or no longer.
    Over(bool),
    /// These were dropped or pasted.
    Files(Vec<File>),
}

const EVENTS: [&str; 4] = ["dragover", "dragleave", "drop", "paste"];

/// Listens in the window while it lives.
pub(super) struct Ears(Element, Closure<dyn FnMut(Event)>);

impl Ears {
    pub(super) fn new(window: Element, heard: impl Fn(Heard) + 'static) -> Option<Self> {
        let (place, mut over) = (window.clone(), false);
        let call = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let Some(carried) = carried(&event) else { return };
            // Without this the browser would leave the page for the file.
            event.prevent_default();
            let kind = event.type_();
            let goes_on = || get(&event, "relatedTarget").is_some_and(|to| place.contains(to.dyn_ref::<Node>()));
            let is_over = kind == "dragover" || (kind == "dragleave" && goes_on());
            if std::mem::replace(&mut over, is_over) != is_over {
                heard(Heard::Over(is_over));
            }
            if let Some(files) = carried.files().filter(|_| kind == "drop" || kind == "paste") {
                heard(Heard::Files(each(&files)));
            }
        });
        for event in EVENTS {
            window.add_event_listener_with_callback(event, call.as_ref().unchecked_ref()).ok()?;
        }
        Some(Self(window, call))
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        for event in EVENTS {
            // Fails only where there was nothing to remove.
            let removed = self.0.remove_event_listener_with_callback(event, self.1.as_ref().unchecked_ref());
            debug_assert!(removed.is_ok());
        }
    }
}

/// The files of a list.
pub(super) fn each(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}

fn get(event: &Event, name: &str) -> Option<JsValue> {
    Reflect::get(event, &JsValue::from_str(name)).ok().filter(JsValue::is_truthy)
}

/// What the event brings, when it is files for us.
fn carried(event: &Event) -> Option<DataTransfer> {
    let carried = get(event, "dataTransfer").or_else(|| get(event, "clipboardData"))?;
    let carried: DataTransfer = carried.unchecked_into();
    let types = carried.types();
    let has = |kind: &str| types.includes(&JsValue::from_str(kind), 0);
    // Words that bring a picture of themselves along are words.
    if !has("Files") || (has("text/html") && has("text/plain")) {
        return None;
    }
    // A question that wants a file has a place of its own.
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(".drop-zone").ok()?.is_none().then_some(carried)
}
