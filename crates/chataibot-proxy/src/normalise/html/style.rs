//! What a `style` attribute says of meaning: what is hidden, kept apart, struck through.

use chataibot_wire::rich_text::Numbering;

use super::tree::Inline;

/// The part of an element's style that is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// It and all in it take no place, or can't be seen.
    pub is_hidden: bool,
    /// `visibility`, where it is set: unlike other ways to hide, what is inside may be shown again.
    pub is_visible: Option<bool>,
    /// Stands on lines of its own, or in a line but apart from its neighbours.
    pub display: Option<Display>,
    /// How white space is read.
    pub spaces: Option<Spaces>,
    /// Formatting.
    pub inlines: Vec<Inline>,
    /// As small as a picture that only counts its readers.
    pub is_dot: bool,
    /// How a list counts, where it is set.
    pub numbering: Option<Numbering>,
}

/// The ways in which an element takes no place or can't be seen; each may be taken back by a later declaration of the same name.
#[derive(Default)]
struct Hidden {
    not_displayed: bool,
    transparent: bool,
    /// No room, and nothing is seen outside of it.
    without_room: bool,
    cut_off: bool,
}

/// How an element stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    Block,
    Apart,
    Inline,
}

/// How white space is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spaces {
    /// Runs of it are one space.
    #[default]
    Collapsed,
    /// Lines stay, other runs are one space.
    Lines,
    /// All of it stays.
    Kept,
}

impl Style {
    pub fn of(attribute: &str) -> Self {
        let mut style = Self::default();
        let mut hidden = Hidden::default();
        for declaration in without_comments(attribute).split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.to_ascii_lowercase();
            style.declare(&name.trim().to_ascii_lowercase(), value.trim_end_matches("!important").trim(), &mut hidden);
        }
        style.is_hidden = hidden.not_displayed || hidden.transparent || hidden.without_room && hidden.cut_off;
        style
    }

    fn declare(&mut self, name: &str, value: &str, hidden: &mut Hidden) {
        let first = value.split_ascii_whitespace().next().unwrap_or_default();
        match name {
            "display" => {
                hidden.not_displayed = value == "none";
                self.display = match first {
                    "block" | "flex" | "grid" | "table" | "list-item" | "table-row" | "table-caption" | "flow-root" => {
                        Some(Display::Block)
                    }
                    "inline-block" | "inline-flex" | "inline-grid" | "inline-table" | "table-cell" => {
                        Some(Display::Apart)
                    }
                    "inline" | "contents" => Some(Display::Inline),
                    _ => None,
                };
            }
            "visibility" => {
                self.is_visible = match value {
                    "hidden" | "collapse" => Some(false),
                    "visible" => Some(true),
                    _ => self.is_visible,
                }
            }
            "opacity" => hidden.transparent = value.trim_end_matches('%').parse() == Ok(0.0),
            "overflow" => hidden.cut_off = matches!(first, "hidden" | "clip"),
            "list-style" | "list-style-type" => {
                self.numbering = value.split_ascii_whitespace().find_map(numbering).or(self.numbering);
            }
            "white-space" => {
                self.spaces = match first {
                    "pre" | "pre-wrap" | "break-spaces" => Some(Spaces::Kept),
                    "pre-line" => Some(Spaces::Lines),
                    "normal" | "nowrap" => Some(Spaces::Collapsed),
                    _ => self.spaces,
                }
            }
            "text-decoration" | "text-decoration-line" => {
                for word in value.split_ascii_whitespace() {
                    match word {
                        "line-through" => self.inlines.push(Inline::Strike),
                        "underline" => self.inlines.push(Inline::Underline),
                        _ => {}
                    }
                }
            }
            "font-weight" if value.starts_with("bold") || value.parse().is_ok_and(|weight: u16| weight >= 600) => {
                self.inlines.push(Inline::Bold);
            }
            "font-style" if matches!(first, "italic" | "oblique") => self.inlines.push(Inline::Italic),
            "vertical-align" => match value {
                "super" => self.inlines.push(Inline::Raised),
                "sub" => self.inlines.push(Inline::Lowered),
                _ => {}
            },
            "width" | "height" | "max-width" | "max-height" => {
                let is_none = matches!(value, "0" | "0px" | "0em" | "0%");
                hidden.without_room |= is_none && name.ends_with("height");
                self.is_dot |= is_none || matches!(value, "1px" | "2px");
            }
            _ => {}
        }
    }
}

fn numbering(word: &str) -> Option<Numbering> {
    Some(match word {
        "decimal" => Numbering::Numbers,
        "lower-alpha" | "lower-latin" => Numbering::Letters,
        "upper-alpha" | "upper-latin" => Numbering::CapitalLetters,
        "lower-roman" => Numbering::Roman,
        "upper-roman" => Numbering::CapitalRoman,
        _ => return None,
    })
}

fn without_comments(style: &str) -> String {
    let mut out = String::new();
    let mut rest = style;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out
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
        ] {
            assert!(!Style::of(shown).is_hidden, "{shown}");
        }
        assert_eq!(Style::of("visibility:hidden").is_visible, Some(false));
        assert_eq!(Style::of("visibility:visible").is_visible, Some(true));
    }
}
