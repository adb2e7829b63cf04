//! Conversion of embedded content: images, form fields, players, frames.

use super::super::media;
use super::super::parse::{Element, parse};
use super::super::style::{Spaces, Style};
use super::{Display, Inherited, Walk, walk};
use crate::normalise::links;

impl Walk<'_> {
    pub(super) fn picture(&mut self, element: &Element, style: &Style, in_link: bool) {
        if style.is_tracking_pixel || media::is_tracking_pixel(element) {
            return;
        }
        self.found.has_media = true;
        let address = media::sources(element).find_map(links::anchor);
        match (media::alternative_of(element), address) {
            // An image of an emoji is part of the text beside it.
            (Some(words), _) if !words.contains(char::is_alphanumeric) => self.tree.text(&words),
            (Some(words), address) => self.add_alternative(address.filter(|_| !in_link), &words),
            (None, Some(address)) => self.found.unlabelled_images.push(address),
            (None, None) => {}
        }
    }

    /// Adds the text alternative of non-text content, as a link to it.
    fn add_alternative(&mut self, address: Option<String>, words: &str) {
        self.tree.text(" ");
        match address {
            Some(address) => self.tree.link(address, words),
            None => self.tree.text(words),
        }
        self.tree.text(" ");
    }

    pub(super) fn area(&mut self, element: &Element, in_link: bool) {
        let address = element.attribute("href").and_then(links::anchor);
        let words = media::alternative_of(element).or_else(|| address.as_deref().map(media::file_name_of));
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
    pub(super) fn player(&mut self, element: &Element, inner: Inherited) {
        let is_frame = element.name() == "iframe";
        if is_frame && media::is_tracking_pixel(element) {
            return;
        }
        self.found.has_media |= element.name() != "canvas";
        let source = element.attribute("src").or(element.attribute("data")).filter(|source| !source.trim().is_empty());
        let source = source.or_else(|| self.document.child(element.id, "source")?.attribute("src"));
        let address = source.and_then(links::anchor).filter(|address| !address.starts_with("mailto:"));
        let name = media::name_of(element);
        let frame = element.attribute("srcdoc").filter(|_| is_frame);
        if let (true, None, None, Some(address)) = (is_frame, &name, frame, &address) {
            // A frame without a name is shown only if nothing else is, like an image without one.
            return self.found.unlabelled_images.push(address.clone());
        }
        self.open_display(Display::Block);
        if let Some(html) = frame.filter(|_| !self.is_framed) {
            // The text of the frame's own document.
            walk(&parse(html), self.tree, self.found, Spaces::Collapsed, true);
        } else if let Some(name) = name.or_else(|| address.as_deref().map(media::file_name_of)) {
            self.add_alternative(address.filter(|_| !inner.in_link), &name);
        }
        // The content of an `iframe` element is for browsers without frames.
        if !is_frame {
            self.open_display(Display::Block);
            self.enter_children(element, inner);
        }
    }
}
