//! The tokens, in the order in which a designer changes them: what is derived from others stands
//! after them.

use crate::{
    syntax::Syntax::{self, Background, Color, Corners, FontFamily, Integer, Length, LengthPercentage, Number, Shadow},
    token::{LightDark, Token, both, each},
};

/// The groups, each with what it is.
pub const GROUPS: &[(&str, &str)] = &[
    ("brand", "Brand: change these first"),
    ("roles", "Roles: colours by what they are for; each has a light and a dark value"),
    ("place", "Place on the page"),
    ("launcher", "Launcher"),
    ("window", "Window"),
    ("header", "Header and avatar"),
    ("bubbles", "Bubbles"),
    ("composer", "Composer"),
];

/// `group/name`, what it takes, its fallback in CSS and what that comes to, what it paints, and
/// whom it follows: `name = words`.
const fn token(
    (group, name): (&'static str, &'static str),
    syntax: Syntax,
    css: &'static str,
    shown: LightDark,
    paints: &'static str,
    (falls_back, words): (&'static str, &'static str),
) -> Token {
    Token { name, group, syntax, css, shown, paints, falls_back, words }
}

/// Follows none, and its value says enough.
const PLAIN: (&str, &str) = ("", "");

/// The default shadow of the window, with a hairline that differs.
const SHADOW: LightDark = each(
    "0 0 0 1px rgb(16 24 40 / 0.06), 0 2px 6px rgb(16 24 40 / 0.06), 0 12px 28px -6px rgb(16 24 40 / 0.14), \
     0 32px 64px -16px rgb(16 24 40 / 0.22)",
    "0 0 0 1px rgb(255 255 255 / 0.08), 0 2px 6px rgb(16 24 40 / 0.06), 0 12px 28px -6px rgb(16 24 40 / 0.14), \
     0 32px 64px -16px rgb(16 24 40 / 0.22)",
);

