//! Linkifier: turns addresses in plain text into links, `https://…`, `http://…`, `www.…`, e-mail
//! addresses, and telephone numbers in international form.
//!
//! [`find`] finds them; only what `links` allows becomes a link. Links and code are not searched.

use std::mem::take;

use chataibot_wire::{Node, rich_text::Link};

use super::{children, is_block};
use find::find;

mod find;
mod phone;

/// Returns the nodes with links for the addresses in their text, as long as the tree stays within
/// `most` nodes and `max_depth` levels.
pub fn link_addresses(nodes: Vec<Node>, most: usize, max_depth: usize) -> Vec<Node> {
    let nodes_left = most.saturating_sub(count(&nodes));
    Linker { nodes_left, max_depth, before: None }.link_nodes(nodes, 0, None)
}

struct Linker {
    /// Number of nodes that may still be added.
    nodes_left: usize,
    max_depth: usize,
    /// The preceding character on the same line.
    before: Option<char>,
}

impl Linker {
    fn link_nodes(&mut self, nodes: Vec<Node>, depth: usize, after: Option<char>) -> Vec<Node> {
        let firsts: Vec<Option<char>> = nodes.iter().map(|node| line_text(node).chars().next()).collect();
        let mut out = Vec::with_capacity(nodes.len());
        for (index, mut node) in nodes.into_iter().enumerate() {
            let after = firsts.get(index + 1).copied().unwrap_or(after);
            match &mut node {
                Node::Text(text) => {
                    self.link_text(take(text), depth, after, &mut out);
                    continue;
                }
                Node::Break => self.before = None,
                Node::Bold(inside) | Node::Italic(inside) | Node::Underline(inside) | Node::Strike(inside) => {
                    *inside = self.link_nodes(take(inside), depth + 1, after);
                }
                Node::Code(_) | Node::Link(_) => self.before = line_text(&node).chars().next_back().or(self.before),
                Node::Paragraph(inside) => {
                    self.before = None;
                    *inside = self.link_nodes(take(inside), depth + 1, None);
                    self.before = None;
                }
                Node::List(list) => {
                    for item in &mut list.items {
                        self.before = None;
                        *item = self.link_nodes(take(item), depth + 2, None);
                    }
                    self.before = None;
                }
            }
            out.push(node);
        }
        out
    }

    fn link_text(&mut self, text: String, depth: usize, after: Option<char>, out: &mut Vec<Node>) {
        let found = if depth < self.max_depth { find(&text, self.before, after) } else { Vec::new() };
        self.before = text.chars().next_back().or(self.before);
        let mut at = 0;
        for (range, href) in found {
            // The link, its text node, and the text after it.
            if self.nodes_left < 3 {
                break;
            }
            self.nodes_left -= 3;
            if at < range.start {
                out.push(Node::Text(text[at..range.start].to_owned()));
            }
            at = range.end;
            out.push(Node::Link(Link::to(href, vec![Node::Text(text[range].to_owned())])));
        }
        if at == 0 || at < text.len() {
            out.push(Node::Text(text[at..].to_owned()));
        }
    }
}

fn count(nodes: &[Node]) -> usize {
    nodes.iter().map(|node| 1 + children(node).into_iter().map(count).sum::<usize>()).sum()
}

