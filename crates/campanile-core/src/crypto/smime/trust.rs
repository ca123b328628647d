//! Trust anchors of the network, their revocation lists, and the check of certification paths
//! [RFC 5280 §6].
//!
//! Paths are built from the operator's anchors alone: certificates and CRLs inside of mails
//! cannot lengthen, bend or un-revoke a path.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{
    CrlStatus, X509, X509Crl, X509KeyUsage, X509Ref, X509StoreContext, X509VerifyResult,
};

use super::anatomy::{Anatomy, crl_is_unusual};
use super::certificate::allows_mail;
use super::file::{self, refusal};
use super::{Certificate, strength};
use crate::crypto::Refusal;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::limits;
use crate::model::time::Timestamp;

/// Most CAs between a certificate and its anchor.
const PATH_DEPTH_MAX: i32 = 8;
/// OpenSSL's level 2: at least 112 bits, so neither SHA-1 nor MD5 nor RSA below 2048 bits
/// anywhere on the path but in the anchor's own signature.
const SECURITY_LEVEL: i32 = 2;

const NO_PATH_HINT: &str =
    "Offer a certificate of a CA of this network, or ask the operator to add your CA.";

/// One trust anchor: a CA certificate, with the newest CRL it has issued, if any.
#[derive(Clone)]
pub struct Anchor {
    certificate: X509,
    crl: Option<Arc<X509Crl>>,
}

impl fmt::Debug for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Anchor({})", self.fingerprint())
    }
}

impl Anchor {
    /// Checks files offered as anchor and CRL (PEM or DER).
    ///
    /// An expired CA is taken, because stored anchors come back this way as well; no path
    /// through it is good. An expired CRL is taken too: what it revokes stays revoked.
    ///
    /// # Errors
    /// The certificate is no CA or weak; the CRL is not this CA's, comes from the future, or
    /// says things that we would misread.
    pub fn read(certificate: &[u8], crl: Option<&[u8]>, now: Timestamp) -> Result<Self, Refusal> {
        let certificate = file::certificate(certificate)?;
        check_ca(&certificate)?;
        let crl = crl.map(file::crl).transpose()?;
        if let Some(crl) = &crl {
            check_crl(crl, &certificate, now)?;
        }
        Ok(Self {
            certificate,
            crl: crl.map(Arc::new),
        })
    }

    /// The DER certificate, to store.
    pub fn certificate_der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap_or_default()
    }

    /// The DER revocation list, to store.
    pub fn crl_der(&self) -> Option<Vec<u8>> {
        self.crl.as_ref().and_then(|crl| crl.to_der().ok())
    }

    /// SHA-256 of the DER certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        let digest = self.certificate.digest(MessageDigest::sha256());
        Fingerprint::from_bytes(digest.as_deref().unwrap_or_default())
    }

    /// The subject, on one line, safe to print.
    pub fn subject(&self) -> String {
        let entries = self.certificate.subject_name().entries();
        let entries = entries.map(|entry| {
            let key = entry.object().nid().short_name().unwrap_or("?");
            let value = entry.data().to_string().unwrap_or_default();
            format!("{key}={value}")
        });
        let line = entries.collect::<Vec<_>>().join(", ");
        let printable = line.chars().map(|c| if is_printable(c) { c } else { '?' });
        printable.take(500).collect()
    }

    /// Whether this CA has issued that certificate.
    fn has_issued(&self, certificate: &X509Ref) -> bool {
        let named = same_name(&self.certificate, certificate);
        let key = self.certificate.public_key();
        named && key.is_ok_and(|key| certificate.verify(&key).unwrap_or(false))
    }
}

/// No controls, and nothing that changes the direction of writing.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn same_name(issuer: &X509Ref, certificate: &X509Ref) -> bool {
    let order = issuer.subject_name().try_cmp(certificate.issuer_name());
    order.is_ok_and(|order| order == Ordering::Equal)
}

