//! Tells the visitor of new messages while nobody looks: a sound, and the title of the page's tab.
//!
//! Of several tabs one sounds, and none while another is being looked at. Nothing here runs before something was said.

mod sound;
mod title;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use chataibot_wire::Author;
use wasm_bindgen_futures::spawn_local;
use web_sys::VisibilityState;

use self::{sound::Sound, title::Title};
use crate::{
    conversation::Conversation,
    storage::Storage,
    system::{self, Timer},
    tabs::{self, Lock},
};

/// Where the visitor's choice is kept. It is the device's: no conversation, no site, and no restart changes it.
const CHOICE: &str = "sound";

/// So long no tab sounds again, in milliseconds: what comes at once sounds once, and a tab that slept hears late.
const QUIET: u64 = 5_000;

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

/// A handle; clones are the same. Dropping the last one gives the page its title back and lets go of the sound.
#[derive(Clone)]
pub struct Notifier(Rc<Inner>);

struct Inner {
    wanted: Cell<Wanted>,
    choice: Cell<Option<bool>>,
    storage: Storage,
    sound: Sound,
    title: Title,
    /// The newest row that was looked at here; `None` before the first look.
    heard: Cell<Option<u32>>,
    /// While this tab sounds, or sounded just now.
    sounding: Cell<bool>,
    watching: Cell<bool>,
    /// Held while the visitor looks, so that other tabs keep quiet.
    watch: RefCell<Option<Lock>>,
    /// Held after a sound, until another may follow.
    quiet: RefCell<Option<(Lock, Option<Timer>)>>,
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
            sound: Sound::default(),
            title: Title::default(),
            heard: Cell::new(None),
            sounding: Cell::new(false),
            watching: Cell::new(false),
            watch: RefCell::default(),
            quiet: RefCell::default(),
        }))
    }

    /// Takes what the page wants now.
    pub fn want(&self, wanted: Wanted) {
        self.0.wanted.set(wanted);
        self.0.sound.let_ready(self.sounds() && self.0.heard.get().is_some_and(|key| key > 0));
    }

    /// Do new messages sound?
    #[must_use]
    pub fn sounds(&self) -> bool {
        self.0.choice.get().unwrap_or(self.0.wanted.get().sound)
    }

    /// The visitor chose.
    pub fn choose_sound(&self, on: bool) {
        self.0.choice.set(Some(on));
        self.0.storage.set(CHOICE, if on { "on" } else { "off" });
        self.0.sound.let_ready(on);
        if on {
            // The choice is a gesture, and the visitor hears what they chose.
            self.0.sound.wake();
            self.0.sound.play();
        }
    }

    /// Looks at the conversation after each change. `sentence` is the title for so many unread messages.
    pub fn follow(&self, state: &Conversation, sentence: impl FnOnce(u32) -> String) {
        let newest = state.newest_key();
        let heard = self.0.heard.replace(Some(newest));
        if newest > 0 {
            self.0.sound.let_ready(self.sounds());
        }
        self.watch(state);
        let came = heard.is_some_and(|heard| {
            let rows = state.rows().iter().rev().filter(|row| row.key > heard && row.fresh);
            rows.filter_map(|row| row.message()).any(|message| message.author != Author::Visitor)
        });
        if came && !state.is_watched() && self.sounds() {
            self.sound_alone(state);
        }
        let unread = if self.0.wanted.get().title && is_hidden() { state.unread() } else { 0 };
        self.0.title.show((unread > 0).then(|| sentence(unread)));
    }

    /// Takes or lets go the lock of those who look.
    fn watch(&self, state: &Conversation) {
        let Some(name) = lock_name(state) else { return };
        let watching = state.is_watched();
        if self.0.watching.replace(watching) == watching {
            return;
        }
        self.0.watch.take();
        if watching {
            let inner = Rc::downgrade(&self.0);
            spawn_local(async move {
                let lock = tabs::share(&name).await;
                // They may have looked away, or gone, while another tab sounded.
                if let Some(inner) = inner.upgrade().filter(|inner| inner.watching.get()) {
                    inner.watch.replace(Some(lock));
                }
            });
        }
    }

    /// Sounds, unless another tab does or is being looked at.
    fn sound_alone(&self, state: &Conversation) {
        let Some(name) = lock_name(state).filter(|_| self.0.sound.is_ready()) else { return };
        if self.0.sounding.replace(true) {
            return;
        }
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let lock = tabs::try_lock(&name).await;
            let Some(inner) = weak.upgrade() else { return };
            let Some(lock) = lock else { return inner.sounding.set(false) };
            inner.sound.play();
            let over = Timer::after(QUIET, move || {
                if let Some(inner) = weak.upgrade() {
                    inner.sounding.set(false);
                    inner.quiet.take();
                }
            });
            inner.quiet.replace(Some((lock, over)));
        });
    }
}

impl PartialEq for Notifier {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// One for each conversation: two chats on one origin know nothing of each other.
fn lock_name(state: &Conversation) -> Option<String> {
    state.id().map(|id| ["chataibot:heard:", id].concat())
}

fn is_hidden() -> bool {
    let page = system::window().and_then(|window| window.document());
    page.is_some_and(|page| page.visibility_state() == VisibilityState::Hidden)
}