/// Every token.
pub const TOKENS: &[Token] = &[
    token(
        ("brand", "accent"),
        Color,
        "#2f5bea",
        both("#2f5bea"),
        "brand colour; launcher, own bubbles, send button",
        PLAIN,
    ),
    token(
        ("brand", "on-accent"),
        Color,
        "#fff",
        both("#ffffff"),
        "text and icons on the brand colour",
        ("accent", "white or black, whichever is easier to read"),
    ),
    token(
        ("brand", "font"),
        FontFamily,
        "system-ui, sans-serif",
        both("system-ui, sans-serif"),
        "font family",
        ("", "the system's interface font"),
    ),
    token(
        ("brand", "font-size"),
        Length,
        "15px",
        both("15px"),
        "size of a message's text; every length inside grows with it",
        PLAIN,
    ),
    token(
        ("brand", "radius"),
        LengthPercentage,
        "18px",
        both("18px"),
        "roundness of bubbles, fields and buttons",
        PLAIN,
    ),
    token(
        ("brand", "density"),
        Number,
        "1",
        both("1"),
        "factor on the room in and between messages, in the header and in the composer; 0.6 is compact",
        PLAIN,
    ),
    token(
        ("brand", "z-index"),
        Integer,
        "2147483000",
        both("2147483000"),
        "height of the widget above the page",
        PLAIN,
    ),
    token(
        ("brand", "motion"),
        Number,
        "1",
        both("1"),
        "factor on the length of every animation; 0 turns them off",
        PLAIN,
    ),
    token(
        ("roles", "surface"),
        Color,
        "light-dark(#ffffff, #16181d)",
        each("#ffffff", "#16181d"),
        "background of the window",
        PLAIN,
    ),
    token(
        ("roles", "surface-raised"),
        Color,
        "light-dark(#f1f3f7, #24272f)",
        each("#f1f3f7", "#24272f"),
        "background of what lies on the window: bot bubbles, hover",
        PLAIN,
    ),
    token(("roles", "text"), Color, "light-dark(#171a21, #eceef3)", each("#171a21", "#eceef3"), "text", PLAIN),
    token(
        ("roles", "text-muted"),
        Color,
        "light-dark(#5d6473, #a2a9b8)",
        each("#5d6473", "#a2a9b8"),
        "quiet text: times, hints, placeholders",
        PLAIN,
    ),
    token(("roles", "line"), Color, "light-dark(#e3e6ec, #30343e)", each("#e3e6ec", "#30343e"), "hairlines", PLAIN),
    token(
        ("roles", "line-strong"),
        Color,
        "light-dark(#8a91a0, #6f7787)",
        each("#8a91a0", "#6f7787"),
        "borders of fields and buttons",
        PLAIN,
    ),
    token(
        ("roles", "link"),
        Color,
        "#2148c7",
        each("#2750de", "#99bcff"),
        "links and text buttons",
        ("accent", "the brand colour, darkened or lightened until it is easy to read"),
    ),
    token(
        ("roles", "focus"),
        Color,
        "var(--_link)",
        each("#2750de", "#99bcff"),
        "ring around what has the keyboard",
        ("link", "the link colour"),
    ),
    token(
        ("roles", "danger"),
        Color,
        "light-dark(#b3261e, #ff9c93)",
        each("#b3261e", "#ff9c93"),
        "failed messages and errors",
        PLAIN,
    ),
    token(
        ("roles", "warning"),
        Color,
        "light-dark(#7a4d00, #f3c26b)",
        each("#7a4d00", "#f3c26b"),
        "connection notices",
        PLAIN,
    ),
    token(
        ("roles", "success"),
        Color,
        "light-dark(#16935a, #45c98b)",
        each("#16935a", "#45c98b"),
        "the dot of a live connection",
        PLAIN,
    ),
    token(
        ("place", "offset-inline"),
        Length,
        "20px",
        both("20px"),
        "distance of the launcher from the side of the page",
        PLAIN,
    ),
    token(
        ("place", "offset-block"),
        Length,
        "20px",
        both("20px"),
        "distance of the launcher from the top or bottom of the page",
        PLAIN,
    ),
    token(("launcher", "launcher-size"), Length, "60px", both("60px"), "width and height of the launcher", PLAIN),
    token(("launcher", "launcher-radius"), Corners, "50%", both("50%"), "roundness of the launcher", PLAIN),
    token(
        ("launcher", "launcher-background"),
        Background,
        "var(--_accent)",
        both("#2f5bea"),
        "background of the launcher",
        ("accent", "the brand colour"),
    ),
    token(
        ("launcher", "launcher-color"),
        Color,
        "var(--_on-accent)",
        both("#ffffff"),
        "icon of the launcher",
        ("on-accent", "the colour on the brand colour"),
    ),
    token(
        ("launcher", "badge-background"),
        Background,
        "#d3222f",
        both("#d3222f"),
        "background of the unread count",
        PLAIN,
    ),
    token(("launcher", "badge-color"), Color, "#fff", both("#ffffff"), "digits of the unread count", PLAIN),
    token(("window", "window-width"), LengthPercentage, "400px", both("400px"), "width of the window", PLAIN),
    token(
        ("window", "window-height"),
        LengthPercentage,
        "680px",
        both("680px"),
        "height of the window, where the page has room",
        PLAIN,
    ),
    token(("window", "window-radius"), LengthPercentage, "20px", both("20px"), "roundness of the window", PLAIN),
    token(
        ("window", "window-shadow"),
        Shadow,
        "0 0 0 1px light-dark(rgb(16 24 40 / 0.06), rgb(255 255 255 / 0.08)), 0 2px 6px rgb(16 24 40 / 0.06), \
         0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22)",
        SHADOW,
        "shadow of the window",
        ("", "three soft layers"),
    ),
    token(
        ("header", "header-background"),
        Background,
        "linear-gradient(color-mix(in srgb, var(--_accent) 11%, transparent), transparent)",
        both("linear-gradient(rgb(47 91 234 / 0.11), transparent)"),
        "background of the header",
        ("accent", "a breath of the brand colour"),
    ),
    token(
        ("header", "header-color"),
        Color,
        "var(--_text)",
        each("#171a21", "#eceef3"),
        "text and icons of the header",
        ("text", "the text colour"),
    ),
    token(
        ("header", "avatar-background"),
        Background,
        "linear-gradient(140deg, color-mix(in oklab, var(--_accent) 86%, #fff), var(--_accent) 62%)",
        both("linear-gradient(140deg, #4976ef, #2f5bea 62%)"),
        "background of the bot's avatar",
        ("accent", "the brand colour"),
    ),
    token(
        ("header", "avatar-color"),
        Color,
        "var(--_on-accent)",
        both("#ffffff"),
        "letter or sign on the avatar",
        ("on-accent", "the colour on the brand colour"),
    ),
    token(
        ("bubbles", "bubble-radius"),
        LengthPercentage,
        "var(--_radius)",
        both("18px"),
        "roundness of bubbles",
        ("radius", "the radius"),
    ),
    token(
        ("bubbles", "bubble-bot-background"),
        Background,
        "var(--_surface-raised)",
        each("#f1f3f7", "#24272f"),
        "bubbles of bot and team",
        ("surface-raised", "the raised surface"),
    ),
    token(
        ("bubbles", "bubble-bot-color"),
        Color,
        "var(--_text)",
        each("#171a21", "#eceef3"),
        "text in bubbles of bot and team",
        ("text", "the text colour"),
    ),
    token(
        ("bubbles", "bubble-visitor-background"),
        Background,
        "var(--_accent)",
        both("#2f5bea"),
        "the visitor's bubbles",
        ("accent", "the brand colour"),
    ),
    token(
        ("bubbles", "bubble-visitor-color"),
        Color,
        "var(--_on-accent)",
        both("#ffffff"),
        "text in the visitor's bubbles",
        ("on-accent", "the colour on the brand colour"),
    ),
    token(
        ("composer", "composer-background"),
        Background,
        "light-dark(var(--_surface), color-mix(in srgb, var(--_text) 4%, var(--_surface)))",
        each("#ffffff", "#1f2126"),
        "background of the message field",
        ("surface", "the surface, dark a little lighter"),
    ),
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
            // The colours that are worked out from the brand colour have a plain value where
            // browsers cannot.
            if !["on-accent", "link"].contains(&token.name) {
                assert_eq!(read.is_empty(), token.falls_back.is_empty(), "{}", token.name);
                assert!(read.is_empty() || read.contains(&token.falls_back), "{}: {read:?}", token.name);
            }
        }
    }
}
