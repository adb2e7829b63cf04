//! Every setting of the widget, checked. The table of their names, defaults and meanings is
//! `config/table.rs`.
//!
//! A setting is given as an attribute or as a property of the element; the page may change any of
//! them at any time. A value that is not allowed is left aside with one line on the console, and
//! the default stands. Knows no browser: [`from_js`] does.

mod address;
pub mod fields;
pub mod from_js;
pub mod hours;
mod table;

use std::rc::Rc;

use chataibot_wire::Pairs;

pub use address::Address;
pub use table::{Name, SETTINGS, Setting};

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// Any text.
    Text,
    /// `https`, `http` (insecure except on this machine) or a path on the page's own origin.
    Url,
    /// As [`SettingKind::Url`], or `none`.
    UrlOrNone,
    /// There or not there; `false` in words is not there. As a property `true` or `false`.
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A BCP 47 language tag.
    Locale,
    /// A whole number, not negative.
    Number,
    /// Names and texts: an object as a property, JSON as an attribute.
    Map,
    /// Texts: an array as a property, separated by `|` as an attribute. Kept as lines.
    List,
    /// Objects: an array as a property, JSON as an attribute. Kept as JSON.
    Json,
}

/// A value as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    /// Not given, or taken back.
    Nothing,
    /// A text.
    Text(String),
    /// Names and texts.
    Map(Pairs),
    /// Something else: a description of it.
    Other(String),
}

/// The settings of one widget, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// By the place of each setting in [`SETTINGS`].
    texts: Vec<Option<Rc<str>>>,
    contact: Rc<Pairs>,
    variables: Rc<Pairs>,
    strings: Rc<Pairs>,
    language: Option<Rc<Language>>,
}

/// The language that is spoken.
#[derive(Debug, PartialEq)]
pub struct Language {
    /// Its BCP 47 tag in canonical form: dates and direction are its own.
    pub tag: String,
    /// Sentences by their names in `strings.rs`; none where it is English, or spoken by the page's
    /// own sentences.
    pub words: Pairs,
}

impl Default for Config {
    fn default() -> Self {
        let (contact, variables, strings, language) = Default::default();
        Self { texts: vec![None; SETTINGS.len()], contact, variables, strings, language }
    }
}

impl Config {
    /// The text of a setting, if it was given.
    #[must_use]
    pub fn given(&self, name: Name) -> Option<Rc<str>> {
        self.texts[name as usize].clone()
    }

