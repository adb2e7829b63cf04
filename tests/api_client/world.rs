//! Simulated world for the client: a proxy with a log, a network with faults, tabs that
//! share storage and locks, and one clock.
//!
//! Everything goes through one event queue, and all randomness comes from one seed, so a run can be
//! repeated exactly.

mod fault_rates;
mod locks;
mod proxy;
mod rules;
mod storage;
mod tabs;
mod visitor;

use std::{collections::BTreeMap, rc::Rc};

use chataibot_fake_browser::{FakeBrowser, Leadership, LockedRequest, Storage};
use chataibot_widget::api::Credentials;
use chataibot_widget::conversation::{Conversation, RawEntry};
use chataibot_widget::machine::Machine;
use chataibot_widget::machine::chat::ChatMachine;
use chataibot_widget::machine::connection::Attempt;
use chataibot_widget::machine::effect::PageEvent;
use chataibot_widget::machine::idle::IdleMachine;
use chataibot_widget::machine::input::{Frame, Input, Now};
use chataibot_widget::machine::tab_message::TabMessage;
use chataibot_wire::Cursor;
use chataibot_wire::entry::DeliveryState;

pub use fault_rates::FaultRates;
use locks::Lock;
pub use proxy::bot;
use proxy::delivery;
pub use visitor::user;

/// Wall clock minus monotonic clock, in milliseconds.
const WALL: u64 = 1_760_000_000_000;

pub struct Tab {
    pub machine: Machine,
    /// Counts reloads: inputs meant for an earlier page do not reach the current one.
    page: u32,
    stream: Option<Stream>,
    next_tick: Option<u64>,
    last_input_at: u64,
    /// Whether the tab receives other tabs' messages.
    listening: bool,
    last_message_at: u64,
    /// The tab does nothing until then, unnoticed by the others: its page's script is busy.
    pub hangs_until: u64,
    pub page_events: Vec<PageEvent>,
}

struct Stream {
    generation: u32,
    conversation: Rc<str>,
    token: String,
    epoch: u32,
    position: usize,
    is_silent: bool,
    /// Time at which the stream opens; nothing arrives before.
    opens: u64,
    is_poll: bool,
}

#[derive(Default)]
pub struct Log {
    pub epoch: u32,
    pub entries: Vec<Rc<RawEntry>>,
    visitor: String,
    pub ended: bool,
}

#[derive(Clone, Debug)]
struct Accepted {
    conversation: Rc<str>,
    state: DeliveryState,
    /// The message as a typed answer; `None` for text.
    typed: Option<Rc<str>>,
}

enum Happening {
    Input { tab: usize, page: u32, input: Input },
    Elected { tab: usize, page: u32 },
    TabMessage { tab: usize, page: u32, message: TabMessage },
    Tick { tab: usize, page: u32 },
    Locked { lock: usize, tab: usize, page: u32, request: LockedRequest },
    Answered { lock: usize, tab: usize, page: u32, input: Option<Input> },
    Flush { tab: usize, page: u32, generation: u32 },
    Heartbeat { tab: usize, page: u32, generation: u32 },
    Cut { tab: usize, page: u32, generation: u32 },
    Reply { conversation: Rc<str>, text: String },
    Settle { conversation: Rc<str>, id: String },
}

pub struct World {
    pub now: u64,
    pub fault_rates: FaultRates,
    pub tabs: Vec<Tab>,
    pub logs: BTreeMap<Rc<str>, Log>,
    attempts: BTreeMap<String, Accepted>,
    tokens: BTreeMap<String, (String, u64)>,
    storage: Storage,
    /// The tabs waiting for the token lock and the send lock.
    locks: [Lock; 2],
    queue: BTreeMap<(u64, u64), Happening>,
    counter: u64,
    seed: u64,
    pub replies: bool,
    /// Entries that were corrupted in transit once; no entry is corrupted twice.
    corrupted: Vec<Cursor>,
    /// An entry that this version can never read, by its `seq`, and the frame that it becomes.
    pub unreadable_seq: Option<u32>,
    pub unreadable_frame: fn(Cursor) -> Frame,
    /// The proxy has lost all renewal secrets.
    pub forgets_visitors: bool,
    /// A middlebox answers each token call with its own 401.
    pub challenged: bool,
    /// The proxy is of the newest version: it supports pages, and reading only a log's end.
    pub pages: bool,
    /// Whether tokens announce typed answers, and whether the proxy accepts them.
    pub typed: bool,
    pub accepts_typed_answers: bool,
    /// Whether tabs have a lock and a channel to elect a leader.
    coordinates_tabs: bool,
    leadership: Leadership,
    /// Number of attempts to read a log.
    pub log_requests: usize,
    pub last_attempt: Option<Attempt>,
    /// The test allows each tab its own stream.
    pub allows_several_streams: bool,
    /// Time since which more than one tab has had a stream.
    several_streams_since: Option<u64>,
}

