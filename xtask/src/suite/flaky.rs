//! Retries of failed browser tests: flaky, not failed, is what then passes several times alone.
//!
//! A browser, two servers and a test share few cores, and if the machine stops one of them for
//! seconds, a correct test may fail. A flaky test is reported and counted, and should be fixed. If
//! many tests failed, none is retried; nor is a test that was run by its name.

use std::{collections::BTreeMap, process::Command};

use anyhow::Result;

use super::run_and_count_with;
use crate::counts::Counts;

/// The most tests of a run that may be flaky: about one in a hundred.
const MAX_RETRIED: usize = 6;
const RETRIES: usize = 3;

/// Runs tests and, if few failed, those again by `rerun`, by name and, if the error names it, file.
pub fn count(command: &mut Command, mut rerun: impl FnMut(&str, Option<&str>) -> Result<Counts>) -> Result<Counts> {
    let mut failed: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut last_failed = None;
    let mut counts = run_and_count_with(command, |line| {
        if let Some(test) = failed_test(line) {
            failed.entry(test.to_owned()).or_default();
            last_failed = Some(test.to_owned());
        } else if line.starts_with('✔') {
            last_failed = None;
        } else if let Some(file) = named_file(line)
            && let Some(test) = last_failed.take()
        {
            failed.insert(test, Some(file.to_owned()));
        }
    })?;
    // The numbers differ if a file broke off or two tests have the same name: no retry then.
    if failed.len() != counts.failed || failed.len() > MAX_RETRIED {
        return Ok(counts);
    }
    for (test, file) in failed {
        retry_alone(&mut counts, &test, || {
            let again = rerun(&test, file.as_deref())?;
            Ok(again.failed == 0 && again.passed > 0)
        })?;
    }
    Ok(counts)
}

/// Counts a failed test as flaky if it passes every time on its own.
pub fn retry_alone(counts: &mut Counts, test: &str, mut passes: impl FnMut() -> Result<bool>) -> Result<()> {
    println!("\n● {test}: failed. Running it alone, where it has to pass {RETRIES} times …");
    for _ in 0..RETRIES {
        if !passes()? {
            println!("● {test}: failed alone, too.");
            return Ok(());
        }
    }
    println!("● {test}: flaky: it failed among the others and passed {RETRIES} times alone.");
    counts.failed -= 1;
    counts.passed += 1;
    counts.flaky += 1;
    Ok(())
}

/// Returns the name in a line like `✖ two tabs (12.5ms)`.
fn failed_test(line: &str) -> Option<&str> {
    let (name, time) = line.strip_prefix("✖ ")?.rsplit_once(" (")?;
    time.strip_suffix("ms)")?.parse::<f64>().ok().map(|_| name)
}

/// Returns `tabs` in a line of an error's stack like `at file:///…/tests/e2e/tabs.test.mjs:12:3`.
fn named_file(line: &str) -> Option<&str> {
    let (path, _) = line.trim_start().strip_prefix("at ")?.split_once(".test.mjs:")?;
    path.rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: &str = "✔ one (1.5ms)\n✖ two (fast) (12.5ms)\n  Error: no\n      at until (file:///a/tests/e2e/wait.mjs:9:33)\n      at async file:///a/tests/e2e/life.test.mjs:98:3\n✔ three (1ms)\n      at b.test.mjs:1:1\nℹ pass 2\nℹ fail 1\n✖ failing tests:\n✖ two (fast) (12.5ms)";

    fn run(seen: &str, rerun: &[usize]) -> (Counts, usize) {
        let mut tries = 0;
        let counts = count(Command::new("printf").args(["%s", seen]), |test, file| {
            assert_eq!((test, file), ("two (fast)", Some("life")));
            let failed = rerun[tries];
            tries += 1;
            Ok(Counts { passed: 1 - failed, failed, ..Counts::default() })
        });
        (counts.expect("it ran"), tries)
    }

    #[test]
    fn a_test_that_passes_every_time_by_itself_is_flaky() {
        let expected = Counts { passed: 3, flaky: 1, ..Counts::default() };
        assert_eq!(run(SEEN, &[0, 0, 0]), (expected, 3));
    }

    #[test]
    fn a_test_that_fails_once_more_has_failed() {
        let expected = Counts { passed: 2, failed: 1, ..Counts::default() };
        assert_eq!(run(SEEN, &[0, 1]), (expected, 2));
    }

    #[test]
    fn of_many_that_failed_none_is_excused() {
        let many: String = (0..=MAX_RETRIED).map(|number| format!("✖ test {number} (1ms)\n")).collect();
        let (counts, tries) = run(&format!("{many}ℹ fail {}\n", MAX_RETRIED + 1), &[]);
        assert_eq!((counts.failed, tries), (MAX_RETRIED + 1, 0));
    }

    #[test]
    fn a_file_that_broke_off_has_failed() {
        let (counts, tries) = run("✖ tests/e2e/life.test.mjs (1ms)\nℹ fail 1\nℹ cancelled 2\n", &[]);
        assert_eq!((counts.failed, tries), (3, 0));
    }

    #[test]
    fn only_a_name_with_a_time_is_a_test() {
        assert_eq!(failed_test("✖ a, b (2) (0.5ms)"), Some("a, b (2)"));
        assert_eq!(failed_test("✖ failing tests:"), None);
        assert_eq!(failed_test("✔ a (0.5ms)"), None);
    }
}
