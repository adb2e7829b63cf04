//! The house rules that a compiler does not check, read from the sources.
//!
//! - [`imports`]: allowed dependencies, as ARCHITECTURE.md says; [`proxy`]: those between the
//!   layers of the proxy
//! - [`cycles`]: no files import one another in a circle
//! - [`design`]: what designers and editors read of tokens and parts is the table's
//! - [`files`]: length, first lines, names
//! - [`launcher`]: the markup that the loader begins with is what the component renders
//! - [`manifest`]: what editors and catalogues read of the element is that of the code
//! - [`shell`]: so is that of the window before the program is there
//! - [`tables`]: the tables of docs/reference.md are those of the code
//! - [`walks`]: how many files a message passes

#![cfg(not(target_arch = "wasm32"))]

mod cycles;
mod design;
mod files;
mod imports;
mod launcher;
mod manifest;
mod privacy;
mod proxy;
mod shell;
mod source;
mod tables;
mod walks;
