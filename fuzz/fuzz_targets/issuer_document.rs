//! Guided run of [`campanile_fuzz::issuer_document`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::issuer_document(data));
