//! Allow-list for addresses that may reach a browser: absolute, of an allowed scheme, undisguised.

use url::{Host, ParseError, Position, Url};

use super::Diagnostic;

/// Maximum length in bytes; longer than any legitimate link.
pub const LONGEST: usize = 2048;

/// Returns an `https`, `http`, `mailto` or `tel` address to open, as the URL standard writes it.
pub fn link(raw: &str) -> Option<String> {
    let url = parse(raw)?;
    let is_allowed = match url.scheme() {
        "https" | "http" => is_honest(&url),
        "mailto" | "tel" => url.path().len() > 1,
        _ => false,
    };
    is_allowed.then(|| url.into())
}

/// Returns the address of an image, video, audio or other file: `https` or `http`.
pub fn media(raw: &str) -> Option<String> {
    parse(raw).filter(|url| matches!(url.scheme(), "https" | "http") && is_honest(url)).map(Into::into)
}

/// Returns an address whose content is trusted more, such as an agent's picture or a booking page:
/// `https`, or a loopback address, which browsers trust as much and the demo needs.
pub fn secure(raw: &str) -> Option<String> {
    parse(raw).filter(|url| (url.scheme() == "https" || is_loopback_http(url)) && is_honest(url)).map(Into::into)
}

/// One of the functions that check an address.
type Rule = fn(&str) -> Option<String>;

/// Applies a rule to an address; adds a diagnostic if the rule drops it.
pub fn checked(address: Option<String>, rule: Rule, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let checked = rule(&address?);
    if checked.is_none() {
        diagnostics.push(Diagnostic::LinkDropped);
    }
    checked
}

fn is_loopback_http(url: &Url) -> bool {
    url.scheme() == "http"
        && url.host().is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        })
}

/// Returns the host, if the address has one.
pub fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// Returns an address to open, absolute or on the host page's own site: a path from the root, a
/// query or a fragment. A relative path (`orders/7`) is resolved from the root, because the same
/// message is read on many pages.
pub fn anchor(raw: &str) -> Option<String> {
    link(raw).or_else(|| same_site_link(raw))
}

/// Returns an address on the host page's own site that cannot lead elsewhere.
fn same_site_link(raw: &str) -> Option<String> {
    let plain = strip_whitespace(raw)?;
    if Url::parse(&plain) != Err(ParseError::RelativeUrlWithoutBase) {
        return None;
    }
    // `example.com/x` was meant to lead to another site, and `javascript&colon;x` to run a script.
    let first = plain.split(['/', '?', '#']).next().unwrap_or_default();
    let is_name = first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'~'));
    if !(matches!(first, "" | "." | "..") || is_name && plain.contains('/')) {
        return None;
    }
    let base = Url::parse("https://site.invalid/").ok()?;
    let url = base.join(&plain).ok()?;
    if url.origin() != base.origin() || !is_honest(&url) || url.path().starts_with("//") {
        return None;
    }
    let begin = if plain.starts_with(['?', '#']) { Position::AfterPath } else { Position::BeforePath };
    let address = &url[begin..];
    (address.len() <= LONGEST && !matches!(address, "" | "#" | "?")).then(|| address.to_owned())
}

/// The URL standard's first step: strips surrounding control characters and spaces, and all tabs
/// and line ends. `None` if nothing or too much remains.
fn strip_whitespace(raw: &str) -> Option<String> {
    let plain = raw.trim_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    (1..=LONGEST).contains(&plain.len()).then_some(plain)
}

fn parse(raw: &str) -> Option<Url> {
    let plain = strip_whitespace(raw)?;
    let with = |scheme: &str| Url::parse(&[scheme, &plain].concat());
    let url = match Url::parse(&plain) {
        // Editors keep what people type: `www.example.com`, `//example.com`.
        Err(ParseError::RelativeUrlWithoutBase) if plain.starts_with("//") => with("https:"),
        Err(ParseError::RelativeUrlWithoutBase) if plain.starts_with("www.") => with("https://"),
        url => url,
    };
    url.ok().filter(|url| url.as_str().len() <= LONGEST)
}

/// Whether the character is invisible and not part of any word, so that it can hide in names.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{61c}')
}

