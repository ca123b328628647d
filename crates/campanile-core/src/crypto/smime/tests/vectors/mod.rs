//! Vectors of others for the parts of S/MIME that no mail shows alone: certification paths, and
//! single operations of the cryptography. Those that are whole messages are in
//! `tests/conformance/`, which says how outcomes are written down.

mod agreement;
mod bettertls;
mod content;
mod limbo;
mod paths;
mod pkits;
mod rekeyed;
mod rsa_decryption;
mod signatures;
#[path = "../../../../../tests/conformance/table.rs"]
mod table;
mod wycheproof;

/// `asked` or `refuse: why`.
fn refused<E: std::fmt::Display>(result: Result<String, E>) -> String {
    result.unwrap_or_else(|why| format!("refuse: {why}"))
}
