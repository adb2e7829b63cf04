//! Value syntaxes of tokens: as editors are told, and as a browser can check them.

/// Kind of value that a token takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// One colour.
    Color,
    /// One length with its unit, even if it is zero: the widget calculates with it.
    Length,
    /// One such length, or a percentage.
    LengthPercentage,
    /// One to four radii, as `border-radius` takes them.
    Corners,
    /// A number, not negative.
    Number,
    /// A whole number.
    Integer,
    /// A colour, gradient or picture, as `background` takes them.
    Background,
    /// Shadows, as `box-shadow` takes them.
    Shadow,
    /// Font families.
    FontFamily,
}

impl Syntax {
    /// Returns one word for it, for tools that make a control for such values.
    pub const fn kind(self) -> &'static str {
        self.row().0
    }

    /// Returns its definition in the value definition syntax of CSS.
    pub const fn definition(self) -> &'static str {
        self.row().1
    }

    /// Returns a declaration that a browser accepts if the value in the place of `VALUE` is valid:
    /// for `CSS.supports()`. A length is checked inside `calc()`, where the widget uses it: a zero
    /// without a unit is no length there.
    pub const fn check(self) -> &'static str {
        self.row().2
    }

    /// Returns the syntax for `@property`, if registering does no harm. Never for a colour: a
    /// registered colour is computed where it is set, with the page's `color-scheme`, and
    /// `light-dark()` could no longer follow the widget's own.
    pub const fn registered(self) -> Option<&'static str> {
        match self {
            Self::Length | Self::LengthPercentage | Self::Integer => Some(self.row().1),
            Self::Number => Some("<number>"),
            Self::Color | Self::Corners | Self::Background | Self::Shadow | Self::FontFamily => None,
        }
    }

    /// Returns kind, definition and check.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Color => ("color", "<color>", "color: VALUE"),
            Self::Length => ("length", "<length>", "outline-offset: calc(1 * (VALUE))"),
            Self::LengthPercentage => ("length-percentage", "<length-percentage>", "text-indent: calc(1 * (VALUE))"),
            Self::Corners => ("corners", "<length-percentage>{1,4}", "border-radius: VALUE"),
            Self::Number => ("number", "<number [0,∞]>", "flex-grow: VALUE"),
            Self::Integer => ("integer", "<integer>", "order: VALUE"),
            Self::Background => ("background", "<color> | <image> | <bg-layer>#", "background: VALUE"),
            Self::Shadow => ("shadow", "none | <shadow>#", "box-shadow: VALUE"),
            Self::FontFamily => ("font-family", "<font-family>#", "font-family: VALUE"),
        }
    }
}
