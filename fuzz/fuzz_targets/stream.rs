//! Fuzz target of the property `stream`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::stream::holds(data));
