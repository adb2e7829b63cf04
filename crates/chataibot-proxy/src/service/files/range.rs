//! Byte ranges of files: media players ask for them to seek, and some play nothing without.

use http::{HeaderMap, header};

/// The first and the last requested byte of `length`; `None` if the whole file is to be sent. That
/// is always allowed (RFC 9110), so lists of ranges and ranges that do not fit get it, too.
pub fn requested(headers: &HeaderMap, length: u64) -> Option<(u64, u64)> {
    let (first, last) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1)?;
    let (first, last) = match (first, last) {
        ("", last) => (length.saturating_sub(number(last)?), end),
        (first, "") => (number(first)?, end),
        (first, last) => (number(first)?, number(last)?.min(end)),
    };
    (first <= last).then_some((first, last))
}

fn number(digits: &str) -> Option<u64> {
    // `parse` alone would accept a plus.
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn one_range_is_understood_and_all_else_gets_the_whole() {
        for (range, part) in [
            ("bytes=0-0", Some((0, 0))),
            ("bytes=2-", Some((2, 9))),
            ("bytes=2-99", Some((2, 9))),
            ("bytes=-3", Some((7, 9))),
            ("bytes=-99", Some((0, 9))),
            ("bytes=-0", None),
            ("bytes=10-", None),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("bytes=+1-2", None),
            ("bytes=a-b", None),
            ("lines=1-2", None),
            ("bytes=-", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(range))]);
            assert_eq!(requested(&headers, 10), part, "{range}");
        }
        assert_eq!(requested(&HeaderMap::new(), 10), None);
    }
}
