//! Scroll position of a list: whether it follows the end, and animated scrolling. [`Follower`]
//! decides from measures alone; no browser.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollBehavior, ScrollToOptions};

/// This close to its end, in pixels, a list counts as being there.
pub(super) const NEAR: i32 = 48;

/// At its very end, in pixels: browsers round.
const VERY_END: i32 = 1;

/// What stays above the first line that is shown, in pixels: the list fades there.
const ABOVE: i32 = 16;

/// A list's measures, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measure {
    /// What is scrolled out at the top.
    top: i32,
    /// All that is in it.
    whole: i32,
    height: i32,
    width: i32,
}

impl Measure {
    pub(super) fn of(list: &Element) -> Self {
        Self {
            top: list.scroll_top(),
            whole: list.scroll_height(),
            height: list.client_height(),
            width: list.client_width(),
        }
    }

    /// Pixels to go to the end.
    pub(super) fn distance(self) -> i32 {
        self.whole - self.top - self.height
    }
}

/// What stays in view.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    End,
    /// The beginning of what is too long to be seen whole.
    Beginning,
    /// What the reader has chosen: a matter of the browser and of the window's frame.
    Line,
}

/// What another look at the list has shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shown {
    Nothing,
    /// What is in it became longer, or shorter: what stays in view must be gone to.
    Grown,
    /// It is laid out anew: the same.
    Reshaped,
}

/// Keeps the end of a list, or the beginning of a long answer, in view, until its reader goes
/// elsewhere.
#[derive(Debug)]
pub(super) struct Follower {
    kept: Kept,
    /// Where it is going smoothly.
    course: Option<i32>,
    /// The list when it was last looked at.
    seen: Measure,
}

impl Default for Follower {
    fn default() -> Self {
        Self { kept: Kept::End, course: None, seen: Measure::default() }
    }
}

impl Follower {
    /// Does the end stay in view, or is it there?
    pub(super) fn is_at_end(&self) -> bool {
        self.kept == Kept::End || self.seen.distance() <= VERY_END
    }

    /// Does the beginning of something long stay in view?
    pub(super) fn is_at_beginning(&self) -> bool {
        self.kept == Kept::Beginning
    }

    /// Is what stays in view its own matter, and not the reader's?
    pub(super) fn follows(&self) -> bool {
        self.kept != Kept::Line
    }

    /// Is it on its way smoothly?
    pub(super) fn is_smooth(&self) -> bool {
        self.course.is_some()
    }

    /// From now on the end stays in view, or else what begins so far down.
    pub(super) fn go(&mut self, list: &Element, beginning: Option<i32>, smooth: bool) {
        let (to, smooth) = self.set_out(Measure::of(list), beginning, smooth);
        // By the style sheet's `scroll-behavior` when smooth: it knows who wants no motion.
        scroll_to(list, to, if smooth { ScrollBehavior::Auto } else { ScrollBehavior::Instant });
        self.went(list);
    }

    /// The list was scrolled by its own program. Its event comes later: a reader who sets out
    /// before that goes up from here.
    pub(super) fn went(&mut self, list: &Element) {
        self.seen = Measure::of(list);
    }

    /// Where to go, and whether smoothly.
    fn set_out(&mut self, now: Measure, beginning: Option<i32>, smooth: bool) -> (i32, bool) {
        self.kept = if beginning.is_some() { Kept::Beginning } else { Kept::End };
        let end = now.whole - now.height;
        let to = beginning.map_or(end, |beginning| beginning.clamp(0, end.max(0)));
        // On the way down only, or it would look as if the reader went up.
        let smooth = smooth && to > now.top;
        self.course = Some(to).filter(|_| smooth);
        (to, smooth)
    }

    /// The list was `scrolled`, or else it became another size, or what is in it did: that is told
    /// after what was scrolled until then.
    pub(super) fn look(&mut self, now: Measure, scrolled: bool) -> Shown {
        let was = std::mem::replace(&mut self.seen, now);
        let distance = now.distance();
        // A list that is laid out anew gets its contents first and its height then. In between it
        // cannot be scrolled as far, and the browser takes it back: that says nothing of the
        // reader.
        let reshaped = (now.width, now.height) != (was.width, was.height);
        if reshaped {
            return if self.follows() { Shown::Reshaped } else { Shown::Nothing };
        }
        let course = self.course;
        if distance <= VERY_END || course.is_some_and(|to| now.top >= to) {
            self.course = None;
        }
        if distance <= VERY_END {
            if now.top != was.top {
                self.kept = Kept::End;
            }
            return Shown::Nothing;
        }
        // Only a reader goes up, or what shrinks: a list that follows has no scroll anchoring.
        if now.top < was.top && scrolled && now.whole >= was.whole {
            self.kept = Kept::Line;
            self.course = None;
            return Shown::Nothing;
        }
        if now.whole != was.whole || now.top < was.top {
            return if self.follows() { Shown::Grown } else { Shown::Nothing };
        }
        if now.top > was.top {
            match self.kept {
                Kept::Line if distance <= NEAR => self.kept = Kept::End,
                // Its own way leads down as well.
                Kept::Beginning if course.is_none() => self.kept = Kept::Line,
                Kept::End | Kept::Beginning | Kept::Line => {}
            }
        }
        Shown::Nothing
    }
}

