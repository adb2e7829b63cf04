//! Properties of all that reads input from outside, one function per entry point. Each takes any
//! bytes, and panics if its property does not hold.
//!
//! They are called by `fuzz/` with the inputs of a fuzzer, by `tests/corpora.rs` with those that
//! were kept from it, and by `tests/random.rs` with random ones.

pub mod configuration;
pub mod cursor;
pub mod html;
pub mod links;
pub mod normalise;
pub mod retry_after;
pub mod stream;
pub mod token;

/// A function that checks one property with any bytes.
pub type Property = fn(&[u8]);

/// Each property by the name of its fuzz target, which is also that of its corpus.
pub const TARGETS: &[(&str, Property)] = &[
    ("configuration", configuration::holds),
    ("cursor", cursor::holds),
    ("html", html::holds),
    ("links", links::holds),
    ("normalise", normalise::holds),
    ("retry_after", retry_after::holds),
    ("stream", stream::holds),
    ("token", token::holds),
];

/// Reads bytes as text; invalid UTF-8 is replaced.
fn text_of(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}