/// Whether the address has no credentials and a plain host. `https://bank.example@evil.example`
/// looks like one site and leads to another. The URL standard allows quotes in a host, but no
/// existing name has one.
fn is_honest(url: &Url) -> bool {
    let is_plain = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_[]:".contains(&b));
    url.host_str().is_some_and(is_plain) && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_addresses_pass() {
        for (raw, clean) in [
            ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
            (" HTTPS://Example.COM ", "https://example.com/"),
            ("http://example.com", "http://example.com/"),
            ("mailto:hello@example.com?subject=Hi", "mailto:hello@example.com?subject=Hi"),
            ("tel:+442079460123", "tel:+442079460123"),
            ("www.example.com/x", "https://www.example.com/x"),
            ("//example.com/x", "https://example.com/x"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("https://example.com/\u{202e}gpj.exe", "https://example.com/%E2%80%AEgpj.exe"),
            ("https://fa.example/\u{646}\u{200c}\u{641}", "https://fa.example/%D9%86%E2%80%8C%D9%81"),
            ("\u{1f} https://exa\tmple.com/a\nb\r ", "https://example.com/ab"),
        ] {
            assert_eq!(link(raw).as_deref(), Some(clean), "{raw}");
        }
    }

    #[test]
    fn joiners_in_a_host_are_not_left_out() {
        let joined = link("https://\u{646}\u{627}\u{645}\u{647}\u{200c}\u{627}\u{6cc}.example/");
        assert_ne!(joined, link("https://\u{646}\u{627}\u{645}\u{647}\u{627}\u{6cc}.example/"), "another domain");
        assert_eq!(joined.as_deref(), Some("https://xn--mgba3gch31f060k.example/"));
    }

    #[test]
    fn addresses_of_the_own_site_stay_there() {
        for (raw, clean) in [
            ("/orders/7", "/orders/7"),
            (" /orders/7?a=b&c#d ", "/orders/7?a=b&c#d"),
            ("/", "/"),
            ("/../../a/./b", "/a/b"),
            ("/caf\u{e9} x", "/caf%C3%A9%20x"),
            ("/a/https://b.example/", "/a/https://b.example/"),
            ("?page=2", "?page=2"),
            ("#top", "#top"),
            ("#/orders/7", "#/orders/7"),
            ("orders/7", "/orders/7"),
            ("./orders/7", "/orders/7"),
            ("../orders/7", "/orders/7"),
            ("https://example.com/", "https://example.com/"),
        ] {
            assert_eq!(anchor(raw).as_deref(), Some(clean), "{raw}");
            assert_eq!(anchor(clean).as_deref(), Some(clean), "{clean}");
        }
        for raw in [
            "//user@evil.example/",
            "/\\evil.example/x",
            "\\\\evil.example",
            "\\evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "javascript:alert(1)",
            "javascript&colon;alert(1)",
            "javascript\u{ff1a}alert(1)",
            "example.com/x",
            "page",
            "#",
            "?",
            "",
            "https:",
        ] {
            assert_eq!(anchor(raw), None, "{raw:?}");
        }
        for raw in ["/\t/evil.example", "/\n/evil.example/x", "//evil.example/x"] {
            let found = anchor(raw);
            assert!(found.as_deref().is_some_and(|found| found.starts_with("https://")), "{raw:?}: {found:?}");
        }
    }

    #[test]
    fn scripts_and_their_disguises_do_not() {
        for raw in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " \u{1}javascript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "java\0script:alert(1)",
            "java\u{200b}script:alert(1)",
            "java\u{ad}script:alert(1)",
            "javascript\u{ff1a}alert(1)",
            "\u{ff4a}avascript:alert(1)",
            "javascript&colon;alert(1)",
            "vbscript:msgbox(1)",
            "data:text/html,<script>1</script>",
            "blob:https://example.com/uuid",
            "file:///etc/passwd",
            "filesystem:https://example.com/x",
            "view-source:https://example.com",
            "about:blank",
            "chrome://settings",
            "intent://scan/#Intent;end",
            "ws://example.com",
            "ftp://example.com",
            "https:",
            "https://",
            "https://bank.example@evil.example/",
            "https://user:pass@evil.example/",
            "https://`evil.example/",
            "https://bank.example\"evil.example/",
            "https://{evil}.example/",
            "https://look\u{202e}out.example/x",
            "https://exa mple.example/",
            "\u{a0}https://example.com/",
            "\u{feff}https://example.com/",
            "https\u{200b}://example.com/",
            "/relative",
            "relative",
            "mailto:",
            "tel:",
            "",
            " ",
        ] {
            assert_eq!(link(raw), None, "{raw:?}");
            assert_eq!(media(raw), None, "{raw:?}");
        }
        assert_eq!(media("mailto:a@example.com"), None);
        assert_eq!(secure("http://example.com/"), None);
        assert_eq!(secure("http://localhost.example.com/"), None);
        assert_eq!(secure("http://127.0.0.1:8788/noor.svg").as_deref(), Some("http://127.0.0.1:8788/noor.svg"));
        assert_eq!(link(&format!("https://example.com/{}", "a".repeat(LONGEST))), None);
    }
}
