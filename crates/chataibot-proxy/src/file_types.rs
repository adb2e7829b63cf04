//! Table of the accepted file types: declared by MIME type, verified by the first bytes. HTML and
//! SVG are never accepted, because they can run scripts.

use std::sync::LazyLock;

use serde::Deserialize;

/// A file type: a row of `file_types.json`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileType {
    /// MIME type, as listed by an operator and declared by a browser.
    pub mime: &'static str,
    /// Other names of it, which some browsers declare or the detection by the first bytes returns.
    #[serde(default)]
    aliases: Vec<&'static str>,
    /// Another type as which such files may be detected.
    detected_as: Option<&'static str>,
    /// Allowed file name extensions; the first one is appended if a name has none of them.
    pub extensions: Vec<&'static str>,
    /// Whether a browser may show it as a page of its own. Other files are downloaded.
    #[serde(default)]
    pub is_inline: bool,
}

/// All accepted types.
static TYPES: LazyLock<Vec<FileType>> =
    LazyLock::new(|| serde_json::from_str(include_str!("file_types.json")).expect("the table has these fields"));

/// Number of first bytes that are checked. They include the names inside an office document.
pub const SNIFF_BYTES: usize = 8 * 1024;

/// Returns the types that a site accepts by default.
pub fn default_types() -> Vec<&'static FileType> {
    let usual = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"];
    usual.into_iter().filter_map(by_mime).collect()
}

/// Parses a type that an operator lists.
pub fn parse(text: &str) -> Result<&'static FileType, String> {
    by_mime(text).ok_or_else(|| {
        let is_active = ["html", "svg", "xml", "javascript"].iter().any(|word| text.contains(word));
        let why = if is_active { "can run scripts and is never taken" } else { "is not a type this program can prove" };
        let known: Vec<&str> = TYPES.iter().map(|kind| kind.mime).collect();
        format!("`{text}` {why}; known are {}", known.join(", "))
    })
}

/// Returns the type with exactly this MIME type.
pub fn by_mime(mime: &str) -> Option<&'static FileType> {
    TYPES.iter().find(|kind| kind.mime == mime)
}

impl FileType {
    /// Whether a browser's `Content-Type` declares this type.
    pub fn is_declared(&self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        self.mime.eq_ignore_ascii_case(essence) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(essence))
    }

    /// Whether the first bytes match this type. `is_whole`: they are the whole file.
    pub fn matches_bytes(&self, first: &[u8], is_whole: bool) -> bool {
        if self.is_text() {
            // Not by detection: "BMW" would be detected as an image.
            return is_text(first, is_whole);
        }
        infer::get(first).map(|kind| kind.mime_type()).is_some_and(|detected| {
            detected == self.mime || self.aliases.contains(&detected) || self.detected_as == Some(detected)
        })
    }

    /// Returns the `Content-Type` for serving: a text states its charset.
    pub fn content_type(&self) -> String {
        if self.is_text() { format!("{}; charset=utf-8", self.mime) } else { self.mime.to_owned() }
    }

    fn is_text(&self) -> bool {
        self.mime.starts_with("text/")
    }
}

/// Beginnings by which programs recognise markup (HTML, SVG), scripts, PDF and RTF.
const NON_TEXT_PREFIXES: &[&str] = &["<", "#!", "%PDF", "{\\rtf"];

/// Whether the bytes are UTF-8 without control characters, and no other format in disguise.
fn is_text(first: &[u8], is_whole: bool) -> bool {
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        // The last character may be truncated.
        Err(error) if !is_whole && error.error_len().is_none() => {
            std::str::from_utf8(&first[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    !text.contains(is_control) && !NON_TEXT_PREFIXES.iter().any(|begin| start.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proves(mime: &str, bytes: &[u8]) -> bool {
        by_mime(mime).expect("a known type").matches_bytes(bytes, true)
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        for (mime, bytes) in [
            ("image/png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]),
            ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
            ("image/gif", b"GIF89a\x01\0"),
            ("image/webp", b"RIFF\x24\0\0\0WEBPVP8 "),
            ("image/heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"),
            ("application/pdf", b"%PDF-1.7\n"),
            ("text/plain", "Grüße, 世界\n".as_bytes()),
            ("text/plain", "\u{feff}with a mark".as_bytes()),
            ("text/plain", b"BMW, Munich"),
            ("text/csv", b"a,b\r\n1,2"),
            ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt "),
        ] {
            assert!(proves(mime, bytes), "{mime}");
        }
    }

    #[test]
    fn no_disguise_helps_what_can_run_scripts() {
        for bytes in [
            &b"<!doctype html><script>1</script>"[..],
            b"\xef\xbb\xbf<html>",
            b" \n\t<svg xmlns='http://www.w3.org/2000/svg'>",
            b"<?xml version='1.0'?><svg>",
            b"<!-- --><svg>",
            b"#!/bin/sh\n",
            b"MZ\x90\0\x03\0\0\0",
            b"a\0b",
            b"\xff\xfe<\0h\0",
            b"\x1b[2J",
        ] {
            for kind in TYPES.iter() {
                assert!(!kind.matches_bytes(bytes, true), "{}: {bytes:?}", kind.mime);
            }
        }
        assert!(!proves("image/png", b"GIF89a\x01\0"), "another picture is another type");
        assert!(!proves("text/plain", b"%PDF-1.7"));
        assert!(TYPES.iter().all(|kind| !kind.mime.contains("html") && !kind.mime.contains("svg")));
    }

    #[test]
    fn a_letter_cut_by_the_look_is_no_fault_and_a_broken_one_is() {
        let text = by_mime("text/plain").expect("known");
        assert!(text.matches_bytes(&"é".as_bytes()[..1], false));
        assert!(!text.matches_bytes(&"é".as_bytes()[..1], true));
        assert!(!text.matches_bytes(b"\xe9t\xe9", false), "Latin-1 would be shown as rubbish");
    }

    #[test]
    fn browsers_declare_with_parameters_and_old_names() {
        let jpeg = by_mime("image/jpeg").expect("known");
        assert!(jpeg.is_declared("image/jpg") && jpeg.is_declared("IMAGE/JPEG; x=y") && !jpeg.is_declared("image/png"));
        assert!(parse("image/svg+xml").is_err_and(|what| what.contains("scripts")));
        assert!(parse("image/*").is_err_and(|what| what.contains("known are image/png")));
        assert_eq!(default_types().len(), 6);
    }
}
