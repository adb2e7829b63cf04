//! Props of what stands before, between and after a chat, and its placeholder. Its views: `panels`.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::{
        UserAction, ViewConfig,
        elements::{button, element, group, part, plain, text},
    },
    conversation::{Conversation, onboarding::Scale},
};

/// A panel, and all that its looks depend on.
#[derive(Clone, Properties)]
pub(in crate::components) struct Panel {
    pub(in crate::components) kind: PanelKind,
    pub(in crate::components) state: Rc<Conversation>,
    pub(in crate::components) look: Rc<ViewConfig>,
    pub(in crate::components) act: Callback<UserAction>,
    /// Says a sentence to screen readers.
    pub(in crate::components) say: Callback<AttrValue>,
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

/// Conversations and looks are replaced, never changed.
impl PartialEq for Panel {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && Rc::ptr_eq(&self.state, &other.state)
            && Rc::ptr_eq(&self.look, &other.look)
            && self.act == other.act
    }
}

impl Panel {
    /// What is shown while the code for more is not there, and, with a way to ask again, where it cannot be fetched.
    pub(in crate::components) fn plain(&self, retry: Option<Callback<MouseEvent>>) -> Html {
        let strings = &self.look.strings;
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
