//! Guided run of [`campanile_fuzz::header_fields`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::header_fields(data));
