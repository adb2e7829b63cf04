//! Fake browser of a visitor over real HTTP: the widget's own machine in each tab, and what a
//! browser provides: storage, locks, a channel between tabs, timers, and HTTP. It makes no
//! decisions: it is to the machine what `src/runtime.rs` is in a real browser.

mod effects;
mod tab_locks;

pub use effects::ORIGIN;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use chataibot_fake_browser::{FakeBrowser, Leadership, Storage};
use chataibot_faults::rng::Rng;
use chataibot_widget::api::ApiError;
use chataibot_widget::conversation::Conversation;
use chataibot_widget::machine::Machine;
use chataibot_widget::machine::chat::ChatMachine;
use chataibot_widget::machine::idle::IdleMachine;
use chataibot_widget::machine::input::{Input, Now};
use chataibot_widget::machine::user_action::UserAction;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{Instant, sleep};

use crate::checker;

/// A handle to a visitor's browser, which lives on one thread, in a [`tokio::task::LocalSet`].
#[derive(Clone)]
pub struct Browser(Rc<Inner>);

struct Inner {
    base_url: String,
    http: reqwest::Client,
    started_at: Instant,
    /// How far the visitor's clock is ahead of ours, in milliseconds.
    clock_offset: Cell<i64>,
    rng: RefCell<Rng>,
    last_id: Cell<u64>,
    storage: RefCell<Storage>,
    tabs: RefCell<Vec<Tab>>,
    leadership: RefCell<Leadership>,
    /// Only one tab at a time may ask for a token, and only one may send.
    token_lock: Rc<tokio::sync::Mutex<()>>,
    send_lock: Rc<tokio::sync::Mutex<()>>,
    records: RefCell<Records>,
}

#[derive(Clone, Default)]
pub struct Records {
    /// Ids of messages that were reported to the host pages as accepted.
    pub accepted_ids: Vec<Rc<str>>,
    pub violations: Vec<String>,
    /// What happened, line by line.
    pub story: Vec<String>,
}

struct Tab {
    machine: Machine,
    /// Counts reloads: what was meant for an earlier page must not reach the next.
    page: u32,
    is_listening: bool,
    calls: [Option<Rc<Notify>>; 4],
    timer: Option<(u64, AbortHandle)>,
    inputs: VecDeque<Input>,
    is_handling: bool,
    /// Changes of storage and messages from other tabs, on their way.
    inbox: VecDeque<Input>,
    order: checker::Order,
}

impl Tab {
    fn new(page: u32) -> Self {
        Self {
            machine: Machine::Idle(IdleMachine::new(true)),
            page,
            is_listening: false,
            calls: Default::default(),
            timer: None,
            inputs: VecDeque::new(),
            is_handling: false,
            inbox: VecDeque::new(),
            order: checker::Order::default(),
        }
    }
}

/// Slot of a call: one call of each kind runs at a time.
#[derive(Clone, Copy)]
enum Kind {
    Token,
    Send,
    Log,
    Page,
}

