//! Mapping of Wingdings, which Word and Outlook write for arrows, ticks and smileys, to Unicode.

/// Letters, each followed by the sign that the font shows for it.
const SIGNS: &str = "J🙂 K😐 L🙁 (☎ *✉ l● n■ §▪ o☐ ¨☐ q❑ v❖ Ø➢ à→ è→ ß← ç← á↑ é↑ â↓ ê↓ ð⇨ û✗ ü✓ ý☒ þ☑";

/// Whether the first font is a symbol font; `None` if no font is named.
pub fn is_symbolic(families: &str) -> Option<bool> {
    let first = families.split(',').next().unwrap_or_default();
    let first = first.trim_matches(|c: char| c.is_whitespace() || "'\"".contains(c));
    (!matches!(first, "" | "inherit" | "unset")).then(|| first.eq_ignore_ascii_case("wingdings"))
}

/// Returns the text as the font shows it. Letters without a common Unicode equivalent are kept.
pub fn shown(text: &str) -> String {
    text.chars().map(sign).collect()
}

fn sign(letter: char) -> char {
    // Word also encodes such letters in the private use area.
    let letter = match letter {
        '\u{f020}'..='\u{f0ff}' => char::from_u32(u32::from(letter) - 0xf000).unwrap_or(letter),
        _ => letter,
    };
    let sign = SIGNS.split(' ').find_map(|pair| pair.strip_prefix(letter)?.chars().next());
    sign.unwrap_or(letter)
}
