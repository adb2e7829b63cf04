//! Tells the visitor of new messages while nobody looks: a sound, and the title of the page's tab.
//!
//! Of several tabs one sounds, and none while another is being looked at. Nothing here runs before
//! somebody answers: the alerts, which do all of it, are a part of the program of its own, fetched
//! with the first reply.

mod alerts;
mod sound;
mod title;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use chataibot_wire::Author;
use wasm_bindgen_futures::spawn_local;
#[cfg(feature = "split")]
use wasm_split_helpers::SplitLoaderError as Missing;
use web_sys::VisibilityState;

use crate::{
    browser::{environment, storage::Storage},
    conversation::Conversation,
};

/// Where the visitor's choice is kept. It is the device's: no conversation, no site, and no restart
/// changes it.
const CHOICE: &str = "sound";

/// What the page wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// New messages sound, until the visitor chooses.
    pub sound: bool,
    /// The tab's title tells of unread messages.
    pub title: bool,
    /// The visitor's choice outlives the page.
    pub remember: bool,
}

/// The alerts could not be fetched.
#[cfg(not(feature = "split"))]
type Missing = std::convert::Infallible;

/// Makes them.
type Make = fn() -> Rc<dyn Alerts>;

#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(notify, fallible)]
fn fetch() -> Result<Make, Missing> {
    Ok(alerts::make)
}
#[cfg(not(feature = "split"))]
async fn fetch() -> Result<Make, Missing> {
    Ok(alerts::make)
}

/// Sounds, and writes the title. Dropping it gives the page its title back and lets go of the
/// sound.
trait Alerts {
    /// Takes how things stand now.
    fn tell(&self, news: News);
}

/// How things stand, as far as the alerts must know.
#[derive(Clone, Default)]
struct News {
    /// The name of the conversation's lock: two chats on one origin know nothing of each other.
    lock: Option<String>,
    /// Is the conversation being looked at here?
    watched: bool,
    /// Do new messages sound?
    sounds: bool,
    /// Did a message come?
    came: bool,
    /// Did the visitor just turn the sound on?
    chosen: bool,
    /// What the title says, if anything.
    title: Option<String>,
}

/// A handle; clones are the same. Dropping the last one gives the page its title back and lets go
/// of the sound.
#[derive(Clone)]
pub struct Notifier(Rc<Inner>);

struct Inner {
    wanted: Cell<Wanted>,
    choice: Cell<Option<bool>>,
    storage: Storage,
    /// The newest row that was looked at here; `None` before the first look.
    heard: Cell<Option<u32>>,
    news: RefCell<News>,
    alerts: RefCell<Option<Rc<dyn Alerts>>>,
    fetching: Cell<bool>,
    /// Could the alerts not be had? Only a message asks again.
    missed: Cell<bool>,
}

impl Notifier {
    /// Begins with what the visitor chose when they were here before.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        const PREFIX: &str = "chataibot:";
        let storage = if wanted.remember { Storage::local(PREFIX) } else { Storage::memory(PREFIX) };
        let choice = storage.get(CHOICE).map(|choice| choice == "on");
        Self(Rc::new(Inner {
            wanted: Cell::new(wanted),
            choice: Cell::new(choice),
            storage,
            heard: Cell::new(None),
            news: RefCell::default(),
            alerts: RefCell::default(),
            fetching: Cell::new(false),
            missed: Cell::new(false),
        }))
    }

    /// Takes what the page wants now.
    pub fn want(&self, wanted: Wanted) {
        self.0.wanted.set(wanted);
        self.0.alert(false);
    }

    /// Do new messages sound?
    #[must_use]
    pub fn sounds(&self) -> bool {
        self.0.sounds()
    }

    /// The visitor chose.
    pub fn choose_sound(&self, on: bool) {
        self.0.choice.set(Some(on));
        self.0.storage.set(CHOICE, if on { "on" } else { "off" });
        self.0.news.borrow_mut().chosen = on;
        self.0.alert(on);
    }

    /// Looks at the conversation after each change. `sentence` is the title for so many unread
    /// messages.
    pub fn follow(&self, state: &Conversation, sentence: impl FnOnce(u32) -> String) {
        let newest = state.newest_key();
        let heard = self.0.heard.replace(Some(newest));
        let came = heard.is_some_and(|heard| {
            let rows = state.rows().iter().rev().filter(|row| row.key > heard && row.fresh);
            rows.filter_map(|row| row.message()).any(|message| message.author != Author::Visitor)
        });
        let unread = if self.0.wanted.get().title && is_hidden() { state.unread() } else { 0 };
        {
            let mut news = self.0.news.borrow_mut();
            news.lock = state.id().map(|id| ["chataibot:heard:", id].concat());
            news.watched = state.is_watched();
            news.came |= came;
            news.title = (unread > 0).then(|| sentence(unread));
        }
        let mut messages = state.rows().iter().rev().filter_map(|row| row.message());
        let has_answers = messages.any(|message| message.author != Author::Visitor);
        self.0.alert(has_answers && (came || !self.0.missed.get()));
    }
}

impl Inner {
    fn sounds(&self) -> bool {
        self.choice.get().unwrap_or(self.wanted.get().sound)
    }

    /// Tells the alerts how things stand. Where there are none yet they are fetched, if there is
    /// something for them to do.
    fn alert(self: &Rc<Self>, fetches: bool) {
        let alerts = self.alerts.borrow().clone();
        if let Some(alerts) = alerts {
            let mut news = self.take_news();
            news.sounds = self.sounds();
            return alerts.tell(news);
        }
        if !fetches || self.fetching.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let made = fetch().await;
            let Some(inner) = weak.upgrade() else { return };
            inner.fetching.set(false);
            match made {
                Ok(make) => {
                    inner.alerts.replace(Some(make()));
                    inner.alert(false);
                }
                // The next message asks again; for this one it would sound too late.
                Err(_) => {
                    inner.missed.set(true);
                    inner.take_news();
                }
            }
        });
    }

    /// The news; what happens once is not told again.
    fn take_news(&self) -> News {
        let mut news = self.news.borrow_mut();
        let told = news.clone();
        (news.came, news.chosen) = (false, false);
        told
    }
}

impl PartialEq for Notifier {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn is_hidden() -> bool {
    let page = environment::window().and_then(|window| window.document());
    page.is_some_and(|page| page.visibility_state() == VisibilityState::Hidden)
}
