//! The message list: renders a window over the rows; follows the end until the reader scrolls up.

use std::rc::Rc;

use chataibot_wire::Author;
use web_sys::{Element, ScrollBehavior};
use yew::prelude::*;

use super::arrival::{self, first_unread, news};
use super::dom::{self, SizeWatch, Timer, send_later};
use super::lazy_view::{View, kind::Kind, messages};
use super::message_actions::{self, MessageAction};
use super::message_row::{ROWS_PER_SLICE, RowSlice, RowView};
use super::scrolling::{Follower, ListChange, Measure, NEAR_END, beginning_of, from_end, scroll_to};
use super::time_format::{self, Clock, now};
use super::{
    UserAction, clipboard, content::offers_answers, elements::*, icons, load_earlier, row_block::BlockBounds,
    typing_indicator::typing_indicator, view_context::ViewContext,
};
use crate::conversation::{Conversation, HistoryState, Notice, Phase, Row};

pub(super) fn render(view: &View) -> Html {
    let View::Messages(view) = view else { return Html::default() };
    html! { <MessageList ..view.clone() /> }
}

/// Rows shown at first, and added by each "earlier". A thousand take a slow phone half a second.
const ROWS_PER_STEP: usize = 200;
/// Interval between updates of the displayed times, in milliseconds.
const TICK_INTERVAL: u64 = 20_000;
/// How long a message is marked as copied, in milliseconds.
const COPIED_TIME: u64 = 2_000;

#[derive(Clone, Copy, Default, PartialEq)]
enum ReaderPosition {
    /// At the end: new messages come into view by themselves.
    #[default]
    End,
    /// Further up, with nothing new below.
    Above,
    /// Further up, and something new has arrived.
    AboveNews,
}

pub(super) enum Msg {
    Scrolled,
    /// The list or its content changed its size.
    Resized,
    Redraw,
    NewsArrived,
    JumpRequested,
    EarlierRequested,
    /// The clock can be created now.
    ClockDue,
    /// The displayed times may have changed.
    Ticked,
    ActionChosen(u32, MessageAction),
    /// Copying a message has ended; `false` if it failed.
    Copied(u32, bool),
    CopiedShown,
}

#[derive(Default)]
pub(super) struct MessageList {
    list: NodeRef,
    inner: NodeRef,
    bounds: BlockBounds,
    /// Maximum number of rows to show, counted from the newest.
    max_rows: usize,
    asked_for_earlier: bool,
    position: ReaderPosition,
    /// Key of the newest row that was there when the reader was at the end.
    last_seen: u32,
    /// Key of the row that has the line "new" above it.
    unread_from: Option<u32>,
    follower: Follower,
    /// Newest key when the reader last chose a position. Tall rows since then begin at the top.
    newest_known: u32,
    /// Key of the row whose beginning is kept in view.
    pinned_row: Option<u32>,
    /// Distance from the end to restore once earlier rows are rendered.
    restore_distance: Option<i32>,
    extent: Extent,
    size_watch: Option<SizeWatch>,
    redraw_timer: Option<Timer>,
    clock: Option<Rc<Clock>>,
    /// The time relative to which times are displayed.
    now: f64,
    /// Language and delay in milliseconds of the requested clock; no delay if none is needed.
    requested_clock: (Option<AttrValue>, Option<u64>),
    clock_timer: Option<Timer>,
    tick_timer: Option<Timer>,
    on_action: Callback<(u32, MessageAction)>,
    copied_key: Option<u32>,
    copied_timer: Option<Timer>,
}

/// Extent of the list. When this changes, the scroll position is adjusted.
#[derive(Clone, Copy, Default, PartialEq)]
struct Extent {
    newest: u32,
    rows: usize,
    start: usize,
    typing: bool,
}

impl Component for MessageList {
    type Message = Msg;
    type Properties = ViewContext;