    /// The text of a setting: as given, else its default. For settings with a default in
    /// parentheses use [`Config::given`].
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.texts[name as usize].as_deref().unwrap_or(SETTINGS[name as usize].default)
    }

    /// Whether a [`SettingKind::Flag`] is set.
    #[must_use]
    pub fn flag(&self, name: Name) -> bool {
        self.texts[name as usize].is_some()
    }

    /// The texts of a [`SettingKind::List`], without blank ones.
    pub fn list(&self, name: Name) -> impl Iterator<Item = &str> {
        let text = self.texts[name as usize].as_deref().unwrap_or_default();
        text.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// The page's variables for the conversation.
    #[must_use]
    pub const fn variables(&self) -> &Rc<Pairs> {
        &self.variables
    }

    /// The sentences the page puts in place of ours, by their names in `strings.rs`.
    #[must_use]
    pub const fn strings(&self) -> &Rc<Pairs> {
        &self.strings
    }

    /// The language that is spoken; `None` until somebody has said which.
    #[must_use]
    pub const fn language(&self) -> Option<&Rc<Language>> {
        self.language.as_ref()
    }

    /// Speaks another language from now on.
    pub fn set_language(&mut self, language: Option<Language>) {
        self.language = language.map(Rc::new);
    }

    /// One fact about the visitor (`name`, `email` or `phone`): the property goes before the
    /// attribute.
    #[must_use]
    pub fn contact(&self, fact: Name) -> Option<Rc<str>> {
        let key = SETTINGS[fact as usize].attribute.strip_prefix("contact-").unwrap_or_default();
        self.contact.get(key).map(Rc::from).or_else(|| self.given(fact))
    }

    /// Where everything is reached. The loader always gives `proxy-url`; without it, the page's own
    /// origin is used.
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

    /// Takes one setting, by property or attribute name. What is not allowed is left aside: the
    /// setting is then as if not given, and `complain` gets one line for the console.
    pub fn set(&mut self, name: &str, given: RawValue, complain: &mut dyn FnMut(&str)) {
        let Some(setting) = find(name) else {
            complain(&["[chataibot] there is no setting \"", name, "\". See docs/reference.md."].concat());
            return;
        };
        let refused = match given {
            RawValue::Map(map) if setting.kind == SettingKind::Map => {
                *self.map(setting.name) = Rc::new(map);
                return;
            }
            RawValue::Nothing => {
                self.clear(setting);
                return;
            }
            RawValue::Text(text) if setting.kind == SettingKind::Flag && is_off(&text) => {
                self.clear(setting);
                return;
            }
            RawValue::Map(_) => "[object]".to_owned(),
            RawValue::Text(text) => match check(setting.kind, &text) {
                Verdict::Fine if setting.kind == SettingKind::Locale => {
                    self.texts[setting.name as usize] = Some(Rc::from(as_tag(&text)));
                    return;
                }
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
            RawValue::Other(what) => what,
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
        if setting.kind == SettingKind::Map {
            *self.map(setting.name) = Rc::default();
        }
        self.texts[setting.name as usize] = None;
    }

    fn map(&mut self, name: Name) -> &mut Rc<Pairs> {
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

fn check(kind: SettingKind, text: &str) -> Verdict {
    let text = text.trim();
    let fine = match kind {
        SettingKind::Text | SettingKind::Flag | SettingKind::List | SettingKind::Json => true,
        SettingKind::UrlOrNone if text == "none" => true,
        SettingKind::Url | SettingKind::UrlOrNone => match address::judge(text) {
            address::Judgement::Secure => true,
            address::Judgement::Insecure => return Verdict::Insecure,
            address::Judgement::Unusable => false,
        },
        SettingKind::Choice(choices) => choices.contains(&text),
        SettingKind::Locale => is_language_tag(&as_tag(text)),
        SettingKind::Number => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
        SettingKind::Map => false,
    };
    if fine { Verdict::Fine } else { Verdict::Refused }
}

/// Does this text take a flag off? As in loader/settings.js: some frameworks write `false` in
/// words.
fn is_off(text: &str) -> bool {
    ["false", "null", "undefined", "0"].iter().any(|off| off.eq_ignore_ascii_case(text.trim()))
}

/// A language tag as other systems write it: `pt_BR`, `de_AT.UTF-8@euro`.
fn as_tag(text: &str) -> String {
    let end = text.bytes().position(|byte| byte == b'.' || byte == b'@').unwrap_or(text.len());
    text[..end].trim_ascii().replace('_', "-")
}

/// The shape of a BCP 47 tag; whether the browser knows the language is the browser's affair.
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// What is allowed, in words: for the console and docs/reference.md.
#[must_use]
pub fn allowed(kind: SettingKind) -> String {
    match kind {
        SettingKind::Text => "any text".to_owned(),
        SettingKind::Url => "an https address".to_owned(),
        SettingKind::UrlOrNone => "an https address, or none".to_owned(),
        SettingKind::Flag => "present or absent".to_owned(),
        SettingKind::Choice(choices) => choices.join(", "),
        SettingKind::Locale => "a language tag such as en or pt-BR".to_owned(),
        SettingKind::Number => "a whole number".to_owned(),
        SettingKind::Map => "an object of texts".to_owned(),
        SettingKind::List => "texts, separated by |".to_owned(),
        SettingKind::Json => "an array of objects".to_owned(),
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
