//! Trust anchors of the network and their revocation lists.

use crate::crypto::Refusal;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// One trust anchor: a CA certificate, with the newest CRL it has issued, if any.
#[derive(Debug, Clone)]
pub struct Anchor(());

impl Anchor {
    /// Checks files offered as anchor and CRL (PEM or DER).
    pub fn read(
        _certificate: &[u8],
        _crl: Option<&[u8]>,
        _now: Timestamp,
    ) -> Result<Self, Refusal> {
        todo!()
    }
    /// The DER certificate, to store.
    pub fn certificate_der(&self) -> Vec<u8> {
        todo!()
    }
    /// The DER revocation list, to store.
    pub fn crl_der(&self) -> Option<Vec<u8>> {
        todo!()
    }
    /// SHA-256 of the DER certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        todo!()
    }
    /// The subject, on one line, safe to print.
    pub fn subject(&self) -> String {
        todo!()
    }
}

/// All trust anchors of the network, ready to check paths.
#[derive(Clone)]
pub struct TrustStore(());

impl TrustStore {
    /// From the anchors of the registry.
    pub fn new(_anchors: Vec<Anchor>) -> Self {
        todo!()
    }
}