impl World {
    /// Tabs of a browser with Web Locks.
    pub fn new(seed: u64, tabs: usize) -> Self {
        Self::with(seed, tabs, true)
    }

    /// Tabs of a browser without Web Locks.
    pub fn apart(seed: u64, tabs: usize) -> Self {
        Self::with(seed, tabs, false)
    }

    fn with(seed: u64, tabs: usize, coordinates_tabs: bool) -> Self {
        let mut world = Self {
            now: 1_000,
            fault_rates: FaultRates::NONE,
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
            corrupted: Vec::new(),
            unreadable_seq: None,
            unreadable_frame: |cursor| Frame::Unreadable(Some(cursor)),
            forgets_visitors: false,
            challenged: false,
            pages: true,
            typed: false,
            accepts_typed_answers: false,
            coordinates_tabs,
            leadership: Leadership::default(),
            log_requests: 0,
            last_attempt: None,
            allows_several_streams: false,
            several_streams_since: None,
        };
        for _ in 0..tabs {
            let tab = world.tabs.len();
            world.tabs.push(Tab {
                machine: Machine::Idle(IdleMachine::new(true)),
                page: 0,
                stream: None,
                next_tick: None,
                last_input_at: 0,
                listening: false,
                last_message_at: 0,
                hangs_until: 0,
                page_events: Vec::new(),
            });
            world.load(tab);
        }
        world
    }

    pub fn random(&mut self, below: u32) -> u32 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        ((self.seed >> 32) as u32) % below.max(1)
    }

    fn happens(&mut self, percent: u32) -> bool {
        percent > 0 && self.random(100) < percent
    }

    pub fn state(&self, tab: usize) -> &Conversation {
        self.tabs[tab].machine.state()
    }

    /// The message as the typed answer that the proxy has; `None` for text.
    pub fn typed_answer_of(&self, id: &str) -> Option<&str> {
        self.attempts[id].typed.as_deref()
    }

    /// Loads the page, for the first time or again.
    pub fn reload(&mut self, tab: usize) {
        // A page that is closed gets an event and stores pending changes; a crashing page does not.
        if self.random(2) == 0 {
            self.handle(tab, Input::Hidden);
        }
        self.tabs[tab].page += 1;
        self.tabs[tab].stream = None;
        self.tabs[tab].machine = Machine::Idle(IdleMachine::new(true));
        self.tabs[tab].next_tick = None;
        self.tabs[tab].hangs_until = 0;
        self.leave_tabs(tab);
        self.release_locks_of_gone_pages();
        self.load(tab);
    }

    /// Closes the tab; no other page follows in it.
    pub fn close(&mut self, tab: usize) {
        self.tabs[tab].page += 1;
        self.tabs[tab].stream = None;
        self.leave_tabs(tab);
        self.release_locks_of_gone_pages();
    }

    fn load(&mut self, tab: usize) {
        let found = self.storage.load(self.coordinates_tabs);
        self.handle(tab, Input::Loaded(Box::new(found)));
    }

    pub fn handle(&mut self, tab: usize, input: Input) {
        let now = Now { monotonic: self.now, unix: self.now + WALL, random: self.random(u32::MAX) };
        let mut effects = Vec::new();
        let handled = self.tabs[tab].machine.handle(input, now, &mut effects, Some(ChatMachine::promote));
        handled.expect("the client is here");
        for effect in effects {
            self.run_effect(tab, effect);
        }
        let due = self.tabs[tab].machine.due(self.now);
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

    fn later(&mut self, tab: usize, delay: u64, input: Input) {
        let page = self.tabs[tab].page;
        self.push(self.now + delay, Happening::Input { tab, page, input });
    }

    fn latency(&mut self) -> u64 {
        5 + u64::from(self.random(200))
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
            if let Some(until) = self.hangs_until(&what) {
                self.push(until, what);
                continue;
            }
            self.process(what);
            self.check_streams();
        }
        self.now = end;
    }

    /// Lets the computer sleep: nothing happens in the browser, streams die silently, and then
    /// everything is late. Pages with a pending timer notice it by that.
    pub fn sleep(&mut self, milliseconds: u64) {
        self.sleep_of_both_clocks(milliseconds);
        for tab in 0..self.tabs.len() {
            self.later(tab, 0, Input::Resumed);
        }
    }

    /// Like [`Self::sleep`], but unnoticed by the pages.
    pub fn sleep_of_both_clocks(&mut self, milliseconds: u64) {
        for tab in &mut self.tabs {
            if let Some(stream) = &mut tab.stream {
                stream.is_silent = true;
            }
        }
        self.now += milliseconds;
        self.several_streams_since = None;
    }

    fn is_current(&self, tab: usize, page: u32) -> bool {
        self.tabs[tab].page == page
    }

    fn process(&mut self, what: Happening) {
        match what {
            Happening::Input { tab, page, input } if self.is_current(tab, page) => {
                let of_somebody = matches!(input, Input::RemoteVisitor(Some(_)) | Input::RemoteConversation(Some(_)));
                // After a sign-out, old news must not bring the visitor back.
                if !of_somebody || self.storage.credentials.is_some() {
                    self.handle(tab, input);
                }
            }
            Happening::Elected { tab, page } if self.is_current(tab, page) => self.leader_elected(tab),
            Happening::TabMessage { tab, page, message } if self.is_current(tab, page) => {
                if self.tabs[tab].listening {
                    self.handle(tab, Input::TabMessage(message));
                }
            }
            Happening::Tick { tab, page } if self.is_current(tab, page) => self.tick(tab),
            Happening::Locked { lock, tab, page, request } => {
                if self.is_current(tab, page) {
                    self.call(lock, tab, request);
                } else {
                    self.unlock(lock);
                }
            }
            Happening::Answered { lock, tab, page, input } => {
                if let Some(input) = input.filter(|_| self.is_current(tab, page)) {
                    self.handle(tab, input);
                }
                self.unlock(lock);
            }
            Happening::Flush { tab, page, generation } if self.is_current(tab, page) => self.flush(tab, generation),
            Happening::Heartbeat { tab, page, generation } if self.is_current(tab, page) => {
                self.heartbeat(tab, generation);
            }
            Happening::Cut { tab, page, generation } if self.is_current(tab, page) => self.cut(tab, generation),
            Happening::Reply { conversation, text } => self.append(&conversation, bot(&text)),
            Happening::Settle { conversation, id } => {
                self.append(&conversation, delivery(&id, DeliveryState::Sent));
                self.reply_to(&conversation, &id);
            }
            // Meant for a page that no longer exists.
            Happening::Input { .. }
            | Happening::Elected { .. }
            | Happening::TabMessage { .. }
            | Happening::Tick { .. }
            | Happening::Flush { .. }
            | Happening::Heartbeat { .. }
            | Happening::Cut { .. } => {}
        }
    }

    fn tick(&mut self, tab: usize) {
        if self.tabs[tab].next_tick.is_some_and(|due| due <= self.now) {
            self.tabs[tab].next_tick = None;
            self.handle(tab, Input::Ticked);
        }
    }

    fn cut(&mut self, tab: usize, generation: u32) {
        if self.tabs[tab].stream.as_ref().is_some_and(|stream| stream.generation == generation) {
            self.tabs[tab].stream = None;
            self.handle(tab, Input::StreamEnded { generation });
        }
    }
}

