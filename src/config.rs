//! Every setting of the widget in one table: its names, what is allowed, what it defaults to and what it does.
//!
//! A setting is given as an attribute or as a property of the element; the page may change any of them at any time. A value that
//! is not allowed is left aside with one line on the console, and the default stands. Knows no browser: [`from_js`] does.

mod address;
pub mod from_js;

use std::{collections::BTreeMap, rc::Rc};

pub use address::Address;

/// Names a row of [`SETTINGS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each row of SETTINGS says what its setting does")]
pub enum Name {
    ProxyUrl,
    TokenUrl,
    ApiUrl,
    EventsUrl,
    Site,
    BotKey,
    Storage,
    Preload,
    Open,
    Theme,
    Position,
    Locale,
    Heading,
    Subheading,
    Greeting,
    Avatar,
    LauncherLabel,
    ContactName,
    ContactEmail,
    ContactPhone,
    Contact,
    Variables,
    Strings,
    Demo,
    Enter,
    Feedback,
    Sound,
    TitleIndicator,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `https`, `http` (insecure except on this machine) or a path on the page's own origin.
    Url,
    /// As [`Kind::Url`], or `none`.
    UrlOrNone,
    /// There or not there; as a property `true` or `false`.
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A BCP 47 language tag.
    Locale,
    /// Names and texts: an object as a property, JSON as an attribute.
    Map,
}

/// One row of [`SETTINGS`].
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Which one; rows stand in the order of [`Name`].
    pub name: Name,
    /// The attribute, or empty where there is only a property.
    pub attribute: &'static str,
    /// The property, or empty where there is only an attribute (`open` is a method).
    pub property: &'static str,
    /// What is allowed.
    pub kind: Kind,
    /// What holds when it is not given; a description in parentheses where that depends.
    pub default: &'static str,
    /// What a page's author reads in the README; left empty in a browser, where nobody does.
    pub doc: &'static str,
}

const fn row(
    name: Name,
    attribute: &'static str,
    property: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Setting {
    let doc = if cfg!(target_arch = "wasm32") { "" } else { doc };
    Setting { name, attribute, property, kind, default, doc }
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    row(
        Name::ProxyUrl,
        "proxy-url",
        "proxyUrl",
        Kind::Url,
        "(where the script came from)",
        "Base address of your proxy.",
    ),
    row(Name::TokenUrl, "token-url", "tokenUrl", Kind::Url, "(proxy-url + /token)", "Where visitor tokens come from."),
    row(
        Name::ApiUrl,
        "api-url",
        "apiUrl",
        Kind::Url,
        "(proxy-url + /api/v1)",
        "Base address of the two documented calls.",
    ),
    row(
        Name::EventsUrl,
        "events-url",
        "eventsUrl",
        Kind::UrlOrNone,
        "(api-url)",
        "Base address of the event stream; `none` turns it off, replies are then the page's own affair.",
    ),
    row(Name::Site, "site", "site", Kind::Text, "(by the page's origin)", "Which of the proxy's sites this is."),
    row(
        Name::BotKey,
        "bot-key",
        "botKey",
        Kind::Text,
        "(the site's bot)",
        "Which bot answers; it stands on the bot's trigger block.",
    ),
    row(
        Name::Storage,
        "storage",
        "storage",
        Kind::Choice(&["local", "memory"]),
        "local",
        "Where the conversation is kept: `local` survives a reload, `memory` does not.",
    ),
    row(
        Name::Preload,
        "preload",
        "preload",
        Kind::Choice(&["intent", "idle"]),
        "intent",
        "When the chat is fetched: when the visitor reaches for it, or already when the page is idle.",
    ),
    row(
        Name::Open,
        "open",
        "",
        Kind::Flag,
        "false",
        "Whether the window is open: the page may set it, and it follows the visitor.",
    ),
    row(
        Name::Theme,
        "theme",
        "theme",
        Kind::Choice(&["auto", "light", "dark", "system"]),
        "auto",
        "Colours: `auto` follows the page's `color-scheme`, `system` the visitor's device.",
    ),
    row(
        Name::Position,
        "position",
        "position",
        Kind::Choice(&["bottom-end", "bottom-start", "top-end", "top-start"]),
        "bottom-end",
        "Corner of the screen; `end` is right in left-to-right pages and left in right-to-left ones.",
    ),
    row(
        Name::Locale,
        "locale",
        "locale",
        Kind::Locale,
        "(the page's `lang`, else the browser's)",
        "Language for dates and texts.",
    ),
    row(Name::Heading, "heading", "heading", Kind::Text, "(in the visitor's language)", "Title of the window."),
    row(
        Name::Subheading,
        "subheading",
        "subheading",
        Kind::Text,
        "(in the visitor's language)",
        "Line below the title.",
    ),
    row(
        Name::Greeting,
        "greeting",
        "greeting",
        Kind::Text,
        "(in the visitor's language)",
        "What stands in an empty window.",
    ),
    row(Name::Avatar, "avatar", "avatar", Kind::Url, "(a symbol)", "Picture of the bot."),
    row(
        Name::LauncherLabel,
        "launcher-label",
        "launcherLabel",
        Kind::Text,
        "(in the visitor's language)",
        "What the launcher is called by screen readers and in its tool tip.",
    ),
    row(
        Name::ContactName,
        "contact-name",
        "contactName",
        Kind::Text,
        "(none)",
        "The visitor's name, if the page knows it.",
    ),
    row(Name::ContactEmail, "contact-email", "contactEmail", Kind::Text, "(none)", "The visitor's e-mail address."),
    row(Name::ContactPhone, "contact-phone", "contactPhone", Kind::Text, "(none)", "The visitor's telephone number."),
    row(
        Name::Contact,
        "",
        "contact",
        Kind::Map,
        "(none)",
        "The visitor as one object `{name, email, phone}`; goes before the three attributes and leaves no trace in the page.",
    ),
    row(
        Name::Variables,
        "variables",
        "variables",
        Kind::Map,
        "(none)",
        "Variables of the conversation, for the bot's flow.",
    ),
    row(
        Name::Strings,
        "strings",
        "strings",
        Kind::Map,
        "(none)",
        "Sentences of the widget to put in place of its own.",
    ),
    row(
        Name::Demo,
        "demo",
        "demo",
        Kind::Text,
        "(none)",
        "Shows one scene of a conversation, such as `carousel`, instead of a chat: for designers and tests. Nothing is connected or stored.",
    ),
    row(
        Name::Enter,
        "enter",
        "enter",
        Kind::Choice(&["auto", "send", "newline"]),
        "auto",
        "What the Enter key does in the message field: `auto` sends, and begins a line where fingers type.",
    ),
    row(
        Name::Feedback,
        "feedback",
        "feedback",
        Kind::Choice(&["on", "off"]),
        "off",
        "Whether the visitor can say of each answer if it was helpful.",
    ),
    row(
        Name::Sound,
        "sound",
        "sound",
        Kind::Choice(&["on", "off"]),
        "on",
        "Whether new messages sound while nobody looks, until the visitor chooses.",
    ),
    row(
        Name::TitleIndicator,
        "title-indicator",
        "titleIndicator",
        Kind::Choice(&["on", "off"]),
        "on",
        "Whether the tab's title tells of unread messages while the page is hidden.",
    ),
];

/// A value as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Not given, or taken back.
    Nothing,
    /// A text.
    Text(String),
    /// Names and texts.
    Map(BTreeMap<String, String>),
    /// Something else: a description of it.
    Other(String),
}

