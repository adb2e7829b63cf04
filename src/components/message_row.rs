//! One row of the message list: a message with its author, time and delivery state, or a notice.

use std::rc::Rc;

use chataibot_wire::{Author, entry::Assignee};
use yew::prelude::*;

use super::avatar::{author_name, avatar};
use super::message_actions::{MessageAction, actions};
use super::time_format::{self, Clock, Day};
use super::{UserAction, announcer::notice_text, content::content, elements::*, icons, lazy_view::kind::Kind};
use crate::conversation::{MessageRow, RowKind, SendError, SendState};
use crate::{config::Name, strings::fill};

/// Everything a row needs. Only changed rows are rendered again.
#[derive(Clone, PartialEq)]
pub(super) struct RowView {
    /// The row, and whether it can be answered; its bubble is filled in when rendered.
    pub(super) kind: Kind,
    pub(super) assignee: Option<Rc<Assignee>>,
    /// `None` until there was time to create one.
    pub(super) clock: Option<Rc<Clock>>,
    /// Minutes since the message arrived, while they are shown instead of a time.
    pub(super) age_minutes: Option<u32>,
    /// The day that begins with this row, if one does.
    pub(super) day: Option<Day>,
    /// Whether it is the first row that was unread when the window opened.
    pub(super) is_first_unread: bool,
    pub(super) is_in_tab_order: bool,
    pub(super) is_copied: bool,
    pub(super) on_action: Callback<(u32, MessageAction)>,
}

#[derive(Properties, Clone, PartialEq)]
pub(super) struct RowSliceProps {
    pub(super) rows: Vec<RowView>,
}

/// Rows in a slice. With one more row its other rows are built again, with their times, which the
/// browser formats: with fifty that took a slow phone longer than all other work for a message.
pub(super) const ROWS_PER_SLICE: usize = 8;

/// Some adjacent rows of a block as one component, so that a change re-renders only its own slice.
pub(super) struct RowSlice;

impl Component for RowSlice {
    type Message = ();
    type Properties = RowSliceProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let mut nodes = Vec::with_capacity(ctx.props().rows.len());
        ctx.props().rows.iter().for_each(|view| push_row(view, &mut nodes));
        nodes.into_iter().collect()
    }
}

#[cfg(debug_assertions)]
thread_local!(static RENDERED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

/// Number of rows rendered so far, by all lists. For tests: only debug builds count.
#[cfg(debug_assertions)]
#[must_use]
pub fn rows_rendered() -> usize {
    RENDERED.get()
}

/// Adds the row as keyed elements, below the lines it begins: a new day, the unread divider.
pub(super) fn push_row(view: &RowView, nodes: &mut Vec<Html>) {
    #[cfg(debug_assertions)]
    RENDERED.set(RENDERED.get() + 1);
    let key = view.kind.row.key;
    let line = |name: &'static str, inside: Html| {
        let mut line = element!("p", part name; inside);
        line.key = Some([name, &key.to_string()].concat().into());
        Html::from(line)
    };
    if let (Some(day), Some(clock)) = (view.day, &view.clock) {
        let words = text(clock.write_day(day));
        nodes.push(line("day-line", element!("time", "datetime" = time_format::iso_day(day); words).into()));
    }
    if view.is_first_unread {
        nodes.push(line("unread", plain("span", text(view.kind.config.strings.unread_divider()))));
    }
    nodes.push(match &view.kind.row.kind {
        RowKind::Message(message) => message_row(view, message),
        RowKind::Notice(notice) => line("event", text(notice_text(notice, &view.kind.config.strings).into())),
    });
}

