//! What must hold of whatever comes in, one function for each door. Each takes any bytes, and
//! panics when its property does not hold.
//!
//! - [`normalise`]: a webhook's body to what a browser may get
//! - [`html`]: the platform's HTML to a tree
//! - [`links`]: which addresses pass
//! - [`stream`]: an event stream's bytes to what it says
//! - [`token`]: visitor tokens, read and checked
//! - [`cursor`]: places in a log
//! - [`configuration`]: the proxy's file
//! - [`retry_after`]: how long to wait, as proxy and widget read it
//!
//! Three call them: `fuzz/` with all that a fuzzer finds, `tests/corpora.rs` with what it has kept,
//! `tests/random.rs` by chance.

pub mod configuration;
pub mod cursor;
pub mod html;
pub mod links;
pub mod normalise;
pub mod retry_after;
pub mod stream;
pub mod token;

/// Anything comes in.
pub type Property = fn(&[u8]);

/// Each property by the name of its fuzz target, which is that of its corpus, too.
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

/// Bytes as a text, whatever they are.
fn text_of(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}
