//! Where a list is scrolled to, measured from its end, and how it gets elsewhere.

use web_sys::{Element, ScrollBehavior, ScrollToOptions};

/// Pixels to go to the end.
pub(super) fn distance(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top() - list.client_height()
}

/// Stays the same while rows are put on top.
pub(super) fn from_end(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top()
}

/// By the style sheet's `scroll-behavior` when smooth: it knows who wants no motion.
pub(super) fn to_end(list: &Element, smooth: bool) {
    scroll_to(list, list.scroll_height(), if smooth { ScrollBehavior::Auto } else { ScrollBehavior::Instant });
}

/// Scrolls a list, and nothing around it.
pub(super) fn scroll_to(list: &Element, top: i32, how: ScrollBehavior) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(top));
    options.set_behavior(how);
    list.scroll_to_with_scroll_to_options(&options);
}
