//! Wire types: everything that crosses a network between page, proxy and platform.
//!
//! In reading order:
//! - [`documented`]: the platform's two documented calls and their answers, field for field
//! - [`typed`]: the platform's internal forms of an answer, for sites that turned them on
//! - [`token`]: how a browser gets and renews its visitor token, and what its site offers
//! - [`pairs`]: names and texts
//! - [`file`]: a file of the visitor's
//! - [`entry`]: the conversation's log as the browser reads it, by stream or by long poll
//! - [`content`]: everything a bot can say, as one closed enum
//! - [`rich_text`]: formatted text as a tree; HTML never reaches a browser
//! - [`text`]: whether anything of a text shows
//! - [`error`]: the one error body
//!
//! This crate knows serde and nothing else (and schemars, where the feature `schema` asks for it):
//! no I/O, no clock, no randomness. Enums are written externally tagged (`{"text": {…}}`) because
//! that is the form the WASM reads with the least code.

pub mod content;
pub mod documented;
pub mod entry;
pub mod error;
pub mod file;
pub mod pairs;
pub mod rich_text;
pub mod text;
pub mod token;
pub mod typed;

pub use content::Content;
pub use entry::{Author, Cursor, Entry, Event};
pub use error::ErrorBody;
pub use pairs::Pairs;
pub use rich_text::{Node, RichText};
