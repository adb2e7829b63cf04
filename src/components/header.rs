//! The header: conversation partner, connection status and buttons.

use chataibot_wire::Author;
use yew::prelude::*;

use super::avatar::{author_name, avatar};
use super::icons::{self, icon_button};
use super::{UserAction, ViewConfig, elements::*, menu};
use crate::conversation::{ConnectionStatus, Conversation, Phase};

/// Renders the header; `onback` and `is_large` add buttons for the home screen and the size.
pub(super) fn header(
    config: &ViewConfig,
    state: &Conversation,
    onback: Option<Callback<MouseEvent>>,
    is_large: Option<bool>,
    menu: Html,
    choose: &Callback<UserAction>,
    is_closable: bool,
) -> Html {
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
    let title = element!("h2", part "title", "id" = "title"; text(title));
    // The host page may slot in a header of its own. The hidden title then still names the window.
    let title = element!("slot", "name" = "header"; title.into());
    let status = if status.is_empty() { Html::default() } else { part("p", class, text(status)) };
    let back = onback.map(|onclick| icon_button("header-button back", strings.home_back(), icons::BACK, onclick));
    let expand = is_large.map(|is_large| {
        let (label, icon) = menu::resize_label(config, is_large);
        icon_button("header-button expand", label, icon, choose.reform(|_| UserAction::Resize))
    });
    let close = is_closable.then(|| {
        icon_button("header-button close", strings.close(), icons::CLOSE, choose.reform(|_| UserAction::Close))
    });
    let inside = vec![
        back.map(Html::from).unwrap_or_default(),
        avatar(config, "avatar avatar-header", kind, agent.map(AsRef::as_ref)),
        part("div", "titles", group(vec![title.into(), status])),
        expand.map(Html::from).unwrap_or_default(),
        menu,
        close.map(Html::from).unwrap_or_default(),
    ];
    part("header", "header", group(inside))
}
