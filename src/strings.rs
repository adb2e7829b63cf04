//! Every sentence a visitor can read. The table is `strings/table.rs`; this file puts other
//! sentences in place of its English.
//!
//! Knows no browser and no language but English: a page replaces sentences by name, and locale
//! files do it the same way. `{name}` in a sentence is a place that [`fill`] fills.

use std::{fmt, rc::Rc};

use yew::AttrValue;

/// The plural categories of Unicode, in the order of [`Plural`]; English has two of them, other
/// languages up to six.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The form of a sentence that a number asks for. Which one, is for the language to say:
/// [`Strings::count_by`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as Unicode names them")]
pub enum Plural {
    Zero,
    One,
    Two,
    Few,
    Many,
    #[default]
    Other,
}

impl Plural {
    /// The category called so; what no language has is [`Plural::Other`].
    #[must_use]
    pub fn named(name: &str) -> Self {
        const ALL: [Plural; 6] = [Plural::Zero, Plural::One, Plural::Two, Plural::Few, Plural::Many, Plural::Other];
        CATEGORIES.iter().position(|known| *known == name).map_or(Self::Other, |at| ALL[at])
    }
}

macro_rules! sentences {
    ($($(#[doc = $doc:literal])+ $name:ident = $english:literal;)+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum Place { $($name,)+ }

        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),+];
        const ENGLISH: &[&str] = &[$($english),+];

        /// Name, English and meaning of every sentence that holds no number, for documentation and
        /// locale files.
        pub const SENTENCES: &[(&str, &str, &str)] = &[$((stringify!($name), $english, concat!($($doc),+))),+];

        impl Strings {
            $($(#[doc = $doc])+
            #[must_use]
            pub fn $name(&self) -> AttrValue {
                self.get(Place::$name as usize, ENGLISH[Place::$name as usize])
            })+
        }
    };
}

macro_rules! plurals {
    ($($(#[doc = $doc:literal])+ $name:ident { one = $one:literal; other = $other:literal; })+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum PluralPlace { $($name,)+ }

        pub(super) const PLURAL_NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Name, English for one and for other numbers, and meaning of every sentence that counts.
        /// A language has them once for each of its plural categories, as `<name>_<category>`; what
        /// a language lacks is said by `<name>_other`.
        pub const PLURALS: &[(&str, [&str; 2], &str)] =
            &[$((stringify!($name), [$one, $other], concat!($($doc),+))),+];

        impl Strings {
            $($(#[doc = $doc])+
            ///
            /// `{count}` is filled already.
            #[must_use]
            pub fn $name(&self, count: usize) -> AttrValue {
                self.counted(PluralPlace::$name as usize, count, [$one, $other])
            })+
        }
    };
}

mod table;

use table::{NAMES, PLURAL_NAMES};
pub use table::{PLURALS, SENTENCES};

/// Says which form a number takes in a language.
type CountRule = Rc<dyn Fn(usize) -> Plural>;

/// The sentences of one widget: English, and what was put in its place.
#[derive(Clone, Default)]
pub struct Strings {
    /// By place in the tables. Few, or a whole language: looking through them is nothing beside
    /// showing one.
    replaced: Vec<(usize, AttrValue)>,
    rule: Option<CountRule>,
}

/// The same sentences; by which rule they count follows from the language they are in.
impl PartialEq for Strings {
    fn eq(&self, other: &Self) -> bool {
        self.replaced == other.replaced
    }
}

impl fmt::Debug for Strings {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Strings").field("replaced", &self.replaced).finish_non_exhaustive()
    }
}

impl Strings {
    /// Puts the sentences in `replacements` (by name) in place of those so far. Names we do not
    /// have go to `unknown`.
    pub fn replace<'a>(
        &mut self,
        replacements: impl Iterator<Item = (&'a str, &'a str)>,
        mut unknown: impl FnMut(&str),
    ) {
        for (name, text) in replacements {
            if !self.set(name, text) {
                unknown(name);
            }
        }
    }

    /// Puts `text` in place of the sentence called `name`. Returns whether there is one.
    pub fn set(&mut self, name: &str, text: &str) -> bool {
        let Some(place) = place_of(name) else { return false };
        // The newest goes first, and hides an older one.
        self.replaced.insert(0, (place, AttrValue::from(text.to_owned())));
        true
    }

    /// From now on `rule` says which form a number takes; without one it is English.
    pub fn count_by(&mut self, rule: Rc<dyn Fn(usize) -> Plural>) {
        self.rule = Some(rule);
    }

    fn get(&self, place: usize, english: &'static str) -> AttrValue {
        self.replacement(place).unwrap_or(AttrValue::Static(english))
    }

    fn counted(&self, place: usize, count: usize, english: [&'static str; 2]) -> AttrValue {
        let english_form = if count == 1 { Plural::One } else { Plural::Other };
        let form = self.rule.as_ref().map_or(english_form, |rule| rule(count));
        let replaced = |form| self.replacement(plural_place(place, form));
        let sentence = replaced(form).or_else(|| replaced(Plural::Other));
        let sentence = sentence.unwrap_or(AttrValue::Static(english[usize::from(english_form == Plural::Other)]));
        fill(&sentence, "count", &count.to_string()).into()
    }

    fn replacement(&self, place: usize) -> Option<AttrValue> {
        self.replaced.iter().find(|(at, _)| *at == place).map(|(_, text)| text.clone())
    }
}

/// Plain sentences come first, then each counting one with its six categories.
fn place_of(name: &str) -> Option<usize> {
    if let Some(place) = NAMES.iter().position(|known| *known == name) {
        return Some(place);
    }
    let at = name.rfind('_')?;
    let place = PLURAL_NAMES.iter().position(|known| *known == &name[..at])?;
    let category = CATEGORIES.iter().position(|known| *known == &name[at + 1..])?;
    Some(NAMES.len() + place * CATEGORIES.len() + category)
}

fn plural_place(place: usize, form: Plural) -> usize {
    NAMES.len() + place * CATEGORIES.len() + form as usize
}

/// Puts `value` in the place `{name}` of a sentence, wherever it stands; a sentence without that
/// place stays as it is.
#[must_use]
pub fn fill(sentence: &str, name: &str, value: &str) -> String {
    let mut out = String::with_capacity(sentence.len() + value.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.strip_prefix(name).and_then(|tail| tail.strip_prefix('}')) {
            Some(tail) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_replaces_a_sentence_by_its_name() {
        let mut unknown = Vec::new();
        let mut strings = Strings::default();
        strings.replace([("heading", "Hello"), ("nonsense", "x")].into_iter(), |name| unknown.push(name.to_owned()));
        assert_eq!(strings.heading(), "Hello");
        assert_eq!(strings.send(), Strings::default().send());
        assert_eq!(unknown, ["nonsense"]);
    }

    #[test]
    fn every_sentence_can_be_replaced_and_no_name_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (name, english, meaning) in SENTENCES {
            assert!(seen.insert(name), "{name} stands twice");
            assert!(!english.is_empty() && !meaning.trim().is_empty(), "{name} says nothing");
            assert!(Strings::default().set(name, "x"), "{name} cannot be replaced");
        }
        for (name, english, meaning) in PLURALS {
            assert!(seen.insert(name), "{name} stands twice");
            assert!(english.iter().all(|english| english.contains("{count}")), "{name} counts nothing");
            assert!(!meaning.trim().is_empty(), "{name} says nothing");
            for category in CATEGORIES {
                assert!(Strings::default().set(&format!("{name}_{category}"), "x"), "{name}_{category}");
            }
            assert!(!Strings::default().set(name, "x"), "{name} has a form for each number");
        }
    }

    #[test]
    fn a_number_gets_the_form_of_its_language() {
        let mut strings = Strings::default();
        assert_eq!(strings.book_duration(1), "1 minute");
        assert_eq!(strings.book_duration(0), "0 minutes");
        // As in Polish, but for the teens.
        strings.count_by(Rc::new(|count| match count {
            1 => Plural::One,
            2..=4 => Plural::Few,
            _ => Plural::Many,
        }));
        for (name, text) in [("one", "minuta"), ("few", "minuty"), ("other", "minuty, ułamek")] {
            assert!(strings.set(&["book_duration_", name].concat(), &["{count} ", text].concat()));
        }
        assert_eq!(strings.book_duration(1), "1 minuta");
        assert_eq!(strings.book_duration(3), "3 minuty");
        assert_eq!(strings.book_duration(5), "5 minuty, ułamek", "what is missing is said by the last form");
        assert_eq!(Plural::named("few"), Plural::Few);
        assert_eq!(Plural::named("nonsense"), Plural::Other);
    }

    #[test]
    fn places_are_filled_once_and_values_are_never_read_as_places() {
        assert_eq!(fill("{author} says: {text}", "author", "{text}"), "{text} says: {text}");
        assert_eq!(fill("a {b} {c", "b", "x"), "a x {c");
        assert_eq!(fill("no place", "b", "x"), "no place");
        assert_eq!(fill("{n}{n}", "n", "1"), "11");
    }
}
