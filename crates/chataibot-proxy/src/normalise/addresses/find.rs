//! Scanner for addresses in text. An address begins with `https://`, `http://` or `www.`, or
//! surrounds an `@`; it ends where the sentence goes on, in any script.

use std::ops::Range;

use crate::normalise::{
    links,
    text::{is_reordering, starts_with_ignore_case},
};

/// Characters that plain-text markup puts on both sides of emphasised words.
const EMPHASIS: &str = "*_~'";

/// Characters with which an address would continue if the next node's text followed directly.
const CONTINUATIONS: &str = "/_@%=&#+~\\";

/// Searches a text for addresses, from its beginning on.
pub struct Finder<'a> {
    text: &'a str,
    /// The characters around the text.
    before: Option<char>,
    after: Option<char>,
    /// Offset of the next web address, if there is one.
    web: Option<usize>,
}

impl<'a> Finder<'a> {
    pub fn new(text: &'a str, before: Option<char>, after: Option<char>) -> Self {
        Self { text, before, after, web: find_web_start(text, 0, before) }
    }

    /// Returns the next web or e-mail address at or after `from`, and its target; the target is
    /// `None` if it only looked like an address.
    pub fn next(&mut self, from: usize) -> Option<(Range<usize>, Option<String>)> {
        let Self { text, before, after, .. } = *self;
        if self.web.is_some_and(|at| at < from) {
            self.web = find_web_start(text, from, before);
        }
        let mail = parse_mail(text, from, before);
        let (range, href) = match (self.web, mail) {
            (Some(at), Some(found)) if found.0.start < at || found.0.start == at && is_user(&text[at..found.0.end]) => {
                found
            }
            (Some(at), _) => parse_web(text, at, before),
            (None, found) => found?,
        };
        // If the address continues in text with other formatting, its target is unknown.
        let continues = after.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c) || CONTINUATIONS.contains(c));
        Some((range.clone(), href.filter(|_| range.end < text.len() || !continues)))
    }
}

/// Whether the text is the user part of an e-mail address, such as `www.ada@a.example`.
fn is_user(text: &str) -> bool {
    scheme(text) == 0 && text.contains('@') && !text.contains(['/', '?', '#'])
}

/// Returns the length of `https://` or `http://` at the start of the text; 0 if there is none.
fn scheme(text: &str) -> usize {
    ["https://", "http://"].into_iter().find(|scheme| starts_with_ignore_case(text, scheme)).map_or(0, str::len)
}

fn char_before(text: &str, at: usize, before: Option<char>) -> Option<char> {
    text[..at].chars().next_back().or(before)
}

fn find_web_start(text: &str, from: usize, before: Option<char>) -> Option<usize> {
    text[from..].match_indices(['h', 'H', 'w', 'W']).map(|(at, _)| from + at).find(|&at| {
        if scheme(&text[at..]) > 0 {
            // `xhttps://` is a different scheme.
            !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
        } else {
            let previous = char_before(text, at, before);
            starts_with_ignore_case(&text[at..], "www.")
                && !previous.is_some_and(|c| c.is_ascii_alphanumeric() || "/.-_@\\".contains(c))
        }
    })
}

/// Parses the web address that begins at `at`.
fn parse_web(text: &str, at: usize, before: Option<char>) -> (Range<usize>, Option<String>) {
    let whole = &text[at..];
    let scheme = scheme(whole);
    let part = &whole[..whole.floor_char_boundary(links::LONGEST + 4)];
    let end = web_end(part, scheme);
    if end > links::LONGEST {
        let end = whole.find(ends_address).unwrap_or(whole.len());
        return (at..at + end, None);
    }
    // Text that is shown in another order than it is written can disguise the address.
    let reordered = whole[end..].starts_with(is_reordering);
    let address = trim_sentence(&whole[..end], char_before(text, at, before));
    let href = if scheme > 0 { links::link(address) } else { www_link(address) };
    let href = href.filter(|href| !reordered && shows_its_host(&address[scheme.min(address.len())..], href));
    // If the whole is not a valid address, no part of it becomes one.
    let end = if href.is_some() { address.len() } else { end.max(scheme) };
    (at..at + end, href)
}

