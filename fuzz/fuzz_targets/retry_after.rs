//! Fuzz target of the property `retry_after`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::retry_after::holds(data));
