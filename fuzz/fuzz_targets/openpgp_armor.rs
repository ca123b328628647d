//! Guided run of [`campanile_fuzz::openpgp_armor`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::openpgp_armor(data));
