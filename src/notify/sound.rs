//! Two soft tones, made on the spot: nothing is fetched. A browser lets a page sound only after a
//! gesture of the visitor, so the means are made, and woken, in one.
//!
//! The browser's means are called by their names: each typed call would cost everybody an import,
//! and this is done rarely.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::browser::{environment, events::Listener};

/// Pitch in hertz, and when it begins, in seconds: a fourth upwards.
const TONES: [(f64, f64); 2] = [(587.33, 0.0), (783.99, 0.11)];

/// How loud, of 1.
const LOUD: f64 = 0.09;

/// How long a tone fades, in seconds.
const FADE: f64 = 0.42;

/// What sounds.
#[derive(Default)]
pub(super) struct Sound {
    /// An `AudioContext`.
    context: Rc<RefCell<Option<JsValue>>>,
    /// Wait for the visitor's next gesture.
    listeners: RefCell<Vec<Listener>>,
}

impl Sound {
    /// From now on a gesture makes it ready, or no longer does.
    pub(super) fn let_ready(&self, wanted: bool) {
        let mut listeners = self.listeners.borrow_mut();
        if wanted != listeners.is_empty() {
            return;
        }
        listeners.clear();
        let page = environment::window().and_then(|window| window.document());
        let Some(page) = page.filter(|_| wanted) else {
            self.close();
            return;
        };
        let context = Rc::downgrade(&self.context);
        listeners.extend(["click", "keydown"].into_iter().filter_map(|gesture| {
            let context = context.clone();
            Listener::new(&page, gesture, move |event| {
                // A click made by a script is no gesture, and browsers complain of sound without
                // one.
                if event.is_trusted() {
                    wake(&context);
                }
            })
        }));
        // What said the first message was a gesture, too, and may be over by now.
        if acted() {
            self.wake();
        }
    }

    fn close(&self) {
        if let Some(context) = self.context.take() {
            let_be(call(&context, "close", &[]));
        }
    }

    /// In a gesture: makes it ready.
    pub(super) fn wake(&self) {
        wake(&Rc::downgrade(&self.context));
    }

    /// Would it be heard?
    pub(super) fn is_ready(&self) -> bool {
        self.context.borrow().as_ref().is_some_and(|context| stands(context, "running"))
    }

    /// Sounds, if it can. What a browser refuses here is no loss: the message stands in the list.
    pub(super) fn play(&self) {
        if let Some(context) = &*self.context.borrow() {
            for (pitch, after) in TONES {
                let played = tone(context, pitch, after);
                debug_assert!(played.is_ok(), "a tone could not be made");
            }
        }
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.close();
    }
}

fn wake(context: &Weak<RefCell<Option<JsValue>>>) {
    let Some(context) = context.upgrade() else { return };
    let mut context = context.borrow_mut();
    // Where there is no sound at all, the next gesture asks in vain again.
    if context.is_none() {
        let class = get(&js_sys::global(), "AudioContext");
        *context = class.and_then(|class| Reflect::construct(&class.dyn_into::<Function>()?, &Array::new())).ok();
    }
    if let Some(context) = context.as_ref().filter(|context| stands(context, "suspended")) {
        let_be(call(context, "resume", &[]));
    }
}

/// Did the visitor ever touch the page? Before that, a browser would warn the page of every
/// attempt.
fn acted() -> bool {
    let activation = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "userActivation"));
    activation.and_then(|activation| get(&activation, "hasBeenActive")).is_ok_and(|acted| acted.is_truthy())
}

fn stands(context: &JsValue, so: &str) -> bool {
    get(context, "state").is_ok_and(|state| state == so)
}

/// Waits for what may fail, so that the page hears of no rejection that nobody handled.
fn let_be(promise: Result<JsValue, JsValue>) {
    if let Ok(promise) = promise {
        spawn_local(async move {
            // A browser that refuses stays silent: `is_ready` tells.
            let _refused = JsFuture::from(Promise::from(promise)).await.is_err();
        });
    }
}

fn tone(context: &JsValue, pitch: f64, after: f64) -> Result<(), JsValue> {
    let now = get(context, "currentTime")?.as_f64().unwrap_or_default();
    let at = now + after;
    let (voice, loudness) = (call(context, "createOscillator", &[])?, call(context, "createGain", &[])?);
    call(&get(&voice, "frequency")?, "setValueAtTime", &[pitch.into(), now.into()])?;
    let gain = get(&loudness, "gain")?;
    call(&gain, "setValueAtTime", &[0.into(), at.into()])?;
    call(&gain, "linearRampToValueAtTime", &[LOUD.into(), (at + 0.012).into()])?;
    call(&gain, "exponentialRampToValueAtTime", &[0.0001.into(), (at + FADE).into()])?;
    call(&voice, "connect", std::slice::from_ref(&loudness))?;
    call(&loudness, "connect", &[get(context, "destination")?])?;
    call(&voice, "start", &[at.into()])?;
    call(&voice, "stop", &[(at + FADE).into()])?;
    Ok(())
}

fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(of, &JsValue::from_str(name))
}

fn call(of: &JsValue, name: &str, with: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(of, name)?.dyn_into()?;
    Reflect::apply(&method, of, &with.iter().collect())
}
