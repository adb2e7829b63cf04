//! What values a token takes: as editors are told, and as a browser can be asked.

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// One colour.
    Color,
    /// One length with its unit, also where it is zero: the widget calculates with it.
    Length,
    /// The same, or a share.
    LengthPercentage,
    /// One to four roundnesses, as `border-radius` takes them.
    Corners,
    /// A number, not negative.
    Number,
    /// A whole number.
    Integer,
    /// Colour, gradient or picture, as `background` takes them.
    Background,
    /// As `box-shadow` takes them.
    Shadow,
    /// Families of fonts.
    FontFamily,
}

impl Syntax {
    /// One word for it, for whoever makes a control for such values.
    pub const fn kind(self) -> &'static str {
        self.row().0
    }

    /// In CSS's own notation for values.
    pub const fn definition(self) -> &'static str {
        self.row().1
    }

    /// A declaration that a browser takes when the value in the place of `VALUE` is one of these:
    /// for `CSS.supports()`. A length is tried inside of `calc()`, where the widget uses it: a zero
    /// without a unit is none there.
    pub const fn check(self) -> &'static str {
        self.row().2
    }

    /// Kind, definition and check.
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

    /// The syntax to register it with by `@property`, where that does no harm. Never a colour's: a
    /// registered colour is worked out where it is set, by the page's `color-scheme`, and
    /// `light-dark()` could no longer follow the widget's own.
    pub const fn registered(self) -> Option<&'static str> {
        match self {
            Self::Length => Some("<length>"),
            Self::LengthPercentage => Some("<length-percentage>"),
            Self::Number => Some("<number>"),
            Self::Integer => Some("<integer>"),
            Self::Color | Self::Corners | Self::Background | Self::Shadow | Self::FontFamily => None,
        }
    }
}
