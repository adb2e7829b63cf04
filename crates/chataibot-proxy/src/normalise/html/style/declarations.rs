//! Parser of `style` attributes by CSS rules: comments, strings, brackets, escapes, `!important`.

use std::{iter::Peekable, mem, str::Chars};

/// Returns names and values in lower case; of several with one name, the last one applies.
pub fn declarations(style: &str) -> Vec<(String, String)> {
    let mut normal = Vec::new();
    let mut important = Vec::new();
    let mut characters = style.chars().peekable();
    while characters.peek().is_some() {
        let Some((name, mut value)) = read_declaration(&mut characters) else { continue };
        match value.strip_suffix("important").and_then(|value| value.trim_end().strip_suffix('!')) {
            Some(before) => {
                value.truncate(before.trim_end().len());
                important.push((name, value));
            }
            None => normal.push((name, value)),
        }
    }
    normal.append(&mut important);
    normal
}

/// Reads to the end of a declaration; `None` if it has no value.
fn read_declaration(characters: &mut Peekable<Chars>) -> Option<(String, String)> {
    let mut name = None;
    let mut read = String::new();
    // The closing characters of the open brackets and strings, innermost last.
    let mut open = Vec::new();
    while let Some(character) = characters.next() {
        let is_quoted = matches!(open.last(), Some('"' | '\''));
        match character {
            '\\' => read.extend(read_escape(characters)),
            _ if open.last() == Some(&character) => {
                open.pop();
                read.push(character);
            }
            _ if is_quoted => read.push(character),
            '/' if characters.peek() == Some(&'*') => {
                // The opening star does not end the comment.
                characters.next();
                let mut before = ' ';
                characters.any(|c| mem::replace(&mut before, c) == '*' && c == '/');
                // A comment separates words.
                read.push(' ');
            }
            ';' if open.is_empty() => break,
            ':' if name.is_none() && open.is_empty() => name = Some(mem::take(&mut read)),
            _ => {
                open.extend(match character {
                    '(' => Some(')'),
                    '[' => Some(']'),
                    '{' => Some('}'),
                    '"' | '\'' => Some(character),
                    _ => None,
                });
                read.push(character);
            }
        }
    }
    Some((name?.trim().to_ascii_lowercase(), read.trim().to_ascii_lowercase()))
}

/// Reads an escape after its backslash: one character, or up to six hex digits and a space.
fn read_escape(characters: &mut Peekable<Chars>) -> Option<char> {
    let number: String = std::iter::from_fn(|| characters.next_if(char::is_ascii_hexdigit)).take(6).collect();
    if number.is_empty() {
        return characters.next();
    }
    characters.next_if(char::is_ascii_whitespace);
    u32::from_str_radix(&number, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_ends_where_css_ends_it() {
        for (style, expected) in [
            ("a:b;C : D ;", vec![("a", "b"), ("c", "d")]),
            ("a:'x;y';b:(;);c:d", vec![("a", "'x;y'"), ("b", "(;)"), ("c", "d")]),
            ("a:'it\\'s;';b:c", vec![("a", "'it's;'"), ("b", "c")]),
            ("a:b!important;a:c", vec![("a", "c"), ("a", "b")]),
            ("a:b ! IMPORTANT;a:c", vec![("a", "c"), ("a", "b")]),
            ("a:/*/;*/b;c", vec![("a", "b")]),
            ("a:b:c", vec![("a", "b:c")]),
            ("a:'open;b:c", vec![("a", "'open;b:c")]),
        ] {
            let read = declarations(style);
            let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(read, expected, "{style}");
        }
    }
}
