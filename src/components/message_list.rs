//! The message list: rows in chunks that render again only when they changed, and a scroll position that never fights a reader.

use std::rc::Rc;

use chataibot_wire::Author;
use web_sys::{Element, ScrollBehavior, ScrollToOptions};
use yew::{html::onscroll, prelude::*};

use super::{
    Look, Verb,
    avatar::{author_name, avatar},
    browser::{self, Later, SizeWatch},
    clock::Clock,
    content::offers_answers,
    icons,
    markup::{at, button, element, group, on, part, shaped, text, unseen},
    message_row::{self, RowView},
};
use crate::{
    conversation::{Conversation, Notice, Phase, Row},
    strings::fill,
};

/// Rows in a chunk: one row more means that the others of its chunk are made and compared again.
const CHUNK: usize = 50;

/// Rows shown at first, and shown more with each "earlier": a thousand cost half a second on a slow phone.
const STEP: usize = 200;

/// This close to its end, in pixels, a list counts as being there.
const NEAR: i32 = 48;

/// Where the reader is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the end: new messages come into view by themselves.
    End,
    /// Further up, with nothing new.
    Above,
    /// Further up, and something new came.
    AboveNews,
}

/// What happened to the list, besides other props.
pub(super) enum Happened {
    Scrolled,
    Resized,
    NewsCame,
    JumpAsked,
    EarlierAsked,
    /// There is time to make a clock now.
    ClockDue,
}

#[derive(Properties, Clone)]
pub(super) struct MessageListProps {
    pub(super) state: Rc<Conversation>,
    pub(super) look: Rc<Look>,
    pub(super) act: Callback<Verb>,
}

impl PartialEq for MessageListProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && Rc::ptr_eq(&self.look, &other.look) && self.act == other.act
    }
}

pub(super) struct MessageList {
    list: NodeRef,
    inner: NodeRef,
    /// Rows, at most, from the newest up.
    shown: usize,
    place: Place,
    /// Does the end stay in view?
    pinned: bool,
    /// Where it was scrolled to when it last was.
    top: i32,
    /// The distance from the end that has to stay while earlier rows are put on top.
    hold: Option<i32>,
    extent: Extent,
    size: Option<SizeWatch>,
    clock: Option<Rc<Clock>>,
    /// The language for which a clock was wished for, and whether it is.
    clock_wish: (Option<AttrValue>, bool),
    clock_later: Option<Later>,
}

/// How far the list goes; when this changes, the scroll position is looked at.
#[derive(Clone, Copy, Default, PartialEq)]
struct Extent {
    newest: u32,
    rows: usize,
    start: usize,
    typing: bool,
}

impl Component for MessageList {
    type Message = Happened;
    type Properties = MessageListProps;

