//! The top of the message list: a greeting while it is empty, and the way to what was said earlier.

use chataibot_wire::Author;
use yew::prelude::*;

use super::{
    Look,
    avatar::avatar,
    markup::{button, element, group, part, text},
};
use crate::conversation::Earlier;

/// What stands above the rows. `asked`: did the reader go looking? Only then is it worth a line that there is no more.
pub(super) fn top(look: &Look, earlier: Earlier, asked: bool, onclick: Callback<MouseEvent>) -> Html {
    let strings = &look.strings;
    let ask = |label| button("quiet earlier", "button earlier", None, text(label), onclick.clone()).into();
    match earlier {
        Earlier::None if asked => part("p", "beginning", text(strings.beginning())),
        Earlier::None => Html::default(),
        Earlier::Available => ask(strings.earlier()),
        Earlier::Loading => {
            let spinner = element!("i", "class" = "spinner", "aria-hidden" = "true"; Html::default());
            part("p", "earlier-loading", group(vec![spinner.into(), text(strings.earlier_loading())]))
        }
        Earlier::Failed => {
            let sentence = part("p", "earlier-failed", text(strings.earlier_failed()));
            group(vec![sentence, ask(strings.retry())])
        }
    }
}

/// What stands in an empty list.
pub(super) fn greeting(look: &Look) -> Html {
    let inside = vec![
        avatar(look, Author::Bot, None),
        part("p", "greeting-title", text(look.strings.greeting())),
        part("p", "greeting-text", text(look.strings.greeting_hint())),
    ];
    part("div", "greeting", group(inside))
}
