//! Guided run of [`campanile_fuzz::query`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::query(data));
