//! The conversation's state, natively: examples, and comparison with a model.
#![cfg(not(target_arch = "wasm32"))]

mod fixtures;
mod history;
mod lifecycle;
mod model;
