//! The tokens, in the order in which a designer changes them: derived ones come after those that
//! they derive from.

use crate::{
    syntax::Syntax::{Background, Color, Corners, FontFamily, Integer, Length, LengthPercentage, Number, Shadow},
    token::{LightDark, Token, both, light_dark, token},
};

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

/// The default shadow of the window; its hairline differs between light and dark.
const SHADOW: (&str, LightDark) = (
    "0 0 0 1px light-dark(rgb(16 24 40 / 0.06), rgb(255 255 255 / 0.08)), 0 2px 6px rgb(16 24 40 / 0.06), \
     0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)",
    LightDark {
        light: "0 0 0 1px rgb(16 24 40 / 0.06), 0 2px 6px rgb(16 24 40 / 0.06), \
                0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)",
        dark: "0 0 0 1px rgb(255 255 255 / 0.08), 0 2px 6px rgb(16 24 40 / 0.06), \
               0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)",
    },
);

/// Every token.
pub const TOKENS: &[Token] = &[
    token("brand", "accent", Color, both("#2f5bea"), "brand colour; launcher, own bubbles, send button"),
    token("brand", "on-accent", Color, both("#ffffff"), "text and icons on the brand colour")
        .follows("accent", "#fff")
        .words("white or black, whichever has more contrast"),
    token("brand", "font", FontFamily, both("system-ui, sans-serif"), "font family")
        .words("the system's interface font"),
    token("brand", "font-size", Length, both("15px"), "text size of messages; all lengths inside scale with it"),
    token("brand", "radius", LengthPercentage, both("18px"), "roundness of bubbles, fields and buttons"),
    token(
        "brand",
        "density",
        Number,
        both("1"),
        "factor on the spacing in and between messages, in the header and in the composer; 0.6 is compact",
    ),
    token("brand", "z-index", Integer, both("2147483000"), "stacking order of the widget on the page"),
    token("brand", "motion", Number, both("1"), "factor on the duration of all animations; 0 turns them off"),
    token("roles", "surface", Color, light_dark!("#ffffff", "#16181d"), "background of the window"),
    token(
        "roles",
        "surface-raised",
        Color,
        light_dark!("#f1f3f7", "#24272f"),
        "background of raised elements in the window: bot bubbles, hover",
    ),
    token("roles", "text", Color, light_dark!("#171a21", "#eceef3"), "text"),
    token("roles", "text-muted", Color, light_dark!("#5d6473", "#a2a9b8"), "muted text: times, hints, placeholders"),
    token("roles", "line", Color, light_dark!("#e3e6ec", "#30343e"), "thin dividing lines"),
    token("roles", "line-strong", Color, light_dark!("#8a91a0", "#6f7787"), "borders of fields and buttons"),
    token("roles", "link", Color, light_dark!("#2750de", "#99bcff"), "links and text buttons")
        .follows("accent", "#2148c7")
        .words("the brand colour, darkened or lightened for contrast"),
    token("roles", "focus", Color, light_dark!("#2750de", "#99bcff"), "ring around the focused element")
        .follows("link", "var(--_link)")
        .words("the link colour"),
    token("roles", "danger", Color, light_dark!("#b3261e", "#ff9c93"), "failed messages and errors"),
    token("roles", "warning", Color, light_dark!("#7a4d00", "#f3c26b"), "connection notices"),
    token("roles", "success", Color, light_dark!("#16935a", "#45c98b"), "the dot of a live connection"),
    token("place", "offset-inline", Length, both("20px"), "distance of the launcher from the side of the page"),
    token("place", "offset-block", Length, both("20px"), "distance of the launcher from the top or bottom of the page"),
    token("launcher", "launcher-size", Length, both("60px"), "width and height of the launcher"),
    token("launcher", "launcher-radius", Corners, both("50%"), "roundness of the launcher"),
    token("launcher", "launcher-background", Background, both("#2f5bea"), "background of the launcher")
        .follows("accent", "var(--_accent)")
        .words("the brand colour"),
    token("launcher", "launcher-color", Color, both("#ffffff"), "icon of the launcher")
        .follows("on-accent", "var(--_on-accent)")
        .words("the colour on the brand colour"),
    token("launcher", "badge-background", Background, both("#d3222f"), "background of the unread count"),
    token("launcher", "badge-color", Color, both("#ffffff"), "digits of the unread count").css("#fff"),
    token("window", "window-width", LengthPercentage, both("400px"), "width of the window"),
    token("window", "window-height", LengthPercentage, both("680px"), "height of the window, if there is room for it"),
    token("window", "window-radius", LengthPercentage, both("20px"), "roundness of the window"),
    token("window", "window-shadow", Shadow, SHADOW, "shadow of the window").words("three soft shadows"),
    token(
        "header",
        "header-background",
        Background,
        both("linear-gradient(rgb(47 91 234 / 0.11), transparent)"),
        "background of the header",
    )
    .follows("accent", "linear-gradient(color-mix(in srgb, var(--_accent) 11%, transparent), transparent)")
    .words("a faint gradient of the brand colour"),
    token("header", "header-color", Color, light_dark!("#171a21", "#eceef3"), "text and icons of the header")
        .follows("text", "var(--_text)")
        .words("the text colour"),
    token(
        "header",
        "avatar-background",
        Background,
        both("linear-gradient(140deg, #4976ef, #2f5bea 62%)"),
        "background of the bot's avatar",
    )
    .follows("accent", "linear-gradient(140deg, color-mix(in oklab, var(--_accent) 86%, #fff), var(--_accent) 62%)")
    .words("the brand colour"),
    token("header", "avatar-color", Color, both("#ffffff"), "letter or icon on the avatar")
        .follows("on-accent", "var(--_on-accent)")
        .words("the colour on the brand colour"),
    token("bubbles", "bubble-radius", LengthPercentage, both("18px"), "roundness of bubbles")
        .follows("radius", "var(--_radius)")
        .words("the radius"),
    token("bubbles", "bubble-bot-background", Background, light_dark!("#f1f3f7", "#24272f"), "bubbles of bot and team")
        .follows("surface-raised", "var(--_surface-raised)")
        .words("the raised surface colour"),
    token("bubbles", "bubble-bot-color", Color, light_dark!("#171a21", "#eceef3"), "text in bubbles of bot and team")
        .follows("text", "var(--_text)")
        .words("the text colour"),
    token("bubbles", "bubble-visitor-background", Background, both("#2f5bea"), "the visitor's bubbles")
        .follows("accent", "var(--_accent)")
        .words("the brand colour"),
    token("bubbles", "bubble-visitor-color", Color, both("#ffffff"), "text in the visitor's bubbles")
        .follows("on-accent", "var(--_on-accent)")
        .words("the colour on the brand colour"),
    token(
        "composer",
        "composer-background",
        Background,
        light_dark!("#ffffff", "#1f2126"),
        "background of the message field",
    )
    .follows("surface", "light-dark(var(--_surface), color-mix(in srgb, var(--_text) 4%, var(--_surface)))")
    .words("the surface colour; slightly lighter in dark colours"),
];

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
