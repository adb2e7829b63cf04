//! Server-sent events out of bytes, however they are cut. Pure; knows nothing of what the events mean.
//!
//! Follows the standard's grammar: an optional byte-order mark; lines end in LF, CR or CRLF; invalid UTF-8 becomes U+FFFD.

/// The longest event that is read, in bytes. What is longer is no event of our proxy's.
pub const LONGEST: usize = 1 << 20;

/// One thing a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An event.
    Event(Event),
    /// A comment: a heartbeat.
    Comment,
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

/// The stream said something longer than [`LONGEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Reads a stream bit by bit.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    after_cr: bool,
    started: bool,
    event: Event,
    has_data: bool,
    size: usize,
}

impl Parser {
    /// Takes the next bytes and calls `said` for each thing they complete.
    ///
    /// # Errors
    /// [`TooLong`]: the stream must be given up.
    pub fn push(&mut self, bytes: &[u8], said: &mut dyn FnMut(Said)) -> Result<(), TooLong> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&b| b == b'\n' || b == b'\r') {
            let (line, tail) = (&rest[..end], &rest[end + 1..]);
            let bare_lf_of_crlf = self.after_cr && end == 0 && rest[0] == b'\n';
            self.after_cr = rest[end] == b'\r';
            rest = tail;
            if !bare_lf_of_crlf {
                self.keep(line)?;
                self.end_line(said);
            }
        }
        if !rest.is_empty() {
            self.after_cr = false;
        }
        self.keep(rest)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.size += bytes.len();
        if self.size > LONGEST {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, said: &mut dyn FnMut(Said)) {
        let bytes = std::mem::take(&mut self.line);
        let mut bytes = bytes.as_slice();
        if !self.started {
            self.started = true;
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            self.size = 0;
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                said(Said::Event(event));
            }
            return;
        }
        // A line is whole here, so no character is cut.
        let text = String::from_utf8_lossy(bytes);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => {
                self.size = self.size.saturating_sub(bytes.len());
                said(Said::Comment);
            }
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.has_data = true;
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            // `retry`, a bad `id`, and what later versions may bring.
            _ => {}
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(chunks: &[&[u8]]) -> Vec<Said> {
        let mut said = Vec::new();
        let mut parser = Parser::default();
        for chunk in chunks {
            parser.push(chunk, &mut |one| said.push(one)).expect("short enough");
        }
        said
    }

    fn event(name: &str, data: &str, id: Option<&str>) -> Said {
        Said::Event(Event { name: name.into(), data: data.into(), id: id.map(Into::into) })
    }

    #[test]
    fn a_stream_of_the_proxys_reads_as_comments_and_events() {
        let stream = b": hello\n\nid: 1-7\nevent: message\ndata: {\"a\":1}\n\n:\n\nevent: reauth\ndata: {}\n\n";
        let expected =
            [Said::Comment, event("message", "{\"a\":1}", Some("1-7")), Said::Comment, event("reauth", "{}", None)];
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
        assert_eq!(read(&[b"event: message\nid: 1\n\n"]), []);
        assert_eq!(read(&[b"data: cut off\n"]), []);
        assert_eq!(read(&[b"data\n\n"]), [event("", "", None)]);
        assert_eq!(read(&[b"data:\n\n"]), [event("", "", None)]);
        assert_eq!(read(&[b"data:  two\n\n"]), [event("", " two", None)]);
    }

    #[test]
    fn what_is_longer_than_a_megabyte_is_given_up() {
        let mut parser = Parser::default();
        let chunk = vec![b'x'; 64 * 1024];
        let mut result = parser.push(b"data: ", &mut |_| {});
        let mut pushed = 0;
        while result.is_ok() && pushed < 4 * LONGEST {
            result = parser.push(&chunk, &mut |_| {});
            pushed += chunk.len();
        }
        assert_eq!(result, Err(TooLong));
        assert!(pushed <= LONGEST + chunk.len());
    }

    #[test]
    fn heartbeats_never_add_up_to_too_long() {
        let mut parser = Parser::default();
        let mut beats = 0;
        for _ in 0..LONGEST / 8 {
            parser.push(b":heartbeat\n", &mut |_| beats += 1).expect("comments are forgotten");
        }
        assert_eq!(beats, LONGEST / 8);
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
