//! Guided run of [`campanile_fuzz::certificate_request`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::certificate_request(data));
