//! Bubbles: the frame around the words of a message.

use chataibot_wire::RichText;
use yew::prelude::*;

use super::{ViewConfig, elements::*, rich_text::rich_text};

/// A bubble with a question and optional lines above and below it; empty if none of them has text.
pub(super) fn question_bubble(
    head: &Option<RichText>,
    title: &RichText,
    foot: &Option<RichText>,
    bubble: &AttrValue,
    config: &ViewConfig,
) -> Html {
    let optional_part = |text: &Option<RichText>, name: &'static str| {
        text.as_ref().filter(|text| !text.is_empty()).map(|text| part("div", name, rich_text(text, config)))
    };
    let (head, foot) = (optional_part(head, "bubble-head"), optional_part(foot, "bubble-foot"));
    if head.is_none() && foot.is_none() && title.is_empty() {
        return Html::default();
    }
    let inside = vec![head.unwrap_or_default(), rich_text(title, config), foot.unwrap_or_default()];
    named("div", bubble.clone(), group(inside))
}
