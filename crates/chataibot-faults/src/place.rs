//! Finds a byte in a direction, however the bytes come in pieces.

use crate::{chance::Chance, fault::Place};

const HEAD_END: &[u8] = b"\r\n\r\n";

/// Looks for one place.
#[derive(Clone, Debug)]
pub struct Finder {
    place: Place,
    seen: u64,
    /// How much of the head's end has been seen.
    matched: usize,
    /// How much of what follows the head has been seen; `None` inside the head.
    body: Option<u64>,
    /// Inside a character of several bytes.
    inside: bool,
    found: bool,
}

impl Finder {
    /// A finder; chance is for places that are not fixed.
    #[must_use]
    pub fn new(place: Place, chance: &mut Chance) -> Self {
        let place = match place {
            Place::AnyByte(below) => Place::Byte(chance.below(below)),
            Place::AnyBody(below) => Place::Body(chance.below(below)),
            Place::Byte(_) | Place::Body(_) | Place::Character => place,
        };
        Self { place, seen: 0, matched: 0, body: None, inside: false, found: false }
    }

    /// Takes the next piece: how many of its bytes stand before the place, when the place is in it. Found once.
    pub fn look(&mut self, piece: &[u8]) -> Option<usize> {
        for (at, byte) in piece.iter().enumerate() {
            let here = match self.place {
                Place::Byte(wanted) | Place::AnyByte(wanted) => self.seen == wanted,
                Place::Body(wanted) | Place::AnyBody(wanted) => self.body == Some(wanted),
                // After the first byte of it: the next one goes on.
                Place::Character => self.inside && byte & 0xC0 == 0x80,
            };
            self.inside = self.body.is_some() && *byte >= 0xC0;
            self.pass(*byte);
            if here && !self.found {
                self.found = true;
                // The rest of the piece counts, too.
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

    /// How many bytes stand before the place, with pieces of this size.
    fn find(place: Place, text: &str, size: usize) -> Option<usize> {
        let mut finder = Finder::new(place, &mut Chance::new(1));
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
    fn a_place_is_found_however_the_bytes_come() {
        let text = "HTTP/1.1 200 OK\r\na: ü\r\n\r\nab→c";
        let body = text.len() - "ab→c".len();
        for size in 1..text.len() {
            assert_eq!(find(Place::Byte(0), text, size), Some(0));
            assert_eq!(find(Place::Byte(9), text, size), Some(9));
            assert_eq!(find(Place::Body(0), text, size), Some(body));
            assert_eq!(find(Place::Body(2), text, size), Some(body + 2));
            assert_eq!(find(Place::Character, text, size), Some(body + 3), "one byte of three, not in the head");
            assert_eq!(find(Place::Byte(1_000), text, size), None);
            assert!(find(Place::AnyByte(5), text, size).is_some_and(|at| at < 5));
            assert!(find(Place::AnyBody(3), text, size).is_some_and(|at| (body..body + 3).contains(&at)));
        }
    }
}
