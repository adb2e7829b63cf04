//! The title of the page's tab takes turns with a sentence of ours, and the page gets it back exactly as it was, or as it changed
//! it meanwhile. A page without a title gets none: nothing of ours comes into its head.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use web_sys::Element;

use crate::browser::{environment, timers::Timer};

/// How long each of both is shown, in milliseconds.
const TURN: u64 = 1_600;

/// Shows a sentence in the tab's title; dropping it gives the page its own back.
#[derive(Default)]
pub(super) struct Title(Rc<RefCell<Option<Turns>>>);

struct Turns {
    ours: String,
    /// The page's own, as it stood last.
    own: String,
    /// What stands there now, if it is ours.
    shown: Option<String>,
    timer: Option<Timer>,
}

impl Title {
    /// Shows this in turn with the page's own title; with nothing, the page's own alone.
    pub(super) fn show(&self, sentence: Option<String>) {
        let mut turns = self.0.borrow_mut();
        match (sentence, turns.as_mut()) {
            (Some(sentence), Some(turns)) => turns.ours = sentence,
            (Some(ours), None) => {
                if let Some(own) = element().and_then(|title| title.text_content()) {
                    *turns = Some(Turns { ours, own, shown: None, timer: None });
                    drop(turns);
                    take_turn(&Rc::downgrade(&self.0));
                }
            }
            (None, Some(_)) => {
                if let Some(turns) = turns.take() {
                    turns.give_back();
                }
            }
            (None, None) => {}
        }
    }
}

impl Drop for Title {
    fn drop(&mut self) {
        self.show(None);
    }
}

impl Turns {
    fn give_back(&self) {
        let stands = element().and_then(|title| title.text_content());
        if self.shown.is_some() && stands == self.shown {
            write(&self.own);
        }
    }
}

fn take_turn(title: &Weak<RefCell<Option<Turns>>>) {
    let Some(place) = title.upgrade() else { return };
    let mut turns = place.borrow_mut();
    let Some(turns) = turns.as_mut() else { return };
    let stands = element().and_then(|title| title.text_content()).unwrap_or_default();
    if turns.shown.as_ref() == Some(&stands) {
        write(&turns.own);
        turns.shown = None;
    } else {
        // The page's own, perhaps another than before.
        turns.own = stands;
        write(&turns.ours);
        turns.shown = Some(turns.ours.clone());
    }
    let title = title.clone();
    turns.timer = Timer::after(TURN, move || take_turn(&title));
}

fn element() -> Option<Element> {
    environment::window()?.document()?.query_selector("head > title").ok().flatten()
}

fn write(text: &str) {
    if let Some(title) = element() {
        title.set_text_content(Some(text));
    }
}
