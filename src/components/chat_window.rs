//! The window: header, notices, messages and composer in one dialog; `widget` has its state.

use yew::prelude::*;

use super::icons::{self, icon_button};
use super::lazy_view::{LazyView, View};
use super::menu::{MenuRefs, items, menu};
use super::notices::{Question, ended, notices, question};
use super::screens::{can_go_home, screen};
use super::{Mode, UserAction, composer::Composer, elements::*, header::header, view_context::ViewContext};
use crate::conversation::{Phase, onboarding::OnboardingEvent};

/// What the window shows besides the conversation.
pub(super) struct ChatWindow<'a> {
    pub(super) view: ViewContext,
    /// Whether new messages play a sound.
    pub(super) sounds: bool,
    /// Whether the window covers the whole screen.
    pub(super) modal: bool,
    pub(super) was_ever_open: bool,
    /// Whether the window is enlarged; `None` if the visitor cannot change its size.
    pub(super) is_large: Option<bool>,
    pub(super) menu_open: bool,
    /// Called with `true` to open the menu and `false` to close it.
    pub(super) toggle_menu: Callback<bool>,
    /// Called with what was chosen in header and menu.
    pub(super) choose: Callback<UserAction>,
    pub(super) question: Option<Question>,
    pub(super) answer: Callback<bool>,
    /// The announcer's regions inside the window.
    pub(super) announcer: Html,
    pub(super) refs: &'a ElementRefs,
}

/// References to elements that get the focus or are read.
#[derive(Default)]
pub(super) struct ElementRefs {
    pub(super) section: NodeRef,
    pub(super) menu: MenuRefs,
    pub(super) question: NodeRef,
    pub(super) field: NodeRef,
}

pub(super) fn chat_window(window: ChatWindow) -> Html {
    let ChatWindow { is_large, choose, refs, .. } = window;
    let view = &window.view;
    let ViewContext { state, config, act, .. } = view;
    let open = state.window_open();
    let inline = config.mode == Mode::Inline;
    let items = items(config, state, is_large, window.sounds);
    let menu = menu(config, items, window.menu_open, window.toggle_menu, &choose, &refs.menu);
    let question = window.question.map(|pending| question(config, pending, &window.answer, &refs.question));
    let bottom = if state.phase() == Phase::Ended {
        ended(config, choose.reform(|_| UserAction::Restart))
    } else {
        html! { <Composer view={view.clone()} field={&refs.field} /> }
    };
    // Last in the tab order, because it is the least important.
    let handle = is_large.map(|_| icon_button("resize", config.strings.resize(), icons::CORNER, Callback::noop()));
    let onback = can_go_home(state).then(|| act.reform(|_| UserAction::Step(OnboardingEvent::HomeEntered)));
    let inside = vec![
        header(config, state, onback, is_large, menu, &choose, !inline),
        notices(config, state),
        question.unwrap_or_default(),
        screen(view, window.was_ever_open, html! { <LazyView view={View::Messages(view.clone())} /> }, bottom),
        window.announcer,
        handle.map(Html::from).unwrap_or_default(),
    ];
    let names = match (open, is_large) {
        (true, Some(true)) => "window window-open window-large",
        (true, Some(false) | None) => "window window-open",
        (false, Some(true)) => "window window-large",
        (false, Some(false) | None) => "window",
    };
    let section = element!(
        "section", part names, "id" = "window",
        // An inline window is a part of the page, not a dialog.
        "role" = if inline { "region" } else { "dialog" },
        "tabindex" = "-1", "aria-labelledby" = "title",
        "aria-modal" = window.modal.then_some("true");
        group(inside)
    );
    with_ref(section, &refs.section).into()
}
