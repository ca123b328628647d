//! Guided run of [`campanile_fuzz::issued_certificate`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::issued_certificate(data));
