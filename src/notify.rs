//! Notifications of new messages while the visitor is not looking: a sound, and the tab's title.
//!
//! Of several tabs only one sounds, and none while another is being looked at. The alerts, which do
//! the work, are a chunk of their own, fetched with the first reply; nothing runs before that.

mod alerts;
mod sound;
mod title;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use crate::browser::environment;
use crate::browser::storage::Storage;
use crate::conversation::Conversation;

/// Storage key of the visitor's choice, which no conversation, site or restart changes.
const CHOICE: &str = "sound";

/// Notification settings of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotifySettings {
    /// Whether new messages sound, until the visitor chooses.
    pub sound: bool,
    /// Whether the tab's title shows unread messages.
    pub title: bool,
    /// Whether the visitor's choice is stored beyond the page.
    pub remember: bool,
}

type MakeAlerts = fn() -> Rc<dyn Alerts>;

in_chunk! { notify, fn fetch() -> MakeAlerts { alerts::make } }

/// Plays the sound and writes the title. Dropping it restores and releases both.
trait Alerts {
    fn update(&self, news: News);
}

/// The state that the alerts need.
#[derive(Clone, Default)]
struct News {
    /// Name of the conversation's lock, which keeps two chats on one origin independent.
    lock: Option<String>,
    /// Whether the conversation is being looked at in this tab.
    is_watched: bool,
    /// Whether new messages sound.
    is_sound_on: bool,
    has_new_message: bool,
    just_enabled: bool,
    /// Sentence for the title, if any.
    title: Option<String>,
}

/// Handle to the notifications of a widget; clones share them. Dropping the last one restores the
/// page's title and releases the sound.
#[derive(Clone)]
pub struct Notifier(Rc<Inner>);

struct Inner {
    settings: Cell<NotifySettings>,
    choice: Cell<Option<bool>>,
    storage: Storage,
    /// Key of the newest row already processed; `None` before the first call of `follow`.
    newest_seen: Cell<Option<u32>>,
    news: RefCell<News>,
    alerts: RefCell<Option<Rc<dyn Alerts>>>,
    fetching: Cell<bool>,
    /// Whether the alerts could not be fetched. Only a new message tries again.
    fetch_failed: Cell<bool>,
}

impl Notifier {
    /// Creates the notifications, with the choice the visitor made on an earlier visit.
    pub fn new(settings: NotifySettings) -> Self {
        const PREFIX: &str = "chataibot:";
        let storage = if settings.remember { Storage::local(PREFIX) } else { Storage::memory(PREFIX) };
        let choice = storage.get(CHOICE).map(|choice| choice == "on");
        Self(Rc::new(Inner {
            settings: Cell::new(settings),
            choice: Cell::new(choice),
            storage,
            newest_seen: Cell::new(None),
            news: RefCell::default(),
            alerts: RefCell::default(),
            fetching: Cell::new(false),
            fetch_failed: Cell::new(false),
        }))
    }

    /// Applies new settings of the page.
    pub fn update_settings(&self, settings: NotifySettings) {
        self.0.settings.set(settings);
        self.0.update_alerts(false);
    }

    /// Whether new messages sound.
    pub fn sounds(&self) -> bool {
        self.0.sounds()
    }

    /// Stores and applies the visitor's choice.
    pub fn choose_sound(&self, on: bool) {
        self.0.choice.set(Some(on));
        self.0.storage.set(CHOICE, if on { "on" } else { "off" });
        self.0.news.borrow_mut().just_enabled = on;
        self.0.update_alerts(on);
    }

    /// Called after each change. `sentence` returns the title for a number of unread messages.
    pub fn follow(&self, state: &Conversation, sentence: impl FnOnce(u32) -> String) {
        let newest = state.newest_key();
        let newest_seen = self.0.newest_seen.replace(Some(newest));
        let has_new_message = newest_seen.is_some_and(|newest_seen| {
            state.rows().iter().rev().any(|row| row.key > newest_seen && row.is_new && row.is_reply())
        });
        let unread = if self.0.settings.get().title && environment::is_hidden() { state.unread() } else { 0 };
        let is_watched = state.is_watched();
        {
            let mut news = self.0.news.borrow_mut();
            news.lock = state.id().map(|id| ["chataibot:heard:", id].concat());
            news.is_watched = is_watched;
            news.has_new_message |= has_new_message;
            news.title = (unread > 0).then(|| sentence(unread));
        }
        let has_answers = state.rows().iter().rev().any(|row| row.is_reply());
        // An answer that the visitor looks at is shown first: the next change fetches.
        let may_fetch = if has_new_message { !is_watched } else { !self.0.fetch_failed.get() };
        self.0.update_alerts(has_answers && may_fetch);
    }
}

impl Inner {
    fn sounds(&self) -> bool {
        self.choice.get().unwrap_or(self.settings.get().sound)
    }

    /// Passes the state to the alerts; with `may_fetch`, fetches them first if necessary.
    fn update_alerts(self: &Rc<Self>, may_fetch: bool) {
        let alerts = self.alerts.borrow().clone();
        if let Some(alerts) = alerts {
            let mut news = self.take_news();
            news.is_sound_on = self.sounds();
            return alerts.update(news);
        }
        if !may_fetch || self.fetching.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let fetched = fetch().await;
            let Some(inner) = weak.upgrade() else { return };
            inner.fetching.set(false);
            match fetched {
                Ok(make) => {
                    inner.alerts.replace(Some(make()));
                    inner.update_alerts(false);
                }
                // The next message tries again; for this one, the sound would come too late.
                Err(_) => {
                    inner.fetch_failed.set(true);
                    inner.take_news();
                }
            }
        });
    }

    /// Returns the news, and resets its one-time events.
    fn take_news(&self) -> News {
        let mut news = self.news.borrow_mut();
        let taken = news.clone();
        (news.has_new_message, news.just_enabled) = (false, false);
        taken
    }
}
