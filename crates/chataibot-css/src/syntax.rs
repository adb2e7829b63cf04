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
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Color => "color",
            Self::Length => "length",
            Self::LengthPercentage => "length-percentage",
            Self::Corners => "corners",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Background => "background",
            Self::Shadow => "shadow",
            Self::FontFamily => "font-family",
        }
    }

    /// In CSS's own notation for values.
    #[must_use]
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Color => "<color>",
            Self::Length => "<length>",
            Self::LengthPercentage => "<length-percentage>",
            Self::Corners => "<length-percentage>{1,4}",
            Self::Number => "<number [0,∞]>",
            Self::Integer => "<integer>",
            Self::Background => "<color> | <image> | <bg-layer>#",
            Self::Shadow => "none | <shadow>#",
            Self::FontFamily => "<font-family>#",
        }
    }

    /// The syntax to register it with by `@property`, where that does no harm. Never a colour's: a registered colour is worked out where it
    /// is set, by the page's `color-scheme`, and `light-dark()` could no longer follow the widget's own.
    #[must_use]
    pub const fn registered(self) -> Option<&'static str> {
        match self {
            Self::Length => Some("<length>"),
            Self::LengthPercentage => Some("<length-percentage>"),
            Self::Number => Some("<number>"),
            Self::Integer => Some("<integer>"),
            Self::Color | Self::Corners | Self::Background | Self::Shadow | Self::FontFamily => None,
        }
    }

    /// A declaration that a browser takes when the value in the place of `VALUE` is one of these:
    /// for `CSS.supports()`. A length is tried inside of `calc()`, where the widget uses it: a zero
    /// without a unit is none there.
    #[must_use]
    pub const fn check(self) -> &'static str {
        match self {
            Self::Color => "color: VALUE",
            Self::Length => "outline-offset: calc(1 * (VALUE))",
            Self::LengthPercentage => "text-indent: calc(1 * (VALUE))",
            Self::Corners => "border-radius: VALUE",
            Self::Number => "flex-grow: VALUE",
            Self::Integer => "order: VALUE",
            Self::Background => "background: VALUE",
            Self::Shadow => "box-shadow: VALUE",
            Self::FontFamily => "font-family: VALUE",
        }
    }
}
