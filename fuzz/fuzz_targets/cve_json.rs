//! Guided run of [`campanile_fuzz::cve_json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::cve_json(data));
