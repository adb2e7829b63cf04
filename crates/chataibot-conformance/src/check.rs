//! What a check is, and what it found.

use std::{fmt, pin::Pin};

use crate::fixture::Fixture;

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

/// What a check returns: what was seen when all is well, or the fault.
pub type Outcome = Result<String, Fault>;

/// Why a check did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This was seen instead.
    Seen(String),
    /// It does not apply here, and why.
    Skipped(String),
}

impl Fault {
    /// This was seen instead of what the contract asks.
    pub fn seen(what: impl Into<String>) -> Self {
        Self::Seen(what.into())
    }
}

/// Fails a check with what was seen, unless it holds.
///
/// # Errors
/// When it does not hold.
pub fn hold(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Seen(otherwise())) }
}

/// What runs a check.
pub type Run = for<'a> fn(&'a Fixture) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// One thing the contract asks.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its name, unique, as `--only` takes it.
    pub name: &'static str,
    /// How much it is wanted.
    pub level: Level,
    /// What the contract asks, in a sentence.
    pub asks: &'static str,
    /// What to change when it does not hold.
    pub mend: &'static str,
    /// It waits for long; it runs beside the others.
    pub slow: bool,
    /// Runs it.
    pub run: Run,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).field("level", &self.level).finish_non_exhaustive()
    }
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
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.outcome, Err(Fault::Seen(_)))
    }
}

/// A row of a table of checks: name, level, what is asked, how to mend it, and the function.
macro_rules! check {
    ($name:literal, $level:ident, $asks:literal, $mend:literal, $run:path) => {
        $crate::check::check!(@ $name, $level, $asks, $mend, $run, false)
    };
    (slow $name:literal, $level:ident, $asks:literal, $mend:literal, $run:path) => {
        $crate::check::check!(@ $name, $level, $asks, $mend, $run, true)
    };
    (@ $name:literal, $level:ident, $asks:literal, $mend:literal, $run:path, $slow:literal) => {
        $crate::check::Check {
            name: $name,
            level: $crate::check::Level::$level,
            asks: $asks,
            mend: $mend,
            slow: $slow,
            run: |fixture| Box::pin($run(fixture)),
        }
    };
}
pub(crate) use check;
