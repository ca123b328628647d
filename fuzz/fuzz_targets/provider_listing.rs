//! Guided run of [`campanile_fuzz::provider_listing`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::provider_listing(data));
