//! Fuzz target of the property `html`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::html::holds(data));
