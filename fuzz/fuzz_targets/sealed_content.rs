//! Guided run of [`campanile_fuzz::sealed_content`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::sealed_content(data));
