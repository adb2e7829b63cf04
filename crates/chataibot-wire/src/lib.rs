//! Wire types: everything that crosses a network between page, proxy and platform.
//!
//! In reading order:
//! - [`documented`]: the platform's two documented calls and their answers, field for field
//! - [`typed`]: the platform's internal forms of an answer, for sites that turned them on
//! - [`token`]: how a browser gets and renews its visitor token, and what its site offers
//! - [`pairs`]: an ordered map of names to texts
//! - [`file`]: the upload of a visitor's file
//! - [`entry`]: the conversation's log as the browser reads it, by stream or by long poll
//! - [`content`]: everything a bot can say, as one closed enum
//! - [`rich_text`]: formatted text as a tree; HTML never reaches a browser
//! - [`text`]: whether a text is blank
//! - [`error`]: the error body
//!
//! This crate depends on serde alone (with the feature `schema` also on schemars): no I/O, no
//! clock, no randomness. Enums are externally tagged (`{"text": {…}}`) because the WASM needs the
//! least code to read that form.
//!
//! Comments grade facts about the platform: DOC is documented, OBS observed, INT seen only in the
//! platform's own clients, INF inferred.

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
