//! Scene player: a widget that shows one scene of a conversation, for designers, screenshots and
//! accessibility tests. A WASM chunk of its own.
//!
//! It implements [`ChatSource`] as a runtime does, without network and storage. Its clock is
//! frozen, so a scene always looks the same.

mod builder;
mod files;
mod kinds;
mod scenes;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub use builder::NOW;
pub use scenes::{Staging, scenes};

use crate::components::{ChatSource, Uploads, UserAction};
use crate::conversation::{Action, ConnectionStatus, Conversation, SendState, onboarding::Requirements};
use crate::machine::effect::PageEvent;
use crate::runtime::{Listener, Subscription};

/// Plays the scene called `name`, if there is one. `origin` is where the program was loaded from.
pub type Play = fn(name: &str, origin: &str, on_event: Rc<dyn Fn(PageEvent)>) -> Option<Scene>;

/// A scene, ready to be shown.
pub struct Scene {
    /// Plays the conversation.
    pub source: Rc<dyn ChatSource>,
    /// Settings of the scene, by attribute; they override the page's.
    pub staging: Staging,
}

in_chunk! { scenes, fn fetch() -> Play { play } }

/// Fetches the player and plays a scene.
///
/// # Errors
/// A message for the console.
pub async fn scene(name: &str, origin: &str, on_event: Rc<dyn Fn(PageEvent)>) -> Result<Scene, String> {
    let play = fetch().await.map_err(|_| "the scenes could not be fetched".to_owned())?;
    play(name, origin, on_event)
        .ok_or_else(|| ["there is no scene \"", name, "\". The playground lists them all."].concat())
}

fn play(name: &str, origin: &str, on_event: Rc<dyn Fn(PageEvent)>) -> Option<Scene> {
    let (state, staging) = scenes::find(name, origin)?;
    if state.window_open() {
        on_event(PageEvent::Opened);
    }
    let player = Player {
        state: RefCell::new(Rc::new(state)),
        on_event,
        listener: RefCell::default(),
        sent_count: Cell::new(0),
        uploads: (name == scenes::ATTACHING).then(files::uploads),
    };
    Some(Scene { source: Rc::new(player), staging })
}

/// A conversation in which nobody answers.
struct Player {
    state: RefCell<Rc<Conversation>>,
    on_event: Rc<dyn Fn(PageEvent)>,
    listener: RefCell<Option<Listener>>,
    sent_count: Cell<u32>,
    uploads: Option<Uploads>,
}

impl Player {
    fn apply(&self, action: Action) {
        let was_open = self.state().window_open();
        if !Rc::make_mut(&mut self.state.borrow_mut()).apply(action) {
            return;
        }
        let open = self.state().window_open();
        if open != was_open {
            (self.on_event)(if open { PageEvent::Opened } else { PageEvent::Closed });
        }
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener(&self.state());
        }
    }

    /// Sends a message, which arrives at once and starts a conversation if there is none.
    fn send(&self, text: &str) -> Option<Rc<str>> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        self.sent_count.set(self.sent_count.get() + 1);
        let id: Rc<str> = ["said-", &self.sent_count.get().to_string()].concat().into();
        self.apply(Action::Composed { id: id.clone(), text: text.into(), typed: None, at: NOW });
        self.deliver(&id);
        Some(id)
    }

    fn deliver(&self, id: &Rc<str>) {
        if self.state().outbox().iter().any(|pending| pending.id == *id && pending.state == SendState::Queued) {
            self.apply(Action::Started("scene".into()));
            self.apply(Action::ConnectionChanged(ConnectionStatus::Live));
            self.apply(Action::SendBegan(id.clone()));
            self.apply(Action::SendAccepted { id: id.clone(), now: 0 });
            // Ends the typing indicator.
            self.apply(Action::Ticked { now: u64::MAX });
        }
    }
}

impl ChatSource for Player {
    fn state(&self) -> Rc<Conversation> {
        self.state.borrow().clone()
    }

    /// Replaces the previous listener.
    fn subscribe(&self, listener: Listener) -> Option<Subscription> {
        *self.listener.borrow_mut() = Some(listener);
        None
    }

    fn act(&self, action: UserAction) -> Option<Rc<str>> {
        match action {
            UserAction::Send(text) | UserAction::Answer { text, .. } => return self.send(&text),
            UserAction::Retry(id) => {
                self.apply(Action::Requeued { id: id.clone(), new_id: id.clone(), at: NOW });
                self.deliver(&id);
            }
            UserAction::Discard(id) => self.apply(Action::Discarded(id)),
            UserAction::Draft(text) => self.apply(Action::Drafted(text.into())),
            UserAction::Open => self.apply(Action::WindowOpened),
            UserAction::Close => self.apply(Action::WindowClosed),
            UserAction::Restart => self.apply(Action::ConversationLeft),
            UserAction::End => self.apply(Action::Ended),
            UserAction::Feedback { key, helpful } => {
                let row = self.state().rows().iter().find(|row| row.key == key).cloned();
                let logged = row.and_then(|row| row.message()?.log_entry().cloned());
                if let Some(entry) = logged {
                    self.apply(Action::Rated { cursor: entry.cursor, helpful });
                }
            }
            UserAction::Step(step) => {
                let action = self.state().step_action(&step, NOW);
                self.apply(action);
            }
            UserAction::Reset => self.apply(Action::VisitorForgotten),
            UserAction::LoadEarlier | UserAction::Sound(_) | UserAction::Transcript(_) | UserAction::Resize => {}
        }
        None
    }

    fn uploads(&self) -> Option<Uploads> {
        self.uploads.clone()
    }

    fn frozen_time(&self) -> Option<u64> {
        Some(NOW)
    }

    fn set_requirements(&self, requirements: Requirements) {
        self.apply(Action::RequirementsSet(requirements));
    }

    fn end(&self) {
        self.listener.take();
    }
}
