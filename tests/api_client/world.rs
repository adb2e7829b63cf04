//! A small world for the client: a proxy with a log, a network with weather, tabs that share storage and locks, and one clock.
//!
//! Everything happens in one queue, and everything random comes from one seed: a run can be repeated exactly.

mod proxy;
mod weather;

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use chataibot_widget::{
    api::{
        Failure, Identity,
        identity::{Plan, plan},
    },
    conversation::{Conversation, Logged},
    session::{
        Outgoing,
        client::Client,
        fact::{Fact, Moment},
        order::Order,
        stored::{Found, StoredConversation, StoredPending, StoredState},
    },
};
use chataibot_wire::{Cursor, entry::DeliveryState};

pub use proxy::bot;
use proxy::delivery;
pub use weather::Weather;

/// Wall clock minus monotonic clock.
const WALL: u64 = 1_760_000_000_000;

pub struct Tab {
    pub client: Client,
    /// Counts reloads: what was meant for an earlier page does not reach the next.
    page: u32,
    stream: Option<Stream>,
    next_tick: Option<u64>,
    last_news: u64,
    pub told: Vec<Outgoing>,
}

struct Stream {
    generation: u32,
    conversation: Rc<str>,
    token: String,
    epoch: u32,
    position: usize,
    mute: bool,
    is_poll: bool,
}

#[derive(Default)]
pub struct Log {
    pub epoch: u32,
    pub entries: Vec<Rc<Logged>>,
    visitor: String,
    pub ended: bool,
}

#[derive(Clone, Debug)]
struct Attempt {
    conversation: Rc<str>,
    state: DeliveryState,
}

#[derive(Default)]
struct Storage {
    identity: Option<Identity>,
    conversation: Option<StoredConversation>,
    outbox: BTreeMap<String, StoredPending>,
    draft: Option<String>,
}

#[derive(Default)]
struct Lock {
    held: bool,
    waiting: VecDeque<(usize, u32, Order)>,
}

enum Happening {
    Hear { tab: usize, page: u32, fact: Fact },
    Tick { tab: usize, page: u32 },
    Locked { lock: usize, tab: usize, page: u32, order: Order },
    Answered { lock: usize, tab: usize, page: u32, fact: Option<Fact> },
    Flush { tab: usize, page: u32, generation: u32 },
    Heartbeat { tab: usize, page: u32, generation: u32 },
    Cut { tab: usize, page: u32, generation: u32 },
    Reply { conversation: Rc<str>, text: String },
    Settle { conversation: Rc<str>, id: String },
}

pub struct World {
    pub now: u64,
    pub weather: Weather,
    pub tabs: Vec<Tab>,
    pub logs: BTreeMap<Rc<str>, Log>,
    attempts: BTreeMap<String, Attempt>,
    tokens: BTreeMap<String, (String, u64)>,
    storage: Storage,
    /// Who waits for the token lock and the send lock.
    locks: [Lock; 2],
    queue: BTreeMap<(u64, u64), Happening>,
    counter: u64,
    seed: u64,
    pub replies: bool,
    /// Entries that were spoilt on the way once: a line spoils nothing twice.
    spoilt: Vec<Cursor>,
    /// An entry this version of the widget cannot read, ever.
    pub poison: Option<u32>,
    /// The proxy knows no renewal secret any more.
    pub forgets_visitors: bool,
}

impl World {
    pub fn new(seed: u64, tabs: usize) -> Self {
        let mut world = Self {
            now: 1_000,
            weather: Weather::FAIR,
            tabs: Vec::new(),
            logs: BTreeMap::new(),
            attempts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            storage: Storage::default(),
            locks: Default::default(),
            queue: BTreeMap::new(),
            counter: 0,
            seed: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            replies: true,
            spoilt: Vec::new(),
            poison: None,
            forgets_visitors: false,
        };
        for _ in 0..tabs {
            let tab = world.tabs.len();
            world.tabs.push(Tab {
                client: Client::new(true),
                page: 0,
                stream: None,
                next_tick: None,
                last_news: 0,
                told: Vec::new(),
            });
            world.load(tab);
        }
        world
    }

