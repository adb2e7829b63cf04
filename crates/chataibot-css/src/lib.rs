//! The theming contract as one table: the custom properties ([`TOKENS`]), parts ([`PARTS`]) and
//! states ([`STATES`]) that a host page's style sheet can use.
//!
//! `cargo xtask tables` makes the declarations of `styles/tokens.css`, the tables of the reference,
//! the data for editors and the files for design tools from it, and tests check that they match. It
//! is a crate of its own so that no byte of it is in the widget.

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
