//! A picture in the conversation; a button opens it in the light box.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlImageElement};
use yew::{
    html::{onerror, onload},
    prelude::*,
};

use super::{image::Image, light_box::LightBox};
use crate::components::{
    ViewConfig,
    elements::{button, element, group, on},
    icons,
};

/// Number of image sizes kept, newest last. A picture shown again has its space reserved before it
/// is loaded.
const REMEMBERED: usize = 64;

thread_local! {
    static SIZES: RefCell<Vec<(AttrValue, [u32; 2])>> = const { RefCell::new(Vec::new()) };
}

#[derive(Properties, Clone)]
pub(super) struct PictureProps {
    /// All pictures of the light box, including this one.
    pub(super) all: Rc<[Image]>,
    pub(super) at: usize,
    pub(super) look: Rc<ViewConfig>,
    /// Shown instead of a picture that cannot be fetched.
    pub(super) instead: Html,
}

impl PartialEq for PictureProps {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all && self.at == other.at && Rc::ptr_eq(&self.look, &other.look)
    }
}

/// Component of a picture, with the light box while it is open.
pub(super) struct Picture {
    seen: Seen,
    large: bool,
}

enum Seen {
    Awaited(Option<[u32; 2]>),
    Here([u32; 2]),
    Missing,
}

pub(super) enum Msg {
    Loaded([u32; 2]),
    Failed,
    Enlarged(bool),
}

impl Component for Picture {
    type Message = Msg;
    type Properties = PictureProps;

    fn create(ctx: &Context<Self>) -> Self {
        Self { seen: Seen::Awaited(known(ctx.props())), large: false }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &PictureProps) -> bool {
        let new = ctx.props();
        if new.all.get(new.at) != old.all.get(old.at) {
            self.seen = Seen::Awaited(known(new));
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Loaded(size) => {
                self.seen = Seen::Here(size);
                let PictureProps { all, at, .. } = ctx.props();
                if let Some(shot) = all.get(*at) {
                    remember(&shot.address, size);
                }
            }
            Msg::Failed => self.seen = Seen::Missing,
            Msg::Enlarged(large) => self.large = large,
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let PictureProps { all, at, look, instead } = ctx.props();
        let Some(shot) = all.get(*at) else { return Html::default() };
        let (class, size) = match self.seen {
            Seen::Missing => return instead.clone(),
            Seen::Awaited(None) => ("picture picture-awaited", None),
            Seen::Awaited(Some(size)) => ("picture picture-known", Some(size)),
            Seen::Here(size) => ("picture", Some(size)),
        };
        let link = ctx.link();
        let loaded = link.batch_callback(|event: Event| {
            let image = event.target()?.dyn_into::<HtmlImageElement>().ok()?;
            Some(Msg::Loaded(natural_size(&image)))
        });
        let image = on(shot.image(Some(class), size), Rc::new(onload::Wrapper::new(loaded)));
        let image = on(image, Rc::new(onerror::Wrapper::new(link.callback(|_| Msg::Failed))));
        let mut enlarge = button("enlarge", "enlarge", None, image.into(), link.callback(|_| Msg::Enlarged(true)));
        let name = [look.strings.enlarge().as_str(), ": ", shot.words.as_str()].concat();
        enlarge.add_attribute("aria-label", name);
        let large = self.large.then(|| {
            let closed = link.callback(|()| Msg::Enlarged(false));
            html! { <LightBox all={all.clone()} at={*at} look={look.clone()} {closed} /> }
        });
        group(vec![enlarge.into(), large.unwrap_or_default()])
    }
}

fn known(props: &PictureProps) -> Option<[u32; 2]> {
    let shot = props.all.get(props.at)?;
    SIZES.with_borrow(|sizes| sizes.iter().find(|(address, _)| *address == shot.address).map(|(_, size)| *size))
}

/// Natural size of an image. For an SVG in the page, WebKit reports the size at which it is drawn;
/// a detached clone, which loads at once because the image was just fetched, reports its own.
fn natural_size(image: &HtmlImageElement) -> [u32; 2] {
    let size = |image: &HtmlImageElement| [image.natural_width(), image.natural_height()];
    let own = image.clone_node().ok().and_then(|copy| copy.dyn_into::<HtmlImageElement>().ok());
    own.map(|copy| size(&copy)).filter(|own| !own.contains(&0)).unwrap_or_else(|| size(image))
}

fn remember(address: &AttrValue, size: [u32; 2]) {
    SIZES.with_borrow_mut(|sizes| {
        sizes.retain(|(known, _)| known != address);
        if sizes.len() == REMEMBERED {
            sizes.remove(0);
        }
        sizes.push((address.clone(), size));
    });
}

/// Placeholder for a picture that could not be fetched.
pub(super) fn placeholder() -> Html {
    element!("span", "class" = "picture-missing", "part" = "picture-missing"; icons::sign("", icons::PICTURE)).into()
}
