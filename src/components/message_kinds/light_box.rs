//! Light box: a modal dialog over the page with all pictures of a message side by side. The browser
//! handles swiping, pinching and zooming; going to the next picture is scrolling.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, HtmlImageElement, ScrollBehavior};
use yew::{prelude::*, virtual_dom::VTag};

use super::{NEXT, PREVIOUS, snap_scroller, step_button};
use crate::components::icons::{self, icon_button};
use crate::components::{ViewConfig, dom, elements::*, view_context::equal_by};
use crate::strings::fill;

/// A picture's validated address and its text alternative.
#[derive(Clone, PartialEq)]
pub(super) struct Image {
    pub(super) address: AttrValue,
    pub(super) words: AttrValue,
}

impl Image {
    pub(super) fn image(&self, class: Option<&'static str>, size: Option<[u32; 2]>) -> VTag {
        element!(
            "img",
            "class" = class,
            "part" = class.map(|_| "picture"),
            "width" = size.map(|[width, _]| width.to_string()),
            "height" = size.map(|[_, height]| height.to_string()),
            "loading" = "lazy",
            "decoding" = "async",
            "referrerpolicy" = "no-referrer",
            "alt" = self.words.clone(),
            // Last, because the attributes before it determine how it is fetched.
            "src" = self.address.clone()
        )
    }
}

#[derive(Properties, Clone)]
pub(super) struct LightBoxProps {
    pub(super) all: Rc<[Image]>,
    /// Index of the picture shown first.
    pub(super) at: usize,
    pub(super) config: Rc<ViewConfig>,
    /// Called once the dialog is closed and can be removed.
    pub(super) closed: Callback<()>,
}

equal_by!(LightBoxProps, [config] all, at);

pub(super) struct LightBox {
    dialog: NodeRef,
    track: NodeRef,
    at: usize,
}

pub(super) enum Msg {
    Scrolled,
    PictureRequested(usize),
    CloseRequested,
}

impl Component for LightBox {
    type Message = Msg;
    type Properties = LightBoxProps;

    fn create(ctx: &Context<Self>) -> Self {
        Self { dialog: NodeRef::default(), track: NodeRef::default(), at: ctx.props().at }
    }

    fn update(&mut self, _: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Scrolled => {
                let now = self.track.cast::<Element>().map_or(self.at, |track| snap_scroller::current_index(&track));
                std::mem::replace(&mut self.at, now) != now
            }
            Msg::PictureRequested(to) => {
                self.scroll_to(to, ScrollBehavior::Auto);
                false
            }
            Msg::CloseRequested => {
                // `close()` restores the focus; its event removes this component.
                if let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() {
                    dialog.close();
                }
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let LightBoxProps { all, config, closed, .. } = ctx.props();
        let (strings, link) = (&config.strings, ctx.link());
        let many = all.len() > 1;
        let Some(shot) = all.get(self.at.min(all.len().saturating_sub(1))) else { return Html::default() };

        let asked = link.callback(|_| Msg::CloseRequested);
        let mut close = icon_button("light-button", strings.close_picture(), icons::CLOSE, asked);
        close.add_attribute("autofocus", "autofocus");
        let download = element!(
            "a", part "light-button", "href" = shot.address.clone(), "download" = "", "target" = "_blank",
            "rel" = "noopener noreferrer", "title" = strings.download();
            group(vec![icons::icon("", super::DOWNLOAD), visually_hidden(strings.download())])
        );
        let position = if many { text(position(config, self.at, all.len())) } else { Html::default() };
        let position = element!("span", part "light-position", "dir" = "auto", "aria-live" = "polite"; position);
        let bar = part("div", "light-bar", group(vec![position.into(), download.into(), close.into()]));

        let each = all.iter().map(|shot| element!("li", "role" = "listitem"; shot.image(None, None).into()));
        let track = element!("ul", "class" = "light-track", "role" = "list", "tabindex" = "-1"; each.collect());
        // A click beside the picture closes the light box.
        let clicked = link.batch_callback(|event: MouseEvent| {
            let on_picture = event.target().is_some_and(|target| target.has_type::<HtmlImageElement>());
            (!on_picture).then_some(Msg::CloseRequested)
        });
        let scrolled = link.callback(|_| Msg::Scrolled);
        let track = listen!(with_ref(track, &self.track), onscroll = scrolled, onclick = clicked);
        let words = part("p", "light-words", text(shot.words.clone()));
        let mut inside = vec![bar, track.into(), words];
        if many {
            let to_picture = |at| link.callback(move |_: MouseEvent| Msg::PictureRequested(at));
            let back = self.at.checked_sub(1).map(to_picture);
            let on = Some(self.at + 1).filter(|at| *at < all.len()).map(to_picture);
            inside.push(step_button("light-button light-back", strings.previous(), PREVIOUS, back));
            inside.push(step_button("light-button light-on", strings.next(), NEXT, on));
        }
        let name = if many { strings.pictures() } else { shot.words.clone() };
        let dialog = element!("dialog", part "light-box", "aria-label" = name; group(inside));
        let pressed = self.key_handler(ctx);
        let gone = closed.reform(|_: Event| ());
        listen!(with_ref(dialog, &self.dialog), onclose = gone, onkeydown = pressed).into()
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        let Some(dialog) = self.dialog.cast::<HtmlDialogElement>().filter(|_| first) else { return };
        // Fails only for a dialog that is open already.
        let shown = dialog.show_modal();
        debug_assert!(shown.is_ok());
        self.scroll_to(self.at, ScrollBehavior::Instant);
    }
}

impl LightBox {
    fn key_handler(&self, ctx: &Context<Self>) -> Callback<KeyboardEvent> {
        let (here, count, link) = (self.at, ctx.props().all.len(), ctx.link().clone());
        Callback::from(move |event: KeyboardEvent| {
            // Keys pressed here must not reach the chat window below.
            event.stop_propagation();
            let rtl = dom::is_target_rtl(&event);
            if let Some(to) = snap_scroller::target_index(&event.key(), rtl, here, count) {
                event.prevent_default();
                link.send_message(Msg::PictureRequested(to));
            }
        })
    }

    fn scroll_to(&self, at: usize, behavior: ScrollBehavior) {
        if let Some(track) = self.track.cast::<Element>() {
            snap_scroller::scroll_to_index(&track, at, behavior);
        }
    }
}

pub(super) fn position(config: &ViewConfig, at: usize, count: usize) -> AttrValue {
    let sentence = fill(&config.strings.position(), "index", &(at + 1).to_string());
    fill(&sentence, "count", &count.to_string()).into()
}
