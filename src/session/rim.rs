//! The rim: carries out in a real browser what prelude and client order, and brings them the facts. Decides nothing.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use wasm_bindgen_futures::spawn_local;

use super::{
    Listener, Settings,
    fact::{Fact, Moment},
    mind::Mind,
    order::{Order, Outgoing},
    prelude::Prelude,
    shelf::{CONVERSATION, Shelf},
    talk::{self, Unread},
    together::Company,
};
use crate::{
    api::http::Leash,
    conversation::Conversation,
    storage::Storage,
    system::{self, Timer},
};

/// When the wall clock went this much further than the other one, the machine slept, in milliseconds.
const SLEPT: u64 = 5_000;
/// A timer this much too late means that the page slept. Hidden pages get their timers up to a minute late.
const LATE: u64 = 90_000;
/// When what a session needs for talking could not be fetched, it is asked for again after so many milliseconds.
const AGAIN: u64 = 3_000;

/// A running session. Dropping it releases everything.
pub struct Rim {
    pub(super) mind: RefCell<Mind>,
    pub(super) settings: RefCell<Rc<Settings>>,
    pub(super) shelf: RefCell<Rc<Shelf>>,
    pub(super) calls: Calls,
    pub(super) company: Company,
    on_outgoing: Rc<dyn Fn(Outgoing)>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_listener: Cell<u32>,
    waiting: RefCell<VecDeque<News>>,
    /// What is needed for talking is being fetched.
    fetching: Cell<bool>,
    /// Asks for it again.
    again: RefCell<Option<Timer>>,
    hearing: Cell<bool>,
    timer: RefCell<Option<(u64, Timer)>>,
    ears: RefCell<Vec<system::Listener>>,
    /// How far the wall clock was ahead of the other one.
    lead: Cell<Option<u64>>,
    last_id_at: Cell<u64>,
    gone: Cell<bool>,
}

/// Something to be heard.
pub(super) enum News {
    /// A fact.
    Fact(Fact),
    /// What becomes a fact when it is read.
    Unread(Unread),
}

/// The calls under way, each ended when it is replaced or let go.
#[derive(Default)]
pub struct Calls {
    pub(super) token: Call,
    pub(super) send: Call,
    pub(super) log: Call,
    pub(super) page: Call,
    /// Shows to other tabs how far storage has come.
    pub(super) fence: RefCell<Option<Timer>>,
}

/// A call under way, or none.
#[derive(Default)]
pub struct Call(RefCell<Option<Rc<Leash>>>);

impl Call {
    /// Takes the place of the call before, which ends.
    pub(super) fn replace(&self, leash: Option<Rc<Leash>>) {
        let before = std::mem::replace(&mut *self.0.borrow_mut(), leash);
        // Ending a call may run code of the page's, so nothing is borrowed meanwhile.
        if let Some(before) = before {
            before.let_go();
        }
    }
}

impl Calls {
    fn let_go(&self) {
        for call in [&self.token, &self.send, &self.log, &self.page] {
            call.replace(None);
        }
        self.fence.take();
    }
}

impl Rim {
    pub(super) fn start(settings: Settings, on_outgoing: Rc<dyn Fn(Outgoing)>) -> Rc<Self> {
        let rim = Rc::new(Self {
            mind: RefCell::default(),
            shelf: RefCell::new(Rc::new(Shelf(Storage::memory("")))),
            settings: RefCell::new(Rc::new(Settings::default())),
            calls: Calls::default(),
            company: Company::default(),
            on_outgoing,
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            waiting: RefCell::default(),
            fetching: Cell::new(false),
            again: RefCell::default(),
            hearing: Cell::new(false),
            timer: RefCell::default(),
            ears: RefCell::default(),
            lead: Cell::new(None),
            last_id_at: Cell::new(0),
            gone: Cell::new(false),
        });
        rim.settle_in(settings);
        (rim.on_outgoing)(Outgoing::Ready);
        rim
    }

    /// Begins anew with these settings: another place for the proxy, or another place in storage.
    fn settle_in(self: &Rc<Self>, settings: Settings) {
        self.calls.let_go();
        self.company.leave();
        self.ears.borrow_mut().clear();
        let prefix = settings.storage_prefix();
        let storage = if settings.memory_only { Storage::memory(&prefix) } else { Storage::local(&prefix) };
        *self.mind.borrow_mut() = Mind::Prelude(Prelude::new(settings.events_url.is_some()));
        self.waiting.borrow_mut().clear();
        let gate = settings.gate.clone();
        *self.settings.borrow_mut() = Rc::new(settings);
        let shelf = Rc::new(Shelf(storage));
        *self.shelf.borrow_mut() = shelf.clone();
        self.hear(Fact::GateSet(gate));
        self.hear_news(match shelf.found_blank() {
            Some(found) => News::Fact(Fact::Loaded(Box::new(found))),
            None => News::Unread(Unread::Shelf),
        });
        let ears = super::listening::ears(self, &prefix);
        *self.ears.borrow_mut() = ears;
    }

