//! What is issued, looked at with OpenSSL.

use openssl::pkcs12::Pkcs12;
use openssl::rsa::Rsa;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;
use openssl::x509::{CrlStatus, X509, X509Crl, X509KeyUsage, X509StoreContext};
use proptest::prelude::*;

use super::*;

fn authority() -> Authority {
    Authority::make("Toy", NOW).unwrap()
}

/// A certificate for these approved values.
fn issue(authority: &Authority, approved: Approved<'_>) -> Issued {
    authority.issue(Purpose::Client(approved), &generate_key().unwrap(), NOW).unwrap()
}

/// OpenSSL's answer to a certificate, by the rules that it has for those of RFC 5280.
fn verifies(authority: &Authority, certificate: &[u8], at: Timestamp) -> bool {
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(authority.x509().clone()).unwrap();
    let mut rules = openssl::x509::verify::X509VerifyParam::new().unwrap();
    rules.set_flags(X509VerifyFlags::X509_STRICT).unwrap();
    rules.set_time(at.seconds());
    store.set_param(&rules).unwrap();
    let certificate = X509::from_der(certificate).unwrap();
    let mut context = X509StoreContext::new().unwrap();
    let chain = openssl::stack::Stack::new().unwrap();
    context.init(&store.build(), &certificate, &chain, |context| context.verify_cert()).unwrap()
}

fn text(certificate: &[u8]) -> String {
    String::from_utf8(X509::from_der(certificate).unwrap().to_text().unwrap()).unwrap()
}

#[test]
fn client_certificate_verifies_and_says_what_was_approved() {
    let (authority, email) = (authority(), address());
    let issued = issue(&authority, approved(&email));
    assert!(verifies(&authority, &issued.certificate, NOW));
    assert_eq!(issued.subject, "O=Toy, OU=NEW-CERT, CN=Ada Lovelace, UID=0193ab");
    let read = X509::from_der(&issued.certificate).unwrap();
    let names = read.subject_alt_names().unwrap();
    let names: Vec<_> = names.iter().map(|name| name.email()).collect();
    assert_eq!(names, [Some("new-cert@new.example")]);
    let text = text(&issued.certificate);
    assert!(text.contains("TLS Web Client Authentication, E-mail Protection"), "{text}");
    assert!(text.contains("Digital Signature, Key Agreement"), "{text}");
    assert!(text.contains("CA:FALSE"), "{text}");
}

#[test]
fn rsa_keys_are_certified_for_encipherment() {
    let (authority, email) = (authority(), address());
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let issued = authority.issue(Purpose::Client(approved(&email)), &key, NOW).unwrap();
    assert!(text(&issued.certificate).contains("Digital Signature, Key Encipherment"));
}

#[test]
fn certificate_is_over_after_a_year_and_never_outlives_the_authority() {
    let (authority, email) = (authority(), address());
    let issued = issue(&authority, approved(&email));
    assert!(verifies(&authority, &issued.certificate, issued.expires_at.plus_seconds(-1)));
    assert!(!verifies(&authority, &issued.certificate, issued.expires_at.plus_seconds(1)));
    let late = authority.expires_at().plus_seconds(-DAY_SECONDS);
    let purpose = Purpose::Client(approved(&email));
    let issued = authority.issue(purpose, &generate_key().unwrap(), late).unwrap();
    assert_eq!(issued.expires_at, authority.expires_at());
}

#[test]
fn authority_may_sign_end_entities_only() {
    let text = text(&authority().certificate_der());
    assert!(text.contains("CA:TRUE, pathlen:0"), "{text}");
    assert!(text.contains("Certificate Sign, CRL Sign"), "{text}");
    assert!(!text.contains("Digital Signature"), "{text}");
}

#[test]
fn authority_reads_back_from_its_key_file() {
    let authority = authority();
    let pem = authority.to_secret_pem();
    assert_eq!(Authority::from_secret_pem(&pem).unwrap().fingerprint(), authority.fingerprint());
    let other = Authority::make("Other", NOW).unwrap().to_secret_pem();
    let mixed = [&pem[..pem.iter().rposition(|b| *b == b'B').unwrap() - 5], &other[..]].concat();
    let mixed = Authority::from_secret_pem(&mixed);
    assert!(mixed.is_none_or(|read| read.key_digest() != authority.key_digest()));
    assert!(Authority::from_secret_pem(b"").is_none());
}

#[test]
fn server_certificate_names_the_server_and_logs_nobody_in() {
    let authority = authority();
    let names = [
        ServerName::Host("alerts.list.example".parse().unwrap()),
        ServerName::Localhost,
        ServerName::Address("127.0.0.1".parse().unwrap()),
    ];
    let key = generate_key().unwrap();
    let issued = authority.issue(Purpose::Server(&names), &key, NOW).unwrap();
    assert!(verifies(&authority, &issued.certificate, NOW));
    let text = text(&issued.certificate);
    assert!(
        text.contains("DNS:alerts.list.example, DNS:localhost, IP Address:127.0.0.1"),
        "{text}"
    );
    assert!(text.contains("TLS Web Server Authentication"), "{text}");
    assert!(!text.contains("Client") && !text.contains("Mail"), "{text}");
    let refusal = ClientCertificate::read(&issued.certificate, NOW).unwrap_err();
    assert_eq!(refusal.condition, crate::model::condition::Condition::KeyUsage);
}

