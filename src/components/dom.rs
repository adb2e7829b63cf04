//! DOM helpers of the views: focus, media queries, size observers. No-ops if there is no browser.

use std::rc::Rc;

use js_sys::{Array, Intl, Object};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{
    Element, Event, FocusEvent, FocusOptions, HtmlElement, MouseEvent, Node, ResizeObserver, ShadowRoot, window,
};
use yew::{Callback, Component, Context};

use crate::browser::{environment::media, events::Listener};
use crate::strings::Plural;

pub(super) use crate::browser::environment::{PHONE, matches};
pub(super) use crate::browser::timers::Timer;

#[wasm_bindgen]
extern "C" {
    /// Writes a line for the host page's developer to the console.
    #[wasm_bindgen(js_namespace = console)]
    pub(super) fn warn(line: &str);
}

/// Whether the visitor points with a finger: focusing a field would open the keyboard unasked.
pub(super) fn is_touch_device() -> bool {
    matches("(pointer: coarse)")
}

/// Focuses an element without scrolling the page.
pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // `focus()` does not fail: an element that cannot have the focus just does not get it.
        let focused = element.focus_with_options(&options);
        debug_assert!(focused.is_ok());
    }
}

/// Returns the focused element in the same shadow root (or page) as `element`.
pub(super) fn focused_in_root(element: &Element) -> Option<Element> {
    match element.get_root_node().dyn_into::<ShadowRoot>() {
        Ok(root) => root.active_element(),
        Err(_) => window()?.document()?.active_element(),
    }
}

/// Moves the focus to `element` if a sibling of `element` has it.
pub(super) fn take_focus_from_sibling(element: &Element) {
    if focused_in_root(element).and_then(|focused| focused.parent_element()) == element.parent_element() {
        focus(element);
    }
}

/// Whether a change took the focus from the element that had it. The browser may drop the focus
/// before this is called: then no element of the shadow root has it, and the page's `body` does.
pub(super) fn is_focus_lost(beside: &Element) -> bool {
    let page = beside.owner_document();
    focused_in_root(beside).is_none()
        && page
            .and_then(|page| Some(page.active_element()? == page.body()?.unchecked_into::<Element>()))
            .unwrap_or(false)
}

pub(super) fn contains_focus(element: &Element) -> bool {
    focused_in_root(element).is_some_and(|focused| element.contains(Some(&focused)))
}

/// Moves the focus into an opened window: to the message field, or to the window on a touch device.
pub(super) fn focus_window(section: &Element) {
    let field = if is_touch_device() { None } else { section.query_selector("#input").ok().flatten() };
    focus(field.as_ref().unwrap_or(section));
}

/// Moves the focus after a suggested reply was given, as when the window opens.
pub(super) fn focus_after_answer(event: &MouseEvent) {
    let button = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(section) = button.and_then(|button| button.closest("#window").ok().flatten()) {
        focus_window(&section);
    }
}

/// Whether the visitor has just clicked, pressed a key or touched, so that the current change is
/// theirs. Firefox below 120 cannot tell, and the focus stays where it is.
pub(super) fn has_user_activation() -> bool {
    window().is_some_and(|window| {
        let activation = window.navigator().user_activation();
        !activation.is_undefined() && activation.is_active()
    })
}

/// Selector of the elements that Tab reaches.
const TABBABLE: &str = "button:not(:disabled), a[href], textarea, summary, [tabindex='0']";

/// Focuses the first element in `place` that Tab reaches.
pub(super) fn focus_first_tabbable(container: &Element) {
    if let Ok(Some(first)) = container.query_selector(TABBABLE) {
        focus(&first);
    }
}

