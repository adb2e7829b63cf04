//! The runtime of a chat without its views: runs the machine's effects in a browser and feeds it what comes of them. Decides nothing.
//!
//! - [`Runtime`]: an inbox, one timer, one machine; inputs are handled one after the other, each to the end
//! - [`session`]: its handle; [`settings`]
//! - `requests`: HTTP, partly under a lock that all tabs share; `repository`, `storage_barrier`: what is stored, and when it can be read
//! - `tab_runtime`: lock and channel of the tabs; `browser_events`: events of page and browser as inputs
//! - `lazy`: the part of all this that is loaded when somebody begins to write

mod browser_events;
mod lazy;
mod repository;
mod requests;
pub mod session;
pub mod settings;
mod storage_barrier;
mod tab_runtime;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

pub use session::{Session, Subscription};
pub use settings::Settings;

pub use crate::machine::effect::PageEvent;

use repository::{CONVERSATION, Repository};
use tab_runtime::TabHandles;

use crate::{
    api::http::AbortGuard,
    browser::{environment, events, storage::Storage, timers::Timer},
    conversation::Conversation,
    machine::{
        Machine,
        effect::Effect,
        idle::IdleMachine,
        input::{Input, Now},
    },
};

/// When the wall clock went this much further than the other one, the machine slept, in milliseconds.
const SLEPT: u64 = 5_000;
/// A timer this much too late means that the page slept. Hidden pages get their timers up to a minute late.
const LATE: u64 = 90_000;
/// When what a session needs for talking could not be fetched, it is asked for again after so many milliseconds.
const AGAIN: u64 = 3_000;

/// What a subscriber is called with.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

/// A running session. Dropping it releases everything.
pub struct Runtime {
    machine: RefCell<Machine>,
    settings: RefCell<Rc<Settings>>,
    repository: RefCell<Rc<Repository>>,
    requests: Requests,
    tabs: TabHandles,
    on_event: Rc<dyn Fn(PageEvent)>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_listener: Cell<u32>,
    waiting: RefCell<VecDeque<InboxItem>>,
    /// What is needed for talking is being fetched.
    fetching: Cell<bool>,
    /// Asks for it again.
    again: RefCell<Option<Timer>>,
    handling: Cell<bool>,
    timer: RefCell<Option<(u64, Timer)>>,
    event_listeners: RefCell<Vec<events::Listener>>,
    /// How far the wall clock was ahead of the other one.
    lead: Cell<Option<u64>>,
    last_id_at: Cell<u64>,
    gone: Cell<bool>,
}

/// Something to be heard.
enum InboxItem {
    /// An input.
    Input(Input),
    /// What becomes an input when it is read.
    RawInput(RawInput),
}

/// What becomes an input when it is read.
enum RawInput {
    /// All that is stored.
    Storage,
    /// What another tab has stored below this key, or that it was removed.
    StoredValue(Rc<str>, Option<String>),
    /// What another tab said.
    TabMessage(JsValue),
}

impl RawInput {
    fn stored_value(key: &str, value: Option<String>) -> Self {
        Self::StoredValue(Rc::from(key), value)
    }
}

/// The calls under way, each ended when it is replaced or let go.
#[derive(Default)]
pub struct Requests {
    token: RequestSlot,
    send: RequestSlot,
    log: RequestSlot,
    page: RequestSlot,
    /// Shows to other tabs how far storage has come.
    barrier: RefCell<Option<Timer>>,
}

/// A call under way, or none.
#[derive(Default)]
pub struct RequestSlot(RefCell<Option<Rc<AbortGuard>>>);

impl RequestSlot {
    /// Takes the place of the call before, which ends.
    fn replace(&self, guard: Option<Rc<AbortGuard>>) {
        let before = std::mem::replace(&mut *self.0.borrow_mut(), guard);
        // Ending a call may run code of the page's, so nothing is borrowed meanwhile.
        if let Some(before) = before {
            before.abort();
        }
    }
}

impl Requests {
    fn abort(&self) {
        for call in [&self.token, &self.send, &self.log, &self.page] {
            call.replace(None);
        }
        self.barrier.take();
    }
}

impl Runtime {
    fn start(settings: Settings, on_event: Rc<dyn Fn(PageEvent)>) -> Rc<Self> {
        let runtime = Rc::new(Self {
            machine: RefCell::default(),
            repository: RefCell::new(Rc::new(Repository(Storage::memory("")))),
            settings: RefCell::new(Rc::new(Settings::default())),
            requests: Requests::default(),
            tabs: TabHandles::default(),
            on_event,
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            waiting: RefCell::default(),
            fetching: Cell::new(false),
            again: RefCell::default(),
            handling: Cell::new(false),
            timer: RefCell::default(),
            event_listeners: RefCell::default(),
            lead: Cell::new(None),
            last_id_at: Cell::new(0),
            gone: Cell::new(false),
        });
        runtime.begin(settings);
        (runtime.on_event)(PageEvent::Ready);
        runtime
    }

