//! Performs a walk step by step and checks what is heard.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};

use super::{
    desktop::Desktop,
    harness::Harness,
    heard::Heard,
    walk::{Line, Pattern, Step, Walk, What},
};
use crate::{files::write, setup::Engine};

/// Time limit for an expected utterance; a message that is retried again and again before it has
/// failed takes longest.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long to wait for an utterance that is known to be missing.
const DOUBT: Duration = Duration::from_secs(5);
/// Time limit for an utterance after a key; few keys cause none.
const ANSWER: Duration = Duration::from_secs(8);
const PRESSES: usize = 30;

#[derive(Debug, Default)]
pub struct Verdict {
    /// What was heard and must not be, or the other way round, each with all that its step heard.
    pub failures: Vec<String>,
    /// The reasons of known faults that occurred.
    pub known_faults: Vec<String>,
}

pub fn perform(
    walk: &Walk,
    engine: Engine,
    desktop: &Desktop,
    harness: &Harness,
    transcript: &Path,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut record = format!("{} in {}\n", walk.name, engine.name());
    let mut begin = 0;
    for step in &walk.steps {
        let failed = verdict.failures.len();
        let done = take(step, begin, engine, desktop, harness, &mut verdict);
        desktop.heard.wait_until_still(PATIENCE);
        let said = desktop.heard.so_far()?;
        let part = format!(
            "\n## {}\n{}",
            step.title,
            said[begin..].iter().map(|words| format!("{words}\n")).collect::<String>()
        );
        record.push_str(&part);
        write(transcript, &record)?;
        done.with_context(|| format!("in the step {:?}, in which was heard:\n{part}", step.title))?;
        if verdict.failures.len() > failed {
            verdict.failures.push(part);
            // What follows would fail for the same reason.
            break;
        }
        begin = said.len();
    }
    Ok(verdict)
}

fn take(
    step: &Step,
    begin: usize,
    engine: Engine,
    desktop: &Desktop,
    harness: &Harness,
    verdict: &mut Verdict,
) -> Result<()> {
    let heard = &desktop.heard;
    // Index after the last expected utterance.
    let mut behind = begin;
    let mut still = false;
    for line in step.lines.iter().filter(|line| line.only.is_none_or(|only| only == engine)) {
        match &line.what {
            What::Press(keys) => keys.iter().try_for_each(|key| desktop.press(key))?,
            What::PressUntil(key, pattern) => behind = press_until(desktop, key, pattern, behind)?,
            What::Type(letters) => desktop.type_letters(letters)?,
            What::Order(name, body) => harness.order(name, body)?,
            What::Says(pattern) => {
                let patience = match line.known_fault {
                    // After a failure, no long wait for another.
                    None if verdict.failures.is_empty() => PATIENCE,
                    _ => DOUBT,
                };
                let at = find(heard, pattern, behind, patience)?;
                behind = at.map_or(behind, |at| at + 1);
                judge(line, at.is_some(), || format!("  not said: {:?}", pattern.text()), verdict);
            }
            What::Once(pattern) | What::Not(pattern) => {
                let wanted = usize::from(matches!(line.what, What::Once(_)));
                if wanted == 1 && line.known_fault.is_none() && verdict.failures.is_empty() {
                    find(heard, pattern, begin, PATIENCE)?;
                    still = false;
                }
                if !still {
                    heard.wait_until_still(PATIENCE);
                }
                let times = heard.so_far()?[begin..].iter().filter(|words| pattern.fits(words)).count();
                let text = pattern.text();
                judge(line, times == wanted, || format!("  said {times} times and not {wanted}: {text:?}"), verdict);
            }
        }
        still = matches!(line.what, What::Once(_) | What::Not(_));
    }
    Ok(())
}

fn judge(line: &Line, holds: bool, failure: impl FnOnce() -> String, verdict: &mut Verdict) {
    match (&line.known_fault, holds) {
        (None, true) => {}
        (None, false) => verdict.failures.push(failure()),
        (Some(reason), false) => verdict.known_faults.push(reason.clone()),
        (Some(reason), true) => {
            verdict.failures.push(format!("  a known fault is gone, take its mark away: {reason}"));
        }
    }
}

/// Returns the index of the first utterance from `behind` on that matches, once there is one.
fn find(heard: &Heard, pattern: &Pattern, behind: usize, patience: Duration) -> Result<Option<usize>> {
    let mut at = None;
    heard.wait_until(patience, |said| {
        at = said.iter().skip(behind).position(|words| pattern.fits(words)).map(|at| at + behind);
        at.is_some()
    })?;
    Ok(at)
}

/// Presses a key until something is heard, and returns the index after that utterance.
fn press_until(desktop: &Desktop, key: &str, pattern: &Pattern, behind: usize) -> Result<usize> {
    for _ in 0..PRESSES {
        let before = desktop.heard.so_far()?.len();
        desktop.press(key)?;
        // No further press before the browser has reacted: it would go past what is looked for.
        desktop.heard.wait_until(ANSWER, |said| said[before..].iter().any(|words| !is_echo(words)))?;
        desktop.heard.wait_until_still(PATIENCE);
        if let Some(at) = find(&desktop.heard, pattern, behind, Duration::ZERO)? {
            return Ok(at + 1);
        }
    }
    anyhow::bail!("{key} was pressed {PRESSES} times, and {:?} was not said", pattern.text())
}

fn is_echo(words: &str) -> bool {
    matches!(words, "tab" | "left shift" | "up" | "down" | "left" | "right" | "return" | "escape" | "space")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(known_fault: Option<&str>, holds: bool) -> (usize, usize) {
        let walk = Walk::read("x", "step One\nsays \"Hello\"").expect("a walk");
        let mut line = walk.steps.into_iter().flat_map(|step| step.lines).next().expect("its line");
        line.known_fault = known_fault.map(str::to_owned);
        let mut verdict = Verdict::default();
        judge(&line, holds, || "not said".to_owned(), &mut verdict);
        (verdict.failures.len(), verdict.known_faults.len())
    }

    #[test]
    fn a_known_fault_is_told_and_passes_until_it_is_gone() {
        assert_eq!(judged(None, true), (0, 0));
        assert_eq!(judged(None, false), (1, 0));
        assert_eq!(judged(Some("it is mute"), false), (0, 1));
        assert_eq!(judged(Some("it is mute"), true), (1, 0), "the mark must go");
    }
}
