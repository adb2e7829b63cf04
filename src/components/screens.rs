//! Chooses the screen of the window by the onboarding state, and the views of which it consists.
//! Panels are loaded lazily.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    ViewConfig,
    elements::group,
    lazy_view::{
        LazyView, View,
        panel::{Panel, PanelKind},
    },
    view_context::ViewContext,
};
use crate::{
    config::{Config, Name},
    conversation::{
        Conversation,
        onboarding::{Closed, Requirements, Scale, Screen},
    },
};

/// Returns what the host page requires of a visitor, from its settings.
#[must_use]
pub fn gate(config: &Config) -> Requirements {
    Requirements {
        consent: config.flag(Name::Consent).then(|| Rc::from(config.text(Name::ConsentVersion))),
        prechat: config.given(Name::Prechat).is_some() || config.given(Name::PrechatFields).is_some(),
        home: config.flag(Name::Home),
        rating: match config.text(Name::Rating) {
            "stars" => Some(Scale::Stars),
            "thumbs" => Some(Scale::Thumbs),
            _ => None,
        },
        maintenance: config.text(Name::Availability) == "maintenance",
    }
}

/// Whether the visitor can go back to the home screen from here.
pub(super) fn leads_home(state: &Conversation) -> bool {
    let beyond = match state.screen() {
        Screen::Consent | Screen::Home => false,
        Screen::PreChat | Screen::Chat | Screen::Rating(_) | Screen::Closed(Closed::Ended) => true,
        Screen::Closed(Closed::Maintenance) => false,
    };
    beyond && state.requirements().home
}

/// What is shown below the header. `list` and `bottom` belong to a chat; `seen`: whether the window
/// was ever open, because nothing is fetched before that.
pub(super) fn screen(view: &ViewContext, seen: bool, list: Html, bottom: Html) -> Html {
    let ViewContext { state, look, .. } = view;
    let panel = |kind| {
        if !seen {
            return Html::default();
        }
        html! { <LazyView view={View::Panel(Panel { kind, view: view.clone(), bottom: bottom.clone() })} /> }
    };
    let (above, middle, below) = match state.screen() {
        Screen::Consent => (Html::default(), panel(PanelKind::Consent), Html::default()),
        Screen::Home => (hours(look, &panel), panel(PanelKind::Home), Html::default()),
        Screen::PreChat => (hours(look, &panel), panel(PanelKind::PreChat), Html::default()),
        Screen::Chat => (hours(look, &panel), list, group(vec![starters(look, state, &panel), bottom.clone()])),
        Screen::Rating(scale) => (Html::default(), list, panel(PanelKind::Rating(scale))),
        Screen::Closed(Closed::Ended) => (Html::default(), list, bottom.clone()),
        Screen::Closed(Closed::Maintenance) if state.rows().is_empty() => {
            (Html::default(), panel(PanelKind::Maintenance), Html::default())
        }
        Screen::Closed(Closed::Maintenance) => (Html::default(), list, panel(PanelKind::Maintenance)),
    };
    group(vec![above, middle, below])
}

/// The notice that nobody answers now, only for host pages that set office hours or are away.
fn hours(look: &ViewConfig, panel: &dyn Fn(PanelKind) -> Html) -> Html {
    let away = look.config.text(Name::Availability) == "away";
    if away || look.config.given(Name::OfficeHours).is_some() { panel(PanelKind::Hours) } else { Html::default() }
}

/// Suggestions for a first message, above the composer of an empty chat, if the host page has any.
fn starters(look: &ViewConfig, state: &Conversation, panel: &dyn Fn(PanelKind) -> Html) -> Html {
    if state.rows().is_empty() && look.config.given(Name::Starters).is_some() {
        panel(PanelKind::Starters)
    } else {
        Html::default()
    }
}
