//! Web origins, compared exactly as browsers write them.

use std::{collections::BTreeSet, fmt};

use url::{Host, Origin, Url};

/// Origin of files in apps; in a browser it is `null`, and no web page can have it.
const FILE_ORIGIN: &str = "file://";

/// Checks that a text is an origin as a browser writes it in its `Origin` header:
/// `scheme://host[:port]`. Apps have schemes of their own, such as `capacitor://localhost`.
pub fn check(text: &str) -> Result<(), String> {
    if text.contains('*') {
        return Err(format!("`{text}` has a wildcard; list every origin by name"));
    }
    if text == "null" {
        return Err(
            "`null` is the origin of every sandboxed page and of files in a browser; it can't be allowed".to_owned()
        );
    }
    if text == FILE_ORIGIN {
        return Ok(());
    }
    let Ok(url) = Url::parse(text) else {
        return Err(format!(
            "`{text}` is not an origin; write scheme://host or scheme://host:port, such as https://www.example.com"
        ));
    };
    if matches!(url.scheme(), "ftp" | "ws" | "wss" | "file") || url.host_str().is_none_or(str::is_empty) {
        return Err(format!("`{text}` must begin with https:// or http://, or with an app's own scheme and a host"));
    }
    let exact = match url.origin() {
        web @ Origin::Tuple(..) => web.ascii_serialization(),
        // The standard defines none for other schemes; apps use the same form.
        Origin::Opaque(_) => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default().to_ascii_lowercase())
        }
    };
    if exact == text { Ok(()) } else { Err(format!("`{text}` is not written as a browser does; write `{exact}`")) }
}

/// The origins of one site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    exact: BTreeSet<String>,
    /// Whether every port of this machine is also allowed; only `--demo` sets it.
    allows_loopback: bool,
}

impl Origins {
    /// Allows exactly these origins, which must have been checked.
    pub fn exactly(origins: impl IntoIterator<Item = String>) -> Self {
        Self { exact: origins.into_iter().collect(), allows_loopback: false }
    }

    /// Allows every port of this machine, for the demo.
    pub fn loopback() -> Self {
        Self { exact: BTreeSet::new(), allows_loopback: true }
    }

    /// Whether this origin, as sent by the browser, is allowed.
    pub fn allow(&self, origin: &str) -> bool {
        self.exact.contains(origin) || (self.allows_loopback && is_loopback(origin))
    }

    /// Returns the listed origins, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().map(String::as_str)
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.allows_loopback {
            return f.write_str("every port of localhost");
        }
        f.write_str(&self.exact.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    }
}

fn is_loopback(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let is_loopback_host = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_loopback_host && url.scheme() == "http" && url.origin().ascii_serialization() == origin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_only_as_a_browser_writes_it() {
        for good in [
            "https://example.com",
            "http://localhost:8080",
            "https://xn--bcher-kva.example",
            "http://[::1]:80",
            "capacitor://localhost",
            "app://shop:81",
            "file://",
        ] {
            let wanted = good.strip_suffix(":80").unwrap_or(good);
            assert_eq!(check(wanted), Ok(()), "{wanted}");
        }
        for (bad, hint) in [
            ("https://example.com/", "write `https://example.com`"),
            ("https://Example.com", "write `https://example.com`"),
            ("https://example.com:443", "write `https://example.com`"),
            ("https://example.com/shop", "write `https://example.com`"),
            ("https://user@example.com", "write `https://example.com`"),
            ("https://bücher.example", "write `https://xn--bcher-kva.example`"),
            ("https://*.example.com", "wildcard"),
            ("*", "wildcard"),
            ("null", "sandboxed"),
            ("example.com", "scheme://host"),
            ("ftp://example.com", "https:// or http://"),
            ("wss://example.com", "https:// or http://"),
            ("file:///", "own scheme and a host"),
            ("file:///home/page.html", "own scheme and a host"),
            ("app://", "own scheme and a host"),
            ("javascript:alert(1)", "own scheme and a host"),
            ("data:text/html,x", "own scheme and a host"),
            ("app://shop/", "write `app://shop`"),
            ("App://Shop", "write `app://shop`"),
            ("", "scheme://host"),
        ] {
            let said = check(bad).expect_err(bad);
            assert!(said.contains(hint), "{bad}: {said}");
        }
    }

    #[test]
    fn the_demo_allows_this_machine_and_nothing_that_looks_like_it() {
        let origins = Origins::loopback();
        for good in ["http://localhost:8080", "http://localhost", "http://127.0.0.1:1", "http://[::1]:9"] {
            assert!(origins.allow(good), "{good}");
        }
        for bad in [
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example:80",
            "http://evil.example/localhost",
            "http://localhost:8080/",
            "http://localhost@evil.example",
            "https://localhost:8080",
            "null",
            "",
        ] {
            assert!(!origins.allow(bad), "{bad}");
        }
    }
}
