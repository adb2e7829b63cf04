//! Clock and id generator: times and ids in the platform's formats. The only file that reads the
//! clock or generates random values.

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::config::TimeStyle;

/// Returns the time since 1970-01-01 UTC.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Formats a time in the platform's plain style (INF: UTC) or in ISO 8601.
pub fn write_time(at: Duration, style: TimeStyle) -> String {
    let (day, second) = (write_day(at), at.as_secs() % 86_400);
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    match style {
        TimeStyle::Plain => format!("{day} {time}.{:06}", at.subsec_micros()),
        TimeStyle::Iso => format!("{day}T{time}.{:03}+00:00", at.subsec_millis()),
    }
}

/// Formats a day as `YYYY-MM-DD`.
pub fn write_day(at: Duration) -> String {
    let (year, month, day) = civil_from_days(at.as_secs() / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns year, month and day of the day with this number, counted from 1970-01-01 (Hinnant's
/// `civil_from_days`).
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// Returns 64 random bits: each `RandomState` has new keys. Good for ids, not for secrets.
pub fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

/// Returns a conversation id as observed (OBS): 32 hex characters and the Unix second in 10 digits.
pub fn conversation_id(at: Duration) -> String {
    format!("{:016x}{:016x}{:010}", random(), random(), at.as_secs())
}

/// Returns a message id in the documented sample's style: 12 letters and digits, 12 digits, 8
/// letters.
pub fn message_id() -> String {
    const MIXED: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let pick = |count: usize, of: u64| {
        let mut rest = random();
        (0..count).map(move |_| {
            let index = rest % of;
            rest /= of;
            char::from(MIXED[usize::try_from(index).unwrap_or_default()])
        })
    };
    let digits = random() % 1_000_000_000_000;
    // 62^10 is the most that fits in 64 bits, so the first part is picked in two halves.
    pick(6, 62).chain(pick(6, 62)).chain(format!("{digits:012}").chars()).chain(pick(8, 52)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_moment_is_written_as_documented() {
        let at = Duration::from_millis(1_739_218_863_913);
        assert_eq!(write_time(at, TimeStyle::Plain), "2025-02-10 20:21:03.913000");
        assert_eq!(write_time(at, TimeStyle::Iso), "2025-02-10T20:21:03.913+00:00");
    }

    #[test]
    fn leap_days_and_year_ends_are_right() {
        assert_eq!(write_day(Duration::ZERO), "1970-01-01");
        assert_eq!(write_day(Duration::from_secs(951_782_400)), "2000-02-29");
        assert_eq!(write_day(Duration::from_secs(1_735_689_599)), "2024-12-31");
        assert_eq!(write_day(Duration::from_secs(4_107_542_400)), "2100-03-01");
    }

    #[test]
    fn ids_have_the_shapes_that_were_seen() {
        let conversation = conversation_id(Duration::from_secs(1_739_218_863));
        assert_eq!(conversation.len(), 42);
        assert!(conversation[..32].bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(conversation.ends_with("1739218863"));

        let message = message_id();
        assert_eq!(message.len(), 32);
        assert!(message[12..24].bytes().all(|b| b.is_ascii_digit()));
        assert!(message[24..].bytes().all(|b| b.is_ascii_alphabetic()));
        assert_ne!(message_id(), message);
    }
}
