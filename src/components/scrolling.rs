//! Scroll position of a list: whether it follows the end, and animated scrolling. [`Follower`]
//! decides from measures alone, without a browser.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollBehavior, ScrollToOptions};

/// Within this distance of its end, in pixels, a list counts as being there.
pub(super) const NEAR_END: i32 = 48;

/// Within this distance, in pixels, a list is at its very end: browsers round.
const AT_END: i32 = 1;

/// Space above the first line that is shown, in pixels, because the list fades out there.
const TOP_MARGIN: i32 = 16;

/// Measures of a list, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measure {
    /// Height of the content that is scrolled out at the top.
    top: i32,
    /// Height of the whole content.
    content_height: i32,
    height: i32,
    width: i32,
}

impl Measure {
    pub(super) fn of(list: &Element) -> Self {
        Self {
            top: list.scroll_top(),
            content_height: list.scroll_height(),
            height: list.client_height(),
            width: list.client_width(),
        }
    }

    /// Distance to the end, in pixels.
    pub(super) fn distance(self) -> i32 {
        self.content_height - self.top - self.height
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kept {
    #[default]
    End,
    /// The beginning of content that is too tall to be seen whole.
    Beginning,
    /// The position that the reader has chosen. Only the browser and the window's size move it.
    ReaderPosition,
}

/// What a new measurement of the list has shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ListChange {
    Nothing,
    /// The content became taller or shorter: what is kept in view must be scrolled to.
    Grown,
    /// The list itself changed its size: the same.
    Reshaped,
}

/// Keeps the end, or the beginning of a long answer, in view until the reader scrolls away.
#[derive(Debug, Default)]
pub(super) struct Follower {
    kept: Kept,
    /// Target of a smooth scroll that is under way.
    smooth_target: Option<i32>,
    last_measure: Measure,
}

impl Follower {
    /// Whether the end is kept in view, or is in view anyway.
    pub(super) fn is_at_end(&self) -> bool {
        self.kept == Kept::End || self.last_measure.distance() <= AT_END
    }

    /// Whether the beginning of a long row is kept in view.
    pub(super) fn is_at_beginning(&self) -> bool {
        self.kept == Kept::Beginning
    }

    /// Whether the follower, and not the reader, decides what is kept in view.
    pub(super) fn follows(&self) -> bool {
        self.kept != Kept::ReaderPosition
    }

    pub(super) fn is_smooth(&self) -> bool {
        self.smooth_target.is_some()
    }

    /// Scrolls to the end, or to the offset `beginning`, and keeps that in view from now on.
    pub(super) fn scroll_to_end_or(&mut self, list: &Element, beginning: Option<i32>, smooth: bool) {
        let (to, smooth) = self.plan_scroll(Measure::of(list), beginning, smooth);
        // A smooth scroll uses the style sheet's `scroll-behavior`, which respects reduced motion.
        scroll_to(list, to, if smooth { ScrollBehavior::Auto } else { ScrollBehavior::Instant });
        self.note_scrolled(list);
    }

    /// Notes that the program scrolled the list. The scroll event comes later: if the reader
    /// scrolls up before that, the way up is measured from here.
    pub(super) fn note_scrolled(&mut self, list: &Element) {
        let now = Measure::of(list);
        if now.width > 0 {
            self.last_measure = now;
        }
    }

    /// Returns the offset to scroll to, and whether smoothly.
    fn plan_scroll(&mut self, now: Measure, beginning: Option<i32>, smooth: bool) -> (i32, bool) {
        self.kept = if beginning.is_some() { Kept::Beginning } else { Kept::End };
        let end = now.content_height - now.height;
        let to = beginning.map_or(end, |beginning| beginning.clamp(0, end.max(0)));
        // Smooth only downwards, because a smooth scroll up would look like the reader's.
        let smooth = smooth && to > now.top;
        self.smooth_target = Some(to).filter(|_| smooth);
        (to, smooth)
    }

