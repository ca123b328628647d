//! Guided run of [`campanile_fuzz::bounce`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::bounce(data));
