//! Sanitised file names, without what could harm those who save or read them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::file_types::FileType;
use crate::normalise::{links, text};

/// Longest name, characters.
const LONGEST: usize = 100;
/// All but the characters allowed in a path and an extended header parameter (RFC 8187).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Decodes and sanitises a percent-encoded name: the last part of a path, with visible characters
/// only and an extension of its type. `None` if it is not UTF-8.
pub fn sanitise(encoded: &str, kind: &FileType) -> Option<String> {
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    let last = decoded.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last
        .chars()
        .filter(|c| text::is_shown(*c) && !links::is_invisible(*c))
        // Characters that are special on some system where the file may be saved.
        .map(|c| if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    let line = text::line(&visible, usize::MAX);
    let name = line.trim_end_matches(['.', ' ']);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let (stem, ending) = match ending {
        Some(ending) if kind.extensions.contains(&ending.as_str()) => (&name[..name.len() - ending.len() - 1], ending),
        Some(_) | None => (name, kind.extensions[0].to_owned()),
    };
    let room = LONGEST - ending.len() - 1;
    let stem: String = stem.chars().take(room).collect();
    let stem = stem.trim_matches(['.', ' ']);
    Some(if stem.is_empty() { format!("file.{ending}") } else { format!("{stem}.{ending}") })
}

/// Percent-encodes the name for a URL.
pub fn percent_encode(name: &str) -> String {
    utf8_percent_encode(name, ESCAPED).to_string()
}

/// The plain form for old programs, the extended one (RFC 6266) for all letters.
pub fn content_disposition(name: &str, is_inline: bool) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-._ ".contains(c) { c } else { '_' }).collect();
    let word = if is_inline { "inline" } else { "attachment" };
    format!("{word}; filename=\"{plain}\"; filename*=UTF-8''{}", percent_encode(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_types::by_mime;

    #[test]
    fn a_name_is_what_is_seen_and_ends_as_its_type_does() {
        let png = by_mime("image/png").expect("known");
        for (sent, name) in [
            ("photo.PNG", "photo.png"),
            ("My%20cat%20%F0%9F%90%88.png", "My cat 🐈.png"),
            ("..%2F..%2Fetc%2Fpasswd", "passwd.png"),
            ("C%3A%5CUsers%5Cada%5Cphoto.png", "photo.png"),
            ("photo%E2%80%AEgnp.exe", "photognp.exe.png"),
            ("a%00b%0D%0Ac.png", "abc.png"),
            ("page.html", "page.html.png"),
            ("a%3Cb%3E%22c.png", "a_b__c.png"),
            (".htaccess", "htaccess.png"),
            ("...", "file.png"),
            ("%20.png", "file.png"),
            ("", "file.png"),
            ("a.png.", "a.png"),
            ("zero%E2%80%8Bwidth.png", "zerowidth.png"),
        ] {
            assert_eq!(sanitise(sent, png).as_deref(), Some(name), "{sent}");
        }
        assert_eq!(sanitise("%ff.png", png), None);
        let long = sanitise(&("é".repeat(300) + ".png"), png).expect("UTF-8");
        assert!(long.chars().count() == 100 && long.ends_with("é.png"));
        assert_eq!(sanitise("b.jpeg", by_mime("image/jpeg").expect("known")).as_deref(), Some("b.jpeg"));
    }

    #[test]
    fn no_name_breaks_out_of_a_header_or_an_address() {
        let said = content_disposition("naïve \"quote\"; x=1.png", true);
        assert_eq!(
            said,
            "inline; filename=\"na_ve _quote__ x_1.png\"; filename*=UTF-8''na%C3%AFve%20%22quote%22%3B%20x%3D1.png"
        );
        assert_eq!(percent_encode("a/b?c#d%.png"), "a%2Fb%3Fc%23d%25.png");
    }
}
