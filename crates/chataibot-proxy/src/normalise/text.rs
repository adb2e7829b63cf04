//! Which characters may reach a page: no controls, nothing invisible that reorders text.

/// May the character stand in a shown text? White space is judged by the caller.
///
/// Bidirectional overrides, embeddings and isolates are out, because they reorder what stands
/// beside them; the harmless marks (LRM, RLM, ALM) that Arabic and Hebrew texts need stay. So do
/// joiners and tag characters: emoji are made of them.
pub fn is_shown(character: char) -> bool {
    !(character.is_control() || is_reordering(character) || matches!(character, '\u{feff}' | '\u{fff9}'..='\u{fffb}'))
}

/// Bidirectional embeddings, overrides and isolates.
pub fn is_reordering(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// White space that a browser collapses, and what ends lines or parts elsewhere: it would else be
/// left out and words run together.
pub fn is_space(character: char) -> bool {
    is_line_end(character) || matches!(character, ' ' | '\t' | '\r' | '\u{c}' | '\u{1c}'..='\u{1f}')
}

/// What ends a line, in a text whose lines count: also in Word (VT), on large machines (NEL), and
/// in Unicode.
pub fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// [`str::starts_with`], with ASCII letters of either case.
pub fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
}

/// One line of plain text, at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        if count > 0 && count < most {
            out.push(' ');
            count += 1;
        }
        for character in word.chars().filter(|c| is_shown(*c)) {
            if count == most {
                break;
            }
            out.push(character);
            count += 1;
        }
    }
    out.truncate(out.trim_end().len());
    out
}
