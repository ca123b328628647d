//! Targets: what is registered: certificates, revocation lists, keys.

use std::sync::OnceLock;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::model::address::EmailAddress;
use campanile_core::pki;
use openssl::hash::MessageDigest;
use openssl::sign::Signer;

use crate::edits;
use crate::material::{BRAVO, Gate, LIST, NOW};

fn list_address() -> EmailAddress {
    LIST.parse().expect("the address is plain")
}

/// A certificate that is taken reads back with the same fingerprint.
pub fn openpgp_certificate(data: &[u8]) {
    let Ok((certificate, _)) = openpgp::Certificate::register(data, &[list_address()], NOW) else {
        return;
    };
    let again = openpgp::Certificate::read(&certificate.to_bytes()).expect("what we wrote reads");
    assert_eq!(again.fingerprint(), certificate.fingerprint());
}

/// Without a trust anchor no certificate is taken.
pub fn x509_certificate(data: &[u8]) {
    let trust = smime::TrustStore::new(Vec::new());
    let taken = smime::Certificate::register(data, &[list_address()], &trust, NOW);
    assert!(taken.is_err());
    let _ = smime::Certificate::read(data);
    let _ = smime::Anchor::read(data, Some(data), NOW);
}

/// A request that is taken for one team gets a certificate with the approved names and no other.
pub fn certificate_request(data: &[u8]) {
    let Ok(request) = pki::Request::read(data) else { return };
    let email = list_address();
    let approved = pki::Approved {
        network: "Toy",
        handle: "ALPHA",
        team_name: "Alpha",
        name: "ALPHA",
        email: &email,
        id: "1",
    };
    if request.check(&approved).is_err() {
        return;
    }
    static AUTHORITY: OnceLock<pki::Authority> = OnceLock::new();
    let make = || pki::Authority::make("Toy", NOW).expect("an authority can be made");
    let purpose = pki::Purpose::Client(approved);
    let issued = AUTHORITY.get_or_init(make).issue(purpose, request.key(), NOW);
    let issued = issued.expect("a key that was taken is certified");
    let read = pki::ClientCertificate::read(&issued.certificate, NOW).expect("ours logs in");
    assert_eq!(read.addresses, [email]);
}

/// A certificate that is taken for logging in reads back equal.
pub fn client_certificate(data: &[u8]) {
    let Ok(read) = pki::ClientCertificate::read(data, NOW) else { return };
    assert_eq!(pki::ClientCertificate::read(&read.certificate, NOW).as_ref(), Ok(&read));
}

/// A certificate of the network's CA with anything changed in it before the CA signed: when it is
/// taken, it names the address that it was registered for.
pub fn issued_certificate(data: &[u8]) {
    let gate = Gate::get();
    let Some(der) = signed_again(&gate.bravo.certificate().to_bytes(), data) else { return };
    let _ = smime::Certificate::read(&der);
    let address: EmailAddress = BRAVO.parse().expect("the address is plain");
    let trust = &gate.network.trust;
    if let Ok((certificate, _)) =
        smime::Certificate::register(&der, std::slice::from_ref(&address), trust, NOW)
    {
        assert!(certificate.addresses().iter().any(|named| named.same_mailbox(&address)));
    }
}

/// A revocation list of the network's CA with anything changed in it before the CA signed: what is
/// taken reads back. And what the CA has not signed is never taken.
pub fn crl(data: &[u8]) {
    let gate = Gate::get();
    let ca = gate.ca.der();
    assert!(smime::Anchor::read(&ca, Some(data), NOW).is_err());
    let genuine = gate.ca.crl(&[&gate.ca], NOW.seconds() - 60);
    let Some(der) = signed_again(&genuine, data) else { return };
    if let Ok(anchor) = smime::Anchor::read(&ca, Some(&der), NOW) {
        let kept = anchor.crl_der().expect("it is kept");
        smime::Anchor::read(&ca, Some(&kept), NOW).expect("what we kept reads");
    }
}

/// Changes what is signed in a certificate or revocation list, and lets the CA sign again.
fn signed_again(der: &[u8], script: &[u8]) -> Option<Vec<u8>> {
    let (content, _) = element(der)?;
    let (_, behind) = element(content)?;
    let mut signed = content.strip_suffix(behind)?.to_vec();
    edits::apply(script, &mut signed);
    let mut signer = Signer::new(MessageDigest::sha256(), &Gate::get().ca.key).ok()?;
    let signature = signer.sign_oneshot_to_vec(&signed).ok()?;
    let algorithm = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let bits = tagged(3, &[&[0], &signature[..]].concat());
    Some(tagged(0x30, &[&signed[..], &algorithm, &bits].concat()))
}

/// The content of the first element, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.get(1..)?.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let length = u16::from_be_bytes([*rest.first()?, *rest.get(1)?]);
            (usize::from(length), rest.get(2..)?)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[tag, 0x82, length[0], length[1]][..], content].concat()
}

/// A secret key that is taken is written and read back with the same fingerprint.
pub fn list_key(data: &[u8]) {
    if let Ok(key) = openpgp::SecretKey::read(data) {
        let again = openpgp::SecretKey::read(&key.to_secret_armored());
        assert_eq!(again.expect("what we wrote reads").fingerprint(), key.fingerprint());
    }
    if let Ok(key) = smime::SecretKey::from_secret_pem(data) {
        let again = smime::SecretKey::from_secret_pem(&key.to_secret_pem());
        assert_eq!(again.expect("what we wrote reads").fingerprint(), key.fingerprint());
    }
    let _ = smime::SecretKey::read(data, data);
}
