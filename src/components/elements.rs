//! Builder functions for virtual elements. `html!` expands to the code of a whole element at each
//! place where it is used; calling a function instead keeps the program small. Static elements used
//! in one place are written with `html!`, which costs nothing.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Listener, VList, VTag, VText};

/// Builds an element with attributes: `element!("p", part "note", "dir" = "auto"; inside)`. `part`
/// sets the same names as classes (for our styles) and CSS parts (for the page's). An attribute
/// that is `None` is left out. Content that is only text is set as the element's `textContent`,
/// which also replaces whatever other code has put in the place of the old text.
macro_rules! element {
    ($tag:expr, part $names:expr $(, $key:literal = $value:expr)*; $inside:expr) => {
        $crate::components::elements::make(
            $tag,
            &["class", "part", $($key,)* $crate::components::elements::TEXT_CONTENT],
            Some(yew::AttrValue::from($names)),
            vec![$(yew::html::IntoPropValue::into_prop_value($value)),*],
            $inside,
        )
    };
    ($tag:expr, $($key:literal = $value:expr),+; $inside:expr) => {
        $crate::components::elements::make(
            $tag,
            &[$($key,)+ $crate::components::elements::TEXT_CONTENT],
            None,
            vec![$(yew::html::IntoPropValue::into_prop_value($value)),+],
            $inside,
        )
    };
    ($tag:expr, $($attributes:tt)+) => {
        $crate::components::elements::element!($tag, $($attributes)+; yew::Html::default())
    };
}
pub(super) use element;

/// Adds listeners to an element: `listen!(list, onscroll = scrolled, onkeydown = pressed)`.
macro_rules! listen {
    ($element:expr, $($event:ident = $callback:expr),+) => {{
        let element = $element;
        $(
            let listener = std::rc::Rc::new(yew::html::$event::Wrapper::new($callback));
            let element = $crate::components::elements::on(element, listener);
        )+
        element
    }};
}
pub(super) use listen;

/// The property that sets the text of an element.
pub(super) const TEXT_CONTENT: &str = "textContent";

/// Several nodes as siblings.
pub(super) fn group(nodes: Vec<Html>) -> Html {
    VList::with_children(nodes, None).into()
}

pub(super) fn text(text: AttrValue) -> Html {
    VText::new(text).into()
}

/// An element without class and CSS part.
pub(super) fn plain(tag: &'static str, inside: Html) -> Html {
    make(tag, &[TEXT_CONTENT], None, Vec::new(), inside).into()
}

/// An element with the same names as classes (for our styles) and CSS parts (for the page's).
pub(super) fn part(tag: &'static str, names: &'static str, inside: Html) -> Html {
    named(tag, names.into(), inside)
}

/// Like [`part`], for names that are composed at run time.
pub(super) fn named(tag: &'static str, names: AttrValue, inside: Html) -> Html {
    element!(tag, part names; inside).into()
}

/// An element with text that somebody wrote: its direction follows the text's own language.
pub(super) fn auto_dir(tag: &'static str, inside: Html) -> Html {
    element!(tag, "dir" = "auto"; inside).into()
}

/// Like [`part`], for text that somebody wrote.
pub(super) fn auto_dir_part(tag: &'static str, names: &'static str, words: AttrValue) -> Html {
    element!(tag, part names, "dir" = "auto"; text(words)).into()
}

pub(super) fn visually_hidden(words: AttrValue) -> Html {
    element!("span", "class" = "unseen"; text(words)).into()
}

/// A link out of the chat. `href` has passed [`safe_address`](super::safe_address); `new_tab` is
/// the note that it opens a new tab, if it does; `description` tells screen readers its context.
pub(super) fn link(
    names: &'static str,
    href: &str,
    inside: Html,
    new_tab: Option<AttrValue>,
    description: Option<AttrValue>,
) -> Html {
    let target = new_tab.is_some().then_some("_blank");
    let inside = group(vec![inside, opens(new_tab)]);
    element!(
        "a", part names, "href" = href.to_owned(), "target" = target, "rel" = "noopener noreferrer",
        "aria-description" = description;
        inside
    )
    .into()
}

/// The note for screen readers that a link opens a new tab.
pub(super) fn opens(new_tab: Option<AttrValue>) -> Html {
    new_tab.map(|words| visually_hidden([" (", words.as_str(), ")"].concat().into())).unwrap_or_default()
}

/// A button with text, or with an icon and a name for screen readers.
pub(super) fn button(
    class: &'static str,
    part: &'static str,
    name: Option<AttrValue>,
    inside: Html,
    onclick: Callback<MouseEvent>,
) -> VTag {
    let button = element!(
        "button", "type" = "button", "class" = class, "part" = part, "aria-label" = name.clone(), "title" = name; inside
    );
    on_click(button, onclick)
}

pub(super) fn primary_button(words: AttrValue, onclick: Callback<MouseEvent>) -> Html {
    button("primary", "button button-primary", None, text(words), onclick).into()
}

pub(super) fn on_click(element: VTag, clicked: Callback<MouseEvent>) -> VTag {
    listen!(element, onclick = clicked)
}

/// Adds a handler of a form's submission, which the browser must not carry out itself.
pub(super) fn on_submit(form: VTag, submitted: Callback<()>) -> VTag {
    listen!(form, onsubmit = submitted.reform(|event: SubmitEvent| event.prevent_default()))
}

pub(super) fn on(mut element: VTag, listener: Rc<dyn Listener>) -> VTag {
    element.add_listener(listener);
    element
}

pub(super) fn with_ref(mut element: VTag, node_ref: &NodeRef) -> VTag {
    element.node_ref = node_ref.clone();
    element
}

/// Builds an element, as [`element!`] writes it. `names`, if any, are the values of the first two
/// keys; there is one value for each other key but the last, which is [`TEXT_CONTENT`].
///
/// Browser translation replaces text nodes by elements of its own, and Yew goes on writing into the
/// text node it has made. So text that may change must be alone in its element; beside other nodes
/// it gets an element of its own.
pub(super) fn make(
    tag: &'static str,
    keys: &'static [&'static str],
    names: Option<AttrValue>,
    values: Vec<Option<AttrValue>>,
    inside: Html,
) -> VTag {
    let (words, inside) = text_property(inside);
    let mut all = Vec::with_capacity(keys.len());
    if let Some(names) = names {
        all.extend([names.clone(), names].map(|names| Some(AttributeOrProperty::Attribute(names))));
    }
    all.extend(values.into_iter().map(|value| value.map(AttributeOrProperty::Attribute)));
    all.push(words);
    let mut element = VTag::new(tag);
    element.attributes = Attributes::Dynamic { keys, values: all.into() };
    if let Some(children) = element.children_mut() {
        *children = inside;
    }
    element
}

/// Returns content that is only text as the property `textContent`. Markup printed at build time
/// has no properties, so there it stays a text node.
fn text_property(inside: Html) -> (Option<AttributeOrProperty>, Html) {
    match inside {
        #[cfg(target_arch = "wasm32")]
        Html::VText(words) => {
            (Some(AttributeOrProperty::Property(wasm_bindgen::JsValue::from_str(&words.text))), Html::default())
        }
        inside => (None, inside),
    }
}
