//! Interpreter of those `style` declarations that carry meaning: hidden, separated, struck through.

use chataibot_wire::rich_text::{Numbering, Shift};

use super::{parse::Element, symbols::is_symbolic, tags::Names, tree::Inline};
use declarations::declarations;

mod declarations;

/// The supported part of an element's style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// `visibility`, if set: unlike with other ways to hide, descendants can be visible again.
    pub is_invisible: Option<bool>,
    pub display: Option<Display>,
    /// Taken out of the flow, and so separated from its neighbours whatever its display.
    pub is_out_of_flow: bool,
    /// Its children are laid out side by side, each separated from the others.
    pub is_row: bool,
    pub spaces: Option<Spaces>,
    /// Formatting that the style adds.
    pub added_inlines: Vec<Inline>,
    /// Formatting that the style removes.
    pub removed_inlines: Vec<Inline>,
    /// Whether the font size is zero, if set.
    pub is_tiny: Option<bool>,
    /// Whether the font is a symbol font, if set.
    pub is_symbolic: Option<bool>,
    /// As small as a tracking pixel.
    pub is_tracking_pixel: bool,
    /// The marker of the list's items or of this item, if set.
    pub marker: Option<Marker>,
    // Ways to take no space or be invisible; a later declaration of the same name undoes each.
    is_display_none: bool,
    is_transparent: bool,
    has_zero_height: bool,
    clips_overflow: bool,
    is_not_rendered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Nothing,
    Bullet,
    Number(Numbering),
}

/// How an element is laid out among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    Block,
    Apart,
    Inline,
}

/// How white space is handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spaces {
    /// Runs of white space become one space.
    #[default]
    Collapsed,
    /// Line breaks are kept, other runs become one space.
    Lines,
    /// All white space is kept.
    Kept,
}

impl Style {
    pub fn of_element(element: &Element) -> Self {
        Self::of(element.attribute("style").unwrap_or_default())
    }

    pub fn of(attribute: &str) -> Self {
        let mut style = Self::default();
        for (name, value) in declarations(attribute) {
            style.declare(&name, &value);
        }
        style
    }

    /// Whether the element and all its content take no space or are invisible.
    pub fn is_hidden(&self) -> bool {
        let has_no_space = self.is_display_none || self.has_zero_height && self.clips_overflow;
        has_no_space || self.is_transparent || self.is_not_rendered
    }

    fn format(&mut self, inline: Inline, is_on: bool) {
        self.added_inlines.retain(|one| *one != inline);
        self.removed_inlines.retain(|one| *one != inline);
        if is_on { self.added_inlines.push(inline) } else { self.removed_inlines.push(inline) }
    }

    fn declare(&mut self, name: &str, value: &str) {
        let first = value.split_ascii_whitespace().next().unwrap_or_default();
        match name {
            "display" => self.declare_display(value),
            "float" => self.is_out_of_flow = !matches!(value, "none" | "initial" | "inherit" | "unset" | "revert"),
            "position" => self.is_out_of_flow |= matches!(value, "absolute" | "fixed"),
            "content-visibility" => self.is_not_rendered = value == "hidden",
            "visibility" => match value {
                "hidden" | "collapse" => self.is_invisible = Some(true),
                "visible" => self.is_invisible = Some(false),
                _ => {}
            },
            "opacity" => {
                let opacity = value.trim_end_matches('%').parse::<f32>();
                self.is_transparent = opacity.map_or(self.is_transparent, |opacity| opacity <= 0.0);
            }
            "overflow" => self.clips_overflow = matches!(first, "hidden" | "clip"),
            "width" | "height" | "max-width" | "max-height" => {
                let is_none = matches!(value, "0" | "0px" | "0em" | "0%");
                self.has_zero_height |= is_none && name.ends_with("height");
                self.is_tracking_pixel |= is_none || matches!(value, "1px" | "2px");
            }
            "list-style" | "list-style-type" => {
                self.marker = value.split_ascii_whitespace().find_map(marker).or(self.marker);
            }
            "white-space" | "white-space-collapse" => match (name, first) {
                (_, "break-spaces")
                | ("white-space", "pre" | "pre-wrap")
                | ("white-space-collapse", "preserve" | "preserve-spaces") => self.spaces = Some(Spaces::Kept),
                ("white-space", "pre-line") | ("white-space-collapse", "preserve-breaks") => {
                    self.spaces = Some(Spaces::Lines);
                }
                ("white-space", "normal" | "nowrap") | ("white-space-collapse", "collapse") => {
                    self.spaces = Some(Spaces::Collapsed);
                }
                _ => {}
            },
            "text-decoration" | "text-decoration-line" => {
                self.format(Inline::Strike, value.contains("line-through"));
                self.format(Inline::Underline, value.contains("underline"));
            }
            "font-weight" => match (value, value.parse::<f32>()) {
                ("bold" | "bolder", _) => self.format(Inline::Bold, true),
                ("normal" | "lighter", _) => self.format(Inline::Bold, false),
                (_, Ok(weight)) => self.format(Inline::Bold, weight >= 600.0),
                _ => {}
            },
            "font-style" if matches!(first, "italic" | "oblique" | "normal") => {
                self.format(Inline::Italic, first != "normal");
            }
            "font-family" => self.is_symbolic = is_symbolic(value).or(self.is_symbolic),
            "font-size" => self.is_tiny = is_tiny(value).or(self.is_tiny),
            "vertical-align" if matches!(value, "super" | "sub" | "baseline") => {
                self.format(Inline::Shift(Shift::Sup), value == "super");
                self.format(Inline::Shift(Shift::Sub), value == "sub");
            }
            _ => {}
        }
    }

