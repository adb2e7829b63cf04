//! One theming token: a public custom property with its default.

use crate::syntax::Syntax;

/// A public custom property, `--chataibot-NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Name without `--chataibot-`.
    pub name: &'static str,
    /// One of [`crate::GROUPS`].
    pub group: &'static str,
    /// The values it takes.
    pub syntax: Syntax,
    /// Default in CSS: what follows the comma where a sheet reads it, `var(--chataibot-NAME, …)`.
    pub css: &'static str,
    /// The value that results while no token is set.
    pub shown: LightDark,
    /// What it paints, or does.
    pub paints: &'static str,
    /// Name of the token that it follows while it is not set itself; empty if none.
    pub falls_back: &'static str,
    /// Its default in words, if its value says too little; else empty.
    pub words: &'static str,
}

/// A value in light and in dark colours.
#[derive(Clone, Copy, Debug)]
pub struct LightDark {
    /// Value in light colours.
    pub light: &'static str,
    /// Value in dark colours.
    pub dark: &'static str,
}

impl Token {
    /// Returns the property's name as a style sheet writes it.
    pub fn property(&self) -> String {
        format!("--chataibot-{}", self.name)
    }

    /// Returns its default for human readers.
    pub fn default_words(&self) -> String {
        let LightDark { light, dark } = self.shown;
        match self.words {
            "" if light == dark => light.to_owned(),
            "" => format!("{light}, dark {dark}"),
            words => words.to_owned(),
        }
    }

    /// Returns its declaration in `styles/tokens.css`; all other sheets read the private name.
    pub fn declaration(&self) -> String {
        format!("--_{}: var({}, {});", self.name, self.property(), self.css)
    }

    /// Returns its registration; none if it follows another token, as a registered one never would.
    pub fn registration(&self) -> Option<String> {
        let syntax = self.syntax.registered().filter(|_| self.falls_back.is_empty())?;
        let (property, initial) = (self.property(), self.shown.light);
        Some(format!("@property {property} {{ syntax: \"{syntax}\"; inherits: true; initial-value: {initial} }}\n"))
    }
}
