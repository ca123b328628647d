//! Registration of certificates and of list keys.

use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::extension::{ExtendedKeyUsage, KeyUsage};

use super::super::{Certificate, Container, SecretKey, TrustStore};
use super::message::{certificate, network, now, secret};
use super::pki::{self, Issued, Request};
use crate::crypto::{Abilities, Refusal};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;

const ADDRESS: &str = "cert@team.example";

fn address() -> EmailAddress {
    ADDRESS.parse().unwrap()
}

fn register(file: &[u8], trust: &TrustStore) -> Result<(Certificate, Abilities), Refusal> {
    Certificate::register(file, &[address()], trust, now())
}

/// Registers one certificate that differs from a good one.
fn registered(change: impl FnOnce(&mut Request)) -> Result<Abilities, Condition> {
    let (root, trust) = network();
    let mut request = Request::mail(ADDRESS, pki::p256());
    change(&mut request);
    let found = register(&root.issue(request).der(), &trust);
    found.map(|(_, abilities)| abilities).map_err(|refusal| refusal.condition)
}

#[test]
fn good_certificate_is_registered_in_both_forms() {
    let (root, trust) = network();
    let team = root.issue(Request::mail(ADDRESS, pki::p256()));
    let pem = team.certificate.to_pem().unwrap();
    for file in [team.der(), pem] {
        let (certificate, abilities) = register(&file, &trust).unwrap();
        assert!(abilities.sign && abilities.encrypt);
        assert_eq!(abilities.algorithms, "ECC P-256");
        let expires_at = abilities.expires_at.unwrap();
        assert_eq!(expires_at.to_string(), "2027-08-25T02:00:00Z");
        assert_eq!(certificate.addresses(), [address()]);
        let again = Certificate::read(&certificate.to_bytes()).unwrap();
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        let again = Certificate::read(certificate.pem().as_bytes()).unwrap();
        assert_eq!(again.fingerprint(), certificate.fingerprint());
    }
}

#[test]
fn certificate_may_be_for_one_purpose_only() {
    let only_sign = registered(|request| {
        request.usage = KeyUsage::new();
        request.usage.critical().digital_signature();
    });
    let only_sign = only_sign.unwrap();
    assert!(only_sign.sign && !only_sign.encrypt);
    let only_encrypt = registered(|request| {
        request.usage = KeyUsage::new();
        request.usage.critical().key_agreement();
    });
    let only_encrypt = only_encrypt.unwrap();
    assert!(!only_encrypt.sign && only_encrypt.encrypt);
}

#[test]
fn every_rule_of_registration_refuses() {
    let refused = |change: fn(&mut Request)| registered(change).unwrap_err();
    let weak_rsa = refused(|request| request.key = pki::rsa(1024));
    assert_eq!(weak_rsa, Condition::KeyWeak);
    let odd_curve = refused(|request| request.key = pki::curve(Nid::SECP256K1));
    assert_eq!(odd_curve, Condition::KeyWeak);
    let ca = refused(|request| request.ca = Some(0));
    assert_eq!(ca, Condition::KeyUsage);
    let servers = refused(|request| {
        let mut extended = ExtendedKeyUsage::new();
        extended.server_auth();
        request.extended = Some(extended);
    });
    assert_eq!(servers, Condition::KeyUsage);
    let nothing = refused(|request| {
        request.usage = KeyUsage::new();
        request.usage.critical().key_encipherment();
    });
    assert_eq!(nothing, Condition::KeyUsage);
    let expired = refused(|request| request.until = pki::NOW - 1);
    assert_eq!(expired, Condition::KeyExpired);
    let future = refused(|request| request.from = pki::NOW + 1);
    assert_eq!(future, Condition::KeyNotYetValid);
    let no_address = refused(|request| request.address = None);
    assert_eq!(no_address, Condition::SignerAddress);
    let other = refused(|request| request.address = Some("cert@other.example".into()));
    assert_eq!(other, Condition::SignerAddress);
}

#[test]
fn any_extended_key_usage_or_none_is_good_for_mail() {
    let any = registered(|request| {
        let mut extended = ExtendedKeyUsage::new();
        extended.other("2.5.29.37.0");
        request.extended = Some(extended);
    });
    assert!(any.unwrap().sign);
    assert!(registered(|request| request.extended = None).unwrap().sign);
}

#[test]
fn address_in_another_case_is_the_same_mailbox() {
    assert!(registered(|request| request.address = Some("CERT@Team.example".into())).is_ok());
}

#[test]
fn address_with_a_nul_is_not_the_address() {
    let (root, trust) = network();
    let name = b"cert@team.example\0.evil.example";
    let name = super::super::der::tlv(0x81, &[name]);
    let names = super::super::der::sequence(&[&name]);
    let mut request = Request::mail(ADDRESS, pki::p256());
    request.address = None;
    request.extra.push(("2.5.29.17", false, names));
    let refused = register(&root.issue(request).der(), &trust).unwrap_err();
    assert_eq!(refused.condition, Condition::SignerAddress);
}

