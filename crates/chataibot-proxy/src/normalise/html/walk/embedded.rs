//! Conversion of embedded content: images, form fields, players, frames.

use super::{
    super::{
        media,
        parse::{Element, Id, parse},
        style::{Spaces, Style},
        tree::Inline,
    },
    Inherited, Leave, Walk,
};
use crate::normalise::links;

impl Walk<'_> {
    pub(super) fn picture(&mut self, element: &Element, style: &Style, in_link: bool) {
        if style.is_tracking_pixel || media::is_tracking_pixel(element) {
            return;
        }
        self.has_media = true;
        let address = media::sources(element).find_map(links::anchor);
        let words = element.text_attribute("alt").map(str::to_owned);
        match (words.or_else(|| media::name_of(element)), address) {
            // An image of an emoji is part of the text beside it.
            (Some(words), _) if !words.contains(char::is_alphanumeric) => self.tree.text(&words),
            (Some(words), address) => self.add_alternative(address.filter(|_| !in_link), &words),
            (None, Some(address)) => self.unlabelled_images.push(address),
            (None, None) => {}
        }
    }

    /// Adds the text alternative of non-text content, as a link to it.
    fn add_alternative(&mut self, address: Option<String>, words: &str) {
        self.tree.text(" ");
        match address {
            Some(address) => {
                self.tree.open_inline(Inline::Link(address));
                self.tree.text(words);
                self.tree.close_link();
            }
            None => self.tree.text(words),
        }
        self.tree.text(" ");
    }

    pub(super) fn area(&mut self, element: &Element, in_link: bool) {
        let words = element.text_attribute("alt").map(str::to_owned);
        let address = element.attribute("href").and_then(links::anchor);
        let words = words.or_else(|| media::name_of(element)).or_else(|| address.as_deref().map(media::file_name_of));
        if let Some(words) = words {
            self.add_alternative(address.filter(|_| !in_link), &words);
        }
    }

    /// Adds the value or label of a form field.
    pub(super) fn field(&mut self, element: &Element) {
        let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let is_checked = element.attribute("checked").is_some();
        let words = match kind.as_str() {
            "hidden" | "password" | "file" | "color" | "range" => None,
            "checkbox" => Some(if is_checked { "☑" } else { "☐" }),
            "radio" => Some(if is_checked { "◉" } else { "○" }),
            "image" => element.attribute("alt").or(element.attribute("value")),
            _ => element.text_attribute("value").or(element.attribute("placeholder")),
        };
        self.add_alternative(None, words.unwrap_or_default());
    }

    /// Adds a video, audio or frame: its fallback content, and a link to it.
    pub(super) fn player(&mut self, id: Id, element: &Element, inner: Inherited) {
        let source = element.attribute("src").or(element.attribute("data")).filter(|source| !source.trim().is_empty());
        let source = source.or_else(|| {
            let mut children = self.document.child_elements(id);
            children.find(|child| child.name() == "source").and_then(|child| child.attribute("src"))
        });
        let is_frame = element.name() == "iframe";
        if media::is_tracking_pixel(element) && is_frame {
            return;
        }
        self.has_media |= element.name() != "canvas";
        let address = source.and_then(links::anchor).filter(|address| !address.starts_with("mailto:"));
        if is_frame
            && media::name_of(element).is_none()
            && element.attribute("srcdoc").is_none()
            && let Some(address) = &address
        {
            // A frame without a name is shown only if nothing else is, like an image without one.
            self.unlabelled_images.push(address.clone());
            return;
        }
        self.tree.open_paragraph();
        let name = media::name_of(element).or_else(|| address.as_deref().map(media::file_name_of));
        if let Some(document) = element.attribute("srcdoc").filter(|_| is_frame && !self.is_framed) {
            self.add_frame_document(document);
        } else if let Some(name) = name {
            self.add_alternative(address.filter(|_| !inner.in_link), &name);
        }
        if is_frame {
            // The content of an `iframe` element is for browsers without frames.
            return self.tree.close_paragraph();
        }
        self.tree.open_paragraph();
        self.schedule(id, inner, vec![Leave::Block]);
    }

    /// Adds the text of a frame's own document.
    fn add_frame_document(&mut self, html: &str) {
        let document = parse(html);
        let mut walk = Walk { is_framed: true, ..Walk::new(&document, self.tree) };
        walk.all(Spaces::Collapsed);
        let Walk { links_dropped, unlabelled_images, .. } = walk;
        self.links_dropped += links_dropped;
        self.unlabelled_images.extend(unlabelled_images);
    }
}
