//! Telephone numbers in international form.

use std::ops::RangeInclusive;

/// Number of digits of a telephone number, including its country code.
const DIGITS: RangeInclusive<usize> = 9..=15;

/// Returns the length of the number at the start of a text that begins with `+`, and its digits.
pub(super) fn parse_phone(text: &str) -> Option<(usize, String)> {
    if !text[1..].starts_with(|c: char| c.is_ascii_digit() || c == '(') {
        return None;
    }
    let mut digits = String::new();
    let mut end = 1;
    let mut since_digit = 0;
    // The offset of an open bracket, and the number of digits before it.
    let mut bracket = None;
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        let is_complete = digits.len() >= *DIGITS.start();
        match character {
            // `+49 30 1234567 24/7`
            '0'..='9' if since_digit > 0 && is_complete && begins_hours(&text[..at], &text[at..]) => break,
            '0'..='9' => {
                digits.push(character);
                since_digit = 0;
                end = at + 1;
            }
            // The trunk zero that callers from abroad leave out: `+44 (0)20 …`.
            '(' if bracket.is_none() && text[at..].starts_with("(0)") => {
                characters.next();
                characters.next();
                since_digit = 0;
            }
            // `+49 30 1234567 (9-17)`
            '(' if is_complete => break,
            '(' if bracket.is_none() => bracket = Some((end, digits.len())),
            ')' if bracket.is_some() => {
                bracket = None;
                end = at + 1;
            }
            // A second number that differs only in its last digits: `+44 20 7946 0018/19`.
            '/' if is_complete => break,
            ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '.' | '/' if since_digit < 2 => {
                since_digit += 1;
            }
            _ => break,
        }
        if digits.len() > *DIGITS.end() {
            return None;
        }
    }
    // An unclosed bracket belongs to the sentence, not to the number.
    if let Some((before, count)) = bracket {
        end = before;
        digits.truncate(count);
    }
    (DIGITS.contains(&digits.len()) && has_country_code(&digits)).then_some((end, digits))
}

/// Whether the text goes on with hours of business after a space: `24/7`, `9:00`, `9-17`.
fn begins_hours(before: &str, text: &str) -> bool {
    let hour = |text: &str| {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        text[..digits].parse().is_ok_and(|hour: u8| hour <= 24).then_some(digits)
    };
    before.ends_with(char::is_whitespace)
        && hour(text).is_some_and(|digits| {
            let rest = &text[digits..];
            rest.starts_with(['/', ':']) || rest.strip_prefix(['-', '\u{2013}']).and_then(hour).is_some()
        })
}

/// Whether the digits begin with a country code and have the length that it fixes, if any.
fn has_country_code(digits: &str) -> bool {
    match digits.as_bytes() {
        [b'1', area, ..] => digits.len() == 11 && *area >= b'2',
        [b'7', ..] => digits.len() == 11,
        [b'0', ..] => false,
        _ => true,
    }
}
