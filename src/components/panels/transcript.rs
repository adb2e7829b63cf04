//! Saves the conversation as a file of text or a web page, made in the browser and sent nowhere.

mod page;
mod plain_text;

use js_sys::{Array, Date};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, BlobPropertyBag, Document, HtmlElement, Url, window};
use yew::AttrValue;

use crate::components::{
    Transcript, ViewConfig, announcer::notice_text, avatar::author_name, intl::Format, time_format::to_js_time,
};
use crate::conversation::{Conversation, Notice, RowKind};
use chataibot_wire::{Author, RichText};

/// How long the browser may take to begin the download, in milliseconds.
const DOWNLOAD_TIMEOUT: i32 = 20_000;

pub(super) enum Line {
    Message {
        author: Author,
        name: AttrValue,
        time: AttrValue,
        words: RichText,
    },
    /// An event, such as a handover.
    Event(AttrValue),
}

pub(in crate::components) fn save(state: &Conversation, config: &ViewConfig, kind: Transcript) {
    let Some(page) = window().and_then(|window| window.document()) else { return };
    let lines = lines(state, config);
    let date = Date::new_0();
    let created = format_time(config, &[("dateStyle", "full"), ("timeStyle", "short")], date.get_time());
    let (content, media_type, extension) = match kind {
        Transcript::Text => (plain_text::text(config, &created, &lines), "text/plain;charset=utf-8", ".txt"),
        Transcript::Html => match page::page(&page, config, &created, &lines) {
            Some(content) => (content, "text/html;charset=utf-8", ".html"),
            None => return,
        },
    };
    let day = String::from(date.to_iso_string());
    let name = ["chat-", day.get(..10).unwrap_or_default(), extension].concat();
    // No error is shown: the browser itself reports a refused download.
    let saved = download(&page, &content, media_type, &name);
    debug_assert!(saved.is_some());
}

fn download(page: &Document, content: &str, media_type: &str, name: &str) -> Option<()> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&content.into()), &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link = page.create_element("a").ok()?.dyn_into::<HtmlElement>().ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    let revoke = Closure::once_into_js(move || Url::revoke_object_url(&address).is_ok());
    let (revoke, later) = (revoke.unchecked_ref(), DOWNLOAD_TIMEOUT);
    window()?.set_timeout_with_callback_and_timeout_and_arguments_0(revoke, later).ok().map(drop)
}

/// Resolves an address on the page's own site; `None` for any other.
fn absolute(address: &str) -> Option<String> {
    if !address.starts_with(['/', '?', '#']) {
        return None;
    }
    let base = window()?.document()?.base_uri().ok()??;
    Url::new_with_base(address, &base).ok().map(|url| url.href())
}

fn lines(state: &Conversation, config: &ViewConfig) -> Vec<Line> {
    let strings = &config.strings;
    let mut agent = None;
    let line = |row: &std::rc::Rc<crate::conversation::Row>| match &row.kind {
        RowKind::Message(message) => {
            let words = plain_text::message_text(message.content(), strings);
            let time = format_time(config, &[("dateStyle", "medium"), ("timeStyle", "short")], to_js_time(row.at));
            let name = author_name(config, message.author, agent.as_ref());
            (!words.is_empty()).then_some(Line::Message { author: message.author, name, time, words })
        }
        RowKind::Notice(notice) => {
            if let Notice::Handover(assignee) = notice {
                agent = Some(assignee.clone());
            }
            Some(Line::Event(notice_text(notice, strings).into()))
        }
    };
    state.rows().iter().filter_map(line).collect()
}

fn format_time(config: &ViewConfig, fields: &[(&str, &str)], at: f64) -> AttrValue {
    Format::dates(config.locale.as_deref(), fields).map(|format| format.write(at)).unwrap_or_default()
}
