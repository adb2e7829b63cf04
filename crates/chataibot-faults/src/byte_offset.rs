//! Search for a byte offset in one direction of a connection, however the input is split.

use crate::{fault::ByteOffset, rng::Rng};

const HEAD_END: &[u8] = b"\r\n\r\n";

#[derive(Clone, Debug)]
pub struct Finder {
    offset: ByteOffset,
    byte_count: u64,
    /// How many bytes of the head's end have been matched.
    matched: usize,
    /// How many bytes after the head have been seen; `None` inside the head.
    body_byte_count: Option<u64>,
    /// Whether the last byte began a multi-byte character.
    is_in_character: bool,
    is_found: bool,
}

impl Finder {
    /// Creates a finder; the generator chooses offsets that are not fixed.
    pub fn new(offset: ByteOffset, rng: &mut Rng) -> Self {
        let offset = match offset {
            ByteOffset::AnyByte(below) => ByteOffset::Byte(rng.below(below)),
            ByteOffset::AnyBody(below) => ByteOffset::Body(rng.below(below)),
            ByteOffset::Byte(_) | ByteOffset::Body(_) | ByteOffset::Character => offset,
        };
        Self { offset, byte_count: 0, matched: 0, body_byte_count: None, is_in_character: false, is_found: false }
    }

    /// Takes the next piece. Returns how many of its bytes precede the offset, once it is in one.
    pub fn find_in(&mut self, piece: &[u8]) -> Option<usize> {
        for (index, byte) in piece.iter().enumerate() {
            let is_match = match self.offset {
                ByteOffset::Byte(wanted) | ByteOffset::AnyByte(wanted) => self.byte_count == wanted,
                ByteOffset::Body(wanted) | ByteOffset::AnyBody(wanted) => self.body_byte_count == Some(wanted),
                // The last byte began a character, and this one continues it.
                ByteOffset::Character => self.is_in_character && byte & 0xC0 == 0x80,
            };
            self.is_in_character = self.body_byte_count.is_some() && *byte >= 0xC0;
            self.advance(*byte);
            if is_match && !self.is_found {
                self.is_found = true;
                // Count the rest of the piece too.
                piece[index + 1..].iter().for_each(|byte| self.advance(*byte));
                return Some(index);
            }
        }
        None
    }

    fn advance(&mut self, byte: u8) {
        self.byte_count += 1;
        if let Some(body) = &mut self.body_byte_count {
            *body += 1;
            return;
        }
        self.matched = match (HEAD_END.get(self.matched) == Some(&byte), byte) {
            (true, _) => self.matched + 1,
            (false, b'\r') => 1,
            (false, _) => 0,
        };
        if self.matched == HEAD_END.len() {
            self.body_byte_count = Some(0);
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
            if let Some(at) = finder.find_in(piece) {
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
