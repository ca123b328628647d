//! Guided run of [`campanile_fuzz::iodef_json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| campanile_fuzz::iodef_json(data));