    pub fn roll(&mut self, below: u32) -> u32 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        ((self.seed >> 32) as u32) % below.max(1)
    }

    fn bad_luck(&mut self, percent: u32) -> bool {
        percent > 0 && self.roll(100) < percent
    }

    pub fn state(&self, tab: usize) -> &Conversation {
        self.tabs[tab].client.state()
    }

    pub fn new_id(&mut self) -> Rc<str> {
        self.counter += 1;
        Rc::from(format!("{:020}", self.counter))
    }

    pub fn say(&mut self, tab: usize, text: &str) -> Rc<str> {
        let id = self.new_id();
        self.hear(tab, Fact::Said { id: id.clone(), text: Rc::from(text) });
        id
    }

    /// The page is loaded again, or for the first time.
    pub fn reload(&mut self, tab: usize) {
        // A page that goes away says so, and stores what waited for storing; a crash does not.
        if self.roll(2) == 0 {
            self.hear(tab, Fact::Hidden);
        }
        self.tabs[tab].page += 1;
        self.tabs[tab].stream = None;
        self.tabs[tab].client = Client::new(true);
        self.tabs[tab].next_tick = None;
        self.release_locks_of_gone_pages();
        self.load(tab);
    }

    fn load(&mut self, tab: usize) {
        let outbox = self.storage.outbox.iter().filter_map(|(id, stored)| stored.clone().into_pending(id)).collect();
        let found = Found {
            identity: self.storage.identity.clone(),
            conversation: self.storage.conversation.clone(),
            outbox,
            draft: self.storage.draft.clone(),
        };
        self.hear(tab, Fact::Loaded(Box::new(found)));
    }

    pub fn hear(&mut self, tab: usize, fact: Fact) {
        let moment = Moment { now: self.now, wall: self.now + WALL, chance: self.roll(u32::MAX) };
        let mut orders = Vec::new();
        self.tabs[tab].client.hear(fact, moment, &mut orders);
        for order in orders {
            self.carry_out(tab, order);
        }
        self.check(tab);
        let due = self.tabs[tab].client.due(self.now);
        if due != self.tabs[tab].next_tick {
            self.tabs[tab].next_tick = due;
            if let Some(due) = due {
                let page = self.tabs[tab].page;
                self.push(due.max(self.now + 1), Happening::Tick { tab, page });
            }
        }
    }

    fn push(&mut self, at: u64, what: Happening) {
        self.counter += 1;
        self.queue.insert((at, self.counter), what);
    }

    fn later(&mut self, tab: usize, delay: u64, fact: Fact) {
        let page = self.tabs[tab].page;
        self.push(self.now + delay, Happening::Hear { tab, page, fact });
    }

    fn latency(&mut self) -> u64 {
        5 + u64::from(self.roll(200))
    }

    /// Lets time pass.
    pub fn run(&mut self, milliseconds: u64) {
        let end = self.now + milliseconds;
        let mut steps = 0;
        while let Some((&key, _)) = self.queue.iter().next().filter(|(key, _)| key.0 <= end) {
            steps += 1;
            assert!(steps < 200_000, "the client runs in circles");
            let Some(what) = self.queue.remove(&key) else { break };
            self.now = self.now.max(key.0);
            self.happen(what);
        }
        self.now = end;
    }

    fn on(&self, tab: usize, page: u32) -> bool {
        self.tabs[tab].page == page
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Hear { tab, page, fact } if self.on(tab, page) => self.hear(tab, fact),
            Happening::Tick { tab, page } if self.on(tab, page) => self.tick(tab),
            Happening::Locked { lock, tab, page, order } => {
                if self.on(tab, page) {
                    self.call(lock, tab, order);
                } else {
                    self.unlock(lock);
                }
            }
            Happening::Answered { lock, tab, page, fact } => {
                if let Some(fact) = fact.filter(|_| self.on(tab, page)) {
                    self.hear(tab, fact);
                }
                self.unlock(lock);
            }
            Happening::Flush { tab, page, generation } if self.on(tab, page) => self.flush(tab, generation),
            Happening::Heartbeat { tab, page, generation } if self.on(tab, page) => self.heartbeat(tab, generation),
            Happening::Cut { tab, page, generation } if self.on(tab, page) => self.cut(tab, generation),
            Happening::Reply { conversation, text } => self.append(&conversation, bot(&text)),
            Happening::Settle { conversation, id } => {
                self.append(&conversation, delivery(&id, DeliveryState::Sent));
                self.reply_to(&conversation, &id);
            }
            // Meant for a page that is gone.
            Happening::Hear { .. }
            | Happening::Tick { .. }
            | Happening::Flush { .. }
            | Happening::Heartbeat { .. }
            | Happening::Cut { .. } => {}
        }
    }

    fn tick(&mut self, tab: usize) {
        if self.tabs[tab].next_tick.is_some_and(|due| due <= self.now) {
            self.tabs[tab].next_tick = None;
            self.hear(tab, Fact::Ticked);
        }
    }

    fn cut(&mut self, tab: usize, generation: u32) {
        if self.tabs[tab].stream.as_ref().is_some_and(|stream| stream.generation == generation) {
            self.tabs[tab].stream = None;
            self.hear(tab, Fact::StreamEnded { generation });
        }
    }

    fn carry_out(&mut self, tab: usize, order: Order) {
        match order {
            Order::Authorize { .. } => self.want_lock(0, tab, order),
            Order::Start { .. } | Order::Send { .. } => self.want_lock(1, tab, order),
            Order::Dial { generation, dial, conversation, after, identity } => {
                self.dial(tab, generation, dial, conversation, after, &identity);
            }
            Order::HangUp => self.tabs[tab].stream = None,
            Order::SaveIdentity(identity) => {
                let news = self.storage.identity.as_ref() != Some(&*identity);
                self.storage.identity = Some((*identity).clone());
                if news {
                    self.elsewhere(tab, |_| Fact::VisitorElsewhere(Some(identity.clone())));
                }
            }
            Order::SaveConversation { over } => {
                let stored = self.tabs[tab].client.to_store();
                let visitor = self.storage.identity.as_ref().map(|identity| identity.visitor.as_str());
                let there = self.storage.conversation.clone();
                if let Some(there) =
                    there.filter(|there| there.is_newer(over.as_deref(), stored.id.as_deref(), visitor))
                {
                    return self.later(tab, 0, Fact::ConversationElsewhere(Some(Box::new(there))));
                }
                // What is stored is text: it must survive being written and read. Entries stand beside it, as they came.
                let text = serde_json::to_string(&stored).expect("JSON");
                let entries = stored.entries;
                let stored: StoredConversation = serde_json::from_str(&text).expect("the same JSON");
                let stored = StoredConversation { entries, ..stored };
                self.storage.conversation = Some(stored.clone());
                self.elsewhere(tab, |_| Fact::ConversationElsewhere(Some(Box::new(stored.clone()))));
            }
            Order::SaveMessage(message) => {
                let stored = StoredPending::of(&message);
                self.storage.outbox.insert(String::from(&*message.id), stored.clone());
                self.elsewhere(tab, |_| Fact::OutboxElsewhere { id: message.id.clone(), stored: Some(stored.clone()) });
            }
            Order::DropMessage { id, discarded } => {
                if let Some(mut stored) = self.storage.outbox.remove(&*id) {
                    if discarded {
                        stored.state = StoredState::Discarded;
                        self.elsewhere(tab, |_| Fact::OutboxElsewhere { id: id.clone(), stored: Some(stored.clone()) });
                    }
                    self.elsewhere(tab, |_| Fact::OutboxElsewhere { id: id.clone(), stored: None });
                }
            }
            Order::SaveDraft => self.storage.draft = Some(String::from(&**self.tabs[tab].client.state().draft())),
            Order::Wipe => {
                self.storage = Storage::default();
                self.elsewhere(tab, |_| Fact::VisitorElsewhere(None));
            }
            Order::Tell(outgoing) => self.tabs[tab].told.push(outgoing),
        }
    }

    fn elsewhere(&mut self, from: usize, fact: impl Fn(usize) -> Fact) {
        // News of one tab reach another in their order, but not at once.
        for tab in (0..self.tabs.len()).filter(|tab| *tab != from) {
            let at = (self.now + 1 + u64::from(self.roll(100))).max(self.tabs[tab].last_news);
            self.tabs[tab].last_news = at;
            let page = self.tabs[tab].page;
            self.push(at, Happening::Hear { tab, page, fact: fact(tab) });
        }
    }

    fn want_lock(&mut self, lock: usize, tab: usize, order: Order) {
        let page = self.tabs[tab].page;
        self.locks[lock].waiting.push_back((tab, page, order));
        self.grant(lock);
    }

    fn grant(&mut self, lock: usize) {
        if self.locks[lock].held {
            return;
        }
        if let Some((tab, page, order)) = self.locks[lock].waiting.pop_front() {
            self.locks[lock].held = true;
            self.push(self.now, Happening::Locked { lock, tab, page, order });
        }
    }

    fn unlock(&mut self, lock: usize) {
        self.locks[lock].held = false;
        self.grant(lock);
    }

    fn release_locks_of_gone_pages(&mut self) {
        for lock in 0..2 {
            let tabs = &self.tabs;
            self.locks[lock].waiting.retain(|(tab, page, _)| tabs[*tab].page == *page);
        }
    }

    /// A call under its lock: the request may be lost, handled, or handled with the answer lost.
    fn call(&mut self, lock: usize, tab: usize, order: Order) {
        let weather = self.weather;
        let page = self.tabs[tab].page;
        let there = self.latency();
        let back = there + self.latency();
        let answered = |world: &mut Self, fact: Fact| {
            world.push(world.now + back, Happening::Answered { lock, tab, page, fact: Some(fact) });
        };
        match order {
            Order::Authorize { held, refused } => {
                let stored = self.storage.identity.clone();
                let fact = match plan(stored, held.as_deref(), refused.as_deref(), self.now + WALL) {
                    Plan::Adopt(identity) => Ok(Rc::new(identity)),
                    Plan::Renew(_) | Plan::Begin if self.bad_luck(weather.request_lost + weather.answer_lost) => {
                        Err(Failure::Network)
                    }
                    Plan::Renew(_) if self.forgets_visitors => Err(Failure::Unauthorized),
                    Plan::Renew(secret) => Ok(self.token(secret.trim_start_matches("secret of "))),
                    Plan::Begin => {
                        let visitor = format!("visitor-{}", self.counter);
                        Ok(self.token(&visitor))
                    }
                };
                answered(self, Fact::TokenAnswered(fact));
            }
            Order::Start { message, identity } => {
                if let Some(stored) = self.storage.conversation.clone().filter(|stored| stored.id.is_some()) {
                    return answered(self, Fact::ConversationElsewhere(Some(Box::new(stored))));
                }
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Fact::SettledElsewhere { id: message.id.clone() });
                }
                let id = message.id.clone();
                if self.storage.outbox.iter().any(|(other, stored)| **other < *id && stored.may_start()) {
                    return answered(self, Fact::StartAnswered { id, result: Err(Failure::Network) });
                }
                let result = self.deliver(None, &message, &identity);
                answered(self, Fact::StartAnswered { id, result });
            }
            Order::Send { message, conversation, identity } => {
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Fact::SettledElsewhere { id: message.id.clone() });
                }
                let id = message.id.clone();
                let result = self.deliver(Some(conversation), &message, &identity).map(|_| ());
                answered(self, Fact::SendAnswered { id, result });
            }
            order @ (Order::Dial { .. }
            | Order::HangUp
            | Order::SaveIdentity(_)
            | Order::SaveConversation { .. }
            | Order::SaveMessage(_)
            | Order::DropMessage { .. }
            | Order::SaveDraft
            | Order::Wipe
            | Order::Tell(_)) => panic!("not a call under a lock: {order:?}"),
        }
    }

    /// What must hold at every instant.
    fn check(&self, tab: usize) {
        let state = self.state(tab);
        let mut last: Option<Cursor> = None;
        let mut seen: Vec<&str> = Vec::new();
        let mut keys: Vec<u32> = Vec::new();
        let mut local = false;
        for row in state.rows() {
            assert!(!keys.contains(&row.key), "a key is given twice");
            keys.push(row.key);
            let Some(message) = row.message() else { continue };
            if let Some(id) = &message.id {
                assert!(!seen.contains(&&**id), "message {id} is shown twice");
                seen.push(id);
            }
            match message.delivery {
                chataibot_widget::conversation::Delivery::Logged(cursor, _) => {
                    assert!(!local, "a logged row stands below a local one");
                    assert!(
                        last.is_none_or(|last| last.epoch == cursor.epoch && last.seq < cursor.seq),
                        "out of order"
                    );
                    last = Some(cursor);
                }
                chataibot_widget::conversation::Delivery::Local(_) => local = true,
            }
        }
    }
}
