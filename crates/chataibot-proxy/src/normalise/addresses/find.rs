//! Scanner for addresses in text. An address begins with `https://`, `http://` or `www.`, or
//! surrounds an `@`; it ends where the sentence goes on, in any script.

use std::ops::Range;

use super::phone::parse_phone;
use crate::normalise::links;
use crate::normalise::text::{is_reordering, starts_with_ignore_case};

/// Characters that plain-text markup puts on both sides of emphasised words.
const EMPHASIS: &str = "*_~'";

/// Characters with which an address would continue if the next node's text followed directly.
const CONTINUATIONS: &str = "/_@%=&#+~\\";

/// Returns the addresses in a text, and their targets. `before` and `after` surround the text.
pub fn find(text: &str, before: Option<char>, after: Option<char>) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    // Fast path: most texts have no address.
    if !text.contains(['@', ':', '.', '+']) {
        return found;
    }
    let finder = Finder { text, before, after };
    let mut at = 0;
    let mut web = finder.web_start(0);
    while let Some((range, href)) = finder.next(at, &mut web) {
        let words = if href.is_some() { at..range.start } else { at..range.end };
        finder.find_phones(words, &mut found);
        at = range.end;
        found.extend(href.map(|href| (range, href)));
    }
    finder.find_phones(at..text.len(), &mut found);
    found
}

struct Finder<'a> {
    text: &'a str,
    /// The characters around the text.
    before: Option<char>,
    after: Option<char>,
}

