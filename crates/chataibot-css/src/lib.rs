//! What a page's style sheet can say to the widget, as one table: custom properties ([`TOKENS`]),
//! parts ([`PARTS`]) and states ([`STATES`]).
//!
//! The declarations of `styles/tokens.css`, the tables of the reference, the data for editors and
//! the files for design tools are made from it by `cargo xtask tables`, and tests hold them to it.
//! It is a crate of its own so that no byte of it is in the widget.

pub mod design_tokens;
pub mod parts;
pub mod states;
pub mod syntax;
pub mod token;
pub mod tokens;

pub use parts::{PARTS, Part};
pub use states::STATES;
pub use syntax::Syntax;
pub use token::{LightDark, Token};
pub use tokens::{GROUPS, TOKENS};
