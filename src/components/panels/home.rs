//! The home screen: a welcome, suggested first messages, and the way into the chat.

use yew::prelude::*;

use super::{Panel, badge, title};
use crate::components::{UserAction, avatar::author_name, elements::*, icons, view_context::ViewContext};
use crate::{config::Name, conversation::onboarding::OnboardingEvent, strings::fill};

const FORWARD: &str = "m9.5 5.5 6.5 6.5-6.5 6.5";
const BUBBLE: &str = "M12 4c4.7 0 8.3 3.2 8.3 7.3s-3.6 7.3-8.3 7.3c-1 0-2-.1-2.9-.4l-4 1.7.8-3.6a6.8 6.8 0 0 1-2.2-5C3.7 7.2 7.3 4 12 4Z";

pub(super) fn home(panel: &Panel, title_ref: &NodeRef) -> Html {
    let ViewContext { config, act, state, .. } = &panel.view;
    let strings = &config.strings;
    let welcome = vec![
        part("p", "home-greeting", text(strings.greeting())),
        title(strings.home_title(), title_ref),
        part("p", "panel-text", text(strings.greeting_hint())),
    ];
    let leave_home = act.reform(|_: MouseEvent| UserAction::Step(OnboardingEvent::HomeLeft));
    let last = state.rows().iter().rev().find_map(|row| row.message());
    let continue_button = match last {
        Some(message) => {
            let name = author_name(config, message.author, state.assignee().map(AsRef::as_ref));
            let words = vec![
                plain("strong", text(strings.home_continue())),
                visually_hidden([" ", &fill(&strings.said(), "author", &name), " "].concat().into()),
                auto_dir_part("small", "home-last", message.content().to_plain().into()),
            ];
            let inside = vec![badge(BUBBLE), plain("span", group(words)), icons::icon("forward", FORWARD)];
            button("home-continue", "home-continue", None, group(inside), leave_home).into()
        }
        None => primary_button(strings.home_start(), leave_home),
    };
    let starters = config.settings.list(Name::Starters).map(|starter| {
        let (act, message) = (act.clone(), starter.to_owned());
        let send = Callback::from(move |_: MouseEvent| {
            act.emit(UserAction::Step(OnboardingEvent::HomeLeft));
            act.emit(UserAction::Send(message.clone()));
        });
        let words = auto_dir("span", text(starter.to_owned().into()));
        let inside = group(vec![words, icons::icon("forward", FORWARD)]);
        plain("li", button("starter", "starter", None, inside, send).into())
    });
    let starters: Vec<Html> = starters.collect();
    let starters = (!starters.is_empty()).then(|| {
        let name = strings.home_starters();
        element!("ul", part "home-starters", "role" = "list", "aria-label" = name; group(starters)).into()
    });
    let (welcome, actions) =
        (part("div", "home-welcome", group(welcome)), part("div", "panel-actions", continue_button));
    let inside = vec![welcome, starters.unwrap_or_default(), actions];
    element!("div", part "panel home", "role" = "group", "aria-labelledby" = "panel-title"; group(inside)).into()
}
