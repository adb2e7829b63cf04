//! The hand-over from the idle machine to the chat machine.

use super::{ChatMachine, outputs::ErrorSource};
use crate::machine::{ChatLogic, connection::ConnectionEvent, idle::IdleMachine, input::Now};

impl ChatMachine {
    /// Creates the machine that continues from the state of `idle`: a
    /// [`Promote`](crate::machine::Promote).
    pub fn promote(idle: IdleMachine, now: Now) -> Box<dyn ChatLogic> {
        let IdleMachine { core, handover, .. } = idle;
        let mut chat = Self { core, now, ..Self::default() };
        chat.mark_saved();
        chat.saved.urgent.starts_open = handover.saved_starts_open;
        chat.saved.outbox.truncate(handover.saved_messages);
        chat.saved.draft = handover.saved_draft;
        chat.reported.error = handover.reported_error.map(|code| (ErrorSource::Token, code));
        chat.reported.newest_row = chat.core.state.newest_key();
        if handover.coordinates_tabs {
            chat.election.join();
        }
        if handover.is_offline {
            chat.send_queue.pause(now.monotonic);
            chat.handle_connection(ConnectionEvent::Offline);
        }
        if handover.is_frozen {
            chat.handle_connection(ConnectionEvent::Frozen);
            chat.election.freeze();
        }
        // Nothing is connected yet, so there is nothing to disconnect.
        chat.effects.clear();
        Box::new(chat)
    }
}
