//! Alerts for new messages: plays the sound and writes the title. Of the tabs that show a
//! conversation only one sounds, and none while another is being looked at.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen_futures::spawn_local;

use super::{Alerts, News, sound::Sound, title::Title};
use crate::browser::tabs::{self, Lock};
use crate::browser::timers::Timer;

/// How long all tabs stay silent after a sound, in milliseconds: messages that arrive together
/// sound once, even if a suspended tab gets them late.
const SILENCE: u64 = 5_000;

#[derive(Default)]
struct TabAlerts {
    this: Weak<Self>,
    sound: Sound,
    title: Title,
    /// Whether this tab is playing the sound or has just played it.
    is_sounding: Cell<bool>,
    /// The name of the lock to hold, while the visitor looks at this tab.
    watched: RefCell<Option<String>>,
    /// Shared lock, held while the visitor looks at this tab, so that other tabs stay silent.
    watch_lock: RefCell<Option<Lock>>,
    /// Exclusive lock, held after a sound until another may follow.
    silence_lock: RefCell<Option<(Lock, Option<Timer>)>>,
}

pub(super) fn make() -> Rc<dyn Alerts> {
    Rc::new_cyclic(|this| TabAlerts { this: this.clone(), ..TabAlerts::default() })
}

impl Alerts for TabAlerts {
    fn update(&self, news: News) {
        let News { lock, is_watched, is_sound_on, has_new_message, just_enabled, title } = news;
        self.sound.set_enabled(is_sound_on);
        if just_enabled {
            // The choice is a user gesture, and the visitor hears what they chose.
            self.sound.resume();
            self.sound.play();
        }
        self.set_watched(lock.clone().filter(|_| is_watched));
        if let Some(lock) = lock
            && has_new_message
            && !is_watched
            && is_sound_on
        {
            self.play_in_one_tab(lock);
        }
        self.title.show(title);
    }
}

impl TabAlerts {
    /// Holds the shared lock of the tabs in which the visitor looks at a conversation, or none.
    fn set_watched(&self, name: Option<String>) {
        if *self.watched.borrow() == name {
            return;
        }
        self.watch_lock.take();
        self.watched.replace(name.clone());
        if let Some(name) = name {
            let weak = self.this.clone();
            spawn_local(async move {
                let lock = tabs::lock_shared(&name).await;
                // The visitor may have looked away or left while this waited for a tab that sounds.
                if let Some(alerts) = weak.upgrade().filter(|alerts| *alerts.watched.borrow() == Some(name)) {
                    alerts.watch_lock.replace(Some(lock));
                }
            });
        }
    }

    /// Plays the sound, unless another tab plays it or is being looked at.
    fn play_in_one_tab(&self, name: String) {
        if !self.sound.is_ready() || self.is_sounding.replace(true) {
            return;
        }
        let weak = self.this.clone();
        spawn_local(async move {
            let lock = tabs::try_lock(&name).await;
            let Some(alerts) = weak.upgrade() else { return };
            let Some(lock) = lock else { return alerts.is_sounding.set(false) };
            alerts.sound.play();
            let timer = Timer::after(SILENCE, move || {
                if let Some(alerts) = weak.upgrade() {
                    alerts.is_sounding.set(false);
                    alerts.silence_lock.take();
                }
            });
            alerts.silence_lock.replace(Some((lock, timer)));
        });
    }
}
