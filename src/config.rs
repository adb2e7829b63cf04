//! Every setting of the widget, validated. Their table is `config/table.rs`.
//!
//! A setting is given as an attribute or as a property of the element; the page may change any of
//! them at any time. An invalid value is ignored with one line on the console, and the default
//! applies. This module makes no browser calls: [`from_js`] does.

mod address;
pub mod fields;
pub mod from_js;
pub mod hours;
mod table;

use std::rc::Rc;

use chataibot_wire::Pairs;

pub use address::Address;
pub use table::{Name, SETTINGS, Setting};

/// Type of a setting's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// Any text.
    Text,
    /// `https`, `http` (insecure except on this machine) or a path on the page's own origin.
    Url,
    /// As [`SettingKind::Url`], or `none`.
    UrlOrNone,
    /// Present or absent; the text `false` means absent. As a property `true` or `false`.
    Flag,
    /// One of these texts.
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
    /// Not given, or removed.
    Nothing,
    /// A text.
    Text(String),
    /// Names and texts.
    Map(Pairs),
    /// Any other value: a description of it.
    Other(String),
}

/// The validated settings of one widget.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Values, in the order of [`SETTINGS`].
    texts: Vec<Option<Rc<str>>>,
    contact: Rc<Pairs>,
    variables: Rc<Pairs>,
    strings: Rc<Pairs>,
    language: Option<Rc<Language>>,
}

/// Language of the widget.
#[derive(Debug, PartialEq)]
pub struct Language {
    /// BCP 47 tag in canonical form; determines date formats and text direction.
    pub tag: String,
    /// Sentences by name; none for English, or if the page's own replace them.
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
    pub fn given(&self, name: Name) -> Option<Rc<str>> {
        self.texts[name as usize].clone()
    }

    /// The text of a setting, else its default, unless that is in parentheses: [`Config::given`].
    pub fn text(&self, name: Name) -> &str {
        self.texts[name as usize].as_deref().unwrap_or(SETTINGS[name as usize].default)
    }

    /// Whether a [`SettingKind::Flag`] is set.
    pub fn flag(&self, name: Name) -> bool {
        self.texts[name as usize].is_some()
    }

