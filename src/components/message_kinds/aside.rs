//! Live region beside a control: announces what the control shows visually. It is emptied after the
//! announcement, because a screen reader reads remaining text again when a modal dialog closes.

use yew::prelude::*;

use crate::components::{
    announcer::HEARD,
    dom::Timer,
    elements::{element, text},
};

#[derive(Default)]
pub(super) struct Aside {
    words: AttrValue,
    emptying: Option<Timer>,
}

impl Aside {
    /// Announces `words`, and calls `heard` when they are to be removed with [`Self::empty`].
    pub(super) fn say(&mut self, words: AttrValue, heard: impl FnOnce() + 'static) {
        self.words = words;
        self.emptying = Timer::after(HEARD, heard);
    }

    pub(super) fn empty(&mut self) {
        self.words = AttrValue::default();
    }

    /// Rendered even while empty: a live region must exist before its text appears.
    pub(super) fn view(&self) -> Html {
        element!("span", "class" = "unseen", "aria-live" = "polite"; text(self.words.clone())).into()
    }
}
