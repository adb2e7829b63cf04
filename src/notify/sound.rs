//! Notification sound: two soft tones, synthesised, so nothing is fetched. A browser lets a page
//! play sound only after a user gesture, so the audio context is created and resumed in one.
//!
//! The Web Audio API is called by name: typed calls would add imports for all visitors.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::browser::{environment, events::Listener};

/// Pitch in hertz and start in seconds of each tone: a rising fourth.
const TONES: [(f64, f64); 2] = [(587.33, 0.0), (783.99, 0.11)];

/// Peak gain; 1 is full volume.
const PEAK_GAIN: f64 = 0.09;

/// How long a tone fades out, in seconds.
const FADE_TIME: f64 = 0.42;

#[derive(Default)]
pub(super) struct Sound {
    /// An `AudioContext`, once created.
    context: Rc<RefCell<Option<JsValue>>>,
    /// Listeners for the visitor's next gesture.
    listeners: RefCell<Vec<Listener>>,
}

impl Sound {
    /// Sets whether a gesture makes the sound ready; if not, releases it.
    pub(super) fn set_enabled(&self, wanted: bool) {
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
                // Browsers warn about sound after a click by a script.
                if event.is_trusted() {
                    resume(&context);
                }
            })
        }));
        // Sending the first message was a gesture too, and may be over by now.
        if has_user_activation() {
            self.resume();
        }
    }

    fn close(&self) {
        if let Some(context) = self.context.take() {
            ignore_rejection(call(&context, "close", &[]));
        }
    }

    /// Makes the sound ready. To be called in a user gesture.
    pub(super) fn resume(&self) {
        resume(&Rc::downgrade(&self.context));
    }

    /// Whether a sound would be heard.
    pub(super) fn is_ready(&self) -> bool {
        self.context.borrow().as_ref().is_some_and(|context| is_in_state(context, "running"))
    }

    /// Plays the sound, if the browser allows it. If not, the message is still in the list.
    pub(super) fn play(&self) {
        if let Some(context) = &*self.context.borrow() {
            for (pitch, delay) in TONES {
                let played = play_tone(context, pitch, delay);
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

fn resume(context: &Weak<RefCell<Option<JsValue>>>) {
    let Some(context) = context.upgrade() else { return };
    let mut context = context.borrow_mut();
    // Without Web Audio this fails, and fails again at the next gesture.
    if context.is_none() {
        let class = get(&js_sys::global(), "AudioContext");
        *context = class.and_then(|class| Reflect::construct(&class.dyn_into::<Function>()?, &Array::new())).ok();
    }
    if let Some(context) = context.as_ref().filter(|context| is_in_state(context, "suspended")) {
        ignore_rejection(call(context, "resume", &[]));
    }
}

/// Whether the visitor has interacted with the page: else a browser logs a warning.
fn has_user_activation() -> bool {
    let activation = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "userActivation"));
    activation.and_then(|activation| get(&activation, "hasBeenActive")).is_ok_and(|acted| acted.is_truthy())
}

fn is_in_state(context: &JsValue, expected: &str) -> bool {
    get(context, "state").is_ok_and(|state| state == expected)
}

/// Awaits a promise that may reject, so that the page gets no unhandled rejection.
fn ignore_rejection(promise: Result<JsValue, JsValue>) {
    if let Ok(promise) = promise {
        spawn_local(async move {
            // A refusal needs no handling: `is_ready` reports it.
            let _refused = JsFuture::from(Promise::from(promise)).await.is_err();
        });
    }
}

fn play_tone(context: &JsValue, pitch: f64, delay: f64) -> Result<(), JsValue> {
    let now = get(context, "currentTime")?.as_f64().unwrap_or_default();
    let at = now + delay;
    let (oscillator, gain_node) = (call(context, "createOscillator", &[])?, call(context, "createGain", &[])?);
    call(&get(&oscillator, "frequency")?, "setValueAtTime", &[pitch.into(), now.into()])?;
    let gain = get(&gain_node, "gain")?;
    call(&gain, "setValueAtTime", &[0.into(), at.into()])?;
    call(&gain, "linearRampToValueAtTime", &[PEAK_GAIN.into(), (at + 0.012).into()])?;
    call(&gain, "exponentialRampToValueAtTime", &[0.0001.into(), (at + FADE_TIME).into()])?;
    call(&oscillator, "connect", std::slice::from_ref(&gain_node))?;
    call(&gain_node, "connect", &[get(context, "destination")?])?;
    call(&oscillator, "start", &[at.into()])?;
    call(&oscillator, "stop", &[(at + FADE_TIME).into()])?;
    Ok(())
}

fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(of, &JsValue::from_str(name))
}

fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(of, name)?.dyn_into()?;
    Reflect::apply(&method, of, &arguments.iter().collect())
}
