//! A check: one requirement of the contract, and what running it found.

use std::{fmt, pin::Pin};

use crate::{
    fixture::Fixture,
    outcome::{CheckError, Outcome},
};

/// How much the contract wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The widget does not work right without it, or a visitor is not safe.
    Must,
    /// It works, and is worse or less safe.
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

/// One thing the contract asks.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name, unique, as `--only` takes it.
    pub name: &'static str,
    pub(crate) level: Level,
    /// What the contract asks, in a sentence.
    pub asks: &'static str,
    /// What to change when it does not hold.
    pub remedy: &'static str,
    /// It waits for long; it runs beside the others.
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
    /// Does the contract break here?
    pub fn is_broken(&self) -> bool {
        matches!(self.outcome, Err(CheckError::Violation(_)))
    }
}

/// A table of checks: for each its level, its name and its function; then what is asked, and how to
/// mend it.
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
