//! What tabs of one browser share: the leader's lock, and a channel whose messages come late or get
//! lost.

use chataibot_fake_browser::Page;
use chataibot_widget::machine::{input::Input, tab_message::TabMessage};

use super::{Happening, World};

impl World {
    /// The tab that holds the lock.
    pub fn leader(&self) -> Option<usize> {
        self.leadership.holder().map(|(tab, _)| tab)
    }

    pub(super) fn request_leadership(&mut self, tab: usize, steal: bool) {
        let page_id = (tab, self.tabs[tab].page);
        if !steal {
            let next = self.leadership.request(page_id);
            return self.next_leader(next);
        }
        if let Some((tab, page)) = self.leadership.steal(page_id) {
            self.push(self.now + 1, Happening::Input { tab, page, input: Input::LockLost });
        }
        self.push(self.now + 1, Happening::Elected { tab, page: page_id.1 });
    }

    pub(super) fn next_leader(&mut self, next: Option<Page>) {
        if let Some((tab, page)) = next {
            let delay = 1 + u64::from(self.random(20));
            self.push(self.now + delay, Happening::Elected { tab, page });
        }
    }

    pub(super) fn leader_elected(&mut self, tab: usize) {
        if self.leader() == Some(tab) {
            self.handle(tab, Input::LockAcquired);
        }
    }

    /// Posts a message to the other tabs. Messages arrive in order, if they arrive.
    pub(super) fn post_to_others(&mut self, from: usize, message: &TabMessage) {
        if !self.tabs[from].listening {
            return;
        }
        for tab in (0..self.tabs.len()).filter(|tab| *tab != from) {
            let rates = self.fault_rates;
            if self.happens(rates.message_lost) {
                continue;
            }
            let delay = if self.happens(rates.message_late) { self.random(4_000) } else { self.random(20) };
            let at = (self.now + 1 + u64::from(delay)).max(self.tabs[tab].last_message_at);
            self.tabs[tab].last_message_at = at;
            let page = self.tabs[tab].page;
            self.push(at, Happening::TabMessage { tab, page, message: message.clone() });
        }
    }

    /// Time until which this event has to wait, because its tab is busy.
    pub(super) fn hangs_until(&self, what: &Happening) -> Option<u64> {
        let tab = match what {
            Happening::Input { tab, .. }
            | Happening::Elected { tab, .. }
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