/// The settings of one widget, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    texts: [Option<Rc<str>>; SETTINGS.len()],
    contact: Rc<BTreeMap<String, String>>,
    variables: Rc<BTreeMap<String, String>>,
    strings: Rc<BTreeMap<String, String>>,
    language: Option<Rc<Language>>,
}

/// The visitor's language, where it is not English.
#[derive(Debug, PartialEq)]
pub struct Language {
    /// Its BCP 47 tag, as the page or the browser names it.
    pub tag: String,
    /// Sentences by their names in `strings.rs`.
    pub words: BTreeMap<String, String>,
}

impl Config {
    /// The text of a setting, if it was given.
    #[must_use]
    pub fn given(&self, name: Name) -> Option<Rc<str>> {
        self.texts[name as usize].clone()
    }

    /// The text of a setting: as given, else its default. For settings with a default in parentheses use [`Config::given`].
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.texts[name as usize].as_deref().unwrap_or(SETTINGS[name as usize].default)
    }

    /// Whether a [`Kind::Flag`] is set.
    #[must_use]
    pub fn flag(&self, name: Name) -> bool {
        self.texts[name as usize].is_some()
    }

    /// The page's variables for the conversation.
    #[must_use]
    pub const fn variables(&self) -> &Rc<BTreeMap<String, String>> {
        &self.variables
    }

    /// The sentences the page puts in place of ours, by their names in `strings.rs`.
    #[must_use]
    pub const fn strings(&self) -> &Rc<BTreeMap<String, String>> {
        &self.strings
    }

    /// The visitor's language; `None` is English.
    #[must_use]
    pub const fn language(&self) -> Option<&Rc<Language>> {
        self.language.as_ref()
    }

    /// Speaks another language from now on.
    pub fn speak(&mut self, language: Option<Language>) {
        self.language = language.map(Rc::new);
    }

    /// One fact about the visitor (`name`, `email` or `phone`): the property goes before the attribute.
    #[must_use]
    pub fn contact(&self, fact: Name) -> Option<Rc<str>> {
        let key = SETTINGS[fact as usize].attribute.strip_prefix("contact-").unwrap_or_default();
        self.contact.get(key).map(|text| Rc::from(text.as_str())).or_else(|| self.given(fact))
    }

    /// Where everything is reached. The loader always gives `proxy-url`; without it, the page's own origin is used.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::from_settings(
            self.given(Name::ProxyUrl).as_deref(),
            self.given(Name::TokenUrl).as_deref(),
            self.given(Name::ApiUrl).as_deref(),
            self.given(Name::EventsUrl).as_deref(),
        )
    }

    /// Where the program came from: the base of what lies beside it.
    #[must_use]
    pub fn origin(&self) -> String {
        self.given(Name::ProxyUrl).map_or_else(String::new, |url| url.trim_end_matches('/').to_owned())
    }

    /// Takes one setting, by property or attribute name. What is not allowed is left aside: the setting is then as if not given, and
    /// `complain` gets one line for the console.
    pub fn set(&mut self, name: &str, given: Given, complain: &mut dyn FnMut(&str)) {
        let Some(setting) = find(name) else {
            complain(&["[chataibot] there is no setting \"", name, "\". The README lists them all."].concat());
            return;
        };
        let refused = match given {
            Given::Map(map) if setting.kind == Kind::Map => {
                *self.map(setting.name) = Rc::new(map);
                return;
            }
            Given::Nothing => {
                self.clear(setting);
                return;
            }
            Given::Map(_) => "[object]".to_owned(),
            Given::Text(text) => match check(setting.kind, &text) {
                Verdict::Fine => {
                    self.texts[setting.name as usize] = Some(Rc::from(text.trim()));
                    return;
                }
                Verdict::Insecure => {
                    complain(
                        &[
                            "[chataibot] ",
                            label(setting),
                            "=\"",
                            &shorten(&text),
                            "\" is not encrypted: use https outside of your own machine.",
                        ]
                        .concat(),
                    );
                    self.texts[setting.name as usize] = Some(Rc::from(text.trim()));
                    return;
                }
                Verdict::Refused => text,
            },
            Given::Other(what) => what,
        };
        self.clear(setting);
        complain(
            &[
                "[chataibot] ",
                label(setting),
                "=\"",
                &shorten(&refused),
                "\" is not allowed. Allowed: ",
                &allowed(setting.kind),
                ". Now: ",
                setting.default,
                ".",
            ]
            .concat(),
        );
    }

    fn clear(&mut self, setting: &Setting) {
        if setting.kind == Kind::Map {
            *self.map(setting.name) = Rc::default();
        }
        self.texts[setting.name as usize] = None;
    }

    fn map(&mut self, name: Name) -> &mut Rc<BTreeMap<String, String>> {
        if name == Name::Contact {
            &mut self.contact
        } else if name == Name::Variables {
            &mut self.variables
        } else {
            &mut self.strings
        }
    }
}

