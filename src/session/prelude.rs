//! The prelude: the decisions of a widget in which nothing was said yet. It shows the window, keeps the draft, gets the visitor's
//! token and takes the first messages in. Whatever else comes up is for the client, which goes on where this stands and whose code
//! most visitors of a page never need.
//!
//! Pure, as the client is, and tested against it: up to there both decide the same.

use std::rc::Rc;

use super::{
    client::report::{SAVE_LAZILY, named},
    fact::{Fact, Moment},
    keeper::Keeper,
    order::{Order, Outgoing},
    stored::Found,
    word::Word,
};
use crate::{
    api::Identity,
    conversation::{Conversation, Link, Problem, gate::Gate},
};

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct Prelude {
    pub(super) state: Rc<Conversation>,
    pub(super) keeper: Keeper,
    /// Replies come by stream or poll.
    pub(super) listens: bool,
    /// Did the visitor show intent?
    pub(super) awake: bool,
    /// Was the window opened or closed last?
    pub(super) opens: bool,
    /// When the composer was written in.
    pub(super) wrote: Option<u64>,
    /// Do tabs hear one another?
    pub(super) shared: bool,
    /// The page sleeps.
    pub(super) asleep: bool,
    pub(super) offline: bool,
    pub(super) save_due: Option<u64>,
    /// The draft that storage holds.
    pub(super) saved_draft: Rc<str>,
    /// And whether the window is open, as storage has it.
    pub(super) saved_opens: bool,
    /// So many of the messages are in storage.
    pub(super) saved_messages: usize,
    /// The code of the trouble that the page was told of.
    pub(super) trouble: Option<Rc<str>>,
    /// The client could not be fetched.
    stuck: bool,
}

impl Prelude {
    /// A prelude that was told nothing yet. `listens` unless replies are the page's own affair.
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

    /// Is the client needed soon?
    #[must_use]
    pub fn wants_client(&self) -> bool {
        let said = !self.state.draft().is_empty() || !self.state.outbox().is_empty();
        said || *self.state.gate() != Gate::default()
    }

    /// The client could not be fetched, or is here: while it is missing, it is as if there were no connection.
    pub fn set_stuck(&mut self, stuck: bool) -> bool {
        self.stuck = stuck;
        self.relink()
    }

    /// Hears a fact and adds to `orders` what is to be done about it. Returns whether the conversation changed.
    ///
    /// # Errors
    /// The fact, where it is for the client.
    pub fn hear(&mut self, fact: Fact, moment: Moment, orders: &mut Vec<Order>) -> Result<bool, Fact> {
        let mut changed = false;
        match fact {
            Fact::Loaded(found) if is_blank(&found) => changed = self.load(*found, moment, orders),
            Fact::GateSet(gate) => changed = self.now().set_gate(gate),
            Fact::Said { id, text, typed } => {
                self.now().begin(id, text, typed, moment.wall);
                self.come_alive();
                changed = true;
            }
            Fact::Drafted(draft) => {
                self.wrote = Some(moment.now).filter(|_| !draft.is_empty());
                self.awake |= !draft.is_empty();
                changed = self.now().set_draft(draft);
            }
            Fact::Opened => {
                changed = self.open(true, orders);
                self.come_alive();
            }
            Fact::Closed => changed = self.open(false, orders),
            Fact::TokenAnswered(Ok(identity)) => {
                self.keeper.adopt(identity.clone(), moment);
                orders.push(Order::SaveIdentity(identity));
                if self.trouble.take().is_some() {
                    self.now().set_problem(None);
                }
                // What the site offers is told with it.
                changed = true;
            }
            Fact::TokenAnswered(Err(failure)) => {
                self.keeper.failed(&failure, self.state.is_watched(), moment);
                if let Some((message, blocks)) = named(&failure) {
                    if blocks {
                        changed = self.now().set_problem(Some(Problem::Unavailable));
                    }
                    let code: Rc<str> = Rc::from(failure.code());
                    if self.trouble.replace(code.clone()).as_ref() != Some(&code) {
                        orders.push(Order::Tell(Outgoing::Error { code, message: Rc::from(message) }));
                    }
                }
            }
            Fact::VisitorElsewhere(Some(identity)) => self.keeper.adopt(identity, moment),
            Fact::StorageLost => {
                changed = self.now().lose_storage();
                if std::mem::take(&mut self.shared) {
                    orders.push(Order::LeaveTabs);
                }
            }
            Fact::Online => {
                self.offline = false;
                self.keeper.hurry();
            }
            Fact::Offline => self.offline = true,
            Fact::Shown => {
                changed = self.now().set_page_hidden(false);
                // A page that is seen does not sleep, whatever was said of it.
                if self.asleep {
                    self.wake(orders);
                }
                self.keeper.hurry();
            }
            Fact::Hidden => {
                changed = self.now().set_page_hidden(true);
                self.save_due = Some(moment.now);
            }
            Fact::Woke => {
                self.wake(orders);
                self.keeper.hurry();
            }
            Fact::Froze => {
                self.save_due = Some(moment.now);
                self.asleep = true;
                if self.shared {
                    orders.push(Order::LeaveTabs);
                }
            }
            Fact::Ticked => {}
            other @ (Fact::Loaded(_)
            | Fact::RetryAsked { .. }
            | Fact::DiscardAsked { .. }
            | Fact::Stepped(_)
            | Fact::ReadAll
            | Fact::EarlierAsked
            | Fact::Rated { .. }
            | Fact::EndAsked
            | Fact::RestartAsked
            | Fact::ResetAsked
            | Fact::StartAnswered { .. }
            | Fact::SendAnswered { .. }
            | Fact::SettledElsewhere { .. }
            | Fact::StreamHead { .. }
            | Fact::Streamed { .. }
            | Fact::StreamEnded { .. }
            | Fact::LineFailed { .. }
            | Fact::Polled { .. }
            | Fact::EarlierAnswered { .. }
            | Fact::Chosen
            | Fact::Deposed
            | Fact::TabsParted
            | Fact::TabSaid(_)
            | Fact::ConversationElsewhere(_)
            | Fact::VisitorElsewhere(None)
            | Fact::OutboxElsewhere { .. }
            | Fact::PassedElsewhere(_)
            | Fact::StorageCleared) => return Err(other),
        }
        changed |= self.relink();
        if self.needs_token() {
            orders.extend(self.keeper.authorize(moment.now));
        }
        self.save(moment, orders);
        Ok(changed)
    }

