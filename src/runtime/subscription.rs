//! Subscriptions of the views: listeners that are called after every change of the conversation.

use std::rc::{Rc, Weak};

use super::Runtime;
use crate::conversation::Conversation;

/// The callback of a subscriber.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

/// Ends a subscription when dropped.
#[must_use]
pub struct Subscription {
    runtime: Weak<Runtime>,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.upgrade() else { return };
        let removed = {
            let mut subscribers = runtime.subscribers.borrow_mut();
            subscribers.iter().position(|(known, _)| *known == self.number).map(|at| subscribers.remove(at))
        };
        // Dropping a listener may run code of the views, so no borrow is held across it.
        drop(removed);
    }
}

impl Runtime {
    /// Calls `listener` after every change, until the subscription is dropped.
    pub fn subscribe(self: &Rc<Self>, listener: Listener) -> Subscription {
        let mut subscribers = self.subscribers.borrow_mut();
        let number = subscribers.last().map_or(0, |(last, _)| last + 1);
        subscribers.push((number, listener));
        Subscription { runtime: Rc::downgrade(self), number }
    }
}
