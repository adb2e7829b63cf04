//! The message list: renders a window over the rows; follows the end until the reader scrolls up.

use std::rc::Rc;

use chataibot_wire::Author;
use web_sys::{Element, ScrollBehavior};
use yew::{
    html::{onkeydown, onscroll},
    prelude::*,
};

use super::{
    UserAction, arrival, clipboard,
    content::offers_answers,
    dom::{self, SizeWatch, Timer},
    elements::{at, button, element, group, on, plain, text},
    icons,
    lazy_view::{View, kind::Kind, messages},
    load_earlier,
    message_actions::{self, ActionState, MessageAction},
    message_row::{RowSlice, RowView, SLICE},
    row_block::BlockBounds,
    scrolling::{Follower, Measure, NEAR, Shown, beginning_of, distance, from_end, scroll_to},
    time_format::{self, Clock, now},
    typing_indicator::typing_indicator,
    unread::{first_unread, news},
    view_context::ViewContext,
};
use crate::conversation::{Conversation, HistoryState, Notice, Phase, Row};

/// Renders the list.
pub(super) fn render(view: &View) -> Html {
    let View::Messages(view) = view else { return Html::default() };
    html! { <MessageList ..view.clone() /> }
}

/// Rows shown at first, and added by each "earlier". A thousand take a slow phone half a second.
const STEP: usize = 200;
/// Interval between updates of the displayed times, in milliseconds.
const TICK: u64 = 20_000;
/// How long a message is marked as copied, in milliseconds.
const COPIED: u64 = 2_000;

/// Scroll position of the reader.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the end: new messages come into view by themselves.
    End,
    /// Further up, with nothing new below.
    Above,
    /// Further up, and something new has arrived.
    AboveNews,
}

/// Messages of the component.
pub(super) enum Msg {
    Scrolled,
    /// The list or its content changed its size.
    Resized,
    /// Renders what a resize has changed.
    Redraw,
    NewsCame,
    JumpAsked,
    EarlierAsked,
    /// The clock can be created now.
    ClockDue,
    /// The displayed times may have changed.
    Ticked,
    /// An action was chosen for the message with this key.
    ActionAsked(u32, MessageAction),
    /// Copying a message has ended; `false` if it failed.
    Copied(u32, bool),
    /// The copied message was marked for long enough.
    CopiedShown,
}

