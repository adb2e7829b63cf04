//! The client: every decision of a running widget, pure. Facts go in, orders come out; the rim carries them out.
//!
//! It owns no socket, no clock, no storage and no chance, so a test can drive it through years of faults in milliseconds.

mod beginning;
mod earlier;
mod elsewhere;
mod gate;
pub(super) mod report;
mod together;
mod wishes;

use std::rc::Rc;

use report::{Saved, Source, Told};
use together::Said;

use super::{
    fact::{Fact, Frame, Moment},
    keeper::Keeper,
    leader::Leader,
    line::{Circumstance, Line, Signal},
    order::{Order, Outgoing},
    reader::{Course, Reader},
    sender::{Sender, Verdict},
    stored::{Found, StoredConversation},
};
use crate::{
    api::{Failure, Identity},
    conversation::{Action, Conversation, Pending, Phase, SendState},
};
use chataibot_wire::{Cursor, error::code};

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct Client {
    state: Rc<Conversation>,
    keeper: Keeper,
    sender: Sender,
    line: Line,
    reader: Reader,
    /// Replies come by stream or poll.
    listens: bool,
    /// Did the visitor show intent? Before that nothing is connected, fetched or stored.
    awake: bool,
    /// Whose conversation it is.
    owner: Option<String>,
    /// The token of the current call to the log.
    line_token: Rc<str>,
    saved: Saved,
    told: Told,
    /// Who holds the stream, when it is not each tab for itself.
    leader: Leader,
    said: Said,
    /// Was the window opened or closed last, in whichever tab? New tabs begin so.
    opens: bool,
    /// When the composer was written in, monotonic; an empty one does not count.
    wrote: Option<u64>,
    /// The page of the log that is asked for: what stands before here.
    page: Option<Cursor>,
    /// The token it is asked for with.
    page_token: Rc<str>,
    save_due: Option<u64>,
    /// The page has slept, and may have missed that the visitor is to be forgotten: the proxy knows.
    doubted: bool,
    /// Whether the fact that is being heard has changed the conversation.
    changed: bool,
}

impl Client {
    /// A client that was told nothing yet. `listens` unless replies are the page's own affair.
    #[must_use]
    pub fn new(listens: bool) -> Self {
        Self { listens, ..Self::default() }
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        &self.state
    }

    /// The visitor, once there is one.
    #[must_use]
    pub fn identity(&self) -> Option<&Rc<Identity>> {
        self.keeper.identity()
    }

    /// The conversation as it is to be stored.
    #[must_use]
    pub fn to_store(&self) -> StoredConversation {
        let visitor = self.keeper.identity().map(|identity| identity.visitor.as_str());
        StoredConversation::of(&self.state, visitor, self.opens)
    }

    /// Is this call to the log still the current one?
    #[must_use]
    pub fn is_current(&self, generation: u32) -> bool {
        self.line.is_current(generation)
    }

    /// Hears a fact and adds to `orders` what is to be done about it. Returns whether the conversation changed.
    pub fn hear(&mut self, fact: Fact, moment: Moment, orders: &mut Vec<Order>) -> bool {
        let before = self.state.clone();
        self.changed = false;
        // What is stored again because of this is not looked for once more.
        let checked = matches!(fact, Fact::StorageCleared);
        self.take(fact, moment, orders);
        self.pursue(moment, orders);
        if self.changed {
            self.tell(&before, orders);
        } else {
            self.state = before;
        }
        self.share(orders);
        let before = orders.len();
        let due = self.save_due.is_some_and(|due| due <= moment.now);
        self.save(moment, orders);
        if (due || orders.len() > before) && !checked && self.keeper.identity().is_some() {
            orders.push(Order::CheckStorage);
        }
        self.changed
    }

