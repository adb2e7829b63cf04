//! The runtime of a chat without its views: runs the machine's effects in a browser and feeds it
//! what comes of them. Decides nothing.
//!
//! - [`Runtime`]: an inbox, one timer, one machine; inputs are handled one after the other, each
//!   to the end
//! - [`settings`]: where its proxy is and who the visitor is
//! - `requests`, `log_requests`, `uploads`: HTTP, partly under a lock that all tabs share
//! - `early_start`: the first message, sent before the program was there
//! - `repository`, `storage_barrier`: what is stored, and when it can be read
//! - `tab_runtime`: lock and channel of the tabs; `browser_events`: events of page and browser as
//!   inputs
//! - `lazy`: the part of all this that is loaded when somebody begins to write

mod browser_events;
mod early_start;
mod lazy;
mod log_requests;
mod repository;
mod requests;
pub mod settings;
mod storage_barrier;
mod tab_runtime;
mod uploads;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

pub use settings::Settings;

pub use crate::machine::effect::PageEvent;

use repository::{CONVERSATION, Repository};
use requests::Requests;
use tab_runtime::TabHandles;

use crate::{
    browser::{environment, events, storage::Storage, timers::Timer},
    conversation::Conversation,
    machine::{
        Machine,
        effect::{CoreEffect, Effect},
        idle::IdleMachine,
        input::{Input, Now},
        user_action::UserAction,
    },
};

/// When the wall clock went this much further than the other one, the machine slept, in
/// milliseconds.
const SLEPT: u64 = 5_000;
/// A timer this much too late means that the page slept. Hidden pages get their timers up to a
/// minute late.
const LATE: u64 = 90_000;
/// When the lazy module could not be loaded, the next attempt is made after so many milliseconds.
const LOAD_RETRY: u64 = 3_000;

/// What a subscriber is called with.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

/// A running chat. Dropping the last handle, or [`Runtime::destroy`], releases everything.
pub struct Runtime {
    machine: RefCell<Machine>,
    settings: RefCell<Rc<Settings>>,
    repository: RefCell<Rc<Repository>>,
    requests: Requests,
    tabs: TabHandles,
    inbox: Inbox,
    clocks: Clocks,
    /// When the machine is due, and the timer for it.
    timer: RefCell<Option<(u64, Timer)>>,
    loading: Loading,
    event_listeners: RefCell<Vec<events::Listener>>,
    subscribers: RefCell<Vec<(u32, Listener)>>,
    on_event: Rc<dyn Fn(PageEvent)>,
    destroyed: Cell<bool>,
}

/// Inputs that wait to be handled. One is handled to its end before the next.
#[derive(Default)]
struct Inbox {
    queue: RefCell<VecDeque<InboxItem>>,
    handling: Cell<bool>,
}

impl Inbox {
    fn push(&self, item: InboxItem) {
        self.queue.borrow_mut().push_back(item);
    }
}

/// What was seen of the clocks so far.
#[derive(Default)]
struct Clocks {
    /// How far the wall clock was ahead of the monotonic one.
    lead: Cell<Option<u64>>,
    /// The time of the last client message id.
    last_id_at: Cell<u64>,
}

/// Loading of the lazy module.
#[derive(Default)]
struct Loading {
    running: Cell<bool>,
    retry: RefCell<Option<Timer>>,
}

/// Ends a subscription when dropped.
#[must_use]
pub struct Subscription {
    runtime: Weak<Runtime>,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.upgrade() else { return };
        let left = {
            let mut subscribers = runtime.subscribers.borrow_mut();
            subscribers.iter().position(|(known, _)| *known == self.number).map(|at| subscribers.remove(at))
        };
        // Dropping a listener may run code of the views, so nothing is borrowed meanwhile.
        drop(left);
    }
}

enum InboxItem {
    Input(Input),
    Raw(RawInput),
}

/// What becomes an input when the lazy module has read it.
enum RawInput {
    /// All that is stored.
    Storage,
    /// What another tab has stored below this key, or that it was removed.
    StoredValue(Rc<str>, Option<String>),
    /// A message of another tab.
    TabMessage(JsValue),
}

impl RawInput {
    fn stored_value(key: &str, value: Option<String>) -> Self {
        Self::StoredValue(Rc::from(key), value)
    }
}

