//! Guided run of [`campanile_fuzz::cms_message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::cms_message(data));
