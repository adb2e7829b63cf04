//! HTTP/1 framing check without room for interpretation, applied before hyper sees a byte.
//!
//! hyper accepts a bare LF, a missing Host, two Hosts, and a length together with chunks. A reverse
//! proxy in front may interpret those differently, and then the two disagree about where a request
//! ends (request smuggling), so they are refused here. Accepted requests have one interpretation,
//! so this small state machine can follow the bodies and find the next head.

/// Maximum size of a head, in bytes: some times what a browser sends with the page's cookies.
pub const LONGEST_HEAD: usize = 16 * 1024;
/// Maximum number of header lines.
const MOST_HEADERS: usize = 96;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum FramingError {
    /// The head is too long or has too many lines.
    HeadTooLarge,
    /// The first line is not `METHOD /path HTTP/1.1`.
    RequestLine,
    /// A line break that is not CR LF, or a control character.
    LineBreak,
    /// A header line that is not `name: value`.
    Header,
    /// Not exactly one plausible `Host`.
    Host,
    /// A length that is not a plain number, or two of them.
    Length,
    /// Another transfer coding than `chunked`, or chunks in HTTP/1.0 or together with a length.
    Coding,
    /// A chunk that is not `<hex>` CR LF, data, CR LF.
    Chunk,
}

/// Position of the next byte in a request.
#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// In the head, which is held back until it is complete and checked.
    #[default]
    Head,
    /// In a body of known length; holds the number of bytes left.
    Length(u64),
    /// In a chunk's size line; holds what was read so far.
    ChunkSize { size: u64, digits: u8, cr: bool },
    /// In a chunk's data; holds the number of bytes left.
    ChunkData(u64),
    /// After a chunk's data: how much of CR LF was read. The last chunk ends the request.
    ChunkEnd { cr: bool, last: bool },
}

/// State machine that follows the requests of one connection.
#[derive(Debug, Default)]
pub struct Framing {
    state: State,
    head: Vec<u8>,
}

impl Framing {
    /// Reads received bytes and appends those that may pass to `out`. An error says why the
    /// connection must end; the bytes in `out` then belong to earlier requests.
    pub fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), FramingError> {
        while let Some(&byte) = input.first() {
            match &mut self.state {
                State::Head => input = self.take_head(input, out)?,
                State::Length(left) => {
                    input = copy_body(input, left, out);
                    if *left == 0 {
                        self.state = State::Head;
                    }
                }
                State::ChunkSize { size, digits, cr } => {
                    match byte {
                        b'\r' if *digits > 0 && !*cr => *cr = true,
                        b'\n' if *cr && *size == 0 => self.state = State::ChunkEnd { cr: false, last: true },
                        b'\n' if *cr => self.state = State::ChunkData(*size),
                        // Fifteen digits fit into the size. Chunk extensions are refused: no client
                        // sends them, and servers disagree on them.
                        _ if *digits < 15 && !*cr => {
                            let digit = (byte as char).to_digit(16).ok_or(FramingError::Chunk)?;
                            *size = *size * 16 + u64::from(digit);
                            *digits += 1;
                        }
                        _ => return Err(FramingError::Chunk),
                    }
                    out.push(byte);
                    input = &input[1..];
                }
                State::ChunkData(left) => {
                    input = copy_body(input, left, out);
                    if *left == 0 {
                        self.state = State::ChunkEnd { cr: false, last: false };
                    }
                }
                // Trailers are refused here too, because only the last CR LF is accepted.
                State::ChunkEnd { cr, last } => {
                    match byte {
                        b'\r' if !*cr => *cr = true,
                        b'\n' if *cr && *last => self.state = State::Head,
                        b'\n' if *cr => self.state = State::ChunkSize { size: 0, digits: 0, cr: false },
                        _ => return Err(FramingError::Chunk),
                    }
                    out.push(byte);
                    input = &input[1..];
                }
            }
        }
        Ok(())
    }

    /// Holds bytes back until the head is complete. Returns the bytes after it.
    fn take_head<'a>(&mut self, input: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], FramingError> {
        for (index, &byte) in input.iter().enumerate() {
            let after_cr = self.head.last() == Some(&b'\r');
            match byte {
                // An empty line before a request is allowed, and dropped.
                b'\r' if self.head.is_empty() => self.head.push(byte),
                b'\n' if after_cr && self.head.len() == 1 => self.head.clear(),
                b'\n' if after_cr => self.head.push(byte),
                b'\n' => return Err(FramingError::LineBreak),
                _ if after_cr => return Err(FramingError::LineBreak),
                b'\r' | b'\t' | b' '..=b'~' | 0x80.. => self.head.push(byte),
                _ => return Err(FramingError::LineBreak),
            }
            if self.head.len() > LONGEST_HEAD {
                return Err(FramingError::HeadTooLarge);
            }
            if self.head.ends_with(b"\r\n\r\n") {
                self.state = check_head(&self.head)?;
                out.append(&mut self.head);
                // An idle stream keeps no buffer.
                self.head = Vec::new();
                return Ok(&input[index + 1..]);
            }
        }
        Ok(&[])
    }
}

