//! Views that few conversations need. Their code and their styles are a part of the program of its own, fetched when the first of
//! them is shown, from where the program came and in its version.
//!
//! A part is asked for once and then kept: what comes later is rendered without waiting. Until it is there, and where it cannot be
//! fetched, a plain form of the same thing is shown; the next one to be shown asks again.

use std::{cell::Cell, mem::discriminant, rc::Rc};

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, Element, Node};
use yew::prelude::*;

use super::{
    Transcript, ViewConfig,
    attachments::{self, Files},
    dom,
    elements::{at, element},
    message_kinds::{self, Kind},
    message_list,
    messages::{self, Messages},
    panels::{self, Panel},
};
use crate::conversation::Conversation;

/// A view whose code may still be on its way.
#[derive(Clone, PartialEq)]
pub(super) enum View {
    /// A message that is more than words and buttons.
    Kind(Kind),
    /// What was said.
    Messages(Messages),
    /// What stands before, between or after a chat.
    Panel(Panel),
    /// Files in the composer.
    Files(Files),
}

/// How many parts there are.
const PARTS: usize = 4;

/// What a part gives.
#[derive(Clone, Copy)]
struct Part {
    /// As the part shows its own views; nothing of those of other parts.
    render: fn(&View) -> Html,
    css: &'static str,
}

#[cfg(feature = "split")]
use wasm_split_helpers::SplitLoaderError as Missing;
/// A part that could not be fetched.
#[cfg(not(feature = "split"))]
type Missing = std::convert::Infallible;

/// Declares a part: `fetch` answers with what only the part's own file holds. Without the feature `split` everything is one program.
macro_rules! part {
    ($file:ident, $fetch:ident, $view:path, $render:path, $css:expr) => {
        #[cfg(feature = "split")]
        #[wasm_split_helpers::wasm_split($file, fallible)]
        fn $fetch() -> Result<Part, Missing> {
            Ok(Part { render: |view| if let $view(view) = view { $render(view) } else { Html::default() }, css: $css })
        }
        #[cfg(not(feature = "split"))]
        async fn $fetch() -> Result<Part, Missing> {
            Ok(Part { render: |view| if let $view(view) = view { $render(view) } else { Html::default() }, css: $css })
        }
    };
}

part!(kinds, fetch_kinds, View::Kind, message_kinds::render, message_kinds::CSS);
part!(messages, fetch_messages, View::Messages, message_list::render, messages::CSS);
part!(panels, fetch_panels, View::Panel, panels::render, panels::CSS);
part!(files, fetch_files, View::Files, attachments::render, attachments::CSS);

/// Saves a conversation as a file; how that is done is a matter of the panels' part.
#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(panels, fallible)]
pub(super) fn save_transcript(state: Rc<Conversation>, look: Rc<ViewConfig>, kind: Transcript) -> Result<(), Missing> {
    panels::transcript::save(&state, &look, kind);
    Ok(())
}
/// Saves a conversation as a file.
#[cfg(not(feature = "split"))]
pub(super) async fn save_transcript(
    state: Rc<Conversation>,
    look: Rc<ViewConfig>,
    kind: Transcript,
) -> Result<(), Missing> {
    panels::transcript::save(&state, &look, kind);
    Ok(())
}

/// A part that is here, and its style sheet, shared by all widgets of the page.
struct Here {
    part: Cell<Option<Part>>,
    sheet: Cell<Option<CssStyleSheet>>,
}

thread_local! {
    static HERE: [Here; PARTS] = const { [const { Here { part: Cell::new(None), sheet: Cell::new(None) } }; PARTS] };
}

impl View {
    /// Which part shows it.
    fn place(&self) -> usize {
        match self {
            Self::Kind(_) => 0,
            Self::Messages(_) => 1,
            Self::Panel(_) => 2,
            Self::Files(_) => 3,
        }
    }

    /// The part, once it is there.
    fn part(&self) -> Option<Part> {
        HERE.with(|here| here[self.place()].part.get())
    }

    /// Is the part needed now?
    fn is_wanted(&self) -> bool {
        match self {
            Self::Kind(_) | Self::Panel(_) => true,
            Self::Messages(messages) => messages.wanted(),
            Self::Files(files) => files.state.window_open(),
        }
    }

