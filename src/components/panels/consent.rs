//! The question for consent. Nothing is stored or sent before the visitor agrees.

use yew::prelude::*;

use super::{
    super::elements::{button, element, group, link, part, primary_button, text},
    Panel, badge, title,
};
use crate::{
    components::{UserAction, view_context::ViewContext},
    config::Name,
    conversation::onboarding::OnboardingEvent,
};

const SHIELD: &str = "M12 3.2 5 6v5.4c0 4.3 2.9 7.8 7 9.4 4.1-1.6 7-5.1 7-9.4V6zm-3.3 8.6 2.4 2.4 4.3-4.6";

/// Renders the panel; stateless.
pub(super) fn consent(panel: &Panel, title_ref: &NodeRef) -> Html {
    let ViewContext { config, act, .. } = &panel.view;
    let strings = &config.strings;
    let words = element!("p", part "panel-text", "id" = "panel-text"; text(strings.consent_text()));
    let policy = config.settings.given(Name::ConsentUrl).map(|address| {
        let inside = text(strings.consent_policy());
        part("p", "panel-link", link("link", &address, inside, Some(strings.new_tab()), None))
    });
    let declined = act.reform(|_| UserAction::Step(OnboardingEvent::ConsentDeclined));
    let decline = button("quiet", "button", None, text(strings.consent_decline()), declined);
    let actions = vec![
        primary_button(strings.consent_accept(), act.reform(|_| UserAction::Step(OnboardingEvent::ConsentGiven))),
        decline.into(),
    ];
    let inside = vec![
        badge(SHIELD),
        title(strings.consent_title(), title_ref),
        words.into(),
        policy.unwrap_or_default(),
        part("div", "panel-actions", group(actions)),
    ];
    element!(
        "div", part "panel consent",
        "role" = "group",
        "aria-labelledby" = "panel-title",
        "aria-describedby" = "panel-text";
        group(inside)
    )
    .into()
}