/// Copies what is left of a body; returns the bytes after it.
fn copy_body<'a>(input: &'a [u8], left: &mut u64, out: &mut Vec<u8>) -> &'a [u8] {
    let count = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
    let (body, rest) = input.split_at(count);
    out.extend_from_slice(body);
    *left -= count as u64;
    rest
}

fn check_head(head: &[u8]) -> Result<State, FramingError> {
    let mut lines =
        head[..head.len() - 4].split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_http_10 = check_request_line(lines.next().unwrap_or_default())?;
    let (mut host, mut length, mut chunked) = (None, None, false);
    for (index, line) in lines.enumerate() {
        if index >= MOST_HEADERS {
            return Err(FramingError::HeadTooLarge);
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(FramingError::Header)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        // Also refuses a space before the colon, and a folded line.
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
            return Err(FramingError::Header);
        }
        if name.eq_ignore_ascii_case(b"host") {
            if host.is_some() || !is_host(value) {
                return Err(FramingError::Host);
            }
            host = Some(value);
        } else if name.eq_ignore_ascii_case(b"content-length") {
            if length.is_some() || value.is_empty() || value.len() > 15 || !value.iter().all(u8::is_ascii_digit) {
                return Err(FramingError::Length);
            }
            let digits = value.iter().fold(0, |sum: u64, digit| sum * 10 + u64::from(digit - b'0'));
            length = Some(digits);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if chunked || is_http_10 || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(FramingError::Coding);
            }
            chunked = true;
        }
    }
    match (host, length, chunked) {
        (None, _, _) => Err(FramingError::Host),
        (_, Some(_), true) => Err(FramingError::Coding),
        (_, None, true) => Ok(State::ChunkSize { size: 0, digits: 0, cr: false }),
        (_, None | Some(0), false) => Ok(State::Head),
        (_, Some(length), false) => Ok(State::Length(length)),
    }
}

