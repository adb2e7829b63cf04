//! What the tabs of one browser share: the leader's lock, and a channel in order.

use std::time::Duration;

use chataibot_fake_browser::Page;
use chataibot_widget::machine::input::Input;
use tokio::{task::spawn_local, time::sleep};

use super::Browser;

impl Browser {
    pub(super) fn request_leadership(&self, tab: usize, steal: bool) {
        let page_id = (tab, self.page(tab));
        if !steal {
            let next = self.0.leadership.borrow_mut().request(page_id);
            return self.notify_leader(next);
        }
        let previous = self.0.leadership.borrow_mut().steal(page_id);
        if let Some((holder, page)) = previous {
            self.handle_soon(holder, page, Input::LockLost);
        }
        self.notify_leader(Some(page_id));
    }

    pub(super) fn release_leadership(&self, tab: usize) {
        let next = self.0.leadership.borrow_mut().release(tab);
        self.notify_leader(next);
    }

    fn notify_leader(&self, next: Option<Page>) {
        if let Some((tab, page)) = next {
            self.handle_soon(tab, page, Input::LockAcquired);
        }
    }

    fn handle_soon(&self, tab: usize, page: u32, input: Input) {
        let browser = self.clone();
        spawn_local(async move {
            tokio::task::yield_now().await;
            let is_leader = browser.0.leadership.borrow().holder() == Some((tab, page));
            if is_leader == matches!(input, Input::LockAcquired) {
                browser.handle_on_page(tab, page, input);
            }
        });
    }

    pub(super) fn stop_listening(&self, tab: usize) {
        self.0.tabs.borrow_mut()[tab].is_listening = false;
        self.release_leadership(tab);
    }

    /// Posts to the other tabs, in order and with a delay; messages only to listening tabs.
    pub(super) fn deliver_to_others(&self, from: usize, input: &Input) {
        for tab in (0..self.tabs()).filter(|tab| *tab != from) {
            self.0.tabs.borrow_mut()[tab].inbox.push_back(input.clone());
            let delay = Duration::from_millis(self.0.rng.borrow_mut().below(25));
            let (browser, page) = (self.clone(), self.page(tab));
            spawn_local(async move {
                sleep(delay).await;
                if !browser.is_current_page(tab, page) {
                    return;
                }
                let (next, is_listening) = {
                    let mut tabs = browser.0.tabs.borrow_mut();
                    (tabs[tab].inbox.pop_front(), tabs[tab].is_listening)
                };
                if let Some(input) = next.filter(|input| is_listening || !matches!(input, Input::TabMessage(_))) {
                    browser.handle(tab, input);
                }
            });
        }
    }
}
