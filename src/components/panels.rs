//! Panels shown before, between and after a chat: consent, home screen, form, rating, office hours,
//! the transcript. A chunk of its own: see `chunks`.

mod consent;
mod home;
mod hours;
mod prechat;
mod rating;
pub(super) mod transcript;

use chataibot_wire::content::{Action, Button, ButtonLayout};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::answers::{self, Choice};
use super::dom::{self, is_focus_lost};
use super::lazy_view::panel::{Panel, PanelKind};
use super::{UserAction, ViewConfig, elements::*, icons, lazy_view::View, view_context::ViewContext};
use crate::{browser::timers::Timer, config::Name, strings::Strings};

pub(super) fn render(view: &View) -> Html {
    let View::Panel(panel) = view else { return Html::default() };
    let ViewContext { state, config, act, .. } = &panel.view;
    let props = panel.clone();
    match panel.kind {
        PanelKind::Consent | PanelKind::Home => html! { <StaticPanel ..props /> },
        PanelKind::PreChat => html! { <prechat::PreChat ..props /> },
        PanelKind::Rating(_) => html! { <rating::RatingPanel ..props /> },
        PanelKind::Starters => starters(config, act),
        PanelKind::Hours => html! { <hours::HoursNotice ..props /> },
        PanelKind::Maintenance => maintenance(&config.strings, state.rows().is_empty()),
    }
}

/// The maintenance notice. If it fills the window, the keyboard must be able to scroll it.
fn maintenance(strings: &Strings, fills_window: bool) -> Html {
    let words = element!("p", "id" = "panel-title"; text(strings.maintenance()));
    let inside = group(vec![badge(TOOLS), words.into()]);
    if !fills_window {
        return part("div", "ended maintenance", inside);
    }
    element!(
        "div", part "panel maintenance", "role" = "group", "aria-labelledby" = "panel-title", "tabindex" = "0";
        inside
    )
    .into()
}

fn starters(config: &ViewConfig, act: &Callback<UserAction>) -> Html {
    let button = |text: &str| Button { label: text.to_owned(), action: Action::Reply(text.to_owned()) };
    let buttons: Vec<Button> = config.settings.list(Name::Starters).map(button).collect();
    let choice = Choice { config, act, is_answerable: true, given_answer: None, description: None };
    part("div", "starters", answers::buttons(&buttons, ButtonLayout::Wrap, &choice))
}

const TOOLS: &str =
    "M14.7 6.3a4.5 4.5 0 0 0-6 5.6l-5 5a1.9 1.9 0 0 0 2.7 2.7l5-5a4.5 4.5 0 0 0 5.6-6l-2.8 2.8-2.3-.4-.4-2.3z";

/// A stateless panel, which moves the focus to its title when the visitor has come to it.
#[derive(Default)]
struct StaticPanel {
    title: NodeRef,
    last_kind: Option<PanelKind>,
    focus_timer: Option<Timer>,
}

impl Component for StaticPanel {
    type Message = ();
    type Properties = Panel;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let panel = ctx.props();
        let panel_view = if panel.kind == PanelKind::Home { home::home } else { consent::consent };
        panel_view(panel, &self.title)
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let kind = ctx.props().kind;
        if self.last_kind.replace(kind) != Some(kind) {
            take_focus(&self.title, &mut self.focus_timer);
        }
    }
}

/// Delay in milliseconds between loss and gain of the focus: with both at once readers are silent.
const FOCUS_DELAY: u64 = 400;

/// Focuses what appeared because of the visitor's action, unless another element has the focus. If
/// the focus was lost, this happens after a delay, by `timer`. Returns whether it does.
fn take_focus(target: &NodeRef, timer: &mut Option<Timer>) -> bool {
    let Some(element) = target.cast::<Element>() else { return false };
    let is_free = |element: &Element| match dom::focused_in_root(element) {
        Some(focused) => focused.id() == "window",
        None => is_focus_lost(element),
    };
    let can_take = is_free(&element) && dom::has_user_activation();
    if can_take && is_focus_lost(&element) {
        *timer = Timer::after(FOCUS_DELAY, move || {
            if is_free(&element) {
                dom::focus(&element);
            }
        });
    } else if can_take {
        dom::focus(&element);
    }
    can_take
}

fn title(words: AttrValue, node_ref: &NodeRef) -> Html {
    let title = element!("h3", part "panel-title", "id" = "panel-title", "tabindex" = "-1"; text(words));
    with_ref(title, node_ref).into()
}

fn submit_button(words: AttrValue) -> Html {
    element!("button", "type" = "submit", "class" = "primary", "part" = "button button-primary"; text(words)).into()
}

fn optional_note(strings: &Strings) -> Html {
    group(vec![text(" ".into()), part("span", "form-optional", text(strings.form_optional()))])
}

/// The element of a field: all kinds of fields have the property `value` of an input.
fn field_element(node_ref: &NodeRef) -> Option<HtmlInputElement> {
    node_ref.get().map(JsCast::unchecked_into)
}

fn input_value(node_ref: &NodeRef) -> String {
    field_element(node_ref).map(|field| field.value()).unwrap_or_default()
}

/// An icon on a soft round background.
fn badge(path: &'static str) -> Html {
    element!("span", part "panel-sign", "aria-hidden" = "true"; group(vec![icons::icon("", path)])).into()
}
