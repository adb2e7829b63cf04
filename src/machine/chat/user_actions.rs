//! Handles the actions of the visitor or the host page.

use std::rc::Rc;

use super::ChatMachine;
use crate::conversation::{Action, Phase, SendError, SendState};
use crate::machine::connection::Wanted;
use crate::machine::effect::{ChatEffect, CoreEffect, Effect, PageEvent};
use crate::machine::log_reader::LogReader;
use crate::machine::send_queue::SendQueue;
use crate::machine::tab_message::TabMessage;
use crate::machine::user_action::UserAction;

impl ChatMachine {
    /// Handles an action; a message it sends gets the id `new_id`.
    pub(super) fn user_action(&mut self, action: UserAction, new_id: Rc<str>) {
        match action {
            UserAction::Send(text) => self.send(new_id, text, None),
            UserAction::Answer { text, typed } => self.send(new_id, text, Some(typed.into())),
            UserAction::Retry(id) => self.retry(id, new_id),
            UserAction::Discard(id) => self.discard(id),
            UserAction::Draft(draft) => self.draft(draft.into()),
            UserAction::Open => self.open(),
            UserAction::Close => self.close(),
            UserAction::Step(event) => self.step(event),
            UserAction::LoadEarlier => self.apply(Action::EarlierRequested),
            UserAction::Feedback { key, helpful } => self.rate(key, helpful),
            UserAction::End => self.apply(Action::Ended),
            UserAction::Restart => self.leave(),
            UserAction::Reset => self.reset(),
            // Handled by the views.
            UserAction::Resize | UserAction::Sound(_) | UserAction::Transcript(_) => {}
        }
    }

    fn send(&mut self, id: Rc<str>, text: String, typed: Option<Rc<str>>) {
        if self.core.state.phase() == Phase::Ended {
            self.leave();
        }
        self.apply(Action::Composed { id, text: text.into(), typed, at: self.now.unix });
        self.record_intent();
    }

    fn retry(&mut self, id: Rc<str>, new_id: Rc<str>) {
        let Some(state) = self.core.state.message(&id).map(|message| message.state.send_state()) else { return };
        // In an ended conversation the key may already have its final answer.
        let needs_new_id = state == SendState::Failed(SendError::Ended) || self.core.state.phase() == Phase::Ended;
        let new_id = if needs_new_id { new_id } else { id.clone() };
        self.apply(Action::Requeued { id, new_id, at: self.now.unix });
        if self.core.state.phase() == Phase::Ended {
            self.leave();
        }
        self.record_intent();
    }

    fn discard(&mut self, id: Rc<str>) {
        self.apply(Action::Discarded(id.clone()));
        let is_removed = !self.core.state.outbox().iter().any(|pending| pending.id == id);
        if is_removed && self.saved.outbox.iter().any(|saved| saved.id == id) {
            self.saved.outbox.retain(|saved| saved.id != id);
            self.effects.push(Effect::Chat(ChatEffect::RemoveMessage { id, discarded: true }));
        }
    }

    fn draft(&mut self, draft: Rc<str>) {
        self.core.set_draft(&draft, self.now);
        self.apply(Action::Drafted(draft));
    }

    fn open(&mut self) {
        if !self.core.state.window_open() {
            self.apply(Action::WindowOpened);
            self.emit(PageEvent::Opened);
            self.set_starts_open(true);
        }
        self.record_intent();
    }

    pub(super) fn close(&mut self) {
        if self.core.state.window_open() {
            self.apply(Action::WindowClosed);
            self.emit(PageEvent::Closed);
            self.set_starts_open(false);
        }
    }

    /// Broadcasts whether new tabs start with the window open. Open tabs keep theirs: a window that
    /// opened by itself would take the focus, one that closed hides what is read.
    fn set_starts_open(&mut self, open: bool) {
        self.core.starts_open = open;
        if self.election.coordinates() {
            self.broadcast(TabMessage::Opened(open));
        }
    }

    fn rate(&mut self, key: u32, helpful: bool) {
        let row = self.core.state.rows().iter().rfind(|row| row.key == key);
        let Some(message) = row.and_then(|row| row.message()) else { return };
        let Some(cursor) = message.log_entry().map(|entry| entry.cursor) else { return };
        let text: Rc<str> = message.content().to_plain().into();
        let before = message.feedback;
        self.apply(Action::Rated { cursor, helpful });
        if before != Some(helpful) && self.changed {
            self.emit(PageEvent::Feedback { text, helpful });
        }
    }

    /// Leaves the conversation; unsent messages start the next one.
    pub(super) fn leave(&mut self) {
        self.disconnect_from_log();
        self.apply(Action::ConversationLeft);
        self.send_queue.release();
    }

    fn reset(&mut self) {
        let credentials = self.core.token_refresh.credentials().cloned();
        self.forget();
        // In this order, so that other tabs know before the proxy closes their streams.
        self.effects.push(Effect::Chat(ChatEffect::ClearStorage));
        self.effects.extend(credentials.map(ChatEffect::EndTokens).map(Effect::Chat));
    }

    /// Forgets the visitor here, without touching storage.
    pub(super) fn forget(&mut self) {
        self.disconnect_from_log();
        self.core.token_refresh.forget();
        self.send_queue = SendQueue::default();
        self.apply(Action::VisitorForgotten);
        self.core.has_shown_intent = false;
        self.core.save_due = None;
        self.mark_saved();
    }

    /// Ends the connection to this conversation's log.
    pub(super) fn disconnect_from_log(&mut self) {
        if self.connection.set_wanted(Wanted::Nothing, false) {
            self.effects.push(Effect::Core(CoreEffect::Disconnect));
        }
        self.log_reader = LogReader::default();
        self.page_before = None;
    }

    fn record_intent(&mut self) {
        self.core.has_shown_intent = true;
        self.retry_waiting();
    }
}
