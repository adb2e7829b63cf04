//! A check: one requirement of the contract, and what running it found.

use std::{fmt, pin::Pin};

use crate::{
    fixture::Fixture,
    outcome::{CheckError, Outcome},
};

/// How strongly the contract demands a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Without it the widget does not work properly, or a visitor is not safe.
    Must,
    /// Without it the widget works, but worse or less safely.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "must",
            Self::Should => "should",
        })
    }
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
pub struct Found {
    /// Which check.
    pub check: Check,
    /// What it found.
    pub outcome: Outcome,
}

impl Found {
    /// Whether the requirement is violated.
    pub fn is_broken(&self) -> bool {
        matches!(self.outcome, Err(CheckError::Violation(_)))
    }
}

/// Declares a table of checks: for each its level, name and function; then the requirement and its
/// remedy.
macro_rules! checks {
    ($($level:ident $($slow:ident)? $name:literal $run:ident: $asks:literal => $remedy:literal;)+) => {
        pub(super) const CHECKS: &[$crate::check::Check] = &[$($crate::check::Check {
            name: $name,
            level: $crate::check::Level::$level,
            asks: $asks,
            remedy: $remedy,
            slow: $crate::check::checks!(@slow $($slow)?),
            run: |fixture| Box::pin($run(fixture)),
        }),+];
    };
    (@slow slow) => { true };
    (@slow) => { false };
}
pub(crate) use checks;
