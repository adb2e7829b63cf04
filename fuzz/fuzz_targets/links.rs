//! Fuzz target of the property `links`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chataibot_properties::links::holds(data));
