//! Tidy checks: house rules that a compiler does not check, read from the sources.
//!
//! - [`imports`]: allowed dependencies, as ARCHITECTURE.md says; [`proxy`]: those between the
//!   layers of the proxy
//! - [`cycles`]: no import cycles between files
//! - [`design`]: data for designers and editors matches the table of tokens and parts
//! - [`files`]: length, first lines, names
//! - [`launcher`]: the markup that the loader begins with is what the component renders
//! - [`manifest`]: what editors and catalogues read about the element matches the code
//! - [`shell`]: so does the markup of the window before the program is loaded
//! - [`tables`]: the tables of docs/reference.md match the code
//! - [`walks`]: the files that a message passes

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
