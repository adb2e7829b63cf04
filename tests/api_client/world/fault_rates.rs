//! The faults of the world, and their rates.

/// Percentage of calls that fail, by kind of fault.
#[derive(Clone, Copy, Debug, Default)]
pub struct FaultRates {
    pub request_lost: u32,
    pub answer_lost: u32,
    pub busy: u32,
    pub unknown: u32,
    pub forward_failed: u32,
    pub stream_refused: u32,
    pub stream_cut: u32,
    pub stream_silent: u32,
    pub stream_buffered: u32,
    pub log_restored: u32,
    pub frame_corrupted: u32,
    pub message_lost: u32,
    pub message_late: u32,
}

impl FaultRates {
    pub const NONE: Self = Self {
        request_lost: 0,
        answer_lost: 0,
        busy: 0,
        unknown: 0,
        forward_failed: 0,
        stream_refused: 0,
        stream_cut: 0,
        stream_silent: 0,
        stream_buffered: 0,
        log_restored: 0,
        frame_corrupted: 0,
        message_lost: 0,
        message_late: 0,
    };
    pub const HIGH: Self = Self {
        request_lost: 20,
        answer_lost: 20,
        busy: 10,
        unknown: 8,
        forward_failed: 8,
        stream_refused: 20,
        stream_cut: 30,
        stream_silent: 10,
        stream_buffered: 10,
        log_restored: 3,
        frame_corrupted: 5,
        message_lost: 10,
        message_late: 10,
    };
}
