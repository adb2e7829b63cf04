//! Symbol fonts (Wingdings): which Unicode character each of their letters shows. Word and Outlook
//! write arrows, ticks, bullets and smileys so.

/// Is it a symbol font? `None` where no font is named.
pub fn is_symbolic(families: &str) -> Option<bool> {
    let first =
        families.split(',').next().unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || "'\"".contains(c));
    if matches!(first, "" | "inherit" | "unset") { None } else { Some(first.eq_ignore_ascii_case("wingdings")) }
}

/// The text as that font shows it. Letters without a common Unicode character stay as they are.
pub fn shown(text: &str) -> String {
    text.chars().map(sign).collect()
}

fn sign(letter: char) -> char {
    // Word writes such letters also in the private area.
    let letter = match letter {
        '\u{f020}'..='\u{f0ff}' => char::from_u32(u32::from(letter) - 0xf000).unwrap_or(letter),
        _ => letter,
    };
    match letter {
        'J' => '🙂',
        'K' => '😐',
        'L' => '🙁',
        '(' => '☎',
        '*' => '✉',
        'l' => '●',
        'n' => '■',
        '§' => '▪',
        'o' | '¨' => '☐',
        'q' => '❑',
        'v' => '❖',
        'Ø' => '➢',
        'à' | 'è' => '→',
        'ß' | 'ç' => '←',
        'á' | 'é' => '↑',
        'â' | 'ê' => '↓',
        'ð' => '⇨',
        'û' => '✗',
        'ü' => '✓',
        'ý' => '☒',
        'þ' => '☑',
        other => other,
    }
}
