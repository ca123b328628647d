//! Guided run of [`campanile_fuzz::edited_mail`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::edited_mail(data));
