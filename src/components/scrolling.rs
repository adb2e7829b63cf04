//! Where a list is scrolled to, measured from its end, how it gets elsewhere, and whether its end stays in view.

use web_sys::{Element, ScrollBehavior, ScrollToOptions};

/// This close to its end, in pixels, a list counts as being there.
pub(super) const NEAR: i32 = 48;

/// At its very end, in pixels: browsers round.
const VERY_END: i32 = 1;

/// Keeps the end of a list in view, until its reader sets out for what is further up.
pub(super) struct Follower {
    pinned: bool,
    /// On its way to the end, smoothly or not.
    bound: Option<bool>,
    /// Where the list was scrolled to when that was last looked at.
    top: i32,
}

impl Default for Follower {
    fn default() -> Self {
        Self { pinned: true, bound: None, top: 0 }
    }
}

impl Follower {
    /// Does the end stay in view?
    pub(super) fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// From now on the end stays in view.
    pub(super) fn go_to_end(&mut self, list: &Element, smooth: bool) {
        self.pinned = true;
        self.bound = Some(smooth);
        to_end(list, smooth);
        // Its own event comes later: a reader who sets out before that goes up from here.
        self.top = list.scroll_top();
    }

    /// The list was scrolled. True when its reader set out for what is further up.
    pub(super) fn scrolled(&mut self, list: &Element) -> bool {
        let (top, distance) = (list.scroll_top(), distance(list));
        // Only a reader goes up: a list that keeps its end in view has no scroll anchoring, and one that shrinks stands at its end.
        let sets_out = top < self.top && distance > VERY_END;
        if sets_out {
            self.pinned = false;
        } else if distance <= VERY_END || (top > self.top && distance <= NEAR) {
            self.pinned = true;
        }
        if sets_out || distance <= VERY_END {
            self.bound = None;
        }
        self.top = top;
        sets_out
    }

    /// The list, or what is in it, became higher or lower. What grows takes along those who are at the end, and nobody who is about
    /// to leave it.
    pub(super) fn resized(&mut self, list: &Element) {
        let (top, distance) = (list.scroll_top(), distance(list));
        let stays = self.bound.is_some() || top >= self.top;
        self.top = top;
        if self.pinned && (distance > NEAR || (distance > VERY_END && stays)) {
            self.go_to_end(list, self.bound == Some(true));
        }
    }
}

/// Pixels to go to the end.
pub(super) fn distance(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top() - list.client_height()
}

/// Stays the same while rows are put on top.
pub(super) fn from_end(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top()
}

/// By the style sheet's `scroll-behavior` when smooth: it knows who wants no motion.
fn to_end(list: &Element, smooth: bool) {
    scroll_to(list, list.scroll_height(), if smooth { ScrollBehavior::Auto } else { ScrollBehavior::Instant });
}

/// Scrolls a list, and nothing around it.
pub(super) fn scroll_to(list: &Element, top: i32, how: ScrollBehavior) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(top));
    options.set_behavior(how);
    list.scroll_to_with_scroll_to_options(&options);
}
