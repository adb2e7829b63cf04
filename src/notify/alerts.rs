//! Alerts for new messages: plays the sound and writes the title. Of the tabs that show a
//! conversation only one sounds, and none while another is being looked at.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use wasm_bindgen_futures::spawn_local;

use super::{Alerts, News, sound::Sound, title::Title};
use crate::browser::{
    tabs::{self, Lock},
    timers::Timer,
};

/// How long all tabs stay silent after a sound, in milliseconds: messages that arrive together
/// sound once, even if a suspended tab gets them late.
const QUIET: u64 = 5_000;

struct TabAlerts {
    this: Weak<Self>,
    sound: Sound,
    title: Title,
    /// Whether this tab is playing the sound or has just played it.
    sounding: Cell<bool>,
    watching: Cell<bool>,
    /// Shared lock, held while the visitor looks at this tab, so that other tabs stay silent.
    watch: RefCell<Option<Lock>>,
    /// Exclusive lock, held after a sound until another may follow.
    quiet: RefCell<Option<(Lock, Option<Timer>)>>,
}

/// Makes the alerts of this tab.
pub(super) fn make() -> Rc<dyn Alerts> {
    Rc::new_cyclic(|this| TabAlerts {
        this: this.clone(),
        sound: Sound::default(),
        title: Title::default(),
        sounding: Cell::new(false),
        watching: Cell::new(false),
        watch: RefCell::default(),
        quiet: RefCell::default(),
    })
}

impl Alerts for TabAlerts {
    fn tell(&self, news: News) {
        let News { lock, watched, sounds, came, chosen, title } = news;
        self.sound.let_ready(sounds);
        if chosen {
            // The choice is a user gesture, and the visitor hears what they chose.
            self.sound.wake();
            self.sound.play();
        }
        if let Some(lock) = lock {
            self.watch(&lock, watched);
            if came && !watched && sounds {
                self.sound_alone(lock);
            }
        }
        self.title.show(title);
    }
}

impl TabAlerts {
    /// Acquires or releases the shared lock of tabs that are being looked at.
    fn watch(&self, name: &str, watching: bool) {
        if self.watching.replace(watching) == watching {
            return;
        }
        self.watch.take();
        if watching {
            let (weak, name) = (self.this.clone(), name.to_owned());
            spawn_local(async move {
                let lock = tabs::share(&name).await;
                // The visitor may have looked away or left while this waited for a tab that sounds.
                if let Some(alerts) = weak.upgrade().filter(|alerts| alerts.watching.get()) {
                    alerts.watch.replace(Some(lock));
                }
            });
        }
    }

    /// Plays the sound, unless another tab plays it or is being looked at.
    fn sound_alone(&self, name: String) {
        if !self.sound.is_ready() || self.sounding.replace(true) {
            return;
        }
        let weak = self.this.clone();
        spawn_local(async move {
            let lock = tabs::try_lock(&name).await;
            let Some(alerts) = weak.upgrade() else { return };
            let Some(lock) = lock else { return alerts.sounding.set(false) };
            alerts.sound.play();
            let over = Timer::after(QUIET, move || {
                if let Some(alerts) = weak.upgrade() {
                    alerts.sounding.set(false);
                    alerts.quiet.take();
                }
            });
            alerts.quiet.replace(Some((lock, over)));
        });
    }
}
