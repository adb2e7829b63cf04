//! Property: `Retry-After`, as the proxy reads the platform's and the widget reads the proxy's.

use chataibot_proxy::platform::{LONGEST_WAIT, retry_after};
use chataibot_widget::api::ApiError;
use http::{HeaderMap, HeaderValue, header};

/// The first line is the header, the second the answer's `Date`. Proxy and widget understand whole
/// seconds alike; a wait is neither zero nor endless; and nothing but seconds and a date is a wait.
pub fn holds(data: &[u8]) {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let [asked, date] = [lines.next(), lines.next()].map(|line| HeaderValue::from_bytes(line.unwrap_or_default()));
    let Ok(asked) = asked else { return };
    let mut headers = HeaderMap::new();
    headers.insert(header::RETRY_AFTER, asked.clone());
    if let Ok(date) = date {
        headers.insert(header::DATE, date);
    }
    let by_proxy = retry_after(&headers);
    if let Some(wait) = by_proxy {
        assert!((1..=LONGEST_WAIT).contains(&wait), "{asked:?}: {wait} s");
    }
    let Ok(text) = asked.to_str() else {
        assert_eq!(by_proxy, None, "{asked:?}");
        return;
    };
    let by_widget = ApiError::from_response(429, None, Some(text)).retry_after();
    let trimmed = text.trim();
    if !trimmed.is_empty() && trimmed.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = by_widget.unwrap_or_else(|| panic!("the widget does not understand {text:?}"));
        assert_eq!(by_proxy, Some(seconds.clamp(1, LONGEST_WAIT)), "{text:?}");
    } else {
        assert_eq!(by_widget, None, "{text:?} has no whole seconds");
        // A date has letters and colons.
        let may_be_date = trimmed.contains(':') && trimmed.contains(|c: char| c.is_ascii_alphabetic());
        assert!(by_proxy.is_none() || may_be_date, "{text:?}: {by_proxy:?}");
    }
}