    fn take(&mut self, fact: Fact, moment: Moment, orders: &mut Vec<Order>) {
        match fact {
            Fact::Loaded(found) => self.load(*found, moment, orders),
            Fact::Said { id, text, typed } => self.say(id, text, typed, moment, orders),
            Fact::RetryAsked { id, new_id } => self.retry(&id, new_id, moment, orders),
            Fact::DiscardAsked { id } => self.discard(id, orders),
            Fact::Drafted(draft) => self.draft(draft, moment),
            Fact::Opened => self.open(moment, orders),
            Fact::Closed => self.close(orders),
            Fact::GateSet(gate) => self.apply(Action::GateSet(gate)),
            Fact::Stepped(step) => self.step(step, moment, orders),
            Fact::ReadAll => self.apply(Action::Read { up_to: None }),
            Fact::EarlierAsked => self.apply(Action::EarlierAsked),
            Fact::Rated { key, helpful } => self.rate(key, helpful, orders),
            Fact::EndAsked => self.apply(Action::Ended),
            Fact::RestartAsked => self.leave(orders),
            Fact::ResetAsked => self.reset(orders),

            Fact::TokenAnswered(result) => self.token_answered(result, moment, orders),
            Fact::StartAnswered { id, result } => {
                if self.sender.in_flight() == Some(&id) {
                    match result {
                        Ok(conversation) => {
                            self.owner = self.keeper.identity().map(|identity| identity.visitor.clone());
                            self.apply(Action::Started { conversation: conversation.clone() });
                            self.accepted(id, moment);
                            orders.push(Order::Tell(Outgoing::Started { conversation }));
                        }
                        Err(failure) => self.send_failed(&failure, true, moment, orders),
                    }
                }
            }
            Fact::SendAnswered { id, result } => match result {
                Ok(()) => self.accepted(id, moment),
                Err(failure) if self.sender.in_flight() == Some(&id) => {
                    self.send_failed(&failure, false, moment, orders);
                }
                Err(_) => {}
            },
            Fact::SettledElsewhere { id } => self.settled_elsewhere(id, moment),

            Fact::StreamHead { generation } => self.heard(generation, Signal::Head, moment, orders),
            Fact::Streamed { generation, frames } => self.streamed(generation, frames, moment, orders),
            Fact::StreamEnded { generation } => {
                self.heard(generation, Signal::Ended { expected: false }, moment, orders);
            }
            Fact::LineFailed { generation, failure } => self.line_failed(generation, &failure, moment, orders),
            Fact::Polled { generation, frames } => self.polled(generation, frames, moment, orders),

            Fact::EarlierAnswered { before, result } => self.earlier_answered(before, result, moment),

            Fact::Chosen => self.chosen(),
            Fact::Deposed => self.leader.deposed(),
            Fact::TabsParted => self.part(orders),
            Fact::TabSaid(word) => self.tab_said(word, moment, orders),
            Fact::ConversationElsewhere(stored) => self.conversation_elsewhere(stored, orders),
            Fact::VisitorElsewhere(identity) => self.visitor_elsewhere(identity, moment, orders),
            Fact::OutboxElsewhere { id, stored } => self.outbox_elsewhere(id, stored, moment),
            Fact::PassedElsewhere(passed) => {
                self.apply(Action::Passed(passed));
                self.saved.passed = self.state.passed().clone();
            }
            Fact::StorageCleared => self.store_again(moment, orders),
            Fact::StorageLost => {
                self.apply(Action::StorageLost);
                self.part(orders);
            }

            Fact::Online => {
                self.hurry(moment);
                self.signal(Signal::Online, moment, orders);
            }
            Fact::Offline => {
                self.sender.pause(moment.now);
                self.signal(Signal::Offline, moment, orders);
            }
            Fact::Shown => {
                self.apply(Action::PageShown);
                // A page that is seen does not sleep, whatever was said of it.
                if self.line.is_frozen() {
                    self.wake(moment, orders);
                } else {
                    self.nudge(moment, orders);
                }
            }
            Fact::Hidden => {
                self.apply(Action::PageHidden);
                self.save_due = Some(moment.now);
            }
            Fact::Woke => self.wake(moment, orders),
            Fact::Froze => self.sleep(moment, orders),
            Fact::Ticked => {
                self.apply(Action::Ticked { now: moment.now });
                if self.reader.due().is_some_and(|due| due <= moment.now) {
                    self.settle_reader();
                }
                self.tick_leader(moment, orders);
                self.signal(Signal::Ticked, moment, orders);
            }
        }
    }

    /// Changes the state; those who hold the old one keep it.
    fn apply(&mut self, action: Action) {
        self.changed |= Rc::make_mut(&mut self.state).apply(action);
    }

    fn settle_reader(&mut self) {
        self.changed |= self.reader.settle(Rc::make_mut(&mut self.state));
    }

