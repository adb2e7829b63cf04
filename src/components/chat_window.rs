//! The window: header, notices, messages and composer in one dialog. A view: what it remembers is the widget's.

use web_sys::Element;
use yew::prelude::*;

use super::{
    Verb, WidgetProps, browser,
    composer::Composer,
    header::header,
    markup::{at, element, group},
    message_list::MessageList,
    notices::{ended, notices, restart_question},
};
use crate::conversation::Phase;

/// What the window shows beside the conversation.
pub(super) struct ChatWindow<'a> {
    pub(super) props: &'a WidgetProps,
    /// Does it take the whole screen?
    pub(super) modal: bool,
    /// Is the visitor asked whether to start over?
    pub(super) asking: bool,
    /// Called to ask, and to ask no more.
    pub(super) ask: Callback<bool>,
    /// Says a sentence to screen readers.
    pub(super) say: Callback<AttrValue>,
    /// The regions of the announcer in here.
    pub(super) announcer: Html,
    pub(super) places: &'a Places,
}

/// Elements that are given the focus or read.
#[derive(Default)]
pub(super) struct Places {
    pub(super) launcher: NodeRef,
    /// The dialog.
    pub(super) section: NodeRef,
    /// The first answer to the question before starting over.
    pub(super) question: NodeRef,
    /// The message field.
    pub(super) field: NodeRef,
}

pub(super) fn chat_window(window: ChatWindow) -> Html {
    let ChatWindow { props: WidgetProps { state, look, act }, modal, asking, ask, say, announcer, places } = window;
    let open = state.window_open();
    let ended_now = state.phase() == Phase::Ended;

    // The end has its own button, and nothing more to lose.
    let onrestart = {
        let (ask, act) = (ask.clone(), act.clone());
        Callback::from(move |_| if ended_now { act.emit(Verb::Restart) } else { ask.emit(true) })
    };
    let leave = |restart: bool| {
        let (ask, act, section) = (ask.clone(), act.clone(), places.section.clone());
        Callback::from(move |_: MouseEvent| {
            ask.emit(false);
            if let Some(section) = section.cast::<Element>() {
                browser::focus_window(&section);
            }
            if restart {
                act.emit(Verb::Restart);
            }
        })
    };
    let question = if asking && !ended_now {
        restart_question(look, leave(true), leave(false), &places.question)
    } else {
        Html::default()
    };
    let bottom = if ended_now {
        ended(look, leave(true))
    } else {
        html! { <Composer {state} {look} {act} say={&say} field={&places.field} /> }
    };
    let inside = vec![
        header(look, state, onrestart, act.reform(|_| Verb::Close)),
        notices(look, state),
        question,
        html! { <MessageList {state} {look} {act} {say} /> },
        bottom,
        announcer,
    ];
    let names = if open { "window window-open" } else { "window" };
    let section = element!(
        "section",
        "id" = "window",
        "class" = names,
        "part" = names,
        "role" = "dialog",
        "tabindex" = "-1",
        "aria-labelledby" = "title",
        "aria-modal" = modal.then_some("true"),
        "inert" = (!open).then_some("inert");
        group(inside)
    );
    at(section, &places.section).into()
}
