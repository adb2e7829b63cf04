//! Outcome of a check: what was seen, or why the requirement does not hold.

use serde_json::Value;

/// What a check returns: what was seen when the requirement holds, or the error.
pub type Outcome = Result<String, CheckError>;

/// Why a check did not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The requirement does not hold; this was seen instead.
    #[error("{0}")]
    Violation(String),
    /// The check does not apply here, for this reason.
    #[error("{0}")]
    NotApplicable(String),
}

/// Creates a violation from what was seen instead of what the contract asks.
pub fn violation(seen: impl ToString) -> CheckError {
    CheckError::Violation(seen.to_string())
}

/// Skips a check, for this reason.
pub fn not_applicable<T>(why: impl ToString) -> Result<T, CheckError> {
    Err(CheckError::NotApplicable(why.to_string()))
}

/// Fails a check with what was seen, as `format!` takes it, unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($seen:tt)+) => {
        if !$holds {
            return Err($crate::outcome::violation(format_args!($($seen)+)));
        }
    };
}
pub(crate) use ensure;

/// Fails a check unless exactly `count` entries of a log satisfy `is_such`.
pub fn ensure_count(log: &[Value], is_such: impl Fn(&Value) -> bool, count: usize) -> Result<(), CheckError> {
    let found = log.iter().filter(|entry| is_such(entry)).count();
    ensure!(found == count, "{found} times in the log, not {count}");
    Ok(())
}
