//! Props and placeholder of the panels before, between and after a chat; the views are in `panels`.

use yew::prelude::*;

use crate::components::view_context::{ViewContext, equal_by};
use crate::{components::elements::*, conversation::onboarding::Scale};

#[derive(Clone, Properties)]
pub(in crate::components) struct Panel {
    pub(in crate::components) kind: PanelKind,
    pub(in crate::components) view: ViewContext,
    /// Other content at the bottom of the window.
    pub(in crate::components) bottom: Html,
}

#[derive(Clone, Copy, PartialEq)]
pub(in crate::components) enum PanelKind {
    Consent,
    Home,
    PreChat,
    Rating(Scale),
    Starters,
    Hours,
    Maintenance,
}

// Not by `bottom`, which follows from the conversation.
equal_by!(Panel, [] kind, view);

impl Panel {
    /// Placeholder until the chunk is loaded; `retry` if that has failed and can be tried again.
    pub(super) fn placeholder(&self, retry: Option<Callback<MouseEvent>>) -> Html {
        let strings = &self.view.config.strings;
        match self.kind {
            PanelKind::Consent | PanelKind::Home | PanelKind::PreChat => match retry {
                Some(retry) => {
                    let inside = vec![plain("p", text(strings.load_failed())), primary_button(strings.retry(), retry)];
                    part("div", "ended", group(inside))
                }
                None => element!("div", "class" = "conversation", "aria-busy" = "true").into(),
            },
            PanelKind::Rating(_) => self.bottom.clone(),
            PanelKind::Hours | PanelKind::Starters => Html::default(),
            PanelKind::Maintenance => part("div", "ended", plain("p", text(strings.maintenance()))),
        }
    }
}