    pub(super) fn update(self: &Rc<Self>, settings: Settings) {
        let stays = {
            let known = self.settings.borrow();
            known.token_url == settings.token_url
                && known.api_url == settings.api_url
                && known.events_url == settings.events_url
                && known.site == settings.site
                && known.user == settings.user
                && known.memory_only == settings.memory_only
        };
        if stays {
            let gate = settings.gate.clone();
            *self.settings.borrow_mut() = Rc::new(settings);
            self.hear(Fact::GateSet(gate));
            return;
        }
        let was_open = self.state().window_open();
        self.settle_in(settings);
        if was_open {
            self.hear(Fact::Opened);
        }
    }

    pub(super) fn state(&self) -> Rc<Conversation> {
        self.mind.borrow().state().clone()
    }

    pub(super) fn settings(&self) -> Rc<Settings> {
        self.settings.borrow().clone()
    }

    pub(super) fn shelf(&self) -> Rc<Shelf> {
        self.shelf.borrow().clone()
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone.get()
    }

    /// A new client message id, later than all before it.
    pub(super) fn new_id(&self) -> Rc<str> {
        let at = self.mind.borrow().state().id_time(system::wall()).max(self.last_id_at.get() + 1);
        self.last_id_at.set(at);
        Rc::from(system::message_id(at))
    }

    /// Lets the session hear a fact and does what it orders.
    pub(super) fn hear(self: &Rc<Self>, fact: Fact) {
        self.hear_news(News::Fact(fact));
    }

