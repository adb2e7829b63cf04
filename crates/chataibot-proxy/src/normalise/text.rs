//! Filter for characters that may reach a page: none that control, and none that reorder text.

/// Whether the character may appear in shown text. The caller handles white space.
///
/// Bidirectional overrides, embeddings and isolates are excluded because they reorder the text
/// around them. The harmless marks (LRM, RLM, ALM) that Arabic and Hebrew need stay, as do joiners
/// and tag characters, which emoji are made of.
pub fn is_shown(character: char) -> bool {
    !(character.is_control() || is_reordering(character) || matches!(character, '\u{feff}' | '\u{fff9}'..='\u{fffb}'))
}

/// Whether the character is a bidirectional embedding, override or isolate.
pub fn is_reordering(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether the character is white space that a browser collapses, or a line or part separator of
/// other systems. Removing those instead would join the words around them.
pub fn is_space(character: char) -> bool {
    is_line_end(character) || matches!(character, ' ' | '\t' | '\r' | '\u{c}' | '\u{1c}'..='\u{1f}')
}

/// Whether the character ends a line: includes those of Word (VT), mainframes (NEL) and Unicode.
pub fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// [`str::starts_with`], ignoring ASCII case.
pub fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
}

/// Returns the text as one line of at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    let line: String = words.join(" ").chars().filter(|c| is_shown(*c)).skip_while(|c| *c == ' ').take(most).collect();
    line.trim_end().to_owned()
}
