//! Guided run of [`campanile_fuzz::minimum_csv`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::minimum_csv(data));
