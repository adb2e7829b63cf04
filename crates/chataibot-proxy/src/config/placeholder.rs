//! Detection of placeholders from examples. A placeholder word is refused, because no bot or
//! account has such a key or token. A placeholder address is valid, so it only causes a warning:
//! the proxy may be running as a trial.

use url::{Host, Url};

/// Prefix of placeholder values in `chataibot-proxy.example.toml`.
const PLACEHOLDER_PREFIX: &str = "replace-with-";

/// Domains reserved for documentation by RFC 2606, with their subdomains.
const EXAMPLE_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Whether this word is a placeholder, as in the example, or as `<token>` and `…` in documents.
pub fn is_placeholder(text: &str) -> bool {
    text.starts_with(PLACEHOLDER_PREFIX) || (text.starts_with('<') && text.ends_with('>')) || text.contains('…')
}

/// Returns what to write instead, if the value of this setting is a placeholder address.
pub fn warning(key: &str, value: &str) -> Option<String> {
    let own = match key {
        "origins" => "scheme and host of the pages that have the chat, as their address begins",
        "public_url" => "the address by which browsers reach this proxy",
        "platform_url" => "the platform's, such as https://app.chataibot.io/api/v1",
        _ => return None,
    };
    is_example_address(&Url::parse(value).ok()?).then(|| format!("`{value}` is a placeholder; write {own}"))
}

fn is_example_address(url: &Url) -> bool {
    let Some(Host::Domain(host)) = url.host() else { return false };
    EXAMPLE_DOMAINS
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_another_word_is_known() {
        for word in ["replace-with-your-bot-key", "<your token>", "…", "Bearer …"] {
            assert!(is_placeholder(word), "{word}");
        }
        for word in ["demo-bot", "a<b>c", "eyJhbGciOiJIUzI1NiJ9.e30.x", "replaced"] {
            assert!(!is_placeholder(word), "{word}");
        }
    }

    #[test]
    fn addresses_of_documents_are_told_from_those_that_look_like_them() {
        for address in
            ["https://example.com", "https://www.example.com/a", "http://chat.example.net:81", "app://example.org"]
        {
            assert!(is_example_address(&address.parse().expect("a URL")), "{address}");
        }
        for address in [
            "https://notexample.com",
            "https://example.com.shop.test",
            "https://example.shop",
            "http://127.0.0.1:1",
            "file:///a",
        ] {
            assert!(!is_example_address(&address.parse().expect("a URL")), "{address}");
        }
    }
}
