//! Shared state behind one lock, a watch channel that signals each change, and background tasks.
//!
//! Nothing is awaited under the lock. A waiter waits for the next change, and nothing sleeps.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::{sync::watch, task::JoinSet};

use crate::call_log::{Call, WebhookCall};
use crate::config::{Config, Style};
use crate::conversation::Conversation;
use crate::stub_rules::{Hold, Rule};

pub struct Platform {
    pub config: Config,
    /// URL at which the simulator is reached, without a slash at the end.
    pub base_url: String,
    pub client: reqwest::Client,
    state: Mutex<State>,
    changed: watch::Sender<()>,
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Default)]
pub struct State {
    pub account_id: String,
    /// The token that calls must bring; a control can rotate it.
    pub account_token: String,
    pub pace: Duration,
    pub style: Style,
    pub webhook: Webhook,
    pub conversations: HashMap<String, Conversation>,
    pub conversation_ids: Vec<String>,
    pub blocked: HashMap<String, Block>,
    /// Visitors whose next `fail` or `limit` is let through.
    pub once_refused: HashSet<(String, &'static str)>,
    /// Every documented call that came in, oldest first.
    pub calls: Vec<Call>,
    /// Every webhook call, made or waiting, oldest first.
    pub deliveries: Vec<WebhookCall>,
    /// Indices of the waiting deliveries, by lane; each lane in the map has a task that drains it.
    pub lanes: HashMap<String, VecDeque<usize>>,
    pub rules: Vec<Rule>,
    pub holds: Vec<Hold>,
    /// Raised by a reset, so that work begun before it stops.
    pub generation: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Webhook {
    pub url: Option<String>,
    pub token: String,
    /// Whether the handshake has succeeded since address or token changed; before, nothing is sent.
    pub handshake_done: bool,
    pub paused: bool,
    /// Raised with each change of address or token, so that an old handshake stops.
    pub version: u64,
    /// The result of each handshake of this version: `Ok` when the token came back.
    pub handshakes: Vec<Result<(), String>>,
}

impl Webhook {
    pub const fn is_open(&self) -> bool {
        self.url.is_some() && self.handshake_done && !self.paused
    }
}

/// How long a visitor stays blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// Until the visitor starts a new conversation: the word `blocked` must not end a demo.
    UntilNextStart,
    UntilLifted,
}

impl Platform {
    pub fn new(config: Config, addr: SocketAddr) -> Result<Arc<Self>, reqwest::Error> {
        let base = config.public_url.clone().unwrap_or_else(|| format!("http://{addr}"));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.timeout(Duration::from_secs(10)).build()?;
        let state = State {
            account_id: config.account_id.clone(),
            account_token: config.account_token.clone(),
            pace: config.pace,
            style: config.style,
            ..State::default()
        };
        Ok(Arc::new(Self {
            base_url: base.trim_end_matches('/').to_owned(),
            config,
            client,
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
            tasks: Mutex::new(JoinSet::new()),
        }))
    }

    /// Locks the state for writing. Dropping the guard wakes all waiters.
    pub fn write(&self) -> WriteGuard<'_> {
        WriteGuard { guard: self.read(), _change: ChangeSignal(&self.changed) }
    }

    /// Returns nothing if the state has been reset since this `generation` was read.
    pub fn write_unless_reset(&self, generation: u64) -> Option<WriteGuard<'_>> {
        Some(self.write()).filter(|state| state.generation == generation)
    }

    pub fn read(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not fail the rest: the state is consistent after each step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `find` finds something.
    pub async fn wait_for<T>(&self, mut find: impl FnMut(&State) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(found) = find(&self.read()) {
                return found;
            }
            changed.changed().await.expect("the sender lives as long as `self`");
        }
    }

    /// Runs a background task, until it ends or the simulator does.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    pub fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

impl State {
    /// Returns the id of the wanted conversation if it exists, or of the newest if none is wanted.
    pub fn conversation_id(&self, wanted: Option<&str>) -> Option<String> {
        match wanted {
            Some(id) => self.conversations.contains_key(id).then(|| id.to_owned()),
            None => self.conversation_ids.last().cloned(),
        }
    }

    /// Forgets all but the settings and the webhook's address, and releases held answers.
    pub fn reset(&mut self) {
        self.conversations.clear();
        self.conversation_ids.clear();
        self.blocked.clear();
        self.once_refused.clear();
        self.calls.clear();
        self.deliveries.clear();
        self.lanes.clear();
        self.rules.clear();
        self.holds.iter_mut().for_each(|hold| hold.released = true);
        self.webhook.paused = false;
        self.generation += 1;
    }
}

/// Write access to the state; signals a change when it is dropped.
pub struct WriteGuard<'a> {
    // Dropped first: a waiter that is woken reads the state at once.
    guard: MutexGuard<'a, State>,
    _change: ChangeSignal<'a>,
}

struct ChangeSignal<'a>(&'a watch::Sender<()>);

impl Drop for ChangeSignal<'_> {
    fn drop(&mut self) {
        self.0.send_replace(());
    }
}

impl std::ops::Deref for WriteGuard<'_> {
    type Target = State;
    fn deref(&self) -> &State {
        &self.guard
    }
}

impl std::ops::DerefMut for WriteGuard<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.guard
    }
}