pub(super) struct MessageList {
    list: NodeRef,
    inner: NodeRef,
    bounds: BlockBounds,
    /// Maximum number of rows to show, counted from the newest.
    shown: usize,
    /// Whether the reader asked for earlier rows.
    looked: bool,
    place: Place,
    /// Key of the newest row that was there when the reader was at the end.
    seen: u32,
    /// Key of the row that has the line "new" above it.
    unread_from: Option<u32>,
    follower: Follower,
    /// Newest key when the reader last chose a position. Tall rows since then begin at the top.
    chosen: u32,
    /// Key of the row whose beginning is kept in view.
    beginning: Option<u32>,
    /// Distance from the end to restore after earlier rows are added at the top.
    hold: Option<i32>,
    extent: Extent,
    size: Option<SizeWatch>,
    redraw: Option<Timer>,
    clock: Option<Rc<Clock>>,
    /// The time relative to which times are displayed.
    now: f64,
    /// Language and delay in milliseconds of the requested clock; no delay if none is needed.
    clock_wish: (Option<AttrValue>, Option<u64>),
    clock_later: Option<Timer>,
    tick: Option<Timer>,
    on_action: Callback<(u32, MessageAction)>,
    copied: Option<u32>,
    copied_later: Option<Timer>,
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
        bounds.find(spoken_of(&ctx.props().state));
        Self {
            list: NodeRef::default(),
            inner: NodeRef::default(),
            bounds,
            shown: STEP,
            looked: false,
            place: Place::End,
            seen: 0,
            unread_from: None,
            follower: Follower::default(),
            chosen: 0,
            beginning: None,
            hold: None,
            extent: Extent::default(),
            size: None,
            redraw: None,
            clock: None,
            now: now(&ctx.props().look),
            clock_wish: (None, None),
            clock_later: None,
            tick: None,
            on_action: ctx.link().callback(|(key, on_action)| Msg::ActionAsked(key, on_action)),
            copied: None,
            copied_later: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let Some(list) = self.list.cast::<Element>() else { return false };
        let before = (self.place, self.follower.follows());
        match msg {
            Msg::Scrolled => self.moved(&ctx.props().state, &list, true),
            Msg::Resized => {
                self.moved(&ctx.props().state, &list, false);
                // The scroll position is already right for the next frame, so rendering can wait.
                if (self.place, self.follower.follows()) != before {
                    let link = ctx.link().clone();
                    self.redraw = SizeWatch::after_delivery(move || link.send_message(Msg::Redraw));
                }
                return false;
            }
            Msg::Redraw => return true,
            Msg::NewsCame => {
                let alone = self.beginning.is_some() && news(spoken_of(&ctx.props().state), self.seen) == 0;
                self.place = if alone { Place::Above } else { Place::AboveNews };
                return true;
            }
            Msg::JumpAsked => {
                self.choose();
                self.follower.go(&list, None, distance(&list) <= 4 * list.client_height());
            }
            Msg::EarlierAsked => return self.earlier_asked(ctx, &list),
            Msg::ClockDue => {
                self.clock = Some(Rc::new(Clock::new(ctx.props().look.locale.clone())));
                return true;
            }
            Msg::Ticked => {
                self.tick = None;
                self.now = now(&ctx.props().look);
                return true;
            }
            Msg::ActionAsked(key, MessageAction::Copy) => {
                let rows = ctx.props().state.rows();
                let message = rows.iter().find(|row| row.key == key).and_then(|row| row.message());
                // Copying may need a field, which cannot make the list scroll if it is beside it.
                if let Some((message, beside)) = message.zip(list.parent_element()) {
                    let text = message.content().to_plain().trim().to_owned();
                    ctx.link().send_future(async move { Msg::Copied(key, clipboard::copy(text, beside).await) });
                }
            }
            Msg::ActionAsked(key, MessageAction::Rate(helpful)) => {
                ctx.props().act.emit(UserAction::Feedback { key, helpful });
            }
            Msg::Copied(_, false) => {}
            Msg::Copied(key, true) => {
                ctx.props().say.emit(ctx.props().look.strings.copied());
                self.copied = Some(key);
                let link = ctx.link().clone();
                self.copied_later = Timer::after(COPIED, move || link.send_message(Msg::CopiedShown));
                return true;
            }
            Msg::CopiedShown => {
                self.copied = None;
                return true;
            }
        }
        (self.place, self.follower.follows()) != before
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &ViewContext) -> bool {
        let ViewContext { state, look, say, .. } = ctx.props();
        let rows = spoken_of(state);
        self.now = now(&ctx.props().look);
        self.bounds.find(rows);
        if !state.window_open() {
            self.unread_from = None;
        } else if state.is_watched() && !old.state.is_watched() && old.state.unread() > 0 {
            self.unread_from = first_unread(&old.state);
        }
        // Rows added at the top were asked for, and must not move what is being read.
        let first = spoken_of(&old.state).first();
        let put_on_top = first.and_then(|first| rows.iter().position(|row| row.key == first.key)).unwrap_or_default();
        if put_on_top > 0 {
            self.shown += put_on_top;
            self.hold = self.list.cast::<Element>().map(|list| from_end(&list));
        }
        let newest = |rows: &[Rc<Row>]| rows.last().map_or(0, |row| row.key);
        if self.follower.is_at_end() && newest(rows) > newest(spoken_of(&old.state)) {
            // The reader is back at the end, so rows further up need not stay in the page.
            self.shown = STEP;
        }
        if state.earlier() == HistoryState::Failed && old.state.earlier() != HistoryState::Failed {
            say.emit(look.strings.earlier_failed());
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ViewContext { state, look, .. } = ctx.props();
        let link = ctx.link();
        let strings = &look.strings;
        let rows = spoken_of(state);
        let start = self.start(rows);
        let top = if rows.is_empty() && state.earlier() == HistoryState::None {
            messages::greeting(look)
        } else {
            let there = if start > 0 { HistoryState::Available } else { state.earlier() };
            load_earlier::top(look, there, self.looked, link.callback(|_| Msg::EarlierAsked))
        };
        let typing = if state.is_typing() { typing_indicator(look, state) } else { Html::default() };
        let jump = match self.place {
            Place::End => None,
            Place::Above => Some(strings.jump_to_end()),
            Place::AboveNews => Some(match news(rows, self.seen) {
                0 => strings.new_messages(),
                count => strings.new_messages_count(count),
            }),
        };
        let jump = jump.map(|label| {
            let inside = group(vec![plain("span", text(label)), icons::sign("", icons::ARROW_DOWN)]);
            button("jump", "jump", None, inside, link.callback(|_| Msg::JumpAsked)).into()
        });
        let scrolled = link.callback(|_: Event| Msg::Scrolled);
        let inside = group(vec![top, self.blocks(ctx.props(), rows, start), typing]);
        let inner = at(element!("div", "class" = "rows", "part" = "rows"; inside), &self.inner);
        let list = element!(
            "div",
            "class" = if self.follower.follows() { "list list-follows" } else { "list" },
            "part" = "list",
            "role" = "log",
            "aria-live" = "off",
            "aria-label" = strings.messages(),
            "tabindex" = "0";
            inner.into()
        );
        let list = on(at(list, &self.list), Rc::new(onscroll::Wrapper::new(scrolled)));
        let list = on(list, Rc::new(onkeydown::Wrapper::new(message_actions::by_arrows(&self.list))));
        element!("div", "class" = "conversation"; group(vec![list.into(), jump.unwrap_or_default()])).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some((list, inner)) = self.list.cast::<Element>().zip(self.inner.cast::<Element>()) else { return };
        if first {
            let link = ctx.link().clone();
            self.size = SizeWatch::new(&[&list, &inner], move || link.send_message(Msg::Resized));
        }
        self.follow(ctx, &list);
        self.wish_for_clock(ctx);
    }
}

impl MessageList {
    fn start(&self, rows: &[Rc<Row>]) -> usize {
        self.bounds.start(rows.len().saturating_sub(self.shown))
    }