/// Can this row not be seen whole?
pub(super) fn is_long(list: &Element, row: &Element) -> bool {
    row.client_height() + ABOVE > list.client_height()
}

/// How far the list is scrolled where a row, or a line above one, begins at its top.
pub(super) fn beginning_of(row: &Element) -> i32 {
    let top = |element: &Element| element.dyn_ref::<HtmlElement>().map_or(0, HtmlElement::offset_top);
    let (own, block) = (top(row), row.parent_element().as_ref().map_or(0, top));
    // Within a block that the browser may leave out, or within the conversation: browsers differ.
    (if own < block { own + block } else { own }) - ABOVE
}

/// Pixels to go to the end.
pub(super) fn distance(list: &Element) -> i32 {
    Measure::of(list).distance()
}

/// Stays the same while rows are put on top.
pub(super) fn from_end(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top()
}

/// Scrolls a list, and nothing around it.
pub(super) fn scroll_to(list: &Element, top: i32, how: ScrollBehavior) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(top));
    options.set_behavior(how);
    list.scroll_to_with_scroll_to_options(&options);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::{Follower, Measure, Shown, VERY_END};

    /// A list as a browser has it.
    #[derive(Debug, Default)]
    struct List {
        now: Measure,
        follower: Follower,
        /// Has it something to tell of yet?
        beginning: Option<i32>,
    }

    impl List {
        fn clamp(&mut self) {
            let most = (self.now.whole - self.now.height).max(0);
            self.now.top = self.now.top.clamp(0, most);
        }

        /// What a component does when the browser calls it.
        fn looked_at(&mut self, scrolled: bool) {
            if self.follower.look(self.now, scrolled) != Shown::Nothing {
                self.go(self.beginning, false);
            }
        }

        fn go(&mut self, beginning: Option<i32>, smooth: bool) {
            self.beginning = beginning;
            let (to, smooth) = self.follower.set_out(self.now, beginning, smooth);
            if !smooth {
                self.now.top = to;
                self.clamp();
            }
            self.follower.seen = self.now;
        }

        /// Contents first, its own size then: the browser takes it back in between.
        fn reshape(&mut self, width: i32, height: i32, whole: i32) {
            self.now.whole = whole.max(self.now.height);
            self.clamp();
            self.now = Measure { width, height, whole: whole.max(height), ..self.now };
            self.clamp();
            // The event of a scroll comes before that of a size.
            self.looked_at(true);
            self.looked_at(false);
        }

        fn grow(&mut self, whole: i32) {
            self.now.whole = whole.max(self.now.height);
            self.clamp();
            self.looked_at(false);
        }

        fn scroll(&mut self, by: i32) {
            self.now.top += by;
            self.clamp();
            self.looked_at(true);
        }
    }

    fn list(whole: i32) -> List {
        let mut list = List::default();
        list.reshape(370, 600, whole);
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
        list.now.whole = 2_060;
        list.scroll(-20);
        assert!(!list.follower.follows());
        assert_eq!(list.now.top, 1_380);
    }

    #[test]
    fn the_beginning_of_a_long_answer_stays_until_the_reader_goes_on() {
        let mut list = list(2_000);
        list.now.whole = 3_500;
        list.go(Some(1_984), true);
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
        list.now.whole = 3_500;
        list.go(Some(1_984), true);
        // A smooth way slows down before it ends.
        for by in [582, 1, 1] {
            list.scroll(by);
        }
        assert_eq!(list.now.top, 1_984);
        assert!(list.follower.is_at_beginning());
    }

    #[derive(Clone, Debug)]
    enum Change {
        Reshaped { width: i32, height: i32, whole: i32 },
        Grown { whole: i32 },
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let whole = 1..6_000;
        let change = prop_oneof![
            (280..1_200, 60..1_100, whole.clone()).prop_map(|(width, height, whole)| Change::Reshaped {
                width,
                height,
                whole
            }),
            whole.prop_map(|whole| Change::Grown { whole }),
        ];
        proptest::collection::vec(change, 1..12)
    }

    fn undergo(list: &mut List, change: &Change) {
        match *change {
            Change::Reshaped { width, height, whole } => list.reshape(width, height, whole),
            Change::Grown { whole } => list.grow(whole),
        }
    }

    proptest! {
        #[test]
        fn whoever_is_at_the_end_stays_there_whatever_size_things_become(changes in changes()) {
            let mut list = list(2_000);
            for change in &changes {
                undergo(&mut list, change);
                prop_assert!(list.now.distance() <= VERY_END, "{:?} after {:?}", list, change);
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
                // What the browser alone would have done.
                if let Change::Reshaped { width, height, whole } = *change {
                    let most = whole.max(alone.height) - alone.height;
                    alone.top = alone.top.min(most.max(0));
                    alone = Measure { width, height, whole: whole.max(height), ..alone };
                } else if let Change::Grown { whole } = *change {
                    alone.whole = whole.max(alone.height);
                }
                alone.top = alone.top.clamp(0, (alone.whole - alone.height).max(0));
                if list.follower.follows() {
                    // What shrinks may end where the reader is.
                    prop_assert!(list.now.distance() <= VERY_END);
                    break;
                }
                prop_assert_eq!(list.now.top, alone.top);
            }
        }
    }
}
