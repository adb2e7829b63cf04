//! Live region beside a control: announces what the control shows visually. It is emptied after the
//! announcement, because a screen reader reads remaining text again when a modal dialog closes.

use yew::prelude::*;

use crate::components::{
    announcer::CLEAR_DELAY,
    dom::Timer,
    elements::{element, text},
};

#[derive(Default)]
pub(super) struct Aside {
    words: AttrValue,
    clear_timer: Option<Timer>,
}

impl Aside {
    /// Announces `words`, and calls `on_due` when they are to be removed with [`Self::clear`].
    pub(super) fn announce(&mut self, words: AttrValue, on_due: impl FnOnce() + 'static) {
        self.words = words;
        self.clear_timer = Timer::after(CLEAR_DELAY, on_due);
    }

    pub(super) fn clear(&mut self) {
        self.words = AttrValue::default();
    }

    /// Rendered even while empty: a live region must exist before its text appears.
    pub(super) fn view(&self) -> Html {
        element!("span", "class" = "unseen", "aria-live" = "polite"; text(self.words.clone())).into()
    }
}
