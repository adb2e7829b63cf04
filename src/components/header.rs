//! The header: who the visitor talks to, how the connection stands, and the two buttons.

use chataibot_wire::Author;
use yew::prelude::*;

use super::{
    Look,
    avatar::{author_name, avatar},
    icons,
    markup::{self, group, part, text},
};
use crate::conversation::{Conversation, Link, Phase};

/// A view, not a component: it has no state.
pub(super) fn header(
    look: &Look,
    state: &Conversation,
    onrestart: Callback<MouseEvent>,
    onclose: Callback<MouseEvent>,
) -> Html {
    let strings = &look.strings;
    let agent = state.assignee().filter(|assignee| assignee.kind == Author::Agent);
    let (kind, title, subtitle) = match agent {
        Some(agent) => (Author::Agent, author_name(look, Author::Agent, Some(agent)), strings.subheading_agent()),
        None => (Author::Bot, strings.heading(), strings.subheading()),
    };
    let (class, status) = match (state.phase(), state.link()) {
        (Phase::Ended, _) => ("status", strings.status_ended()),
        (_, Link::Idle) => ("status status-none", subtitle),
        (_, Link::Live) => ("status status-live", subtitle),
        (_, Link::Connecting) => ("status status-waiting", strings.status_connecting()),
        (_, Link::Reconnecting { .. }) => ("status status-waiting", strings.status_reconnecting()),
        (_, Link::Offline) => ("status", strings.status_offline()),
    };
    let status = if status.is_empty() { Html::default() } else { part("p", class, text(status)) };
    let restart = if state.rows().is_empty() {
        Html::default()
    } else {
        button("header-button restart", strings.restart(), icons::RESTART, onrestart)
    };
    let inside = vec![
        avatar(look, kind, agent.map(AsRef::as_ref)),
        html! { <div class="titles"><h2 id="title" class="title" part="title">{ text(title) }</h2>{ status }</div> },
        restart,
        button("header-button close", strings.close(), icons::CLOSE, onclose),
    ];
    part("header", "header", group(inside))
}

fn button(class: &'static str, label: AttrValue, sign: &'static str, onclick: Callback<MouseEvent>) -> Html {
    markup::button(class, class, Some(label), icons::sign("", sign), onclick).into()
}
