//! Incremental search for a byte offset in one direction of a connection: the input may be split
//! anywhere.

use crate::{fault::ByteOffset, rng::Rng};

const HEAD_END: &[u8] = b"\r\n\r\n";

#[derive(Clone, Debug)]
pub struct Finder {
    offset: ByteOffset,
    seen: u64,
    /// How many bytes of the head's end have been matched.
    matched: usize,
    /// How many bytes after the head have been seen; `None` inside the head.
    body: Option<u64>,
    /// Whether the last byte began a multi-byte character.
    inside: bool,
    found: bool,
}

impl Finder {
    /// Creates a finder; the generator chooses offsets that are not fixed.
    pub fn new(offset: ByteOffset, rng: &mut Rng) -> Self {
        let offset = match offset {
            ByteOffset::AnyByte(below) => ByteOffset::Byte(rng.below(below)),
            ByteOffset::AnyBody(below) => ByteOffset::Body(rng.below(below)),
            ByteOffset::Byte(_) | ByteOffset::Body(_) | ByteOffset::Character => offset,
        };
        Self { offset, seen: 0, matched: 0, body: None, inside: false, found: false }
    }

    /// Takes the next piece. If the offset is in it, returns how many bytes of it precede the
    /// offset. Only the first match is returned.
    pub fn look(&mut self, piece: &[u8]) -> Option<usize> {
        for (at, byte) in piece.iter().enumerate() {
            let here = match self.offset {
                ByteOffset::Byte(wanted) | ByteOffset::AnyByte(wanted) => self.seen == wanted,
                ByteOffset::Body(wanted) | ByteOffset::AnyBody(wanted) => self.body == Some(wanted),
                // The last byte began a character, and this one continues it.
                ByteOffset::Character => self.inside && byte & 0xC0 == 0x80,
            };
            self.inside = self.body.is_some() && *byte >= 0xC0;
            self.pass(*byte);
            if here && !self.found {
                self.found = true;
                // Count the rest of the piece too.
                piece[at + 1..].iter().for_each(|byte| self.pass(*byte));
                return Some(at);
            }
        }
        None
    }

    fn pass(&mut self, byte: u8) {
        self.seen += 1;
        if let Some(body) = &mut self.body {
            *body += 1;
            return;
        }
        self.matched = match (HEAD_END.get(self.matched) == Some(&byte), byte) {
            (true, _) => self.matched + 1,
            (false, b'\r') => 1,
            (false, _) => 0,
        };
        if self.matched == HEAD_END.len() {
            self.body = Some(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number of bytes before the offset, if the text comes in pieces of this size.
    fn find(offset: ByteOffset, text: &str, size: usize) -> Option<usize> {
        let mut finder = Finder::new(offset, &mut Rng::new(1));
        let mut before = 0;
        for piece in text.as_bytes().chunks(size) {
            if let Some(at) = finder.look(piece) {
                return Some(before + at);
            }
            before += piece.len();
        }
        None
    }

    #[test]
    fn an_offset_is_found_however_the_bytes_come() {
        let text = "HTTP/1.1 200 OK\r\na: ü\r\n\r\nab→c";
        let body = text.len() - "ab→c".len();
        for size in 1..text.len() {
            assert_eq!(find(ByteOffset::Byte(0), text, size), Some(0));
            assert_eq!(find(ByteOffset::Byte(9), text, size), Some(9));
            assert_eq!(find(ByteOffset::Body(0), text, size), Some(body));
            assert_eq!(find(ByteOffset::Body(2), text, size), Some(body + 2));
            assert_eq!(find(ByteOffset::Character, text, size), Some(body + 3), "one byte of three, not in the head");
            assert_eq!(find(ByteOffset::Byte(1_000), text, size), None);
            assert!(find(ByteOffset::AnyByte(5), text, size).is_some_and(|at| at < 5));
            assert!(find(ByteOffset::AnyBody(3), text, size).is_some_and(|at| (body..body + 3).contains(&at)));
        }
    }
}
