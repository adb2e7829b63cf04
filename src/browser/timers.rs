//! Timers: a callback after a delay, and a future that waits. Cancelled when dropped.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::environment;

/// Calls a function later, unless dropped before.
pub struct Timer {
    handle: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `callback` once after this many milliseconds. `None` without a window.
    pub fn after(milliseconds: u64, callback: impl FnOnce() + 'static) -> Option<Self> {
        Self::boxed(milliseconds, Box::new(callback))
    }

    /// Compiled once for all callbacks.
    fn boxed(milliseconds: u64, callback: Box<dyn FnOnce()>) -> Option<Self> {
        let callback = Closure::once(callback);
        // Browsers take at most 2^31 - 1 and would fire at once beyond.
        let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
        let handle = environment::window()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback.as_ref().unchecked_ref(), milliseconds)
            .ok()?;
        Some(Self { handle, _callback: callback })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = environment::window() {
            window.clear_timeout_with_handle(self.handle);
        }
    }
}

/// Waits this many milliseconds. Requires a window.
pub async fn sleep(milliseconds: u64) {
    let mut timer = None;
    let waited = Promise::new(&mut |resolve, _| {
        timer = Timer::after(milliseconds, move || {
            // A promise's `resolve` does not throw.
            let resolved = resolve.call0(&JsValue::UNDEFINED);
            debug_assert!(resolved.is_ok());
        });
    });
    let passed = JsFuture::from(waited).await;
    debug_assert!(passed.is_ok());
    drop(timer);
}
