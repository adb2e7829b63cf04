//! Arithmetic with days of the Gregorian calendar. Pure: no clock, no language, no browser.

/// A day between the years 1 and 9999, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(i32);

/// 0001-01-01.
pub(super) const MIN: Day = Day(-719_162);
/// 9999-12-31.
pub(super) const MAX: Day = Day(2_932_896);

impl Day {
    /// Returns the day of this date; months and days count from 1. `None` if there is no such date.
    pub(super) fn new(year: i32, month: i32, day: i32) -> Option<Self> {
        let is_valid =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        is_valid.then(|| Self::from_date(year, month, day))
    }

    /// By Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day is last.
    fn from_date(year: i32, month: i32, day: i32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month, day.
    pub(super) fn date(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400;
        (if month <= 2 { year + 1 } else { year }, month, day)
    }

    /// Parses `YYYY-MM-DD` at the beginning of a text; the rest is ignored.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes().get(..10)?;
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0, |sum, byte| {
                let digit = byte.is_ascii_digit().then(|| i32::from(byte - b'0'))?;
                Some(sum * 10 + digit)
            })
        };
        if bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        Self::new(number(0, 4)?, number(5, 7)?, number(8, 10)?)
    }

    /// `YYYY-MM-DD`.
    pub(super) fn to_iso(self) -> String {
        let (year, month, day) = self.date();
        let mut text = String::with_capacity(10);
        let mut digits = |number: i32, mut divisor: i32| {
            while divisor > 0 {
                text.push(char::from(b'0' + u8::try_from(number / divisor % 10).unwrap_or_default()));
                divisor /= 10;
            }
        };
        digits(year, 1000);
        digits(month, 10);
        digits(day, 10);
        text.insert(4, '-');
        text.insert(7, '-');
        text
    }

    /// 1 for Monday to 7 for Sunday.
    pub(super) fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7) + 1
    }

    /// The day this many days later, within the supported range.
    pub(super) fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days).clamp(MIN, MAX)
    }

    /// The same day this many months later, or the last day of that month if it is shorter.
    pub(super) fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.date();
        let count = (year * 12 + month - 1 + months).clamp(12, 9999 * 12 + 11);
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        Self::from_date(year, month, day.min(days_in_month(year, month)))
    }

    pub(super) fn month_start(self) -> Self {
        let (year, month, _) = self.date();
        Self::from_date(year, month, 1)
    }

    /// The first day of its week, if weeks begin on the weekday `first`.
    pub(super) fn week_start(self, first: i32) -> Self {
        Self(self.0 - (self.weekday() - first).rem_euclid(7))
    }

    /// Milliseconds from 1970-01-01 to its midnight, both in UTC.
    pub(super) fn milliseconds(self) -> f64 {
        f64::from(self.0) * 86_400_000.0
    }
}

fn days_in_month(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a date")
    }

    #[test]
    fn every_day_comes_back_as_it_was_written() {
        let mut at = day("1599-12-01");
        let mut before = String::new();
        while at < day("2001-03-02") {
            let text = at.to_iso();
            assert_eq!(day(&text), at);
            assert!(before < text, "{before} stands before {text}");
            (before, at) = (text, at.plus_days(1));
        }
        assert_eq!((MIN.to_iso().as_str(), MAX.to_iso().as_str()), ("0001-01-01", "9999-12-31"));
        assert_eq!((MAX.plus_days(1), MIN.plus_days(-1)), (MAX, MIN));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "", "2026", "2026-13-01", "2026-00-10", "2026-02-29", "2026-11-31", "0000-01-01", "26-11-2025",
            "2026/11/25", "tomorrow!!", "２０２６-11-25",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::parse("2024-02-29 14:30").map(Day::to_iso).as_deref(), Some("2024-02-29"));
    }

    #[test]
    fn weekdays_and_weeks() {
        assert_eq!(day("1970-01-01").weekday(), 4);
        assert_eq!(day("2026-11-25").weekday(), 3);
        assert_eq!(day("2026-11-25").week_start(1), day("2026-11-23"));
        assert_eq!(day("2026-11-25").week_start(7), day("2026-11-22"));
        assert_eq!(day("2026-11-22").week_start(7), day("2026-11-22"));
        assert_eq!(day("2026-11-22").week_start(6), day("2026-11-21"));
    }

    #[test]
    fn months_later_it_is_the_same_day_or_the_last() {
        for (from, months, to) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-11-25", 2, "2027-01-25"),
            ("2026-01-15", -1, "2025-12-15"),
            ("2024-02-29", 12, "2025-02-28"),
            ("9999-12-31", 1, "9999-12-31"),
            ("0001-01-01", -1, "0001-01-01"),
        ] {
            assert_eq!(day(from).plus_months(months), day(to), "{from} and {months}");
        }
        assert_eq!(day("2026-11-25").month_start(), day("2026-11-01"));
    }
}
