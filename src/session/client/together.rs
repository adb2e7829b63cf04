//! One stream for all tabs of a browser: what this tab tells the others, and what it makes of what they say.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::Client;
use crate::{
    conversation::{Action, Link, Phase, Place},
    session::{
        fact::Moment,
        leader::Turn,
        line::{Signal, Wanted},
        order::Order,
        word::{Passage, Word},
    },
};

/// A composer that was written in so lately, and is seen, keeps what stands in it.
const WRITING: u64 = 10_000;

/// What other tabs were told.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    conversation: Option<Rc<str>>,
    cursor: Option<Cursor>,
    link: Link,
    read: Option<Cursor>,
}

impl Client {
    /// Connects what is to be connected here, or lets another tab do it for all.
    pub(super) fn connect(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        let running = match self.state.phase() {
            Phase::New => false,
            Phase::Active => true,
            // It may be opened again while somebody looks.
            Phase::Ended => self.state.window_open(),
        };
        let log = self.state.id().filter(|_| self.awake && self.state.may_call() && self.listens && running);
        let wanted = log.is_some();
        // Another conversation is another log: who reads it is found out anew.
        let other = self.said.conversation.as_ref() != self.state.id();
        if other && let Some(turn) = self.leader.turn(false, moment.now, moment.chance) {
            self.take_turn(turn, orders);
        }
        if other {
            self.said = Said {
                conversation: self.state.id().cloned(),
                cursor: self.state.cursor(),
                link: Link::Idle,
                read: self.state.read(),
            };
        }
        if let Some(turn) = self.leader.turn(wanted, moment.now, moment.chance) {
            self.take_turn(turn, orders);
        }
        let wants = self.leader.wants(wanted);
        if self.line.want(wants, self.leader.was_live()) {
            self.reader.cut();
            orders.push(Order::HangUp);
        }
    }

    fn take_turn(&mut self, turn: Turn, orders: &mut Vec<Order>) {
        match turn {
            Turn::Stand => {
                orders.push(Order::Stand { steal: false });
                self.post_question(orders);
            }
            Turn::StepDown => orders.push(Order::StepDown),
        }
    }

    /// How the connection stands, here or in the tab that has it.
    pub(super) fn link(&self) -> Link {
        match self.line.link() {
            Link::Idle => self.leader.link(),
            own @ (Link::Connecting | Link::Live | Link::Reconnecting { .. } | Link::Offline) => own,
        }
    }

    /// The lock is ours: what comes next is for all.
    pub(super) fn chosen(&mut self) {
        if self.leader.chosen() {
            self.said.cursor = self.state.cursor();
            // Whatever the stream's state will be in a moment, it is news.
            self.said.link = Link::Idle;
        }
    }

    /// The leader should be asked, unless it was heard just now.
    pub(super) fn look_after_leader(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        if self.leader.nudged(moment.now) {
            self.post_question(orders);
        }
    }

    /// Time went by.
    pub(super) fn tick_leader(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        if self.leader.ticked(moment.now) {
            self.post_question(orders);
        }
    }

    /// The log was looked at while the leader says nothing.
    pub(super) fn looked(&mut self, orders: &mut Vec<Order>) {
        if self.leader.looked() {
            orders.push(Order::Stand { steal: true });
        }
    }

    /// The page sleeps: the browser must be free to keep it as it is, and another tab to lead.
    pub(super) fn sleep(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        self.save_due = Some(moment.now);
        self.signal(Signal::Froze, moment, orders);
        if self.leader.sleep() {
            orders.push(Order::LeaveTabs);
        }
    }

    /// The page, or the whole machine, slept.
    pub(super) fn wake(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        self.keeper.expire();
        self.doubted = true;
        self.hurry(moment);
        self.signal(Signal::Woke, moment, orders);
        if self.leader.is_asleep() {
            self.leader.join();
            orders.push(Order::JoinTabs);
        } else if self.leader.ask(moment.now) {
            self.post_question(orders);
        }
    }

    /// Tabs cannot agree any more: each cares for itself.
    pub(super) fn part(&mut self, orders: &mut Vec<Order>) {
        if self.leader.part() {
            orders.push(Order::LeaveTabs);
        }
    }

    fn post_question(&self, orders: &mut Vec<Order>) {
        if let Some(conversation) = self.state.id().cloned() {
            orders.push(Order::Post(Word::Ask { conversation, cursor: self.state.cursor() }));
        }
    }

    fn beat(&mut self, orders: &mut Vec<Order>) {
        if let Some(conversation) = self.state.id().cloned() {
            let link = self.line.link();
            self.said.link = link;
            orders.push(Order::Post(Word::Beat { conversation, link, cursor: self.state.cursor() }));
        }
    }

    /// A heartbeat of the stream is one for all.
    pub(super) fn pass_on_heartbeat(&mut self, orders: &mut Vec<Order>) {
        if self.leader.leads() {
            self.beat(orders);
        }
    }

    /// Tells the other tabs what is new here.
    pub(super) fn share(&mut self, orders: &mut Vec<Order>) {
        if !self.leader.is_shared() || self.leader.is_asleep() {
            return;
        }
        if self.leader.leads() {
            if self.state.cursor() != self.said.cursor {
                self.pass_on(self.said.cursor, orders);
                self.said.cursor = self.state.cursor();
            }
            if self.line.link() != self.said.link {
                self.beat(orders);
            }
        }
        let read = self.state.read();
        if std::mem::replace(&mut self.said.read, read) != read
            && let (Some(cursor), Some(conversation)) = (read, self.state.id().cloned())
        {
            orders.push(Order::Post(Word::Read { conversation, cursor }));
        }
        // That this browser is offline is no news of the leader's, and over when the browser says so.
        if self.line.link() != Link::Offline {
            self.leader.link_is(self.state.link());
        }
    }

