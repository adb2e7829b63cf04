//! Media: pictures, video and audio players, and cards of files.

use std::rc::Rc;

use chataibot_wire::{
    Content,
    content::{Media, MediaKind},
};
use web_sys::Event;
use yew::{html::onerror, prelude::*};

use super::{Kind, image::Image, picture::Picture};
use crate::components::{
    ViewConfig,
    elements::{self, auto_dir, element, group, on, opens, part, plain},
    icons, intl,
    rich_text::safe_address,
};

/// Renders a picture, player or file card.
pub(super) fn media(kind: &Kind) -> Html {
    let Content::Media(media) = kind.content() else { return Html::default() };
    // Media without a safe address become a card without a link.
    match (media.kind, safe_address(&media.url)) {
        (MediaKind::Document, _) | (_, None) => file(media, &kind.look, None),
        (MediaKind::Image, Some(_)) => picture(kind, media),
        (MediaKind::Video | MediaKind::Audio, Some(_)) => html! { <Player ..kind.clone() /> },
    }
}

fn picture(kind: &Kind, media: &Media) -> Html {
    let look = &kind.look;
    let whole = kind.whole();
    let all = if let Content::Parts(parts) = whole { parts.as_slice() } else { std::slice::from_ref(whole) };
    let pictures = all.iter().filter_map(|one| if let Content::Media(media) = one { Some((one, media)) } else { None });
    let pictures = pictures.filter(|(_, media)| media.kind == MediaKind::Image);
    let pictures: Vec<_> = pictures.filter(|(_, media)| safe_address(&media.url).is_some()).collect();
    let at = pictures.iter().position(|(one, _)| std::ptr::eq(*one, kind.content())).unwrap_or_default();
    let shots = pictures.iter().map(|(_, media)| Image {
        address: media.url.clone().into(),
        words: name(media).map_or_else(|| look.strings.picture(), AttrValue::from),
    });
    let all: Rc<[Image]> = shots.collect();
    let instead = file(media, look, Some(look.strings.media_failed()));
    html! { <Picture {all} {at} look={look.clone()} {instead} /> }
}

/// Video or audio player with the browser's own controls.
pub(super) struct Player {
    failed: bool,
}

impl Component for Player {
    /// The file cannot be played.
    type Message = ();
    type Properties = Kind;

    fn create(_: &Context<Self>) -> Self {
        Self { failed: false }
    }

    fn update(&mut self, _: &Context<Self>, (): ()) -> bool {
        !std::mem::replace(&mut self.failed, true)
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = ctx.props();
        let Content::Media(media) = kind.content() else { return Html::default() };
        let look = &kind.look;
        if self.failed {
            return file(media, look, Some(look.strings.media_failed()));
        }
        let (tag, sign, what, names) = match media.kind {
            MediaKind::Video => ("video", icons::FILM, look.strings.video(), "player player-film"),
            MediaKind::Audio | MediaKind::Image | MediaKind::Document => {
                ("audio", icons::SOUND, look.strings.audio(), "player player-sound")
            }
        };
        let title = name(media).map_or(what, |name| name.to_owned().into());
        let player = element!(
            tag,
            "controls" = "controls",
            "preload" = "metadata",
            "playsinline" = "playsinline",
            "aria-label" = title.clone(),
            "src" = media.url.clone();
            Html::default()
        );
        let player = on(player, Rc::new(onerror::Wrapper::new(ctx.link().callback(|_: Event| ()))));
        let title = element!("p", "class" = "player-title", "dir" = "auto"; group(vec![icons::sign("", sign), elements::plain("span", elements::text(title))]));
        part("div", names, group(vec![title.into(), player.into()]))
    }
}

/// Card that saves a file, or at least links to it. `wrong` says what failed, if anything.
fn file(media: &Media, look: &ViewConfig, wrong: Option<AttrValue>) -> Html {
    let strings = &look.strings;
    let (sign, what) = match media.kind {
        MediaKind::Image => (icons::PICTURE, strings.picture()),
        MediaKind::Video => (icons::FILM, strings.video()),
        MediaKind::Audio => (icons::SOUND, strings.audio()),
        MediaKind::Document => (icons::FILE, strings.document()),
    };
    let ending: Option<AttrValue> =
        ending(name(media).unwrap_or(&media.url)).map(|ending| ending.to_ascii_uppercase().into());
    // Formatted in the visitor's language, if known.
    let size = media.size.map(|bytes| intl::size(look.locale.as_deref(), bytes as f64));
    let ending = match (ending, size) {
        (Some(ending), Some(size)) => Some(AttrValue::from([ending.as_str(), " · ", &size].concat())),
        (ending, size) => ending.or(size),
    };
    let (title, below) = match name(media) {
        Some(name) => (name.to_owned().into(), ending.unwrap_or(what)),
        None => (what, ending.unwrap_or_else(|| strings.open_hint())),
    };
    card(&Card {
        address: &media.url,
        sign,
        title,
        below: wrong.unwrap_or(below),
        saved_as: (media.kind == MediaKind::Document).then(|| name(media).unwrap_or_default()),
        new_tab: Some(strings.new_tab()),
    })
}

fn name(media: &Media) -> Option<&str> {
    media.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
}

/// File name extension, such as `pdf`.
fn ending(name: &str) -> Option<&str> {
    let name = name.split(['?', '#']).next()?;
    let (stem, ending) = name.rsplit('/').next()?.rsplit_once('.')?;
    let fits = !stem.is_empty() && (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(ending)
}

/// A card that links to an address.
pub(super) struct Card<'a> {
    pub(super) address: &'a str,
    pub(super) sign: &'static str,
    pub(super) title: AttrValue,
    pub(super) below: AttrValue,
    /// Set if the link saves a file: the file name, or empty to keep the file's own.
    pub(super) saved_as: Option<&'a str>,
    /// Note that the link opens a new tab; `None` if it opens in this one.
    pub(super) new_tab: Option<AttrValue>,
}

/// Renders the card; without a link if the address is not safe.
pub(super) fn card(card: &Card) -> Html {
    let words =
        vec![auto_dir("span", elements::text(card.title.clone())), plain("small", elements::text(card.below.clone()))];
    let inside = vec![part("span", "card-sign", icons::sign("", card.sign)), plain("span", group(words))];
    let Some(href) = safe_address(card.address) else { return part("span", "card", group(inside)) };
    let (sign, opens) = match card.saved_as {
        Some(_) => (super::SAVE, Html::default()),
        None => (icons::OUT, opens(card.new_tab.clone())),
    };
    let goes = element!("span", "class" = "card-goes"; icons::sign("", sign));
    element!(
        "a",
        "class" = "card",
        "part" = "card",
        "href" = href.to_owned(),
        "download" = card.saved_as.map(str::to_owned),
        // Browsers do not save files from other origins, and must not leave the page for them.
        "target" = card.new_tab.is_some().then_some("_blank"),
        "rel" = "noopener noreferrer";
        group(inside.into_iter().chain([goes.into(), opens]).collect())
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::ending;

    #[test]
    fn a_file_is_of_the_type_its_name_ends_with() {
        for (name, type_of_it) in [
            ("Packing list.pdf", Some("pdf")),
            ("https://a.example/x/archive.tar.gz?size=1.5", Some("gz")),
            ("https://a.example/x.y/archive", None),
            (".profile", None),
            ("a.much-too-long", None),
            ("a.", None),
            ("", None),
        ] {
            assert_eq!(ending(name), type_of_it, "{name}");
        }
    }
}
