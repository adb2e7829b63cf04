//! How the client begins: it goes on from where the prelude stands.

use std::rc::Rc;

use super::{ChatMachine, outputs::ErrorSource};
use crate::{
    api::Credentials,
    conversation::Conversation,
    machine::{
        ChatLogic,
        connection::ConnectionEvent,
        effect::Effect,
        idle::IdleMachine,
        input::{Input, Now},
        storage_schema::StoredConversation,
    },
};

impl ChatMachine {
    /// The client that goes on from where `prelude` stands.
    #[must_use]
    pub fn after(prelude: IdleMachine, now: Now) -> Self {
        let IdleMachine {
            state,
            token_refresh,
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
        let mut client = Self { state, token_refresh, listens, awake, opens, wrote, save_due, ..Self::default() };
        client.mark_saved();
        client.saved.urgent.2 = saved_opens;
        client.saved.outbox.truncate(saved_messages);
        client.saved.draft = saved_draft;
        client.reported.trouble = trouble.map(|code| (ErrorSource::Token, code));
        client.reported.newest_row = client.state.newest_key();
        if shared {
            client.election.join();
        }
        // Nothing is connected that would have to be hung up.
        let mut nothing = Vec::new();
        if offline {
            client.send_queue.pause(now.monotonic);
            client.handle_connection(ConnectionEvent::Offline, now, &mut nothing);
        }
        if asleep {
            client.handle_connection(ConnectionEvent::Frozen, now, &mut nothing);
            client.election.sleep();
        }
        client
    }

    /// The same, for those who know only what a client is asked.
    #[must_use]
    pub fn begin(prelude: IdleMachine, now: Now) -> Box<dyn ChatLogic> {
        Box::new(Self::after(prelude, now))
    }
}

impl ChatLogic for ChatMachine {
    fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool {
        Self::handle(self, input, now, effects)
    }

    fn state(&self) -> &Rc<Conversation> {
        Self::state(self)
    }

    fn credentials(&self) -> Option<&Rc<Credentials>> {
        Self::credentials(self)
    }

    fn to_store(&self) -> StoredConversation {
        Self::to_store(self)
    }

    fn due(&self, now: u64) -> Option<u64> {
        Self::due(self, now)
    }
}
