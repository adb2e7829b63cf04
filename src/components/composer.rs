//! The composer: a field that grows with the text, and a button. What stands in it belongs to the conversation, as its draft.

use std::rc::Rc;

use chataibot_wire::content::Prompt;
use web_sys::{HtmlTextAreaElement, InputEvent};
use yew::{
    html::{oninput, onkeydown, onsubmit},
    prelude::*,
};

use super::{
    Look, Verb, browser, icons,
    markup::{at, element, group, on, part, text},
};
use crate::conversation::Conversation;

/// Characters in one message. The platform documents no limit; this one is ours, and the proxy's.
const LONGEST: usize = 4000;

/// The visitor is told how many are left from here on.
const NEARLY: usize = 200;

/// A view, not a component: the draft is the conversation's, and what the browser knows of the field is asked of `field`.
pub(super) fn composer(look: &Look, state: &Conversation, act: &Callback<Verb>, field: &NodeRef) -> Html {
    let strings = &look.strings;
    let draft = AttrValue::from(state.draft().clone());

    let write = {
        let field = field.clone();
        act.reform(move |_: InputEvent| {
            Verb::Draft(field.cast::<HtmlTextAreaElement>().map(|it| it.value()).unwrap_or_default())
        })
    };
    let send = {
        let (field, act) = (field.clone(), act.clone());
        move || {
            let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
            // As the field has it: a draft may be a render behind.
            let text = field.value();
            if !text.trim().is_empty() {
                act.emit(Verb::Send(text));
                act.emit(Verb::Draft(String::new()));
            }
            browser::focus(&field);
        }
    };
    let press = {
        let send = send.clone();
        Callback::from(move |event: KeyboardEvent| {
            // 229: in Safari the Enter that ends a composition comes after it, no longer marked as composing.
            let composing = event.is_composing() || event.key_code() == 229;
            if event.key() == "Enter" && !event.shift_key() && !composing {
                event.prevent_default();
                send();
            }
        })
    };
    let submit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        send();
    });

    let (placeholder, mode, complete) = match state.prompt() {
        None => (strings.placeholder(), None, Some("off")),
        Some(Prompt::Name) => (strings.placeholder_name(), None, Some("name")),
        Some(Prompt::Email) => (strings.placeholder_email(), Some("email"), Some("email")),
        Some(Prompt::Phone) => (strings.placeholder_phone(), Some("tel"), Some("tel")),
    };
    // As the browser counts for `maxlength`.
    let length = if draft.len() > LONGEST - NEARLY { draft.encode_utf16().count() } else { 0 };
    let counter = if length > LONGEST - NEARLY {
        part("span", "counter", text(strings.characters_left(LONGEST.saturating_sub(length))))
    } else {
        Html::default()
    };
    let label = html! { <label class="unseen" for="input">{ text(strings.composer_label()) }</label> };
    let mut input = element!(
        "textarea",
        "id" = "input",
        "class" = "input",
        "part" = "input",
        "rows" = "1",
        "dir" = (!draft.is_empty()).then_some("auto"),
        "placeholder" = placeholder,
        "maxlength" = LONGEST.to_string(),
        "inputmode" = mode,
        "autocomplete" = complete,
        "autocapitalize" = mode.map(|_| "off"),
        "enterkeyhint" = "send";
        Html::default()
    );
    input.set_value(draft.clone());
    let input = on(at(input, field), Rc::new(oninput::Wrapper::new(write)));
    let input = on(input, Rc::new(onkeydown::Wrapper::new(press)));
    let send = element!(
        "button",
        "type" = "submit",
        "class" = "send",
        "part" = "send",
        "aria-label" = strings.send(),
        "title" = strings.send(),
        "disabled" = draft.trim().is_empty().then_some("disabled");
        icons::sign("", icons::SEND)
    );
    let inside = group(vec![label, input.into(), send.into(), counter]);
    let field = element!("div", "class" = "field", "part" = "field", "data-text" = draft; inside);
    let form = element!("form", "class" = "composer", "part" = "composer"; field.into());
    on(form, Rc::new(onsubmit::Wrapper::new(submit))).into()
}
