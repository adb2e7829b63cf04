//! The runtime of a chat, without its views: runs the machine's effects in a browser and turns the
//! results into inputs. Makes no decisions.
//!
//! - [`Runtime`]: an inbox, one timer, one machine; each input is handled completely before the
//!   next
//! - [`settings`]: where the proxy is and who the visitor is
//! - `requests`, `log_requests`, `uploads`: HTTP, partly under a lock that all tabs share
//! - `early_start`: the first message, sent by the shell before the program was loaded
//! - `repository`, `storage_barrier`: what is stored, and when it can be read
//! - `tab_runtime`: lock and channel of the tabs; `browser_events`: events of page and browser as
//!   inputs
//! - `lazy`: the module of the runtime that is loaded when the visitor begins to write

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

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

pub use settings::Settings;

pub use crate::machine::effect::PageEvent;

use repository::{CONVERSATION, Repository};
use requests::Requests;
use tab_runtime::TabHandles;

use crate::browser::storage::Storage;
use crate::browser::timers::Timer;
use crate::browser::{environment, events};
use crate::conversation::Conversation;
use crate::machine::Machine;
use crate::machine::effect::{CoreEffect, Effect};
use crate::machine::idle::IdleMachine;
use crate::machine::input::{Input, Now};
use crate::machine::user_action::UserAction;

/// The computer slept if the wall clock gained this much on the monotonic one, in milliseconds.
const SLEEP_THRESHOLD: u64 = 5_000;
/// A timer that fires this much too late, in milliseconds, means that the page was frozen. Timers
/// of hidden pages are up to a minute late.
const FREEZE_THRESHOLD: u64 = 90_000;
/// Delay before the next attempt to load the lazy module after a failure, in milliseconds.
const LOAD_RETRY_DELAY: u64 = 3_000;

/// Called with the conversation after every change.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;
type WeakListener = Weak<dyn Fn(&Rc<Conversation>)>;

