//! Guided run of [`campanile_fuzz::csaf_validate`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::csaf_validate(data));
