//! The top of the message list: the button that loads earlier messages, and its states.

use yew::prelude::*;

use super::{ViewConfig, elements::*};
use crate::conversation::HistoryState;

/// What is shown above the rows. `asked`: whether the reader looked for earlier messages.
pub(super) fn top(config: &ViewConfig, earlier: HistoryState, asked: bool, onclick: Callback<MouseEvent>) -> Html {
    let strings = &config.strings;
    let request_button = |label| button("quiet earlier", "button earlier", None, text(label), onclick.clone()).into();
    match earlier {
        HistoryState::None if asked => part("p", "beginning", text(strings.beginning())),
        HistoryState::None => Html::default(),
        HistoryState::Available => request_button(strings.earlier()),
        HistoryState::Loading => {
            let spinner = element!("i", part "spinner", "aria-hidden" = "true");
            part("p", "earlier-loading", group(vec![spinner.into(), plain("span", text(strings.earlier_loading()))]))
        }
        HistoryState::Failed => {
            let sentence = part("p", "earlier-failed", text(strings.earlier_failed()));
            group(vec![sentence, request_button(strings.retry())])
        }
    }
}
