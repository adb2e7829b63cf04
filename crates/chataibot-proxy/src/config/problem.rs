//! Problems of a configuration, with location and remedy; all are collected, to be fixed at once.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// Location of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A line of the configuration file, counted from 1.
    Line(PathBuf, usize),
    /// The configuration file as a whole.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// A flag of the command line.
    Flag(&'static str),
    /// The value is missing.
    Nowhere,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "{name}"),
            Self::Nowhere => f.write_str("configuration"),
        }
    }
}

/// Locations of settings, except those inside tables, for problems that are found later.
#[derive(Clone, Debug, Default)]
pub struct Locations(BTreeMap<&'static str, Location>);

impl Locations {
    /// Records the location that took effect.
    pub(super) fn record(&mut self, key: &'static str, location: Location) {
        self.0.insert(key, location);
    }

    /// Returns the location of a setting; `Nowhere` if its default applies.
    pub fn location(&self, key: &str) -> Location {
        self.0.get(key).cloned().unwrap_or(Location::Nowhere)
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{location}: {what}")]
pub struct Problem {
    /// Its location.
    pub location: Location,
    /// Description and remedy. Never holds a secret.
    pub what: String,
}

/// All problems. Never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Adds a problem.
    pub fn add(&mut self, location: Location, what: impl Into<String>) {
        self.0.push(Problem { location, what: what.into() });
    }

    /// Returns the value; what is wrong instead becomes a problem.
    pub fn ok_or_add<T>(&mut self, location: Location, checked: Result<T, impl Into<String>>) -> Option<T> {
        checked.map_err(|what| self.add(location, what)).ok()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        let count = self.0.len();
        write!(f, "{count} {} to repair", if count == 1 { "problem" } else { "problems" })
    }
}

impl std::error::Error for Problems {}
