//! Counts of tests, read from the closing lines of cargo's and Node's test runners.

use std::{fmt, ops::AddAssign};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// Failed among the others but passed every time alone; counted as passed too.
    pub flaky: usize,
}

impl Counts {
    /// Adds the numbers in a closing line; any other line changes nothing.
    pub fn read_line(&mut self, line: &str) {
        if let Some(result) = line.trim_start().strip_prefix("test result: ") {
            // `ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out`
            let counts = result.split_once(". ").map_or("", |(_, counts)| counts).split("; ");
            counts.filter_map(|count| count.split_once(' ')).for_each(|(number, what)| self.add(what, number));
        } else if let Some((what, number)) = line.strip_prefix("ℹ ").and_then(|count| count.split_once(' ')) {
            self.add(what, number);
        }
    }

    fn add(&mut self, what: &str, number: &str) {
        let Ok(number) = number.parse::<usize>() else { return };
        match what {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        for (number, what) in [(self.skipped, "skipped"), (self.flaky, "flaky")] {
            if number > 0 {
                write!(f, ", {number} {what}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> Counts {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read_line(line));
        counts
    }

    #[test]
    fn results_of_several_cargo_binaries_add_up() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.1s\n";
        assert_eq!(read(output), Counts { passed: 7, failed: 2, skipped: 1, flaky: 0 });
    }

    #[test]
    fn node_counts_a_cancelled_test_as_failed() {
        let output =
            "ℹ tests 9\nℹ suites 0\nℹ pass 5\nℹ fail 2\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\nℹ duration_ms 8.5\n";
        assert_eq!(read(output), Counts { passed: 5, failed: 3, skipped: 1, flaky: 0 });
    }

    #[test]
    fn the_sum_reads_as_one_plain_line() {
        let counts = Counts { passed: 3, ..Counts::default() };
        assert_eq!(counts.to_string(), "3 passed, 0 failed");
        assert_eq!(Counts { failed: 1, skipped: 2, ..counts }.to_string(), "3 passed, 1 failed, 2 skipped");
        assert_eq!(Counts { flaky: 1, ..counts }.to_string(), "3 passed, 0 failed, 1 flaky");
    }
}
