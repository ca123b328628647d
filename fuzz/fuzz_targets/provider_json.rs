//! Guided run of [`campanile_fuzz::provider_json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::provider_json(data));
