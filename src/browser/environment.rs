//! Facts about the browser: clocks, random numbers, screen, documented system variables.

use js_sys::{Date, Intl, Math, Object, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{MediaQueryList, VisibilityState, Window};

use chataibot_wire::documented::SystemVariables;

/// The page's window; `None` where views are rendered at build time. The widget runs in no worker.
pub fn window() -> Option<Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

/// Media query of screens that the open window fills, as in `window.css` and `phone.js`.
pub const PHONE: &str = "(max-width: 480px), (max-height: 420px)";

/// Whether an open window covers the page on this screen.
pub fn is_phone() -> bool {
    matches(PHONE)
}

/// Whether this media query matches now.
pub fn matches(query: &str) -> bool {
    media(query).is_some_and(|list| list.matches())
}

/// Returns a media query to observe.
pub fn media(query: &str) -> Option<MediaQueryList> {
    window()?.match_media(query).ok().flatten()
}

/// Whether the page is hidden: in a tab in the background, or minimised.
pub fn is_hidden() -> bool {
    let page = window().and_then(|window| window.document());
    page.is_some_and(|page| page.visibility_state() == VisibilityState::Hidden)
}

/// Milliseconds on a clock that is never set. On some systems it stops while the computer sleeps.
pub fn monotonic_millis() -> u64 {
    let performance = window().and_then(|window| window.performance());
    performance.map_or_else(Date::now, |performance| performance.now()) as u64
}

/// Milliseconds since 1970-01-01 UTC, by the visitor's clock, which may be wrong.
pub fn unix_millis() -> u64 {
    Date::now() as u64
}

/// Uniform over `u32`; for jitter, not for secrets.
pub fn random_u32() -> u32 {
    (Math::random() * 4_294_967_296.0) as u32
}

/// Creates a client message id: a UUIDv7 of this time, so that ids sort by their time.
pub fn message_id(at: u64) -> String {
    let mut random = [0; 10];
    let is_secure = window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut random).is_ok());
    if !is_secure {
        // Weaker random numbers only raise the odds of two equal ids.
        for byte in &mut random {
            *byte = random_u32().to_le_bytes()[3];
        }
    }
    uuid_v7(at, random)
}

fn uuid_v7(at: u64, random: [u8; 10]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

#[wasm_bindgen]
extern "C" {
    /// Fails if the browser has no `Temporal`. Creating the first `Intl.DateTimeFormat` takes a
    /// slow phone a hundred milliseconds, and this runs before the first message is sent.
    #[wasm_bindgen(catch, js_namespace = ["Temporal", "Now"], js_name = timeZoneId)]
    fn time_zone_id() -> Result<JsValue, JsValue>;
}

/// The documented system variables (DOC): time zone, referrer, language.
pub fn system_variables() -> SystemVariables {
    let timezone = time_zone_id().unwrap_or_else(|_| {
        let options = Intl::DateTimeFormat::new(&js_sys::Array::new(), &Object::new()).resolved_options();
        Reflect::get(&options, &JsValue::from_str("timeZone")).unwrap_or_default()
    });
    let page = window().and_then(|window| window.document());
    let non_empty = |text: String| Some(text).filter(|text| !text.is_empty());
    SystemVariables {
        timezone: timezone.as_string().and_then(non_empty),
        referrer_url: page.and_then(|page| non_empty(page.referrer())),
        browser_language: window().and_then(|window| window.navigator().language()).and_then(non_empty),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::uuid_v7;

    #[test]
    fn a_message_id_is_a_uuid_of_version_7() {
        // The example of RFC 9562, appendix A.6.
        let random = [0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F];
        assert_eq!(uuid_v7(0x017F_22E2_79B0, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    proptest! {
        #[test]
        fn message_ids_sort_by_their_time(a in 0u64..1 << 48, b in 0u64..1 << 48, one: [u8; 10], other: [u8; 10]) {
            prop_assume!(a < b);
            prop_assert!(uuid_v7(a, one) < uuid_v7(b, other));
        }
    }
}