impl Runtime {
    /// Starts: reads what is stored, and connects only where a conversation is running.
    #[must_use]
    pub fn start(settings: Settings, on_event: Rc<dyn Fn(PageEvent)>) -> Rc<Self> {
        let runtime = Rc::new(Self {
            machine: RefCell::default(),
            settings: RefCell::default(),
            repository: RefCell::new(Rc::new(Repository(Storage::memory("")))),
            requests: Requests::default(),
            tabs: TabHandles::default(),
            inbox: Inbox::default(),
            clocks: Clocks::default(),
            timer: RefCell::default(),
            loading: Loading::default(),
            event_listeners: RefCell::default(),
            subscribers: RefCell::default(),
            on_event,
            destroyed: Cell::new(false),
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
        *self.machine.borrow_mut() = Machine::Idle(IdleMachine::new(settings.events_url.is_some()));
        self.inbox.queue.borrow_mut().clear();
        let requirements = settings.requirements.clone();
        *self.settings.borrow_mut() = Rc::new(settings);
        let repository = Rc::new(Repository(storage));
        *self.repository.borrow_mut() = repository.clone();
        self.handle(Input::RequirementsSet(requirements));
        self.receive(match repository.load_idle() {
            Some(found) => InboxItem::Input(Input::Loaded(Box::new(found))),
            None => InboxItem::Raw(RawInput::Storage),
        });
        let listeners = browser_events::listeners(self, &prefix);
        *self.event_listeners.borrow_mut() = listeners;
    }

    /// Takes new settings. Another proxy, site or storage begins anew with what is stored there.
    pub fn update(self: &Rc<Self>, settings: Settings) {
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
            let requirements = settings.requirements.clone();
            *self.settings.borrow_mut() = Rc::new(settings);
            self.handle(Input::RequirementsSet(requirements));
            return;
        }
        let was_open = self.state().window_open();
        self.begin(settings);
        if was_open {
            self.act(UserAction::Open);
        }
    }

    /// The conversation as it is now.
    #[must_use]
    pub fn state(&self) -> Rc<Conversation> {
        self.machine.borrow().state().clone()
    }

    fn settings(&self) -> Rc<Settings> {
        self.settings.borrow().clone()
    }

    fn repository(&self) -> Rc<Repository> {
        self.repository.borrow().clone()
    }

    /// Handles an action of the visitor or the page. Gives the client message id, where something
    /// is said; a blank message is ignored.
    pub fn act(self: &Rc<Self>, action: UserAction) -> Option<Rc<str>> {
        let blank = action.is_blank();
        if blank == Some(true) || self.destroyed.get() {
            return None;
        }
        let id = self.new_id();
        self.handle(Input::User(action, id.clone()));
        blank.map(|_| id)
    }

    /// Calls `listener` after every change, until the subscription is dropped.
    pub fn subscribe(self: &Rc<Self>, listener: Listener) -> Subscription {
        let mut subscribers = self.subscribers.borrow_mut();
        let number = subscribers.last().map_or(0, |(last, _)| last + 1);
        subscribers.push((number, listener));
        Subscription { runtime: Rc::downgrade(self), number }
    }

    /// Does the site take answers as structured messages?
    #[must_use]
    pub fn takes_typed(&self) -> bool {
        self.machine.borrow().credentials().is_some_and(|credentials| credentials.typed)
    }

    /// A new client message id, later than all before it.
    fn new_id(&self) -> Rc<str> {
        let at =
            self.machine.borrow().state().id_time(environment::unix_millis()).max(self.clocks.last_id_at.get() + 1);
        self.clocks.last_id_at.set(at);
        Rc::from(environment::message_id(at))
    }

    /// The runtime behind a request or a timer, unless it is gone.
    fn alive(runtime: &Weak<Self>) -> Option<Rc<Self>> {
        runtime.upgrade().filter(|runtime| !runtime.destroyed.get())
    }

    /// Hands over what came of a request.
    fn deliver(runtime: &Weak<Self>, input: Input) {
        if let Some(runtime) = Self::alive(runtime) {
            runtime.handle(input);
        }
    }

    fn handle(self: &Rc<Self>, input: Input) {
        self.receive(InboxItem::Input(input));
    }

    /// Handles an input and runs its effects. What comes up meanwhile is queued; all wait for the
    /// lazy module where it is needed.
    fn receive(self: &Rc<Self>, item: InboxItem) {
        self.inbox.push(item);
        if self.inbox.handling.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.queue.borrow_mut().pop_front();
            let Some(item) = next.filter(|_| !self.destroyed.get()) else { break };
            let now = self.clock();
            let mut effects = Vec::new();
            let changed = match self.read_and_handle(item, now, &mut effects) {
                Ok(changed) => changed,
                Err(item) => {
                    self.inbox.queue.borrow_mut().push_front(item);
                    self.fetch();
                    break;
                }
            };
            for effect in effects {
                // A listener of the page may destroy us.
                if !self.destroyed.get() {
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
        if self.destroyed.get() {
            self.inbox.queue.borrow_mut().clear();
        }
        self.inbox.handling.set(false);
        let wants = matches!(&*self.machine.borrow(), Machine::Idle(idle) if idle.wants_chat());
        if wants && lazy::loaded().is_none() {
            self.fetch();
        }
        self.set_timer();
    }

    fn read_and_handle(&self, item: InboxItem, now: Now, effects: &mut Vec<Effect>) -> Result<bool, InboxItem> {
        let module = lazy::loaded();
        let input = match (item, module) {
            (InboxItem::Input(input), _) => input,
            (InboxItem::Raw(raw), None) => return Err(InboxItem::Raw(raw)),
            (InboxItem::Raw(raw), Some(module)) => match (module.read)(&self.repository(), raw) {
                Some(input) => input,
                None => return Ok(false),
            },
        };
        self.machine
            .borrow_mut()
            .handle(input, now, effects, module.map(|module| module.promote))
            .map_err(InboxItem::Input)
    }

    /// Loads the lazy module, and goes on when it is here.
    fn fetch(self: &Rc<Self>) {
        if self.loading.running.replace(true) {
            return;
        }
        let runtime = Rc::downgrade(self);
        spawn_local(async move {
            let came = lazy::fetch().await;
            let Some(runtime) = Self::alive(&runtime) else { return };
            runtime.loading.running.set(!came);
            let changed = match &mut *runtime.machine.borrow_mut() {
                Machine::Idle(idle) => idle.set_stuck(!came),
                Machine::Chat(_) => false,
            };
            if changed {
                runtime.notify_listeners();
            }
            if came {
                return runtime.handle(Input::Ticked);
            }
            let again = Rc::downgrade(&runtime);
            *runtime.loading.retry.borrow_mut() = Timer::after(LOAD_RETRY, move || {
                if let Some(runtime) = again.upgrade() {
                    runtime.loading.running.set(false);
                    runtime.fetch();
                }
            });
        });
    }

    /// Queues an input that came up while effects are run.
    fn enqueue(&self, input: Input) {
        self.inbox.push(InboxItem::Input(input));
    }

    fn clock(&self) -> Now {
        let (monotonic, unix) = (environment::monotonic_millis(), environment::unix_millis());
        let lead = unix.saturating_sub(monotonic);
        if self.clocks.lead.replace(Some(lead)).is_some_and(|before| lead > before + SLEPT) {
            self.enqueue(Input::Resumed);
        }
        Now { monotonic, unix, random: environment::random_u32() }
    }

    fn run_effect(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Core(effect) => self.run_core_effect(effect),
            Effect::Chat(effect) => {
                if let Some(module) = lazy::loaded() {
                    (module.run_effect)(self, effect);
                }
            }
        }
    }

    fn run_core_effect(self: &Rc<Self>, effect: CoreEffect) {
        let repository = self.repository();
        match effect {
            CoreEffect::Authorize { held, refused } => self.authorize(held, refused),
            CoreEffect::Disconnect => self.requests.log.replace(None),
            CoreEffect::JoinTabs => self.join_tabs(),
            CoreEffect::LeaveTabs => {
                // A request that holds a lock would keep other tabs waiting while this one sleeps;
                // its key may be sent again.
                self.requests.abort();
                self.tabs.leave();
            }
            CoreEffect::ReleaseLock => self.tabs.release_lock(),
            CoreEffect::Broadcast(message) => self.tabs.broadcast(message),
            CoreEffect::SaveCredentials(credentials) => repository.save_credentials(&credentials),
            CoreEffect::SaveWindowOpen { open } => {
                if let Some(there) = repository.save_window_open(open) {
                    self.inbox.push(InboxItem::Raw(RawInput::stored_value(CONVERSATION, Some(there))));
                }
            }
            CoreEffect::SaveMessage(message) => repository.save_message(&message),
            CoreEffect::SaveDraft => repository.save_draft(self.state().draft()),
            CoreEffect::Emit(event) => (self.on_event)(event),
        }
    }

    fn notify_listeners(&self) {
        let state = self.state();
        let listeners: Vec<Listener> = self.subscribers.borrow().iter().map(|(_, listener)| listener.clone()).collect();
        for listener in listeners {
            listener(&state);
        }
    }

    /// One timer for everything: it fires when the machine is due.
    fn set_timer(self: &Rc<Self>) {
        let now = environment::monotonic_millis();
        let due = if self.destroyed.get() { None } else { self.machine.borrow().due(now) };
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

    /// Releases everything: stream, timers, listeners. What is stored stays. Actions do nothing
    /// afterwards.
    pub fn destroy(&self) {
        self.destroyed.set(true);
        self.requests.abort();
        self.tabs.leave();
        let released =
            (self.timer.take(), self.loading.retry.take(), self.event_listeners.take(), self.subscribers.take());
        drop(released);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.requests.abort();
    }
}