    fn create(ctx: &Context<Self>) -> Self {
        let mut bounds = BlockBounds::default();
        bounds.update_anchor(shown_rows(&ctx.props().state));
        let on_action = ctx.link().callback(|(key, action)| Msg::ActionChosen(key, action));
        Self { bounds, max_rows: ROWS_PER_STEP, now: now(&ctx.props().config), on_action, ..Self::default() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let Some(list) = self.list.cast::<Element>() else { return false };
        let before = (self.position, self.follower.follows());
        match msg {
            Msg::Scrolled => self.handle_scroll(&ctx.props().state, &list, true),
            Msg::Resized => {
                self.handle_scroll(&ctx.props().state, &list, false);
                // The scroll position is already right for the next frame, so rendering can wait.
                if (self.position, self.follower.follows()) != before {
                    self.redraw_timer = send_later(ctx, SizeWatch::DELIVERY, Msg::Redraw);
                }
                return false;
            }
            Msg::Redraw => return true,
            Msg::NewsArrived => {
                let all_seen = self.pinned_row.is_some() && news(shown_rows(&ctx.props().state), self.last_seen) == 0;
                self.position = if all_seen { ReaderPosition::Above } else { ReaderPosition::AboveNews };
                return true;
            }
            Msg::JumpRequested => {
                self.note_position_chosen();
                self.follower.scroll_to_end_or(&list, None, Measure::of(&list).distance() <= 4 * list.client_height());
            }
            Msg::EarlierRequested => return self.show_earlier(ctx, &list),
            Msg::ClockDue => {
                self.clock = Some(Rc::new(Clock::new(ctx.props().config.locale.clone())));
                return true;
            }
            Msg::Ticked => {
                self.tick_timer = None;
                self.now = now(&ctx.props().config);
                return true;
            }
            Msg::ActionChosen(key, MessageAction::Copy) => {
                let rows = ctx.props().state.rows();
                let message = rows.iter().find(|row| row.key == key).and_then(|row| row.message());
                // Copying may need a field, which cannot make the list scroll if it is beside it.
                if let Some((message, beside)) = message.zip(list.parent_element()) {
                    let text = message.content().to_plain().trim().to_owned();
                    ctx.link().send_future(async move { Msg::Copied(key, clipboard::copy(text, beside).await) });
                }
            }
            Msg::ActionChosen(key, MessageAction::Rate(helpful)) => {
                ctx.props().act.emit(UserAction::Feedback { key, helpful });
            }
            Msg::Copied(_, false) => {}
            Msg::Copied(key, true) => {
                ctx.props().announce.emit(ctx.props().config.strings.copied());
                self.copied_key = Some(key);
                self.copied_timer = send_later(ctx, COPIED_TIME, Msg::CopiedShown);
                return true;
            }
            Msg::CopiedShown => {
                self.copied_key = None;
                return true;
            }
        }
        (self.position, self.follower.follows()) != before
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &ViewContext) -> bool {
        let ViewContext { state, config, announce, .. } = ctx.props();
        let rows = shown_rows(state);
        self.now = now(config);
        self.bounds.update_anchor(rows);
        if !state.window_open() {
            self.unread_from = None;
        } else if state.is_watched() && !old.state.is_watched() && old.state.unread() > 0 {
            self.unread_from = first_unread(&old.state);
        }
        // Rows added at the top were asked for, and must not move what is being read.
        let first = shown_rows(&old.state).first();
        let prepended = first.and_then(|first| rows.iter().position(|row| row.key == first.key)).unwrap_or_default();
        if prepended > 0 {
            self.max_rows += prepended;
            self.restore_distance = self.list.cast::<Element>().map(|list| from_end(&list));
        }
        let newest = |rows: &[Rc<Row>]| rows.last().map_or(0, |row| row.key);
        if self.follower.is_at_end() && newest(rows) > newest(shown_rows(&old.state)) {
            // The reader is back at the end, so rows further up need not stay in the page.
            self.max_rows = ROWS_PER_STEP;
        }
        if state.history() == HistoryState::Failed && old.state.history() != HistoryState::Failed {
            announce.emit(config.strings.earlier_failed());
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ViewContext { state, config, .. } = ctx.props();
        let link = ctx.link();
        let strings = &config.strings;
        let rows = shown_rows(state);
        let start = self.start(rows);
        let top = if rows.is_empty() && state.history() == HistoryState::None {
            messages::greeting(config)
        } else {
            let history = if start > 0 { HistoryState::Available } else { state.history() };
            load_earlier::top(config, history, self.asked_for_earlier, link.callback(|_| Msg::EarlierRequested))
        };
        let typing = if state.is_typing() { typing_indicator(config, state) } else { Html::default() };
        let jump = match self.position {
            ReaderPosition::End => None,
            ReaderPosition::Above => Some(strings.jump_to_end()),
            ReaderPosition::AboveNews => Some(match news(rows, self.last_seen) {
                0 => strings.new_messages(),
                count => strings.new_messages_count(count),
            }),
        };
        let jump = jump.map(|label| {
            let inside = group(vec![plain("span", text(label)), icons::icon("", icons::ARROW_DOWN)]);
            button("jump", "jump", None, inside, link.callback(|_| Msg::JumpRequested)).into()
        });
        let scrolled = link.callback(|_: Event| Msg::Scrolled);
        let inside = group(vec![top, self.blocks(ctx.props(), rows, start), typing]);
        let inner = with_ref(element!("div", part "rows"; inside), &self.inner);
        let class = if self.follower.follows() { "list list-follows" } else { "list" };
        let list = messages::list(config, class, inner.into());
        let pressed = message_actions::arrow_key_handler(&self.list);
        let list = listen!(with_ref(list, &self.list), onscroll = scrolled, onkeydown = pressed);
        element!("div", "class" = "conversation"; group(vec![list.into(), jump.unwrap_or_default()])).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some((list, inner)) = self.list.cast::<Element>().zip(self.inner.cast::<Element>()) else { return };
        if first {
            self.size_watch = SizeWatch::new(&[&list, &inner], ctx.link().callback(|()| Msg::Resized));
        }
        self.follow_end(ctx, &list);
        self.request_clock(ctx);
    }
}

impl MessageList {
    fn start(&self, rows: &[Rc<Row>]) -> usize {
        self.bounds.start(rows.len().saturating_sub(self.max_rows))
    }

    fn blocks(&self, props: &ViewContext, rows: &[Rc<Row>], first: usize) -> Html {
        let ViewContext { state, config, act, .. } = props;
        let answerable = state.answerable_row().map(|row| row.key);
        let newest = rows.iter().rev().find(|row| row.message().is_some()).map(|row| row.key);
        let today = time_format::midnight(self.now, 0);
        let day = |clock: &Clock, at: usize| clock.day(rows[at].at, today);
        let begins_day = |clock: &Clock, at: usize| at == first || day(clock, at - 1) != day(clock, at);
        let view = |at: usize| {
            let row = &rows[at];
            let key = Some(row.key);
            RowView {
                kind: Kind {
                    row: row.clone(),
                    part: None,
                    bubble: AttrValue::default(),
                    config: config.clone(),
                    act: act.clone(),
                    is_answerable: answerable == key,
                    given_answer: given_answer(&rows[at..]),
                },
                assignee: state.assignee().cloned(),
                clock: self.clock.clone(),
                age_minutes: time_format::minutes_since(row.at, self.now),
                day: self.clock.as_ref().filter(|clock| begins_day(clock, at)).map(|clock| day(clock, at)),
                is_first_unread: self.unread_from == key,
                // While the newest message is out of view, Tab leads to the jump button.
                is_in_tab_order: newest == key && self.position == ReaderPosition::End,
                is_copied: self.copied_key == key,
                on_action: self.on_action.clone(),
            }
        };
        let (mut blocks, mut start) = (Vec::<Html>::new(), first);
        while start < rows.len() {
            let end = self.bounds.end(start);
            let slices = (start..end.min(rows.len())).step_by(ROWS_PER_SLICE).map(|from| {
                let rows: Vec<RowView> = (from..(from + ROWS_PER_SLICE).min(end).min(rows.len())).map(&view).collect();
                html! { <RowSlice key={from - start} {rows} /> }
            });
            // A full block gets no more rows, so the browser may skip it while it is out of view.
            let class = if end < rows.len() { "block block-settled" } else { "block" };
            let mut block = element!("div", "class" = class; slices.collect());
            block.key = Some(self.bounds.number(start).to_string().into());
            blocks.push(block.into());
            start = end;
        }
        blocks.into_iter().collect()
    }

    /// Shows more of the loaded rows first; then requests earlier entries of the log.
    fn show_earlier(&mut self, ctx: &Context<Self>, list: &Element) -> bool {
        let ViewContext { state, act, .. } = ctx.props();
        // The button goes, so the list gets the focus. The scroll up to it may be unreported.
        dom::focus(list);
        self.handle_scroll(state, list, true);
        self.asked_for_earlier = true;
        if self.start(shown_rows(state)) > 0 {
            self.restore_distance = Some(from_end(list));
            self.max_rows += ROWS_PER_STEP;
            return true;
        }
        match state.history() {
            HistoryState::Available | HistoryState::Failed => act.emit(UserAction::LoadEarlier),
            HistoryState::None | HistoryState::Loading => {}
        }
        false
    }

    fn handle_scroll(&mut self, state: &Conversation, list: &Element, scrolled: bool) {
        let smooth = self.follower.is_smooth();
        match self.follower.observe(Measure::of(list), scrolled) {
            ListChange::Nothing => {}
            // For example, a picture was loaded.
            ListChange::Grown => self.scroll_to_news(state, list, smooth),
            // A reader who was at the end stays there, however tall the rows have become.
            ListChange::Reshaped => {
                let beginning = self.pinned_row.and_then(|key| self.beginning_of(state, list, key));
                self.follower.scroll_to_end_or(list, beginning, smooth);
            }
        }
        if !self.follower.follows() {
            self.note_position_chosen();
        }
        if Measure::of(list).distance() <= NEAR_END {
            // The jump button goes, so the list gets its focus.
            dom::take_focus_from_sibling(list);
            self.position = ReaderPosition::End;
            self.last_seen = self.extent.newest;
        } else if self.position == ReaderPosition::End && (self.pinned_row.is_some() || !self.follower.follows()) {
            self.position = ReaderPosition::Above;
        }
    }

    /// Notes that the reader, who knows all rows so far, has chosen a position.
    fn note_position_chosen(&mut self) {
        self.newest_known = self.extent.newest;
        self.pinned_row = None;
    }

    /// Scrolls to the end, or to the beginning of what is new and too tall to be seen whole.
    fn scroll_to_news(&mut self, state: &Conversation, list: &Element, smooth: bool) {
        if !self.follower.is_at_beginning() || self.follower.is_at_end() {
            let rows = shown_rows(state);
            self.pinned_row = arrival::long_new_row(&rows[self.start(rows)..], list, self.newest_known);
        }
        let beginning = self.pinned_row.and_then(|key| self.beginning_of(state, list, key));
        self.last_seen = self.pinned_row.unwrap_or(self.extent.newest);
        self.follower.scroll_to_end_or(list, beginning, smooth);
    }

    /// Returns the scroll position with a row at the top, or the line "new" above it if it has one.
    fn beginning_of(&self, state: &Conversation, list: &Element, key: u32) -> Option<i32> {
        let line = list.query_selector(".unread").ok().flatten().filter(|_| self.unread_from == Some(key));
        let rows = shown_rows(state);
        line.or_else(|| arrival::element_of(&rows[self.start(rows)..], list, key)).as_ref().map(beginning_of)
    }

    /// After each change of the list, keeps the end in view for a reader who is there.
    fn follow_end(&mut self, ctx: &Context<Self>, list: &Element) {
        let state = &ctx.props().state;
        let rows = shown_rows(state);
        let last = rows.last();
        let extent = Extent {
            // Received rows may be above the rows that are being sent.
            newest: rows.iter().rev().take(8).map(|row| row.key).max().unwrap_or_default(),
            rows: rows.len(),
            start: self.start(rows),
            typing: state.is_typing(),
        };
        let restore_distance = self.restore_distance.take();
        if extent == self.extent {
            return;
        }
        let news = extent.newest > self.extent.newest;
        self.extent = extent;
        if let Some(distance) = restore_distance {
            scroll_to(list, list.scroll_height() - distance, ScrollBehavior::Instant);
            // Something new may have arrived at the same time.
            self.follower.note_scrolled(list);
            if news && !self.follower.is_at_end() {
                ctx.link().send_message(Msg::NewsArrived);
            }
            return;
        }
        let is_own = last.and_then(|row| row.message()).is_some_and(|message| message.author == Author::Visitor);
        if is_own && news {
            self.note_position_chosen();
        }
        if self.follower.is_at_end() || (is_own && news) {
            // The visitor's own message is in view at once, without smooth scrolling.
            self.scroll_to_news(state, list, !is_own && state.window_open() && last.is_some_and(|row| row.is_new));
            if self.pinned_row.is_some() {
                ctx.link().send_message(Msg::NewsArrived);
            }
        } else if news {
            ctx.link().send_message(Msg::NewsArrived);
        }
    }

    /// Requests a clock, which is created once the window was open for a moment.
    fn request_clock(&mut self, ctx: &Context<Self>) {
        let ViewContext { state, config, .. } = ctx.props();
        let rows = shown_rows(state);
        let delay = (state.window_open() && !rows.is_empty()).then(|| time_format::clock_delay(rows));
        let request = (config.locale.clone(), delay);
        if request != self.requested_clock {
            self.requested_clock = request;
            self.clock_timer = delay.and_then(|delay| send_later(ctx, delay, Msg::ClockDue));
        }
        if delay.is_none() {
            self.tick_timer = None;
        } else if self.tick_timer.is_none() && self.clock.is_some() {
            self.tick_timer = send_later(ctx, TICK_INTERVAL, Msg::Ticked);
        }
    }
}

/// The rows to show. The notice that the conversation has ended replaces the composer instead.
fn shown_rows(state: &Conversation) -> &[Rc<Row>] {
    match state.rows().split_last() {
        Some((last, before)) if last.notice() == Some(&Notice::Ended) && state.phase() == Phase::Ended => before,
        Some(_) | None => state.rows(),
    }
}

/// What the visitor said after the first of these rows, if that row offers answers.
fn given_answer(rows: &[Rc<Row>]) -> Option<AttrValue> {
    let (offer, after) = rows.split_first()?;
    offer.message().filter(|message| offers_answers(message.content()))?;
    let reply = after.iter().filter_map(|row| row.message()).find(|message| message.author == Author::Visitor)?;
    Some(reply.content().to_plain().trim().to_owned().into())
}
