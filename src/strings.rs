//! Every sentence a visitor can read: the English of `strings/table.rs`, or replacements.
//!
//! Makes no browser calls and knows no language but English: a page replaces sentences by name, and
//! so do locale files. `{name}` in a sentence is a placeholder, replaced by [`fill`].

use std::{fmt, rc::Rc};

use yew::AttrValue;

/// The plural categories of Unicode, in the order of [`Plural`]; English has two of them.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Plural category of a number. The language's rule determines it: see [`Strings::count_by`].
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
    /// Returns the category with this name, or [`Plural::Other`] if there is none.
    pub fn named(name: &str) -> Self {
        const ALL: [Plural; 6] = [Plural::Zero, Plural::One, Plural::Two, Plural::Few, Plural::Many, Plural::Other];
        CATEGORIES.iter().position(|known| *known == name).map_or(Self::Other, |at| ALL[at])
    }
}

macro_rules! sentences {
    ($($name:ident = $english:literal, $meaning:literal;)+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum SentenceIndex { $($name,)+ }

        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),+];
        const ENGLISH: &[&str] = &[$($english),+];

        /// Name, English and meaning of every sentence without a number, for locale files.
        pub const SENTENCES: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $meaning)),+];

        impl Strings {
            $(#[doc = $meaning]
            pub fn $name(&self) -> AttrValue {
                self.get(SentenceIndex::$name as usize, ENGLISH[SentenceIndex::$name as usize])
            })+
        }
    };
}

macro_rules! plurals {
    ($($name:ident = [$one:literal, $other:literal], $meaning:literal;)+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum PluralIndex { $($name,)+ }

        pub(super) const PLURAL_NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Name, English for one and for other numbers, and meaning of every sentence with a count.
        /// A language has one for each of its plural categories, called `<name>_<category>`;
        /// `<name>_other` replaces a missing one.
        pub const PLURALS: &[(&str, [&str; 2], &str)] = &[$((stringify!($name), [$one, $other], $meaning)),+];

        impl Strings {
            $(#[doc = $meaning]
            ///
            /// `{count}` is filled already.
            pub fn $name(&self, count: usize) -> AttrValue {
                self.get_plural(PluralIndex::$name as usize, count, [$one, $other])
            })+
        }
    };
}

mod table;

use table::{NAMES, PLURAL_NAMES};
pub use table::{PLURALS, SENTENCES};

/// Plural rule of a language: returns the category of a number.
type CountRule = Rc<dyn Fn(usize) -> Plural>;

/// The sentences of one widget: English, with replacements.
#[derive(Clone, Default)]
pub struct Strings {
    /// Replacements by index in the tables. They are few, or a whole language: searching them costs
    /// little compared to rendering a sentence.
    replaced: Vec<(usize, AttrValue)>,
    rule: Option<CountRule>,
}

/// Does not compare the plural rule, which follows from the language of the sentences.
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
    /// Replaces sentences by name. Calls `unknown` with each name that does not exist.
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

    /// Replaces the sentence called `name` with `text`. Returns whether it exists.
    pub fn set(&mut self, name: &str, text: &str) -> bool {
        let Some(index) = index_of(name) else { return false };
        // The newest goes first, and hides an older one.
        self.replaced.insert(0, (index, AttrValue::from(text.to_owned())));
        true
    }

    /// Sets the plural rule; the default is the English one.
    pub fn count_by(&mut self, rule: Rc<dyn Fn(usize) -> Plural>) {
        self.rule = Some(rule);
    }

    fn get(&self, index: usize, english: &'static str) -> AttrValue {
        self.replacement(index).unwrap_or(AttrValue::Static(english))
    }

    fn get_plural(&self, index: usize, count: usize, english: [&'static str; 2]) -> AttrValue {
        let english_form = if count == 1 { Plural::One } else { Plural::Other };
        let form = self.rule.as_ref().map_or(english_form, |rule| rule(count));
        let replaced = |form| self.replacement(plural_index(index, form));
        let sentence = replaced(form).or_else(|| replaced(Plural::Other));
        let sentence = sentence.unwrap_or(AttrValue::Static(english[usize::from(english_form == Plural::Other)]));
        fill(&sentence, "count", &count.to_string()).into()
    }

    fn replacement(&self, index: usize) -> Option<AttrValue> {
        self.replaced.iter().find(|(at, _)| *at == index).map(|(_, text)| text.clone())
    }
}

/// Returns the index of a sentence: plain ones first, then six categories for each with a count.
fn index_of(name: &str) -> Option<usize> {
    if let Some(index) = NAMES.iter().position(|known| *known == name) {
        return Some(index);
    }
    let at = name.rfind('_')?;
    let index = PLURAL_NAMES.iter().position(|known| *known == &name[..at])?;
    let category = CATEGORIES.iter().position(|known| *known == &name[at + 1..])?;
    Some(NAMES.len() + index * CATEGORIES.len() + category)
}

fn plural_index(index: usize, form: Plural) -> usize {
    NAMES.len() + index * CATEGORIES.len() + form as usize
}

/// Replaces each `{name}` in a sentence with `value`; a sentence without it stays unchanged.
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
        // As in Polish, except for 12 to 14.
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
