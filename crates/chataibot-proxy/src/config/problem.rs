//! What is wrong in a configuration, where, and what to change. All problems are collected, so that
//! one look repairs them all.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// Where a value stands.
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
    /// Nowhere: it is missing.
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

/// Where settings stand, for what is found out about them later. Those of tables have none.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<&'static str, Location>);

impl Places {
    /// Keeps the place that counts.
    pub(super) fn keep(&mut self, key: &'static str, place: Location) {
        self.0.insert(key, place);
    }

    /// Where that setting stands; nowhere where its default counts.
    pub fn of(&self, key: &str) -> Location {
        self.0.get(key).cloned().unwrap_or(Location::Nowhere)
    }
}

/// One thing to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Problem {
    /// Where.
    pub place: Location,
    /// What is wrong and what to write instead. Never holds a secret.
    pub what: String,
}

/// Everything that is wrong. Never empty where it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// One more.
    pub fn add(&mut self, place: Location, what: impl Into<String>) {
        self.0.push(Problem { place, what: what.into() });
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