/// Whether it is HTTP/1.0. Only paths are accepted: URLs and `CONNECT` are for forward proxies.
fn check_request_line(line: &[u8]) -> Result<bool, FramingError> {
    let mut words = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(FramingError::RequestLine);
    };
    let is_valid = !method.is_empty()
        && method.iter().all(|byte| is_token(*byte))
        && target.starts_with(b"/")
        && target.iter().all(u8::is_ascii_graphic);
    match version {
        b"HTTP/1.1" if is_valid => Ok(false),
        b"HTTP/1.0" if is_valid => Ok(true),
        _ => Err(FramingError::RequestLine),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_host(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_~%".contains(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    fn run(bytes: &[u8]) -> Result<Vec<u8>, FramingError> {
        let mut out = Vec::new();
        Framing::default().feed(bytes, &mut out).map(|()| out)
    }

    #[test]
    fn each_ambiguity_is_refused_by_its_name() {
        let cases: &[(&str, FramingError)] = &[
            ("GET / HTTP/1.1\r\n\r\n", FramingError::Host),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", FramingError::Host),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", FramingError::Host),
            ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", FramingError::Host),
            ("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", FramingError::Host),
            ("GET / HTTP/1.0\r\n\r\n", FramingError::Host),
            ("GET / HTTP/1.1\nHost: a\n\n", FramingError::LineBreak),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", FramingError::LineBreak),
            ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", FramingError::LineBreak),
            ("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", FramingError::LineBreak),
            ("\x16\x03\x01", FramingError::LineBreak),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", FramingError::RequestLine),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", FramingError::RequestLine),
            ("PRI * HTTP/2.0\r\n\r\n", FramingError::RequestLine),
            ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", FramingError::RequestLine),
            ("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", FramingError::RequestLine),
            ("GET /\tb HTTP/1.1\r\nHost: a\r\n\r\n", FramingError::RequestLine),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", FramingError::Header),
            ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", FramingError::Header),
            ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", FramingError::Header),
            ("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", FramingError::Header),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", FramingError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", FramingError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", FramingError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", FramingError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999\r\n\r\n", FramingError::Length),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                FramingError::Coding,
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
                FramingError::Coding,
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", FramingError::Coding),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", FramingError::LineBreak),
            ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", FramingError::Coding),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\n", FramingError::Chunk),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", FramingError::Chunk),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx", FramingError::Chunk),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy", FramingError::Chunk),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
                FramingError::Chunk,
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n",
                FramingError::Chunk,
            ),
        ];
        for (request, refusal) in cases {
            assert_eq!(run(request.as_bytes()), Err(*refusal), "{request:?}");
        }
        let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(LONGEST_HEAD));
        assert_eq!(run(long.as_bytes()), Err(FramingError::HeadTooLarge));
        let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(MOST_HEADERS));
        assert_eq!(run(many.as_bytes()), Err(FramingError::HeadTooLarge));
    }

    #[test]
    fn a_head_passes_whole_or_not_at_all() {
        let mut framing = Framing::default();
        let mut out = Vec::new();
        let (last, most) = GET.as_bytes().split_last().expect("not empty");
        framing.feed(most, &mut out).expect("fine so far");
        assert!(out.is_empty());
        framing.feed(&[*last], &mut out).expect("a whole head");
        assert_eq!(out, GET.as_bytes());
        assert_eq!(framing.head.capacity(), 0);
    }

    proptest! {
        #[test]
        fn honest_requests_pass_unchanged_however_they_are_cut(
            bodies in prop::collection::vec((prop::option::of(prop::bool::ANY), prop::collection::vec(any::<u8>(), 1..40)), 1..5),
            cut in 1_usize..50,
        ) {
            let mut bytes = Vec::new();
            for (kind, body) in bodies {
                match kind {
                    None => bytes.extend_from_slice(GET.as_bytes()),
                    Some(false) => {
                        bytes.extend_from_slice(format!("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes());
                        bytes.extend_from_slice(&body);
                    }
                    Some(true) => {
                        bytes.extend_from_slice(b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
                        bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
                        bytes.extend_from_slice(&body);
                        bytes.extend_from_slice(b"\r\n0\r\n\r\n");
                    }
                }
            }
            let mut framing = Framing::default();
            let mut out = Vec::new();
            for piece in bytes.chunks(cut) {
                framing.feed(piece, &mut out).expect("honest");
            }
            prop_assert_eq!(out, bytes);
            prop_assert_eq!(framing.state, State::Head);
        }

        #[test]
        fn no_bytes_make_it_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let mut framing = Framing::default();
            let mut out = Vec::new();
            for piece in pieces {
                if framing.feed(&piece, &mut out).is_err() {
                    break;
                }
            }
        }
    }
}
