//! Fuzz target of the property `configuration`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::configuration::holds(data));
