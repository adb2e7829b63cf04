//! The hand-over from the idle machine to the chat machine.

use super::{ChatMachine, outputs::ErrorSource};
use crate::machine::{
    ChatLogic,
    connection::ConnectionEvent,
    idle::{Handover, IdleMachine},
    input::Now,
};

impl ChatMachine {
    /// Creates the machine that continues from the state of `idle`.
    #[must_use]
    pub fn after(idle: IdleMachine, now: Now) -> Self {
        let (core, Handover { shared, asleep, offline, saved_draft, saved_opens, saved_messages, error }) =
            idle.into_parts();
        let mut chat = Self { core, now, ..Self::default() };
        chat.mark_saved();
        chat.saved.urgent.2 = saved_opens;
        chat.saved.outbox.truncate(saved_messages);
        chat.saved.draft = saved_draft;
        chat.reported.error = error.map(|code| (ErrorSource::Token, code));
        chat.reported.newest_row = chat.core.state.newest_key();
        if shared {
            chat.election.join();
        }
        if offline {
            chat.send_queue.pause(now.monotonic);
            chat.handle_connection(ConnectionEvent::Offline);
        }
        if asleep {
            chat.handle_connection(ConnectionEvent::Frozen);
            chat.election.sleep();
        }
        // Nothing is connected yet, so there is nothing to disconnect.
        chat.effects.clear();
        chat
    }

    /// The same, as a [`Promote`](crate::machine::Promote).
    #[must_use]
    pub fn promote(idle: IdleMachine, now: Now) -> Box<dyn ChatLogic> {
        Box::new(Self::after(idle, now))
    }
}