    fn load(&mut self, found: Found, moment: Moment, orders: &mut Vec<Order>) {
        if found.shared && self.listens {
            self.leader.join();
            orders.push(Order::JoinTabs);
        }
        let visitor = found.identity.as_ref().map(|identity| identity.visitor.clone());
        if let Some(identity) = found.identity {
            self.keeper.adopt(Rc::new(identity), moment);
        }
        if let Some(stored) = found.conversation {
            let open = stored.open;
            self.opens = open;
            if visitor.is_some() && stored.visitor == visitor {
                self.owner = visitor;
                self.apply(Action::Restored(Box::new(stored.into_restored())));
            }
            if open {
                self.apply(Action::WindowOpened);
            }
        }
        if let Some(passed) = found.passed {
            self.apply(Action::Passed(passed));
        }
        let stored: Vec<Rc<Pending>> = found.outbox.iter().cloned().map(Rc::new).collect();
        self.apply(Action::OutboxFound(found.outbox));
        if let Some(draft) = found.draft {
            self.apply(Action::Drafted(draft.into()));
        }
        self.awake = self.state.window_open() || self.state.phase() == Phase::Active || !self.state.outbox().is_empty();
        self.mark_saved();
        // What the log has settled meanwhile is not taken up again: its copy in storage goes.
        self.saved.outbox = stored;
        self.told.phase = self.state.phase();
    }

    /// Sets everything in motion that can be: the connection, the token, the next message, the next call.
    fn pursue(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        let now = moment.now;
        self.drop_settled_flight();
        self.connect(moment, orders);
        if self.needs_token(now) {
            orders.extend(self.keeper.authorize(now));
        }
        if let Some(identity) = self.keeper.ready(now).cloned() {
            if self.sender.is_free(now)
                && let Some(message) = self.state.next_to_send().cloned()
            {
                self.sender.began(message.id.clone(), &identity.token);
                self.apply(Action::SendBegan { id: message.id.clone() });
                let identity = identity.clone();
                orders.push(match self.state.id() {
                    Some(conversation) => Order::Send { message, conversation: conversation.clone(), identity },
                    None => Order::Start { message, identity },
                });
            }
            if let (Some((generation, dial)), Some(conversation)) = (self.line.dial(now), self.state.id().cloned()) {
                let after = self.reader.begin(&self.state, now);
                self.line_token = Rc::from(identity.token.as_str());
                orders.push(Order::Dial { generation, dial, conversation, after, identity: identity.clone() });
            }
            self.ask_for_page(&identity, orders);
        }
        self.apply(Action::LinkChanged(self.link()));
    }

    fn needs_token(&self, now: u64) -> bool {
        let to_send = self.state.next_to_send().is_some() && self.sender.is_free(now);
        // An opened window will need one soon: the first message should not wait for it.
        let soon = self.awake && self.state.may_call() && self.state.window_open() && self.keeper.identity().is_none();
        to_send || self.line.wants_dial(now) || self.wants_page() || soon
    }

    /// When the log, or another tab, has settled the message on its way, its own answer is not waited for.
    fn drop_settled_flight(&mut self) {
        if let Some(id) = self.sender.in_flight() {
            let on_its_way = |p: &Rc<Pending>| p.id == *id && p.state == SendState::Sending;
            if !self.state.outbox().iter().any(on_its_way) {
                self.sender.done();
            }
        }
    }

    fn token_answered(&mut self, result: Result<Rc<Identity>, Failure>, moment: Moment, orders: &mut Vec<Order>) {
        if self.keeper.is_stale() {
            return;
        }
        match result {
            Ok(identity) => {
                self.adopt(identity.clone(), moment, orders);
                // What the site offers is told with it.
                self.changed = true;
                orders.extend([Order::SaveIdentity(identity), Order::CheckStorage]);
                self.well(Source::Token);
            }
            Err(failure) => {
                self.keeper.failed(&failure, self.state.is_watched(), moment);
                self.trouble(Source::Token, &failure, orders);
            }
        }
    }

    fn accepted(&mut self, id: Rc<str>, moment: Moment) {
        if self.sender.in_flight() == Some(&id) {
            self.sender.done();
        }
        self.keeper.liked();
        self.apply(Action::SendAccepted { id, now: moment.now });
        self.well(Source::Send);
    }

    fn send_failed(&mut self, failure: &Failure, starts: bool, moment: Moment, orders: &mut Vec<Order>) {
        // Not what is said may be wrong with it, but its form, or that forms are not taken any more.
        if matches!(failure, Failure::Refused { code } if **code == *code::BAD_REQUEST)
            && let Some(id) = self.sender.in_flight().cloned()
            && Rc::make_mut(&mut self.state).apply(Action::FormRefused { id })
        {
            self.changed = true;
            return self.sender.done();
        }
        let watched = self.state.is_watched();
        let Some(verdict) = self.sender.failed(failure, starts, watched, moment) else { return };
        match verdict {
            Verdict::Only(action) => self.apply(action),
            Verdict::Unauthorized(action) => {
                let token = String::from(self.sender.token());
                self.keeper.disliked(&token, watched, moment);
                self.apply(action);
            }
            Verdict::Ended(action) => {
                self.apply(action);
                self.apply(Action::Ended);
            }
            Verdict::Lost(action) => {
                self.apply(action);
                self.leave(orders);
            }
            Verdict::Trouble(action) => {
                self.apply(action);
                self.trouble(Source::Send, failure, orders);
            }
        }
    }

