//! The tokens, in the order in which a designer changes them: derived ones come later.

use crate::syntax::Syntax;
use crate::token::{LightDark, Token};

/// The groups, each with its title.
pub const GROUPS: &[(&str, &str)] = &[
    ("brand", "Brand: change these first"),
    ("roles", "Roles: colours by purpose; each has a light and a dark value"),
    ("place", "Place on the page"),
    ("launcher", "Launcher"),
    ("window", "Window"),
    ("header", "Header and avatar"),
    ("bubbles", "Bubbles"),
    ("composer", "Composer"),
];

/// Declares the tokens by group. A row has name, syntax, the resulting value (in light and, if it
/// differs, in dark colours) and what it paints; then, where needed, its CSS if that is not the
/// value, the token that it follows, and the default in words.
macro_rules! tokens {
    ($($group:literal { $(
        $name:literal $syntax:ident $light:literal $(/ $dark:literal)?, $paints:literal
        $(, css $css:literal)? $(, follows $falls_back:literal)? $(, words $words:literal)?;
    )+ })+) => {
        /// Every token.
        pub const TOKENS: &[Token] = &[$($(Token {
            name: $name,
            group: $group,
            syntax: Syntax::$syntax,
            css: first!($($css,)? light_dark!($light $(, $dark)?)),
            shown: LightDark { light: $light, dark: first!($($dark,)? $light) },
            paints: $paints,
            falls_back: concat!($($falls_back)?),
            words: concat!($($words)?),
        }),+),+];
    };
}

macro_rules! first {
    ($first:expr $(, $other:expr)?) => {
        $first
    };
}

macro_rules! light_dark {
    ($both:literal) => {
        $both
    };
    ($light:literal, $dark:literal) => {
        concat!("light-dark(", $light, ", ", $dark, ")")
    };
}

