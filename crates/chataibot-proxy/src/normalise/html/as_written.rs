//! Pre-processor of HTML input: escapes signs that people wrote as text and not as markup.
//!
//! - Addresses in angle brackets (`<ada@a.example>`, `<https://a.example/>`) are not tags.
//! - Neither are placeholders (`Dear <first name>`) and parts of code (`List<String>`).
//! - `&` in an address does not begin an entity: `?amount=5&currency=EUR` holds no `¤`.

use std::collections::HashSet;

use super::tags;
use crate::normalise::text::starts_with_ignore_case;

/// Prefixes of tags that Office and other programs write.
const NAMESPACES: [&str; 9] = ["o", "v", "w", "m", "x", "st1", "svg", "fb", "g"];

/// Replaces `<` and `&` by `&lt;` and `&amp;` where they were meant as text.
pub fn escape_literal_text(input: &str) -> String {
    let input = with_plain_ampersands(input);
    let starts: HashSet<String> = input.split('<').skip(1).map(name_of).collect();
    let holds_vocabulary = starts.contains("svg") || starts.contains("math");
    let ends: HashSet<String> = input.split("</").skip(1).map(name_of).collect();
    let mut out = String::with_capacity(input.len());
    let mut rest = &*input;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inside = tag[1..].split(['<', '>']).next().unwrap_or_default();
        let after = tag[1 + inside.len()..].strip_prefix('>');
        let is_text = after
            .is_some_and(|after| is_address(inside) || !holds_vocabulary && is_placeholder(inside, &out, after, &ends));
        out.push_str(if is_text { "&lt;" } else { "<" });
        rest = &tag[1..];
    }
    out.push_str(rest);
    out
}

fn is_address(inside: &str) -> bool {
    let starts = |start: &str| starts_with_ignore_case(inside, start);
    let is_mail = inside.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && inside.starts_with(|c: char| c.is_alphanumeric())
    });
    let is_web = ["mailto:", "tel:", "sms:", "www."].into_iter().any(starts)
        || inside.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphanumeric()));
    // Slack writes the words of a link after a bar.
    let address = inside.split('|').next().unwrap_or_default();
    is_web && !address.contains(char::is_whitespace)
        || is_mail && !inside.contains(|c: char| c.is_whitespace() || "\"'=".contains(c))
}

/// Whether the tag is a placeholder in angle brackets. An unclosed tag of an unknown element looks
/// the same, so the context decides: a placeholder is inside a sentence and not directly followed
/// by a word; or it has several words, or is all capitals.
fn is_placeholder(inside: &str, before: &str, after: &str, ends: &HashSet<String>) -> bool {
    let name = name_of(inside);
    // `<DD/MM/YYYY>`
    let is_date = name == "dd" && inside.contains('/');
    let is_tag = !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || name.split_once(':').is_some_and(|(prefix, _)| NAMESPACES.contains(&prefix))
        || inside.contains('=')
        || inside.ends_with('/')
        || tags::is_known(&name) && !is_date
        || tags::UNUSUAL.contains(&name)
        || ends.contains(&name);
    if is_tag {
        return false;
    }
    let is_phrase = inside.trim().contains(' ') || inside.len() > 1 && !inside.contains(|c: char| c.is_lowercase());
    let before = before.trim_end_matches([' ', '\t']);
    let is_in_sentence = !before.is_empty() && !before.ends_with(['>', '\n']);
    let is_apart = !after.starts_with(char::is_alphanumeric);
    is_phrase || is_in_sentence && is_apart
}

fn name_of(tag: &str) -> String {
    let end = |c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<');
    tag.split(end).next().unwrap_or_default().to_ascii_lowercase()
}

/// Escapes `&` in addresses within text: a name without a semicolon is a query parameter there,
/// much as HTML parses entities in attributes.
fn with_plain_ampersands(input: &str) -> String {
    let words = input.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
    let is_address = |word: &str| ["://", "www.", "mailto:"].into_iter().any(|sign| word.contains(sign));
    words
        .map(|word| if word.contains('&') && is_address(word) { escape_parameters(word) } else { word.to_owned() })
        .collect()
}

fn escape_parameters(address: &str) -> String {
    let mut parts = address.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(part.len());
        let is_query = part[end..].starts_with('=') || out.contains('?') && !part[end..].starts_with(';');
        let is_parameter = end > 0 && is_query;
        out.push_str(if is_parameter { "&amp;" } else { "&" });
        out.push_str(part);
    }
    out
}