#[test]
fn revocation_list_names_what_was_revoked_with_its_number() {
    let (authority, email) = (authority(), address());
    let (good, bad) = (issue(&authority, approved(&email)), issue(&authority, approved(&email)));
    let revoked = [Revoked { serial: bad.serial.clone(), at: NOW }];
    let der = authority.revocation_list(&revoked, 7, NOW).unwrap();
    let list = X509Crl::from_der(&der).unwrap();
    assert!(list.verify(&authority.x509().public_key().unwrap()).unwrap());
    let status = |issued: &Issued| {
        let certificate = X509::from_der(&issued.certificate).unwrap();
        matches!(list.get_by_cert(&certificate), CrlStatus::Revoked(_))
    };
    assert!(status(&bad) && !status(&good));
    // cRLNumber 7, and an authorityKeyIdentifier [RFC 5280 §5.2].
    let has = |part: &[u8]| memchr::memmem::find(&der, part).is_some();
    assert!(has(&[0x55, 0x1d, 20, 0x04, 3, 2, 1, 7]) && has(&[0x55, 0x1d, 35]));
    assert!(list.next_update().is_some());
    // The readers of lists in this house take it as well.
    let pem = authority.certificate_pem();
    assert!(crate::crypto::smime::Anchor::read(&pem, Some(&der), NOW).is_ok());
}

#[test]
fn packed_key_opens_with_its_passphrase_alone() {
    let (authority, email) = (authority(), address());
    let key = generate_key().unwrap();
    let issued = authority.issue(Purpose::Client(approved(&email)), &key, NOW).unwrap();
    let passphrase = Passphrase::generate().unwrap();
    let packed = pack(&authority, &issued, &key, "NEW-CERT", &passphrase).unwrap();
    let packed = Pkcs12::from_der(&packed).unwrap();
    assert!(packed.parse2("wrong").is_err());
    let parsed = packed.parse2(passphrase.expose()).unwrap();
    assert!(parsed.pkey.unwrap().public_eq(&key));
    assert_eq!(parsed.cert.unwrap().to_der().unwrap(), issued.certificate);
    assert_eq!(parsed.ca.unwrap().len(), 1);
}

#[test]
fn passphrases_can_be_read_out_and_differ() {
    let one = Passphrase::generate().unwrap();
    let groups: Vec<_> = one.expose().split('-').collect();
    assert_eq!(groups.len(), 4);
    assert!(groups.iter().all(|group| group.len() == 5));
    assert_ne!(one.expose(), Passphrase::generate().unwrap().expose());
    assert_eq!(format!("{one:?}"), "Passphrase(…)");
}

#[test]
fn own_certificates_are_for_logging_in_and_expired_ones_are_not() {
    let (authority, email) = (authority(), address());
    let issued = issue(&authority, approved(&email));
    let read = ClientCertificate::read(&issued.pem(), NOW).unwrap();
    assert_eq!((read.fingerprint, read.serial), (issued.fingerprint, issued.serial));
    assert_eq!(read.addresses, [email]);
    assert!(ClientCertificate::read(&issued.certificate, issued.expires_at).is_err());
    assert!(ClientCertificate::read(&authority.certificate_der(), NOW).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in the registry, a certificate has the approved address as its only
    /// alternative name, no power beside logging in and mail, and the approved name cut to size.
    #[test]
    fn certificate_has_no_name_or_power_that_was_not_approved(
        name in "\\PC{1,200}",
        handle in "[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        network in "\\PC{1,100}",
    ) {
        let (authority, email) = (authority(), address());
        let approved = Approved {
            network: &network,
            handle: &handle,
            team_name: "x",
            name: &name,
            email: &email,
            id: "0193ab",
        };
        let issued = issue(&authority, approved);
        let read = X509::from_der(&issued.certificate).unwrap();
        let names = read.subject_alt_names().unwrap();
        prop_assert_eq!(names.len(), 1);
        prop_assert_eq!(names.get(0).unwrap().email(), Some("new-cert@new.example"));
        let usage = read.key_usage().unwrap();
        prop_assert_eq!(usage, X509KeyUsage::DIGITAL_SIGNATURE | X509KeyUsage::KEY_AGREEMENT);
        let subject: Vec<_> = read.subject_name().entries().collect();
        prop_assert_eq!(subject.len(), 4);
        let value = |at: usize| subject[at].data().to_string().unwrap();
        let cut: String = name.chars().take(64).collect();
        prop_assert_eq!(value(1), handle);
        prop_assert_eq!(value(2), cut);
        prop_assert!(verifies(&authority, &issued.certificate, NOW));
    }
}
