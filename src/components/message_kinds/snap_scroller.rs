//! Scroll position of a row with snap points. Right-to-left rows count from the right.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollBehavior, ScrollToOptions};

use crate::components::dom::is_rtl;

/// Distance in pixels that still counts as at an end: positions are rounded, and rows snap.
const TOLERANCE: i32 = 8;

/// Index of the item at the row's beginning; at the row's end, of the last item.
pub(super) fn current_index(row: &Element) -> usize {
    let count = row.child_element_count();
    if count > 1 && is_at_ends(row).1 {
        return (count - 1) as usize;
    }
    let step = step(row);
    usize::try_from((row.scroll_left().abs() + step / 2) / step).unwrap_or_default()
}

/// Whether the row is scrolled to its beginning, and to its end; both if everything fits.
pub(super) fn is_at_ends(row: &Element) -> (bool, bool) {
    let left = row.scroll_left().abs();
    (left <= TOLERANCE, left + row.client_width() + TOLERANCE >= row.scroll_width())
}

pub(super) fn scroll_to_index(row: &Element, at: usize, behavior: ScrollBehavior) {
    let left = f64::from(step(row)) * f64::from(u32::try_from(at).unwrap_or_default());
    let options = ScrollToOptions::new();
    options.set_left(if is_rtl(row) { -left } else { left });
    options.set_behavior(behavior);
    row.scroll_to_with_scroll_to_options(&options);
}

/// Distance from the beginning of an item to that of the next, in pixels.
fn step(row: &Element) -> i32 {
    let children = row.children();
    let left = |at| children.item(at)?.dyn_into::<HtmlElement>().ok().map(|child| child.offset_left());
    let distance = left(0).zip(left(1)).map_or_else(|| row.client_width(), |(first, second)| (second - first).abs());
    distance.max(1)
}

/// Returns the index of the item that a key leads to.
pub(super) fn target_index(key: &str, rtl: bool, at: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match (key, rtl) {
        ("ArrowRight", false) | ("ArrowLeft", true) => Some((at + 1).min(last)),
        ("ArrowLeft", false) | ("ArrowRight", true) => Some(at.saturating_sub(1)),
        ("Home", _) => Some(0),
        ("End", _) => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::target_index;

    #[test]
    fn arrows_follow_the_direction_and_stop_at_the_ends() {
        assert_eq!(target_index("ArrowRight", false, 0, 3), Some(1));
        assert_eq!(target_index("ArrowRight", true, 1, 3), Some(0));
        assert_eq!(target_index("ArrowLeft", true, 1, 3), Some(2));
        assert_eq!(target_index("ArrowLeft", false, 0, 3), Some(0));
        assert_eq!(target_index("End", false, 0, 3), Some(2));
        assert_eq!(target_index("Home", true, 2, 3), Some(0));
        assert_eq!(target_index("ArrowRight", false, 2, 3), Some(2));
        assert_eq!(target_index("x", false, 2, 3), None);
        assert_eq!(target_index("End", false, 0, 0), None);
    }
}
