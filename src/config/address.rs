//! Addresses of the proxy: validates those that are given, and derives the others from them.

use super::{Config, Name, Verdict};

/// Addresses of everything the widget calls, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Visitor tokens are requested here with `POST`.
    pub token: String,
    /// Base of the documented paths.
    pub api: String,
    /// Base of `/conversation/<id>/events`; `None` if the page turns the event stream off.
    pub events: Option<String>,
}

impl Config {
    /// Addresses of all calls; derived from `proxy-url`, which the loader gives, or the origin.
    pub fn address(&self) -> Address {
        let given = |name| self.given(name).map(|url| url.trim_end_matches('/').to_owned());
        let base = |name, path: &str| given(name).unwrap_or_else(|| [&self.origin(), path].concat());
        let api = base(Name::ApiUrl, "/api/v1");
        let events = given(Name::EventsUrl).unwrap_or_else(|| api.clone());
        Address { token: base(Name::TokenUrl, "/token"), api, events: Some(events).filter(|url| url != "none") }
    }

    /// Base address that the program was loaded from, and of the files next to it.
    pub fn origin(&self) -> String {
        self.given(Name::ProxyUrl).map_or_else(String::new, |url| url.trim_end_matches('/').to_owned())
    }
}

/// Judges an address by its scheme and host alone; the browser parses the rest when it is used.
pub(super) fn check_address(url: &str) -> Verdict {
    if url.bytes().any(|b| b <= b' ' || b == b'\\') {
        return Verdict::Rejected;
    }
    if let Some(path) = url.strip_prefix('/') {
        // `//host` is another host under the page's scheme, not a path.
        return if path.starts_with('/') { Verdict::Rejected } else { Verdict::Valid };
    }
    // By a single `char`: a search for a string would add the whole string search to the WASM.
    let Some((scheme, rest)) = url.split_once(':') else { return Verdict::Rejected };
    let Some(rest) = rest.strip_prefix("//") else { return Verdict::Rejected };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Verdict::Rejected;
    }
    match scheme.eq_ignore_ascii_case("http") {
        true if is_loopback(authority) => Verdict::Valid,
        true => Verdict::Insecure,
        false if scheme.eq_ignore_ascii_case("https") => Verdict::Valid,
        false => Verdict::Rejected,
    }
}

fn is_loopback(authority: &str) -> bool {
    if authority == "[::1]" || authority.starts_with("[::1]:") {
        return true;
    }
    let host = authority.split(':').next().unwrap_or_default();
    host.eq_ignore_ascii_case("localhost")
        || host.ends_with(".localhost")
        || (host.starts_with("127.") && host.bytes().all(|b| b == b'.' || b.is_ascii_digit()))
}
