//! Guided run of [`campanile_fuzz::mime_outer`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::mime_outer(data));