/// Focus trap: Tab at one end of the window moves the focus to the other. Returns whether it did.
pub(super) fn wrap_focus(section: &Element, backwards: bool) -> bool {
    let Ok(list) = section.query_selector_all(TABBABLE) else { return false };
    let at = |index| list.item(index).and_then(|node| node.dyn_into::<Element>().ok());
    let (Some(first), Some(last)) = (at(0), at(list.length().saturating_sub(1))) else { return false };
    let focused = focused_in_root(section);
    let (end, other) = if backwards { (first, last) } else { (last, first) };
    let wraps = focused.as_ref() == Some(&end) || (backwards && focused.as_ref() == Some(section));
    if wraps {
        focus(&other);
    }
    wraps
}

/// Moves the focus in a menu by arrow keys, Home and End. Returns false for any other key.
pub(super) fn step_focus(list: &Element, key: &str) -> bool {
    let items = list.children();
    let (count, focused) = (items.length(), focused_in_root(list));
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

/// Whether the focus stays in `list` or on the button beside it, or the whole page lost it.
pub(super) fn is_focus_kept(list: &Element, event: &FocusEvent) -> bool {
    let next = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
    match next {
        Some(next) => list.parent_node().is_some_and(|parent| parent.contains(Some(&next))),
        None => list.owner_document().and_then(|page| page.has_focus().ok()) == Some(false),
    }
}

/// Whether an element runs from right to left; false in a browser without `:dir()`.
pub(super) fn is_rtl(element: &Element) -> bool {
    element.matches(":dir(rtl)").unwrap_or(false)
}

/// Whether the element in which an event occurred runs from right to left.
pub(super) fn is_target_rtl(event: &Event) -> bool {
    event.target().and_then(|target| target.dyn_into().ok()).is_some_and(|element| is_rtl(&element))
}

/// Calls `changed` whenever a media query begins or stops to match, until the listener is dropped.
pub(super) fn watch_media(query: &str, mut changed: impl FnMut(bool) + 'static) -> Option<Listener> {
    let list = media(query)?;
    let queried = list.clone();
    Listener::new(&list, "change", move |_| changed(queried.matches()))
}

/// Calls a function whenever one of several elements changes its size, until dropped.
pub(super) struct SizeWatch(
    ResizeObserver,
    #[expect(dead_code, reason = "lives as long as the browser may call it")] Closure<dyn FnMut()>,
);

impl SizeWatch {
    pub(super) fn new(elements: &[&Element], changed: Callback<()>) -> Option<Self> {
        let call = Closure::<dyn FnMut()>::new(move || changed.emit(()));
        let observer = ResizeObserver::new(call.as_ref().unchecked_ref()).ok()?;
        for element in elements {
            observer.observe(element);
        }
        Some(Self(observer, call))
    }

    /// Delay in milliseconds until the browser has delivered all size changes. Views re-render
    /// after it: the browser reports a size changed during the delivery to the page as an error.
    pub(super) const DELIVERY: u64 = 0;
}

/// Sends a message to a component after so many milliseconds, unless dropped before.
pub(super) fn send_later<C: Component>(ctx: &Context<C>, delay: u64, msg: C::Message) -> Option<Timer> {
    let link = ctx.link().clone();
    Timer::after(delay, move || link.send_message(msg))
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

/// Returns the plural rule of a language, or `None` if the browser does not know the language.
pub(super) fn plural_rule(locale: &str) -> Option<Rc<dyn Fn(usize) -> Plural>> {
    let locales = Array::of1(&JsValue::from_str(locale));
    if Intl::PluralRules::supported_locales_of(&locales, &Object::new()).length() == 0 {
        return None;
    }
    let rules = Intl::PluralRules::new(&locales, &Object::new());
    Some(Rc::new(move |count| {
        // No count here comes near `u32::MAX`.
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Plural::named(&String::from(rules.select(f64::from(count))))
    }))
}

/// Whether an address is on the host page's own origin.
pub(super) fn is_of_this_site(address: &str) -> bool {
    let origin = window().and_then(|window| window.location().origin().ok());
    let rest = origin.and_then(|origin| address.strip_prefix(origin.as_str()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}