    /// Handles a scroll event (`scrolled`), or else a change in size of the list or its content.
    /// Browsers report a change in size after the scrolls before it.
    pub(super) fn observe(&mut self, now: Measure, scrolled: bool) -> ListChange {
        // A hidden list has no measures, and is shown again where it was.
        if now.width == 0 {
            return ListChange::Nothing;
        }
        let before = std::mem::replace(&mut self.last_measure, now);
        let distance = now.distance();
        // When a list is laid out again, its content changes first and its height second. In
        // between it cannot be scrolled as far, so the browser moves it up: that says nothing about
        // the reader.
        let is_reshaped = (now.width, now.height) != (before.width, before.height);
        if is_reshaped {
            return if self.follows() { ListChange::Reshaped } else { ListChange::Nothing };
        }
        let smooth_target = self.smooth_target;
        if distance <= AT_END || smooth_target.is_some_and(|to| now.top >= to) {
            self.smooth_target = None;
        }
        if distance <= AT_END {
            if now.top != before.top {
                self.kept = Kept::End;
            }
            return ListChange::Nothing;
        }
        // Only a reader, or shrinking content, moves up a list that follows: no scroll anchoring.
        if now.top < before.top && scrolled && now.content_height >= before.content_height {
            self.kept = Kept::ReaderPosition;
            self.smooth_target = None;
            return ListChange::Nothing;
        }
        if now.content_height != before.content_height || now.top < before.top {
            return if self.follows() { ListChange::Grown } else { ListChange::Nothing };
        }
        if now.top > before.top {
            match self.kept {
                Kept::ReaderPosition if distance <= NEAR_END => self.kept = Kept::End,
                // The follower's own smooth scroll leads down as well.
                Kept::Beginning if smooth_target.is_none() => self.kept = Kept::ReaderPosition,
                Kept::End | Kept::Beginning | Kept::ReaderPosition => {}
            }
        }
        ListChange::Nothing
    }
}

pub(super) fn is_long(list: &Element, row: &Element) -> bool {
    row.client_height() + TOP_MARGIN > list.client_height()
}

/// Returns the scroll offset with a row, or a line above one, at the top.
pub(super) fn beginning_of(row: &Element) -> i32 {
    let top = |element: &Element| element.dyn_ref::<HtmlElement>().map_or(0, HtmlElement::offset_top);
    let (own, block) = (top(row), row.parent_element().as_ref().map_or(0, top));
    // Browsers differ: `offsetTop` is relative to the skippable block, or to the conversation.
    (if own < block { own + block } else { own }) - TOP_MARGIN
}

/// Distance from the end to the scroll position; constant while rows are added at the top.
pub(super) fn from_end(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top()
}

/// Scrolls a list, and nothing around it.
pub(super) fn scroll_to(list: &Element, top: i32, behavior: ScrollBehavior) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(top));
    options.set_behavior(behavior);
    list.scroll_to_with_scroll_to_options(&options);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::{AT_END, Follower, ListChange, Measure};

    /// A model of a browser's scrolled list.
    #[derive(Debug, Default)]
    struct List {
        now: Measure,
        follower: Follower,
        /// Position of the beginning to be shown, if any.
        beginning: Option<i32>,
    }

    impl List {
        fn clamp(&mut self) {
            let most = (self.now.content_height - self.now.height).max(0);
            self.now.top = self.now.top.clamp(0, most);
        }

        /// Reacts to an observer's call as the component does.
        fn observed(&mut self, scrolled: bool) {
            if self.follower.observe(self.now, scrolled) != ListChange::Nothing {
                self.scroll_to_end_or(self.beginning, false);
            }
        }

        fn scroll_to_end_or(&mut self, beginning: Option<i32>, smooth: bool) {
            self.beginning = beginning;
            let (to, smooth) = self.follower.plan_scroll(self.now, beginning, smooth);
            if !smooth {
                self.now.top = to;
                self.clamp();
            }
            self.follower.last_measure = self.now;
        }

        /// Changes the content, then the list's own size: the browser clamps in between.
        fn reshape(&mut self, width: i32, height: i32, content_height: i32) {
            self.now.content_height = content_height.max(self.now.height);
            self.clamp();
            self.now = Measure { width, height, content_height: content_height.max(height), ..self.now };
            self.clamp();
            // The scroll event comes before the resize event.
            self.observed(true);
            self.observed(false);
        }

        fn grow(&mut self, content_height: i32) {
            self.now.content_height = content_height.max(self.now.height);
            self.clamp();
            self.observed(false);
        }

        fn scroll(&mut self, by: i32) {
            self.now.top += by;
            self.clamp();
            self.observed(true);
        }
    }

    fn list(content_height: i32) -> List {
        let mut list = List::default();
        list.reshape(370, 600, content_height);
        list
    }

    #[test]
    fn a_phone_that_is_turned_stays_at_the_end() {
        let mut list = list(2_000);
        list.reshape(824, 170, 1_300);
        assert_eq!(list.now.distance(), 0);
        assert!(list.follower.is_at_end());
        list.grow(1_400);
        assert_eq!(list.now.distance(), 0);
        list.reshape(370, 600, 2_100);
        assert_eq!(list.now.distance(), 0);
    }

    #[test]
    fn what_shrinks_and_grows_at_the_same_time_takes_nobody_from_the_end() {
        let mut list = list(9_000);
        list.now.top = 7_000;
        list.grow(9_100);
        assert_eq!(list.now.distance(), 0);
    }

    #[test]
    fn a_reader_who_sets_out_while_a_message_grows_is_let_go() {
        let mut list = list(2_000);
        list.now.content_height = 2_060;
        list.scroll(-20);
        assert!(!list.follower.follows());
        assert_eq!(list.now.top, 1_380);
    }

    #[test]
    fn a_hidden_list_says_nothing_about_its_reader() {
        let mut list = list(2_000);
        list.scroll(-300);
        let shown = std::mem::take(&mut list.now);
        list.observed(false);
        assert!(!list.follower.follows() && !list.follower.is_at_end());
        list.now = Measure { content_height: 2_100, ..shown };
        list.observed(false);
        assert_eq!(list.now.top, shown.top);
        assert!(!list.follower.follows());
    }

    #[test]
    fn the_beginning_of_a_long_answer_stays_until_the_reader_goes_on() {
        let mut list = list(2_000);
        list.now.content_height = 3_500;
        list.scroll_to_end_or(Some(1_984), true);
        // Smoothly, in two steps.
        list.scroll(300);
        list.scroll(284);
        assert_eq!(list.now.top, 1_984);
        assert!(list.follower.is_at_beginning());
        list.grow(3_700);
        assert_eq!((list.now.top, list.follower.is_at_end()), (1_984, false));
        list.reshape(370, 400, 3_700);
        assert_eq!(list.now.top, 1_984);
        list.scroll(100);
        assert!(!list.follower.follows());
        list.scroll(5_000);
        assert!(list.follower.is_at_end());
    }

    #[test]
    fn the_last_pixel_of_the_way_to_a_beginning_is_not_a_reader_who_goes_on() {
        let mut list = list(2_000);
        list.now.content_height = 3_500;
        list.scroll_to_end_or(Some(1_984), true);
        // Smooth scrolling slows down before it ends.
        for by in [582, 1, 1] {
            list.scroll(by);
        }
        assert_eq!(list.now.top, 1_984);
        assert!(list.follower.is_at_beginning());
    }

    #[derive(Clone, Debug)]
    enum Change {
        Reshaped { width: i32, height: i32, content_height: i32 },
        Grown { content_height: i32 },
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let content_height = 1..6_000;
        let change = prop_oneof![
            (280..1_200, 0..1_100, content_height.clone())
                .prop_map(|(width, height, content_height)| Change::Reshaped { width, height, content_height }),
            content_height.prop_map(|content_height| Change::Grown { content_height }),
        ];
        proptest::collection::vec(change, 1..12)
    }

    fn undergo(list: &mut List, change: &Change) {
        match *change {
            Change::Reshaped { width, height, content_height } => list.reshape(width, height, content_height),
            Change::Grown { content_height } => list.grow(content_height),
        }
    }

    proptest! {
        #[test]
        fn whoever_is_at_the_end_stays_there_whatever_size_things_become(changes in changes()) {
            let mut list = list(2_000);
            for change in &changes {
                undergo(&mut list, change);
                prop_assert!(list.now.distance() <= AT_END, "{:?} after {:?}", list, change);
                prop_assert!(list.follower.is_at_end());
            }
        }

        #[test]
        fn a_reader_further_up_is_moved_by_nothing_but_the_browser(up in 2i32..1_400, changes in changes()) {
            let mut list = list(2_000);
            list.scroll(-up);
            prop_assert!(!list.follower.follows());
            for change in &changes {
                let mut alone = Measure { ..list.now };
                undergo(&mut list, change);
                // The offset that the browser alone would have set.
                if let Change::Reshaped { width, height, content_height } = *change {
                    let most = content_height.max(alone.height) - alone.height;
                    alone.top = alone.top.min(most.max(0));
                    alone = Measure { width, height, content_height: content_height.max(height), ..alone };
                } else if let Change::Grown { content_height } = *change {
                    alone.content_height = content_height.max(alone.height);
                }
                alone.top = alone.top.clamp(0, (alone.content_height - alone.height).max(0));
                if list.follower.follows() {
                    // A shrinking list may end where the reader is.
                    prop_assert!(list.now.distance() <= AT_END);
                    break;
                }
                prop_assert_eq!(list.now.top, alone.top);
            }
        }
    }
}
