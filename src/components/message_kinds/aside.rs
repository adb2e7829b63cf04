//! Live region beside a control: announces what the control shows visually. It is emptied after the
//! announcement, because a screen reader reads remaining text again when a modal dialog closes.

use yew::prelude::*;

use crate::components::dom::{Timer, send_later};
use crate::components::{announcer::CLEAR_DELAY, elements::*};

#[derive(Default)]
pub(super) struct Aside {
    words: AttrValue,
    clear_timer: Option<Timer>,
}

impl Aside {
    /// Announces `words`, and sends `due` when they are to be removed with [`Self::clear`].
    pub(super) fn announce<C: Component>(&mut self, ctx: &Context<C>, words: AttrValue, due: C::Message) {
        self.words = words;
        self.clear_timer = send_later(ctx, CLEAR_DELAY, due);
    }

    pub(super) fn clear(&mut self) {
        self.words = AttrValue::default();
    }

    /// Rendered even while empty: a live region must exist before its text appears.
    pub(super) fn view(&self) -> Html {
        element!("span", "class" = "unseen", "aria-live" = "polite"; text(self.words.clone())).into()
    }
}