impl Finder<'_> {
    fn char_before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back().or(self.before)
    }

    /// Returns the next web or e-mail address at or after `from`, and its target; the target is
    /// `None` if it only looked like an address. `web` is the offset of the next web address.
    fn next(&self, from: usize, web: &mut Option<usize>) -> Option<(Range<usize>, Option<String>)> {
        if web.is_some_and(|at| at < from) {
            *web = self.web_start(from);
        }
        let is_first =
            |mail: &Range<usize>, at| mail.start < at || mail.start == at && is_user(&self.text[at..mail.end]);
        let (range, href) = match (*web, self.parse_mail(from)) {
            (Some(at), Some(found)) if is_first(&found.0, at) => found,
            (Some(at), _) => self.parse_web(at),
            (None, found) => found?,
        };
        // If the address continues in text with other formatting, its target is unknown.
        let continues = |c: char| c.is_alphanumeric() && !is_unspaced(c) || CONTINUATIONS.contains(c);
        let is_whole = range.end < self.text.len() || !self.after.is_some_and(continues);
        Some((range, href.filter(|_| is_whole)))
    }

    fn web_start(&self, from: usize) -> Option<usize> {
        let mut candidates = self.text[from..].match_indices(['h', 'H', 'w', 'W']).map(|(at, _)| from + at);
        candidates.find(|&at| {
            let (before, text) = self.text.split_at(at);
            if scheme(text) > 0 {
                // `xhttps://` is a different scheme.
                return !before.ends_with(|c: char| c.is_ascii_alphanumeric());
            }
            let is_inside = |c: char| c.is_ascii_alphanumeric() || "/.-_@\\".contains(c);
            starts_with_ignore_case(text, "www.") && !self.char_before(at).is_some_and(is_inside)
        })
    }

    /// Parses the web address that begins at `at`.
    fn parse_web(&self, at: usize) -> (Range<usize>, Option<String>) {
        let whole = &self.text[at..];
        let scheme = scheme(whole);
        let part = &whole[..whole.floor_char_boundary(links::LONGEST + 4)];
        let end = web_end(part, scheme);
        if end > links::LONGEST {
            let end = whole.find(ends_address).unwrap_or(whole.len());
            return (at..at + end, None);
        }
        // Text that is shown in another order than it is written can disguise the address.
        let reordered = whole[end..].starts_with(is_reordering);
        let address = trim_sentence(&whole[..end], self.char_before(at));
        let href = if scheme > 0 { links::link(address) } else { www_link(address) };
        let href = href.filter(|href| !reordered && shows_its_host(&address[scheme.min(address.len())..], href));
        // If the whole is not a valid address, no part of it becomes one.
        let end = if href.is_some() { address.len() } else { end.max(scheme) };
        (at..at + end, href)
    }

    /// Parses the e-mail address around the next `@`.
    fn parse_mail(&self, from: usize) -> Option<(Range<usize>, Option<String>)> {
        let text = self.text;
        let at = from + text[from..].find('@')?;
        let start = local_part_start(text, from, at);
        let end = at + 1 + domain_end(&text[at + 1..]);
        let local = &text[start..at];
        let is_local = !local.is_empty() && !local.ends_with('.') && !local.contains("..");
        // The address can follow a script without spaces directly.
        let begins_word = local.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_part = self
            .char_before(start)
            .is_some_and(|c| (c.is_alphanumeric() || "@\"#\\".contains(c)) && !(begins_word && is_unspaced(c)));
        let continues = match text[end..].chars().next() {
            Some('_') => text[end..].trim_start_matches('_').starts_with(char::is_alphanumeric),
            next => next.is_some_and(|c| c == '@' || is_reordering(c)),
        };
        let is_address = is_local && !is_part && !text[..start].ends_with("://") && !continues;
        Some((start..end, is_address.then(|| mailto_link(&text[start..end])).flatten()))
    }

    /// Finds telephone numbers in international form: `+`, a country code, and digits.
    fn find_phones(&self, within: Range<usize>, found: &mut Vec<(Range<usize>, String)>) {
        let mut at = within.start;
        while let Some(plus) = self.text[at..within.end].find('+').map(|plus| at + plus) {
            at = plus + 1;
            if self.char_before(plus).is_some_and(|c| c.is_alphanumeric() || "+=/_-.@^".contains(c)) {
                continue;
            }
            let Some((length, number)) = parse_phone(&self.text[plus..within.end]) else { continue };
            let end = plus + length;
            let rest = &self.text[end..];
            let after = self.after.filter(|_| rest.is_empty());
            let continues = |c: char| c.is_alphanumeric() || "_@=+*^".contains(c);
            let is_amount = rest.trim_start().chars().next().or(after).is_some_and(|c| "€$£¥%₽₹°".contains(c));
            if is_amount || rest.chars().next().or(after).is_some_and(continues) {
                continue;
            }
            if let Some(href) = links::link(&["tel:+", &number].concat()) {
                found.push((plus..end, href));
                at = end;
            }
        }
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

/// Returns the offset where a host's last label turns from Latin letters to another script: no
/// top-level domain mixes them, so what follows is text without a space.
fn name_end(name: &str) -> Option<usize> {
    let last = name.rfind('.')? + 1;
    let label = &name[last..];
    let latin = label.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|end| *end >= 2)?;
    let is_word = label[..latin].bytes().all(|b| b.is_ascii_alphabetic());
    let script_changes = label[latin..].chars().next().is_some_and(|c| c > '\u{24f}' && !links::is_invisible(c));
    (is_word && script_changes).then_some(last + latin)
}

/// Whether the character may be before the `@`; those that precede addresses (`mail=`) may not.
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

/// Whether the script is one without spaces: Han, Kana, Hangul, Thai, Lao, Khmer and Burmese.
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

/// Strips what belongs to the sentence around. `before` is the character before the address.
fn trim_sentence(mut address: &str, before: Option<char>) -> &str {
    while let Some(last) = address.chars().next_back() {
        let is_unopened = |opener: char| address.matches(opener).count() < address.matches(last).count();
        let is_outside = match last {
            ')' => is_unopened('('),
            ']' => is_unopened('['),
            '}' => is_unopened('{'),
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '\u{200e}' | '\u{200f}' => true,
            // Directly after a separator, an emoji is a name of its own.
            _ if is_emoji(last) => !address.trim_end_matches(is_emoji).ends_with(['/', '?', '&', '=', '#']),
            _ => before == Some(last) && EMPHASIS.contains(last),
        };
        if !is_outside {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address
}

/// Whether the character is an emoji, or part of one other than a letter, digit or sign.
fn is_emoji(character: char) -> bool {
    matches!(character,
        '\u{200d}' | '\u{20e3}' | '\u{231a}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b55}' | '\u{fe0f}'
        | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}')
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