impl FakeBrowser for World {
    fn storage<T>(&mut self, access: impl FnOnce(&mut Storage) -> T) -> T {
        access(&mut self.storage)
    }

    fn machine<T>(&self, tab: usize, access: impl FnOnce(&Machine) -> T) -> T {
        access(&self.tabs[tab].machine)
    }

    fn handle(&mut self, tab: usize, input: Input) {
        World::handle(self, tab, input);
    }

    fn enqueue(&mut self, tab: usize, input: Input) {
        self.later(tab, 0, input);
    }

    fn to_others(&mut self, from: usize, input: &Input) {
        // Other tabs get one tab's news in order, but with a delay.
        for tab in (0..self.tabs.len()).filter(|tab| *tab != from) {
            let at = (self.now + 1 + u64::from(self.random(100))).max(self.tabs[tab].last_input_at);
            self.tabs[tab].last_input_at = at;
            let page = self.tabs[tab].page;
            self.push(at, Happening::Input { tab, page, input: input.clone() });
        }
    }

    fn request(&mut self, tab: usize, request: LockedRequest) {
        let lock = usize::from(!matches!(request, LockedRequest::Authorize { .. }));
        self.queue_for_lock(lock, tab, request);
    }

    fn connect(
        &mut self,
        tab: usize,
        generation: u32,
        attempt: Attempt,
        conversation: Rc<str>,
        after: Option<Cursor>,
        credentials: &Credentials,
    ) {
        self.read_log(tab, generation, attempt, conversation, after, credentials);
    }

    fn disconnect(&mut self, tab: usize) {
        self.tabs[tab].stream = None;
    }

    fn fetch_page(&mut self, tab: usize, conversation: Rc<str>, before: Cursor, credentials: &Credentials) {
        self.page(tab, conversation, before, credentials);
    }

    fn join_tabs(&mut self, tab: usize) {
        self.tabs[tab].listening = true;
    }

    fn leave_tabs(&mut self, tab: usize) {
        self.tabs[tab].listening = false;
        self.release_lock(tab);
    }

    fn request_lock(&mut self, tab: usize, steal: bool) {
        self.request_leadership(tab, steal);
    }

    fn release_lock(&mut self, tab: usize) {
        let next = self.leadership.release(tab);
        self.next_leader(next);
    }

    fn broadcast(&mut self, tab: usize, message: &TabMessage) {
        self.post_to_others(tab, message);
    }

    fn emit(&mut self, tab: usize, event: PageEvent) {
        self.tabs[tab].page_events.push(event);
    }
}
