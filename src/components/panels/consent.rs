//! The question for consent. Nothing is stored or sent before the visitor agrees.

use yew::prelude::*;

use super::{Panel, badge, title};
use crate::components::{UserAction, elements::*, view_context::ViewContext};
use crate::{config::Name, conversation::onboarding::OnboardingEvent};

const SHIELD: &str = "M12 3.2 5 6v5.4c0 4.3 2.9 7.8 7 9.4 4.1-1.6 7-5.1 7-9.4V6zm-3.3 8.6 2.4 2.4 4.3-4.6";

pub(super) fn consent(panel: &Panel, title_ref: &NodeRef) -> Html {
    let ViewContext { config, act, .. } = &panel.view;
    let strings = &config.strings;
    let words = element!("p", part "panel-text", "id" = "panel-text"; text(strings.consent_text()));
    let policy = config.settings.given(Name::ConsentUrl).map(|address| {
        let inside = text(strings.consent_policy());
        part("p", "panel-link", link("link", &address, inside, Some(strings.new_tab()), None))
    });
    let given = act.reform(|_| UserAction::Step(OnboardingEvent::ConsentGiven));
    let declined = act.reform(|_| UserAction::Step(OnboardingEvent::ConsentDeclined));
    let decline = button("quiet", "button", None, text(strings.consent_decline()), declined);
    let actions =
        part("div", "panel-actions", group(vec![primary_button(strings.consent_accept(), given), decline.into()]));
    let title = title(strings.consent_title(), title_ref);
    element!(
        "div", part "panel consent", "role" = "group",
        "aria-labelledby" = "panel-title", "aria-describedby" = "panel-text";
        group(vec![badge(SHIELD), title, words.into(), policy.unwrap_or_default(), actions])
    )
    .into()
}
