//! Pictures, films, sounds and files.

use chataibot_wire::content::{Media, MediaKind};
use yew::prelude::*;

use crate::components::{
    Look, icons,
    markup::{self, group, part, plain, written},
    rich_text::safe_address,
};

/// A card that leads to the file.
pub(super) fn card_of_media(media: &Media, look: &Look) -> Html {
    let strings = &look.strings;
    let (sign, kind) = match media.kind {
        MediaKind::Image => (icons::PICTURE, strings.picture()),
        MediaKind::Video => (icons::FILM, strings.video()),
        MediaKind::Audio => (icons::SOUND, strings.audio()),
        MediaKind::Document => (icons::FILE, strings.document()),
    };
    match media.name.as_deref().filter(|name| !name.trim().is_empty()) {
        Some(name) => card(&media.url, sign, name.to_owned().into(), kind, &strings.new_tab()),
        None => card(&media.url, sign, kind, strings.open_hint(), &strings.new_tab()),
    }
}

/// A card that leads to an address.
pub(super) fn card(address: &str, sign: &'static str, title: AttrValue, below: AttrValue, new_tab: &AttrValue) -> Html {
    let words = vec![written("span", markup::text(title)), plain("small", markup::text(below))];
    let inside = group(vec![part("span", "card-sign", icons::sign("", sign)), plain("span", group(words))]);
    match safe_address(address) {
        Some(href) => markup::link("card", href, inside, new_tab),
        None => part("span", "card", inside),
    }
}
