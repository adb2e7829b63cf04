//! The leader's lock, as Web Locks give it: one holder, a queue, and stealing.

use std::collections::VecDeque;

/// A tab, and how often it was loaded: what was meant for an earlier page does not reach the next.
pub type Page = (usize, u32);

/// Who holds the lock, and who waits for it.
#[derive(Default)]
pub struct Leadership {
    holder: Option<Page>,
    waiting: VecDeque<Page>,
}

impl Leadership {
    /// Who holds the lock.
    pub fn holder(&self) -> Option<Page> {
        self.holder
    }

    /// Takes the lock away from its holder, who is given back.
    pub fn steal(&mut self, page: Page) -> Option<Page> {
        self.waiting.retain(|(waiting, _)| *waiting != page.0);
        self.holder.replace(page).filter(|(holder, _)| *holder != page.0)
    }

    /// Takes a place in the queue. The new holder, if that changes.
    pub fn request(&mut self, page: Page) -> Option<Page> {
        self.waiting.retain(|(waiting, _)| *waiting != page.0);
        self.waiting.push_back(page);
        self.next()
    }

    /// Gives up the lock, or the place in the queue. The new holder, if that changes.
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
