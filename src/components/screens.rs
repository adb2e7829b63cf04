//! Chooses the screen of the window by the onboarding state, with its lazily loaded panels.

use std::rc::Rc;

use yew::prelude::*;

use super::lazy_view::panel::{Panel, PanelKind};
use super::lazy_view::{LazyView, View};
use super::{elements::*, view_context::ViewContext};
use crate::config::{Config, Name};
use crate::conversation::Conversation;
use crate::conversation::onboarding::{Closed, Requirements, Scale, Screen};

/// Returns what the host page requires of a visitor, from its settings.
#[must_use]
pub fn requirements_of(settings: &Config) -> Requirements {
    Requirements {
        consent: settings.flag(Name::Consent).then(|| Rc::from(settings.text(Name::ConsentVersion))),
        prechat: settings.given(Name::Prechat).is_some() || settings.given(Name::PrechatFields).is_some(),
        home: settings.flag(Name::Home),
        rating: match settings.text(Name::Rating) {
            "stars" => Some(Scale::Stars),
            "thumbs" => Some(Scale::Thumbs),
            _ => None,
        },
        maintenance: settings.text(Name::Availability) == "maintenance",
    }
}

pub(super) fn can_go_home(state: &Conversation) -> bool {
    let beyond = match state.screen() {
        Screen::Consent | Screen::Home | Screen::Closed(Closed::Maintenance) => false,
        Screen::PreChat | Screen::Chat | Screen::Rating(_) | Screen::Closed(Closed::Ended) => true,
    };
    beyond && state.requirements().home
}

/// What is shown below the header. `list` and `bottom` belong to a chat; `was_ever_open`: whether
/// the window was ever open, because nothing is fetched before that.
pub(super) fn screen(view: &ViewContext, was_ever_open: bool, list: Html, bottom: Html) -> Html {
    let ViewContext { state, config, .. } = view;
    let panel = |kind| {
        if !was_ever_open {
            return Html::default();
        }
        html! { <LazyView view={View::Panel(Panel { kind, view: view.clone(), bottom: bottom.clone() })} /> }
    };
    let panel_if = |applies: bool, kind| if applies { panel(kind) } else { Html::default() };
    let is_given = |name| config.settings.given(name).is_some();
    let is_away = config.settings.text(Name::Availability) == "away";
    let is_empty = state.rows().is_empty();
    // The notice that nobody answers now.
    let hours = || panel_if(is_away || is_given(Name::OfficeHours), PanelKind::Hours);
    // Suggestions for a first message.
    let starters = || panel_if(is_empty && is_given(Name::Starters), PanelKind::Starters);
    let (above, middle, below) = match state.screen() {
        Screen::Consent => (Html::default(), panel(PanelKind::Consent), Html::default()),
        Screen::Home => (hours(), panel(PanelKind::Home), Html::default()),
        Screen::PreChat => (hours(), panel(PanelKind::PreChat), Html::default()),
        Screen::Chat => (hours(), list, group(vec![starters(), bottom.clone()])),
        Screen::Rating(scale) => (Html::default(), list, panel(PanelKind::Rating(scale))),
        Screen::Closed(Closed::Ended) => (Html::default(), list, bottom.clone()),
        Screen::Closed(Closed::Maintenance) if is_empty => {
            (Html::default(), panel(PanelKind::Maintenance), Html::default())
        }
        Screen::Closed(Closed::Maintenance) => (Html::default(), list, panel(PanelKind::Maintenance)),
    };
    group(vec![above, middle, below])
}
