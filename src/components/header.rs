//! The header: conversation partner, connection status and buttons.

use chataibot_wire::Author;
use yew::prelude::*;

use super::{
    UserAction, ViewConfig,
    avatar::{author_name, avatar},
    elements::{self, element, group, part, text},
    icons, menu,
};
use crate::conversation::{ConnectionStatus, Conversation, Phase};

/// What the header shows besides the conversation, and its callbacks. `None`: not shown.
pub(super) struct Header {
    /// Called to go back to the home screen.
    pub(super) onback: Option<Callback<MouseEvent>>,
    /// Whether the window is enlarged.
    pub(super) is_large: Option<bool>,
    /// The menu, with its button.
    pub(super) menu: Html,
    /// Called with what the visitor does.
    pub(super) choose: Callback<UserAction>,
    /// Whether the window can be closed.
    pub(super) is_closable: bool,
}

/// A view, not a component: it has no state.
pub(super) fn header(config: &ViewConfig, state: &Conversation, header: Header) -> Html {
    let Header { onback, is_large, menu, choose, is_closable } = header;
    let strings = &config.strings;
    let agent = state.assignee().filter(|assignee| assignee.kind == Author::Agent);
    let (kind, title, subtitle) = match agent {
        Some(agent) => (Author::Agent, author_name(config, Author::Agent, Some(agent)), strings.subheading_agent()),
        None => (Author::Bot, strings.heading(), strings.subheading()),
    };
    let (class, status) = match (state.phase(), state.connection()) {
        (Phase::Ended, _) => ("status", strings.status_ended()),
        (_, ConnectionStatus::Idle) => ("status status-none", subtitle),
        (_, ConnectionStatus::Live) => ("status status-live", subtitle),
        (_, ConnectionStatus::Connecting) => ("status status-waiting", strings.status_connecting()),
        (_, ConnectionStatus::Reconnecting { .. }) => ("status status-waiting", strings.status_reconnecting()),
        (_, ConnectionStatus::Offline) => ("status", strings.status_offline()),
    };
    let title = element!("h2", "id" = "title", "class" = "title", "part" = "title"; text(title));
    // The host page may slot in a header of its own. The hidden title then still names the window.
    let title = element!("slot", "name" = "header"; title.into());
    let status = if status.is_empty() { Html::default() } else { part("p", class, text(status)) };
    let back = onback.map(|onclick| button("header-button back", strings.home_back(), icons::BACK, onclick));
    let expand = is_large.map(|is_large| {
        let (label, icon) = menu::resize_label(config, is_large);
        button("header-button expand", label, icon, choose.reform(|_| UserAction::Resize))
    });
    let close = is_closable
        .then(|| button("header-button close", strings.close(), icons::CLOSE, choose.reform(|_| UserAction::Close)));
    let inside = vec![
        back.unwrap_or_default(),
        avatar(config, "avatar avatar-header", kind, agent.map(AsRef::as_ref)),
        part("div", "titles", group(vec![title.into(), status])),
        expand.unwrap_or_default(),
        menu,
        close.unwrap_or_default(),
    ];
    part("header", "header", group(inside))
}

fn button(class: &'static str, label: AttrValue, icon: &'static str, onclick: Callback<MouseEvent>) -> Html {
    elements::button(class, class, Some(label), icons::icon("", icon), onclick).into()
}
