//! Fuzz target of the property `normalise`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::normalise::holds(data));
