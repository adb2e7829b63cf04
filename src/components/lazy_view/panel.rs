//! Props of what stands before, between and after a chat, and its placeholder. Its views:
//! `panels`.

use yew::prelude::*;

use crate::{
    components::{
        elements::{button, element, group, part, plain, text},
        view_context::ViewContext,
    },
    conversation::onboarding::Scale,
};

/// A panel, and all that its looks depend on.
#[derive(Clone, Properties)]
pub(in crate::components) struct Panel {
    pub(in crate::components) kind: PanelKind,
    pub(in crate::components) view: ViewContext,
    /// What else stands at the bottom of the window.
    pub(in crate::components) bottom: Html,
}

/// Which panel.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::components) enum PanelKind {
    Consent,
    Home,
    PreChat,
    Rating(Scale),
    /// Suggestions for a first message.
    Starters,
    /// A notice, while nobody answers.
    Hours,
    Maintenance,
}

/// What else stands at the bottom follows from the conversation.
impl PartialEq for Panel {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.view == other.view
    }
}

impl Panel {
    /// What is shown while the code for more is not there, and, with a way to ask again, where it
    /// cannot be fetched.
    pub(super) fn placeholder(&self, retry: Option<Callback<MouseEvent>>) -> Html {
        let strings = &self.view.look.strings;
        match self.kind {
            PanelKind::Consent | PanelKind::Home | PanelKind::PreChat => match retry {
                Some(retry) => part(
                    "div",
                    "ended",
                    group(vec![
                        plain("p", text(strings.load_failed())),
                        button("primary", "button button-primary", None, text(strings.retry()), retry).into(),
                    ]),
                ),
                None => element!("div", "class" = "conversation", "aria-busy" = "true"; Html::default()).into(),
            },
            PanelKind::Rating(_) => self.bottom.clone(),
            PanelKind::Hours | PanelKind::Starters => Html::default(),
            PanelKind::Maintenance => part("div", "ended", plain("p", text(strings.maintenance()))),
        }
    }
}
