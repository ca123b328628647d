//! Guided run of [`campanile_fuzz::csaf_json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::csaf_json(data));
