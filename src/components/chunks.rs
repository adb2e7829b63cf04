//! The chunks of the views. Each chunk is a WASM file with its views and their styles, fetched when
//! the first of them is shown, from the program's own location and in its version. Without the
//! feature `split` everything is one program.
//!
//! Nothing that a chunk shows may import this file: views show one another through
//! [`LazyView`](super::lazy_view::LazyView), in which [`load`] is registered at the top.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
#[cfg(feature = "split")]
use wasm_split_helpers::SplitLoaderError as LoadError;
use yew::Callback;

use super::{
    Transcript, ViewConfig, attachments,
    lazy_view::{Chunk, ChunkId},
    message_kinds, message_list, panels,
};
use crate::conversation::Conversation;

/// Fetching a chunk cannot fail if all code is in one program.
#[cfg(not(feature = "split"))]
type LoadError = std::convert::Infallible;

/// Concatenates the style sheets of a chunk.
macro_rules! styles {
    ($($file:literal),+) => { concat!($(include_str!(concat!("../../styles/on-demand/", $file, ".css"))),+) };
}

/// Declares a chunk: `fetch` returns what only the chunk's own file contains.
macro_rules! chunk {
    ($file:ident, $fetch:ident, $render:path, $css:expr) => {
        #[cfg(feature = "split")]
        #[wasm_split_helpers::wasm_split($file, fallible)]
        fn $fetch() -> Result<Chunk, LoadError> {
            Ok(Chunk { render: $render, css: $css })
        }
        #[cfg(not(feature = "split"))]
        async fn $fetch() -> Result<Chunk, LoadError> {
            Ok(Chunk { render: $render, css: $css })
        }
    };
}

chunk!(
    kinds,
    fetch_kinds,
    message_kinds::render,
    styles!("kinds", "media", "light_box", "cards", "controls", "month", "outcome")
);
// In one file with the chat machine, because a running conversation needs both.
chunk!(talk, fetch_messages, message_list::render, styles!("messages", "bubble", "answers", "actions"));
chunk!(panels, fetch_panels, panels::render, styles!("panels", "forms", "answers"));
chunk!(files, fetch_files, attachments::render, styles!("outcome", "files"));

/// Fetches a chunk and calls `done` with it, or with `None` if that failed.
pub(super) fn load(id: ChunkId, done: Callback<Option<Chunk>>) {
    spawn_local(async move {
        let chunk = match id {
            ChunkId::Kinds => fetch_kinds().await,
            ChunkId::Messages => fetch_messages().await,
            ChunkId::Panels => fetch_panels().await,
            ChunkId::Files => fetch_files().await,
        };
        done.emit(chunk.ok());
    });
}

/// Saves a conversation as a file; the code for that is in the panels' chunk.
#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(panels, fallible)]
pub(super) fn save_transcript(
    state: Rc<Conversation>,
    config: Rc<ViewConfig>,
    kind: Transcript,
) -> Result<(), LoadError> {
    panels::transcript::save(&state, &config, kind);
    Ok(())
}
/// Saves a conversation as a file.
#[cfg(not(feature = "split"))]
pub(super) async fn save_transcript(
    state: Rc<Conversation>,
    config: Rc<ViewConfig>,
    kind: Transcript,
) -> Result<(), LoadError> {
    panels::transcript::save(&state, &config, kind);
    Ok(())
}
