//! A carousel of cards or pictures: a row that scrolls and snaps, with arrow buttons for mice.

use std::rc::Rc;

use chataibot_wire::Content;
use chataibot_wire::content::{ButtonLayout, Card, Carousel};
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollBehavior};
use yew::prelude::*;

use super::light_box::{Image, position};
use super::picture::{Picture, placeholder};
use super::{Kind, NEXT, PREVIOUS, aside::Aside, snap_scroller, step_button};
use crate::components::answers::{self, Choice};
use crate::components::dom::{self, SizeWatch, Timer, send_later};
use crate::components::{elements::*, rich_text::safe_address};

#[derive(Default)]
pub(super) struct CardRow {
    list: NodeRef,
    at: usize,
    /// Whether the row is scrolled to its beginning, and to its end.
    ends: (bool, bool),
    size_watch: Option<SizeWatch>,
    redraw_timer: Option<Timer>,
    /// Whether the visitor went to a card by button or key: its position is then announced.
    was_navigated: bool,
    position_announcer: Aside,
}

pub(super) enum Msg {
    /// The row was scrolled or resized.
    Moved,
    /// The browser is reporting a new size; [`Msg::Moved`] follows after it has reported all.
    Resized,
    CardRequested(usize),
    /// The position was announced, and its text can be removed.
    AnnouncementDue,
}

impl Component for CardRow {
    type Message = Msg;
    type Properties = Kind;

    fn create(ctx: &Context<Self>) -> Self {
        // Several cards seldom fit, and arrows added later would shift what the visitor is reading.
        let has_more = matches!(ctx.props().content(), Content::Carousel(carousel) if carousel.cards.len() > 1);
        Self { ends: (true, !has_more), ..Self::default() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let Some(list) = self.list.cast::<Element>() else { return false };
        match msg {
            Msg::Moved => {
                let before = (self.at, self.ends);
                (self.at, self.ends) = (snap_scroller::current_index(&list), snap_scroller::is_at_ends(&list));
                if self.was_navigated && before.0 != self.at {
                    let words = position(&ctx.props().config, self.at, list.child_element_count() as usize);
                    self.position_announcer.announce(ctx, words, Msg::AnnouncementDue);
                }
                before != (self.at, self.ends)
            }
            Msg::Resized => {
                self.redraw_timer = send_later(ctx, SizeWatch::DELIVERY, Msg::Moved);
                false
            }
            Msg::CardRequested(at) => {
                self.was_navigated = true;
                snap_scroller::scroll_to_index(&list, at, ScrollBehavior::Auto);
                false
            }
            Msg::AnnouncementDue => {
                self.position_announcer.clear();
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = ctx.props();
        let Content::Carousel(carousel) = kind.content() else { return Html::default() };
        let (config, link) = (&kind.config, ctx.link());
        let strings = &config.strings;
        let count = carousel.cards.len();
        let gallery = carousel.cards.iter().all(|card| card.image.is_some() && card.buttons.is_empty());
        let name = if gallery { strings.pictures() } else { strings.cards() };

        let images = images(carousel, &strings.picture());
        let mut before = 0;
        let each = carousel.cards.iter().enumerate().map(|(index, card)| {
            let at = before;
            let has_picture = address(card).is_some();
            before += usize::from(has_picture);
            let picture = has_picture.then(|| {
                html! { <Picture all={images.clone()} {at} config={config.clone()} fallback={placeholder()} /> }
            });
            card_view(kind, card, picture, position(config, index, count))
        });
        let class = if gallery { "cards cards-pictures" } else { "cards" };
        let list = element!(
            "ul", "class" = class, "part" = "cards", "role" = "list", "aria-label" = name, "tabindex" = "0";
            each.collect()
        );
        let (scrolled, pressed) = (link.callback(|_| Msg::Moved), self.key_handler(ctx, count));
        let list = listen!(with_ref(list, &self.list), onscroll = scrolled, onkeydown = pressed);
        let (first, last) = self.ends;
        let footer = (!first || !last).then(|| {
            let to_card = |at| link.callback(move |_: MouseEvent| Msg::CardRequested(at));
            let back = (!first).then(|| to_card(self.at.saturating_sub(1)));
            let on = (!last).then(|| to_card(self.at + 1));
            let position_text = text(position(config, self.at, count));
            let position_text =
                element!("span", "class" = "cards-position", "dir" = "auto", "aria-hidden" = "true"; position_text);
            let footer = vec![
                step_button("turn", strings.previous(), PREVIOUS, back),
                position_text.into(),
                step_button("turn", strings.next(), NEXT, on),
            ];
            part("div", "cards-foot", group(footer))
        });
        // A constant number of children: if one were added, Yew would recreate the row.
        let inside = vec![list.into(), footer.unwrap_or_default(), self.position_announcer.view()];
        element!("div", part "carousel"; group(inside)).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let Some(list) = self.list.cast::<Element>().filter(|_| first) {
            self.size_watch = SizeWatch::new(&[&list], ctx.link().callback(|()| Msg::Resized));
        }
    }
}

impl CardRow {
    fn key_handler(&self, ctx: &Context<Self>, count: usize) -> Callback<KeyboardEvent> {
        let (here, link, list) = (self.at, ctx.link().clone(), self.list.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(list) = list.cast::<Element>() else { return };
            // Keys on a button in a card belong to that button.
            let on_row = event.target().is_some_and(|target| target.unchecked_ref::<Element>() == &list);
            if on_row && let Some(to) = snap_scroller::target_index(&event.key(), dom::is_rtl(&list), here, count) {
                event.prevent_default();
                link.send_message(Msg::CardRequested(to));
            }
        })
    }
}

fn card_view(kind: &Kind, card: &Card, picture: Option<Html>, position: AttrValue) -> Html {
    let words = [("strong", &card.title), ("div", &card.description)].into_iter().filter(|(_, text)| !text.is_empty());
    let words: Vec<Html> = words.map(|(tag, text)| auto_dir(tag, kind.words(text))).collect();
    let mut inside = vec![visually_hidden(position), picture.unwrap_or_default()];
    if !words.is_empty() {
        inside.push(part("div", "card-words", group(words)));
    }
    if !card.buttons.is_empty() {
        let name = card.title.to_plain();
        let choice = Choice { description: (!name.is_empty()).then(|| name.into()), ..kind.choice() };
        inside.push(plain("div", answers::buttons(&card.buttons, ButtonLayout::Vertical, &choice)));
    }
    element!("li", part "choice-card", "role" = "listitem"; group(inside)).into()
}

fn address(card: &Card) -> Option<&str> {
    card.image.as_deref().and_then(safe_address)
}

/// All pictures of the cards, with the cards' titles as text alternatives.
fn images(carousel: &Carousel, picture: &AttrValue) -> Rc<[Image]> {
    let each = carousel.cards.iter().filter_map(|card| {
        let title = card.title.to_plain();
        let words = if title.is_empty() { picture.clone() } else { title.into() };
        Some(Image { address: address(card)?.to_owned().into(), words })
    });
    each.collect()
}
