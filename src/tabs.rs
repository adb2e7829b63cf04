//! What tabs of one browser agree on: locks that only one of them holds, and news of what another has stored.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageEvent;

use crate::system::{self, Listener};

/// A lock all tabs of this origin share, held until dropped. Where the browser has no Web Locks it holds nothing.
#[must_use]
pub struct Lock {
    release: Option<Function>,
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

/// Waits until no other tab holds the lock of this name.
pub async fn lock(name: &str) -> Lock {
    let Some(locks) = system::window()
        .and_then(|window| Reflect::get(&window.navigator(), &JsValue::from_str("locks")).ok())
        .filter(JsValue::is_object)
    else {
        return Lock { release: None };
    };
    let Some(request) =
        Reflect::get(&locks, &JsValue::from_str("request")).ok().and_then(|f| f.dyn_into::<Function>().ok())
    else {
        return Lock { release: None };
    };
    let (held, release) = promise();
    let (granted, grant) = promise();
    let on_granted = {
        let grant = grant.clone();
        Closure::once(move || -> JsValue {
            let told = grant.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
            debug_assert!(told.is_ok());
            held.into()
        })
    };
    // Refused outright, or later: some documents may hold no locks. Then we go on without.
    let on_refused = Closure::once(move |_: JsValue| {
        let told = grant.call1(&JsValue::UNDEFINED, &JsValue::FALSE);
        debug_assert!(told.is_ok());
    });
    let asked = request.call2(&locks, &JsValue::from_str(name), on_granted.as_ref().unchecked_ref());
    let Some(asked) = asked.ok().and_then(|asked| asked.dyn_into::<Promise>().ok()) else {
        return Lock { release: None };
    };
    let refused = asked.catch(&on_refused);
    let granted = JsFuture::from(granted).await.is_ok_and(|granted| granted.is_truthy());
    drop(refused);
    Lock { release: granted.then_some(release) }
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

/// Calls `changed` with key and new value of everything another tab stores below `prefix`; the key comes without it. A value of
/// `None` means removed; a key of `None` means everything was.
pub fn watch(prefix: &str, changed: impl Fn(Option<&str>, Option<String>) + 'static) -> Option<Listener> {
    let prefix = String::from(prefix);
    Listener::new(system::window()?.as_ref(), "storage", move |event| {
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
