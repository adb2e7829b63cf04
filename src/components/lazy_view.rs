//! Code splitting of the views: [`LazyView`] shows a view that few conversations need once its
//! chunk of code and styles is loaded.
//!
//! A chunk is fetched once and then kept, so later views of it render without waiting. Until it is
//! loaded, or if it cannot be fetched, a placeholder of the same view is shown; after a failure,
//! the next view to be shown fetches it again.
//!
//! This file knows the props and placeholders of those views but not their code, so that a view can
//! show another one lazily without importing it. `chunks` knows the code and is
//! [registered](register) at the top.

pub(super) mod kind;
pub(super) mod messages;
pub(super) mod panel;

use std::cell::{Cell, RefCell};
use std::mem::discriminant;

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, Element, Node};
use yew::prelude::*;

use super::dom::{self, Timer};
use super::elements::*;
use super::view_context::{ViewContext, equal_by};
use kind::Kind;
use panel::Panel;

/// A view whose code may not be loaded yet.
#[derive(Clone, PartialEq)]
pub(super) enum View {
    /// A message that is more than words and buttons.
    Kind(Kind),
    Messages(ViewContext),
    /// A panel before, between or after chats.
    Panel(Panel),
    /// Attachments in the composer.
    Files(Files),
}

/// Sends the files; `true` if a text was sent just before.
pub(super) type SendFiles = Callback<bool>;

#[derive(Properties, Clone)]
pub(super) struct Files {
    pub(super) view: ViewContext,
    pub(super) field: NodeRef,
    /// Called with a way to send the files, or `None` if there are none; always does the same.
    pub(super) on_change: Callback<Option<SendFiles>>,
}

equal_by!(Files, [] view);

/// Names the chunk with the code of a view.
#[derive(Clone, Copy)]
pub(super) enum ChunkId {
    Kinds,
    Messages,
    Panels,
    Files,
}

/// With fewer rows than this, rendering them twice costs nothing.
const SHORT_LIST: usize = 8;

/// Time for a waiting message to go out before the list is rendered, in milliseconds.
const SEND_TIME: u64 = 150;

const CHUNKS: usize = 4;

#[derive(Clone, Copy)]
pub(super) struct Chunk {
    /// Renders the chunk's own views, and nothing for those of other chunks.
    pub(super) render: fn(&View) -> Html,
    pub(super) css: &'static str,
}

/// Fetches a chunk and calls back with it, or with `None` if that failed.
pub(super) type Loader = fn(ChunkId, Callback<Option<Chunk>>);

/// Cache of a chunk, once it is fetched, and of its style sheet, shared by all widgets of the page.
struct Slot {
    chunk: Cell<Option<Chunk>>,
    sheet: Cell<Option<CssStyleSheet>>,
}

thread_local! {
    static LOADER: Cell<Option<Loader>> = const { Cell::new(None) };
    /// Callbacks that re-render the views that wait to be attached to the page.
    static WAITING_VIEWS: RefCell<Vec<Callback<Msg>>> = const { RefCell::new(Vec::new()) };
    static SLOTS: [Slot; CHUNKS] = const { [const { Slot { chunk: Cell::new(None), sheet: Cell::new(None) } }; CHUNKS] };
}

/// Sets how chunks are fetched. Until then, only placeholders are shown.
pub(super) fn register(loader: Loader) {
    LOADER.set(Some(loader));
}

