//! The event stream of a log: parses its bytes into server-sent events, and these into frames.
//! [`Parser`] and [`frame_of`] are pure; [`EventStream`] reads the bytes.
//!
//! Follows the standard: optional byte-order mark; LF, CR or CRLF; U+FFFD for invalid UTF-8.

use std::rc::Rc;

use chataibot_wire::{Cursor, Entry};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::{ApiError, json};
use crate::conversation::RawEntry;

/// The longest data that is read, in bytes. A longer event is skipped.
pub const MAX_EVENT_BYTES: usize = 1 << 20;

/// An item of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SseItem {
    /// An event.
    Event(Event),
    /// A comment, sent as heartbeat.
    Comment,
    /// An event that was too long to read, with its own id.
    TooLong(Option<String>),
    /// An id without data: the stream has reached this cursor.
    Id(String),
    /// Milliseconds to wait before an ended stream is opened again.
    Retry(u32),
}

/// An event with data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The `event:` line; empty when there was none.
    pub name: String,
    /// The `data:` lines, joined by line feeds.
    pub data: String,
    /// The event's own `id:` line; `None` when it has none.
    pub id: Option<String>,
}

/// Incremental parser of server-sent events.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    ended_with_cr: bool,
    has_started: bool,
    event: Event,
    has_data: bool,
    is_too_long: bool,
}

impl Parser {
    /// Parses the next bytes and calls `emit` for each item they complete.
    pub fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(SseItem)) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&b| b == b'\n' || b == b'\r') {
            let (line, tail) = (&rest[..end], &rest[end + 1..]);
            let bare_lf_of_crlf = self.ended_with_cr && end == 0 && rest[0] == b'\n';
            self.ended_with_cr = rest[end] == b'\r';
            rest = tail;
            if !bare_lf_of_crlf {
                self.append_to_line(line);
                self.end_line(emit);
            }
        }
        if !rest.is_empty() {
            self.ended_with_cr = false;
        }
        self.append_to_line(rest);
    }

    /// Keeps a part of a line; of a line that is too long, just enough to detect that.
    fn append_to_line(&mut self, bytes: &[u8]) {
        let capacity = (MAX_EVENT_BYTES + 1).saturating_sub(self.line.len());
        self.line.extend_from_slice(&bytes[..bytes.len().min(capacity)]);
    }

    fn end_line(&mut self, emit: &mut dyn FnMut(SseItem)) {
        let bytes = std::mem::take(&mut self.line);
        let mut bytes = bytes.as_slice();
        if !self.has_started {
            self.has_started = true;
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            return self.end_event(emit);
        }
        if bytes.len() > MAX_EVENT_BYTES && bytes[0] != b':' {
            self.is_too_long = true;
            return;
        }
        // The line is complete here, so no character is cut.
        let text = String::from_utf8_lossy(bytes);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => emit(SseItem::Comment),
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                let data = &mut self.event.data;
                if self.has_data {
                    data.push('\n');
                }
                self.has_data = true;
                if data.len() + value.len() > MAX_EVENT_BYTES {
                    self.is_too_long = true;
                    data.clear();
                } else {
                    data.push_str(value);
                }
            }
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                // More digits than fit mean "very long".
                emit(SseItem::Retry(value.parse().unwrap_or(u32::MAX)));
            }
            // An invalid `id` or `retry`, or a field of a later version.
            _ => {}
        }
    }

    fn end_event(&mut self, emit: &mut dyn FnMut(SseItem)) {
        let event = std::mem::take(&mut self.event);
        let has_data = std::mem::take(&mut self.has_data);
        if std::mem::take(&mut self.is_too_long) {
            emit(SseItem::TooLong(event.id));
        } else if has_data {
            emit(SseItem::Event(event));
        } else if let Some(id) = event.id {
            emit(SseItem::Id(id));
        }
    }
}

/// What an item of a stream or a poll means for the log.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the field is explained with its variant")]
pub enum Frame {
    /// An entry of the log.
    Entry(Rc<RawEntry>),
    /// A heartbeat.
    Comment,
    /// The log could not be continued; all that is left of it follows.
    Reset,
    /// The next entry begins the log, or only its last part if it has more before it.
    Begin { has_earlier: bool },
    /// The stream ends because its token expires.
    Reauth,
    /// An event of a kind that this version does not know, with its cursor if it has one.
    Unfamiliar(Option<Cursor>),
    /// An event that should be an entry and cannot be read, with its cursor if it has one.
    Unreadable(Option<Cursor>),
    /// The same for an event that is too long, which is certain to be unreadable.
    TooLong(Option<Cursor>),
    /// Milliseconds to wait before the stream is opened again.
    Retry(u32),
}

