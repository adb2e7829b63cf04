//! The shared state behind one lock, a watch channel that tells of each change, and the tasks that
//! run beside the calls.
//!
//! The lock is a std one: nothing is awaited while it is held. Whoever waits for something waits
//! for the next change and looks again, so no part of the simulator (and no test) needs to sleep.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet};

use crate::{
    call_log::{Call, Delivery},
    config::{Config, Style},
    conversation::Conversation,
    stub_rules::{Hold, Rule},
};

pub struct Platform {
    pub config: Config,
    /// How the simulator is reached, without a slash at the end.
    pub base: String,
    pub client: reqwest::Client,
    state: Mutex<State>,
    changed: watch::Sender<()>,
    tasks: Mutex<JoinSet<()>>,
}

/// All that changes.
#[derive(Default)]
pub struct State {
    pub account_id: String,
    /// The token that calls must bring; a control can rotate it.
    pub account_token: String,
    pub pace: Duration,
    pub style: Style,
    pub webhook: Webhook,
    pub conversations: HashMap<String, Conversation>,
    pub order: Vec<String>,
    pub blocked: HashMap<String, Block>,
    /// Visitors whose next `fail` or `limit` is let through.
    pub once_refused: HashSet<(String, &'static str)>,
    /// Every documented call that came in, oldest first.
    pub calls: Vec<Call>,
    /// Every webhook call that was made or waits, oldest first.
    pub deliveries: Vec<Delivery>,
    /// Indices of the deliveries that wait, by lane; a lane that is here has a task that empties
    /// it.
    pub lanes: HashMap<String, VecDeque<usize>>,
    pub rules: Vec<Rule>,
    pub holds: Vec<Hold>,
    /// Raised by a reset, so that what was under way before it stops.
    pub generation: u64,
}

/// Where events go, and whether they may.
#[derive(Clone, Debug, Default)]
pub struct Webhook {
    pub url: Option<String>,
    pub token: String,
    /// Has the handshake succeeded since the address or the token changed? Until then no event goes
    /// out.
    pub greeted: bool,
    pub paused: bool,
    /// Raised with each change of address or token, so that an old handshake stops.
    pub version: u64,
    /// What each handshake of this version met: `Ok` when the token came back.
    pub handshakes: Vec<Result<(), String>>,
}

impl Webhook {
    /// May events go out?
    pub const fn is_open(&self) -> bool {
        self.url.is_some() && self.greeted && !self.paused
    }
}

/// How long a visitor stays blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// Until the visitor starts a new conversation: the word `blocked` must not end a demo for
    /// ever.
    UntilNextStart,
    UntilLifted,
}

impl Platform {
    pub fn new(config: Config, addr: SocketAddr) -> Result<Arc<Self>, reqwest::Error> {
        let base = config.public_url.clone().unwrap_or_else(|| format!("http://{addr}"));
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()?;
        let state = State {
            account_id: config.account_id.clone(),
            account_token: config.account_token.clone(),
            pace: config.pace,
            style: config.style,
            webhook: Webhook {
                url: config.webhook_url.clone(),
                token: config.webhook_token.clone(),
                ..Webhook::default()
            },
            ..State::default()
        };
        Ok(Arc::new(Self {
            base: base.trim_end_matches('/').to_owned(),
            config,
            client,
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
            tasks: Mutex::new(JoinSet::new()),
        }))
    }

    /// The state, to change. Whoever waits looks again when the guard is dropped.
    pub fn write(&self) -> WriteGuard<'_> {
        WriteGuard { guard: Some(self.read()), changed: &self.changed }
    }

    /// The state, to read.
    pub fn read(&self) -> MutexGuard<'_, State> {
        // A panic in another task must not take the rest of a test run with it: the state is plain
        // data, whole after each step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `find` finds something.
    pub async fn wait_for<T>(&self, mut find: impl FnMut(&State) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(found) = find(&self.read()) {
                return found;
            }
            if changed.changed().await.is_err() {
                // The sender lives in `self`, so this can't end before we do.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Runs something beside the calls, until it ends or the simulator does.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Ends all that runs beside the calls.
    pub fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

impl State {
    /// A conversation by id, or the newest one when none is named.
    pub fn conversation_id(&self, named: Option<&str>) -> Option<String> {
        match named {
            Some(id) => self.conversations.contains_key(id).then(|| id.to_owned()),
            None => self.order.last().cloned(),
        }
    }

    /// Forgets conversations, calls, deliveries, rules and blocks; lets held answers go; keeps the
    /// webhook's address.
    pub fn reset(&mut self) {
        self.conversations.clear();
        self.order.clear();
        self.blocked.clear();
        self.once_refused.clear();
        self.calls.clear();
        self.deliveries.clear();
        self.lanes.clear();
        self.rules.clear();
        for hold in &mut self.holds {
            hold.released = true;
        }
        self.webhook.paused = false;
        self.generation += 1;
    }
}

/// Write access to the state; tells of a change when it is dropped.
pub struct WriteGuard<'a> {
    guard: Option<MutexGuard<'a, State>>,
    changed: &'a watch::Sender<()>,
}

impl std::ops::Deref for WriteGuard<'_> {
    type Target = State;
    fn deref(&self) -> &State {
        self.guard.as_ref().expect("the guard is taken only in drop")
    }
}

impl std::ops::DerefMut for WriteGuard<'_> {
    fn deref_mut(&mut self) -> &mut State {
        self.guard.as_mut().expect("the guard is taken only in drop")
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        // Unlock first: whoever is told looks at once.
        self.guard = None;
        self.changed.send_replace(());
    }
}
