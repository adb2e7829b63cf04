//! Interpreter of `style` attributes, for the declarations that carry meaning: hidden, separated,
//! struck through.

use chataibot_wire::rich_text::Numbering;

use super::{parse::Element, symbols::is_symbolic, tags::is_in, tree::Inline};
use declarations::declarations;

mod declarations;

/// The supported part of an element's style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The element and all its content take no space or are invisible.
    pub is_hidden: bool,
    /// `visibility`, if set: unlike with other ways to hide, descendants can be visible again.
    pub is_visible: Option<bool>,
    /// How the element is laid out, if set.
    pub display: Option<Display>,
    /// Taken out of the flow, and so separated from its neighbours whatever its display.
    pub is_out_of_flow: bool,
    /// Its children are laid out side by side, each separated from the others.
    pub is_row: bool,
    /// How white space is handled, if set.
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Nothing,
    Bullet,
    Number(Numbering),
}

/// The ways in which an element takes no space or is invisible; a later declaration of the same
/// name can undo each.
#[derive(Default)]
struct Hidden {
    is_display_none: bool,
    is_transparent: bool,
    /// Zero height. Hides the element only together with `clips_overflow`.
    has_zero_height: bool,
    clips_overflow: bool,
    is_not_rendered: bool,
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
        let mut hidden = Hidden::default();
        for (name, value) in declarations(attribute) {
            let first = value.split_ascii_whitespace().next().unwrap_or_default();
            style.declare_box(&name, &value, first, &mut hidden);
            style.declare_text(&name, &value, first);
        }
        let Hidden { is_display_none, is_transparent, has_zero_height, clips_overflow, is_not_rendered } = hidden;
        style.is_hidden = is_display_none || is_transparent || is_not_rendered || has_zero_height && clips_overflow;
        style
    }

    fn format(&mut self, inline: Inline, is_on: bool) {
        self.added_inlines.retain(|one| *one != inline);
        self.removed_inlines.retain(|one| *one != inline);
        if is_on { self.added_inlines.push(inline) } else { self.removed_inlines.push(inline) }
    }

    /// Reads a declaration about the element's box: whether and where it is shown.
    fn declare_box(&mut self, name: &str, value: &str, first: &str, hidden: &mut Hidden) {
        match name {
            "display" => {
                if let Some(displayed) = displayed(value) {
                    hidden.is_display_none = displayed == Displayed::No;
                    self.is_row = matches!(displayed, Displayed::Row(_));
                    self.display = match displayed {
                        Displayed::As(display) | Displayed::Row(display) => Some(display),
                        Displayed::No | Displayed::Usual => None,
                    };
                }
            }
            "float" => self.is_out_of_flow = !matches!(value, "none" | "initial" | "inherit" | "unset" | "revert"),
            "position" => self.is_out_of_flow |= matches!(value, "absolute" | "fixed"),
            "content-visibility" => hidden.is_not_rendered = value == "hidden",
            "visibility" => {
                self.is_visible = match value {
                    "hidden" | "collapse" => Some(false),
                    "visible" => Some(true),
                    _ => self.is_visible,
                }
            }
            "opacity" => {
                if let Ok(opacity) = value.trim_end_matches('%').parse::<f32>() {
                    hidden.is_transparent = opacity <= 0.0;
                }
            }
            "overflow" => hidden.clips_overflow = matches!(first, "hidden" | "clip"),
            "width" | "height" | "max-width" | "max-height" => {
                let is_none = matches!(value, "0" | "0px" | "0em" | "0%");
                hidden.has_zero_height |= is_none && name.ends_with("height");
                self.is_tracking_pixel |= is_none || matches!(value, "1px" | "2px");
            }
            _ => {}
        }
    }

    /// Reads a declaration about the text in the element: its white space, markers and formatting.
    fn declare_text(&mut self, name: &str, value: &str, first: &str) {
        match name {
            "list-style" | "list-style-type" => {
                self.marker = value.split_ascii_whitespace().find_map(marker).or(self.marker);
            }
            "white-space" => {
                self.spaces = match first {
                    "pre" | "pre-wrap" | "break-spaces" => Some(Spaces::Kept),
                    "pre-line" => Some(Spaces::Lines),
                    "normal" | "nowrap" => Some(Spaces::Collapsed),
                    _ => self.spaces,
                }
            }
            "white-space-collapse" => {
                self.spaces = match first {
                    "preserve" | "preserve-spaces" | "break-spaces" => Some(Spaces::Kept),
                    "preserve-breaks" => Some(Spaces::Lines),
                    "collapse" => Some(Spaces::Collapsed),
                    _ => self.spaces,
                }
            }
            "text-decoration" | "text-decoration-line" => {
                self.format(Inline::Strike, value.contains("line-through"));
                self.format(Inline::Underline, value.contains("underline"));
            }
            "font-weight" => {
                let weight = match value {
                    "bold" | "bolder" => Some(700.0),
                    "normal" | "lighter" => Some(400.0),
                    _ => value.parse::<f32>().ok(),
                };
                if let Some(weight) = weight {
                    self.format(Inline::Bold, weight >= 600.0);
                }
            }
            "font-style" => match first {
                "italic" | "oblique" => self.format(Inline::Italic, true),
                "normal" => self.format(Inline::Italic, false),
                _ => {}
            },
            "font-family" => self.is_symbolic = is_symbolic(value).or(self.is_symbolic),
            "font-size" => self.is_tiny = is_tiny(value).or(self.is_tiny),
            "vertical-align" => {
                if matches!(value, "super" | "sub" | "baseline") {
                    self.format(Inline::Raised, value == "super");
                    self.format(Inline::Lowered, value == "sub");
                }
            }
            _ => {}
        }
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
const NUMBERED: &str = "decimal decimal-leading-zero lower-greek hebrew armenian georgian hiragana katakana \
    cjk-ideographic persian bengali devanagari thai khmer lao";

fn marker(word: &str) -> Option<Marker> {
    Some(Marker::Number(match word {
        "none" => return Some(Marker::Nothing),
        "disc" | "circle" | "square" | "disclosure-open" | "disclosure-closed" => return Some(Marker::Bullet),
        "lower-alpha" | "lower-latin" => Numbering::Letters,
        "upper-alpha" | "upper-latin" => Numbering::CapitalLetters,
        "lower-roman" => Numbering::Roman,
        "upper-roman" => Numbering::CapitalRoman,
        _ if is_in(NUMBERED, word) => Numbering::Numbers,
        _ if ["-indic", "-decimal", "-informal", "-formal"].into_iter().any(|end| word.ends_with(end)) => {
            Numbering::Numbers
        }
        _ => return None,
    }))
}

/// The meaning of a `display` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Displayed {
    No,
    /// The element's default display.
    Usual,
    As(Display),
    /// The same, with its children side by side.
    Row(Display),
}

