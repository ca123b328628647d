//! Guided run of [`campanile_fuzz::address`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::address(data));
