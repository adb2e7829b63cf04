//! Office hours, such as `Mon-Fri 09:00-17:30; Sat 10:00-12:00, 13:00-15:00`: parses them and
//! computes in minutes of a week. The current time at the office is an argument.

/// Minutes of a week.
const WEEK: u16 = 7 * DAY;
/// Minutes of a day.
const DAY: u16 = 24 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Times when the office is open: from (inclusive) and to (exclusive), in minutes since Monday
/// 00:00, sorted. A time across the end of the week is listed twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours(Vec<(u16, u16)>);

/// Error of parsing office hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The piece that could not be read, as it was written.
    pub piece: String,
    /// What was expected in its place.
    pub expected: &'static str,
}

/// A minute of the week: `day` counts from Monday, `minute` from midnight.
pub fn minute_of_week(day: u16, minute: u16) -> u16 {
    (day * DAY + minute) % WEEK
}

/// Returns the day with this English abbreviation, as in `Intl`, counted from Monday.
pub fn day_named(name: &str) -> Option<u16> {
    let matches = |day: &&str| name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(day));
    (0..7u16).zip(DAYS).find(|(_, day)| matches(day)).map(|(at, _)| at)
}

impl Hours {
    /// Parses the setting; the error is the first piece that cannot be read.
    pub fn parse(text: &str) -> Result<Self, Misfit> {
        let mut spans = Vec::new();
        for group in text.split(';').map(str::trim).filter(|group| !group.is_empty()) {
            // Days first, then times; both may be several.
            let split = group.find(|c: char| c.is_ascii_digit()).unwrap_or(group.len());
            let (days, times) = group.split_at(split);
            let days = parse_days(days, group)?;
            for time in times.split(',') {
                let (from, to) = parse_span(time.trim())?;
                // Past midnight: the end is on the next day.
                let to = if to <= from { to + DAY } else { to };
                spans.extend(days.iter().map(|day| (day * DAY + from, day * DAY + to)));
            }
        }
        if spans.is_empty() {
            return Err(misfit(text, "days and times such as Mon-Fri 09:00-17:30"));
        }
        let wrapped: Vec<(u16, u16)> =
            spans.iter().filter(|(_, to)| *to > WEEK).map(|(_, to)| (0, to - WEEK)).collect();
        spans.extend(wrapped);
        spans.sort_unstable();
        Ok(Self(spans))
    }

    /// Whether the office is open at this minute of the week.
    pub fn is_open(&self, now: u16) -> bool {
        self.0.iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    /// Minutes until the office opens; 0 while it is open.
    pub fn until_open(&self, now: u16) -> u16 {
        if self.is_open(now) {
            return 0;
        }
        let next = self.0.iter().map(|(from, _)| *from).find(|from| *from > now);
        next.or_else(|| self.0.first().map(|(from, _)| from + WEEK)).map_or(0, |from| from - now)
    }
}

fn misfit(piece: &str, expected: &'static str) -> Misfit {
    Misfit { piece: piece.trim().to_owned(), expected }
}

fn parse_days(text: &str, group: &str) -> Result<Vec<u16>, Misfit> {
    let day = |name: &str| {
        let name = name.trim();
        // A whole word or its first three letters: `Mo` could be one of two in another language.
        let is_word = name.bytes().all(|b| b.is_ascii_alphabetic());
        day_named(name)
            .filter(|_| is_word)
            .ok_or_else(|| misfit(if name.is_empty() { group } else { name }, "a day such as Mon"))
    };
    let mut days = Vec::new();
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        let (first, last) = match piece.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(piece)?, day(piece)?),
        };
        let count = (last + 7 - first) % 7;
        days.extend((0..=count).map(|more| (first + more) % 7));
    }
    if days.is_empty() { Err(misfit(group, "a day such as Mon")) } else { Ok(days) }
}

fn parse_span(text: &str) -> Result<(u16, u16), Misfit> {
    let expected = "times such as 09:00-17:30";
    let Some((from, to)) = text.split_once('-') else { return Err(misfit(text, expected)) };
    let (from, to) = (parse_time(from)?, parse_time(to)?);
    if from == DAY { Err(misfit(text, expected)) } else { Ok((from, to)) }
}

fn parse_time(text: &str) -> Result<u16, Misfit> {
    let expected = "a time such as 09:00";
    let number = |text: &str| {
        let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse::<u16>().ok() } else { None }
    };
    let read = text.trim().split_once(':').and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
    match read {
        Some((24, 0)) => Ok(DAY),
        Some((hour @ 0..24, minute @ 0..60)) => Ok(hour * 60 + minute),
        Some(_) | None => Err(misfit(text, expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str, hour: u16, minute: u16) -> u16 {
        minute_of_week(day_named(day).expect("a day"), hour * 60 + minute)
    }

    #[test]
    fn days_and_times_are_read() {
        let hours = Hours::parse("Mon-Fri 09:00-17:30; Sat 10:00-12:00, 13:00-15:00").expect("hours");
        assert!(hours.is_open(at("Mon", 9, 0)));
        assert!(hours.is_open(at("Fri", 17, 29)));
        assert!(!hours.is_open(at("Fri", 17, 30)));
        assert!(!hours.is_open(at("Mon", 8, 59)));
        assert!(hours.is_open(at("Sat", 11, 0)));
        assert!(!hours.is_open(at("Sat", 12, 30)));
        assert!(!hours.is_open(at("Sun", 12, 0)));
    }

    #[test]
    fn the_next_opening_is_found_over_nights_and_weekends() {
        let hours = Hours::parse("Mon-Fri 09:00-17:30").expect("hours");
        assert_eq!(hours.until_open(at("Tue", 10, 0)), 0);
        assert_eq!(hours.until_open(at("Tue", 8, 15)), 45);
        assert_eq!(hours.until_open(at("Fri", 18, 0)), 2 * DAY + 15 * 60);
        assert_eq!(hours.until_open(at("Sun", 23, 59)), 9 * 60 + 1);
    }

    #[test]
    fn a_night_goes_on_the_day_after_and_a_week_begins_again() {
        let hours = Hours::parse("sat,Sunday 22:00-02:00").expect("hours");
        assert!(hours.is_open(at("Sat", 23, 0)));
        assert!(hours.is_open(at("Sun", 1, 59)));
        assert!(hours.is_open(at("Mon", 1, 0)), "Sunday's night");
        assert!(!hours.is_open(at("Mon", 2, 0)));
        let hours = Hours::parse("Sat-Mon 0:00-24:00").expect("hours");
        assert!(hours.is_open(at("Mon", 23, 59)) && hours.is_open(at("Sat", 0, 0)) && !hours.is_open(at("Tue", 0, 0)));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_what_should_stand_there() {
        let refused = |text: &str| Hours::parse(text).expect_err(text);
        assert_eq!(refused("Mon-Fir 09:00-17:00"), misfit("Fir", "a day such as Mon"));
        assert_eq!(refused("Mon 9-17"), misfit("9", "a time such as 09:00"));
        assert_eq!(refused("Mon 09:00"), misfit("09:00", "times such as 09:00-17:30"));
        assert_eq!(refused("Mon 09:00-25:00"), misfit("25:00", "a time such as 09:00"));
        assert_eq!(refused("09:00-17:00").expected, "a day such as Mon");
        assert_eq!(refused("Mon").expected, "times such as 09:00-17:30");
        assert_eq!(refused(" ; ").expected, "days and times such as Mon-Fri 09:00-17:30");
    }
}
