//! An image's address and text alternative, and its element, small or large.

use yew::{prelude::*, virtual_dom::VTag};

use crate::components::elements::*;

/// A picture's validated address and its text alternative.
#[derive(Clone, PartialEq)]
pub(super) struct Image {
    pub(super) address: AttrValue,
    pub(super) words: AttrValue,
}

impl Image {
    /// Renders the picture, optionally with a class and a size.
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
