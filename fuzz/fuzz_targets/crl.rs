//! Guided run of [`campanile_fuzz::crl`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::crl(data));
