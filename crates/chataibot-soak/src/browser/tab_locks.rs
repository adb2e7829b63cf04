//! What the tabs of one browser share: the leader's lock, and a channel that delivers changes and
//! messages in order.

use std::time::Duration;

use chataibot_fake_browser::Page;
use chataibot_widget::machine::input::Input;
use tokio::{task::spawn_local, time::sleep};

use super::{Browser, News};

impl Browser {
    pub(super) fn stand(&self, tab: usize, steal: bool) {
        let me = (tab, self.page(tab));
        if !steal {
            let next = self.0.leadership.borrow_mut().request(me);
            return self.chosen(next);
        }
        let lost = self.0.leadership.borrow_mut().steal(me);
        if let Some((holder, page)) = lost {
            self.soon(holder, page, Input::LockLost);
        }
        self.chosen(Some(me));
    }

    pub(super) fn step_down(&self, tab: usize) {
        let next = self.0.leadership.borrow_mut().release(tab);
        self.chosen(next);
    }

    fn chosen(&self, next: Option<Page>) {
        if let Some((tab, page)) = next {
            self.soon(tab, page, Input::LockAcquired);
        }
    }

    fn soon(&self, tab: usize, page: u32, input: Input) {
        let browser = self.clone();
        spawn_local(async move {
            tokio::task::yield_now().await;
            let leads = browser.0.leadership.borrow().holder() == Some((tab, page));
            let is_news = leads == matches!(input, Input::LockAcquired);
            if is_news && browser.is_on(tab, page) {
                browser.handle(tab, input);
            }
        });
    }

    pub(super) fn stop_listening(&self, tab: usize) {
        self.0.tabs.borrow_mut()[tab].listening = false;
        self.step_down(tab);
    }

    /// Posts to the other tabs, in order and with a delay; messages only between listening tabs.
    pub(super) fn post(&self, from: usize, listeners: bool, news: impl Fn() -> News) {
        if listeners && !self.0.tabs.borrow()[from].listening {
            return;
        }
        for tab in (0..self.tabs()).filter(|tab| *tab != from) {
            self.0.tabs.borrow_mut()[tab].post.push_back(news());
            let late = Duration::from_millis(self.0.rng.borrow_mut().below(25));
            let (browser, page) = (self.clone(), self.page(tab));
            spawn_local(async move {
                sleep(late).await;
                if !browser.is_on(tab, page) {
                    return;
                }
                let (next, listens) = {
                    let mut tabs = browser.0.tabs.borrow_mut();
                    (tabs[tab].post.pop_front(), tabs[tab].listening)
                };
                match next {
                    Some(News::Input(input)) => browser.handle(tab, input),
                    Some(News::TabMessage(word)) if listens => browser.handle(tab, Input::TabMessage(word)),
                    Some(News::TabMessage(_)) | None => {}
                }
            });
        }
    }
}
