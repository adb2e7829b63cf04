//! How the client begins: it goes on from where the prelude stands.

use std::rc::Rc;

use super::{Client, report::Source};
use crate::{
    api::Identity,
    conversation::Conversation,
    session::{
        fact::{Fact, Moment},
        line::Signal,
        mind::Decide,
        order::Order,
        prelude::Prelude,
        stored::StoredConversation,
    },
};

impl Client {
    /// The client that goes on from where `prelude` stands.
    #[must_use]
    pub fn after(prelude: Prelude, moment: Moment) -> Self {
        let Prelude {
            state,
            keeper,
            listens,
            awake,
            opens,
            wrote,
            save_due,
            saved_draft,
            saved_opens,
            saved_messages,
            shared,
            asleep,
            offline,
            trouble,
            ..
        } = prelude;
        let mut client = Self { state, keeper, listens, awake, opens, wrote, save_due, ..Self::default() };
        client.mark_saved();
        client.saved.urgent.2 = saved_opens;
        client.saved.outbox.truncate(saved_messages);
        client.saved.draft = saved_draft;
        client.told.trouble = trouble.map(|code| (Source::Token, code));
        client.told.newest_row = client.state.newest_key();
        if shared {
            client.leader.join();
        }
        // Nothing is connected that would have to be hung up.
        let mut nothing = Vec::new();
        if offline {
            client.sender.pause(moment.now);
            client.signal(Signal::Offline, moment, &mut nothing);
        }
        if asleep {
            client.signal(Signal::Froze, moment, &mut nothing);
            client.leader.sleep();
        }
        client
    }

    /// The same, for those who know only what a client is asked.
    #[must_use]
    pub fn begin(prelude: Prelude, moment: Moment) -> Box<dyn Decide> {
        Box::new(Self::after(prelude, moment))
    }
}

impl Decide for Client {
    fn hear(&mut self, fact: Fact, moment: Moment, orders: &mut Vec<Order>) -> bool {
        Self::hear(self, fact, moment, orders)
    }

    fn state(&self) -> &Rc<Conversation> {
        Self::state(self)
    }

    fn identity(&self) -> Option<&Rc<Identity>> {
        Self::identity(self)
    }

    fn to_store(&self) -> StoredConversation {
        Self::to_store(self)
    }

    fn due(&self, now: u64) -> Option<u64> {
        Self::due(self, now)
    }
}
