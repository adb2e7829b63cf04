//! DOM helpers of the views: focus, media queries, size observers. Each does nothing where there
//! is no browser.

use std::rc::Rc;

use js_sys::{Array, Intl, Object};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, FocusEvent, FocusOptions, HtmlElement, MouseEvent, Node, ResizeObserver, ShadowRoot, window};

use crate::{
    browser::{environment::media, events::Listener},
    strings::Plural,
};

pub(super) use crate::browser::{
    environment::{PHONE, matches},
    timers::Timer,
};

/// A finger, not a mouse: giving focus to a field would bring up a keyboard nobody asked for.
pub(super) const FINGER: &str = "(pointer: coarse)";

/// Does the visitor point with a finger?
pub(super) fn has_finger() -> bool {
    matches(FINGER)
}

/// Gives focus without scrolling the page.
pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // Fails for no element that can have focus; one that cannot, does not get it.
        let focused = element.focus_with_options(&options);
        debug_assert!(focused.is_ok());
    }
}

/// What has the focus inside the same shadow root (or page) as `element`.
pub(super) fn focused_beside(element: &Element) -> Option<Element> {
    match element.get_root_node().dyn_into::<ShadowRoot>() {
        Ok(root) => root.active_element(),
        Err(_) => window()?.document()?.active_element(),
    }
}

/// Gives `element` the focus that what stands directly beside it has.
pub(super) fn take_focus_beside(element: &Element) {
    if focused_beside(element).and_then(|focused| focused.parent_element()) == element.parent_element() {
        focus(element);
    }
}

/// Did a change take the focus from where it was? A browser may drop it before we are asked: then
/// nothing in here has it, and the page's `body` does.
pub(super) fn is_lost(beside: &Element) -> bool {
    let page = beside.owner_document();
    focused_beside(beside).is_none()
        && page
            .and_then(|page| Some(page.active_element()? == page.body()?.unchecked_into::<Element>()))
            .unwrap_or(false)
}

/// Is the focus in `element` or something inside it?
pub(super) fn holds_focus(element: &Element) -> bool {
    focused_beside(element).is_some_and(|focused| element.contains(Some(&focused)))
}

/// Where the keyboard goes when the window opens: the message field; with a finger, the window.
pub(super) fn focus_window(section: &Element) {
    let field = if has_finger() { None } else { section.query_selector("#input").ok().flatten() };
    focus(field.as_ref().unwrap_or(section));
}

/// Where the keyboard goes on after a suggested reply was given.
pub(super) fn focus_after_answer(event: &MouseEvent) {
    let button = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(section) = button.and_then(|button| button.closest("#window").ok().flatten()) {
        focus_window(&section);
    }
}

/// Did the visitor just click, press or touch? Then what happens now is theirs.
/// Firefox below 120 cannot tell: the keyboard stays where it is.
pub(super) fn visitor_acted() -> bool {
    window().is_some_and(|window| {
        let activation = window.navigator().user_activation();
        !activation.is_undefined() && activation.is_active()
    })
}

/// What Tab comes to.
const REACHABLE: &str = "button:not(:disabled), a[href], textarea, summary, [tabindex='0']";

/// What Tab comes to first in `place`.
pub(super) fn first_reachable(place: &Element) -> Option<Element> {
    place.query_selector(REACHABLE).ok().flatten()
}

/// Keeps Tab inside the window: at its ends the focus goes to the other end. True when it did.
pub(super) fn wrap_focus(section: &Element, backwards: bool) -> bool {
    let Ok(list) = section.query_selector_all(REACHABLE) else { return false };
    let at = |index| list.item(index).and_then(|node| node.dyn_into::<Element>().ok());
    let (Some(first), Some(last)) = (at(0), at(list.length().saturating_sub(1))) else { return false };
    let focused = focused_beside(section);
    let (end, other) = if backwards { (first, last) } else { (last, first) };
    let leaves = focused.as_ref() == Some(&end) || (backwards && focused.as_ref() == Some(section));
    if leaves {
        focus(&other);
    }
    leaves
}

/// Moves the focus among the buttons of a menu as its keys say. False when `key` is none of them.
pub(super) fn step_focus(list: &Element, key: &str) -> bool {
    let items = list.children();
    let (count, focused) = (items.length(), focused_beside(list));
    let at = (0..count).find(|&at| items.item(at) == focused);
    let to = match (key, at) {
        ("ArrowDown", Some(at)) => (at + 1) % count,
        ("ArrowUp", Some(at)) => (at + count - 1) % count,
        ("Home" | "ArrowDown", _) => 0,
        ("End" | "ArrowUp", _) => count - 1,
        _ => return false,
    };
    if let Some(item) = items.item(to) {
        focus(&item);
    }
    true
}

/// Does the focus stay in `list` or on the button beside it, or does it only leave with the whole
/// page?
pub(super) fn keeps_focus(list: &Element, event: &FocusEvent) -> bool {
    let next = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
    match next {
        Some(next) => list.parent_node().is_some_and(|place| place.contains(Some(&next))),
        None => list.owner_document().and_then(|page| page.has_focus().ok()) == Some(false),
    }
}

/// Calls something whenever a media query begins or ceases to hold, until dropped.
pub(super) fn watch_media(query: &str, mut changed: impl FnMut(bool) + 'static) -> Option<Listener> {
    let list = media(query)?;
    let seen = list.clone();
    Listener::new(&list, "change", move |_| changed(seen.matches()))
}

/// Calls something whenever one of some elements changes its size, until dropped.
pub(super) struct SizeWatch(
    ResizeObserver,
    #[expect(dead_code, reason = "lives as long as the browser may call it")] Closure<dyn FnMut()>,
);

impl SizeWatch {
    pub(super) fn new(elements: &[&Element], changed: impl FnMut() + 'static) -> Option<Self> {
        let call = Closure::<dyn FnMut()>::new(changed);
        let observer = ResizeObserver::new(call.as_ref().unchecked_ref()).ok()?;
        for element in elements {
            observer.observe(element);
        }
        Some(Self(observer, call))
    }

    /// Calls something once the browser has told of all sizes, unless dropped before. What changes
    /// sizes while it tells of them is an error that it reports to the page: views draw themselves
    /// anew after that.
    pub(super) fn after_delivery(call: impl FnOnce() + 'static) -> Option<Timer> {
        Timer::after(0, call)
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

/// Which form of a sentence a number asks for in this language. `None` where the browser does not
/// know the language.
pub(super) fn plural_rule(locale: &str) -> Option<Rc<dyn Fn(usize) -> Plural>> {
    let locales = Array::of1(&JsValue::from_str(locale));
    if Intl::PluralRules::supported_locales_of(&locales, &Object::new()).length() == 0 {
        return None;
    }
    let rules = Intl::PluralRules::new(&locales, &Object::new());
    Some(Rc::new(move |count| {
        // Nothing that is counted here comes near the numbers a `u32` cannot hold.
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Plural::named(&String::from(rules.select(f64::from(count))))
    }))
}

/// Does an address lead to the site of the page?
pub(super) fn is_of_this_site(address: &str) -> bool {
    let origin = window().and_then(|window| window.location().origin().ok());
    let rest = origin.and_then(|origin| address.strip_prefix(origin.as_str()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}