    fn create(_: &Context<Self>) -> Self {
        Self {
            list: NodeRef::default(),
            inner: NodeRef::default(),
            shown: STEP,
            place: Place::End,
            pinned: true,
            top: 0,
            hold: None,
            extent: Extent::default(),
            size: None,
            clock: None,
            clock_wish: (None, false),
            clock_later: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, happened: Happened) -> bool {
        let Some(list) = self.list.cast::<Element>() else { return false };
        let place = self.place;
        match happened {
            Happened::Scrolled => self.scrolled(&list),
            Happened::Resized => {
                if self.pinned && distance(&list) > NEAR {
                    to_end(&list, false);
                }
            }
            Happened::NewsCame => self.place = Place::AboveNews,
            Happened::JumpAsked => {
                self.pinned = true;
                to_end(&list, true);
                browser::focus(&list);
            }
            Happened::EarlierAsked => {
                self.hold = Some(list.scroll_height() - list.scroll_top());
                browser::focus(&list);
                self.shown += STEP;
                return true;
            }
            Happened::ClockDue => {
                self.clock = Some(Rc::new(Clock::new(ctx.props().look.locale.as_deref())));
                return true;
            }
        }
        self.place != place
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let MessageListProps { state, look, .. } = ctx.props();
        let link = ctx.link();
        let strings = &look.strings;
        let rows = spoken_of(state);
        let start = self.start(rows);
        let top = match rows {
            [] => greeting(look),
            _ if start > 0 => {
                let onclick = link.callback(|_| Happened::EarlierAsked);
                button("quiet earlier", "button earlier", None, text(strings.earlier()), onclick).into()
            }
            _ => Html::default(),
        };
        let typing = if state.is_typing() { typing_sign(look, state) } else { Html::default() };
        let jump = match self.place {
            Place::End => None,
            Place::Above => Some(strings.jump_to_end()),
            Place::AboveNews => Some(strings.new_messages()),
        };
        let jump = jump.map(|label| {
            let inside = group(vec![text(label), icons::sign("", icons::ARROW_DOWN)]);
            button("jump", "jump", None, inside, link.callback(|_| Happened::JumpAsked)).into()
        });
        let scrolled = link.callback(|_: Event| Happened::Scrolled);
        let inside = group(vec![top, self.chunks(ctx.props(), rows, start), typing]);
        let inner = at(element!("div", "class" = "rows", "part" = "rows"; inside), &self.inner);
        let list = element!(
            "div",
            "class" = "list",
            "part" = "list",
            "role" = "log",
            "aria-live" = "off",
            "aria-label" = strings.messages(),
            "tabindex" = "0";
            inner.into()
        );
        let list = on(at(list, &self.list), Rc::new(onscroll::Wrapper::new(scrolled)));
        element!("div", "class" = "conversation"; group(vec![list.into(), jump.unwrap_or_default()])).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some((list, inner)) = self.list.cast::<Element>().zip(self.inner.cast::<Element>()) else { return };
        if first {
            let link = ctx.link().clone();
            self.size = SizeWatch::new(&[&list, &inner], move || link.send_message(Happened::Resized));
        }
        self.follow(ctx, &list);
        self.wish_for_clock(ctx);
    }
}

impl MessageList {
    fn start(&self, rows: &[Rc<Row>]) -> usize {
        rows.len().saturating_sub(self.shown) / CHUNK * CHUNK
    }

    fn chunks(&self, props: &MessageListProps, rows: &[Rc<Row>], start: usize) -> Html {
        let MessageListProps { state, look, act } = props;
        let answerable = state.answerable_row().map(|row| row.key);
        let view = |at: usize| RowView {
            row: rows[at].clone(),
            answerable: answerable == Some(rows[at].key),
            given: given(&rows[at..]),
            look: look.clone(),
            act: act.clone(),
            assignee: state.assignee().cloned(),
            clock: self.clock.clone(),
        };
        let starts = (start..rows.len()).step_by(CHUNK);
        let chunks = starts.map(|start| {
            let end = start + CHUNK;
            let views: Vec<RowView> = (start..end.min(rows.len())).map(view).collect();
            html! { <Chunk key={start} rows={views} settled={end < rows.len()} /> }
        });
        chunks.collect()
    }

    fn scrolled(&mut self, list: &Element) {
        let top = list.scroll_top();
        if distance(list) <= NEAR {
            self.pinned = true;
            self.place = Place::End;
        } else if top < self.top {
            // Only a reader scrolls up; what is pinned scrolls down, perhaps slowly.
            self.pinned = false;
            if self.place == Place::End {
                self.place = Place::Above;
            }
        }
        self.top = top;
    }

    /// After each change of the list the end stays in view for those who are there.
    fn follow(&mut self, ctx: &Context<Self>, list: &Element) {
        let state = &ctx.props().state;
        let rows = spoken_of(state);
        let last = rows.last();
        let extent = Extent {
            newest: last.map_or(0, |row| row.key),
            rows: rows.len(),
            start: self.start(rows),
            typing: state.is_typing(),
        };
        if extent == self.extent {
            return;
        }
        let news = extent.newest > self.extent.newest;
        self.extent = extent;
        if let Some(distance) = self.hold.take() {
            scroll_to(list, list.scroll_height() - distance, ScrollBehavior::Instant);
            return;
        }
        let own = last.and_then(|row| row.message()).is_some_and(|message| message.author == Author::Visitor);
        self.pinned |= own && news;
        if self.pinned {
            to_end(list, state.window_open() && last.is_some_and(|row| row.fresh));
        } else if news {
            ctx.link().send_message(Happened::NewsCame);
        }
    }

