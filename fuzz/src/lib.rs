//! What every fuzz target does with its bytes: one call into Campanile, and what must hold
//! whatever the bytes are.
//!
//! The guided runs (`fuzz_targets/`) and the blind ones (`main.rs`) share these functions.
#![forbid(unsafe_code)]

mod advisories;
mod alerts;
mod certificates;
mod csaf;
mod dialogue;
mod directories;
#[path = "../../crates/campanile-core/tests/gate/edits.rs"]
mod edits;
mod exchange;
mod gate;
mod mail;
#[path = "../../crates/campanile-core/tests/gate/material.rs"]
// Shared with tests of the core; each uses its part.
#[allow(dead_code)]
mod material;
mod messages;
#[path = "../../crates/campanile-core/src/crypto/smime/tests/pki.rs"]
// Shared with tests of the core; each uses its part.
#[allow(dead_code)]
mod pki;
#[cfg(feature = "program")]
mod program;
mod providers;

pub use advisories::{cve_json, issuer_document, markdown, minimum_csv, osv_json, query};
pub use alerts::{iodef_json, iodef_xml};
pub use csaf::csaf_validate;
pub use certificates::{
    certificate_request, client_certificate, crl, issued_certificate, list_key,
    openpgp_certificate, x509_certificate,
};
pub use dialogue::smtp_session;
pub use directories::{registry_first, registry_ti};
pub use exchange::{csaf_json, cvrf_xml, eispp_xml};
pub use gate::{edited_mail, sealed_content};
pub use mail::{address, bounce, encoded_words, header_fields, mime_entity, mime_outer};
pub use messages::{cms_message, openpgp_armor, openpgp_message};
#[cfg(feature = "program")]
pub use program::{config, smtp_reply};
pub use providers::{provider_json, provider_listing};

/// One target: it panics when something that must hold does not.
pub type Target = fn(&[u8]);

/// Every target by name, sorted.
#[rustfmt::skip]
pub const TARGETS: &[(&str, Target)] = &[
    ("address", address),
    ("bounce", bounce),
    ("certificate_request", certificate_request),
    ("client_certificate", client_certificate),
    ("cms_message", cms_message),
    #[cfg(feature = "program")]
    ("config", config),
    ("crl", crl),
    ("csaf_json", csaf_json),
    ("csaf_validate", csaf_validate),
    ("cve_json", cve_json),
    ("cvrf_xml", cvrf_xml),
    ("edited_mail", edited_mail),
    ("eispp_xml", eispp_xml),
    ("encoded_words", encoded_words),
    ("header_fields", header_fields),
    ("iodef_json", iodef_json),
    ("iodef_xml", iodef_xml),
    ("issued_certificate", issued_certificate),
    ("issuer_document", issuer_document),
    ("list_key", list_key),
    ("markdown", markdown),
    ("mime_entity", mime_entity),
    ("mime_outer", mime_outer),
    ("minimum_csv", minimum_csv),
    ("openpgp_armor", openpgp_armor),
    ("openpgp_certificate", openpgp_certificate),
    ("openpgp_message", openpgp_message),
    ("osv_json", osv_json),
    ("provider_json", provider_json),
    ("provider_listing", provider_listing),
    ("query", query),
    ("registry_first", registry_first),
    ("registry_ti", registry_ti),
    ("sealed_content", sealed_content),
    #[cfg(feature = "program")]
    ("smtp_reply", smtp_reply),
    ("smtp_session", smtp_session),
    ("x509_certificate", x509_certificate),
];
