//! Fuzz target of the property `cursor`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::cursor::holds(data));