    /// Begins anew with these settings: another place for the proxy, or another place in storage.
    fn begin(self: &Rc<Self>, settings: Settings) {
        self.requests.abort();
        self.tabs.leave();
        self.event_listeners.borrow_mut().clear();
        let prefix = settings.storage_prefix();
        let storage = if settings.memory_only { Storage::memory(&prefix) } else { Storage::local(&prefix) };
        *self.machine.borrow_mut() = Machine::IdleMachine(IdleMachine::new(settings.events_url.is_some()));
        self.waiting.borrow_mut().clear();
        let gate = settings.gate.clone();
        *self.settings.borrow_mut() = Rc::new(settings);
        let repository = Rc::new(Repository(storage));
        *self.repository.borrow_mut() = repository.clone();
        self.handle(Input::RequirementsSet(gate));
        self.receive(match repository.load_idle() {
            Some(found) => InboxItem::Input(Input::Loaded(Box::new(found))),
            None => InboxItem::RawInput(RawInput::Storage),
        });
        let listeners = browser_events::listeners(self, &prefix);
        *self.event_listeners.borrow_mut() = listeners;
    }

    fn update(self: &Rc<Self>, settings: Settings) {
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
            self.handle(Input::RequirementsSet(gate));
            return;
        }
        let was_open = self.state().window_open();
        self.begin(settings);
        if was_open {
            self.handle(Input::Opened);
        }
    }

    fn state(&self) -> Rc<Conversation> {
        self.machine.borrow().state().clone()
    }

    fn settings(&self) -> Rc<Settings> {
        self.settings.borrow().clone()
    }

    fn repository(&self) -> Rc<Repository> {
        self.repository.borrow().clone()
    }

    fn is_gone(&self) -> bool {
        self.gone.get()
    }

    /// A new client message id, later than all before it.
    fn new_id(&self) -> Rc<str> {
        let at = self.machine.borrow().state().id_time(environment::unix_millis()).max(self.last_id_at.get() + 1);
        self.last_id_at.set(at);
        Rc::from(environment::message_id(at))
    }

    /// Lets the session hear an input and does what it orders.
    fn handle(self: &Rc<Self>, input: Input) {
        self.receive(InboxItem::Input(input));
    }

    /// The same. What comes up meanwhile waits its turn, and all wait for what is not fetched yet.
    fn receive(self: &Rc<Self>, news: InboxItem) {
        self.waiting.borrow_mut().push_back(news);
        if self.handling.replace(true) {
            return;
        }
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(news) = next.filter(|_| !self.gone.get()) else { break };
            let now = self.clock();
            let mut effects = Vec::new();
            let changed = match self.take(news, now, &mut effects) {
                Ok(changed) => changed,
                Err(news) => {
                    self.waiting.borrow_mut().push_front(news);
                    self.fetch();
                    break;
                }
            };
            for effect in effects {
                // The page may destroy us while it is told something.
                if !self.gone.get() {
                    self.run_effect(effect);
                }
            }
            if changed {
                self.notify_listeners();
            }
            let lost = self.repository.borrow().0.is_lost();
            if lost && !self.state().memory_only() {
                self.enqueue(Input::StorageLost);
            }
        }
        if self.gone.get() {
            self.waiting.borrow_mut().clear();
        }
        self.handling.set(false);
        let wants = matches!(&*self.machine.borrow(), Machine::IdleMachine(prelude) if prelude.wants_chat());
        if wants && lazy::loaded().is_none() {
            self.fetch();
        }
        self.set_timer();
    }

    fn take(&self, news: InboxItem, now: Now, effects: &mut Vec<Effect>) -> Result<bool, InboxItem> {
        let talk = lazy::loaded();
        let input = match (news, talk) {
            (InboxItem::Input(input), _) => input,
            (InboxItem::RawInput(unread), None) => return Err(InboxItem::RawInput(unread)),
            (InboxItem::RawInput(unread), Some(talk)) => match (talk.read)(&self.repository(), unread) {
                Some(input) => input,
                None => return Ok(false),
            },
        };
        self.machine.borrow_mut().handle(input, now, effects, talk.map(|talk| talk.begin)).map_err(InboxItem::Input)
    }

    /// Fetches what is needed for talking, and goes on when it is here.
    fn fetch(self: &Rc<Self>) {
        if self.fetching.replace(true) {
            return;
        }
        let runtime = Rc::downgrade(self);
        spawn_local(async move {
            let came = lazy::fetch().await;
            let Some(runtime) = runtime.upgrade().filter(|runtime| !runtime.is_gone()) else { return };
            runtime.fetching.set(!came);
            let changed = match &mut *runtime.machine.borrow_mut() {
                Machine::IdleMachine(prelude) => prelude.set_stuck(!came),
                Machine::ChatMachine(_) => false,
            };
            if changed {
                runtime.notify_listeners();
            }
            if came {
                return runtime.handle(Input::Ticked);
            }
            let again = Rc::downgrade(&runtime);
            *runtime.again.borrow_mut() = Timer::after(AGAIN, move || {
                if let Some(runtime) = again.upgrade() {
                    runtime.fetching.set(false);
                    runtime.fetch();
                }
            });
        });
    }

    /// An input that came up while effects are carried out.
    fn enqueue(&self, input: Input) {
        self.waiting.borrow_mut().push_back(InboxItem::Input(input));
    }

    fn clock(&self) -> Now {
        let (monotonic, unix) = (environment::monotonic_millis(), environment::unix_millis());
        let lead = unix.saturating_sub(monotonic);
        if self.lead.replace(Some(lead)).is_some_and(|before| lead > before + SLEPT) {
            self.enqueue(Input::Resumed);
        }
        Now { monotonic, unix, random: environment::random_u32() }
    }

    /// Does what needs little, and gives the rest to the part that is fetched for talking.
    fn run_effect(self: &Rc<Self>, effect: Effect) {
        let repository = self.repository();
        match effect {
            Effect::Authorize { held, refused } => self.authorize(held, refused),
            Effect::Disconnect => self.requests.log.replace(None),
            Effect::JoinTabs => self.join_tabs(),
            Effect::LeaveTabs => {
                // A call that holds a lock would keep other tabs waiting while this one sleeps; the same key may be asked for again.
                self.requests.abort();
                self.tabs.leave();
            }
            Effect::ReleaseLock => self.tabs.step_down(),
            Effect::Broadcast(word) => self.tabs.post(word),
            Effect::SaveCredentials(identity) => repository.save_credentials(&identity),
            Effect::SaveWindowOpen { open } => {
                if let Some(there) = repository.save_window_open(open) {
                    self.waiting
                        .borrow_mut()
                        .push_back(InboxItem::RawInput(RawInput::stored_value(CONVERSATION, Some(there))));
                }
            }
            Effect::SaveMessage(message) => repository.save_message(&message),
            Effect::SaveDraft => repository.save_draft(self.state().draft()),
            Effect::Emit(outgoing) => (self.on_event)(outgoing),
            effect @ (Effect::Start { .. }
            | Effect::Send { .. }
            | Effect::Connect { .. }
            | Effect::FetchPage { .. }
            | Effect::RequestLock { .. }
            | Effect::SaveConversation { .. }
            | Effect::RemoveMessage { .. }
            | Effect::SaveProgress(_)
            | Effect::EndTokens(_)
            | Effect::ClearStorage
            | Effect::ClearStorageOf(_)
            | Effect::CheckStorage) => {
                if let Some(talk) = lazy::loaded() {
                    (talk.run_effect)(self, effect);
                }
            }
        }
    }

    fn notify_listeners(&self) {
        let state = self.state();
        let listeners: Vec<Listener> = self.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect();
        for listener in listeners {
            listener(&state);
        }
    }

    /// One timer for everything: it rings when the client says so.
    fn set_timer(self: &Rc<Self>) {
        let now = environment::monotonic_millis();
        let due = if self.gone.get() { None } else { self.machine.borrow().due(now) };
        let same = matches!((&*self.timer.borrow(), due), (Some((set, _)), Some(due)) if *set == due);
        if same {
            return;
        }
        let timer = due.and_then(|due| {
            let runtime = Rc::downgrade(self);
            let set_at = environment::unix_millis();
            let wait = due.saturating_sub(now);
            Timer::after(wait, move || Self::ring(&runtime, set_at + wait)).map(|timer| (due, timer))
        });
        *self.timer.borrow_mut() = timer;
    }

    fn ring(runtime: &Weak<Self>, expected: u64) {
        let Some(runtime) = runtime.upgrade() else { return };
        let rung = runtime.timer.borrow_mut().take();
        if environment::unix_millis() > expected + LATE {
            runtime.handle(Input::Resumed);
        }
        runtime.handle(Input::Ticked);
        // Kept until now: it holds the very code that is running.
        drop(rung);
    }

    fn subscribe(&self, listener: Listener) -> u32 {
        let number = self.next_listener.get() + 1;
        self.next_listener.set(number);
        self.listeners.borrow_mut().push((number, listener));
        number
    }

    fn unsubscribe(&self, number: u32) {
        let left = {
            let mut listeners = self.listeners.borrow_mut();
            listeners.iter().position(|(known, _)| *known == number).map(|at| listeners.remove(at))
        };
        drop(left);
    }

    fn destroy(&self) {
        self.gone.set(true);
        self.requests.abort();
        self.tabs.leave();
        let released = (self.timer.take(), self.again.take(), self.event_listeners.take(), self.listeners.take());
        drop(released);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.requests.abort();
    }
}