    /// When [`Fact::Ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        let token = if self.needs_token() { self.keeper.due() } else { None };
        [token, self.save_due].into_iter().flatten().min()
    }

    fn now(&mut self) -> &mut Conversation {
        Rc::make_mut(&mut self.state)
    }

    fn load(&mut self, found: Found, moment: Moment, orders: &mut Vec<Order>) -> bool {
        if found.shared && self.listens {
            self.shared = true;
            orders.push(Order::JoinTabs);
        }
        if let Some(identity) = found.identity {
            self.keeper.adopt(Rc::new(identity), moment);
        }
        self.opens = found.conversation.is_some_and(|stored| stored.open);
        self.saved_opens = self.opens;
        self.awake = self.opens;
        let draft: Rc<str> = found.draft.unwrap_or_default().into();
        self.saved_draft = draft.clone();
        let (open, state) = (self.opens, self.now());
        state.set_window_open(open) | state.set_draft(draft)
    }

    fn open(&mut self, open: bool, orders: &mut Vec<Order>) -> bool {
        let changed = self.now().set_window_open(open);
        if changed {
            orders.push(Order::Tell(if open { Outgoing::Opened } else { Outgoing::Closed }));
            self.opens = open;
            if self.shared {
                orders.push(Order::Post(Word::Opened(open)));
            }
        }
        changed
    }

    fn come_alive(&mut self) {
        self.awake = true;
        self.keeper.hurry();
    }

    fn wake(&mut self, orders: &mut Vec<Order>) {
        self.keeper.expire();
        if std::mem::take(&mut self.asleep) && self.shared {
            orders.push(Order::JoinTabs);
        }
    }

    fn relink(&mut self) -> bool {
        let link = match (self.offline, self.stuck) {
            (true, _) => Link::Offline,
            (false, true) => Link::Reconnecting { attempt: 1 },
            (false, false) => Link::Idle,
        };
        self.now().set_link(link)
    }

    fn needs_token(&self) -> bool {
        let soon = self.awake && self.state.may_call() && self.state.window_open() && self.keeper.identity().is_none();
        soon || self.state.next_to_send().is_some()
    }

    /// As the client saves: at once what a reload must know, a little later what is being written.
    fn save(&mut self, moment: Moment, orders: &mut Vec<Order>) {
        if !self.awake || !self.state.may_call() {
            self.save_due = None;
            return;
        }
        let messages = self.state.outbox();
        orders.extend(messages.iter().skip(self.saved_messages).cloned().map(Order::SaveMessage));
        self.saved_messages = messages.len();
        if std::mem::replace(&mut self.saved_opens, self.opens) != self.opens {
            orders.push(Order::SaveOpening { open: self.opens });
        }
        let due = self.save_due.is_some_and(|due| due <= moment.now);
        let waits = *self.state.draft() != self.saved_draft;
        if due && waits {
            orders.push(Order::SaveDraft);
            self.saved_draft = self.state.draft().clone();
            if self.shared {
                orders.push(Order::Post(Word::Draft(self.saved_draft.clone())));
            }
        }
        self.save_due = if due || !waits { None } else { self.save_due.or(Some(moment.now + SAVE_LAZILY)) };
    }
}

/// Was nothing said yet, and nothing passed at the gate?
fn is_blank(found: &Found) -> bool {
    found.outbox.is_empty()
        && found.passed.is_none()
        && found.conversation.as_ref().is_none_or(|stored| stored.id.is_none())
}
