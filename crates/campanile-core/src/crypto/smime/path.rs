//! The check of certification paths [RFC 5280 §6].
//!
//! Paths are built from the operator's anchors alone: certificates and CRLs inside of mails
//! cannot lengthen, bend or un-revoke a path.

use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509StoreContext, X509VerifyResult};

use super::certificate::allows_mail;
use super::file::refusal;
use super::trust::same_name;
use super::{Anchor, Certificate};
use crate::crypto::Refusal;
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

/// Most CAs between a certificate and its anchor.
const PATH_DEPTH_MAX: i32 = 8;
/// Most ways that are tried when the first one is bad. Each costs the signatures on it.
const WAYS_MAX: usize = 16;
/// Most CAs that are looked at to find them: CAs that certify each other make very many.
const STEPS_MAX: usize = 256;
/// OpenSSL's level 2: at least 112 bits, so neither SHA-1 nor MD5 nor RSA below 2048 bits
/// anywhere on the path but in the anchor's own signature.
const SECURITY_LEVEL: i32 = 2;

const NO_PATH_HINT: &str =
    "Offer a certificate of a CA of this network, or ask the operator to add your CA.";

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
        let all = anchors.iter().map(|anchor| anchor.certificate().clone());
        let (links, ends) = all.partition(|certificate| {
            // By its key, not by its name: the next key of a CA is signed with the one before.
            let self_signed =
                certificate.public_key().is_ok_and(|key| certificate.verify(&key).unwrap_or(false));
            !self_signed && anchors.iter().any(|other| other.has_issued(certificate))
        });
        Self(Arc::new(Sorted { anchors, ends, links }))
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
        let leaf = certificate.x509();
        let all = Way { ends: self.0.ends.iter().collect(), links: self.0.links.iter().collect() };
        let first = match verify(leaf, &all, at).map_err(|_| failed())? {
            Ok(path) => return self.check_path(&path),
            Err(fault) => fault,
        };
        // OpenSSL follows one path and does not go back when it turns out bad, but a CA may have
        // several certificates: renewed ones, and ones by other CAs.
        for way in self.ways(leaf) {
            if let Ok(path) = verify(leaf, &way, at).map_err(|_| failed())? {
                return self.check_path(&path);
            }
        }
        Err(first.refusal())
    }

    /// Every way by names from a certificate to an end, as far as the limits go.
    fn ways<'a>(&'a self, leaf: &'a X509) -> Vec<Way<'a>> {
        let (mut found, mut steps) = (Vec::new(), 0);
        let mut open: Vec<Vec<&X509>> = vec![Vec::new()];
        while let Some(links) = open.pop() {
            steps += 1;
            if steps > STEPS_MAX || found.len() >= WAYS_MAX {
                break;
            }
            let last = links.last().copied().unwrap_or(leaf);
            let issuers = |all: &'a [X509]| all.iter().filter(move |ca| same_name(ca, last));
            let ends = issuers(&self.0.ends);
            found.extend(ends.map(|end| Way { ends: vec![end], links: links.clone() }));
            let fresh = |link: &&X509| !links.iter().any(|known| std::ptr::eq(*known, *link));
            open.extend(issuers(&self.0.links).filter(fresh).map(|link| {
                let mut longer = links.clone();
                longer.push(link);
                longer
            }));
        }
        found
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
                _ => {
                    refusal(Condition::CertificatePath, "a CA on its path is revoked", NO_PATH_HINT)
                }
            });
        }
        Ok(())
    }

    /// By the CRLs of all anchors that have the issuer's name, and its key or one that the CA
    /// had before or after: one of the two has certified the other.
    fn is_revoked(&self, certificate: &X509, issuer: &X509) -> bool {
        let Ok(key) = issuer.public_key() else {
            return true;
        };
        let mut issuers = self.0.anchors.iter().filter(|anchor| {
            let other = anchor.certificate();
            same_name(other, certificate)
                && (other.public_key().is_ok_and(|other| other.public_eq(&key))
                    || anchor.has_issued(issuer)
                    || other.verify(&key).unwrap_or(false))
        });
        issuers.any(|anchor| anchor.has_revoked(certificate))
    }
}

/// The CAs that a path may go through.
struct Way<'a> {
    ends: Vec<&'a X509>,
    links: Vec<&'a X509>,
}

/// OpenSSL's check of the path; gives the path, leaf first.
fn verify(
    leaf: &X509,
    way: &Way<'_>,
    at: Timestamp,
) -> Result<Result<Vec<X509>, Fault>, ErrorStack> {
    let mut links = Stack::new()?;
    for link in &way.links {
        links.push((*link).clone())?;
    }
    let mut context = X509StoreContext::new()?;
    let store = store(&way.ends, at)?;
    context.init(&store, leaf, &links, |context| {
        if context.verify_cert()? {
            let path = context.chain().into_iter().flatten();
            return Ok(Ok(path.map(ToOwned::to_owned).collect()));
        }
        Ok(Err(Fault { result: context.error(), depth: context.error_depth() }))
    })
}

fn store(ends: &[&X509], at: Timestamp) -> Result<X509Store, ErrorStack> {
    let mut rules = X509VerifyParam::new()?;
    rules.set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::X509_STRICT)?;
    rules.set_time(at.seconds());
    rules.set_depth(PATH_DEPTH_MAX);
    rules.set_auth_level(SECURITY_LEVEL);
    let mut store = X509StoreBuilder::new()?;
    store.set_param(&rules)?;
    for end in ends {
        store.add_cert((*end).clone())?;
    }
    Ok(store.build())
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