fn message_row(view: &RowView, message: &MessageRow) -> Html {
    let Kind { row, config, .. } = &view.kind;
    let strings = &config.strings;
    let visitor = message.author == Author::Visitor;
    let state = message.state.send_state();
    let (first, last) = (row.first_in_group, row.last_in_group);
    let assignee = view.assignee.as_deref();
    let name = author_name(config, message.author, assignee);

    let state_name = match state {
        SendState::Queued | SendState::Sending => " bubble-sending",
        SendState::Unknown => " bubble-unknown",
        SendState::Failed(_) => " bubble-failed",
        SendState::Sent => "",
    };
    let is_agent = message.author == Author::Agent;
    let bubble = names(
        if visitor { "bubble bubble-visitor" } else { "bubble bubble-bot" },
        &[(is_agent, " bubble-agent"), (first, " bubble-first"), (last, " bubble-last"), (true, state_name)],
    );
    // A message that is not sent shows its state; otherwise a group has one time, at its end.
    let has_meta = last || state != SendState::Sent;
    let names = names(
        if visitor { "row row-visitor" } else { "row row-bot" },
        &[(first, " row-first"), (has_meta, " row-meta"), (row.is_new, " row-enter")],
    );
    let kind = Kind { bubble, ..view.kind.clone() };
    let language = if visitor { None } else { config.settings.given(Name::BotLocale) };
    let spoken = content(&kind);
    let spoken = match language {
        Some(language) => element!("div", "class" = "spoken", "lang" = AttrValue::from(language); spoken).into(),
        None => spoken,
    };
    let picture = (last && !visitor).then(|| avatar(config, "avatar avatar-message", message.author, assignee));
    let inside = vec![
        visually_hidden(fill(&strings.said(), "author", &name).into()),
        spoken,
        if has_meta { meta(view, message, state) } else { Html::default() },
        picture.unwrap_or_default(),
        actions(config, row.key, message, view.is_in_tab_order, view.is_copied, &view.on_action),
    ];
    // `tabindex` lets a touch focus the row, which shows its actions. A style sheet can show the
    // author's name with `attr(data-author)`.
    let mut element = element!("div", part names, "data-author" = name, "tabindex" = "-1"; group(inside));
    element.key = Some(row.key.into());
    element.into()
}

/// The first names and, of the others, those that apply.
fn names(always: &str, others: &[(bool, &str)]) -> AttrValue {
    let others = others.iter().filter(|(applies, _)| *applies).map(|(_, name)| *name);
    std::iter::once(always).chain(others).collect::<String>().into()
}

fn meta(view: &RowView, message: &MessageRow, state: SendState) -> Html {
    let strings = &view.kind.config.strings;
    let time = || match &view.clock {
        Some(clock) => {
            let at = view.kind.row.at;
            let (words, full) = (text(clock.write(at, view.age_minutes)), clock.write_full(at));
            element!("time", "part" = "time", "datetime" = time_format::iso(at), "title" = full; words).into()
        }
        None => Html::default(),
    };
    let button = |label: AttrValue, action: fn(Rc<str>) -> UserAction| {
        let Some(id) = message.id.clone() else { return Html::default() };
        let onclick = view.kind.act.reform(move |_: MouseEvent| action(id.clone()));
        let (of, label) = (message.content().to_plain(), text(label));
        let button = element!("button", "type" = "button", "part" = "button-text", "aria-description" = of; label);
        on_click(button, onclick).into()
    };
    let with_icon = |icon, sentence| vec![icons::icon("", icon), plain("span", text(sentence))];
    let (names, inside) = match state {
        SendState::Sent if message.author == Author::Visitor => {
            ("meta", vec![time(), icons::icon("", icons::TICK), visually_hidden(strings.sent())])
        }
        SendState::Sent => ("meta", vec![time()]),
        SendState::Sending => ("meta meta-sending", with_icon(icons::CLOCK, strings.sending())),
        SendState::Queued => ("meta meta-sending", with_icon(icons::CLOCK, strings.queued())),
        SendState::Unknown => ("meta meta-unknown", with_icon(icons::ALERT, strings.unknown())),
        SendState::Failed(error) => {
            let sentence = match error {
                SendError::Temporary | SendError::Ended => strings.failed(),
                SendError::Refused => strings.refused(),
            };
            let mut inside = with_icon(icons::ALERT, sentence);
            if error.can_retry() {
                inside.push(button(strings.retry(), UserAction::Retry));
            }
            inside.push(button(strings.discard(), UserAction::Discard));
            ("meta meta-failed", inside)
        }
    };
    part("div", names, group(inside))
}