    /// Passes on what stands after this place, or all there is when it does not follow on it.
    fn pass_on(&self, after: Option<Cursor>, orders: &mut Vec<Order>) {
        let (Some(conversation), Some(up_to)) = (self.state.id().cloned(), self.state.cursor()) else { return };
        let log = self.state.log();
        let (begin, whole) = match after {
            None => (0, false),
            Some(after) => {
                let follows = after.epoch == up_to.epoch && after.seq <= up_to.seq;
                let begin = log.partition_point(|entry| entry.cursor.seq <= after.seq);
                // Before the first entry there may be some that are not here.
                let follows =
                    follows && (begin > 0 || log.first().is_none_or(|first| first.cursor.seq == after.seq + 1));
                if follows { (begin, false) } else { (0, true) }
            }
        };
        orders.push(Order::Post(Word::Log(Passage {
            conversation,
            after: after.filter(|_| !whole),
            entries: log[begin..].to_vec(),
            up_to: Some(up_to),
            whole,
            earlier: self.state.earlier() != crate::conversation::Earlier::None,
        })));
    }

    /// Another tab said something.
    pub(super) fn tab_said(&mut self, word: Word, moment: Moment, orders: &mut Vec<Order>) {
        if !self.leader.is_shared() {
            return;
        }
        let ours = |conversation: &Rc<str>| self.state.id() == Some(conversation);
        match word {
            Word::Ask { conversation, cursor } => {
                if ours(&conversation) && self.leader.leads() {
                    if cursor != self.state.cursor() {
                        self.answer(cursor, orders);
                    }
                    self.beat(orders);
                }
            }
            Word::Beat { conversation, link, cursor } => {
                if ours(&conversation) && !self.leader.leads() {
                    self.leader.heard(moment.now);
                    self.leader.link_is(link);
                    let behind = cursor.is_some_and(|cursor| match self.state.place_of(cursor) {
                        Place::Known => false,
                        Place::Next | Place::Gap => true,
                    });
                    if behind && self.leader.ask(moment.now) {
                        self.post_question(orders);
                    }
                }
            }
            Word::Log(passage) => {
                if ours(&passage.conversation) && !self.leader.leads() {
                    self.leader.heard(moment.now);
                    self.hear_passage(passage, moment, orders);
                }
            }
            Word::Read { conversation, cursor } => {
                if ours(&conversation) && self.state.cursor().is_some_and(|ours| ours.epoch == cursor.epoch) {
                    self.apply(Action::Read { up_to: Some(cursor) });
                    self.said.read = self.state.read();
                }
            }
            Word::Draft(draft) => {
                let writes = self.wrote.is_some_and(|wrote| moment.now < wrote + WRITING) && self.state.is_watched();
                if !writes {
                    self.apply(Action::Drafted(draft.clone()));
                    self.saved.draft = draft;
                }
            }
            Word::Opened(open) => {
                self.opens = open;
                self.saved.urgent = self.urgent();
            }
        }
    }

    /// What a follower lacks. One that knows nothing gets all there is as history: it was there before.
    fn answer(&self, cursor: Option<Cursor>, orders: &mut Vec<Order>) {
        let before = orders.len();
        self.pass_on(cursor, orders);
        if cursor.is_none()
            && let Some(Order::Post(Word::Log(passage))) = orders.get_mut(before)
        {
            passage.whole = true;
        }
    }

    fn hear_passage(&mut self, passage: Passage, moment: Moment, orders: &mut Vec<Order>) {
        let Some(up_to) = passage.up_to else { return };
        // Where it begins, if it does not say so itself.
        let first =
            passage.entries.first().map(|entry| Cursor { seq: entry.cursor.seq.saturating_sub(1), ..entry.cursor });
        let follows = match (self.state.cursor(), passage.after.or(first)) {
            (None, _) => passage.after.is_none() && !passage.whole,
            (Some(ours), Some(begin)) => {
                ours.epoch == begin.epoch && ours.epoch == up_to.epoch && begin.seq <= ours.seq
            }
            (Some(_), None) => false,
        };
        if follows {
            if self.state.cursor().is_none() {
                self.apply(Action::EarlierKnown(passage.earlier));
            }
            for entry in passage.entries {
                if self.state.cursor().is_some() {
                    self.skip_to(Cursor { seq: entry.cursor.seq.saturating_sub(1), ..entry.cursor });
                }
                self.apply(Action::Received { entry, now: moment.now });
            }
            self.skip_to(up_to);
        } else if passage.whole || passage.after.is_none() {
            self.apply(Action::Rebuilt { entries: passage.entries, earlier: passage.earlier });
            self.skip_to(up_to);
        } else if self.leader.ask(moment.now) {
            self.post_question(orders);
        }
    }

    /// Places up to here hold nothing that the leader could read.
    fn skip_to(&mut self, up_to: Cursor) {
        while let Some(at) = self.state.cursor().filter(|at| at.epoch == up_to.epoch && at.seq < up_to.seq) {
            self.apply(Action::Skipped { cursor: Cursor { seq: at.seq + 1, ..at } });
        }
    }

    /// Does another tab read the log for this one?
    pub(super) fn follows(&self) -> bool {
        self.leader.is_shared() && !self.leader.leads() && self.leader.wants(true) != Wanted::Stream
    }
}