/// Returns a node's text on the current line.
fn line_text(node: &Node) -> String {
    if let Node::Text(text) = node {
        return text.clone();
    }
    if is_block(node) { String::new() } else { children(node).into_iter().flatten().map(line_text).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses found, with their targets.
    fn of(text: &str) -> Vec<(&str, String)> {
        find(text, None, None).into_iter().map(|(range, href)| (&text[range], href)).collect()
    }

    #[track_caller]
    fn is(text: &str, expected: &[(&str, &str)]) {
        let found = of(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(words, href)| (*words, href.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        for (text, address) in [
            ("Pay here: https://pay.example.com/i/4711.", "https://pay.example.com/i/4711"),
            ("(https://a.example/x)", "https://a.example/x"),
            ("[https://a.example/x], or", "https://a.example/x"),
            ("https://a.example/wiki/Foo_(bar)", "https://a.example/wiki/Foo_(bar)"),
            ("(see https://a.example/wiki/Foo_(bar))", "https://a.example/wiki/Foo_(bar)"),
            ("https://a.example/a?b=c,d.", "https://a.example/a?b=c,d"),
            ("https://a.example/x!?", "https://a.example/x"),
            ("\"https://a.example/x\"", "https://a.example/x"),
            ("'https://a.example/x'", "https://a.example/x"),
            ("„https://a.example/x“", "https://a.example/x"),
            ("«https://a.example/x»", "https://a.example/x"),
            ("<https://a.example/x>", "https://a.example/x"),
            ("请看https://a.example/x。谢谢", "https://a.example/x"),
            ("（https://a.example/x）", "https://a.example/x"),
            ("https://a.example/x，然后", "https://a.example/x"),
            ("https://a.example/x؟", "https://a.example/x"),
            ("**https://a.example/x**", "https://a.example/x"),
            ("[here](https://a.example/x)", "https://a.example/x"),
            ("https://a.example/x\u{200b}", "https://a.example/x"),
            ("https://a.example/x…", "https://a.example/x"),
            ("http://localhost:3000/x", "http://localhost:3000/x"),
            ("see https://a.example/x/, then", "https://a.example/x/"),
            ("https://a.example/#top;", "https://a.example/#top"),
            ("https://a.example/x։", "https://a.example/x"),
            ("https://a.example/x។", "https://a.example/x"),
            ("https://a.example/x။", "https://a.example/x"),
            ("https://a.example/x።", "https://a.example/x"),
            ("https://a.example/x॥", "https://a.example/x"),
        ] {
            let found = of(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].0, found[0].1.as_str()), (address, address), "{text}");
        }
    }

    #[test]
    fn hosts_in_other_scripts_and_without_a_scheme_are_written_out() {
        is("www.example.com/x.", &[("www.example.com/x", "https://www.example.com/x")]);
        is("WWW.Example.com", &[("WWW.Example.com", "https://www.example.com/")]);
        is("https://bücher.example/ü", &[("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC")]);
        is(
            "https://fa.example/نیم\u{200c}فاصله",
            &[(
                "https://fa.example/نیم\u{200c}فاصله",
                "https://fa.example/%D9%86%DB%8C%D9%85%E2%80%8C%D9%81%D8%A7%D8%B5%D9%84%D9%87",
            )],
        );
    }

    #[test]
    fn hosts_of_every_kind_are_found_with_their_ports_queries_and_places() {
        for (text, address, href) in [
            ("https://пример.рф, да", "https://пример.рф", "https://xn--e1afmkfd.xn--p1ai/"),
            (
                "https://例え.テスト/パス。",
                "https://例え.テスト/パス",
                "https://xn--r8jz45g.xn--zckzah/%E3%83%91%E3%82%B9",
            ),
            (
                "(www.пример.рф/путь)",
                "www.пример.рф/путь",
                "https://www.xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C",
            ),
            (
                "почта: info@пример.рф.",
                "info@пример.рф",
                "mailto:info@%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.%D1%80%D1%84",
            ),
            ("http://[::1]:3000/x", "http://[::1]:3000/x", "http://[::1]:3000/x"),
            ("[https://[2001:db8::1]/x].", "https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
            ("https://a.example#contact", "https://a.example#contact", "https://a.example/#contact"),
            ("https://a.example?b=c.", "https://a.example?b=c", "https://a.example/?b=c"),
            ("https://a.example:8443/x.", "https://a.example:8443/x", "https://a.example:8443/x"),
            ("https://my_shop.example.com/x", "https://my_shop.example.com/x", "https://my_shop.example.com/x"),
            ("https://a.example./x", "https://a.example./x", "https://a.example./x"),
            (
                "https://web.example/2020/https://a.example/",
                "https://web.example/2020/https://a.example/",
                "https://web.example/2020/https://a.example/",
            ),
        ] {
            is(text, &[(address, href)]);
        }
    }

    #[test]
    fn what_follows_without_a_space_is_no_part_of_a_name() {
        for (text, address, href) in [
            ("https://example.com谢谢", "https://example.com", "https://example.com/"),
            ("詳細はwww.example.comをご覧", "www.example.com", "https://www.example.com/"),
            ("https://example.com👍", "https://example.com", "https://example.com/"),
            ("メールはinfo@example.comまで", "info@example.com", "mailto:info@example.com"),
            ("이메일info@example.com으로", "info@example.com", "mailto:info@example.com"),
            ("https://a.example/x😀", "https://a.example/x", "https://a.example/x"),
            ("https://a.example/x?b=1👉🏽❤️.", "https://a.example/x?b=1", "https://a.example/x?b=1"),
            ("https://a.example/x.👩‍🚀", "https://a.example/x", "https://a.example/x"),
            ("https://a.example/😀", "https://a.example/😀", "https://a.example/%F0%9F%98%80"),
            ("https://example.com's", "https://example.com", "https://example.com/"),
            ("https://a.example/x—it is good", "https://a.example/x", "https://a.example/x"),
            ("https://a.example/x\\nNext", "https://a.example/x", "https://a.example/x"),
            ("_https://a.example/x_", "https://a.example/x", "https://a.example/x"),
            ("~~https://a.example/x~~.", "https://a.example/x", "https://a.example/x"),
            ("__https://a.example/x__", "https://a.example/x", "https://a.example/x"),
            ("https://a.example/x_", "https://a.example/x_", "https://a.example/x_"),
            ("**info@a.example**", "info@a.example", "mailto:info@a.example"),
            ("_info@a.example_", "info@a.example", "mailto:info@a.example"),
            ("_info@a.example", "_info@a.example", "mailto:_info@a.example"),
            ("'info@a.example'", "info@a.example", "mailto:info@a.example"),
            ("[url=https://a.example/x]here[/url]", "https://a.example/x", "https://a.example/x"),
            ("[here](https://a.example/x)[1]", "https://a.example/x", "https://a.example/x"),
            ("www.a.example-", "www.a.example", "https://www.a.example/"),
            ("www.ada@a.example", "www.ada@a.example", "mailto:www.ada@a.example"),
            ("www.a.example/@ada", "www.a.example/@ada", "https://www.a.example/@ada"),
            ("mail=info@a.example", "info@a.example", "mailto:info@a.example"),
        ] {
            is(text, &[(address, href)]);
        }
        is(
            "https://a.example/x,https://b.example/y;http://c.example",
            &[
                ("https://a.example/x", "https://a.example/x"),
                ("https://b.example/y", "https://b.example/y"),
                ("http://c.example", "http://c.example/"),
            ],
        );
    }

    #[test]
    fn an_address_of_the_web_before_one_of_mail_is_not_passed_over() {
        let mail = ("b@c.example", "mailto:b@c.example");
        is("www.a.example`=b@c.example", &[("www.a.example", "https://www.a.example/"), mail]);
        is("https://a.example b@c.example", &[("https://a.example", "https://a.example/"), mail]);
    }

    #[test]
    fn of_what_is_no_address_no_part_becomes_one() {
        for text in [
            "https://a.example:port/x",
            "https://a.example:99999/x",
            "https://exa%6.example/x",
            "https://a^b.example/x",
            "ftp://www.example.com/x",
            "a..b@c.example",
            "a#b@c.example",
            "\"a b\"@c.example",
            "a@b@c.example",
            "a@b_c.example",
            "a@b.example_c",
            "https://user@a.example/",
            "http://0x7f.1/",
            "https:///a.example/",
            "https://.a.example/",
            "https://a..example/",
            "https://-a.example/",
            "a@-b.example",
            "ada@host",
            "ssh://a@b.example",
        ] {
            assert_eq!(of(text), [], "{text}");
        }
    }

    #[test]
    fn an_address_that_goes_on_in_another_look_is_no_link() {
        let text = |text: &str| Node::Text(text.to_owned());
        for (one, other) in [
            ("https://exam", "ple.com/"),
            ("https://a.example", "/x"),
            ("in", "fo@a.example"),
            ("a@b.exam", "ple"),
            ("https://a.example/", "x"),
        ] {
            let nodes = vec![text(one), Node::Bold(vec![text(other)])];
            assert_eq!(link_addresses(nodes.clone(), 100, 16), nodes);
        }
        for after in [".", ", or", " x", "?", "をご覧"] {
            let nodes = vec![Node::Bold(vec![text("https://a.example/x")]), text(after)];
            let link = Node::Link(Link::to("https://a.example/x".to_owned(), vec![text("https://a.example/x")]));
            assert_eq!(link_addresses(nodes, 100, 16), [Node::Bold(vec![link]), text(after)]);
        }
    }

    #[test]
    fn mail_addresses_and_international_numbers_are_links() {
        is("Write to ada+chat@mail.example.com.", &[("ada+chat@mail.example.com", "mailto:ada+chat@mail.example.com")]);
        is("mailto:a@b.example", &[("a@b.example", "mailto:a@b.example")]);
        for (text, words, href) in [
            ("Call +49 30 1234567.", "+49 30 1234567", "tel:+49301234567"),
            ("+1 (555) 123-4567", "+1 (555) 123-4567", "tel:+15551234567"),
            ("+44 (0)20 7946 0123, or", "+44 (0)20 7946 0123", "tel:+442079460123"),
            ("+49 30 1234567 (Mo-Fr)", "+49 30 1234567", "tel:+49301234567"),
            ("+49 30 1234567 (9-17)", "+49 30 1234567", "tel:+49301234567"),
            ("+44 20 7946 0018/19", "+44 20 7946 0018", "tel:+442079460018"),
            ("+49 30/1234567", "+49 30/1234567", "tel:+49301234567"),
            ("Call +44 20 7946 0018 24/7", "+44 20 7946 0018", "tel:+442079460018"),
            ("+49 30 1234567 10:00-18:00", "+49 30 1234567", "tel:+49301234567"),
            ("+49 30 12345678 10-18 Uhr", "+49 30 12345678", "tel:+493012345678"),
            ("+420 601 123 45-67", "+420 601 123 45-67", "tel:+4206011234567"),
            ("(+33 6 12 34 56 78)", "+33 6 12 34 56 78", "tel:+33612345678"),
            ("Tel.:+34 612 345 678", "+34 612 345 678", "tel:+34612345678"),
            ("+49\u{a0}151\u{2011}12345678!", "+49\u{a0}151\u{2011}12345678", "tel:+4915112345678"),
        ] {
            is(text, &[(words, href)]);
        }
    }

    #[test]
    fn what_is_no_address_stays_words() {
        for text in [
            "",
            "file.txt and main.rs, node.js",
            "example.com",
            "e.g. this",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example/x",
            "https://",
            "https:// a",
            "http://user:pass@evil.example/",
            "https://bank.example@evil.example/",
            "https://look\u{202e}out.example/x",
            "www.",
            "www.a",
            "logo@2x.png",
            "a@b",
            "@ada@social.example",
            "+1 000 000 €",
            "+12 000 000",
            "+500 points",
            "1+49301234567",
            "a+49301234567",
            "+49301234567abc",
            "C++ 123456789",
            "+0 301 234 567",
            "5 + 234567890 =",
            "+ 2024-01-15 12:30 shipped",
            "12:30-14:00, 3.50",
        ] {
            assert_eq!(of(text), [], "{text}");
        }
    }

    #[test]
    fn several_stand_beside_one_another() {
        is(
            "https://a.example，https://b.example/x and c@d.example, +49 30 1234567",
            &[
                ("https://a.example", "https://a.example/"),
                ("https://b.example/x", "https://b.example/x"),
                ("c@d.example", "mailto:c@d.example"),
                ("+49 30 1234567", "tel:+49301234567"),
            ],
        );
    }

    #[test]
    fn links_and_code_are_left_alone() {
        let text = || vec![Node::Text("https://a.example/".to_owned())];
        for node in [Node::Code(text()), Node::Link(Link::to("https://b.example/".to_owned(), text()))] {
            assert_eq!(link_addresses(vec![node.clone()], 100, 16), [node]);
        }
        let link = Node::Link(Link::to("https://a.example/".to_owned(), text()));
        assert_eq!(link_addresses(vec![Node::Bold(text())], 100, 16), [Node::Bold(vec![link.clone()])]);
        assert_eq!(link_addresses(text(), 3, 16), text(), "no room for more");
        assert_eq!(link_addresses(text(), 4, 16), [link]);
    }
}
