//! What the families of certification paths have in common.

use std::cmp::Ordering;

use openssl::x509::{X509, X509Crl};

use super::super::super::{Anchor, Certificate, TrustStore};
use crate::crypto::Refusal;
use crate::model::time::Timestamp;

/// Certificates and CRLs of one vector, as an operator would register them.
pub struct Path {
    /// Every CA, roots and intermediates. Mail brings none along: the operator adds them all.
    pub authorities: Vec<Vec<u8>>,
    /// Revocation lists, each for the CA that has signed it.
    pub crls: Vec<Vec<u8>>,
    /// The certificate that is looked at.
    pub leaf: Vec<u8>,
    /// The time of the check.
    pub at: Timestamp,
}

impl Path {
    /// `accept` or `refuse: condition`. A CA that `trust add` refuses is not there.
    pub fn check(&self) -> String {
        let anchors = self.authorities.iter().filter_map(|ca| self.anchor(ca));
        let trust = TrustStore::new(anchors.collect());
        let checked = || -> Result<String, Refusal> {
            let leaf = Certificate::read(&self.leaf)?;
            leaf.check_key()?;
            if leaf.anatomy().is_ca() {
                leaf.check_purpose()?;
            }
            trust.check(&leaf, self.at)?;
            Ok("accept".into())
        };
        super::refused(checked().map_err(|refusal| {
            if std::env::var_os("CAMPANILE_SHOW").is_some() {
                println!("{}", refusal.reason);
            }
            refusal.condition
        }))
    }

    /// With the first CRL for it that `trust add` takes; none when it takes none of them.
    fn anchor(&self, ca: &[u8]) -> Option<Anchor> {
        let own: Vec<_> = self.crls.iter().filter(|crl| self.is_for(crl, ca)).collect();
        match own.is_empty() {
            true => Anchor::read(ca, None, self.at).ok(),
            false => own.iter().find_map(|crl| Anchor::read(ca, Some(crl), self.at).ok()),
        }
    }

    /// Whether an operator would give this CRL with this CA: it has its name, and is not signed
    /// by another CA of that name.
    fn is_for(&self, crl: &[u8], ca: &[u8]) -> bool {
        let fit = fit(crl, ca);
        let signed_by_others = || self.authorities.iter().any(|ca| fit_key(crl, ca));
        fit && (fit_key(crl, ca) || !signed_by_others())
    }
}

fn both(crl: &[u8], ca: &[u8]) -> Option<(X509Crl, X509)> {
    let crl = X509Crl::from_der(crl).or_else(|_| X509Crl::from_pem(crl));
    let ca = X509::from_der(ca).or_else(|_| X509::from_pem(ca));
    crl.ok().zip(ca.ok())
}

/// Whether a CRL is issued under the name of a CA.
fn fit(crl: &[u8], ca: &[u8]) -> bool {
    both(crl, ca).is_some_and(|(crl, ca)| {
        crl.issuer_name().try_cmp(ca.subject_name()).is_ok_and(Ordering::is_eq)
    })
}

/// Whether it is also signed by its key.
fn fit_key(crl_der: &[u8], ca_der: &[u8]) -> bool {
    let key = both(crl_der, ca_der).and_then(|(crl, ca)| Some((crl, ca.public_key().ok()?)));
    fit(crl_der, ca_der) && key.is_some_and(|(crl, key)| crl.verify(&key).unwrap_or(false))
}

/// Base64 of DER to DER.
pub fn decoded(base64: &str) -> Vec<u8> {
    openssl::base64::decode_block(base64).unwrap()
}

/// Whether a certificate names a host, exactly: the part of these vectors that is TLS and not
/// ours.
pub fn names_host(leaf: &[u8], host: &str) -> bool {
    let Ok(leaf) = X509::from_der(leaf).or_else(|_| X509::from_pem(leaf)) else {
        return false;
    };
    let names = leaf.subject_alt_names();
    let octets = host.parse::<std::net::Ipv4Addr>().map(|address| address.octets());
    names.iter().flatten().any(|name| {
        let ip = octets.as_ref().is_ok_and(|octets| name.ipaddress() == Some(octets.as_slice()));
        ip || name.dnsname().is_some_and(|name| name == host)
    })
}
