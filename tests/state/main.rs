//! The conversation's state, natively: told as stories, and held against a model.
#![cfg(not(target_arch = "wasm32"))]

mod facts;
mod history;
mod life;
mod model;