    fn streamed(&mut self, generation: u32, frames: Vec<Frame>, moment: Moment, orders: &mut Vec<Order>) {
        if !self.line.is_current(generation) {
            return;
        }
        self.signal(Signal::Heard, moment, orders);
        self.keeper.liked();
        self.sender.hurry(moment.now);
        self.well(Source::Log);
        for frame in &frames {
            if let Frame::Retry(milliseconds) = frame {
                self.line.set_retry(*milliseconds);
            }
        }
        self.read(frames, moment, orders);
        self.pass_on_heartbeat(orders);
    }

    fn polled(&mut self, generation: u32, frames: Vec<Frame>, moment: Moment, orders: &mut Vec<Order>) {
        if !self.line.is_current(generation) {
            return;
        }
        self.keeper.liked();
        self.sender.hurry(moment.now);
        self.well(Source::Log);
        let empty = frames.is_empty();
        if self.read(frames, moment, orders) == Course::On {
            self.settle_reader();
            self.signal(Signal::Polled { empty }, moment, orders);
            self.looked(orders);
            self.pass_on_heartbeat(orders);
        }
    }

    fn read(&mut self, frames: Vec<Frame>, moment: Moment, orders: &mut Vec<Order>) -> Course {
        let state = Rc::make_mut(&mut self.state);
        let (course, changed) = self.reader.read(frames, moment.now, state);
        self.changed |= changed;
        if self.reader.take_missed() {
            self.tell_missed(orders);
        }
        match course {
            Course::On => {}
            Course::Broken => self.signal(Signal::Failed { retry_after: None }, moment, orders),
            Course::Reauth => {
                self.keeper.expire();
                self.signal(Signal::Ended { expected: true }, moment, orders);
            }
        }
        course
    }

    fn line_failed(&mut self, generation: u32, failure: &Failure, moment: Moment, orders: &mut Vec<Order>) {
        if !self.line.is_current(generation) {
            return;
        }
        match failure {
            Failure::Unauthorized | Failure::Challenged => {
                let token = self.line_token.clone();
                self.keeper.disliked(&token, self.state.is_watched(), moment);
                self.signal(Signal::Unauthorized, moment, orders);
            }
            Failure::NotFound => self.leave(orders),
            Failure::Network
            | Failure::Busy { .. }
            | Failure::Unknown
            | Failure::Ended
            | Failure::Unavailable { .. }
            | Failure::Refused { .. } => {
                self.signal(Signal::Failed { retry_after: failure.retry_after() }, moment, orders);
                self.trouble(Source::Log, failure, orders);
            }
        }
    }

    fn heard(&mut self, generation: u32, signal: Signal, moment: Moment, orders: &mut Vec<Order>) {
        if self.line.is_current(generation) {
            self.signal(signal, moment, orders);
        }
    }

    fn signal(&mut self, signal: Signal, moment: Moment, orders: &mut Vec<Order>) {
        let at = Circumstance { now: moment.now, chance: moment.chance, watched: self.state.is_watched() };
        if self.line.take(signal, at) {
            self.reader.cut();
            orders.push(Order::HangUp);
        }
    }

    /// Now would be a good time to be connected.
    fn nudge(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        self.hurry(moment);
        self.signal(Signal::Nudged, moment, orders);
        self.look_after_leader(moment, orders);
    }

    fn hurry(&mut self, moment: Moment) {
        self.keeper.hurry();
        self.sender.hurry(moment.now);
    }

    /// When [`Fact::Ticked`] is due, monotonic. What cannot go on without something else is not waited for.
    #[must_use]
    pub fn due(&self, now: u64) -> Option<u64> {
        let token = if self.needs_token(now) { self.keeper.due() } else { None };
        let line = if self.line.wants_dial(now) { None } else { self.line.due() };
        let send =
            if self.state.next_to_send().is_some() && !self.sender.is_free(now) { self.sender.due() } else { None };
        let others = [self.reader.due(), self.leader.due(), self.state.typing_until(), self.save_due];
        [token, line, send].into_iter().chain(others).flatten().min()
    }
}
