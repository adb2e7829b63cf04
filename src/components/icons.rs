//! Icons: stroked paths in a 24 × 24 view box, each shown with a name for screen readers.

use yew::{prelude::*, virtual_dom::VTag};

use super::elements::*;

pub(super) fn icon(class: &'static str, path: &'static str) -> Html {
    svg_icon(class, Some("icon"), path)
}

/// An icon of the launcher: no CSS part, because every page loads its markup.
pub(super) fn launcher_icon(class: &'static str, path: &'static str) -> Html {
    svg_icon(class, None, path)
}

/// A button with an icon; `name` is for screen readers, and its tooltip.
pub(super) fn icon_button(
    class: &'static str,
    name: AttrValue,
    path: &'static str,
    onclick: Callback<MouseEvent>,
) -> VTag {
    button(class, class, Some(name), icon("", path), onclick)
}

fn svg_icon(class: &'static str, part: Option<&'static str>, path: &'static str) -> Html {
    let path = element!("path", "d" = path);
    let class = (!class.is_empty()).then_some(class);
    element!("svg", "class" = class, "part" = part, "viewBox" = "0 0 24 24", "aria-hidden" = "true"; path.into()).into()
}

/// The chat sign of the launcher: a filled bubble with two lines of text cut out.
pub(super) const CHAT: &str = "M12 3a9.6 8.5 0 1 1-3.9 16.3l-3.6 1.7a.8.8 0 0 1-1.1-.9l.9-3.5A9.6 8.5 0 0 1 12 3ZM8 9.1a.9.9 0 0 0 0 1.8h8a.9.9 0 0 0 0-1.8ZM8 12.7a.9.9 0 0 0 0 1.8h4.5a.9.9 0 0 0 0-1.8Z";
pub(super) const BACK: &str = "m14.5 5.5-6.5 6.5 6.5 6.5";
pub(super) const DOWN: &str = "m5.5 9 6.5 6.5L18.5 9";
pub(super) const CLOSE: &str = "m6.5 6.5 11 11m0-11-11 11";
/// An arc along the inside of a rounded corner.
pub(super) const CORNER: &str = "M6 20A14 14 0 0 1 20 6";
pub(super) const MORE: &str = "M5.5 12v.1m6.5-.1v.1m6.5-.1v.1";
pub(super) const EXPAND: &str = "M13.5 5H19v5.5M19 5l-5.5 5.5M10.5 19H5v-5.5M5 19l5.5-5.5";
pub(super) const SHRINK: &str = "M19.5 10H14V4.5M14 10l5.5-5.5M4.5 14H10v5.5M10 14l-5.5 5.5";
pub(super) const END: &str = "M9.5 20H5V4h4.5M10 12h10m-4-4 4 4-4 4";
pub(super) const RESTART: &str = "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4.5H9";
pub(super) const SEND: &str = "M12 19V5m-6.5 6.5L12 5l6.5 6.5";
pub(super) const ARROW_DOWN: &str = "M12 5v14m-6.5-6.5L12 19l6.5-6.5";
pub(super) const TICK: &str = "m5 12.5 4.5 4.5L19 7.5";
pub(super) const CLOCK: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2";
pub(super) const COPY: &str = "M9 9h11v11H9zM5.5 15H4V4h11v1.5";
pub(super) const THUMB_UP: &str =
    "M7.5 10.5v9.5M3.5 10.5h4l3.8-7c1.5 0 2.6 1.2 2.3 2.8L13 9.5h5.4a2 2 0 0 1 2 2.4l-1.3 6.5a2 2 0 0 1-2 1.6H3.5z";
pub(super) const THUMB_DOWN: &str =
    "M16.5 13.5V4m4 9.5h-4l-3.8 7c-1.5 0-2.6-1.2-2.3-2.8l.6-3.2H5.6a2 2 0 0 1-2-2.4l1.3-6.5a2 2 0 0 1 2-1.6h13.6z";
pub(super) const SMILE: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.2a4.2 4.2 0 0 0 7 0M9.2 9.4v.1m5.6-.1v.1";
pub(super) const ALERT: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5v5m0 3.5v.1";
pub(super) const NO_NETWORK: &str = "M3 3l18 18M8.5 16a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 5.2-2.7m4 .2a10 10 0 0 1 4.8 2.5M2 9a15 15 0 0 1 4.5-2.8m4-1A15 15 0 0 1 22 9M12 19.5v.1";
pub(super) const EXTERNAL: &str = "M14 4h6v6m0-6-9 9M18 14.5V18a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h3.5";
pub(super) const MAIL: &str = "M4 6.5h16v11H4zm0 .5 8 6 8-6";
pub(super) const PHONE: &str =
    "M6 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2 4.5 1.5v3c0 1-1 2-2 2A16 16 0 0 1 4 5.5c0-1 1-2 2-2Z";
pub(super) const PICTURE: &str = "M4 5h16v14H4zm0 11 4.5-4.5L13 16l2.5-2.5L20 18M15.5 9.5v.1";
pub(super) const FILM: &str = "M4 5h16v14H4zm6 4v6l5-3z";
pub(super) const SOUND: &str =
    "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-2.5-2.5A2.5 2.5 0 0 1 9 18Zm10-2a2.5 2.5 0 1 1-2.5-2.5A2.5 2.5 0 0 1 19 16Z";
pub(super) const FILE: &str = "M13.5 3H6v18h12V7.5zm0 0v4.5H18M9 13h6m-6 4h4";
pub(super) const LOUD: &str = "M4 9.5v5h3.5L12 18V6L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11";
pub(super) const QUIET: &str = "M4 9.5v5h3.5L12 18V6L7.5 9.5zM16 9.5l5 5m0-5-5 5";
pub(super) const CALENDAR: &str = "M4 6h16v14H4zm0 4.5h16M8 3.5V7m8-3.5V7";
/// Two sparkles: the bot's avatar if it has no picture.
pub(super) const SPARK: &str = "M10.5 4c.6 4.2 2.3 5.9 6.5 6.5-4.2.6-5.9 2.3-6.5 6.5-.6-4.2-2.3-5.9-6.5-6.5 4.2-.6 5.9-2.3 6.5-6.5ZM17.8 14.5c.3 2 1.1 2.8 3.2 3.2-2 .3-2.9 1.1-3.2 3.2-.3-2-1.1-2.9-3.2-3.2 2.1-.4 2.9-1.2 3.2-3.2Z";