fn check_ca(certificate: &X509) -> Result<(), Refusal> {
    let refuse = |condition, reason: &str| {
        let hint = "Offer the certificate of a CA that issues certificates for mail.";
        Err(refusal(condition, reason, hint))
    };
    let anatomy = certificate
        .to_der()
        .ok()
        .and_then(|der| Anatomy::read(&der).ok());
    if !anatomy.is_some_and(|anatomy| anatomy.is_ca()) {
        return refuse(
            Condition::CertificatePath,
            "this is no certificate of a certification authority",
        );
    }
    let usage = certificate.key_usage();
    if usage.is_some_and(|usage| !usage.contains(X509KeyUsage::KEY_CERT_SIGN)) {
        return refuse(
            Condition::KeyUsage,
            "its key usage does not allow to issue certificates",
        );
    }
    let Ok(key) = certificate.public_key() else {
        return refuse(Condition::KeyWeak, "its key cannot be read");
    };
    match strength::describe(&key) {
        Ok(_) => Ok(()),
        Err(reason) => refuse(Condition::KeyWeak, &reason),
    }
}

fn check_crl(crl: &X509Crl, ca: &X509, now: Timestamp) -> Result<(), Refusal> {
    let refuse = |reason: &str| {
        let hint = "Offer the complete revocation list that this CA has issued last.";
        Err(refusal(Condition::CertificatePath, reason, hint))
    };
    let named = ca.subject_name().try_cmp(crl.issuer_name());
    let key = ca.public_key();
    let signed = key.is_ok_and(|key| crl.verify(&key).unwrap_or(false));
    if !named.is_ok_and(|order| order == Ordering::Equal) || !signed {
        return refuse("the revocation list is not signed by this CA");
    }
    let usage = ca.key_usage();
    if usage.is_some_and(|usage| !usage.contains(X509KeyUsage::CRL_SIGN)) {
        return refuse("this CA may not sign revocation lists");
    }
    let latest = now.plus_seconds(limits::CLOCK_SKEW_SECONDS_MAX).seconds();
    let latest = openssl::asn1::Asn1Time::from_unix(latest);
    let order = latest.and_then(|latest| crl.last_update().compare(&latest));
    if !order.is_ok_and(|order| order != Ordering::Greater) {
        return refuse("the revocation list comes from the future");
    }
    let der = crl.to_der().unwrap_or_default();
    match crl_is_unusual(&der) {
        Ok(false) => Ok(()),
        _ => refuse("the revocation list is partial, indirect or carries unknown extensions"),
    }
}

/// All trust anchors of the network, ready to check paths. Cheap to clone.
#[derive(Clone)]
pub struct TrustStore(Arc<Sorted>);

struct Sorted {
    anchors: Vec<Anchor>,
    /// Anchors that no other anchor has issued: paths end here.
    ends: Vec<X509>,
    /// The others. They are links only, so that the rules of the CA above (path length, names,
    /// revocation) hold for them too.
    links: Vec<X509>,
}

impl TrustStore {
    /// From the anchors of the registry.
    pub fn new(anchors: Vec<Anchor>) -> Self {
        let all = anchors.iter().map(|anchor| anchor.certificate.clone());
        let (links, ends) = all.partition(|certificate| {
            let self_signed = same_name(certificate, certificate);
            !self_signed && anchors.iter().any(|other| other.has_issued(certificate))
        });
        Self(Arc::new(Sorted {
            anchors,
            ends,
            links,
        }))
    }

    /// Whether a path leads from this certificate to an anchor, each step of it valid at `at`
    /// and, by the CRLs that are there, not revoked. The end of revocation is now: a revoked
    /// certificate was never good.
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub(super) fn check(&self, certificate: &Certificate, at: Timestamp) -> Result<(), Refusal> {
        certificate.check_dates(at)?;
        let failed = || {
            let reason = "its path to a trust anchor cannot be checked";
            refusal(Condition::CertificatePath, reason, NO_PATH_HINT)
        };
        let verified = self.verify(certificate.x509(), at).map_err(|_| failed())?;
        let path = verified.map_err(|fault| fault.refusal())?;
        self.check_path(&path)
    }

