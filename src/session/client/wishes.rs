//! What the visitor and the page want of the client.

use std::rc::Rc;

use super::Client;
use crate::{
    conversation::{Action, Phase, SendError, SendState},
    session::{
        fact::Moment,
        line::Wanted,
        order::{Order, Outgoing},
        sender::Sender,
        word::Word,
    },
};

impl Client {
    pub(super) fn say(
        &mut self,
        id: Rc<str>,
        text: Rc<str>,
        typed: Option<Rc<str>>,
        moment: Moment,
        orders: &mut Vec<Order>,
    ) {
        if self.state.phase() == Phase::Ended {
            self.leave(orders);
        }
        self.apply(Action::Composed { id, text, typed, at: moment.wall });
        self.come_alive(moment, orders);
    }

    pub(super) fn retry(&mut self, id: &str, new_id: Rc<str>, moment: Moment, orders: &mut Vec<Order>) {
        let row = self.state.rows().iter().rfind(|row| row.message().is_some_and(|m| m.id.as_deref() == Some(id)));
        let Some(state) = row.and_then(|row| row.message()).map(|m| m.delivery.state()) else { return };
        // An ended conversation may have given the key its final answer; a temporary failure has not.
        let spent = state == SendState::Failed(SendError::Ended) || self.state.phase() == Phase::Ended;
        let new_id = if spent { new_id } else { Rc::from(id) };
        self.apply(Action::Requeued { id: Rc::from(id), new_id, at: moment.wall });
        if self.state.phase() == Phase::Ended {
            self.leave(orders);
        }
        self.come_alive(moment, orders);
    }

    pub(super) fn discard(&mut self, id: Rc<str>, orders: &mut Vec<Order>) {
        self.apply(Action::Discarded { id: id.clone() });
        let gone = !self.state.outbox().iter().any(|pending| pending.id == id);
        if gone && self.saved.outbox.iter().any(|saved| saved.id == id) {
            self.saved.outbox.retain(|saved| saved.id != id);
            orders.push(Order::DropMessage { id, discarded: true });
        }
    }

    pub(super) fn draft(&mut self, draft: Rc<str>, moment: Moment) {
        self.wrote = Some(moment.now).filter(|_| !draft.is_empty());
        self.awake |= !draft.is_empty();
        self.apply(Action::Drafted(draft));
    }

    pub(super) fn open(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        if !self.state.window_open() {
            self.apply(Action::WindowOpened);
            orders.push(Order::Tell(Outgoing::Opened));
            self.opens(true, orders);
        }
        self.come_alive(moment, orders);
    }

    pub(super) fn close(&mut self, orders: &mut Vec<Order>) {
        if self.state.window_open() {
            self.apply(Action::WindowClosed);
            orders.push(Order::Tell(Outgoing::Closed));
            self.opens(false, orders);
        }
    }

    /// Tells the others how new tabs begin. Their own windows stay as they are: one that opens by itself takes the keyboard away
    /// from whatever the visitor does there, and one that closes takes away what is read; only a page that is just loaded has
    /// nothing to lose.
    fn opens(&mut self, open: bool, orders: &mut Vec<Order>) {
        self.opens = open;
        if self.leader.is_shared() {
            orders.push(Order::Post(Word::Opened(open)));
        }
    }

    pub(super) fn rate(&mut self, key: u32, helpful: bool, orders: &mut Vec<Order>) {
        let row = self.state.rows().iter().rfind(|row| row.key == key);
        let Some(message) = row.and_then(|row| row.message()) else { return };
        let Some(cursor) = message.logged().map(|entry| entry.cursor) else { return };
        let text: Rc<str> = message.content().to_plain().into();
        let before = message.feedback;
        self.apply(Action::Rated { cursor, helpful });
        if before != Some(helpful) && self.changed {
            orders.push(Order::Tell(Outgoing::Feedback { text, helpful }));
        }
    }

    /// Leaves the conversation; what was never sent starts the next one.
    pub(super) fn leave(&mut self, orders: &mut Vec<Order>) {
        self.hang_up_for_good(orders);
        self.apply(Action::Left);
        self.sender.done();
    }

    pub(super) fn reset(&mut self, orders: &mut Vec<Order>) {
        let leaving = self.keeper.identity().cloned();
        self.forget(orders);
        // In this order, so that other tabs know of it before the proxy cuts their streams.
        orders.push(Order::Wipe);
        orders.extend(leaving.map(Order::Leave));
    }

    /// Forgets the visitor here, without touching storage.
    pub(super) fn forget(&mut self, orders: &mut Vec<Order>) {
        self.hang_up_for_good(orders);
        self.keeper.forget();
        self.sender = Sender::default();
        self.apply(Action::Forgotten);
        self.awake = false;
        self.save_due = None;
        self.mark_saved();
    }

    /// Ends the connection to this conversation's log.
    pub(super) fn hang_up_for_good(&mut self, orders: &mut Vec<Order>) {
        if self.line.want(Wanted::Nothing, false) {
            orders.push(Order::HangUp);
        }
        self.reader.forget();
        self.page = None;
    }

    fn come_alive(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        self.awake = true;
        self.nudge(moment, orders);
    }
}