    /// The texts of a [`SettingKind::List`], without blank ones.
    pub fn list(&self, name: Name) -> impl Iterator<Item = &str> {
        let text = self.texts[name as usize].as_deref().unwrap_or_default();
        text.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// The page's variables for the conversation.
    pub const fn variables(&self) -> &Rc<Pairs> {
        &self.variables
    }

    /// The page's replacements of sentences, by their names in `strings/table.rs`.
    pub const fn strings(&self) -> &Rc<Pairs> {
        &self.strings
    }

    /// The language of the widget; `None` until it is set.
    pub const fn language(&self) -> Option<&Rc<Language>> {
        self.language.as_ref()
    }

    /// Sets the language of the widget.
    pub fn set_language(&mut self, language: Option<Language>) {
        self.language = language.map(Rc::new);
    }

    /// A fact about the visitor: `contact` takes precedence over the attribute.
    pub fn contact(&self, field: Name) -> Option<Rc<str>> {
        let key = SETTINGS[field as usize].attribute.strip_prefix("contact-").unwrap_or_default();
        self.contact.get(key).map(Rc::from).or_else(|| self.given(field))
    }

    /// Sets a setting by property or attribute; an invalid value counts as not given.
    pub fn set(&mut self, name: &str, given: RawValue, complain: &mut dyn FnMut(&str)) {
        let Some(setting) = find(name) else {
            complain(&["[chataibot] there is no setting \"", name, "\". See docs/reference.md."].concat());
            return;
        };
        let rejected = match settle(setting.kind, given) {
            RawValue::Map(map) if setting.kind == SettingKind::Map => {
                *self.map(setting.name) = Rc::new(map);
                return;
            }
            RawValue::Nothing => return self.clear(setting),
            RawValue::Map(_) => "[object]".to_owned(),
            RawValue::Text(text) => match validate(setting.kind, &text) {
                Verdict::Rejected => text,
                verdict @ (Verdict::Valid | Verdict::Insecure) => {
                    if let Verdict::Insecure = verdict {
                        let fault = "is not encrypted: use https outside of your own machine.";
                        complain(&complaint(setting, &text, &[fault]));
                    }
                    let is_locale = setting.kind == SettingKind::Locale;
                    let valid = if is_locale { normalise_tag(&text) } else { text.trim().to_owned() };
                    self.texts[setting.name as usize] = Some(Rc::from(valid));
                    return;
                }
            },
            RawValue::Other(what) => what,
        };
        // The loader sets the address that it was loaded from before the page's.
        if setting.name != Name::ProxyUrl {
            self.clear(setting);
        }
        let fault = ["is not allowed. Allowed: ", &allowed(setting.kind), ". Now: ", setting.default, "."];
        complain(&complaint(setting, &rejected, &fault));
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

/// Returns the row with this attribute or property.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| !name.is_empty() && (setting.property == name || setting.attribute == name))
}

enum Verdict {
    Valid,
    /// Plain `http` to another machine: works, and anybody on the way can read it.
    Insecure,
    Rejected,
}

fn validate(kind: SettingKind, text: &str) -> Verdict {
    let text = text.trim();
    let is_valid = match kind {
        SettingKind::Text | SettingKind::Flag | SettingKind::List | SettingKind::Json => true,
        SettingKind::UrlOrNone if text == "none" => true,
        SettingKind::Url | SettingKind::UrlOrNone => return address::check_address(text),
        SettingKind::Choice(choices) => choices.contains(&text),
        SettingKind::Locale => is_language_tag(&normalise_tag(text)),
        SettingKind::Number => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
        SettingKind::Map => false,
    };
    if is_valid { Verdict::Valid } else { Verdict::Rejected }
}

/// Reads booleans, and what templates and frameworks write for a missing value; as in
/// loader/settings.js.
fn settle(kind: SettingKind, given: RawValue) -> RawValue {
    let RawValue::Text(text) = &given else { return given };
    let (text, is_switch) = (text.trim(), matches!(kind, SettingKind::Choice(["on", ..])));
    let is_absent = if kind == SettingKind::Flag { turns_off(text) } else { is_missing(text) };
    if is_switch && matches!(text, "" | "true" | "1") {
        RawValue::Text("on".to_owned())
    } else if is_switch && matches!(text, "false" | "0") {
        RawValue::Text("off".to_owned())
    } else if is_absent {
        RawValue::Nothing
    } else {
        given
    }
}

fn is_missing(text: &str) -> bool {
    matches!(text, "" | "false" | "null" | "undefined")
}

/// Whether this text turns a flag off.
fn turns_off(text: &str) -> bool {
    ["false", "null", "undefined", "0", "off", "no"].iter().any(|off| off.eq_ignore_ascii_case(text))
}

/// Converts a language tag as other systems write it: `pt_BR`, `de_AT.UTF-8@euro`.
fn normalise_tag(text: &str) -> String {
    let end = text.bytes().position(|byte| byte == b'.' || byte == b'@').unwrap_or(text.len());
    text[..end].trim_ascii().replace('_', "-")
}

/// Whether the text has the shape of a BCP 47 tag; the browser may still not know the language.
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Describes the allowed values, for the console and docs/reference.md.
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

/// Returns a line for the console: what is wrong with the value of a setting.
fn complaint(setting: &Setting, value: &str, fault: &[&str]) -> String {
    let name = if setting.attribute.is_empty() { setting.property } else { setting.attribute };
    ["[chataibot] ", name, "=\"", &shorten(value), "\" ", &fault.concat()].concat()
}

/// Shortens a value for the console: it may be long or personal, and need only be recognisable.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => [&text[..end], "…"].concat(),
        None => text.to_owned(),
    }
}
