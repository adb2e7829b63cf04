//! The chunks of the views. Each chunk is a WASM file with its views and their styles, fetched when
//! the first of them is shown, from the program's own location and in its version. Without the
//! feature `split` everything is one program.
//!
//! Nothing that a chunk shows may import this file: views show one another through
//! [`LazyView`](super::lazy_view::LazyView), in which [`load`] is registered at the top.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::lazy_view::{Chunk, ChunkId};
use super::{Transcript, ViewConfig, attachments, message_kinds, message_list, panels};
use crate::conversation::Conversation;

macro_rules! styles {
    ($($file:literal),+) => { concat!($(include_str!(concat!("../../styles/on-demand/", $file, ".css"))),+) };
}

in_chunk! { kinds, fn fetch_kinds() -> Chunk {
    let css = styles!("kinds", "media", "light_box", "cards", "controls", "month", "outcome");
    Chunk { render: message_kinds::render, css }
} }
// In one file with the chat machine, because a running conversation needs both.
in_chunk! { talk, fn fetch_messages() -> Chunk {
    Chunk { render: message_list::render, css: styles!("messages", "bubble", "answers", "actions") }
} }
in_chunk! { panels, fn fetch_panels() -> Chunk {
    Chunk { render: panels::render, css: styles!("panels", "forms", "answers") }
} }
in_chunk! { files, fn fetch_files() -> Chunk {
    Chunk { render: attachments::render, css: styles!("outcome", "files") }
} }

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

in_chunk! { panels,
    pub(super) fn save_transcript(state: Rc<Conversation>, config: Rc<ViewConfig>, kind: Transcript) -> () {
        panels::transcript::save(&state, &config, kind);
    }
}
