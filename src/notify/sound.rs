//! Two soft tones, made on the spot: nothing is fetched. A browser lets a page sound only after a gesture of the visitor, so the
//! means are made, and woken, in one.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AudioContext, AudioContextState};

use crate::system::{self, Listener};

/// Pitch in hertz, and when it begins, in seconds: a fourth upwards.
const TONES: [(f32, f64); 2] = [(587.33, 0.0), (783.99, 0.11)];

/// How loud, of 1.
const LOUD: f32 = 0.09;

/// How long a tone fades, in seconds.
const FADE: f64 = 0.42;

/// What sounds.
#[derive(Default)]
pub(super) struct Sound {
    context: Rc<RefCell<Option<AudioContext>>>,
    /// Wait for the visitor's next gesture.
    ears: RefCell<Vec<Listener>>,
}

impl Sound {
    /// From now on a gesture makes it ready, or no longer does.
    pub(super) fn let_ready(&self, wanted: bool) {
        let mut ears = self.ears.borrow_mut();
        if wanted != ears.is_empty() {
            return;
        }
        ears.clear();
        let page = system::window().and_then(|window| window.document());
        let Some(page) = page.filter(|_| wanted) else {
            self.close();
            return;
        };
        let context = Rc::downgrade(&self.context);
        ears.extend(["click", "keydown"].into_iter().filter_map(|gesture| {
            let context = context.clone();
            Listener::new(&page, gesture, move |_| wake(&context))
        }));
    }

    fn close(&self) {
        if let Some(context) = self.context.take() {
            let_be(context.close());
        }
    }

    /// In a gesture: makes it ready.
    pub(super) fn wake(&self) {
        wake(&Rc::downgrade(&self.context));
    }

    /// Would it be heard?
    pub(super) fn is_ready(&self) -> bool {
        self.context.borrow().as_ref().is_some_and(|context| context.state() == AudioContextState::Running)
    }

    /// Sounds, if it can. What a browser refuses here is no loss: the message stands in the list.
    pub(super) fn play(&self) {
        if let Some(context) = &*self.context.borrow() {
            for (pitch, after) in TONES {
                let played = tone(context, pitch, context.current_time() + after);
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

fn wake(context: &Weak<RefCell<Option<AudioContext>>>) {
    let Some(context) = context.upgrade() else { return };
    let mut context = context.borrow_mut();
    // Where there is no sound at all, the next gesture asks in vain again.
    if context.is_none() {
        *context = AudioContext::new().ok();
    }
    if let Some(context) = &*context
        && context.state() == AudioContextState::Suspended
    {
        let_be(context.resume());
    }
}

/// Waits for what may fail, so that the page hears of no rejection that nobody handled.
fn let_be(promise: Result<js_sys::Promise, JsValue>) {
    if let Ok(promise) = promise {
        spawn_local(async move {
            // A browser that refuses stays silent: `is_ready` tells.
            let _refused = JsFuture::from(promise).await.is_err();
        });
    }
}

fn tone(context: &AudioContext, pitch: f32, at: f64) -> Result<(), JsValue> {
    let (voice, loudness) = (context.create_oscillator()?, context.create_gain()?);
    voice.frequency().set_value(pitch);
    let gain = loudness.gain();
    gain.set_value_at_time(0.0, at)?;
    gain.linear_ramp_to_value_at_time(LOUD, at + 0.012)?;
    gain.exponential_ramp_to_value_at_time(0.0001, at + FADE)?;
    voice.connect_with_audio_node(&loudness)?;
    loudness.connect_with_audio_node(&context.destination())?;
    voice.start_with_when(at)?;
    voice.stop_with_when(at + FADE)
}
