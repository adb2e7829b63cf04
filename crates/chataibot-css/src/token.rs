//! One public custom property.

use crate::syntax::Syntax;

/// A public custom property, `--chataibot-NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Without `--chataibot-`.
    pub name: &'static str,
    /// One of [`crate::GROUPS`].
    pub group: &'static str,
    /// What values it takes.
    pub syntax: Syntax,
    /// What stands behind the comma where a style sheet reads it: `var(--chataibot-NAME, …)`.
    pub css: &'static str,
    /// What that comes to while no token is set.
    pub shown: LightDark,
    /// What it paints, or does.
    pub paints: &'static str,
    /// Name of the token that it follows while it is not set itself; empty where it follows none.
    pub falls_back: &'static str,
    /// Its default in words, where its value says too little.
    pub words: &'static str,
}

/// A value in light and in dark colours.
#[derive(Clone, Copy, Debug)]
pub struct LightDark {
    /// In light ones.
    pub light: &'static str,
    /// In dark ones.
    pub dark: &'static str,
}

/// In `group`, with what it paints: its default as CSS and what that comes to are `css` and
/// `shown`.
pub(crate) const fn token(
    group: &'static str,
    name: &'static str,
    syntax: Syntax,
    (css, shown): (&'static str, LightDark),
    paints: &'static str,
) -> Token {
    Token { name, group, syntax, css, shown, paints, falls_back: "", words: "" }
}

/// One default for light and dark colours.
pub(crate) const fn both(value: &'static str) -> (&'static str, LightDark) {
    (value, LightDark { light: value, dark: value })
}

/// One default for each.
macro_rules! light_dark {
    ($light:literal, $dark:literal) => {
        (concat!("light-dark(", $light, ", ", $dark, ")"), LightDark { light: $light, dark: $dark })
    };
}
pub(crate) use light_dark;

impl Token {
    /// Written in another way in CSS.
    pub(crate) const fn css(self, css: &'static str) -> Self {
        Self { css, ..self }
    }

    /// Its default is said in words.
    pub(crate) const fn words(self, words: &'static str) -> Self {
        Self { words, ..self }
    }

    /// Follows the token `falls_back` by this CSS.
    pub(crate) const fn follows(self, falls_back: &'static str, css: &'static str) -> Self {
        Self { falls_back, css, ..self }
    }

    /// As a style sheet writes it.
    pub fn property(&self) -> String {
        format!("--chataibot-{}", self.name)
    }

    /// Its default for a person who reads.
    pub fn default_words(&self) -> String {
        let LightDark { light, dark } = self.shown;
        match self.words {
            "" if light == dark => light.to_owned(),
            "" => format!("{light}, dark {dark}"),
            words => words.to_owned(),
        }
    }

    /// The declaration that stands in `styles/tokens.css`: all other sheets read the private name.
    pub fn declaration(&self) -> String {
        format!("--_{}: var({}, {});", self.name, self.property(), self.css)
    }

    /// Its registration. None where it follows another token: what is registered has a value of its
    /// own always, so that it would never follow.
    pub fn registration(&self) -> Option<String> {
        let syntax = self.syntax.registered().filter(|_| self.falls_back.is_empty())?;
        let (property, initial) = (self.property(), self.shown.light);
        Some(format!("@property {property} {{ syntax: \"{syntax}\"; inherits: true; initial-value: {initial} }}\n"))
    }
}
