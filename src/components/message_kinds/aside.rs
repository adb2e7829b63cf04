//! A live region beside a control, for what it shows to the eye. It is emptied once it was read:
//! when a modal dialog closes, words that are still there would be read again.

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
    /// Calls `heard` when the words are to be taken away by [`Self::empty`].
    pub(super) fn say(&mut self, words: AttrValue, heard: impl FnOnce() + 'static) {
        self.words = words;
        self.emptying = Timer::after(HEARD, heard);
    }

    pub(super) fn empty(&mut self) {
        self.words = AttrValue::default();
    }

    /// There before anything is said.
    pub(super) fn view(&self) -> Html {
        element!("span", "class" = "unseen", "aria-live" = "polite"; text(self.words.clone())).into()
    }
}
