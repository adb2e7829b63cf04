//! The settings and sentences of the views, in the form that views need.

use std::rc::Rc;

use yew::AttrValue;

use super::{Uploads, dom};
use crate::config::{Config, Name};
use crate::strings::Strings;

/// Where the window is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Over the page, beside the launcher.
    #[default]
    Floating,
    /// In the host element's own box; there is no launcher.
    Inline,
    /// At one side of the screen, in its full height.
    Panel,
}

/// Sentences, names, pictures and place of one widget.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewConfig {
    /// Every sentence; those of the host page replace ours.
    pub strings: Strings,
    /// The bot's picture.
    pub avatar: Option<AttrValue>,
    /// Language of the widget and its dates.
    pub locale: Option<AttrValue>,
    /// Whether the visitor can rate messages of the bot as helpful or not.
    pub feedback: bool,
    /// What the Enter key does in the message field.
    pub enter: Enter,
    /// Where links in messages open.
    pub links: Links,
    /// The time of a scene, whose clock is stopped: milliseconds since 1970-01-01 UTC.
    pub now: Option<u64>,
    /// Where the window is shown.
    pub mode: Mode,
    /// All settings, for views that rarely need one.
    pub settings: Config,
    /// Classes of the widget's root: corner and colours.
    pub class: AttrValue,
    /// How files are uploaded, if the site accepts files.
    pub uploads: Option<Uploads>,
    /// Whether the site takes typed answers (structured messages).
    pub typed: bool,
}

/// What the Enter key does in the message field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Enter {
    /// Sends; begins a line on a touch device.
    #[default]
    Auto,
    /// Sends.
    Send,
    /// Begins a line.
    Newline,
}

/// Where links in messages open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Relative addresses in the same tab, all others in a new one.
    #[default]
    Auto,
    /// In a new tab.
    New,
    /// Addresses of the host page's own site in the same tab, all others in a new one.
    Same,
}

impl ViewConfig {
    /// Returns the note that a link opens a new tab; `None` if it opens in this one.
    pub(super) fn new_tab(&self, href: &str) -> Option<AttrValue> {
        let here = match self.links {
            Links::New => false,
            _ if href.starts_with(['/', '?', '#']) => true,
            Links::Auto => false,
            Links::Same => dom::is_of_this_site(href),
        };
        (!here).then(|| self.strings.new_tab())
    }

    /// Reads the settings. Unknown names of sentences go to `unknown`.
    #[must_use]
    pub fn new(settings: &Config, unknown: impl FnMut(&str)) -> Self {
        let mut strings = Strings::default();
        if let Some(language) = settings.language() {
            // A locale file of another version may have unknown names, which are ignored.
            strings.replace(language.words.iter(), |_| {});
        }
        strings.replace(settings.strings().iter(), unknown);
        for (name, sentence) in [
            (Name::Heading, "heading"),
            (Name::Subheading, "subheading"),
            (Name::Greeting, "greeting"),
            (Name::LauncherLabel, "launcher"),
        ] {
            if let Some(text) = settings.given(name) {
                let known = strings.set(sentence, &text);
                debug_assert!(known, "there is no sentence {sentence}");
            }
        }
        // The loader derives the language in use from this setting, with more care. The setting
        // itself counts only if no such language is given.
        let language_tag = settings.language().map(|language| Rc::from(language.tag.as_str()));
        let locale = language_tag.or_else(|| settings.given(Name::Locale));
        let theme = settings.given(Name::Theme).unwrap_or("auto".into());
        Self {
            strings,
            avatar: settings.given(Name::Avatar).map(AttrValue::from),
            locale: locale.map(AttrValue::from),
            now: None,
            feedback: settings.text(Name::Feedback) == "on",
            enter: match settings.text(Name::Enter) {
                "send" => Enter::Send,
                "newline" => Enter::Newline,
                _ => Enter::Auto,
            },
            links: match settings.text(Name::Links) {
                "new" => Links::New,
                "same" => Links::Same,
                _ => Links::Auto,
            },
            mode: match settings.text(Name::Mode) {
                "inline" => Mode::Inline,
                "panel" => Mode::Panel,
                _ => Mode::Floating,
            },
            settings: settings.clone(),
            class: ["app at-", settings.text(Name::Position), " theme-", &theme].concat().into(),
            uploads: None,
            typed: false,
        }
    }

    /// The writing direction; `None` for the page's own, also with English that was not asked for,
    /// because pages in unsupported languages get English too.
    pub(super) fn direction(&self) -> Option<&'static str> {
        const RIGHT_TO_LEFT: &[&str] =
            &["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"];
        const SCRIPTS: &[&str] = &["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"];
        let mut parts = self.locale.as_deref()?.split('-');
        let language = parts.next().unwrap_or_default();
        if language == "en" && self.settings.given(Name::Locale).is_none() {
            return None;
        }
        // Some languages are written in several scripts.
        let script = parts.next().filter(|part| part.len() == 4);
        let (known, tag) = script.map_or((RIGHT_TO_LEFT, language), |script| (SCRIPTS, script));
        let rtl = known.iter().any(|known| known.eq_ignore_ascii_case(tag));
        Some(if rtl { "rtl" } else { "ltr" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_follows_the_language_and_is_the_pages_without_one() {
        let with = |locale: &'static str| {
            ViewConfig { locale: Some(AttrValue::Static(locale)), ..ViewConfig::default() }.direction()
        };
        assert_eq!(with("ar-EG"), Some("rtl"));
        assert_eq!(with("HE"), Some("rtl"));
        assert_eq!(with("de"), Some("ltr"));
        assert_eq!((with("az-Arab-IR"), with("ur-Latn"), with("pa-Arab")), (Some("rtl"), Some("ltr"), Some("rtl")));
        assert_eq!((with("en-GB"), with("en")), (None, None));
        let mut settings = Config::default();
        settings.set("locale", crate::config::RawValue::Text("en_GB".into()), &mut |line| panic!("{line}"));
        assert_eq!(ViewConfig::new(&settings, |_| {}).direction(), Some("ltr"), "asked for");
        assert_eq!(ViewConfig::default().direction(), None);
    }
}
