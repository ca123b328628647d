//! Guided run of [`campanile_fuzz::cvrf_xml`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::cvrf_xml(data));
