//! Times and ids in the platform's formats. Only this file reads the clock or is random.

use std::iter::repeat_with;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use crate::config::TimeStyle;

/// Returns the time since 1970-01-01 UTC.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Formats a time in the platform's plain style (INF: UTC) or in ISO 8601.
pub fn write_time(at: Duration, style: TimeStyle) -> String {
    match style {
        TimeStyle::Plain => format(at, "%Y-%m-%d %H:%M:%S.%6f"),
        TimeStyle::Iso => format(at, "%Y-%m-%dT%H:%M:%S.%3f+00:00"),
    }
}

/// Formats a day as `YYYY-MM-DD`.
pub fn write_day(at: Duration) -> String {
    format(at, "%Y-%m-%d")
}

fn format(at: Duration, format: &str) -> String {
    (Timestamp::UNIX_EPOCH + at).strftime(format).to_string()
}

/// Varies a duration by up to a fifth.
pub fn with_jitter(duration: Duration) -> Duration {
    duration.saturating_mul(fastrand::u32(80..=120)) / 100
}

/// Returns a conversation id as observed (OBS): 32 hex characters and the Unix second in 10 digits.
pub fn conversation_id(at: Duration) -> String {
    format!("{:032x}{:010}", fastrand::u128(..), at.as_secs())
}

/// Returns a message id as documented: 12 letters and digits, 12 digits, 8 letters.
pub fn message_id() -> String {
    let mixed = repeat_with(fastrand::alphanumeric).take(12);
    let digits = repeat_with(|| fastrand::digit(10)).take(12);
    mixed.chain(digits).chain(repeat_with(fastrand::alphabetic).take(8)).collect()
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