    /// OpenSSL's check of the path; gives the path, leaf first.
    fn verify(&self, leaf: &X509, at: Timestamp) -> Result<Result<Vec<X509>, Fault>, ErrorStack> {
        let store = self.store(at)?;
        let mut links = Stack::new()?;
        for link in &self.0.links {
            links.push(link.clone())?;
        }
        let mut context = X509StoreContext::new()?;
        context.init(&store, leaf, &links, |context| {
            if context.verify_cert()? {
                let path = context.chain().into_iter().flatten();
                return Ok(Ok(path.map(ToOwned::to_owned).collect()));
            }
            Ok(Err(Fault {
                result: context.error(),
                depth: context.error_depth(),
            }))
        })
    }

    fn store(&self, at: Timestamp) -> Result<X509Store, ErrorStack> {
        let mut rules = X509VerifyParam::new()?;
        rules.set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::X509_STRICT)?;
        rules.set_time(at.seconds());
        rules.set_depth(PATH_DEPTH_MAX);
        rules.set_auth_level(SECURITY_LEVEL);
        let mut store = X509StoreBuilder::new()?;
        store.set_param(&rules)?;
        for end in &self.0.ends {
            store.add_cert(end.clone())?;
        }
        Ok(store.build())
    }

    /// What OpenSSL is not asked for: the purpose of the CAs, and revocation.
    fn check_path(&self, path: &[X509]) -> Result<(), Refusal> {
        let issuers = path.iter().skip(1);
        if !issuers.clone().all(|issuer| allows_mail(issuer)) {
            let reason = "a CA on its path may not issue certificates for mail";
            return Err(refusal(Condition::CertificatePath, reason, NO_PATH_HINT));
        }
        for (depth, (certificate, issuer)) in path.iter().zip(issuers).enumerate() {
            if !self.is_revoked(certificate, issuer) {
                continue;
            }
            return Err(match depth {
                0 => refusal(
                    Condition::KeyRevoked,
                    "its CA has revoked it",
                    "Ask your CA for a new certificate.",
                ),
                _ => refusal(
                    Condition::CertificatePath,
                    "a CA on its path is revoked",
                    NO_PATH_HINT,
                ),
            });
        }
        Ok(())
    }

    /// By the CRLs of all anchors that have the issuer's name and key.
    fn is_revoked(&self, certificate: &X509, issuer: &X509) -> bool {
        let Ok(key) = issuer.public_key() else {
            return true;
        };
        let lists = self.0.anchors.iter().filter_map(|anchor| {
            let same_key = anchor.certificate.public_key();
            let same_key = same_key.is_ok_and(|other| other.public_eq(&key));
            anchor
                .crl
                .as_ref()
                .filter(|_| same_key && same_name(&anchor.certificate, certificate))
        });
        let mut states = lists.map(|crl| crl.get_by_cert(certificate));
        states.any(|state| matches!(state, CrlStatus::Revoked(_)))
    }
}

/// What OpenSSL found, and at which certificate of the path; 0 is the leaf.
struct Fault {
    result: X509VerifyResult,
    depth: u32,
}

impl Fault {
    fn refusal(&self) -> Refusal {
        // Numbers of x509_vfy.h: 9 and 10 dates, 66 to 68 keys and digests, 23 revoked.
        let condition = match (self.result.as_raw(), self.depth) {
            (9, 0) => Condition::KeyNotYetValid,
            (10, 0) => Condition::KeyExpired,
            (66..=68, _) => Condition::KeyWeak,
            _ => Condition::CertificatePath,
        };
        let place = match self.depth {
            0 => "the certificate",
            _ => "a CA on its path",
        };
        let reason = format!("{place}: {}", self.result.error_string());
        refusal(condition, &reason, NO_PATH_HINT)
    }
}