impl Browser {
    /// Creates a browser with empty storage and no tab.
    pub fn open(base_url: String, seed: u64) -> Result<Self, reqwest::Error> {
        // A connection per request, so that each meets a fault. Redirects are errors in the widget.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        let http = http.redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self(Rc::new(Inner {
            base_url,
            http,
            started_at: Instant::now(),
            clock_offset: Cell::default(),
            rng: RefCell::new(Rng::new(seed)),
            last_id: Cell::default(),
            storage: RefCell::default(),
            tabs: RefCell::default(),
            leadership: RefCell::default(),
            token_lock: Rc::default(),
            send_lock: Rc::default(),
            records: RefCell::default(),
        })))
    }

    /// Opens a tab with the widget's window open, and returns its number.
    pub fn new_tab(&self) -> usize {
        let tab = self.tabs();
        self.0.tabs.borrow_mut().push(Tab::new(0));
        self.load(tab);
        tab
    }

    pub fn tabs(&self) -> usize {
        self.0.tabs.borrow().len()
    }

    pub fn state(&self, tab: usize) -> Rc<Conversation> {
        self.0.tabs.borrow()[tab].machine.state().clone()
    }

    /// Sends a message of the visitor. Returns the client message id.
    pub fn say(&self, tab: usize, text: &str) -> Rc<str> {
        let id = self.new_id(tab);
        self.handle(tab, Input::User(UserAction::Send(text.to_owned()), id.clone()));
        id
    }

    pub fn retry(&self, tab: usize, id: Rc<str>) {
        let new_id = self.new_id(tab);
        self.handle(tab, Input::User(UserAction::Retry(id), new_id));
    }

    /// Reloads the page. `hide_first`: whether the old page is hidden first and can save its state.
    pub fn reload(&self, tab: usize, hide_first: bool) {
        if hide_first {
            self.handle(tab, Input::Hidden);
        }
        self.abort_requests(tab);
        let next = Tab::new(self.page(tab) + 1);
        if let Some((_, timer)) = std::mem::replace(&mut self.0.tabs.borrow_mut()[tab], next).timer {
            timer.abort();
        }
        self.stop_listening(tab);
        self.load(tab);
    }

    /// Shifts the visitor's clock by so many milliseconds.
    pub fn set_clock(&self, offset: i64) {
        self.0.clock_offset.set(self.0.clock_offset.get() + offset);
    }

    pub fn records(&self) -> Records {
        self.0.records.borrow().clone()
    }

    pub fn note(&self, line: impl FnOnce() -> String) {
        let at = self.0.started_at.elapsed().as_millis();
        self.0.records.borrow_mut().story.push(format!("{at:>6} ms  {}", line()));
    }

    pub fn token(&self) -> Option<String> {
        self.0.storage.borrow().credentials.as_ref().map(|credentials| credentials.token.clone())
    }

    fn new_id(&self, tab: usize) -> Rc<str> {
        let number = self.0.last_id.get() + 1;
        self.0.last_id.set(number);
        // A UUIDv7, greater than all before it.
        let at = self.0.tabs.borrow()[tab].machine.state().id_time(self.wall_clock());
        let (high, low) = (at >> 16 & 0xFFFF_FFFF, at & 0xFFFF);
        let random = self.0.rng.borrow_mut().number() & 0xFFFF_FFFF;
        Rc::from(format!("{high:08x}-{low:04x}-7{:03x}-8000-{random:08x}{number:04x}", number & 0xFFF))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.started_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn wall_clock(&self) -> u64 {
        let wall = 1_760_000_000_000_i64.saturating_add_unsigned(self.now()).saturating_add(self.0.clock_offset.get());
        u64::try_from(wall).unwrap_or_default()
    }

    fn page(&self, tab: usize) -> u32 {
        self.0.tabs.borrow()[tab].page
    }

    fn is_current_page(&self, tab: usize, page: u32) -> bool {
        self.page(tab) == page
    }

    /// Lets a tab handle an input, unless another page has been loaded in it.
    fn handle_on_page(&self, tab: usize, page: u32, input: Input) {
        if self.is_current_page(tab, page) {
            self.handle(tab, input);
        }
    }

    fn load(&self, tab: usize) {
        let found = self.0.storage.borrow().load(true);
        self.handle(tab, Input::Loaded(Box::new(found)));
        self.act(tab, UserAction::Open);
    }

    /// Performs a visitor action that sends no message.
    pub fn act(&self, tab: usize, action: UserAction) {
        self.handle(tab, Input::User(action, Rc::from("")));
    }

    /// Lets a tab handle an input and runs its effects. Inputs that arise during this are queued.
    pub fn handle(&self, tab: usize, input: Input) {
        {
            let mut tabs = self.0.tabs.borrow_mut();
            tabs[tab].inputs.push_back(input);
            if std::mem::replace(&mut tabs[tab].is_handling, true) {
                return;
            }
        }
        loop {
            let next = self.0.tabs.borrow_mut()[tab].inputs.pop_front();
            let Some(input) = next else { break };
            let random = u32::try_from(self.0.rng.borrow_mut().below(1 << 32)).unwrap_or(u32::MAX);
            let now = Now { monotonic: self.now(), unix: self.wall_clock(), random };
            let mut effects = Vec::new();
            let handled =
                self.0.tabs.borrow_mut()[tab].machine.handle(input, now, &mut effects, Some(ChatMachine::promote));
            debug_assert!(handled.is_ok(), "with a client at hand nothing has to wait");
            for effect in effects {
                self.clone().run_effect(tab, effect);
            }
            self.check_invariants(tab);
        }
        self.0.tabs.borrow_mut()[tab].is_handling = false;
        self.set_timer(tab);
    }

    fn check_invariants(&self, tab: usize) {
        let Tab { order, machine, .. } = &mut self.0.tabs.borrow_mut()[tab];
        if let Err(what) = order.check(machine.state()) {
            self.0.records.borrow_mut().violations.push(format!("tab {tab}: {what}"));
        }
    }

    fn set_timer(&self, tab: usize) {
        let now = self.now();
        let mut tabs = self.0.tabs.borrow_mut();
        let due = tabs[tab].machine.due(now);
        if tabs[tab].timer.as_ref().map(|(set, _)| *set) == due {
            return;
        }
        if let Some((_, timer)) = tabs[tab].timer.take() {
            timer.abort();
        }
        if let Some(due) = due {
            let (browser, page) = (self.clone(), tabs[tab].page);
            let task = spawn_local(async move {
                sleep(Duration::from_millis(due.saturating_sub(now).max(1))).await;
                if browser.is_current_page(tab, page) {
                    browser.0.tabs.borrow_mut()[tab].timer = None;
                    browser.handle(tab, Input::Ticked);
                }
            });
            tabs[tab].timer = Some((due, task.abort_handle()));
        }
    }

    fn abort_request(&self, tab: usize, kind: Kind) {
        if let Some(guard) = self.0.tabs.borrow_mut()[tab].calls[kind as usize].take() {
            guard.notify_one();
        }
    }

    fn abort_requests(&self, tab: usize) {
        for kind in [Kind::Token, Kind::Send, Kind::Log, Kind::Page] {
            self.abort_request(tab, kind);
        }
    }

    /// Puts a new guard into the slot of a call and aborts the call before it.
    fn new_guard(&self, tab: usize, kind: Kind) -> Rc<Notify> {
        self.abort_request(tab, kind);
        let guard = Rc::new(Notify::new());
        self.0.tabs.borrow_mut()[tab].calls[kind as usize] = Some(guard.clone());
        guard
    }
}

/// Awaits a call that `guard` may abort at any moment.
async fn abortable<T>(guard: &Notify, call: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    tokio::select! {
        result = call => result,
        () = guard.notified() => Err(ApiError::Network),
    }
}