/// Converts an item of the stream to a frame. `parse` reads JSON, by any means.
pub fn frame_of(item: SseItem, parse: impl Fn(&str) -> Option<Entry>) -> Frame {
    let cursor_of = |id: Option<String>| id.and_then(|id| id.parse().ok());
    let Event { name, data, id } = match item {
        SseItem::Event(event) => event,
        SseItem::Comment => return Frame::Comment,
        SseItem::TooLong(id) => return Frame::TooLong(cursor_of(id)),
        SseItem::Id(id) => return Frame::Unfamiliar(cursor_of(Some(id))),
        SseItem::Retry(milliseconds) => return Frame::Retry(milliseconds),
    };
    let cursor = cursor_of(id);
    match name.as_str() {
        // According to the standard, an event without a name is a `message`.
        "" | "message" | "delivery" | "status" | "assignee" => match parse(&data) {
            Some(entry) => Frame::Entry(Rc::new(RawEntry::new(entry, data))),
            // An intermediary may keep the stream alive with events of its own.
            None if name.is_empty() && cursor.is_none() => Frame::Unfamiliar(None),
            None => Frame::Unreadable(cursor),
        },
        "reset" => Frame::Reset,
        "begin" => Frame::Begin { has_earlier: data.contains("true") },
        "reauth" => Frame::Reauth,
        _ => Frame::Unfamiliar(cursor),
    }
}

/// Reader of a stream's body. Dropping it cancels the stream.
pub struct EventStream {
    reader: ReadableStreamDefaultReader,
    parser: Parser,
}

impl EventStream {
    /// Starts reading. `None` if the stream already has a reader.
    pub fn new(stream: &ReadableStream) -> Option<Self> {
        let reader = ReadableStreamDefaultReader::new(stream).ok()?;
        Some(Self { reader, parser: Parser::default() })
    }

