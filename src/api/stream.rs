//! Reads the body of an open stream, chunk by chunk, as what it says.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::sse::{Parser, SseItem};

/// A stream's body being read. Dropping it lets go of the stream.
pub struct Body {
    reader: ReadableStreamDefaultReader,
    parser: Parser,
}

/// How a read ended without bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The proxy ended the stream.
    Closed,
    /// It broke, or was aborted.
    Broken,
}

impl Body {
    /// Begins to read. `None` when somebody else reads it already.
    #[must_use]
    pub fn new(stream: &ReadableStream) -> Option<Self> {
        let reader = ReadableStreamDefaultReader::new(stream).ok()?;
        Some(Self { reader, parser: Parser::default() })
    }

    /// Waits for the next bytes and gives what they completed, which may be nothing.
    ///
    /// # Errors
    /// [`End`]: nothing more comes.
    pub async fn next(&mut self) -> Result<Vec<SseItem>, End> {
        let result = JsFuture::from(self.reader.read()).await.map_err(|_| End::Broken)?;
        let field = |name| Reflect::get(&result, &JsValue::from_str(name)).map_err(|_| End::Broken);
        if field("done")?.is_truthy() {
            return Err(End::Closed);
        }
        let bytes = field("value")?.dyn_into::<Uint8Array>().map_err(|_| End::Broken)?.to_vec();
        let mut said = Vec::new();
        self.parser.push(&bytes, &mut |one| said.push(one));
        Ok(said)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // The promise rejects when the stream had broken already; nobody is interested, but it must not count as unhandled.
        let cancelled = self.reader.cancel();
        wasm_bindgen_futures::spawn_local(async move {
            let _ended_anyway = JsFuture::from(cancelled).await;
        });
    }
}
