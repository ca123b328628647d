//! Guided run of [`campanile_fuzz::config`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::config(data));
