//! Text report: a line for each check, and what the contract asks and how to fix each violation.

use std::fmt::Write;

use crate::check::{Check, Found, Level};
use crate::outcome::CheckError;

/// Formats the list of checks.
pub fn list(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let level = format!("{:?}", check.level).to_lowercase();
        // Writing to a String can't fail.
        let _ = writeln!(text, "{:<24} {level} {}", check.name, check.asks);
    }
    let musts = checks.iter().filter(|check| check.level == Level::Must).count();
    let _ = writeln!(text, "\n{} checks: {musts} must, {} should", checks.len(), checks.len() - musts);
    text
}

/// Formats what one check found.
pub fn found(found: &Found) -> String {
    let Check { name, level, asks, remedy, .. } = found.check;
    match &found.outcome {
        Ok(seen) => format!("holds    {name:<24} {seen}"),
        Err(CheckError::NotApplicable(why)) => format!("skipped  {name:<24} {why}"),
        Err(CheckError::Violation(seen)) => {
            let word = match level {
                Level::Must => "BROKEN ",
                Level::Should => "should ",
            };
            format!("{word}  {name:<24} {seen}\n           asked  {asks}\n           mend   {remedy}")
        }
    }
}

/// Formats the summary at the end.
pub fn sum(all: &[Found]) -> String {
    let count = |wanted: &dyn Fn(&Found) -> bool| all.iter().filter(|found| wanted(found)).count();
    let held = count(&|found| found.outcome.is_ok());
    let skipped = count(&|found| matches!(found.outcome, Err(CheckError::NotApplicable(_))));
    let broken = |level: Level| count(&move |found: &Found| found.is_broken() && found.check.level == level);
    let (must, should) = (broken(Level::Must), broken(Level::Should));
    let verdict = if must == 0 { "The proxy keeps the contract." } else { "The proxy breaks the contract." };
    format!(
        "\n{verdict} Of {} checks {held} hold, {must} \"must\" and {should} \"should\" are broken, {skipped} were skipped.",
        all.len()
    )
}
