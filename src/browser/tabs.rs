//! What the tabs of one browser coordinate by: Web Locks, `BroadcastChannel`, and `storage`
//! events.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, BroadcastChannel, MessageEvent, StorageEvent};

use super::{environment, events::Listener};

/// A lock all tabs of this origin share, held until dropped. Where the browser has no Web Locks it
/// holds nothing.
#[must_use]
#[derive(Default)]
pub struct Lock {
    release: Option<Function>,
    /// Settles when the lock is let go; rejects when it was taken away, or was never given.
    asked: Option<Promise>,
}

impl Lock {
    /// A lock that is held already: `release` lets go of it, and `asked` settles then, or rejects
    /// when it is taken away.
    pub fn of(release: Function, asked: Promise) -> Self {
        Self { release: Some(release), asked: Some(asked) }
    }

    /// Is it held, and not just missing here?
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.release.is_some()
    }

    /// Ends when the lock is not held any more. Returns whether another tab took it away.
    pub fn lost(&self) -> impl Future<Output = bool> + 'static {
        let asked = self.asked.clone();
        async move {
            match asked {
                Some(asked) => JsFuture::from(asked).await.is_err(),
                None => false,
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // `resolve` of a promise does not throw.
            let released = release.call0(&JsValue::UNDEFINED);
            debug_assert!(released.is_ok());
        }
    }
}

/// How a lock is asked for.
pub enum LockMode {
    /// When its turn comes.
    Wait,
    /// When its turn comes, unless it is given up before.
    Until(AbortSignal),
    /// At once, whoever holds it.
    Steal,
    /// Together with all that share it, when nobody holds it alone.
    Share,
    /// Now or not at all.
    IfFree,
}

/// Waits until no other tab holds the lock of this name.
pub async fn lock(name: &str) -> Lock {
    claim(name, LockMode::Wait).await
}

/// Waits until no other tab holds the lock of this name for itself, and shares it with all that do
/// the same.
pub async fn share(name: &str) -> Lock {
    claim(name, LockMode::Share).await
}

/// The lock of this name, unless another tab holds or shares it now. Where the browser has no Web
/// Locks, every tab gets it.
pub async fn try_lock(name: &str) -> Option<Lock> {
    let lock = claim(name, LockMode::IfFree).await;
    (lock.release.is_some() || locks().is_none()).then_some(lock)
}

/// Asks for the lock of this name. What is refused, or given up, is not held.
pub async fn claim(name: &str, claim: LockMode) -> Lock {
    let Some(locks) = locks() else { return Lock::default() };
    let Some(request) =
        Reflect::get(&locks, &JsValue::from_str("request")).ok().and_then(|f| f.dyn_into::<Function>().ok())
    else {
        return Lock::default();
    };
    let option = match claim {
        LockMode::Wait => None,
        LockMode::Until(signal) => Some(("signal", signal.into())),
        LockMode::Steal => Some(("steal", JsValue::TRUE)),
        LockMode::Share => Some(("mode", "shared".into())),
        LockMode::IfFree => Some(("ifAvailable", JsValue::TRUE)),
    };
    let options = Object::new();
    if let Some((name, value)) = option {
        let set = Reflect::set(&options, &JsValue::from_str(name), &value);
        debug_assert!(set.is_ok(), "a new object takes properties");
    }
    let (held, release) = promise();
    let (granted, grant) = promise();
    let on_granted = Closure::once(move |lock: JsValue| -> JsValue {
        // No lock is given to who would not wait for it.
        let told = grant.call1(&JsValue::UNDEFINED, &lock.is_object().into());
        debug_assert!(told.is_ok());
        if lock.is_object() { held.into() } else { JsValue::UNDEFINED }
    });
    let asked = request.call3(&locks, &JsValue::from_str(name), &options, on_granted.as_ref().unchecked_ref());
    let Ok(asked) = asked else { return Lock::default() };
    // Not by its class: where a page has put another `Promise` in its place, as Angular does, the
    // browser's own are none of it.
    let asked = Promise::resolve(&asked);
    // Refused outright, or later: some documents may hold no locks. Then we go on without.
    let first = Promise::race(&Array::of2(&granted, &asked));
    let granted = JsFuture::from(first).await.is_ok_and(|granted| granted.is_truthy());
    Lock { release: granted.then_some(release), asked: Some(asked) }
}

/// The names of all locks that tabs of this origin hold now.
pub async fn held() -> Vec<String> {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &JsValue::from_str(name)).ok();
    let query = async {
        let locks = locks()?;
        let asked = get(&locks, "query")?.dyn_into::<Function>().ok()?.call0(&locks).ok()?;
        let all = JsFuture::from(Promise::resolve(&asked)).await.ok()?;
        let held = get(&all, "held")?.dyn_into::<Array>().ok()?;
        Some(held.iter().filter_map(|lock| get(&lock, "name")?.as_string()).collect())
    };
    query.await.unwrap_or_default()
}

fn locks() -> Option<JsValue> {
    let locks = Reflect::get(&environment::window()?.navigator(), &JsValue::from_str("locks")).ok()?;
    locks.is_object().then_some(locks)
}

/// Does the browser have all that tabs need to agree?
#[must_use]
pub fn can_agree() -> bool {
    let channels =
        environment::window().and_then(|window| Reflect::get(&window, &JsValue::from_str("BroadcastChannel")).ok());
    locks().is_some() && channels.is_some_and(|channels| channels.is_function())
}

/// What is said on it is heard by all other tabs of this origin that have it open. Closed when
/// dropped.
pub struct Channel {
    channel: BroadcastChannel,
    _listener: Listener,
}

impl Channel {
    /// Opens the channel of this name and calls `heard` with what others say. `None` where the
    /// browser refuses.
    pub fn open(name: &str, heard: impl Fn(JsValue) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Listener::new(&channel, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                heard(event.data());
            }
        })?;
        Some(Self { channel, _listener: listener })
    }

    /// Says something that can be copied. What cannot be said is as good as lost, which every
    /// listener bears.
    pub fn post(&self, message: &JsValue) {
        let posted = self.channel.post_message(message);
        debug_assert!(posted.is_ok(), "the channel is open, and what is said are texts");
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}

/// A promise and the function that resolves it.
fn promise() -> (Promise, Function) {
    let resolver = Rc::new(RefCell::new(None));
    let promise = {
        let resolver = resolver.clone();
        Promise::new(&mut move |resolve, _| *resolver.borrow_mut() = Some(resolve))
    };
    let resolve = resolver.borrow_mut().take();
    (promise, resolve.unwrap_or_else(|| Function::new_no_args("")))
}

/// Calls `changed` with key and new value of everything another tab stores below `prefix`; the key
/// comes without it. A value of `None` means removed; a key of `None` means everything was.
pub fn watch(prefix: &str, changed: impl Fn(Option<&str>, Option<String>) + 'static) -> Option<Listener> {
    let prefix = String::from(prefix);
    Listener::new(environment::window()?.as_ref(), "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
        match event.key() {
            None => changed(None, None),
            Some(key) => {
                if let Some(key) = key.strip_prefix(prefix.as_str()) {
                    changed(Some(key), event.new_value());
                }
            }
        }
    })
}