    /// Reads a `display` value. An invalid one is ignored, as in browsers.
    fn declare_display(&mut self, value: &str) {
        use Display::{Apart, Block, Inline};
        let words: Vec<&str> = value.split_ascii_whitespace().collect();
        let (display, is_row) = match words[..] {
            ["none" | "inherit" | "unset" | "revert" | "revert-layer"] => (None, false),
            ["flex" | "grid" | "-webkit-box" | "-webkit-flex"] | ["block", "flex" | "grid"] => (Some(Block), true),
            ["inline-flex" | "inline-grid" | "-webkit-inline-box" | "-webkit-inline-flex"]
            | ["inline", "flex" | "grid"] => (Some(Apart), true),
            ["block" | "flow-root" | "list-item" | "table"]
            | ["block", "flow" | "flow-root" | "table" | "list-item"]
            | ["table-row" | "table-caption" | "table-row-group" | "table-header-group" | "table-footer-group"] => {
                (Some(Block), false)
            }
            ["inline-block" | "inline-table" | "table-cell"] | ["inline", "flow-root" | "table"] => {
                (Some(Apart), false)
            }
            ["inline" | "contents" | "ruby" | "initial"] | ["inline", "flow"] => (Some(Inline), false),
            _ => return,
        };
        (self.display, self.is_row, self.is_display_none) = (display, is_row, value == "none");
    }
}

/// Whether text of this font size is invisible; `None` if that depends on the surroundings.
fn is_tiny(size: &str) -> Option<bool> {
    let unit = size.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-' | 'e')).unwrap_or(size.len());
    let (number, unit) = size.split_at(size.strip_prefix(char::is_alphabetic).map_or(unit, |_| 0));
    match (number.parse::<f32>(), unit) {
        (Ok(0.0), _) => Some(true),
        (Ok(_), "px" | "pt" | "pc" | "cm" | "mm" | "in" | "rem" | "vw" | "vh") => Some(false),
        (Err(_), _) if size.ends_with("small") || size.ends_with("large") || size == "medium" => Some(false),
        _ => None,
    }
}

/// Markers that count. Those in other scripts are shown as decimal numbers, too.
const NUMBERED: Names = Names(
    "decimal decimal-leading-zero lower-greek hebrew armenian georgian hiragana katakana cjk-ideographic \
    persian bengali devanagari thai khmer lao",
);
const NUMBERED_ENDS: [&str; 4] = ["-indic", "-decimal", "-informal", "-formal"];

fn marker(word: &str) -> Option<Marker> {
    Some(Marker::Number(match word {
        "none" => return Some(Marker::Nothing),
        "disc" | "circle" | "square" | "disclosure-open" | "disclosure-closed" => return Some(Marker::Bullet),
        "lower-alpha" | "lower-latin" => Numbering::Letters,
        "upper-alpha" | "upper-latin" => Numbering::CapitalLetters,
        "lower-roman" => Numbering::Roman,
        "upper-roman" => Numbering::CapitalRoman,
        _ if NUMBERED.contains(word) || NUMBERED_ENDS.iter().any(|end| word.ends_with(end)) => Numbering::Numbers,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_known_however_it_is_written() {
        for hidden in [
            "display:none",
            "DISPLAY : None !important",
            "color:red;display:none",
            "opacity:0",
            "opacity:0;display:block",
            "/*x*/display:none;",
            "max-height:0;overflow:hidden",
            "overflow: hidden; height: 0px",
            "display: none ! important",
            "display:none!important;display:block",
            "display:none;display:nonsense",
            "display:\\6eone",
            "d\\69splay:n\\00006f ne",
            "display:/* ; */none",
            "display:none/* unclosed",
            "background:url('a;b:c');display:none",
            "@x;display:none",
            "opacity:0%",
            "content-visibility:hidden",
        ] {
            assert!(Style::of(hidden).is_hidden(), "{hidden}");
        }
        for shown in [
            "",
            "display:block",
            "display:none;display:block",
            "opacity:0.5",
            "opacity:0;opacity:1",
            "max-height:0",
            "overflow:hidden",
            "overflow:hidden;width:0",
            "content:'display:none'",
            "/*display:none*/",
            "dis/**/play:none",
            "display:no/**/ne",
            "display:none none",
            "display:none}",
            "content:'; display:none; '",
            "background:url(a;display:none;b)",
            "display:block !important;display:none",
            "opacity:none",
        ] {
            assert!(!Style::of(shown).is_hidden(), "{shown}");
        }
        assert_eq!(Style::of("visibility:hidden").is_invisible, Some(true));
        assert_eq!(Style::of("visibility:visible").is_invisible, Some(false));
    }
}
