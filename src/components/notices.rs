//! Notices above the list, and what replaces the composer once a conversation has ended.

use yew::prelude::*;

use super::{ViewConfig, elements::*, icons};
use crate::conversation::{ConnectionStatus, Conversation};

/// Notices about the whole chat, one line each, most urgent first.
pub(super) fn notices(config: &ViewConfig, state: &Conversation) -> Html {
    let strings = &config.strings;
    let urgent = match state.connection() {
        _ if state.is_unavailable() => notice("notice notice-unavailable", icons::ALERT, strings.notice_unavailable()),
        ConnectionStatus::Idle | ConnectionStatus::Connecting | ConnectionStatus::Live => Html::default(),
        ConnectionStatus::Reconnecting { .. } => {
            notice("notice notice-connection notice-reconnecting", icons::NO_NETWORK, strings.notice_reconnecting())
        }
        ConnectionStatus::Offline => {
            notice("notice notice-connection notice-offline", icons::NO_NETWORK, strings.notice_offline())
        }
    };
    let memory = (state.memory_only() && !state.rows().is_empty())
        .then(|| notice("notice notice-memory", icons::CLOCK, strings.notice_memory()));
    part("div", "notices", group(vec![urgent, memory.unwrap_or_default()]))
}

fn notice(names: &'static str, icon: &'static str, sentence: AttrValue) -> Html {
    part("p", names, group(vec![icons::icon("", icon), plain("span", text(sentence))]))
}

/// The confirmation asked before an action that cannot be undone.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Question {
    Restart,
    End,
}

pub(super) fn question(config: &ViewConfig, question: Question, answer: &Callback<bool>, node_ref: &NodeRef) -> Html {
    let strings = &config.strings;
    let (names, sentence_text, yes) = match question {
        Question::Restart => ("notice notice-restart", strings.restart_question(), strings.restart_confirm()),
        Question::End => ("notice notice-end", strings.end_question(), strings.end()),
    };
    let inside = vec![
        element!("span", "id" = "question"; text(sentence_text)).into(),
        button("quiet", "button", None, text(yes), answer.reform(|_| true)).into(),
        button("quiet", "button", None, text(strings.restart_cancel()), answer.reform(|_| false)).into(),
    ];
    let question = element!("div", part names, "role" = "group", "aria-labelledby" = "question"; group(inside));
    with_ref(question, node_ref).into()
}

/// Shown in place of the composer when the conversation has ended.
pub(super) fn ended(config: &ViewConfig, onclick: Callback<MouseEvent>) -> Html {
    let inside = vec![plain("p", text(config.strings.ended())), primary_button(config.strings.start_new(), onclick)];
    part("div", "ended", group(inside))
}
