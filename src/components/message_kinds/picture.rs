//! A picture in the conversation; a button opens it in the light box.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlImageElement};
use yew::prelude::*;

use super::light_box::{Image, LightBox};
use crate::components::{ViewConfig, elements::*, icons, view_context::equal_by};

/// Number of image sizes kept, newest last: they reserve the space of pictures shown again.
const MAX_SIZES: usize = 64;

thread_local! {
    static SIZES: RefCell<Vec<(AttrValue, [u32; 2])>> = const { RefCell::new(Vec::new()) };
}

#[derive(Properties, Clone)]
pub(super) struct PictureProps {
    /// All pictures of the light box, including this one.
    pub(super) all: Rc<[Image]>,
    pub(super) at: usize,
    pub(super) config: Rc<ViewConfig>,
    /// Shown instead of a picture that cannot be fetched.
    pub(super) fallback: Html,
}

equal_by!(PictureProps, [config] all, at);

pub(super) struct Picture {
    state: LoadState,
    is_enlarged: bool,
}

enum LoadState {
    Loading(Option<[u32; 2]>),
    Loaded([u32; 2]),
    Failed,
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
        Self { state: LoadState::Loading(known_size(ctx.props())), is_enlarged: false }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &PictureProps) -> bool {
        let new = ctx.props();
        if new.all.get(new.at) != old.all.get(old.at) {
            self.state = LoadState::Loading(known_size(new));
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Loaded(size) => {
                self.state = LoadState::Loaded(size);
                let PictureProps { all, at, .. } = ctx.props();
                if let Some(shot) = all.get(*at) {
                    remember_size(&shot.address, size);
                }
            }
            Msg::Failed => self.state = LoadState::Failed,
            Msg::Enlarged(large) => self.is_enlarged = large,
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let PictureProps { all, at, config, fallback } = ctx.props();
        let Some(shot) = all.get(*at) else { return Html::default() };
        let (class, size) = match self.state {
            LoadState::Failed => return fallback.clone(),
            LoadState::Loading(None) => ("picture picture-awaited", None),
            LoadState::Loading(Some(size)) => ("picture picture-known", Some(size)),
            LoadState::Loaded(size) => ("picture", Some(size)),
        };
        let link = ctx.link();
        let loaded = link.batch_callback(|event: Event| {
            let image = event.target()?.dyn_into::<HtmlImageElement>().ok()?;
            Some(Msg::Loaded(natural_size(&image)))
        });
        let failed = link.callback(|_| Msg::Failed);
        let image = listen!(shot.image(Some(class), size), onload = loaded, onerror = failed);
        let mut enlarge = button("enlarge", "enlarge", None, image.into(), link.callback(|_| Msg::Enlarged(true)));
        let name = [config.strings.enlarge().as_str(), ": ", shot.words.as_str()].concat();
        enlarge.add_attribute("aria-label", name);
        let large = self.is_enlarged.then(|| {
            let closed = link.callback(|()| Msg::Enlarged(false));
            html! { <LightBox all={all.clone()} at={*at} config={config.clone()} {closed} /> }
        });
        group(vec![enlarge.into(), large.unwrap_or_default()])
    }
}

fn known_size(props: &PictureProps) -> Option<[u32; 2]> {
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

fn remember_size(address: &AttrValue, size: [u32; 2]) {
    SIZES.with_borrow_mut(|sizes| {
        sizes.retain(|(known, _)| known != address);
        if sizes.len() == MAX_SIZES {
            sizes.remove(0);
        }
        sizes.push((address.clone(), size));
    });
}

pub(super) fn placeholder() -> Html {
    element!("span", part "picture-missing"; icons::icon("", icons::PICTURE)).into()
}
