//! Parser of the configuration file: tables in which every value knows its line.

use std::{ops::Range, path::Path};

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::config::{Problems, problem::Location};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    pub value: T,
    pub location: Location,
}

/// The type of a value in the file.
#[derive(Clone, Copy)]
pub enum Scalar {
    Text,
    Number,
    Flag,
}

#[derive(Clone)]
pub struct Table<'a> {
    path: &'a Path,
    text: &'a str,
    entries: DeTable<'a>,
    start: usize,
}

impl<'a> Table<'a> {
    /// Parses the whole file. Syntax errors become problems.
    pub fn parse(path: &'a Path, text: &'a str, problems: &mut Problems) -> Self {
        let (entries, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let location =
                Location::Line(path.to_owned(), line_number(text, error.span().map_or(0, |span| span.start)));
            problems.add(location, format!("this is not TOML: {}", error.message()));
        }
        Self { path, text, entries: entries.into_inner(), start: 0 }
    }

    pub fn location(&self) -> Location {
        self.location_of(&(self.start..self.start))
    }

    pub fn key_location(&self, key: &str) -> Option<Location> {
        self.entries.get_key_value(key).map(|(key, _)| self.location_of(&key.span()))
    }

    /// Reports unknown keys, and the known key that was probably meant.
    pub fn refuse_unknown(&self, inside: &str, known: &[&str], problems: &mut Problems) {
        for key in self.entries.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let location = self.location_of(&key.span());
            let elsewhere = [(format!("{name}_file"), "<path>"), (format!("{name}_env"), "<variable>")];
            let elsewhere = elsewhere.iter().filter(|(key, _)| known.contains(&key.as_str()));
            let elsewhere: Vec<String> = elsewhere.map(|(key, value)| format!("`{key} = \"{value}\"`")).collect();
            if !elsewhere.is_empty() {
                problems.add(location, format!("secrets do not belong in this file; write {}", elsewhere.join(" or ")));
                continue;
            }
            let nearest =
                known.iter().max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
            let hint = match nearest {
                Some(nearest) if strsim::jaro_winkler(name, nearest) > 0.8 => format!("did you mean `{nearest}`?"),
                _ => format!("known are {}", known.join(", ")),
            };
            problems.add(location, format!("unknown setting `{name}`{inside}; {hint}"));
        }
    }

    /// Returns a value as it would be written in a variable.
    pub fn scalar(&self, key: &str, scalar: Scalar, problems: &mut Problems) -> Option<Located<String>> {
        let value = self.entries.get(key)?;
        let number = |digits: &DeInteger| i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let (found, wanted) = match scalar {
            Scalar::Text => (as_text(value), "a text in quotes"),
            Scalar::Number => {
                let number = value.get_ref().as_integer().and_then(number);
                (number.map(|number| number.to_string()), "a whole number, without quotes")
            }
            Scalar::Flag => (value.get_ref().as_bool().map(|flag| flag.to_string()), "true or false, without quotes"),
        };
        self.typed(key, value, found, wanted, problems)
    }

    /// Returns a list of texts, empty if the key is missing; `None` if it is invalid, which is then
    /// reported. `example` shows its items.
    pub fn list(&self, key: &str, example: &str, problems: &mut Problems) -> Option<Vec<Located<String>>> {
        let Some(value) = self.entries.get(key) else { return Some(Vec::new()) };
        let wanted = format!("a list of texts, such as [{example}]");
        let DeValue::Array(items) = value.get_ref() else {
            self.typed(key, value, None::<()>, &wanted, problems);
            return None;
        };
        // Collected first, so that every invalid item is reported.
        let texts: Vec<_> = items.iter().map(|item| self.typed(key, item, as_text(item), &wanted, problems)).collect();
        texts.into_iter().collect()
    }

    pub fn table(&self, key: &str, problems: &mut Problems) -> Option<Table<'a>> {
        let value = self.entries.get(key)?;
        self.subtable(key, value, &format!("a table: [{key}]"), problems)
    }

    pub fn tables(&self, key: &str, problems: &mut Problems) -> Vec<Table<'a>> {
        let Some(value) = self.entries.get(key) else { return Vec::new() };
        let wanted = format!("tables with two brackets: [[{key}]]");
        let DeValue::Array(items) = value.get_ref() else {
            self.typed(key, value, None::<()>, &wanted, problems);
            return Vec::new();
        };
        items.iter().filter_map(|item| self.subtable(key, item, &wanted, problems)).collect()
    }

    fn subtable(
        &self,
        key: &str,
        value: &Spanned<DeValue<'a>>,
        wanted: &str,
        problems: &mut Problems,
    ) -> Option<Table<'a>> {
        let entries = value.get_ref().as_table().cloned();
        let found = self.typed(key, value, entries, wanted, problems)?;
        Some(Table { path: self.path, text: self.text, entries: found.value, start: value.span().start })
    }

    fn typed<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue>,
        found: Option<T>,
        wanted: &str,
        problems: &mut Problems,
    ) -> Option<Located<T>> {
        let location = self.location_of(&value.span());
        let value = problems.ok_or_add(location.clone(), found.ok_or_else(|| format!("`{key}` must be {wanted}")))?;
        Some(Located { value, location })
    }

    fn location_of(&self, span: &Range<usize>) -> Location {
        Location::Line(self.path.to_owned(), line_number(self.text, span.start))
    }
}

fn as_text(value: &Spanned<DeValue>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

fn line_number(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|b| *b == b'\n').count()
}
