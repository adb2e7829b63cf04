//! Performs a walk step by step and checks what is heard.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};

use super::desktop::Desktop;
use super::harness::Harness;
use super::heard::SpeechLog;
use super::walk::{Instruction, Line, Pattern, Step, Walk};
use crate::{files::write, setup::Engine};

/// Time limit for an expected utterance; a message that is retried until it fails takes longest.
const UTTERANCE_TIMEOUT: Duration = Duration::from_secs(90);
/// How long to wait for an utterance that is known to be missing.
const KNOWN_FAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit for an utterance after a key; few keys cause none.
const KEY_TIMEOUT: Duration = Duration::from_secs(8);
const MAX_PRESSES: usize = 30;

#[derive(Debug, Default)]
pub struct Verdict {
    /// What was wrongly heard or not heard, each with all that its step heard.
    pub failures: Vec<String>,
    /// The reasons of known faults that occurred.
    pub known_faults: Vec<String>,
}

/// Where a walk is performed.
pub struct Stage {
    pub engine: Engine,
    pub desktop: Desktop,
    pub harness: Harness,
}

pub fn perform(walk: &Walk, stage: &Stage, transcript: &Path) -> Result<Verdict> {
    let Stage { engine, desktop, .. } = stage;
    let mut verdict = Verdict::default();
    let mut record = format!("{} in {}\n", walk.name, engine.name());
    let mut step_start = 0;
    for step in &walk.steps {
        let failed = verdict.failures.len();
        let result = perform_step(step, step_start, stage, &mut verdict);
        desktop.speech_log.wait_until_silent(UTTERANCE_TIMEOUT);
        let said = desktop.speech_log.utterances()?;
        let heard: String = said[step_start..].iter().flat_map(|words| [words, "\n"]).collect();
        let section = format!("\n## {}\n{heard}", step.title);
        record.push_str(&section);
        write(transcript, &record)?;
        result.with_context(|| format!("in the step {:?}; the reader said:\n{section}", step.title))?;
        if verdict.failures.len() > failed {
            verdict.failures.push(section);
            // What follows would fail for the same reason.
            break;
        }
        step_start = said.len();
    }
    Ok(verdict)
}

fn perform_step(step: &Step, step_start: usize, stage: &Stage, verdict: &mut Verdict) -> Result<()> {
    let Stage { engine, desktop, harness } = stage;
    let speech_log = &desktop.speech_log;
    // Index after the last expected utterance.
    let mut next_index = step_start;
    let mut is_silent = false;
    for line in step.lines.iter().filter(|line| line.engine.is_none_or(|only| only == *engine)) {
        match &line.instruction {
            Instruction::Press(keys) => keys.iter().try_for_each(|key| desktop.press(key))?,
            Instruction::PressUntil(key, pattern) => next_index = press_until(desktop, key, pattern, next_index)?,
            Instruction::Type(letters) => desktop.type_letters(letters)?,
            Instruction::Order(name, body) => harness.order(name, body)?,
            Instruction::Says(pattern) => {
                let limit = match line.known_fault {
                    // After a failure, no long wait for another.
                    None if verdict.failures.is_empty() => UTTERANCE_TIMEOUT,
                    _ => KNOWN_FAULT_TIMEOUT,
                };
                let at = find(speech_log, pattern, next_index, limit)?;
                next_index = at.map_or(next_index, |at| at + 1);
                judge(line, at.is_some(), || format!("  not said: {:?}", pattern.text()), verdict);
            }
            Instruction::Once(pattern) | Instruction::Not(pattern) => {
                let wanted = usize::from(matches!(line.instruction, Instruction::Once(_)));
                if wanted == 1 && line.known_fault.is_none() && verdict.failures.is_empty() {
                    find(speech_log, pattern, step_start, UTTERANCE_TIMEOUT)?;
                    is_silent = false;
                }
                if !is_silent {
                    speech_log.wait_until_silent(UTTERANCE_TIMEOUT);
                }
                let times =
                    speech_log.utterances()?[step_start..].iter().filter(|words| pattern.matches(words)).count();
                let text = pattern.text();
                judge(line, times == wanted, || format!("  said {times} times instead of {wanted}: {text:?}"), verdict);
            }
        }
        is_silent = matches!(line.instruction, Instruction::Once(_) | Instruction::Not(_));
    }
    Ok(())
}

fn judge(line: &Line, is_met: bool, failure: impl FnOnce() -> String, verdict: &mut Verdict) {
    match (&line.known_fault, is_met) {
        (None, true) => {}
        (None, false) => verdict.failures.push(failure()),
        (Some(reason), false) => verdict.known_faults.push(reason.clone()),
        (Some(reason), true) => {
            verdict.failures.push(format!("  a known fault no longer occurs, remove its mark: {reason}"));
        }
    }
}

/// Returns the index of the first utterance from `next_index` on that matches, once there is one.
fn find(speech_log: &SpeechLog, pattern: &Pattern, next_index: usize, limit: Duration) -> Result<Option<usize>> {
    let mut at = None;
    speech_log.wait_until(limit, |said| {
        at = said.iter().skip(next_index).position(|words| pattern.matches(words)).map(|at| at + next_index);
        at.is_some()
    })?;
    Ok(at)
}

/// Presses a key until something is heard, and returns the index after that utterance.
fn press_until(desktop: &Desktop, key: &str, pattern: &Pattern, next_index: usize) -> Result<usize> {
    for _ in 0..MAX_PRESSES {
        let before = desktop.speech_log.utterances()?.len();
        desktop.press(key)?;
        // No further press before the browser has reacted: it would go past what is looked for.
        desktop.speech_log.wait_until(KEY_TIMEOUT, |said| said[before..].iter().any(|words| !is_echo(words)))?;
        desktop.speech_log.wait_until_silent(UTTERANCE_TIMEOUT);
        if let Some(at) = find(&desktop.speech_log, pattern, next_index, Duration::ZERO)? {
            return Ok(at + 1);
        }
    }
    anyhow::bail!("{key} was pressed {MAX_PRESSES} times, and {:?} was not said", pattern.text())
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
