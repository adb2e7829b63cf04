//! Code splitting of the views: [`LazyView`] shows a view that few conversations need once its
//! chunk of code and styles is there.
//!
//! A chunk is asked for once and then kept: what comes later is rendered without waiting. Until
//! it is there, and where it cannot be fetched, a placeholder of the same view is shown; the next
//! view to be shown asks again.
//!
//! This file knows props and placeholders of those views and not their code, so that a view can
//! show another one lazily without importing it. `chunks` knows the code: it is
//! [registered](register) at the top.

pub(super) mod files;
pub(super) mod kind;
pub(super) mod messages;
pub(super) mod panel;

use std::{
    cell::{Cell, RefCell},
    mem::discriminant,
};

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, Element, Node};
use yew::prelude::*;

use super::{
    dom::{self, Timer},
    elements::{at, element},
    view_context::ViewContext,
};
use files::Files;
use kind::Kind;
use panel::Panel;

/// A view whose code may still be on its way.
#[derive(Clone, PartialEq)]
pub(super) enum View {
    /// A message that is more than words and buttons.
    Kind(Kind),
    /// What was said.
    Messages(ViewContext),
    /// What stands before, between or after a chat.
    Panel(Panel),
    /// Files in the composer.
    Files(Files),
}

/// Which chunk has the code of a view.
#[derive(Clone, Copy)]
pub(super) enum ChunkId {
    Kinds,
    Messages,
    Panels,
    Files,
}

/// Fewer rows than these cost nothing to be shown twice.
const FEW: usize = 8;

/// So long a message that waits may take to go out before the list is made, in milliseconds.
const SENDING: u64 = 150;

/// How many chunks there are.
const CHUNKS: usize = 4;

/// A chunk that is there.
#[derive(Clone, Copy)]
pub(super) struct Chunk {
    /// Shows the chunk's own views, and nothing of those of other chunks.
    pub(super) render: fn(&View) -> Html,
    pub(super) css: &'static str,
}

/// Fetches a chunk and calls back, with `None` where it could not be had.
pub(super) type Loader = fn(ChunkId, Callback<Option<Chunk>>);

/// A chunk, once it was fetched, and its style sheet, shared by all widgets of the page.
struct Slot {
    chunk: Cell<Option<Chunk>>,
    sheet: Cell<Option<CssStyleSheet>>,
}

thread_local! {
    static LOADER: Cell<Option<Loader>> = const { Cell::new(None) };
    /// What renders views again that wait until they stand in the page.
    static DETACHED: RefCell<Vec<Callback<Msg>>> = const { RefCell::new(Vec::new()) };
    static SLOTS: [Slot; CHUNKS] = const { [const { Slot { chunk: Cell::new(None), sheet: Cell::new(None) } }; CHUNKS] };
}

/// Says how chunks are fetched. Until then, only placeholders are shown.
pub(super) fn register(loader: Loader) {
    LOADER.set(Some(loader));
}

/// What was rendered outside of the page stands in it now.
pub fn attached() {
    for render in DETACHED.take() {
        render.emit(Msg::Fetched(true));
    }
}

impl View {
    fn chunk_id(&self) -> ChunkId {
        match self {
            Self::Kind(_) => ChunkId::Kinds,
            Self::Messages(_) => ChunkId::Messages,
            Self::Panel(_) => ChunkId::Panels,
            Self::Files(_) => ChunkId::Files,
        }
    }

    /// The chunk, once it is there.
    fn chunk(&self) -> Option<Chunk> {
        SLOTS.with(|slots| slots[self.chunk_id() as usize].chunk.get())
    }

    /// Does its placeholder stand first? Not where the chunk is there already and that would be
    /// hundreds of rows for no frame.
    fn begins_with_placeholder(&self) -> bool {
        !matches!(self, Self::Messages(_)) || self.chunk().is_none() || self.extent() < FEW
    }

    /// Is the chunk needed now?
    fn is_wanted(&self) -> bool {
        match self {
            Self::Kind(_) | Self::Panel(_) => true,
            Self::Messages(view) => messages::is_wanted(&view.state),
            Self::Files(files) => files.view.state.window_open(),
        }
    }

    /// Does a message wait that is shown by it?
    fn has_unsent(&self) -> bool {
        matches!(self, Self::Messages(view) if view.state.next_to_send().is_some())
    }

    /// How much it would show: with more of it, a chunk that could not be had is asked for again.
    fn extent(&self) -> usize {
        match self {
            Self::Kind(_) | Self::Panel(_) => 0,
            Self::Messages(view) | Self::Files(Files { view, .. }) => view.state.rows().len(),
        }
    }

    /// What is shown until the chunk is there. `retry` asks for it again, once it could not be had.
    fn placeholder(&self, retry: Option<Callback<MouseEvent>>) -> Html {
        match self {
            Self::Kind(kind) => kind.plain(),
            Self::Messages(view) => messages::placeholder(view),
            Self::Panel(panel) => panel.placeholder(retry),
            Self::Files(_) => Html::default(),
        }
    }
}

