//! Media: pictures, video and audio players, and cards of files.

use std::rc::Rc;

use chataibot_wire::Content;
use chataibot_wire::content::{Media, MediaKind};
use web_sys::Event;
use yew::prelude::*;

use super::{Kind, light_box::Image, picture::Picture};
use crate::components::{ViewConfig, elements, elements::*, icons, intl, rich_text::safe_address};

pub(super) fn media(kind: &Kind) -> Html {
    let Content::Media(media) = kind.content() else { return Html::default() };
    // Media without a safe address become a card without a link.
    match (media.kind, safe_address(&media.url)) {
        (MediaKind::Document, _) | (_, None) => file_card(media, &kind.config, None),
        (MediaKind::Image, Some(_)) => picture(kind, media),
        (MediaKind::Video | MediaKind::Audio, Some(_)) => html! { <Player ..kind.clone() /> },
    }
}

fn picture(kind: &Kind, media: &Media) -> Html {
    let config = &kind.config;
    let content = kind.message_content();
    let all = if let Content::Parts(parts) = content { parts.as_slice() } else { std::slice::from_ref(content) };
    let pictures = all.iter().filter_map(|one| if let Content::Media(media) = one { Some((one, media)) } else { None });
    let pictures = pictures.filter(|(_, media)| media.kind == MediaKind::Image);
    let pictures: Vec<_> = pictures.filter(|(_, media)| safe_address(&media.url).is_some()).collect();
    let at = pictures.iter().position(|(one, _)| std::ptr::eq(*one, kind.content())).unwrap_or_default();
    let images = pictures.iter().map(|(_, media)| Image {
        address: media.url.clone().into(),
        words: name(media).map_or_else(|| config.strings.picture(), AttrValue::from),
    });
    let all: Rc<[Image]> = images.collect();
    let fallback = file_card(media, config, Some(config.strings.media_failed()));
    html! { <Picture {all} {at} config={config.clone()} {fallback} /> }
}

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
        let config = &kind.config;
        if self.failed {
            return file_card(media, config, Some(config.strings.media_failed()));
        }
        let (tag, icon, default_title, names) = match media.kind {
            MediaKind::Video => ("video", icons::FILM, config.strings.video(), "player player-film"),
            MediaKind::Audio | MediaKind::Image | MediaKind::Document => {
                ("audio", icons::SOUND, config.strings.audio(), "player player-sound")
            }
        };
        let title = name(media).map_or(default_title, |name| name.to_owned().into());
        let player = element!(
            tag,
            "controls" = "controls",
            "preload" = "metadata",
            "playsinline" = "playsinline",
            "aria-label" = title.clone(),
            "src" = media.url.clone()
        );
        let player = listen!(player, onerror = ctx.link().callback(|_: Event| ()));
        let title = group(vec![icons::icon("", icon), plain("span", elements::text(title))]);
        let title = element!("p", "class" = "player-title", "dir" = "auto"; title);
        part("div", names, group(vec![title.into(), player.into()]))
    }
}

/// Card that saves a file, or at least links to it. `error` says what failed, if anything.
fn file_card(media: &Media, config: &ViewConfig, error: Option<AttrValue>) -> Html {
    let strings = &config.strings;
    let (icon, default_title) = match media.kind {
        MediaKind::Image => (icons::PICTURE, strings.picture()),
        MediaKind::Video => (icons::FILM, strings.video()),
        MediaKind::Audio => (icons::SOUND, strings.audio()),
        MediaKind::Document => (icons::FILE, strings.document()),
    };
    let kind = extension(name(media).unwrap_or(&media.url)).map(|kind| AttrValue::from(kind.to_ascii_uppercase()));
    let facts = match (kind, media.size.map(|bytes| intl::size(config.locale.as_deref(), bytes as f64))) {
        (Some(kind), Some(size)) => Some(AttrValue::from([kind.as_str(), " · ", &size].concat())),
        (kind, size) => kind.or(size),
    };
    let (title, below) = match name(media) {
        Some(name) => (name.to_owned().into(), facts.unwrap_or(default_title)),
        None => (default_title, facts.unwrap_or_else(|| strings.open_hint())),
    };
    let download_name = (media.kind == MediaKind::Document).then(|| name(media).unwrap_or_default());
    card(&media.url, icon, title, error.unwrap_or(below), download_name, Some(strings.new_tab()))
}

fn name(media: &Media) -> Option<&str> {
    media.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
}

/// File name extension, such as `pdf`.
fn extension(name: &str) -> Option<&str> {
    let name = name.split(['?', '#']).next()?;
    let (stem, extension) = name.rsplit('/').next()?.rsplit_once('.')?;
    let fits =
        !stem.is_empty() && (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(extension)
}

/// A card that links to an address, if that is safe. `download_name` is set if the link saves a
/// file, empty to keep its own name; `new_tab` is the note that it opens a new tab, if it does.
pub(super) fn card(
    address: &str,
    icon: &'static str,
    title: AttrValue,
    below: AttrValue,
    download_name: Option<&str>,
    new_tab: Option<AttrValue>,
) -> Html {
    let words = vec![auto_dir("span", elements::text(title)), plain("small", elements::text(below))];
    let inside = vec![part("span", "card-sign", icons::icon("", icon)), plain("span", group(words))];
    let Some(href) = safe_address(address) else { return part("span", "card", group(inside)) };
    let target = new_tab.is_some().then_some("_blank");
    let (icon, opens) = match download_name {
        Some(_) => (super::DOWNLOAD, Html::default()),
        None => (icons::EXTERNAL, opens(new_tab)),
    };
    let link_icon = element!("span", "class" = "card-goes"; icons::icon("", icon));
    element!(
        "a", part "card",
        "href" = href.to_owned(),
        "download" = download_name.map(str::to_owned),
        // Browsers do not save files from other origins, and must not leave the page for them.
        "target" = target,
        "rel" = "noopener noreferrer";
        group(inside.into_iter().chain([link_icon.into(), opens]).collect())
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::extension;

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
            assert_eq!(extension(name), type_of_it, "{name}");
        }
    }
}
