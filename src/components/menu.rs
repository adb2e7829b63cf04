//! The menu in the header, after the ARIA menu button pattern. Its items are one small table.

use web_sys::Element;
use yew::prelude::*;

use super::{Transcript, UserAction, ViewConfig, dom, elements::*, icons};
use crate::conversation::{Conversation, Phase};

pub(super) struct MenuItem {
    label: AttrValue,
    icon: &'static str,
    action: UserAction,
}

/// Returns the available items. `is_large` is `None` if the size of the window cannot be changed.
pub(super) fn items(config: &ViewConfig, state: &Conversation, is_large: Option<bool>, sounds: bool) -> Vec<MenuItem> {
    let strings = &config.strings;
    let mut items = Vec::new();
    let mut add = |label, icon, action| items.push(MenuItem { label, icon, action });
    if let Some(is_large) = is_large {
        let (label, icon) = resize_label(config, is_large);
        add(label, icon, UserAction::Resize);
    }
    let (label, icon) = if sounds { (strings.sound_off(), icons::QUIET) } else { (strings.sound_on(), icons::LOUD) };
    add(label, icon, UserAction::Sound(!sounds));
    if !state.rows().is_empty() {
        add(strings.transcript_text(), icons::FILE, UserAction::Transcript(Transcript::Text));
        add(strings.transcript_html(), icons::FILE, UserAction::Transcript(Transcript::Html));
        add(strings.restart(), icons::RESTART, UserAction::Restart);
    }
    if state.phase() == Phase::Active {
        add(strings.end(), icons::END, UserAction::End);
    }
    items
}

/// Label and icon of the control that enlarges or shrinks the window.
pub(super) fn resize_label(config: &ViewConfig, is_large: bool) -> (AttrValue, &'static str) {
    if is_large { (config.strings.shrink(), icons::SHRINK) } else { (config.strings.expand(), icons::EXPAND) }
}

/// References to elements of the menu that get the focus or are read.
#[derive(Clone, Default)]
pub(super) struct MenuRefs {
    pub(super) button: NodeRef,
    pub(super) list: NodeRef,
}

/// The button and the items. `toggle` gets whether to open the menu, `choose` what was chosen.
pub(super) fn menu(
    config: &ViewConfig,
    items: Vec<MenuItem>,
    open: bool,
    toggle: Callback<bool>,
    choose: &Callback<UserAction>,
    refs: &MenuRefs,
) -> Html {
    let label = config.strings.menu();
    let more = element!(
        "button", part "header-button more", "type" = "button", "aria-label" = label.clone(), "title" = label.clone(),
        "aria-haspopup" = "menu", "aria-expanded" = if open { "true" } else { "false" };
        icons::icon("", icons::MORE)
    );
    // Otherwise the press would close the open menu, and the click would open it again.
    let onmousedown = Callback::from(move |event: MouseEvent| {
        if open {
            event.prevent_default();
        }
    });
    let more = listen!(more, onclick = toggle.reform(move |_| !open), onmousedown = onmousedown);
    let more = with_ref(more, &refs.button).into();
    let list = if open { item_list(label, items, choose, refs) } else { Html::default() };
    let menu = element!("div", part "menu-place"; group(vec![more, list]));
    let onkeydown = onkeydown(open, toggle.clone(), refs.clone());
    listen!(menu, onkeydown = onkeydown, onfocusout = onfocusout(open, toggle, refs.list.clone())).into()
}

fn item_list(label: AttrValue, items: Vec<MenuItem>, choose: &Callback<UserAction>, refs: &MenuRefs) -> Html {
    let line = |MenuItem { label, icon, action }: MenuItem| {
        let inside = group(vec![icons::icon("", icon), plain("span", text(label))]);
        let line =
            element!("button", part "menu-item", "type" = "button", "role" = "menuitem", "tabindex" = "-1"; inside);
        on_click(line, choose.reform(move |_| action.clone())).into()
    };
    let inside = group(items.into_iter().map(line).collect());
    with_ref(element!("div", part "menu", "role" = "menu", "aria-label" = label; inside), &refs.list).into()
}

fn onkeydown(open: bool, toggle: Callback<bool>, refs: MenuRefs) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        if !open {
            if key == "ArrowDown" || key == "ArrowUp" {
                event.prevent_default();
                toggle.emit(true);
            }
        } else if key == "Escape" || key == "Tab" {
            // Escape closes the menu but not the window; Tab continues from the button.
            if key == "Escape" {
                event.stop_propagation();
                // `preventDefault` also keeps a dialog of the host page around the widget open.
                event.prevent_default();
            }
            if let Some(button) = refs.button.cast::<Element>() {
                dom::focus(&button);
            }
            toggle.emit(false);
        } else if let Some(list) = refs.list.cast::<Element>()
            && dom::step_focus(&list, &key)
        {
            event.prevent_default();
        }
    })
}

fn onfocusout(open: bool, toggle: Callback<bool>, list: NodeRef) -> Callback<FocusEvent> {
    Callback::from(move |event: FocusEvent| {
        let inside = list.cast::<Element>().is_some_and(|list| dom::is_focus_kept(&list, &event));
        if open && !inside {
            toggle.emit(false);
        }
    })
}
