//! Addresses of the proxy: validates those that are given, and derives the others from them.

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

impl Address {
    /// Derives the addresses that are not given.
    pub(super) fn from_settings(
        proxy: Option<&str>,
        token: Option<&str>,
        api: Option<&str>,
        events: Option<&str>,
    ) -> Self {
        let proxy = proxy.unwrap_or_default().trim_end_matches('/');
        let base = |given: Option<&str>, path: &str| match given {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => [proxy, path].concat(),
        };
        let api = base(api, "/api/v1");
        let events = match events {
            Some("none") => None,
            Some(url) => Some(url.trim_end_matches('/').to_owned()),
            None => Some(api.clone()),
        };
        Self { token: base(token, "/token"), api, events }
    }
}

/// Verdict on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Safety {
    /// `https`, this machine, or a path on the page's own origin.
    Secure,
    /// Plain `http` to another machine: works, and anybody on the way can read it.
    Insecure,
    /// Not an address this widget would call.
    Unusable,
}

/// Judges an address by its scheme and host alone; the browser parses the rest when it is used.
pub(super) fn check_address(url: &str) -> Safety {
    if url.bytes().any(|b| b <= b' ' || b == b'\\') {
        return Safety::Unusable;
    }
    if let Some(path) = url.strip_prefix('/') {
        // `//host` is another host under the page's scheme, not a path.
        return if path.starts_with('/') { Safety::Unusable } else { Safety::Secure };
    }
    // By a single `char`: a search for a string would add the whole string search to the WASM.
    let Some((scheme, rest)) = url.split_once(':') else { return Safety::Unusable };
    let Some(rest) = rest.strip_prefix("//") else { return Safety::Unusable };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Safety::Unusable;
    }
    if scheme.eq_ignore_ascii_case("https") {
        Safety::Secure
    } else if !scheme.eq_ignore_ascii_case("http") {
        Safety::Unusable
    } else if is_loopback(authority) {
        Safety::Secure
    } else {
        Safety::Insecure
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
