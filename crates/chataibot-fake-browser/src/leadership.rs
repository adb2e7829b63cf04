//! Fake of the leader's lock, with the semantics of Web Locks: one holder, a queue, and stealing.

use std::collections::VecDeque;

/// A tab and its number of loads: what was meant for an earlier page must not reach the next.
pub type Page = (usize, u32);

/// Holder and queue of the lock.
#[derive(Default)]
pub struct Leadership {
    holder: Option<Page>,
    waiting: VecDeque<Page>,
}

impl Leadership {
    /// Returns the holder of the lock.
    pub fn holder(&self) -> Option<Page> {
        self.holder
    }

    /// Takes the lock away from its holder, which is returned if it is another tab.
    pub fn steal(&mut self, page: Page) -> Option<Page> {
        self.waiting.retain(|(waiting, _)| *waiting != page.0);
        self.holder.replace(page).filter(|(holder, _)| *holder != page.0)
    }

    /// Takes a place in the queue. Returns the new holder, if that changes.
    pub fn request(&mut self, page: Page) -> Option<Page> {
        self.waiting.retain(|(waiting, _)| *waiting != page.0);
        self.waiting.push_back(page);
        self.next()
    }

    /// Gives up the lock, or the place in the queue. Returns the new holder, if that changes.
    pub fn release(&mut self, tab: usize) -> Option<Page> {
        self.waiting.retain(|(waiting, _)| *waiting != tab);
        self.holder = self.holder.filter(|(holder, _)| *holder != tab);
        self.next()
    }

    fn next(&mut self) -> Option<Page> {
        if self.holder.is_some() {
            return None;
        }
        self.holder = self.waiting.pop_front();
        self.holder
    }
}