    /// A clock is made once the window was open for a moment: after its first frame.
    fn wish_for_clock(&mut self, ctx: &Context<Self>) {
        let MessageListProps { state, look, .. } = ctx.props();
        let wanted = state.window_open() && !spoken_of(state).is_empty();
        let wish = (look.locale.clone(), wanted);
        if wish != self.clock_wish {
            self.clock_wish = wish;
            let link = ctx.link().clone();
            let make = move || link.send_message(Happened::ClockDue);
            self.clock_later = if wanted { Later::new(60, make) } else { None };
        }
    }
}

#[derive(Properties, Clone, PartialEq)]
struct ChunkProps {
    rows: Vec<RowView>,
    /// Nothing is added any more: the browser may leave it out while it is out of view.
    settled: bool,
}

/// Looks at its rows again only when one of them changed.
struct Chunk;

impl Component for Chunk {
    type Message = ();
    type Properties = ChunkProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ChunkProps { rows, settled } = ctx.props();
        let class = if *settled { "chunk chunk-settled" } else { "chunk" };
        let rows: Html = rows.iter().map(message_row::row).collect();
        element!("div", "class" = class; rows).into()
    }
}

/// The rows to show. That the conversation has ended stands in place of the composer; in the list it would stand twice.
fn spoken_of(state: &Conversation) -> &[Rc<Row>] {
    match state.rows().split_last() {
        Some((last, before)) if last.notice() == Some(&Notice::Ended) && state.phase() == Phase::Ended => before,
        Some(_) | None => state.rows(),
    }
}

/// What the visitor said after a row that offers answers; the row stands first.
fn given(rows: &[Rc<Row>]) -> Option<AttrValue> {
    let (offer, after) = rows.split_first()?;
    offer.message().filter(|message| offers_answers(message.content()))?;
    let said = after.iter().filter_map(|row| row.message()).find(|message| message.author == Author::Visitor)?;
    Some(said.content().to_plain().trim().to_owned().into())
}

fn greeting(look: &Look) -> Html {
    let inside = vec![
        avatar(look, Author::Bot, None),
        part("p", "greeting-title", text(look.strings.greeting())),
        part("p", "greeting-text", text(look.strings.greeting_hint())),
    ];
    part("div", "greeting", group(inside))
}

fn typing_sign(look: &Look, state: &Conversation) -> Html {
    let assignee = state.assignee().map(AsRef::as_ref);
    let author = assignee.map_or(Author::Bot, |assignee| assignee.kind);
    let name = author_name(look, author, assignee);
    let dots = html! {
        <div class="bubble bubble-bot bubble-first bubble-last typing" part="bubble bubble-bot typing" aria-hidden="true">
            <i></i><i></i><i></i>
        </div>
    };
    let inside =
        vec![unseen(fill(&look.strings.typing(), "author", &name).into()), dots, avatar(look, author, assignee)];
    shaped("div", "row row-first row-enter".into(), "row row-bot".into(), group(inside))
}

fn distance(list: &Element) -> i32 {
    list.scroll_height() - list.scroll_top() - list.client_height()
}

/// By the style sheet's `scroll-behavior` when smooth: it knows who wants no motion.
fn to_end(list: &Element, smooth: bool) {
    scroll_to(list, list.scroll_height(), if smooth { ScrollBehavior::Auto } else { ScrollBehavior::Instant });
}

fn scroll_to(list: &Element, top: i32, how: ScrollBehavior) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(top));
    options.set_behavior(how);
    list.scroll_to_with_scroll_to_options(&options);
}
