//! What tabs of one browser have in common: the lock of the leader, and a channel on which words are late or lost.

use std::collections::VecDeque;

use chataibot_widget::machine::{input::Input, tab_message::TabMessage};

use super::{Happening, World};

/// Who holds the lock, and who waits for it: tabs, each with the page that asked.
#[derive(Default)]
pub struct Lead {
    holder: Option<(usize, u32)>,
    waiting: VecDeque<(usize, u32)>,
}

impl World {
    /// The tab that holds the lock.
    pub fn leader(&self) -> Option<usize> {
        self.lead.holder.map(|(tab, _)| tab)
    }

    pub(super) fn stand(&mut self, tab: usize, steal: bool) {
        let page = self.tabs[tab].page;
        self.lead.waiting.retain(|(waiting, _)| *waiting != tab);
        if steal {
            if let Some((holder, its_page)) = self.lead.holder.replace((tab, page)).filter(|(holder, _)| *holder != tab)
            {
                self.push(self.now + 1, Happening::Hear { tab: holder, page: its_page, input: Input::LockLost });
            }
            self.push(self.now + 1, Happening::Chosen { tab, page });
        } else {
            self.lead.waiting.push_back((tab, page));
            self.next_leader();
        }
    }

    pub(super) fn step_down(&mut self, tab: usize) {
        self.lead.waiting.retain(|(waiting, _)| *waiting != tab);
        if self.lead.holder.is_some_and(|(holder, _)| holder == tab) {
            self.lead.holder = None;
            self.next_leader();
        }
    }

    fn next_leader(&mut self) {
        if self.lead.holder.is_none()
            && let Some((tab, page)) = self.lead.waiting.pop_front()
        {
            self.lead.holder = Some((tab, page));
            let soon = 1 + u64::from(self.roll(20));
            self.push(self.now + soon, Happening::Chosen { tab, page });
        }
    }

    pub(super) fn chosen(&mut self, tab: usize) {
        if self.leader() == Some(tab) {
            self.handle(tab, Input::LockAcquired);
        }
    }

    pub(super) fn leave_tabs(&mut self, tab: usize) {
        self.tabs[tab].listening = false;
        self.step_down(tab);
    }

    /// Words arrive in their order, if they arrive.
    pub(super) fn post(&mut self, from: usize, word: &TabMessage) {
        if !self.tabs[from].listening {
            return;
        }
        for tab in (0..self.tabs.len()).filter(|tab| *tab != from) {
            let weather = self.weather;
            if self.bad_luck(weather.word_lost) {
                continue;
            }
            let late = if self.bad_luck(weather.word_late) { self.roll(4_000) } else { self.roll(20) };
            let at = (self.now + 1 + u64::from(late)).max(self.tabs[tab].last_word);
            self.tabs[tab].last_word = at;
            let page = self.tabs[tab].page;
            self.push(at, Happening::TabMessage { tab, page, word: word.clone() });
        }
    }

    /// Until when this has to wait, because its tab does nothing.
    pub(super) fn hangs_until(&self, what: &Happening) -> Option<u64> {
        let tab = match what {
            Happening::Hear { tab, .. }
            | Happening::Chosen { tab, .. }
            | Happening::TabMessage { tab, .. }
            | Happening::Tick { tab, .. }
            | Happening::Locked { tab, .. }
            | Happening::Answered { tab, .. }
            | Happening::Flush { tab, .. }
            | Happening::Heartbeat { tab, .. }
            | Happening::Cut { tab, .. } => *tab,
            Happening::Reply { .. } | Happening::Settle { .. } => return None,
        };
        Some(self.tabs[tab].hangs_until).filter(|until| *until > self.now)
    }
}
