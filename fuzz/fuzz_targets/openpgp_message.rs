//! Guided run of [`campanile_fuzz::openpgp_message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::openpgp_message(data));
