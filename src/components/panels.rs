//! Panels shown before, between and after a chat: consent, home screen, form, rating, office hours,
//! the transcript. A chunk of its own: see `chunks`.

mod consent;
mod home;
mod hours;
mod prechat;
mod rating;
pub(super) mod transcript;

use chataibot_wire::content::{Action, Button, ButtonLayout};
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::prelude::*;

use super::{
    UserAction, ViewConfig,
    answers::{self, Choice},
    dom::{self, is_lost},
    elements::{self, at, button, element, group, part, text},
    icons,
    lazy_view::{
        View,
        panel::{Panel, PanelKind},
    },
    view_context::ViewContext,
};
use crate::{browser::timers::Timer, config::Name, strings::Strings};

/// Renders the panel.
pub(super) fn render(view: &View) -> Html {
    let View::Panel(panel) = view else { return Html::default() };
    let ViewContext { state, look, act, .. } = &panel.view;
    let props = panel.clone();
    match panel.kind {
        PanelKind::Consent | PanelKind::Home => html! { <StaticPanel ..props /> },
        PanelKind::PreChat => html! { <prechat::PreChat ..props /> },
        PanelKind::Rating(_) => html! { <rating::RatingPanel ..props /> },
        PanelKind::Starters => starters(look, act),
        PanelKind::Hours => html! { <hours::HoursNotice ..props /> },
        PanelKind::Maintenance => maintenance(&look.strings, state.rows().is_empty()),
    }
}

/// The maintenance notice. Without messages above it (`whole`) it fills the window, and the
/// keyboard must be able to scroll it in a low window.
fn maintenance(strings: &Strings, whole: bool) -> Html {
    let words = element!("p", "id" = "panel-title"; text(strings.maintenance()));
    let inside = group(vec![badge(TOOLS), words.into()]);
    if !whole {
        return part("div", "ended maintenance", inside);
    }
    element!(
        "div",
        "class" = "panel maintenance",
        "part" = "panel maintenance",
        "role" = "group",
        "aria-labelledby" = "panel-title",
        "tabindex" = "0";
        inside
    )
    .into()
}

fn starters(look: &ViewConfig, act: &Callback<UserAction>) -> Html {
    let button = |text: &str| Button { label: text.to_owned(), action: Action::Reply(text.to_owned()) };
    let buttons: Vec<Button> = look.config.list(Name::Starters).map(button).collect();
    let choice = Choice { look, act, open: true, given: None, of: None };
    part("div", "starters", answers::buttons(&buttons, ButtonLayout::Wrap, &choice))
}

const TOOLS: &str =
    "M14.7 6.3a4.5 4.5 0 0 0-6 5.6l-5 5a1.9 1.9 0 0 0 2.7 2.7l5-5a4.5 4.5 0 0 0 5.6-6l-2.8 2.8-2.3-.4-.4-2.3z";

/// A panel without state of its own, which moves the focus to its title when the visitor has come
/// to it.
struct StaticPanel {
    title: NodeRef,
    /// The kind that was shown last.
    shown: Option<PanelKind>,
    focus: Option<Timer>,
}

impl Component for StaticPanel {
    type Message = ();
    type Properties = Panel;

    fn create(_: &Context<Self>) -> Self {
        Self { title: NodeRef::default(), shown: None, focus: None }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let panel = ctx.props();
        match panel.kind {
            PanelKind::Home => home::home(panel, &self.title),
            PanelKind::Consent
            | PanelKind::PreChat
            | PanelKind::Rating(_)
            | PanelKind::Starters
            | PanelKind::Hours
            | PanelKind::Maintenance => consent::consent(panel, &self.title),
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let kind = ctx.props().kind;
        if self.shown.replace(kind) != Some(kind) {
            take_focus(&self.title, &mut self.focus);
        }
    }
}

/// Delay between the loss of the focused element and the focus of another one, in milliseconds: a
/// screen reader that meets both at once says nothing.
const GONE: u64 = 400;

/// Focuses what appeared because of the visitor's action, unless another element has the focus. If
/// the focus was lost, this happens after a delay, by the timer `later`. Returns whether it does.
fn take_focus(place: &NodeRef, later: &mut Option<Timer>) -> bool {
    let Some(element) = place.cast::<Element>() else { return false };
    let is_free = |element: &Element| match dom::focused_beside(element) {
        Some(focused) => focused.id() == "window",
        None => is_lost(element),
    };
    let takes = is_free(&element) && dom::visitor_acted();
    if takes && is_lost(&element) {
        *later = Timer::after(GONE, move || {
            if is_free(&element) {
                dom::focus(&element);
            }
        });
    } else if takes {
        dom::focus(&element);
    }
    takes
}

/// The title of a panel, which can have the focus.
fn title(words: AttrValue, place: &NodeRef) -> Html {
    let title = element!(
        "h3", "id" = "panel-title", "class" = "panel-title", "part" = "panel-title", "tabindex" = "-1"; text(words)
    );
    at(title, place).into()
}

/// The main button of a panel.
fn primary(words: AttrValue, onclick: Callback<MouseEvent>) -> Html {
    button("primary", "button button-primary", None, text(words), onclick).into()
}

/// The value of a field.
fn value_of(place: &NodeRef) -> String {
    let field: Option<JsValue> = place.cast::<Element>().map(JsValue::from);
    let value = field.and_then(|field| Reflect::get(&field, &JsValue::from_str("value")).ok());
    value.and_then(|value| value.as_string()).unwrap_or_default()
}

/// Text that somebody wrote, in the direction of its own language.
fn spoken(tag: &'static str, class: &'static str, words: AttrValue) -> Html {
    element!(tag, "class" = class, "part" = class, "dir" = "auto"; text(words)).into()
}

/// An icon on a soft round background.
fn badge(path: &'static str) -> Html {
    element!("span", "class" = "panel-sign", "part" = "panel-sign", "aria-hidden" = "true"; elements::group(vec![icons::sign("", path)]))
        .into()
}
