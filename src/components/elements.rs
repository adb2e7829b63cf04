//! Functions that build virtual elements. `html!` expands to the code of a whole element at each
//! place where one stands; calling a function instead keeps the program small. Static elements
//! that stand in one place are written with `html!`, which costs nothing.

use std::rc::Rc;

use yew::{
    html::onclick,
    prelude::*,
    virtual_dom::{AttributeOrProperty, Attributes, Listener, VList, VTag, VText},
};

/// An element with attributes: `element!("p", "class" = class, "dir" = "auto"; inside)`. What is
/// `None` is left out. Words that are all there is inside are set as the element's own text,
/// whatever has become of the text before.
macro_rules! element {
    ($tag:expr, $($key:literal = $value:expr),+; $inside:expr) => {
        $crate::components::elements::make(
            $tag,
            &[$($key,)+ $crate::components::elements::WORDS],
            vec![$(yew::html::IntoPropValue::into_prop_value($value)),+],
            $inside,
        )
    };
}
pub(super) use element;

/// The property that holds the words of an element.
pub(super) const WORDS: &str = "textContent";

/// Nodes beside one another.
pub(super) fn group(nodes: Vec<Html>) -> Html {
    VList::with_children(nodes, None).into()
}

/// A text, as it is.
pub(super) fn text(text: AttrValue) -> Html {
    VText::new(text).into()
}

/// An element without a name.
pub(super) fn plain(tag: &'static str, inside: Html) -> Html {
    make(tag, &[WORDS], Vec::new(), inside).into()
}

/// An element by whose names the page can style it, as we do.
pub(super) fn part(tag: &'static str, names: &'static str, inside: Html) -> Html {
    named(tag, names.into(), inside)
}

/// The same, by names that are put together.
pub(super) fn named(tag: &'static str, names: AttrValue, inside: Html) -> Html {
    element!(tag, "class" = names.clone(), "part" = names; inside).into()
}

/// An element with words that somebody wrote: they run in the direction of their own language.
pub(super) fn auto_dir(tag: &'static str, inside: Html) -> Html {
    element!(tag, "dir" = "auto"; inside).into()
}

/// Words for screen readers alone.
pub(super) fn visually_hidden(words: AttrValue) -> Html {
    element!("span", "class" = "unseen"; text(words)).into()
}

/// A link out of the chat. `href` was judged by [`safe_address`](super::safe_address); `new_tab`
/// says where it opens, unless that is here; `description` is for who does not see what it belongs
/// to.
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
        "a",
        "class" = names,
        "part" = names,
        "href" = href.to_owned(),
        "target" = target,
        "rel" = "noopener noreferrer",
        "aria-description" = description;
        inside
    )
    .into()
}

/// That a link opens a new tab, for who does not see it.
pub(super) fn opens(new_tab: Option<AttrValue>) -> Html {
    new_tab.map(|words| visually_hidden([" (", words.as_str(), ")"].concat().into())).unwrap_or_default()
}

/// A button with words on it, or with a sign and a name for screen readers.
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

/// The element, listening to clicks.
pub(super) fn on_click(element: VTag, clicked: Callback<MouseEvent>) -> VTag {
    on(element, Rc::new(onclick::Wrapper::new(clicked)))
}

/// The element, listening.
pub(super) fn on(mut element: VTag, listener: Rc<dyn Listener>) -> VTag {
    element.add_listener(listener);
    element
}

/// The element, to be found by `place`.
pub(super) fn at(mut element: VTag, place: &NodeRef) -> VTag {
    element.node_ref = place.clone();
    element
}

/// An element with as many values as keys but for the last one, which is [`WORDS`]; written as
/// [`element!`].
///
/// Translators put elements of their own in the place of texts, and Yew goes on writing into the
/// text it has made. So words that may change must be alone in their element; beside others they
/// get one.
pub(super) fn make(
    tag: &'static str,
    keys: &'static [&'static str],
    values: Vec<Option<AttrValue>>,
    inside: Html,
) -> VTag {
    let mut values: Vec<_> = values.into_iter().map(|value| value.map(AttributeOrProperty::Attribute)).collect();
    let (words, inside) = own_words(inside);
    values.push(words);
    let mut element = VTag::new(tag);
    element.attributes = Attributes::Dynamic { keys, values: values.into() };
    if let Some(children) = element.children_mut() {
        *children = inside;
    }
    element
}

/// Where there are nothing but words, they as a property. What is printed at build time knows no
/// properties.
fn own_words(inside: Html) -> (Option<AttributeOrProperty>, Html) {
    match inside {
        #[cfg(target_arch = "wasm32")]
        Html::VText(words) => {
            (Some(AttributeOrProperty::Property(wasm_bindgen::JsValue::from_str(&words.text))), Html::default())
        }
        inside => (None, inside),
    }
}