    /// Waits for the next bytes and returns the items they completed, possibly none; `None` when the
    /// proxy has ended the stream, [`ApiError::Network`] if it broke or was aborted.
    pub async fn next(&mut self) -> Result<Option<Vec<SseItem>>, ApiError> {
        let result = JsFuture::from(self.reader.read()).await.map_err(|_| ApiError::Network)?;
        if json::field(&result, "done").is_truthy() {
            return Ok(None);
        }
        let bytes = json::field(&result, "value").dyn_into::<Uint8Array>().map_err(|_| ApiError::Network)?.to_vec();
        let mut items = Vec::new();
        self.parser.push(&bytes, &mut |item| items.push(item));
        Ok(Some(items))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        // If the stream was broken already, this rejects: no unhandled rejection.
        let cancelled = self.reader.cancel();
        wasm_bindgen_futures::spawn_local(async move {
            let _ended_anyway = JsFuture::from(cancelled).await;
        });
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(chunks: &[&[u8]]) -> Vec<SseItem> {
        let mut items = Vec::new();
        let mut parser = Parser::default();
        for chunk in chunks {
            parser.push(chunk, &mut |item| items.push(item));
        }
        items
    }

    fn event(name: &str, data: &str, id: Option<&str>) -> SseItem {
        SseItem::Event(Event { name: name.into(), data: data.into(), id: id.map(Into::into) })
    }

    #[test]
    fn a_stream_of_the_proxys_reads_as_comments_and_events() {
        let stream = b": hello\n\nid: 1-7\nevent: message\ndata: {\"a\":1}\n\n:\n\nevent: reauth\ndata: {}\n\n";
        let expected = [
            SseItem::Comment,
            event("message", "{\"a\":1}", Some("1-7")),
            SseItem::Comment,
            event("reauth", "{}", None),
        ];
        assert_eq!(read(&[stream]), expected);
    }

    #[test]
    fn a_byte_order_mark_counts_only_at_the_start() {
        assert_eq!(read(&[b"\xEF\xBB\xBFdata: a\n\n"]), [event("", "a", None)]);
        assert_eq!(read(&[b"\xEF", b"\xBB", b"\xBFdata: a\n\n"]), [event("", "a", None)]);
        assert_eq!(read(&[b"data: \xEF\xBB\xBFa\n\n"]), [event("", "\u{feff}a", None)]);
    }

    #[test]
    fn an_event_without_data_or_without_its_blank_line_is_none() {
        assert_eq!(read(&[b"event: message\n\n"]), []);
        assert_eq!(read(&[b"data: cut off\n"]), []);
        assert_eq!(read(&[b"data\n\n"]), [event("", "", None)]);
        assert_eq!(read(&[b"data:\n\n"]), [event("", "", None)]);
        assert_eq!(read(&[b"data:  two\n\n"]), [event("", " two", None)]);
    }

    #[test]
    fn a_place_without_data_and_the_time_to_wait_are_told() {
        assert_eq!(read(&[b"event: message\nid: 1-9\n\n"]), [SseItem::Id("1-9".into())]);
        assert_eq!(read(&[b"id: 1\0-9\n\n"]), [], "as the standard says");
        assert_eq!(read(&[b"retry: 3000\n\n"]), [SseItem::Retry(3000)]);
        assert_eq!(read(&[b"retry: 99999999999\n"]), [SseItem::Retry(u32::MAX)]);
        assert_eq!(read(&[b"retry: 3s\nretry:\nretry: -1\n\n"]), []);
    }

    #[test]
    fn an_event_of_more_than_a_megabyte_is_passed_over_and_the_next_one_is_read() {
        let next = "id: 1-4\ndata: next\n\n";
        let in_one_line = format!("id: 1-3\nevent: message\ndata: {}\n\n{next}", "x".repeat(3 * MAX_EVENT_BYTES));
        let in_many = format!("{}id: 1-3\n\n{next}", format!("data: {}\n", "x".repeat(999)).repeat(1_100));
        for stream in [in_one_line, in_many] {
            let chunks: Vec<&[u8]> = stream.as_bytes().chunks(64 * 1024).collect();
            assert_eq!(read(&chunks), [SseItem::TooLong(Some("1-3".into())), event("", "next", Some("1-4"))]);
        }
        let longest = "x".repeat(MAX_EVENT_BYTES - "data:".len());
        assert_eq!(read(&[format!("data:{longest}\n\n").as_bytes()]), [event("", &longest, None)]);
    }

    #[test]
    fn of_what_is_too_long_no_more_is_kept_than_is_needed_to_say_so() {
        let mut parser = Parser::default();
        for _ in 0..64 {
            parser.push(&vec![b'x'; 1 << 20], &mut |_| {});
        }
        assert!(parser.line.len() <= MAX_EVENT_BYTES + 1);
        parser.push(b"\n", &mut |_| {});
        for _ in 0..8 {
            parser.push(&[b"data:".to_vec(), vec![b'x'; 1 << 19], b"\n".to_vec()].concat(), &mut |_| {});
            assert!(parser.event.data.len() <= MAX_EVENT_BYTES + 1);
        }
    }

    #[test]
    fn a_comment_of_any_length_spoils_no_event() {
        let comment = format!(":{}\ndata: a\n\n", "x".repeat(2 * MAX_EVENT_BYTES));
        assert_eq!(read(&[comment.as_bytes()]), [SseItem::Comment, event("", "a", None)]);
        let mut beats = 0;
        let mut parser = Parser::default();
        for _ in 0..MAX_EVENT_BYTES / 8 {
            parser.push(b":heartbeat\n", &mut |_| beats += 1);
        }
        assert_eq!(beats, MAX_EVENT_BYTES / 8);
    }

    proptest! {
        #[test]
        fn events_survive_any_cut_and_any_line_end(
            events in proptest::collection::vec(("[a-z]{0,6}", "[^\r\n\0]{0,12}(\n[^\r\n\0]{0,12}){0,2}", proptest::option::of("[0-9]-[0-9]")), 0..6),
            end in prop_oneof![Just("\n"), Just("\r"), Just("\r\n")],
            bom: bool,
            cuts in proptest::collection::vec(1usize..9, 1..20),
        ) {
            let mut stream = String::new();
            if bom { stream.push('\u{feff}'); }
            let mut expected = Vec::new();
            for (name, data, id) in &events {
                if !name.is_empty() { stream.push_str(&["event: ", name, end].concat()); }
                if let Some(id) = id { stream.push_str(&["id:", id, end].concat()); }
                for line in data.split('\n') { stream.push_str(&["data: ", line, end].concat()); }
                stream.push_str(end);
                expected.push(event(name, data, id.as_deref()));
            }
            let mut rest = stream.as_bytes();
            let mut chunks = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                let (chunk, tail) = rest.split_at((*cut).min(rest.len()));
                chunks.push(chunk);
                rest = tail;
            }
            prop_assert_eq!(read(&chunks), expected);
        }

        #[test]
        fn any_bytes_read_the_same_however_they_are_cut(bytes in proptest::collection::vec(prop_oneof![
            Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), Just(0xE2u8), any::<u8>()], 0..200), cut in 0usize..200) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(read(&[&bytes]), read(&[&bytes[..cut], &bytes[cut..]]));
        }
    }
}
