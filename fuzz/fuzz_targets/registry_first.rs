//! Guided run of [`campanile_fuzz::registry_first`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::registry_first(data));