/// Whether the host in the text is the host that the link opens, and a name that can exist.
fn shows_its_host(words: &str, href: &str) -> bool {
    let written = words.split(['/', '?', '#']).next().unwrap_or_default();
    let Some(host) = links::host(href) else { return false };
    // A host in another script is serialised as punycode, and brackets hold an IP address.
    let is_same = !written.is_ascii() || written.starts_with('[') || starts_with_ignore_case(written, &host);
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    is_same && host.strip_suffix('.').unwrap_or(&host).split('.').all(is_label)
}

fn www_link(address: &str) -> Option<String> {
    let href = links::link(&["https://", address].concat())?;
    let host = links::host(&href)?;
    (host.split('.').count() > 2 && has_top_level(&host)).then_some(href)
}

/// Returns the offset where a web address ends. `scheme` is the length of the part before its host.
fn web_end(address: &str, scheme: usize) -> usize {
    let end = address.find(ends_address).unwrap_or(address.len());
    let host_end = address[scheme..end].find(['/', '?', '#', '\\']).map_or(end, |at| scheme + at);
    let host = &address[scheme..host_end];
    if let Some(at) = host.find([',', ';', '!', '\'', '(', ')', '*', '~', '{', '}']) {
        return scheme + at;
    }
    let name = host.split(':').next().unwrap_or_default();
    if let Some(at) = name_end(name) {
        return scheme + at;
    }
    let mut open = Vec::new();
    for (at, character) in address[host_end..end].char_indices().map(|(at, c)| (host_end + at, c)) {
        let is_end = match character {
            '(' | '[' | '{' => {
                open.push(character);
                false
            }
            // A bracket that was not opened in the address belongs to the sentence.
            ')' => open.pop() != Some('('),
            ']' => open.pop() != Some('['),
            '}' => open.pop() != Some('{'),
            // Two addresses separated by only a comma or semicolon.
            ',' | ';' => self::scheme(&address[at + 1..]) > 0,
            // An escaped line end, such as `\n`.
            '\\' => true,
            _ => false,
        };
        if is_end {
            return at;
        }
    }
    if host_end == end { end - (host.len() - host.trim_end_matches('-').len()) } else { end }
}

/// Returns the offset where the last label of a host name turns from Latin letters to another
/// script: no top-level domain mixes them, so what follows is text without a space.
fn name_end(name: &str) -> Option<usize> {
    let last = name.rfind('.')? + 1;
    let label = &name[last..];
    let latin = label.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|end| *end >= 2)?;
    let is_word = label[..latin].bytes().all(|b| b.is_ascii_alphabetic());
    let script_changes = label[latin..].chars().next().is_some_and(|c| c > '\u{24f}' && !links::is_invisible(c));
    (is_word && script_changes).then_some(last + latin)
}

/// Parses the e-mail address around the next `@`.
fn parse_mail(text: &str, from: usize, before: Option<char>) -> Option<(Range<usize>, Option<String>)> {
    let at = from + text[from..].find('@')?;
    let start = local_part_start(text, from, at);
    let end = at + 1 + domain_end(&text[at + 1..]);
    let range = start..end;
    let local = &text[start..at];
    let previous = char_before(text, start, before);
    let next = text[end..].chars().next();
    let is_local = !local.is_empty() && !local.ends_with('.') && !local.contains("..");
    let is_part = previous.is_some_and(|c| c.is_alphanumeric() || "@\"#\\".contains(c))
        && !is_word_end(previous, local)
        || text[..start].ends_with("://");
    let continues = match next {
        Some('_') => text[end..].trim_start_matches('_').starts_with(char::is_alphanumeric),
        next => next == Some('@') || next.is_some_and(is_reordering),
    };
    let href = (is_local && !is_part && !continues).then(|| mailto_link(&text[range.clone()])).flatten();
    Some((range, href))
}

/// Whether the character may be in the local part, before the `@`. Characters that set an address
/// apart or precede it (`mail=ada@a.example`) may not.
fn is_local_part(character: char) -> bool {
    character.is_alphanumeric() || "._-+%&'!$/^?~".contains(character) || is_mark(character)
}

/// Whether the character combines with the preceding one, such as accents and vowel signs.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