    /// How much it would show: with more of it, a part that could not be had is asked for again.
    fn extent(&self) -> usize {
        match self {
            Self::Kind(_) | Self::Panel(_) => 0,
            Self::Messages(Messages { state, .. }) | Self::Files(Files { state, .. }) => state.rows().len(),
        }
    }

    /// Fetches the part. Returns whether it could be had.
    async fn fetch(self) -> bool {
        let part = match self {
            Self::Kind(_) => fetch_kinds().await,
            Self::Messages(_) => fetch_messages().await,
            Self::Panel(_) => fetch_panels().await,
            Self::Files(_) => fetch_files().await,
        };
        let part = part.ok();
        HERE.with(|here| here[self.place()].part.set(part));
        part.is_some()
    }

    /// As it is shown until the part is there. `retry` asks for it again, once it could not be had.
    fn plain(&self, retry: Option<Callback<MouseEvent>>) -> Html {
        match self {
            Self::Kind(kind) => kind.plain(),
            Self::Messages(messages) => messages.plain(),
            Self::Panel(panel) => panel.plain(retry),
            Self::Files(_) => Html::default(),
        }
    }
}

/// Shows a view.
pub(super) struct LazyView {
    place: NodeRef,
    dressed: bool,
    /// How much there was to show when the part was last asked for.
    asked: Option<usize>,
    /// The part could not be had.
    missing: bool,
    /// The plain form that just gave way had the focus.
    focused: bool,
}

/// What happened to a view.
pub(super) enum Msg {
    /// The part came, or did not.
    Came(bool),
    /// It is asked for again.
    Asked,
    /// Its styles are there.
    Dressed,
}

#[derive(Properties, Clone, PartialEq)]
pub(super) struct LazyViewProps {
    pub(super) view: View,
}

impl Component for LazyView {
    type Message = Msg;
    type Properties = LazyViewProps;

    fn create(ctx: &Context<Self>) -> Self {
        let mut this = Self { place: NodeRef::default(), dressed: false, asked: None, missing: false, focused: false };
        this.ask(ctx);
        this
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &LazyViewProps) -> bool {
        if discriminant(&old.view) != discriminant(&ctx.props().view) {
            // Another part's view stands in this place now.
            (self.dressed, self.asked, self.missing) = (false, None, false);
        }
        if self.asked.is_none() || (self.missing && self.asked != Some(ctx.props().view.extent())) {
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, happened: Msg) -> bool {
        match happened {
            Msg::Came(came) => self.missing = !came,
            Msg::Asked => self.ask(ctx),
            Msg::Dressed => self.focused = self.place.cast().is_some_and(|place| dom::holds_focus(&place)),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let retry = self.missing.then(|| ctx.link().callback(|_| Msg::Asked));
        let view = &ctx.props().view;
        let view = match view.part().filter(|_| self.dressed) {
            Some(part) => (part.render)(view),
            None => view.plain(retry),
        };
        // Takes no room; it only knows where in the page this is, and says whether it will be more in a moment.
        let class = if self.waits(ctx) { "on-demand waits" } else { "on-demand" };
        at(element!("div", "class" = class; view), &self.place).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        // The styles come first: what is made without them would be measured without them, and change before the visitor's eyes.
        let view = &ctx.props().view;
        let part = view.part().filter(|_| !self.dressed);
        if let Some((part, place)) = part.zip(self.place.get()) {
            self.dressed = true;
            HERE.with(|here| adopt_stylesheet(&place, part.css, &here[view.place()].sheet));
            ctx.link().send_message(Msg::Dressed);
        } else if std::mem::take(&mut self.focused)
            && let Some(heir) = self.place.cast::<Element>().and_then(|place| dom::first_reachable(&place))
        {
            dom::focus(&heir);
        }
    }
}

impl LazyView {
    /// Is the part on its way, or here and not shown yet?
    fn waits(&self, ctx: &Context<Self>) -> bool {
        !self.dressed && (ctx.props().view.part().is_some() || (self.asked.is_some() && !self.missing))
    }

    /// Asks for the part, if it is needed and not there.
    fn ask(&mut self, ctx: &Context<Self>) {
        let view = &ctx.props().view;
        if view.part().is_some() || !view.is_wanted() {
            return;
        }
        self.missing = false;
        self.asked = Some(view.extent());
        let view = view.clone();
        ctx.link().send_future(async { Msg::Came(view.fetch().await) });
    }
}

/// Adds a part's styles to the shadow root around `place`, once. Before the next frame, so nothing is seen without them.
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
