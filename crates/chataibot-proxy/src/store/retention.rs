//! Age limits of stored data: conversations past their site's retention, idempotency records after
//! 48 hours, pending events whose conversation never became known.

/// How long an idempotency record is kept, milliseconds.
pub const IDEMPOTENCY_LIFETIME: u64 = 48 * 60 * 60 * 1000;

/// Conversations deleted in one commit, so that the writer is never held for long.
pub(in crate::store) const BATCH: u32 = 200;
