//! Guided run of [`campanile_fuzz::encoded_words`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::encoded_words(data));