/// Parses a `display` value. `None` if it is invalid, which browsers ignore.
fn displayed(value: &str) -> Option<Displayed> {
    use Display::{Apart, Block, Inline};
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    Some(match words[..] {
        ["none"] => Displayed::No,
        ["inherit" | "unset" | "revert" | "revert-layer"] => Displayed::Usual,
        ["flex" | "grid" | "-webkit-box" | "-webkit-flex"] | ["block", "flex" | "grid"] => Displayed::Row(Block),
        ["inline-flex" | "inline-grid" | "-webkit-inline-box" | "-webkit-inline-flex"]
        | ["inline", "flex" | "grid"] => Displayed::Row(Apart),
        ["block" | "flow-root" | "list-item" | "table"]
        | ["block", "flow" | "flow-root" | "table" | "list-item"]
        | ["table-row" | "table-caption" | "table-row-group" | "table-header-group" | "table-footer-group"] => {
            Displayed::As(Block)
        }
        ["inline-block" | "inline-table" | "table-cell"] | ["inline", "flow-root" | "table"] => Displayed::As(Apart),
        ["inline" | "contents" | "ruby" | "initial"] | ["inline", "flow"] => Displayed::As(Inline),
        _ => return None,
    })
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
            assert!(Style::of(hidden).is_hidden, "{hidden}");
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
            assert!(!Style::of(shown).is_hidden, "{shown}");
        }
        assert_eq!(Style::of("visibility:hidden").is_visible, Some(false));
        assert_eq!(Style::of("visibility:visible").is_visible, Some(true));
    }
}
