//! Detection of blank texts. Shared, so that proxy and widget agree on which texts show nothing.

/// Whether the text shows nothing: it consists of white space, controls, and characters that only
/// format or fill.
///
/// A text with other characters among them is not blank: they join emoji and are part of words.
///
/// ```
/// use chataibot_wire::text::is_blank;
///
/// assert!(is_blank(" \u{200d}\n"));
/// assert!(!is_blank("👩\u{200d}🚀"));
/// ```
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

/// White space, controls, Unicode's default ignorables, and letters with an empty glyph.
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_nothing_but_unseen_characters_is_blank() {
        for blank in [
            "",
            " \t\r\n",
            "\u{a0}\u{2003}\u{3000}\u{202f}\u{205f}\u{1680}\u{2028}\u{2029}",
            "\u{200b}",
            "\u{200c}\u{200d}",
            "\u{2060}",
            "\u{2061}\u{2062}\u{2063}\u{2064}",
            "\u{3164}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{2800}",
            "\u{ad}",
            "\u{feff}",
            "\u{200e}\u{200f}\u{61c}",
            "\u{202a}\u{202e}\u{2066}\u{2069}",
            "\u{34f}",
            "\u{fe0f}",
            "\u{e0100}",
            "\u{e0062}\u{e007f}",
            "\u{180e}",
            "\u{fffa}",
            "\u{0}\u{7f}\u{85}",
            " \u{200b}\u{a0}\u{2800} ",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
    }

    #[test]
    fn a_text_that_only_holds_unseen_characters_is_not_blank() {
        for seen in [
            "a",
            ".",
            "\u{200b}a",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "🇩🇪",
            "1\u{fe0f}\u{20e3}",
            "نیم\u{200c}فاصله",
            "\u{2801}",
            "ᅠ가",
            "\u{fffc}",
            "\u{fffd}",
            "\u{301}",
        ] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }
}
