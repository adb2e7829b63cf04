//! What tabs of one browser have in common: the lock of the leader, and a channel on which news and words come in their order.

use std::{collections::VecDeque, time::Duration};

use chataibot_widget::machine::input::Input;
use tokio::{task::spawn_local, time::sleep};

use super::{Browser, News};

/// Who holds the lock, and who waits for it: tabs, each with the page that asked.
#[derive(Default)]
pub struct Lead {
    holder: Option<(usize, u32)>,
    waiting: VecDeque<(usize, u32)>,
}

impl Browser {
    pub(super) fn stand(&self, tab: usize, steal: bool) {
        let me = (tab, self.page(tab));
        let deposed = {
            let mut lead = self.0.lead.borrow_mut();
            lead.waiting.retain(|(waiting, _)| *waiting != tab);
            if steal {
                lead.holder.replace(me).filter(|(holder, _)| *holder != tab)
            } else {
                lead.waiting.push_back(me);
                None
            }
        };
        if let Some((holder, page)) = deposed {
            self.soon(holder, page, Input::LockLost);
        }
        if steal {
            self.soon(me.0, me.1, Input::LockAcquired);
        } else {
            self.next_leader();
        }
    }

    pub(super) fn step_down(&self, tab: usize) {
        {
            let mut lead = self.0.lead.borrow_mut();
            lead.waiting.retain(|(waiting, _)| *waiting != tab);
            if lead.holder.is_none_or(|(holder, _)| holder != tab) {
                return;
            }
            lead.holder = None;
        }
        self.next_leader();
    }

    fn next_leader(&self) {
        let next = {
            let mut lead = self.0.lead.borrow_mut();
            if lead.holder.is_some() {
                return;
            }
            lead.holder = lead.waiting.pop_front();
            lead.holder
        };
        if let Some((tab, page)) = next {
            self.soon(tab, page, Input::LockAcquired);
        }
    }

    fn soon(&self, tab: usize, page: u32, input: Input) {
        let browser = self.clone();
        spawn_local(async move {
            tokio::task::yield_now().await;
            let leads = browser.0.lead.borrow().holder == Some((tab, page));
            let is_news = leads == matches!(input, Input::LockAcquired);
            if is_news && browser.is_on(tab, page) {
                browser.handle(tab, input);
            }
        });
    }

    pub(super) fn leave_tabs(&self, tab: usize) {
        self.0.tabs.borrow_mut()[tab].listening = false;
        self.step_down(tab);
    }

    /// Storage was changed: the others see it.
    pub(super) fn elsewhere(&self, from: usize, input: impl Fn(usize) -> Input) {
        self.to_others(from, false, |tab| News::Input(input(tab)));
    }

    /// News arrive in their order, a little later. Words only from and to those who listen.
    pub(super) fn to_others(&self, from: usize, listeners: bool, news: impl Fn(usize) -> News) {
        if listeners && !self.0.tabs.borrow()[from].listening {
            return;
        }
        for tab in (0..self.tabs()).filter(|tab| *tab != from) {
            self.0.tabs.borrow_mut()[tab].post.push_back(news(tab));
            let late = Duration::from_millis(self.0.chance.borrow_mut().below(25));
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
