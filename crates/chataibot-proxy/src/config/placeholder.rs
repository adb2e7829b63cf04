//! Placeholders of examples that were left in a configuration. A word cannot be used, as no bot has
//! that key and no account that token, and is refused. An address is a valid one, and only warned
//! of: somebody may be trying the proxy out.

use url::{Host, Url};

/// How the values of `chataibot-proxy.example.toml` begin that are nobody's.
const BEGINNING: &str = "replace-with-";

/// Kept for documents by RFC 2606, with all below them.
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Does this word stand for another, as in the example, or as `<token>` and `…` in documents?
pub fn is_word(text: &str) -> bool {
    text.starts_with(BEGINNING) || (text.starts_with('<') && text.ends_with('>')) || text.contains('…')
}

/// What to write instead, where the value of this setting is an address of an example.
pub fn warning(key: &str, value: &str) -> Option<String> {
    let own = match key {
        "origins" => "scheme and host of the pages that have the chat, as their address begins",
        "public_url" => "the address by which browsers reach this proxy",
        "platform_url" => "the platform's, such as https://app.chataibot.io/api/v1",
        _ => return None,
    };
    is_address(&Url::parse(value).ok()?).then(|| format!("`{value}` is a placeholder; write {own}"))
}

/// Is this an address at a domain that is reserved for documentation?
fn is_address(url: &Url) -> bool {
    let Some(Host::Domain(host)) = url.host() else { return false };
    DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_another_word_is_known() {
        for word in ["replace-with-your-bot-key", "<your token>", "…", "Bearer …"] {
            assert!(is_word(word), "{word}");
        }
        for word in ["demo-bot", "a<b>c", "eyJhbGciOiJIUzI1NiJ9.e30.x", "replaced"] {
            assert!(!is_word(word), "{word}");
        }
    }

    #[test]
    fn addresses_of_documents_are_told_from_those_that_look_like_them() {
        for address in
            ["https://example.com", "https://www.example.com/a", "http://chat.example.net:81", "app://example.org"]
        {
            assert!(is_address(&address.parse().expect("a URL")), "{address}");
        }
        for address in [
            "https://notexample.com",
            "https://example.com.shop.test",
            "https://example.shop",
            "http://127.0.0.1:1",
            "file:///a",
        ] {
            assert!(!is_address(&address.parse().expect("a URL")), "{address}");
        }
    }
}