/// Re-renders the views that waited to be attached to the page. Called when they are.
pub fn attached() {
    for render in WAITING_VIEWS.take() {
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

    fn chunk(&self) -> Option<Chunk> {
        SLOTS.with(|slots| slots[self.chunk_id() as usize].chunk.get())
    }

    /// Whether the placeholder is rendered first. Not if the chunk is already loaded and the list
    /// long: that would render hundreds of rows that no frame shows.
    fn begins_with_placeholder(&self) -> bool {
        !matches!(self, Self::Messages(_)) || self.chunk().is_none() || self.extent() < SHORT_LIST
    }

    fn is_wanted(&self) -> bool {
        match self {
            Self::Kind(_) | Self::Panel(_) => true,
            // There is more to show than a greeting, or soon will be.
            Self::Messages(view) => !view.state.rows().is_empty() || !view.state.draft().is_empty(),
            Self::Files(files) => files.view.state.window_open(),
        }
    }

    /// How many rows the view shows. When this changes, a failed fetch of the chunk is repeated.
    fn extent(&self) -> usize {
        match self {
            Self::Kind(_) | Self::Panel(_) => 0,
            Self::Messages(view) | Self::Files(Files { view, .. }) => view.state.rows().len(),
        }
    }

    /// What is shown until the chunk is loaded. `retry` fetches it again after a failure.
    fn placeholder(&self, retry: Option<Callback<MouseEvent>>) -> Html {
        match self {
            Self::Kind(kind) => kind.plain(),
            Self::Messages(view) => messages::placeholder(view),
            Self::Panel(panel) => panel.placeholder(retry),
            Self::Files(_) => Html::default(),
        }
    }
}

/// Shows a view, or its placeholder until the view's chunk is loaded.
#[derive(Default)]
pub(super) struct LazyView {
    node_ref: NodeRef,
    /// Whether the chunk's styles are in this shadow root.
    is_styled: bool,
    /// Whether the placeholder is shown until then.
    shows_placeholder: bool,
    /// The view's extent when the chunk was last asked for.
    requested_extent: Option<usize>,
    has_failed: bool,
    /// Whether the placeholder that was just replaced had the focus.
    had_focus: bool,
    render_timer: Option<Timer>,
}

pub(super) enum Msg {
    /// The fetch of the chunk has ended; `false` if it failed.
    Fetched(bool),
    Retried,
    /// Its styles are in the shadow root, and the view can be shown.
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
        let shows_placeholder = ctx.props().view.begins_with_placeholder();
        let mut this = Self { shows_placeholder, ..Self::default() };
        this.request_chunk(ctx);
        this
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &LazyViewProps) -> bool {
        if discriminant(&old.view) != discriminant(&ctx.props().view) {
            // The new view belongs to another chunk.
            (self.is_styled, self.requested_extent, self.has_failed) = (false, None, false);
            self.shows_placeholder = ctx.props().view.begins_with_placeholder();
        }
        if self.requested_extent.is_none()
            || (self.has_failed && self.requested_extent != Some(ctx.props().view.extent()))
        {
            self.request_chunk(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Fetched(fetched) => self.has_failed = !fetched,
            Msg::Retried => self.request_chunk(ctx),
            Msg::Styled => {
                self.render_timer = None;
                self.had_focus = self.node_ref.cast().is_some_and(|node_ref| dom::contains_focus(&node_ref));
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let retry = self.has_failed.then(|| ctx.link().callback(|_| Msg::Retried));
        let view = &ctx.props().view;
        let view = match view.chunk().filter(|_| self.is_styled) {
            Some(chunk) => (chunk.render)(view),
            None if self.shows_placeholder => view.placeholder(retry),
            None => Html::default(),
        };
        // Takes no room. Its class `waits` says that more is about to be shown.
        let class = if self.is_waiting(ctx) { "on-demand waits" } else { "on-demand" };
        with_ref(element!("div", "class" = class; view), &self.node_ref).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        // Styles first: views measure themselves, and must not change before the visitor's eyes.
        let view = &ctx.props().view;
        let chunk = view.chunk().filter(|_| !self.is_styled);
        if let Some((chunk, node_ref)) = chunk.zip(self.node_ref.get()) {
            // Views that measure themselves are rendered only once they are attached.
            if !node_ref.is_connected() {
                return WAITING_VIEWS.with_borrow_mut(|waiting| waiting.push(ctx.link().callback(|msg| msg)));
            }
            self.is_styled = true;
            SLOTS.with(|slots| adopt_stylesheet(&node_ref, chunk.css, &slots[view.chunk_id() as usize].sheet));
            let link = ctx.link().clone();
            let show = move || link.send_message(Msg::Styled);
            let has_unsent = matches!(view, View::Messages(list) if list.state.next_to_send().is_some());
            if self.shows_placeholder && has_unsent {
                // The code that sends is in the same file: a waiting message goes out before the
                // list is rendered, which takes long on a slow phone.
                self.render_timer = Timer::after(SEND_TIME, show);
            } else {
                show();
            }
        } else if std::mem::take(&mut self.had_focus)
            && let Some(element) = self.node_ref.cast::<Element>()
        {
            dom::focus_first_tabbable(&element);
        }
    }
}

impl LazyView {
    /// Whether the chunk is being fetched, or is loaded and not shown yet.
    fn is_waiting(&self, ctx: &Context<Self>) -> bool {
        !self.is_styled && (ctx.props().view.chunk().is_some() || (self.requested_extent.is_some() && !self.has_failed))
    }

    /// Fetches the chunk, if it is needed and not loaded.
    fn request_chunk(&mut self, ctx: &Context<Self>) {
        let view = &ctx.props().view;
        if view.chunk().is_some() || !view.is_wanted() {
            return;
        }
        self.has_failed = false;
        self.requested_extent = Some(view.extent());
        let (id, link) = (view.chunk_id(), ctx.link().clone());
        let done = move |chunk: Option<Chunk>| {
            // Kept even if this view is gone by now.
            SLOTS.with(|slots| slots[id as usize].chunk.set(chunk));
            link.send_message(Msg::Fetched(chunk.is_some()));
        };
        if let Some(load) = LOADER.get() {
            load(id, Callback::from(done));
        }
    }
}

/// Adds a chunk's styles to the shadow root around `node`, once and before the next frame.
fn adopt_stylesheet(node: &Node, css: &str, shared: &Cell<Option<CssStyleSheet>>) {
    let cached = shared.take();
    let sheet = cached.or_else(|| {
        let sheet = CssStyleSheet::new().ok()?;
        sheet.replace_sync(css).ok()?;
        Some(sheet)
    });
    let Some(sheet) = sheet else { return };
    let root = node.get_root_node();
    let name = JsValue::from_str("adoptedStyleSheets");
    let adopted = Array::from(&Reflect::get(&root, &name).unwrap_or_default());
    if !adopted.includes(&sheet, 0) {
        adopted.push(&sheet);
        // Fails only outside of a shadow root, where the page's own styles apply.
        let set = Reflect::set(&root, &name, &adopted);
        debug_assert!(set.is_ok());
    }
    shared.set(Some(sheet));
}
