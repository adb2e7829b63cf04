//! A button in the message field that says how to open the device's emoji picker, where a
//! keyboard has a shortcut for it.

use yew::prelude::*;

use super::{
    ViewConfig, dom,
    elements::{element, on_click, part, text},
    icons,
};
use crate::strings::fill;

/// The keys of this device. What is printed at build time has the button, for devices that need it.
pub(super) fn keys() -> Option<&'static str> {
    if cfg!(not(target_arch = "wasm32")) {
        return keys_of("Win");
    }
    let platform = web_sys::window()?.navigator().platform().ok()?;
    if dom::has_finger() { None } else { keys_of(&platform) }
}

/// As they are written on the keys, in every language.
fn keys_of(platform: &str) -> Option<&'static str> {
    if platform.starts_with("Win") {
        Some("⊞ Win + .")
    } else if platform.starts_with("Mac") {
        Some("⌃ Control + ⌘ Command + Space")
    } else {
        None
    }
}

/// The sentence that names them.
pub(super) fn sentence(look: &ViewConfig, keys: &str) -> AttrValue {
    fill(&look.strings.emoji_hint(), "keys", keys).into()
}

/// The button, which has the sentence as its name.
pub(super) fn emoji_button(look: &ViewConfig, keys: &str, onclick: Callback<MouseEvent>) -> Html {
    let name = sentence(look, keys);
    let button = element!(
        "button",
        "type" = "button",
        "class" = "emoji",
        "part" = "emoji",
        "aria-label" = name.clone(),
        "title" = name;
        icons::sign("", icons::SMILE)
    );
    on_click(button, onclick).into()
}

/// The sentence, above the field.
pub(super) fn tip(look: &ViewConfig, keys: &str) -> Html {
    // The announcer says it.
    let words = element!("span", "aria-hidden" = "true"; text(sentence(look, keys)));
    part("p", "emoji-tip", words.into())
}

#[cfg(test)]
mod tests {
    use super::keys_of;

    #[test]
    fn only_desks_with_such_keys_have_a_hint() {
        assert!(keys_of("Win32").is_some_and(|keys| keys.contains("Win")));
        assert!(keys_of("MacIntel").is_some_and(|keys| keys.contains('⌘')));
        assert_eq!(keys_of("Linux x86_64"), None);
        assert_eq!(keys_of("iPhone"), None);
    }
}
