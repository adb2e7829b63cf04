//! When to retry: exponential back-off with full jitter. Pure; the random number is passed in.

/// The longest wait after the first failure, in milliseconds.
const BASE_DELAY: u64 = 500;
/// The longest wait while the visitor does not watch.
pub const MAX_DELAY: u64 = 30_000;
/// The longest wait while the visitor watches the window: a recovery must show within seconds.
const MAX_DELAY_WATCHED: u64 = 4_000;
/// The longest wait that a server may ask for, in milliseconds.
pub const MAX_RETRY_AFTER: u64 = 300_000;

/// Milliseconds to wait before trying again after failure number `attempt` (from 1).
///
/// `random` is uniform over `u32`. Jitter is added to a server's `Retry-After`, not taken from it.
pub fn delay(attempt: u32, watched: bool, random: u32, retry_after: Option<u32>) -> u64 {
    let max_delay = if watched { MAX_DELAY_WATCHED } else { MAX_DELAY };
    let ceiling = (BASE_DELAY << attempt.saturating_sub(1).min(16)).min(max_delay);
    let jitter = (ceiling * u64::from(random)) >> 32;
    server_wait(retry_after) + jitter
}

/// Milliseconds that a server wants to be left alone for, by its `Retry-After` in whole seconds.
pub fn server_wait(retry_after: Option<u32>) -> u64 {
    retry_after.map_or(0, |seconds| (u64::from(seconds) * 1_000).min(MAX_RETRY_AFTER))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_is_within_its_ceiling_and_never_before_what_the_server_asked(
            attempt in 0u32..200, random: u32, retry_after in proptest::option::of(any::<u32>()), watched: bool,
        ) {
            let max_delay = if watched { MAX_DELAY_WATCHED } else { MAX_DELAY };
            let wait = delay(attempt, watched, random, retry_after);
            let floor = retry_after.map_or(0, |s| (u64::from(s) * 1_000).min(MAX_RETRY_AFTER));
            prop_assert!(wait >= floor);
            prop_assert!(wait - floor <= max_delay);
        }

        #[test]
        fn jitter_is_full_from_nothing_to_the_ceiling(attempt in 1u32..6) {
            let ceiling = (BASE_DELAY << (attempt - 1)).min(MAX_DELAY);
            prop_assert_eq!(delay(attempt, false, 0, None), 0);
            prop_assert_eq!(delay(attempt, false, u32::MAX, None), ceiling - 1);
            prop_assert_eq!(delay(attempt, false, 1 << 31, None), ceiling / 2);
        }
    }
}
