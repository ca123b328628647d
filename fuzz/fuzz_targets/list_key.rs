//! Guided run of [`campanile_fuzz::list_key`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::list_key(data));
