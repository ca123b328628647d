//! Guided run of [`campanile_fuzz::smtp_reply`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::smtp_reply(data));
