//! A button that explains how to open the emoji picker, on systems with a shortcut for it.

use yew::prelude::*;

use super::icons::{self, icon_button};
use super::{ViewConfig, dom, elements::*};
use crate::strings::fill;

/// The shortcut on this device. Build-time markup has the button, for devices that need it.
pub(super) fn shortcut() -> Option<&'static str> {
    if cfg!(not(target_arch = "wasm32")) {
        return shortcut_for("Win");
    }
    let platform = web_sys::window()?.navigator().platform().ok()?;
    if dom::is_touch_device() { None } else { shortcut_for(&platform) }
}

/// The names printed on the keys, which are the same in every language.
fn shortcut_for(platform: &str) -> Option<&'static str> {
    if platform.starts_with("Win") {
        Some("⊞ Win + .")
    } else if platform.starts_with("Mac") {
        Some("⌃ Control + ⌘ Command + Space")
    } else {
        None
    }
}

pub(super) fn sentence(config: &ViewConfig, keys: &str) -> AttrValue {
    fill(&config.strings.emoji_hint(), "keys", keys).into()
}

/// The button; the sentence is its name for screen readers.
pub(super) fn emoji_button(config: &ViewConfig, keys: &str, onclick: Callback<MouseEvent>) -> Html {
    icon_button("emoji", sentence(config, keys), icons::SMILE, onclick).into()
}

pub(super) fn tip(config: &ViewConfig, keys: &str) -> Html {
    // Hidden from screen readers, because the announcer says the sentence.
    let words = element!("span", "aria-hidden" = "true"; text(sentence(config, keys)));
    part("p", "emoji-tip", words.into())
}

#[cfg(test)]
mod tests {
    use super::shortcut_for;

    #[test]
    fn only_desks_with_such_keys_have_a_hint() {
        assert!(shortcut_for("Win32").is_some_and(|keys| keys.contains("Win")));
        assert!(shortcut_for("MacIntel").is_some_and(|keys| keys.contains('⌘')));
        assert_eq!(shortcut_for("Linux x86_64"), None);
        assert_eq!(shortcut_for("iPhone"), None);
    }
}
