//! Renders rich text to elements. The tree is a closed type, so nothing can be rendered that is not
//! in this file; addresses are checked a second time.

use chataibot_wire::rich_text::{Link, Shift};
use chataibot_wire::{Node, RichText};
use yew::prelude::*;

use super::{ViewConfig, elements, elements::*};

/// Deeper text is shown without formatting: a tree must not be able to exhaust the stack.
const MAX_DEPTH: u8 = 24;

pub(super) fn rich_text(words: &RichText, config: &ViewConfig) -> Html {
    nodes(&words.0, config, 0)
}

fn nodes(list: &[Node], config: &ViewConfig, depth: u8) -> Html {
    if depth > MAX_DEPTH {
        return text(RichText(list.to_vec()).to_plain().into());
    }
    // A single node is not wrapped in a list, so that text alone can be set as `textContent`.
    if let [only] = list {
        return node(only, config, depth + 1);
    }
    list.iter().map(|one| node(one, config, depth + 1)).collect()
}

fn node(node: &Node, config: &ViewConfig, depth: u8) -> Html {
    let inside = |children: &[Node]| nodes(children, config, depth);
    match node {
        Node::Text(words) => text(words.clone().into()),
        Node::Break => plain("br", Html::default()),
        Node::Bold(children) => plain("strong", inside(children)),
        Node::Italic(children) => plain("em", inside(children)),
        Node::Underline(children) => plain("u", inside(children)),
        Node::Strike(children) => plain("s", inside(children)),
        Node::Code(children) => element!("code", "part" = "code"; inside(children)).into(),
        Node::Paragraph(children) => match children.as_slice() {
            [Node::Code(lines)] if lines.contains(&Node::Break) => {
                element!("pre", "part" = "code-block", "dir" = "auto"; inside(lines)).into()
            }
            _ => auto_dir("p", inside(children)),
        },
        Node::List(list) => {
            let items: Html = list.items.iter().map(|item| part("li", "text-item", inside(item))).collect();
            if !list.ordered {
                return element!("ul", "part" = "text-list", "dir" = "auto"; items).into();
            }
            element!(
                "ol", "part" = "text-list", "dir" = "auto",
                "start" = list.start.map(|start| start.to_string()),
                "reversed" = list.reversed.then_some(""),
                "type" = list.numbering.mark();
                items
            )
            .into()
        }
        Node::Link(Link { shift: Some(shift), children, .. }) => {
            plain(if *shift == Shift::Sup { "sup" } else { "sub" }, inside(children))
        }
        Node::Link(link) => match safe_address(&link.href) {
            Some(href) => elements::link("link", href, inside(&link.children), config.new_tab(href), None),
            None => inside(&link.children),
        },
    }
}

/// Returns the address if a link may lead there: `https`, `http`, `mailto` or `tel`, spelt plainly,
/// or a path, query or fragment of the host page's own site. The proxy sends no others; this is a
/// second line of defence.
#[must_use]
pub fn safe_address(address: &str) -> Option<&str> {
    // Browsers remove tabs and line ends, so `java\nscript:` would become a scheme again.
    if address.bytes().any(|b| b < b' ' || b == 0x7f) {
        return None;
    }
    if address.starts_with(['/', '?', '#']) {
        // Two slashes begin a host, and browsers take a backslash for a slash.
        return (!address.starts_with("//") && !address.starts_with("/\\")).then_some(address);
    }
    let (scheme, rest) = address.split_once(':')?;
    let allowed = match scheme {
        _ if rest.is_empty() => false,
        _ if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") => {
            rest.len() > 2 && rest.starts_with("//")
        }
        _ => scheme.eq_ignore_ascii_case("mailto") || scheme.eq_ignore_ascii_case("tel"),
    };
    allowed.then_some(address)
}

/// Whether a text is a few emoji and nothing else. Such a text is shown large and without a bubble.
pub(super) fn is_emoji_only(text: &str) -> bool {
    let text = text.trim();
    let pictures = text.chars().filter(|&c| is_picture(c)).count();
    // Joiners, variation selectors and skin tones belong to the emoji before them.
    let is_allowed = |c: char| is_picture(c) || matches!(c, '\u{200d}' | '\u{fe0f}' | ' ');
    pictures > 0 && text.chars().count() <= 14 && text.chars().all(is_allowed) && count_clusters(text) <= 3
}

fn count_clusters(text: &str) -> usize {
    let mut count = 0;
    let mut joined = false;
    let mut half_flag = false;
    for c in text.chars() {
        match c {
            '\u{200d}' => joined = true,
            '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | ' ' => {}
            '\u{1f1e6}'..='\u{1f1ff}' => {
                half_flag = !half_flag;
                count += usize::from(half_flag);
            }
            _ => {
                count += usize::from(!joined);
                joined = false;
            }
        }
    }
    count
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{231a}'..='\u{23ff}' | '\u{2190}'..='\u{21ff}' | '\u{203c}' | '\u{3030}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_mail_and_telephone_addresses_become_links() {
        for good in [
            "https://a.example/x?y#z",
            "HTTP://a.example",
            "mailto:a@b.example",
            "tel:+491234",
            "tel:+49 1234",
            "/orders/7?a#b",
            "?page=2",
            "#/orders/7",
        ] {
            assert_eq!(safe_address(good), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            " javascript:alert(1)",
            "\u{1}https://a.example",
            "data:text/html,x",
            "blob:https://a.example/1",
            "vbscript:x",
            "file:///etc/passwd",
            "//a.example",
            "/\\a.example",
            "/\t/a.example",
            "\\\\a.example",
            "path",
            "https:",
            "https://",
            "https:a.example",
            "mailto:",
            "",
        ] {
            assert_eq!(safe_address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn up_to_three_emoji_alone_are_shown_large() {
        for large in ["👍", "🎉🎉🎉", "❤️", "👩‍👩‍👧‍👦", "🇩🇪 🇫🇷", "👋🏽"] {
            assert!(is_emoji_only(large), "{large}");
        }
        for small in ["", "ok", "👍 ok", "1", "🎉🎉🎉🎉", "→ x", " "] {
            assert!(!is_emoji_only(small), "{small}");
        }
    }
}
