//! What each action of the visitor or the page changes.

use std::rc::Rc;

use super::ChatMachine;
use crate::{
    conversation::{Action, Phase, SendError, SendState},
    machine::{
        connection::Wanted,
        effect::{ChatEffect, CoreEffect, Effect, PageEvent},
        input::Now,
        send_queue::SendQueue,
        tab_message::TabMessage,
        user_action::UserAction,
    },
};

impl ChatMachine {
    /// Handles an action; whatever is said by it gets the id `new_id`.
    pub(super) fn user_action(&mut self, action: UserAction, new_id: Rc<str>, now: Now, effects: &mut Vec<Effect>) {
        match action {
            UserAction::Send(text) => self.send(new_id, text, None, now, effects),
            UserAction::Answer { text, typed } => self.send(new_id, text, Some(typed.into()), now, effects),
            UserAction::Retry(id) => self.retry(id, new_id, now, effects),
            UserAction::Discard(id) => self.discard(id, effects),
            UserAction::Draft(draft) => self.draft(draft.into(), now),
            UserAction::Open => self.open(now, effects),
            UserAction::Close => self.close(effects),
            UserAction::Step(event) => self.step(event, now, effects),
            UserAction::LoadEarlier => self.apply(Action::EarlierAsked),
            UserAction::Feedback { key, helpful } => self.rate(key, helpful, effects),
            UserAction::End => self.apply(Action::Ended),
            UserAction::Restart => self.leave(effects),
            UserAction::Reset => self.reset(effects),
            // Handled by the views.
            UserAction::Resize | UserAction::Sound(_) | UserAction::Transcript(_) => {}
        }
    }

    fn send(&mut self, id: Rc<str>, text: String, typed: Option<Rc<str>>, now: Now, effects: &mut Vec<Effect>) {
        if self.core.state.phase() == Phase::Ended {
            self.leave(effects);
        }
        self.apply(Action::Composed { id, text: text.into(), typed, at: now.unix });
        self.come_alive(now, effects);
    }

    fn retry(&mut self, id: Rc<str>, new_id: Rc<str>, now: Now, effects: &mut Vec<Effect>) {
        let row = self.core.state.rows().iter().rfind(|row| row.message().is_some_and(|m| m.id.as_ref() == Some(&id)));
        let Some(state) = row.and_then(|row| row.message()).map(|m| m.delivery.state()) else { return };
        // An ended conversation may have given the key its final answer; a temporary failure has not.
        let spent = state == SendState::Failed(SendError::Ended) || self.core.state.phase() == Phase::Ended;
        let new_id = if spent { new_id } else { id.clone() };
        self.apply(Action::Requeued { id, new_id, at: now.unix });
        if self.core.state.phase() == Phase::Ended {
            self.leave(effects);
        }
        self.come_alive(now, effects);
    }

    fn discard(&mut self, id: Rc<str>, effects: &mut Vec<Effect>) {
        self.apply(Action::Discarded { id: id.clone() });
        let gone = !self.core.state.outbox().iter().any(|pending| pending.id == id);
        if gone && self.saved.outbox.iter().any(|saved| saved.id == id) {
            self.saved.outbox.retain(|saved| saved.id != id);
            effects.push(Effect::Chat(ChatEffect::RemoveMessage { id, discarded: true }));
        }
    }

    fn draft(&mut self, draft: Rc<str>, now: Now) {
        self.core.set_draft(&draft, now);
        self.apply(Action::Drafted(draft));
    }

    fn open(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.core.state.window_open() {
            self.apply(Action::WindowOpened);
            effects.push(Effect::Core(CoreEffect::Emit(PageEvent::Opened)));
            self.opens(true, effects);
        }
        self.come_alive(now, effects);
    }

    pub(super) fn close(&mut self, effects: &mut Vec<Effect>) {
        if self.core.state.window_open() {
            self.apply(Action::WindowClosed);
            effects.push(Effect::Core(CoreEffect::Emit(PageEvent::Closed)));
            self.opens(false, effects);
        }
    }

    /// Tells the others how new tabs begin. Their own windows stay as they are: one that opens by itself takes the keyboard away
    /// from whatever the visitor does there, and one that closes takes away what is read; only a page that is just loaded has
    /// nothing to lose.
    fn opens(&mut self, open: bool, effects: &mut Vec<Effect>) {
        self.core.opens = open;
        if self.election.is_shared() {
            effects.push(Effect::Core(CoreEffect::Broadcast(TabMessage::Opened(open))));
        }
    }

    fn rate(&mut self, key: u32, helpful: bool, effects: &mut Vec<Effect>) {
        let row = self.core.state.rows().iter().rfind(|row| row.key == key);
        let Some(message) = row.and_then(|row| row.message()) else { return };
        let Some(cursor) = message.logged().map(|entry| entry.cursor) else { return };
        let text: Rc<str> = message.content().to_plain().into();
        let before = message.feedback;
        self.apply(Action::Rated { cursor, helpful });
        if before != Some(helpful) && self.changed {
            effects.push(Effect::Core(CoreEffect::Emit(PageEvent::Feedback { text, helpful })));
        }
    }

    /// Leaves the conversation; what was never sent starts the next one.
    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.disconnect_for_good(effects);
        self.apply(Action::Left);
        self.send_queue.done();
    }

    fn reset(&mut self, effects: &mut Vec<Effect>) {
        let leaving = self.core.token_refresh.credentials().cloned();
        self.forget(effects);
        // In this order, so that other tabs know of it before the proxy cuts their streams.
        effects.push(Effect::Chat(ChatEffect::ClearStorage));
        effects.extend(leaving.map(ChatEffect::EndTokens).map(Effect::Chat));
    }

    /// Forgets the visitor here, without touching storage.
    pub(super) fn forget(&mut self, effects: &mut Vec<Effect>) {
        self.disconnect_for_good(effects);
        self.core.token_refresh.forget();
        self.send_queue = SendQueue::default();
        self.apply(Action::Forgotten);
        self.core.awake = false;
        self.core.save_due = None;
        self.mark_saved();
    }

    /// Ends the connection to this conversation's log.
    pub(super) fn disconnect_for_good(&mut self, effects: &mut Vec<Effect>) {
        if self.connection.want(Wanted::Nothing, false) {
            effects.push(Effect::Core(CoreEffect::Disconnect));
        }
        self.log_reader.forget();
        self.page = None;
    }

    fn come_alive(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.core.awake = true;
        self.nudge(now, effects);
    }
}