/// Keeps a listener of the views subscribed until dropped.
#[must_use]
pub struct Subscription(#[expect(dead_code, reason = "only held")] Listener);

/// A running chat. Dropping the last handle, or [`Runtime::destroy`], releases everything.
pub struct Runtime {
    machine: RefCell<Machine>,
    settings: RefCell<Rc<Settings>>,
    repository: RefCell<Rc<Repository>>,
    requests: Requests,
    tabs: TabHandles,
    /// Inputs that wait. Each is handled completely before the next.
    inbox: RefCell<VecDeque<InboxItem>>,
    is_handling: Cell<bool>,
    /// By how much the wall clock was last ahead of the monotonic one.
    wall_clock_lead: Cell<Option<u64>>,
    /// The time in the last client message id.
    last_id_at: Cell<u64>,
    /// The timer of the machine, and when it is due.
    timer: RefCell<Option<(u64, Timer)>>,
    /// Whether the lazy module is being loaded, or has been.
    is_loading: Cell<bool>,
    load_retry: RefCell<Option<Timer>>,
    event_listeners: RefCell<Vec<events::Listener>>,
    subscribers: RefCell<Vec<WeakListener>>,
    on_event: Rc<dyn Fn(PageEvent)>,
    /// Counts the sessions; see [`SessionHandle`].
    session: Cell<u32>,
    destroyed: Cell<bool>,
}

/// A session of the runtime as its requests hold it. It ends when the runtime starts over or is
/// destroyed; what arrives then is dropped: it is another visitor's or proxy's.
#[derive(Clone)]
struct SessionHandle {
    runtime: Weak<Runtime>,
    number: u32,
}

impl SessionHandle {
    /// The runtime, unless the session has ended.
    fn runtime(&self) -> Option<Rc<Runtime>> {
        self.runtime.upgrade().filter(|runtime| runtime.session.get() == self.number)
    }

    /// Handles the result of a request as an input, unless the session has ended.
    fn deliver(&self, input: Input) {
        if let Some(runtime) = self.runtime() {
            runtime.handle(input);
        }
    }
}

/// An input, or data that the lazy module decodes to one.
enum InboxItem {
    Input(Input),
    /// Everything in storage.
    Storage,
    /// The value another tab stored under this key; `None` if it removed the key.
    StoredValue(Rc<str>, Option<String>),
    /// A message from another tab.
    TabMessage(JsValue),
}

impl Runtime {
    /// Starts the runtime: reads what is stored, and connects only if a conversation is running.
    pub fn start(settings: Settings, on_event: Rc<dyn Fn(PageEvent)>) -> Rc<Self> {
        let runtime = Rc::new(Self {
            machine: RefCell::new(Machine::Idle(IdleMachine::default())),
            settings: RefCell::default(),
            repository: RefCell::new(Rc::new(Repository(Storage::memory("")))),
            requests: Requests::default(),
            tabs: TabHandles::default(),
            inbox: RefCell::default(),
            is_handling: Cell::default(),
            wall_clock_lead: Cell::default(),
            last_id_at: Cell::default(),
            timer: RefCell::default(),
            is_loading: Cell::default(),
            load_retry: RefCell::default(),
            event_listeners: RefCell::default(),
            subscribers: RefCell::default(),
            on_event,
            session: Cell::default(),
            destroyed: Cell::new(false),
        });
        runtime.start_session(settings);
        runtime
    }

    /// Starts over with these settings, because the proxy or the place in storage changed.
    fn start_session(self: &Rc<Self>, settings: Settings) {
        self.end_session();
        self.event_listeners.borrow_mut().clear();
        let prefix = settings.storage_prefix();
        let storage = if settings.memory_only { Storage::memory(&prefix) } else { Storage::local(&prefix) };
        *self.machine.borrow_mut() = Machine::Idle(IdleMachine::new(settings.events_url.is_some()));
        self.inbox.borrow_mut().clear();
        let requirements = settings.requirements.clone();
        *self.settings.borrow_mut() = Rc::new(settings);
        let repository = Rc::new(Repository(storage));
        *self.repository.borrow_mut() = repository.clone();
        self.handle(Input::RequirementsSet(requirements));
        self.receive(match repository.load_idle() {
            Some(found) => InboxItem::Input(Input::Loaded(Box::new(found))),
            None => InboxItem::Storage,
        });
        let listeners = browser_events::listeners(self, &prefix);
        *self.event_listeners.borrow_mut() = listeners;
    }

    /// Applies new settings. Another proxy, site or storage starts over with what is stored there.
    pub fn update(self: &Rc<Self>, settings: Settings) {
        let is_same_chat = {
            let current = self.settings.borrow();
            current.token_url == settings.token_url
                && current.api_url == settings.api_url
                && current.events_url == settings.events_url
                && current.site == settings.site
                && current.user == settings.user
                && current.memory_only == settings.memory_only
        };
        if is_same_chat {
            let requirements = settings.requirements.clone();
            *self.settings.borrow_mut() = Rc::new(settings);
            self.handle(Input::RequirementsSet(requirements));
            return;
        }
        let was_open = self.state().window_open();
        self.start_session(settings);
        if was_open {
            self.act(UserAction::Open);
        }
    }

    /// The conversation as it is now.
    pub fn state(&self) -> Rc<Conversation> {
        self.machine.borrow().state().clone()
    }

    fn settings(&self) -> Rc<Settings> {
        self.settings.borrow().clone()
    }

    fn repository(&self) -> Rc<Repository> {
        self.repository.borrow().clone()
    }

    /// Handles an action of the visitor or the host page. Returns the client message id if the
    /// action sends a message; a blank message is ignored.
    pub fn act(self: &Rc<Self>, action: UserAction) -> Option<Rc<str>> {
        let blank = action.is_blank();
        if blank == Some(true) || self.destroyed.get() {
            return None;
        }
        let id = self.new_id();
        self.handle(Input::User(action, id.clone()));
        blank.map(|_| id)
    }

    /// Whether the site takes typed answers (structured messages).
    pub fn accepts_typed_answers(&self) -> bool {
        self.machine.borrow().core().credentials().is_some_and(|credentials| credentials.typed)
    }

    /// Creates a client message id, later than all before it.
    fn new_id(&self) -> Rc<str> {
        let at = self.state().id_time(environment::unix_millis()).max(self.last_id_at.get() + 1);
        self.last_id_at.set(at);
        Rc::from(environment::message_id(at))
    }

    fn session(self: &Rc<Self>) -> SessionHandle {
        SessionHandle { runtime: Rc::downgrade(self), number: self.session.get() }
    }

    /// Ends the session: its requests are aborted, its locks released.
    fn end_session(&self) {
        self.session.set(self.session.get() + 1);
        self.requests.abort();
        self.tabs.leave();
    }

    fn handle(self: &Rc<Self>, input: Input) {
        self.receive(InboxItem::Input(input));
    }

    /// Handles an input and runs its effects. Inputs that arrive during that are queued; if one
    /// needs the lazy module, all wait for it.
    fn receive(self: &Rc<Self>, item: InboxItem) {
        self.inbox.borrow_mut().push_back(item);
        if self.is_handling.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(item) = next.filter(|_| !self.destroyed.get()) else { break };
            let now = self.read_clocks();
            let mut effects = Vec::new();
            let changed = match self.read_and_handle(item, now, &mut effects) {
                Ok(changed) => changed,
                Err(item) => {
                    self.inbox.borrow_mut().push_front(item);
                    self.load_lazy_module();
                    break;
                }
            };
            let session = self.session.get();
            for effect in effects {
                // A listener of the host page may end this session.
                if self.session.get() == session {
                    self.run_effect(effect);
                }
            }
            if changed {
                self.notify_listeners();
            }
            let is_storage_lost = self.repository.borrow().0.is_lost();
            if is_storage_lost && !self.state().memory_only() {
                self.enqueue(Input::StorageLost);
            }
        }
        if self.destroyed.get() {
            self.inbox.borrow_mut().clear();
        }
        self.is_handling.set(false);
        let needs_chat = matches!(&*self.machine.borrow(), Machine::Idle(idle) if idle.needs_chat_machine());
        if needs_chat && lazy::loaded().is_none() {
            self.load_lazy_module();
        }
        self.set_timer();
    }

    fn read_and_handle(&self, item: InboxItem, now: Now, effects: &mut Vec<Effect>) -> Result<bool, InboxItem> {
        let module = lazy::loaded();
        let input = match (item, module) {
            (InboxItem::Input(input), _) => input,
            (item, None) => return Err(item),
            (item, Some(module)) => match (module.decode_input)(&self.repository(), item) {
                Some(input) => input,
                None => return Ok(false),
            },
        };
        self.machine
            .borrow_mut()
            .handle(input, now, effects, module.map(|module| module.promote))
            .map_err(InboxItem::Input)
    }

    /// Loads the lazy module, and then handles the waiting inputs.
    fn load_lazy_module(self: &Rc<Self>) {
        if self.is_loading.replace(true) {
            return;
        }
        let runtime = Rc::downgrade(self);
        spawn_local(async move {
            let is_loaded = lazy::fetch().await;
            let Some(runtime) = runtime.upgrade().filter(|runtime| !runtime.destroyed.get()) else { return };
            runtime.is_loading.set(!is_loaded);
            let changed = match &mut *runtime.machine.borrow_mut() {
                Machine::Idle(idle) => idle.set_load_failed(!is_loaded),
                Machine::Chat(_) => false,
            };
            if changed {
                runtime.notify_listeners();
            }
            if is_loaded {
                return runtime.handle(Input::Ticked);
            }
            let weak = Rc::downgrade(&runtime);
            *runtime.load_retry.borrow_mut() = Timer::after(LOAD_RETRY_DELAY, move || {
                if let Some(runtime) = weak.upgrade() {
                    runtime.is_loading.set(false);
                    runtime.load_lazy_module();
                }
            });
        });
    }

    /// Queues an input that arises while effects run.
    fn enqueue(&self, input: Input) {
        self.inbox.borrow_mut().push_back(InboxItem::Input(input));
    }

    fn read_clocks(&self) -> Now {
        let (monotonic, unix) = (environment::monotonic_millis(), environment::unix_millis());
        let lead = unix.saturating_sub(monotonic);
        if self.wall_clock_lead.replace(Some(lead)).is_some_and(|before| lead > before + SLEEP_THRESHOLD) {
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
                // A request holding a lock would keep other tabs waiting while this one sleeps.
                // Aborting it is safe: its idempotency key may be sent again.
                self.requests.abort();
                self.tabs.leave();
            }
            CoreEffect::ReleaseLock => self.tabs.release_lock(),
            CoreEffect::Broadcast(message) => self.tabs.broadcast(message),
            CoreEffect::SaveCredentials(credentials) => repository.save_credentials(&credentials),
            CoreEffect::SaveWindowOpen { open } => {
                if let Some(stored) = repository.save_window_open(open) {
                    self.inbox.borrow_mut().push_back(InboxItem::StoredValue(CONVERSATION.into(), Some(stored)));
                }
            }
            CoreEffect::SaveMessage(message) => repository.save_message(&message),
            CoreEffect::SaveDraft => repository.save_draft(self.state().draft()),
            CoreEffect::Emit(event) => (self.on_event)(event),
        }
    }

    fn notify_listeners(&self) {
        let state = self.state();
        let listeners: Vec<Listener> = self.subscribers.borrow().iter().filter_map(Weak::upgrade).collect();
        for listener in listeners {
            listener(&state);
        }
    }

    /// Calls `listener` after every change, until the subscription is dropped.
    pub fn subscribe(self: &Rc<Self>, listener: Listener) -> Subscription {
        let mut subscribers = self.subscribers.borrow_mut();
        subscribers.retain(|known| known.strong_count() > 0);
        subscribers.push(Rc::downgrade(&listener));
        Subscription(listener)
    }

    /// Sets the only timer, which fires when the machine is due.
    fn set_timer(self: &Rc<Self>) {
        let now = environment::monotonic_millis();
        let due = if self.destroyed.get() { None } else { self.machine.borrow().due(now) };
        let is_set = matches!((&*self.timer.borrow(), due), (Some((scheduled, _)), Some(due)) if *scheduled == due);
        if is_set {
            return;
        }
        let timer = due.and_then(|due| {
            let runtime = Rc::downgrade(self);
            let set_at = environment::unix_millis();
            let wait = due.saturating_sub(now);
            Timer::after(wait, move || Self::timer_fired(&runtime, set_at + wait)).map(|timer| (due, timer))
        });
        *self.timer.borrow_mut() = timer;
    }

    fn timer_fired(runtime: &Weak<Self>, expected: u64) {
        let Some(runtime) = runtime.upgrade() else { return };
        let fired_timer = runtime.timer.borrow_mut().take();
        if environment::unix_millis() > expected + FREEZE_THRESHOLD {
            runtime.handle(Input::Resumed);
        }
        runtime.handle(Input::Ticked);
        // Dropped only now: the timer owns the closure that is running.
        drop(fired_timer);
    }

    /// Releases everything: stream, timers, listeners. Stored data stays. Later actions do nothing.
    pub fn destroy(self: &Rc<Self>) {
        // The page may be about to show the widget anew. What else is unsaved the proxy has, too.
        if self.machine.borrow().core().has_unsaved() {
            self.run_core_effect(CoreEffect::SaveDraft);
        }
        self.destroyed.set(true);
        self.end_session();
        drop((self.timer.take(), self.load_retry.take(), self.event_listeners.take(), self.subscribers.take()));
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.requests.abort();
    }
}