#[test]
fn file_with_anything_but_one_certificate_is_refused() {
    let (root, trust) = network();
    let team = root.issue(Request::mail(ADDRESS, pki::p256()));
    let pem = team.certificate.to_pem().unwrap();
    let trailing = [team.der(), vec![0]].concat();
    let twice = [pem.clone(), pem.clone()].concat();
    let with_key = [pem.clone(), team.key_pem()].concat();
    let huge = [vec![b'\n'; 16 * 1024 * 1024], pem.clone()].concat();
    let relabelled = String::from_utf8(pem.clone()).unwrap().replace("CERTIFICATE", "PKCS7");
    let mut pkcs12 = openssl::pkcs12::Pkcs12::builder();
    pkcs12.pkey(&team.key).cert(&team.certificate);
    let pkcs12 = pkcs12.build2("x").unwrap().to_der().unwrap();
    for (what, file) in [
        ("trailing octets", trailing),
        ("two", twice),
        ("key too", with_key),
        ("key only", team.key_pem()),
        ("huge", huge),
        ("other label", relabelled.into_bytes()),
        ("PKCS #12", pkcs12),
        ("cut", pem[..pem.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("text", b"hello".to_vec()),
    ] {
        let refused = register(&file, &trust).unwrap_err();
        let expected = match what {
            "huge" => Condition::TooLarge,
            _ => Condition::PacketStructure,
        };
        assert_eq!(refused.condition, expected, "{what}");
    }
}

#[test]
fn recipient_follows_certificate_and_time() {
    let (root, trust) = network();
    let team = certificate(&root.issue(Request::mail(ADDRESS, pki::p256())));
    let recipient = team.recipient(&trust, now()).unwrap();
    assert_eq!(recipient.container(), Container::Enveloped);
    let later = now().plus_seconds(2 * 365 * 86_400);
    assert!(team.recipient(&trust, later).is_none());
    assert!(team.recipient(&TrustStore::new(vec![]), now()).is_none());

    let mut request = Request::mail(ADDRESS, pki::p256());
    request.extra.push(pki::gcm_capability());
    let team = certificate(&root.issue(request));
    let recipient = team.recipient(&trust, now()).unwrap();
    assert_eq!(recipient.container(), Container::AuthEnveloped);

    let ed25519 = PKey::generate_ed25519().unwrap();
    let team = certificate(&root.issue(Request::mail(ADDRESS, ed25519)));
    assert!(team.recipient(&trust, now()).is_none());
}

#[test]
fn list_key_reads_every_usual_form() {
    let (root, _) = network();
    let rsa = pki::rsa(2048);
    let x25519 = PKey::generate_x25519().unwrap();
    for key in [rsa.clone(), pki::p256(), x25519] {
        let list = root.issue(Request::mail("list@list.example", key));
        let pem = list.certificate.to_pem().unwrap();
        let pkcs8 = list.key.private_key_to_pkcs8().unwrap();
        for file in [list.key_pem(), pkcs8] {
            assert!(SecretKey::read(&pem, &file).is_ok());
            assert!(SecretKey::read(&list.der(), &file).is_ok());
        }
    }
    let list = root.issue(Request::mail("list@list.example", rsa.clone()));
    let pkcs1 = rsa.rsa().unwrap().private_key_to_pem().unwrap();
    assert!(SecretKey::read(&list.der(), &pkcs1).is_ok());
    let ec = pki::p256();
    let list = root.issue(Request::mail("list@list.example", ec.clone()));
    let sec1 = ec.ec_key().unwrap().private_key_to_pem().unwrap();
    assert!(SecretKey::read(&list.der(), &sec1).is_ok());
}

#[test]
fn list_key_that_does_not_fit_or_is_locked_is_refused() {
    let (root, _) = network();
    let list = root.issue(Request::mail("list@list.example", pki::p256()));
    let other = pki::p256().private_key_to_pem_pkcs8().unwrap();
    assert!(SecretKey::read(&list.der(), &other).is_err());
    let cipher = openssl::symm::Cipher::aes_128_cbc();
    let locked = list.key.private_key_to_pem_pkcs8_passphrase(cipher, b"x").unwrap();
    assert!(SecretKey::read(&list.der(), &locked).is_err());
    assert!(SecretKey::read(&list.der(), &list.der()).is_err());
}

#[test]
fn generated_list_key_signs_opens_and_reads_back() {
    let list: EmailAddress = "alert@list.example".parse().unwrap();
    let key = SecretKey::generate("Alert List", &list, now(), 365).unwrap();
    let certificate = key.certificate();
    assert_eq!(certificate.addresses(), [list]);
    assert!(certificate.check_key().is_ok() && certificate.check_purpose().is_ok());
    assert!(certificate.check_dates(now()).is_ok());
    assert!(certificate.check_dates(now().plus_seconds(366 * 86_400)).is_err());
    let again = SecretKey::from_secret_pem(&key.to_secret_pem()).unwrap();
    assert_eq!(again.fingerprint(), key.fingerprint());
    let other = SecretKey::generate("Alert List", &"a@b.example".parse().unwrap(), now(), 1);
    assert_ne!(other.unwrap().fingerprint(), key.fingerprint());
}

#[test]
fn debug_shows_no_secret() {
    let (root, _) = network();
    let list = root.issue(Request::mail("list@list.example", pki::p256()));
    let key = secret(&list);
    assert_eq!(format!("{key:?}"), format!("SecretKey({})", key.fingerprint()));
}

#[test]
fn issuer_of_a_certificate_is_not_guessed_from_its_name() {
    let (_, trust) = network();
    let own = Issued::root(Request::mail(ADDRESS, pki::p256()));
    let refused = register(&own.der(), &trust).unwrap_err();
    assert_eq!(refused.condition, Condition::CertificatePath);
}