tokens! {
    "brand" {
        "accent" Color "#2f5bea", "brand colour; launcher, own bubbles, send button";
        "on-accent" Color "#ffffff", "text and icons on the brand colour",
            css "#fff", follows "accent", words "white or black, whichever has more contrast";
        "font" FontFamily "system-ui, sans-serif", "font family",
            words "the system's interface font";
        "font-size" Length "15px", "text size of messages; all lengths inside scale with it";
        "radius" LengthPercentage "18px", "roundness of bubbles, fields and buttons";
        "density" Number "1",
            "factor on the spacing in and between messages, in the header and in the composer; 0.6 is compact";
        "z-index" Integer "2147483000", "stacking order of the widget on the page";
        "motion" Number "1", "factor on the duration of all animations; 0 turns them off";
    }
    "roles" {
        "surface" Color "#ffffff" / "#16181d", "background of the window";
        "surface-raised" Color "#f1f3f7" / "#24272f", "background of raised elements in the window: bot bubbles, hover";
        "text" Color "#171a21" / "#eceef3", "text";
        "text-muted" Color "#5d6473" / "#a2a9b8", "muted text: times, hints, placeholders";
        "line" Color "#e3e6ec" / "#30343e", "thin dividing lines";
        "line-strong" Color "#8a91a0" / "#6f7787", "borders of fields and buttons";
        "link" Color "#2750de" / "#99bcff", "links and text buttons",
            css "#2148c7", follows "accent", words "the brand colour, darkened or lightened for contrast";
        "focus" Color "#2750de" / "#99bcff", "ring around the focused element",
            css "var(--_link)", follows "link", words "the link colour";
        "danger" Color "#b3261e" / "#ff9c93", "failed messages and errors";
        "warning" Color "#7a4d00" / "#f3c26b", "connection notices";
        "success" Color "#16935a" / "#45c98b", "the dot of a live connection";
    }
    "place" {
        "offset-inline" Length "20px", "distance of the launcher from the side of the page";
        "offset-block" Length "20px", "distance of the launcher from the top or bottom of the page";
    }
    "launcher" {
        "launcher-size" Length "60px", "width and height of the launcher";
        "launcher-radius" Corners "50%", "roundness of the launcher";
        "launcher-background" Background "#2f5bea", "background of the launcher",
            css "var(--_accent)", follows "accent", words "the brand colour";
        "launcher-color" Color "#ffffff", "icon of the launcher",
            css "var(--_on-accent)", follows "on-accent", words "the colour on the brand colour";
        "badge-background" Background "#d3222f", "background of the unread count";
        "badge-color" Color "#ffffff", "digits of the unread count",
            css "#fff";
    }
    "window" {
        "window-width" LengthPercentage "400px", "width of the window";
        "window-height" LengthPercentage "680px", "height of the window, if there is room for it";
        "window-radius" LengthPercentage "20px", "roundness of the window";
        "window-shadow" Shadow
            "0 0 0 1px rgb(16 24 40 / 0.06), 0 2px 6px rgb(16 24 40 / 0.06), \
             0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)" /
            "0 0 0 1px rgb(255 255 255 / 0.08), 0 2px 6px rgb(16 24 40 / 0.06), \
             0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)",
            "shadow of the window",
            css "0 0 0 1px light-dark(rgb(16 24 40 / 0.06), rgb(255 255 255 / 0.08)), 0 2px 6px rgb(16 24 40 / 0.06), \
                 0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)",
            words "three soft shadows";
    }
    "header" {
        "header-background" Background "linear-gradient(rgb(47 91 234 / 0.11), transparent)",
            "background of the header",
            css "linear-gradient(color-mix(in srgb, var(--_accent) 11%, transparent), transparent)",
            follows "accent", words "a faint gradient of the brand colour";
        "header-color" Color "#171a21" / "#eceef3", "text and icons of the header",
            css "var(--_text)", follows "text", words "the text colour";
        "avatar-background" Background "linear-gradient(140deg, #4976ef, #2f5bea 62%)",
            "background of the bot's avatar",
            css "linear-gradient(140deg, color-mix(in oklab, var(--_accent) 86%, #fff), var(--_accent) 62%)",
            follows "accent", words "the brand colour";
        "avatar-color" Color "#ffffff", "letter or icon on the avatar",
            css "var(--_on-accent)", follows "on-accent", words "the colour on the brand colour";
    }
    "bubbles" {
        "bubble-radius" LengthPercentage "18px", "roundness of bubbles",
            css "var(--_radius)", follows "radius", words "the radius";
        "bubble-bot-background" Background "#f1f3f7" / "#24272f", "bubbles of bot and team",
            css "var(--_surface-raised)", follows "surface-raised", words "the raised surface colour";
        "bubble-bot-color" Color "#171a21" / "#eceef3", "text in bubbles of bot and team",
            css "var(--_text)", follows "text", words "the text colour";
        "bubble-visitor-background" Background "#2f5bea", "the visitor's bubbles",
            css "var(--_accent)", follows "accent", words "the brand colour";
        "bubble-visitor-color" Color "#ffffff", "text in the visitor's bubbles",
            css "var(--_on-accent)", follows "on-accent", words "the colour on the brand colour";
    }
    "composer" {
        "composer-background" Background "#ffffff" / "#1f2126", "background of the message field",
            css "light-dark(var(--_surface), color-mix(in srgb, var(--_text) 4%, var(--_surface)))",
            follows "surface", words "the surface colour; slightly lighter in dark colours";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{GROUPS, TOKENS};

    #[test]
    fn tokens_stand_once_in_a_group_and_in_the_order_of_the_groups() {
        let names: BTreeSet<&str> = TOKENS.iter().map(|token| token.name).collect();
        assert_eq!(names.len(), TOKENS.len());
        let place = |group| GROUPS.iter().position(|(name, _)| *name == group);
        let places: Vec<Option<usize>> = TOKENS.iter().map(|token| place(token.group)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    }

    #[test]
    fn what_a_token_follows_is_a_token_that_its_value_is_made_from() {
        for token in TOKENS {
            let read: Vec<&str> =
                token.css.split("var(--_").skip(1).filter_map(|rest| rest.split(')').next()).collect();
            let known = TOKENS.iter().any(|other| other.name == token.falls_back);
            assert_eq!(known, !token.falls_back.is_empty(), "{}", token.name);
            // The colours computed from the brand colour have a plain value where browsers cannot
            // compute them.
            if !["on-accent", "link"].contains(&token.name) {
                assert_eq!(read.is_empty(), token.falls_back.is_empty(), "{}", token.name);
                assert!(read.is_empty() || read.contains(&token.falls_back), "{}: {read:?}", token.name);
            }
        }
    }
}
