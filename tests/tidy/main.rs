//! The house rules that a compiler does not check, read from the sources.
//!
//! - [`imports`]: allowed dependencies, as ARCHITECTURE.md says
//! - [`files`]: length, first lines, names
//! - [`launcher`]: the markup that the loader begins with is what the component renders
//! - [`manifest`]: what editors and catalogues read of the element is that of the code
//! - [`tables`]: the tables of docs/reference.md are those of the code
//! - [`walks`]: how many files a message passes

#![cfg(not(target_arch = "wasm32"))]

mod files;
mod imports;
mod launcher;
mod manifest;
mod source;
mod tables;
mod walks;