    fn blocks(&self, props: &ViewContext, rows: &[Rc<Row>], first: usize) -> Html {
        let ViewContext { state, look, act, .. } = props;
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
                    look: look.clone(),
                    act: act.clone(),
                    open: answerable == key,
                    given: given(&rows[at..]),
                },
                assignee: state.assignee().cloned(),
                clock: self.clock.clone(),
                minutes: time_format::minutes_since(row.at, self.now),
                day: self.clock.as_ref().filter(|clock| begins_day(clock, at)).map(|clock| day(clock, at)),
                unread: self.unread_from == key,
                // While the newest message is out of view, Tab leads to the jump button.
                action_state: ActionState {
                    newest: newest == key && self.place == Place::End,
                    copied: self.copied == key,
                },
                on_action: self.on_action.clone(),
            }
        };
        let mut blocks: Vec<Html> = Vec::new();
        let mut start = first;
        while start < rows.len() {
            let end = self.bounds.end(start);
            let slices = (start..end.min(rows.len())).step_by(SLICE).map(|from| {
                let rows: Vec<RowView> = (from..(from + SLICE).min(end).min(rows.len())).map(&view).collect();
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
    fn earlier_asked(&mut self, ctx: &Context<Self>, list: &Element) -> bool {
        let ViewContext { state, act, .. } = ctx.props();
        // The button goes, so the list gets the focus. The scroll up to it may be unreported.
        dom::focus(list);
        self.moved(state, list, true);
        self.looked = true;
        if self.start(spoken_of(state)) > 0 {
            self.hold = Some(from_end(list));
            self.shown += STEP;
            return true;
        }
        match state.earlier() {
            HistoryState::Available | HistoryState::Failed => act.emit(UserAction::LoadEarlier),
            HistoryState::None | HistoryState::Loading => {}
        }
        false
    }

    fn moved(&mut self, state: &Conversation, list: &Element, scrolled: bool) {
        let smooth = self.follower.is_smooth();
        match self.follower.look(Measure::of(list), scrolled) {
            Shown::Nothing => {}
            // For example, a picture was loaded.
            Shown::Grown => self.show_news(state, list, smooth),
            // A reader who was at the end stays there, however tall the rows have become.
            Shown::Reshaped => {
                let beginning = self.beginning.and_then(|key| self.beginning_of(state, list, key));
                self.follower.go(list, beginning, smooth);
            }
        }
        if !self.follower.follows() {
            self.choose();
        }
        if distance(list) <= NEAR {
            // The jump button goes, so the list gets its focus.
            dom::take_focus_beside(list);
            self.place = Place::End;
            self.seen = self.extent.newest;
        } else if self.place == Place::End && (self.beginning.is_some() || !self.follower.follows()) {
            self.place = Place::Above;
        }
    }

    /// Notes that the reader, who knows all rows so far, has chosen a position.
    fn choose(&mut self) {
        self.chosen = self.extent.newest;
        self.beginning = None;
    }

    /// Scrolls to the end, or to the beginning of what is new and too tall to be seen whole.
    fn show_news(&mut self, state: &Conversation, list: &Element, smooth: bool) {
        if !self.follower.is_at_beginning() || self.follower.is_at_end() {
            let rows = spoken_of(state);
            self.beginning = arrival::long_news(&rows[self.start(rows)..], list, self.chosen);
        }
        let beginning = self.beginning.and_then(|key| self.beginning_of(state, list, key));
        self.seen = self.beginning.unwrap_or(self.extent.newest);
        self.follower.go(list, beginning, smooth);
    }

    /// Returns the scroll position with a row at the top, or the line "new" above it if it has one.
    fn beginning_of(&self, state: &Conversation, list: &Element, key: u32) -> Option<i32> {
        let line = list.query_selector(".unread").ok().flatten().filter(|_| self.unread_from == Some(key));
        let rows = spoken_of(state);
        line.or_else(|| arrival::element_of(&rows[self.start(rows)..], list, key)).as_ref().map(beginning_of)
    }

    /// After each change of the list, keeps the end in view for a reader who is there.
    fn follow(&mut self, ctx: &Context<Self>, list: &Element) {
        let state = &ctx.props().state;
        let rows = spoken_of(state);
        let last = rows.last();
        let extent = Extent {
            // Received rows may be above the rows that are being sent.
            newest: rows.iter().rev().take(8).map(|row| row.key).max().unwrap_or_default(),
            rows: rows.len(),
            start: self.start(rows),
            typing: state.is_typing(),
        };
        let hold = self.hold.take();
        if extent == self.extent {
            return;
        }
        let news = extent.newest > self.extent.newest;
        self.extent = extent;
        if let Some(distance) = hold {
            scroll_to(list, list.scroll_height() - distance, ScrollBehavior::Instant);
            // Something new may have arrived at the same time.
            self.follower.went(list);
            if news && !self.follower.is_at_end() {
                ctx.link().send_message(Msg::NewsCame);
            }
            return;
        }
        let own = last.and_then(|row| row.message()).is_some_and(|message| message.author == Author::Visitor);
        if own && news {
            self.choose();
        }
        if self.follower.is_at_end() || (own && news) {
            // The visitor's own message is in view at once, without smooth scrolling.
            self.show_news(state, list, !own && state.window_open() && last.is_some_and(|row| row.fresh));
            if self.beginning.is_some() {
                ctx.link().send_message(Msg::NewsCame);
            }
        } else if news {
            ctx.link().send_message(Msg::NewsCame);
        }
    }

    /// Requests a clock, which is created once the window was open for a moment.
    fn wish_for_clock(&mut self, ctx: &Context<Self>) {
        let ViewContext { state, look, .. } = ctx.props();
        let rows = spoken_of(state);
        let delay = (state.window_open() && !rows.is_empty()).then(|| time_format::clock_delay(rows));
        let wish = (look.locale.clone(), delay);
        if wish != self.clock_wish {
            self.clock_wish = wish;
            let link = ctx.link().clone();
            self.clock_later = delay.and_then(|delay| Timer::after(delay, move || link.send_message(Msg::ClockDue)));
        }
        if delay.is_none() {
            self.tick = None;
        } else if self.tick.is_none() && self.clock.is_some() {
            let link = ctx.link().clone();
            self.tick = Timer::after(TICK, move || link.send_message(Msg::Ticked));
        }
    }
}

/// The rows to show. The notice that the conversation has ended replaces the composer instead.
fn spoken_of(state: &Conversation) -> &[Rc<Row>] {
    match state.rows().split_last() {
        Some((last, before)) if last.notice() == Some(&Notice::Ended) && state.phase() == Phase::Ended => before,
        Some(_) | None => state.rows(),
    }
}

/// What the visitor said after the first of these rows, if that row offers answers.
fn given(rows: &[Rc<Row>]) -> Option<AttrValue> {
    let (offer, after) = rows.split_first()?;
    offer.message().filter(|message| offers_answers(message.content()))?;
    let said = after.iter().filter_map(|row| row.message()).find(|message| message.author == Author::Visitor)?;
    Some(said.content().to_plain().trim().to_owned().into())
}
