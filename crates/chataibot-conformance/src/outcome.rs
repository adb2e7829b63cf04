//! How a check ends: with what was seen, or with the reason why the requirement does not hold.

use serde_json::Value;

/// What a check returns: what was seen when the requirement holds, or the error.
pub type Outcome = Result<String, CheckError>;

/// Why a check did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckError {
    /// This was seen instead.
    Violation(String),
    /// It does not apply here, and why.
    NotApplicable(String),
}

/// A violation, by what was seen instead of what the contract asks.
pub fn violation(seen: impl Into<String>) -> CheckError {
    CheckError::Violation(seen.into())
}

/// Fails a check with what was seen, unless it holds.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), CheckError> {
    if holds { Ok(()) } else { Err(CheckError::Violation(otherwise())) }
}

/// Fails a check unless exactly so many entries of a log are such.
pub fn ensure_count(log: &[Value], is_such: impl Fn(&Value) -> bool, count: usize) -> Result<(), CheckError> {
    let found = log.iter().filter(|entry| is_such(entry)).count();
    ensure(found == count, || format!("{found} times in the log, not {count}"))
}
