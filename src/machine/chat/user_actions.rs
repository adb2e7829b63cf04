//! What the visitor and the page want of the client.

use std::rc::Rc;

use super::ChatMachine;
use crate::{
    conversation::{Action, Phase, SendError, SendState},
    machine::{
        connection::Wanted,
        effect::{Effect, PageEvent},
        input::Now,
        send_queue::SendQueue,
        tab_message::TabMessage,
    },
};

impl ChatMachine {
    pub(super) fn say(
        &mut self,
        id: Rc<str>,
        text: Rc<str>,
        typed: Option<Rc<str>>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        if self.state.phase() == Phase::Ended {
            self.leave(effects);
        }
        self.apply(Action::Composed { id, text, typed, at: now.unix });
        self.come_alive(now, effects);
    }

    pub(super) fn retry(&mut self, id: &str, new_id: Rc<str>, now: Now, effects: &mut Vec<Effect>) {
        let row = self.state.rows().iter().rfind(|row| row.message().is_some_and(|m| m.id.as_deref() == Some(id)));
        let Some(state) = row.and_then(|row| row.message()).map(|m| m.delivery.state()) else { return };
        // An ended conversation may have given the key its final answer; a temporary failure has not.
        let spent = state == SendState::Failed(SendError::Ended) || self.state.phase() == Phase::Ended;
        let new_id = if spent { new_id } else { Rc::from(id) };
        self.apply(Action::Requeued { id: Rc::from(id), new_id, at: now.unix });
        if self.state.phase() == Phase::Ended {
            self.leave(effects);
        }
        self.come_alive(now, effects);
    }

    pub(super) fn discard(&mut self, id: Rc<str>, effects: &mut Vec<Effect>) {
        self.apply(Action::Discarded { id: id.clone() });
        let gone = !self.state.outbox().iter().any(|pending| pending.id == id);
        if gone && self.saved.outbox.iter().any(|saved| saved.id == id) {
            self.saved.outbox.retain(|saved| saved.id != id);
            effects.push(Effect::RemoveMessage { id, discarded: true });
        }
    }

    pub(super) fn draft(&mut self, draft: Rc<str>, now: Now) {
        self.wrote = Some(now.monotonic).filter(|_| !draft.is_empty());
        self.awake |= !draft.is_empty();
        self.apply(Action::Drafted(draft));
    }

    pub(super) fn open(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.state.window_open() {
            self.apply(Action::WindowOpened);
            effects.push(Effect::Emit(PageEvent::Opened));
            self.opens(true, effects);
        }
        self.come_alive(now, effects);
    }

    pub(super) fn close(&mut self, effects: &mut Vec<Effect>) {
        if self.state.window_open() {
            self.apply(Action::WindowClosed);
            effects.push(Effect::Emit(PageEvent::Closed));
            self.opens(false, effects);
        }
    }

    /// Tells the others how new tabs begin. Their own windows stay as they are: one that opens by itself takes the keyboard away
    /// from whatever the visitor does there, and one that closes takes away what is read; only a page that is just loaded has
    /// nothing to lose.
    fn opens(&mut self, open: bool, effects: &mut Vec<Effect>) {
        self.opens = open;
        if self.election.is_shared() {
            effects.push(Effect::Broadcast(TabMessage::Opened(open)));
        }
    }

    pub(super) fn rate(&mut self, key: u32, helpful: bool, effects: &mut Vec<Effect>) {
        let row = self.state.rows().iter().rfind(|row| row.key == key);
        let Some(message) = row.and_then(|row| row.message()) else { return };
        let Some(cursor) = message.logged().map(|entry| entry.cursor) else { return };
        let text: Rc<str> = message.content().to_plain().into();
        let before = message.feedback;
        self.apply(Action::Rated { cursor, helpful });
        if before != Some(helpful) && self.changed {
            effects.push(Effect::Emit(PageEvent::Feedback { text, helpful }));
        }
    }

    /// Leaves the conversation; what was never sent starts the next one.
    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.disconnect_for_good(effects);
        self.apply(Action::Left);
        self.send_queue.done();
    }

    pub(super) fn reset(&mut self, effects: &mut Vec<Effect>) {
        let leaving = self.token_refresh.credentials().cloned();
        self.forget(effects);
        // In this order, so that other tabs know of it before the proxy cuts their streams.
        effects.push(Effect::ClearStorage);
        effects.extend(leaving.map(Effect::EndTokens));
    }

    /// Forgets the visitor here, without touching storage.
    pub(super) fn forget(&mut self, effects: &mut Vec<Effect>) {
        self.disconnect_for_good(effects);
        self.token_refresh.forget();
        self.send_queue = SendQueue::default();
        self.apply(Action::Forgotten);
        self.awake = false;
        self.save_due = None;
        self.mark_saved();
    }

    /// Ends the connection to this conversation's log.
    pub(super) fn disconnect_for_good(&mut self, effects: &mut Vec<Effect>) {
        if self.connection.want(Wanted::Nothing, false) {
            effects.push(Effect::Disconnect);
        }
        self.log_reader.forget();
        self.page = None;
    }

    fn come_alive(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.awake = true;
        self.nudge(now, effects);
    }
}
