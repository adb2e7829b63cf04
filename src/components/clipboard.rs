//! Copies a text to the clipboard.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlTextAreaElement};

use super::dom;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = document, js_name = execCommand)]
    fn exec_command(name: &str) -> Result<bool, JsValue>;
}

/// Copies a text, and returns whether that worked. On a page without encryption only selected text
/// can be copied, so a text field is added to `beside` for a moment.
pub(super) async fn copy(text: String, beside: Element) -> bool {
    match write_text(&text) {
        Ok(promise) => JsFuture::from(promise).await.is_ok() || copy_selected(&text, &beside),
        Err(_) => copy_selected(&text, &beside),
    }
}

fn copy_selected(text: &str, beside: &Element) -> bool {
    let focused = dom::focused_in_root(beside);
    let field = beside.owner_document().and_then(|page| page.create_element("textarea").ok());
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) else { return false };
    field.set_value(text);
    field.set_read_only(true);
    field.set_class_name("unseen");
    if beside.append_child(&field).is_err() {
        return false;
    }
    field.select();
    let copied = exec_command("copy").unwrap_or(false);
    field.remove();
    if let Some(focused) = focused {
        dom::focus(&focused);
    }
    copied
}
