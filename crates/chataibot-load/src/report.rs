//! Report: the values of all runs beside their goals, with a verdict on each.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::goals::{Better, Goal};

/// Numbers measured by one run, by the keys of the goals.
pub type Numbers = BTreeMap<&'static str, f64>;

/// Verdict on a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The measure has no bounds.
    NoBound,
    /// The goal is reached.
    Ok,
    /// The required value is reached, the goal is not.
    BelowGoal,
    /// The required value is missed, or nothing was measured.
    Short,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::NoBound => "",
            Self::Ok => "ok",
            Self::BelowGoal => "ok, below goal",
            Self::Short => "SHORT",
        }
    }
}

/// One line of the table: a measure, its median or largest value of all runs, and the verdict.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their line")]
pub struct Row<'a> {
    pub goal: &'a Goal,
    pub value: Option<f64>,
    pub verdict: Verdict,
}

/// Judges all runs together.
pub fn judge<'a>(goals: &'a [Goal], runs: &[Numbers]) -> Vec<Row<'a>> {
    let row = |goal: &'a Goal| {
        let mut values: Vec<f64> = runs.iter().filter_map(|run| run.get(goal.key).copied()).collect();
        let value = if goal.largest_counts { values.into_iter().max_by(f64::total_cmp) } else { median(&mut values) };
        Row { goal, value, verdict: verdict(goal, value) }
    };
    goals.iter().map(row).collect()
}

/// Whether any required value is missed.
pub fn is_short(rows: &[Row<'_>]) -> bool {
    rows.iter().any(|row| row.verdict == Verdict::Short)
}

fn verdict(goal: &Goal, value: Option<f64>) -> Verdict {
    let reaches = |bound: f64| {
        value.is_some_and(|value| match goal.better {
            Better::More => value >= bound,
            Better::Less => value <= bound,
        })
    };
    match (goal.must, goal.goal) {
        (Some(must), _) if !reaches(must) => Verdict::Short,
        (_, Some(wanted)) if !reaches(wanted) => Verdict::BelowGoal,
        (None, None) => Verdict::NoBound,
        (Some(_) | None, Some(_) | None) => Verdict::Ok,
    }
}

/// Returns the middle value, or the mean of the two in the middle; sorts `values`.
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

/// Returns the value below which `share` of the sorted values lie.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let index = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(index.saturating_sub(1).min(sorted.len().saturating_sub(1))).copied()
}

/// Formats the table for printing.
pub fn print(rows: &[Row<'_>], runs: &[Numbers]) -> String {
    let mut text = format!("{:<52} {:>12} {:>11} {:>11}   {:<15} all runs\n", "", "median", "goal", "must", "");
    for row in rows {
        let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| number(value, row.goal.digits));
        let each: Vec<String> = runs.iter().map(|run| show(run.get(row.goal.key).copied())).collect();
        let with_unit = format!("{} {}", show(row.value), row.goal.unit);
        let line = format!(
            "{:<52} {:>12} {:>11} {:>11}   {:<15} {}",
            row.goal.title,
            with_unit.trim_end(),
            show(row.goal.goal),
            show(row.goal.must),
            row.verdict.word(),
            each.join(" · ")
        );
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Formats `1234567.891` as `1,234,567.89`.
fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |point| text.split_at(point));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{sign}{}{rest}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goals::GOALS;

    fn perfect() -> Numbers {
        let value = |goal: &Goal| match goal.better {
            Better::More => 1e9,
            Better::Less => 0.0,
        };
        GOALS.iter().map(|goal| (goal.key, value(goal))).collect()
    }

    #[test]
    fn a_missed_must_is_short_and_so_is_what_was_not_measured() {
        let good = perfect();
        assert!(!is_short(&judge(GOALS, std::slice::from_ref(&good))));
        for goal in GOALS.iter().filter(|goal| goal.must.is_some()) {
            let bad = match goal.better {
                Better::More => 0.0,
                Better::Less => 1e9,
            };
            let mut numbers = good.clone();
            numbers.insert(goal.key, bad);
            assert!(is_short(&judge(GOALS, std::slice::from_ref(&numbers))), "{}", goal.key);
            numbers.remove(goal.key);
            assert!(is_short(&judge(GOALS, &[numbers])), "{}", goal.key);
        }
    }

    #[test]
    fn one_bad_run_of_five_does_not_count_and_three_do() {
        let (good, mut bad) = (perfect(), perfect());
        bad.insert("disk-p99", 1e3);
        let runs = |bad_ones: usize| -> Vec<Numbers> {
            (0..5).map(|run| if run < bad_ones { bad.clone() } else { good.clone() }).collect()
        };
        assert!(!is_short(&judge(GOALS, &runs(2))));
        assert!(is_short(&judge(GOALS, &runs(3))));
    }

    #[test]
    fn one_lost_message_in_one_run_is_one_too_many() {
        let (good, mut bad) = (perfect(), perfect());
        bad.insert("lost-or-doubled", 1.0);
        assert!(is_short(&judge(GOALS, &[good.clone(), bad, good])));
    }

    #[test]
    fn between_must_and_goal_is_said_and_passes() {
        let mut numbers = perfect();
        numbers.insert("streams-per-gib", 90_000.0);
        let rows = judge(GOALS, &[numbers]);
        assert_eq!(rows[0].verdict, Verdict::BelowGoal);
        assert!(!is_short(&rows));
    }

    #[test]
    fn medians_and_quantiles_are_the_usual_ones() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0]), Some(2.5));
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantile(&hundred, 0.99), Some(99.0));
        assert_eq!(quantile(&hundred, 0.5), Some(50.0));
        assert_eq!(quantile(&[7.0], 0.99), Some(7.0));
        assert_eq!(quantile(&[], 0.99), None);
    }

    #[test]
    fn numbers_stand_in_groups() {
        assert_eq!(number(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(number(-0.25, 2), "-0.25");
        assert_eq!(number(999.4, 0), "999");
    }
}
