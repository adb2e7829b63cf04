//! The scenario player: a widget that shows one scene of a conversation, for designers, pictures and tests of accessibility.
//!
//! It stands where a session stands, with the same verbs, and touches neither network nor storage. Time stands still in it: a scene
//! looks the same whenever it is shown. The scenes are a part of the program of their own.

mod cast;
mod kinds;
mod scenes;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

pub use scenes::{NOW, Scene, scenes};

use crate::{
    conversation::{Action, Conversation, SendState},
    session::Outgoing,
};

#[cfg(feature = "split")]
use wasm_split_helpers::SplitLoaderError as Missing;
/// The scenes could not be fetched.
#[cfg(not(feature = "split"))]
type Missing = std::convert::Infallible;

/// Finds a scene by its name. `origin` is where the program came from: the sample picture is there too.
pub type Find = fn(name: &str, origin: &str) -> Option<Scene>;

#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(scenes, fallible)]
fn fetch_scenes() -> Result<Find, Missing> {
    Ok(scenes::find)
}
#[cfg(not(feature = "split"))]
async fn fetch_scenes() -> Result<Find, Missing> {
    Ok(scenes::find)
}

/// Fetches the scenes and finds one. `Err`: they could not be had.
///
/// # Errors
/// The sentence for the console.
pub async fn scene(name: &str, origin: &str) -> Result<Scene, String> {
    let find = fetch_scenes().await.map_err(|_| "the scenes could not be fetched".to_owned())?;
    find(name, origin).ok_or_else(|| ["there is no scene \"", name, "\". The playground lists them all."].concat())
}

/// What a subscriber is called with.
type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

/// A handle on a player. Clones are the same player.
#[derive(Clone)]
pub struct Player(Rc<Inner>);

struct Inner {
    state: RefCell<Rc<Conversation>>,
    on_outgoing: Rc<dyn Fn(Outgoing)>,
    listener: RefCell<Option<Listener>>,
    said: Cell<u32>,
}

impl PartialEq for Player {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Player {
    /// Shows an empty conversation; the page is told of what the visitor does.
    #[must_use]
    pub fn new(on_outgoing: Rc<dyn Fn(Outgoing)>) -> Self {
        let (state, listener, said) = Default::default();
        Self(Rc::new(Inner { state, on_outgoing, listener, said }))
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> Rc<Conversation> {
        self.0.state.borrow().clone()
    }

    /// Calls `listener` after every change, in place of the one before.
    pub fn listen(&self, listener: Listener) {
        *self.0.listener.borrow_mut() = Some(listener);
    }

    /// Begins anew with another conversation.
    pub fn play(&self, state: Conversation) {
        self.change(|now| {
            *now = Rc::new(state);
            true
        });
    }

    /// Something happened. Nobody answers here.
    pub fn apply(&self, action: Action) {
        self.change(|now| Rc::make_mut(now).apply(action));
    }

    fn change(&self, change: impl FnOnce(&mut Rc<Conversation>) -> bool) {
        let was_open = self.state().window_open();
        if !change(&mut self.0.state.borrow_mut()) {
            return;
        }
        let open = self.state().window_open();
        if open != was_open {
            (self.0.on_outgoing)(if open { Outgoing::Opened } else { Outgoing::Closed });
        }
        let listener = self.0.listener.borrow().clone();
        if let Some(listener) = listener {
            listener(&self.state());
        }
    }

    /// Says `text`, which arrives at once.
    pub fn send(&self, text: &str) -> Option<Rc<str>> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = self.0.said.get() + 1;
        self.0.said.set(number);
        let id: Rc<str> = ["said-", &number.to_string()].concat().into();
        self.apply(Action::Composed { id: id.clone(), text: text.into(), at: NOW });
        self.arrive(&id);
        Some(id)
    }

    /// Sends a failed message again; this time it arrives.
    pub fn retry(&self, id: &Rc<str>) {
        self.apply(Action::Requeued { id: id.clone(), new_id: id.clone(), at: NOW });
        self.arrive(id);
    }

    fn arrive(&self, id: &Rc<str>) {
        let waits = self.state().outbox().iter().any(|pending| pending.id == *id && pending.state == SendState::Queued);
        if waits {
            self.apply(Action::SendBegan { id: id.clone() });
            self.apply(Action::SendAccepted { id: id.clone(), now: 0 });
            // Nobody types an answer.
            self.apply(Action::Ticked { now: u64::MAX });
        }
    }

    /// Opens the closed window, closes the open one.
    pub fn toggle(&self) {
        self.apply(if self.state().window_open() { Action::WindowClosed } else { Action::WindowOpened });
    }
}
