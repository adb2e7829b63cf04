//! The queue of pending events, which arrived before their conversation was known, because the
//! start call has not been answered yet or its answer was lost. They are stored, so that they can
//! be acknowledged; the queue is bounded in number, bytes and time.

/// Maximum pending events behind one webhook.
pub(in crate::store) const MAX_EVENTS: u32 = 2_000;
/// Maximum bytes of pending events behind one webhook.
pub(in crate::store) const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// How long an event stays pending, milliseconds.
pub(in crate::store) const MAX_WAIT: u64 = 60 * 1000;

/// The visitor id in `<visitor_id>_<account_id>` (OBS).
pub(in crate::store) fn visitor_of(visitor_key: &str) -> &str {
    visitor_key.split_once('_').map_or(visitor_key, |(visitor, _)| visitor)
}
