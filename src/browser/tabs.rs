//! Coordination between tabs: Web Locks, `BroadcastChannel`, and `storage` events.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, BroadcastChannel, MessageEvent, StorageEvent};

use super::{environment, events::Listener};

/// A lock of this origin, held until dropped. Without Web Locks it holds nothing.
#[must_use]
#[derive(Default)]
pub struct Lock {
    release: Option<Function>,
    /// Resolves when the lock is released; rejects if it was stolen or never granted.
    outcome: Option<Promise>,
}

impl Lock {
    /// Wraps a lock already held; then `outcome` resolves, or rejects if the lock is stolen.
    pub fn from_held(release: Function, outcome: Promise) -> Self {
        Self { release: Some(release), outcome: Some(outcome) }
    }

    /// Whether it is really held; without Web Locks it is not.
    pub fn is_held(&self) -> bool {
        self.release.is_some()
    }

    /// Completes when the lock is no longer held. Returns whether another tab stole it.
    pub fn stolen(&self) -> impl Future<Output = bool> + 'static {
        let outcome = self.outcome.clone();
        async move {
            match outcome {
                Some(outcome) => JsFuture::from(outcome).await.is_err(),
                None => false,
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // A promise's `resolve` does not throw.
            let released = release.call0(&JsValue::UNDEFINED);
            debug_assert!(released.is_ok());
        }
    }
}

/// How to request a lock.
pub enum LockMode {
    /// Wait for its turn.
    Wait,
    /// Wait for its turn, until the signal aborts.
    Until(AbortSignal),
    /// Take it at once, whoever holds it.
    Steal,
    /// Share it, once nobody holds it exclusively.
    Shared,
    /// Only if it is free now.
    IfAvailable,
}

/// Waits for the exclusive lock of this name.
pub async fn lock(name: &str) -> Lock {
    request_lock(name, LockMode::Wait).await
}

/// Waits until no other tab holds the lock of this name exclusively, and shares it.
pub async fn lock_shared(name: &str) -> Lock {
    request_lock(name, LockMode::Shared).await
}

/// Takes the lock of this name if it is free. Without Web Locks, every tab gets it.
pub async fn try_lock(name: &str) -> Option<Lock> {
    let lock = request_lock(name, LockMode::IfAvailable).await;
    (lock.release.is_some() || locks().is_none()).then_some(lock)
}

/// Requests the lock of this name. If it is refused or aborted, the result is not held.
pub async fn request_lock(name: &str, mode: LockMode) -> Lock {
    let Some((locks, request)) = locks_method("request") else { return Lock::default() };
    let option = match mode {
        LockMode::Wait => None,
        LockMode::Until(signal) => Some(("signal", signal.into())),
        LockMode::Steal => Some(("steal", JsValue::TRUE)),
        LockMode::Shared => Some(("mode", "shared".into())),
        LockMode::IfAvailable => Some(("ifAvailable", JsValue::TRUE)),
    };
    let options = Object::new();
    if let Some((name, value)) = option {
        let set = Reflect::set(&options, &JsValue::from_str(name), &value);
        debug_assert!(set.is_ok(), "a new object takes properties");
    }
    let (held, release) = promise();
    let (granted, grant) = promise();
    let on_granted = Closure::once(move |lock: JsValue| -> JsValue {
        // With `LockMode::IfAvailable`, the browser passes `null` if the lock is not free.
        let resolved = grant.call1(&JsValue::UNDEFINED, &lock.is_object().into());
        debug_assert!(resolved.is_ok());
        if lock.is_object() { held.into() } else { JsValue::UNDEFINED }
    });
    let outcome = request.call3(&locks, &JsValue::from_str(name), &options, on_granted.as_ref().unchecked_ref());
    let Ok(outcome) = outcome else { return Lock::default() };
    // Wrapped, not cast: a host page may replace `Promise`, as Angular does.
    let outcome = Promise::resolve(&outcome);
    // Some documents may hold no locks: this can reject, at once or later.
    let first = Promise::race(&Array::of2(&granted, &outcome));
    let granted = JsFuture::from(first).await.is_ok_and(|granted| granted.is_truthy());
    Lock { release: granted.then_some(release), outcome: Some(outcome) }
}

/// The names of all locks that tabs of this origin hold now.
pub async fn held_lock_names() -> Vec<String> {
    let query = async {
        let (locks, query) = locks_method("query")?;
        let answer = query.call0(&locks).ok()?;
        let all = JsFuture::from(Promise::resolve(&answer)).await.ok()?;
        let held = get(&all, "held")?.dyn_into::<Array>().ok()?;
        Some(held.iter().filter_map(|lock| get(&lock, "name")?.as_string()).collect())
    };
    query.await.unwrap_or_default()
}

fn locks() -> Option<JsValue> {
    get(&environment::window()?.navigator(), "locks").filter(JsValue::is_object)
}

/// The lock manager with one of its methods.
fn locks_method(name: &str) -> Option<(JsValue, Function)> {
    let locks = locks()?;
    let method = get(&locks, name)?.dyn_into().ok()?;
    Some((locks, method))
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok()
}

/// Whether the browser has everything that tabs need to coordinate.
pub fn can_coordinate() -> bool {
    let channels = environment::window().and_then(|window| get(&window, "BroadcastChannel"));
    locks().is_some() && channels.is_some_and(|channels| channels.is_function())
}

/// A broadcast channel to all other tabs of this origin that have it open. Closed when dropped.
pub struct Channel {
    channel: BroadcastChannel,
    _listener: Listener,
}

impl Channel {
    /// Calls `on_message` with messages of other tabs. `None` if the browser refuses.
    pub fn open(name: &str, on_message: impl Fn(JsValue) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Listener::new(&channel, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                on_message(event.data());
            }
        })?;
        Some(Self { channel, _listener: listener })
    }

    /// Sends a message that can be cloned; a failure counts as a lost message.
    pub fn post(&self, message: &JsValue) {
        let posted = self.channel.post_message(message);
        debug_assert!(posted.is_ok(), "the channel is open, and the message can be cloned");
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}

/// A promise and the function that resolves it.
fn promise() -> (Promise, Function) {
    let mut resolver = None;
    let promise = Promise::new(&mut |resolve, _| resolver = Some(resolve));
    (promise, resolver.unwrap_or_else(|| Function::new_no_args("")))
}

/// Calls `on_change` with the key, without `prefix`, and the new value of everything another tab
/// stores below `prefix`. A value of `None` means removed; a key of `None` means everything was.
pub fn watch_storage(prefix: &str, on_change: impl Fn(Option<&str>, Option<String>) + 'static) -> Option<Listener> {
    let prefix = String::from(prefix);
    Listener::new(environment::window()?.as_ref(), "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
        match event.key() {
            None => on_change(None, None),
            Some(key) => {
                if let Some(key) = key.strip_prefix(prefix.as_str()) {
                    on_change(Some(key), event.new_value());
                }
            }
        }
    })
}