fn local_part_start(text: &str, from: usize, at: usize) -> usize {
    let mut start = from + text[from..at].trim_end_matches(is_local_part).len();
    // A script without spaces, followed directly by the address.
    if let Some((last, c)) = text[start..at].char_indices().rev().find(|(_, c)| is_unspaced(*c))
        && text[start + last + c.len_utf8()..at].starts_with(|c: char| c.is_ascii_alphabetic())
    {
        start += last + c.len_utf8();
    }
    let local = &text[start..at];
    start += local.len() - local.trim_start_matches(|c: char| !c.is_alphanumeric() && !"_%".contains(c)).len();
    // Emphasis markup: `_ada@a.example_`.
    let local = &text[start..at];
    let is_wrapped = text[at + 1 + domain_end(&text[at + 1..])..].starts_with('_');
    if is_wrapped { start + local.len() - local.trim_start_matches('_').len() } else { start }
}

/// Whether the preceding character ends a word in a script without spaces.
fn is_word_end(previous: Option<char>, local: &str) -> bool {
    previous.is_some_and(is_unspaced) && local.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether the character belongs to a script treated as written without spaces: Han, Kana, Hangul,
/// Thai, Lao, Khmer and Burmese.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn domain_end(rest: &str) -> usize {
    let end =
        rest.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-' || is_mark(c) || links::is_invisible(c)));
    let domain = &rest[..end.unwrap_or(rest.len())];
    let domain = domain[..name_end(domain).unwrap_or(domain.len())].trim_end_matches(['.', '-']);
    // Trailing invisible characters belong to the surrounding text.
    domain.trim_end_matches(links::is_invisible).len()
}

fn mailto_link(address: &str) -> Option<String> {
    let (_, host) = address.rsplit_once('@')?;
    // A file name such as `logo@2x.png`.
    let is_file = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif"].iter().any(|end| host.ends_with(end));
    // Compared in the serialised form, so that a look-alike of another name is not an address.
    let host_of = links::host(&links::link(&["https://", host].concat())?)?;
    let is_name =
        host_of.contains('.') && has_top_level(&host_of) && shows_its_host(host, &["https://", &host_of].concat());
    if is_file || !is_name {
        return None;
    }
    links::link(&["mailto:", address].concat()).filter(|href| !href.contains([' ', '?', '#']))
}

fn has_top_level(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    last.len() >= 2
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
        && host.split('.').all(|label| !label.is_empty())
}

/// Strips trailing characters that belong to the surrounding sentence. `before` is the character in
/// front of the address.
fn trim_sentence(address: &str, before: Option<char>) -> &str {
    let mut address = address;
    loop {
        let last = address.chars().next_back();
        let opener = match last {
            Some(')') => '(',
            Some(']') => '[',
            Some('}') => '{',
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '\u{200e}' | '\u{200f}') => '\0',
            Some(c) if before == Some(c) && EMPHASIS.contains(c) => '\0',
            _ => return address,
        };
        let closer = last.unwrap_or_default();
        if opener != '\0' && address.matches(opener).count() >= address.matches(closer).count() {
            return address;
        }
        address = &address[..address.len() - closer.len_utf8()];
    }
}

/// Whether the character is never part of an address: white space, control characters, quotes, long
/// dashes, and the sentence ends and brackets of scripts without spaces.
fn ends_address(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character,
            '<' | '>' | '"' | '`' | '|' | '\u{ab}' | '\u{bb}' | '\u{200b}' | '\u{2014}' | '\u{2015}' | '\u{2018}'..='\u{201f}' | '\u{2026}'
            | '\u{2028}'..='\u{202f}' | '\u{2039}' | '\u{203a}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{3014}'..='\u{301f}' | '\u{589}' | '\u{5c3}' | '\u{60c}' | '\u{61b}' | '\u{61f}' | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{f0d}' | '\u{104a}' | '\u{104b}' | '\u{1362}'..='\u{1368}' | '\u{17d4}' | '\u{17d5}' | '\u{feff}'
            | '\u{ff01}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0c}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}'
            | '\u{ff3b}' | '\u{ff3d}' | '\u{ff5b}' | '\u{ff5d}' | '\u{ff61}'..='\u{ff64}')
}