/// Shows a view.
pub(super) struct LazyView {
    place: NodeRef,
    /// Are the chunk's styles in this shadow root?
    styled: bool,
    /// Does the placeholder stand until then?
    holds_place: bool,
    /// How much there was to show when the chunk was last asked for.
    asked: Option<usize>,
    /// The chunk could not be had.
    missing: bool,
    /// The placeholder that just gave way had the focus.
    focused: bool,
    /// The list is made then.
    later: Option<Timer>,
}

pub(super) enum Msg {
    /// The chunk came, or did not.
    Fetched(bool),
    /// It is asked for again.
    Retried,
    /// Its styles are there.
    Styled,
}

#[derive(Properties, Clone, PartialEq)]
pub(super) struct LazyViewProps {
    pub(super) view: View,
}

impl Component for LazyView {
    type Message = Msg;
    type Properties = LazyViewProps;

    fn create(ctx: &Context<Self>) -> Self {
        let holds_place = ctx.props().view.begins_with_placeholder();
        let mut this = Self {
            place: NodeRef::default(),
            styled: false,
            holds_place,
            asked: None,
            missing: false,
            focused: false,
            later: None,
        };
        this.ask(ctx);
        this
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &LazyViewProps) -> bool {
        if discriminant(&old.view) != discriminant(&ctx.props().view) {
            // The view of another chunk stands in this place now.
            (self.styled, self.asked, self.missing) = (false, None, false);
            self.holds_place = ctx.props().view.begins_with_placeholder();
        }
        if self.asked.is_none() || (self.missing && self.asked != Some(ctx.props().view.extent())) {
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Fetched(fetched) => self.missing = !fetched,
            Msg::Retried => self.ask(ctx),
            Msg::Styled => {
                self.later = None;
                self.focused = self.place.cast().is_some_and(|place| dom::holds_focus(&place));
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let retry = self.missing.then(|| ctx.link().callback(|_| Msg::Retried));
        let view = &ctx.props().view;
        let view = match view.chunk().filter(|_| self.styled) {
            Some(chunk) => (chunk.render)(view),
            None if self.holds_place => view.placeholder(retry),
            None => Html::default(),
        };
        // Takes no room; it only knows where in the page this is, and says whether it will be more
        // in a moment.
        let class = if self.waits(ctx) { "on-demand waits" } else { "on-demand" };
        at(element!("div", "class" = class; view), &self.place).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        // The styles come first: what is made without them would be measured without them, and
        // change before the visitor's eyes.
        let view = &ctx.props().view;
        let chunk = view.chunk().filter(|_| !self.styled);
        if let Some((chunk, place)) = chunk.zip(self.place.get()) {
            // What measures itself and watches its size is made where it stays.
            if !place.is_connected() {
                return DETACHED.with_borrow_mut(|waiting| waiting.push(ctx.link().callback(|msg| msg)));
            }
            self.styled = true;
            SLOTS.with(|slots| adopt_stylesheet(&place, chunk.css, &slots[view.chunk_id() as usize].sheet));
            let link = ctx.link().clone();
            let show = move || link.send_message(Msg::Styled);
            if self.holds_place && view.has_unsent() {
                // The same file has what sends: a message goes out before the list is made, which
                // takes a slow phone long.
                self.later = Timer::after(SENDING, show);
            } else {
                show();
            }
        } else if std::mem::take(&mut self.focused)
            && let Some(next) = self.place.cast::<Element>().and_then(|place| dom::first_reachable(&place))
        {
            dom::focus(&next);
        }
    }
}

impl LazyView {
    /// Is the chunk on its way, or here and not shown yet?
    fn waits(&self, ctx: &Context<Self>) -> bool {
        !self.styled && (ctx.props().view.chunk().is_some() || (self.asked.is_some() && !self.missing))
    }

    /// Asks for the chunk, if it is needed and not there.
    fn ask(&mut self, ctx: &Context<Self>) {
        let view = &ctx.props().view;
        if view.chunk().is_some() || !view.is_wanted() {
            return;
        }
        self.missing = false;
        self.asked = Some(view.extent());
        let (id, link) = (view.chunk_id(), ctx.link().clone());
        let done = move |chunk: Option<Chunk>| {
            // Kept also where this view is gone by now.
            SLOTS.with(|slots| slots[id as usize].chunk.set(chunk));
            link.send_message(Msg::Fetched(chunk.is_some()));
        };
        if let Some(load) = LOADER.get() {
            load(id, Callback::from(done));
        }
    }
}

/// Adds a chunk's styles to the shadow root around `place`, once. Before the next frame, so nothing
/// is seen without them.
fn adopt_stylesheet(place: &Node, css: &str, shared: &Cell<Option<CssStyleSheet>>) {
    let known = shared.take();
    let sheet = known.or_else(|| {
        let sheet = CssStyleSheet::new().ok()?;
        sheet.replace_sync(css).ok()?;
        Some(sheet)
    });
    let Some(sheet) = sheet else { return };
    let root = place.get_root_node();
    let name = JsValue::from_str("adoptedStyleSheets");
    let adopted = Array::from(&Reflect::get(&root, &name).unwrap_or_default());
    if !adopted.includes(&sheet, 0) {
        adopted.push(&sheet);
        // Refused only outside of a shadow root, where the page's own styles hold.
        let set = Reflect::set(&root, &name, &adopted);
        debug_assert!(set.is_ok());
    }
    shared.set(Some(sheet));
}
