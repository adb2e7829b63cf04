//! A check: one requirement of the contract, and what running it found.

use std::pin::Pin;

use crate::fixture::Fixture;
use crate::outcome::{CheckError, Outcome};

/// How strongly the contract demands a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Without it the widget does not work properly, or a visitor is not safe.
    Must,
    /// Without it the widget works, but worse or less safely.
    Should,
}

pub type Run = for<'a> fn(&'a Fixture) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A requirement of the contract, and how to check it.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its unique name, as `--only` takes it.
    pub name: &'static str,
    pub(crate) level: Level,
    /// What the contract asks, in a sentence.
    pub asks: &'static str,
    /// What to change when it does not hold.
    pub remedy: &'static str,
    /// Whether it waits for long; it then runs concurrently with the others.
    pub slow: bool,
    pub(crate) run: Run,
}

/// A check and what it found.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as their types")]
pub struct Found {
    pub check: Check,
    pub outcome: Outcome,
}

impl Found {
    /// Whether the requirement is violated.
    pub fn is_broken(&self) -> bool {
        matches!(self.outcome, Err(CheckError::Violation(_)))
    }
}
