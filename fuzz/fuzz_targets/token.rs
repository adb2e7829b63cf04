//! Fuzz target of the property `token`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::token::holds(data));