    /// The same. What comes up meanwhile waits its turn, and all wait for what is not fetched yet.
    pub(super) fn hear_news(self: &Rc<Self>, news: News) {
        self.waiting.borrow_mut().push_back(news);
        if self.hearing.replace(true) {
            return;
        }
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(news) = next.filter(|_| !self.gone.get()) else { break };
            let moment = self.moment();
            let mut orders = Vec::new();
            let changed = match self.take(news, moment, &mut orders) {
                Ok(changed) => changed,
                Err(news) => {
                    self.waiting.borrow_mut().push_front(news);
                    self.fetch();
                    break;
                }
            };
            for order in orders {
                // The page may destroy us while it is told something.
                if !self.gone.get() {
                    self.carry_out(order);
                }
            }
            if changed {
                self.announce();
            }
            let lost = self.shelf.borrow().0.is_lost();
            if lost && !self.state().memory_only() {
                self.tell_later(Fact::StorageLost);
            }
        }
        if self.gone.get() {
            self.waiting.borrow_mut().clear();
        }
        self.hearing.set(false);
        let wants = matches!(&*self.mind.borrow(), Mind::Prelude(prelude) if prelude.wants_client());
        if wants && talk::here().is_none() {
            self.fetch();
        }
        self.set_timer();
    }

    fn take(&self, news: News, moment: Moment, orders: &mut Vec<Order>) -> Result<bool, News> {
        let talk = talk::here();
        let fact = match (news, talk) {
            (News::Fact(fact), _) => fact,
            (News::Unread(unread), None) => return Err(News::Unread(unread)),
            (News::Unread(unread), Some(talk)) => match (talk.read)(&self.shelf(), unread) {
                Some(fact) => fact,
                None => return Ok(false),
            },
        };
        self.mind.borrow_mut().hear(fact, moment, orders, talk.map(|talk| talk.begin)).map_err(News::Fact)
    }

    /// Fetches what is needed for talking, and goes on when it is here.
    fn fetch(self: &Rc<Self>) {
        if self.fetching.replace(true) {
            return;
        }
        let rim = Rc::downgrade(self);
        spawn_local(async move {
            let came = talk::fetch().await;
            let Some(rim) = rim.upgrade().filter(|rim| !rim.is_gone()) else { return };
            rim.fetching.set(!came);
            let changed = match &mut *rim.mind.borrow_mut() {
                Mind::Prelude(prelude) => prelude.set_stuck(!came),
                Mind::Client(_) => false,
            };
            if changed {
                rim.announce();
            }
            if came {
                return rim.hear(Fact::Ticked);
            }
            let again = Rc::downgrade(&rim);
            *rim.again.borrow_mut() = Timer::after(AGAIN, move || {
                if let Some(rim) = again.upgrade() {
                    rim.fetching.set(false);
                    rim.fetch();
                }
            });
        });
    }

    /// A fact that came up while orders are carried out.
    pub(super) fn tell_later(&self, fact: Fact) {
        self.waiting.borrow_mut().push_back(News::Fact(fact));
    }

    fn moment(&self) -> Moment {
        let (now, wall) = (system::now(), system::wall());
        let lead = wall.saturating_sub(now);
        if self.lead.replace(Some(lead)).is_some_and(|before| lead > before + SLEPT) {
            self.tell_later(Fact::Woke);
        }
        Moment { now, wall, chance: system::chance() }
    }

    /// Does what needs little, and gives the rest to the part that is fetched for talking.
    fn carry_out(self: &Rc<Self>, order: Order) {
        let shelf = self.shelf();
        match order {
            Order::Authorize { held, refused } => self.authorize(held, refused),
            Order::HangUp => self.calls.log.replace(None),
            Order::JoinTabs => self.join_tabs(),
            Order::LeaveTabs => {
                // A call that holds a lock would keep other tabs waiting while this one sleeps; the same key may be asked for again.
                self.calls.let_go();
                self.company.leave();
            }
            Order::StepDown => self.company.step_down(),
            Order::Post(word) => self.company.post(word),
            Order::SaveIdentity(identity) => shelf.save_identity(&identity),
            Order::SaveOpening { open } => {
                if let Some(there) = shelf.save_opening(open) {
                    self.waiting.borrow_mut().push_back(News::Unread(Unread::stored(CONVERSATION, Some(there))));
                }
            }
            Order::SaveMessage(message) => shelf.save_message(&message),
            Order::SaveDraft => shelf.save_draft(self.state().draft()),
            Order::Tell(outgoing) => (self.on_outgoing)(outgoing),
            order @ (Order::Start { .. }
            | Order::Send { .. }
            | Order::Dial { .. }
            | Order::Earlier { .. }
            | Order::Stand { .. }
            | Order::SaveConversation { .. }
            | Order::DropMessage { .. }
            | Order::SavePassed(_)
            | Order::Leave(_)
            | Order::Wipe
            | Order::WipeOf(_)
            | Order::CheckStorage) => {
                if let Some(talk) = talk::here() {
                    (talk.carry_out)(self, order);
                }
            }
        }
    }

    fn announce(&self) {
        let state = self.state();
        let listeners: Vec<Listener> = self.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect();
        for listener in listeners {
            listener(&state);
        }
    }

    /// One timer for everything: it rings when the client says so.
    fn set_timer(self: &Rc<Self>) {
        let now = system::now();
        let due = if self.gone.get() { None } else { self.mind.borrow().due(now) };
        let same = matches!((&*self.timer.borrow(), due), (Some((set, _)), Some(due)) if *set == due);
        if same {
            return;
        }
        let timer = due.and_then(|due| {
            let rim = Rc::downgrade(self);
            let set_at = system::wall();
            let wait = due.saturating_sub(now);
            Timer::after(wait, move || Self::ring(&rim, set_at + wait)).map(|timer| (due, timer))
        });
        *self.timer.borrow_mut() = timer;
    }

    fn ring(rim: &Weak<Self>, expected: u64) {
        let Some(rim) = rim.upgrade() else { return };
        let rung = rim.timer.borrow_mut().take();
        if system::wall() > expected + LATE {
            rim.hear(Fact::Woke);
        }
        rim.hear(Fact::Ticked);
        // Kept until now: it holds the very code that is running.
        drop(rung);
    }

    pub(super) fn subscribe(&self, listener: Listener) -> u32 {
        let number = self.next_listener.get() + 1;
        self.next_listener.set(number);
        self.listeners.borrow_mut().push((number, listener));
        number
    }

    pub(super) fn unsubscribe(&self, number: u32) {
        let left = {
            let mut listeners = self.listeners.borrow_mut();
            listeners.iter().position(|(known, _)| *known == number).map(|at| listeners.remove(at))
        };
        drop(left);
    }

    pub(super) fn destroy(&self) {
        self.gone.set(true);
        self.calls.let_go();
        self.company.leave();
        let released = (self.timer.take(), self.again.take(), self.ears.take(), self.listeners.take());
        drop(released);
    }
}

impl Drop for Rim {
    fn drop(&mut self) {
        self.calls.let_go();
    }
}