/// The row with this attribute or property.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| !name.is_empty() && (setting.property == name || setting.attribute == name))
}

enum Verdict {
    Fine,
    Insecure,
    Refused,
}

fn check(kind: Kind, text: &str) -> Verdict {
    let text = text.trim();
    let fine = match kind {
        Kind::Text | Kind::Flag => true,
        Kind::UrlOrNone if text == "none" => true,
        Kind::Url | Kind::UrlOrNone => match address::judge(text) {
            address::Judgement::Secure => true,
            address::Judgement::Insecure => return Verdict::Insecure,
            address::Judgement::Unusable => false,
        },
        Kind::Choice(choices) => choices.contains(&text),
        Kind::Locale => is_language_tag(text),
        Kind::Map => false,
    };
    if fine { Verdict::Fine } else { Verdict::Refused }
}

/// The shape of a BCP 47 tag; whether the browser knows the language is the browser's affair.
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// What is allowed, in words: for the console and the README.
#[must_use]
pub fn allowed(kind: Kind) -> String {
    match kind {
        Kind::Text => "any text".to_owned(),
        Kind::Url => "an https address".to_owned(),
        Kind::UrlOrNone => "an https address, or none".to_owned(),
        Kind::Flag => "present or absent".to_owned(),
        Kind::Choice(choices) => choices.join(", "),
        Kind::Locale => "a language tag such as en or pt-BR".to_owned(),
        Kind::Map => "an object of texts".to_owned(),
    }
}

const fn label(setting: &Setting) -> &'static str {
    if setting.attribute.is_empty() { setting.property } else { setting.attribute }
}

/// Values may be long or personal: the console needs only enough to recognise them.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => [&text[..end], "…"].concat(),
        None => text.to_owned(),
    }
}
