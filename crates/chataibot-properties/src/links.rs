//! Property: only addresses with an allowed scheme pass, and a browser opens what passes.

use chataibot_proxy::normalise::links;
use url::{ParseError, Url};

use crate::text_of;

/// Checks that only allowed addresses pass, as browsers spell them; stricter lists are subsets.
pub fn holds(data: &[u8]) {
    let raw = text_of(data);
    let (link, media, secure) = (links::link(&raw), links::media(&raw), links::secure(&raw));
    if let Some(link) = &link {
        is_link(link);
        let whole = raw.trim_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
        let read = match Url::parse(&raw) {
            Ok(url) => url,
            // Editors let people type a host without a scheme.
            Err(ParseError::RelativeUrlWithoutBase) if whole.starts_with("//") || whole.starts_with("www.") => {
                let host = whole.strip_prefix("//").unwrap_or(&whole);
                Url::parse(&format!("https://{host}")).unwrap_or_else(|error| panic!("{raw:?}: {error}"))
            }
            Err(error) => panic!("{raw:?} is none ({error}), and became {link}"),
        };
        assert_eq!(link, read.as_str(), "it is what the standard reads: {raw:?}");
        assert_eq!(links::link(link).as_ref(), Some(link), "what passed passes again, unchanged: {raw:?}");
    }
    if let Some(anchor) = links::anchor(&raw) {
        is_anchor(&anchor);
        assert_eq!(links::anchor(&anchor).as_ref(), Some(&anchor), "what passed passes again, unchanged: {raw:?}");
    }
    if let Some(media) = &media {
        is_media(media);
        assert_eq!(link.as_ref(), Some(media), "what may be loaded may be opened: {raw:?}");
    }
    if let Some(secure) = &secure {
        is_secure(secure);
        assert_eq!(media.as_ref(), Some(secure), "what is trusted more passes everywhere: {raw:?}");
    }
}

/// Checks an address that a visitor may open, which may be relative to the host page.
pub fn is_anchor(address: &str) {
    if !address.starts_with(['/', '?', '#']) {
        return is_link(address);
    }
    let pages = ["https://page.example/a/b?c#d", "http://localhost:8080/"];
    for page in pages {
        let page = Url::parse(page).unwrap_or_else(|error| panic!("{error}"));
        let url = page.join(address).unwrap_or_else(|error| panic!("{address:?}: {error}"));
        assert_eq!(url.origin(), page.origin(), "{address:?} leaves the site");
    }
    assert!(address.len() <= links::LONGEST && address.bytes().all(|b| b.is_ascii_graphic()), "{address:?}");
}

/// Checks an address that a visitor may open.
pub fn is_link(address: &str) {
    let scheme = address.split(':').next().unwrap_or_default();
    assert!(["https", "http", "mailto", "tel"].contains(&scheme), "the scheme of {address:?}");
    assert!(address.len() <= links::LONGEST, "{} bytes", address.len());
    assert!(address.bytes().all(|b| b.is_ascii() && !b.is_ascii_control()), "{address:?}");
    let url = Url::parse(address).unwrap_or_else(|error| panic!("{address:?} is none: {error}"));
    assert_eq!(url.as_str(), address, "a browser reads something else");
    assert_eq!(url.scheme(), scheme, "a browser sees another scheme");
    if matches!(scheme, "https" | "http") {
        assert!(url.host_str().is_some_and(|host| !host.is_empty()), "{address:?} leads nowhere");
        assert!(url.username().is_empty() && url.password().is_none(), "{address:?} looks like another");
        let is_plain = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_[]:".contains(&b));
        assert!(url.host_str().is_some_and(is_plain), "no host of {address:?} is called so");
        assert!(address.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"".contains(&b)), "{address:?}");
        assert_eq!(links::host(address).as_deref(), url.host_str(), "the host that is shown is the one it leads to");
    }
}

/// Checks an address that a browser may load.
pub fn is_media(address: &str) {
    is_link(address);
    assert!(address.starts_with("https://") || address.starts_with("http://"), "{address:?} is loaded");
}

/// Checks an address that is trusted more: `https`, or on this machine.
pub fn is_secure(address: &str) {
    is_media(address);
    let host = links::host(address).unwrap_or_default();
    let is_here = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    assert!(address.starts_with("https://") || is_here, "{address:?} is trusted");
}
