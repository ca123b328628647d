//! What a request may look like, and what is refused for which reason.

use openssl::asn1::Asn1Object;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
};
use openssl::x509::{X509Extension, X509NameBuilder, X509Req, X509ReqBuilder};
use proptest::prelude::*;

use super::*;
use crate::crypto::Refusal;
use crate::model::condition::Condition;

/// A request to be, with the subject and the extensions that a test gives it.
struct Draft {
    key: PKey<Private>,
    subject: Vec<(Nid, String)>,
    extensions: Stack<X509Extension>,
    digest: MessageDigest,
}

impl Draft {
    fn new() -> Self {
        Self {
            key: generate_key().unwrap(),
            subject: vec![(Nid::COMMONNAME, "NEW-CERT".into())],
            extensions: Stack::new().unwrap(),
            digest: MessageDigest::sha256(),
        }
    }

    fn subject(mut self, nid: Nid, text: &str) -> Self {
        self.subject = vec![(nid, text.into())];
        self
    }

    fn asks(mut self, extension: X509Extension) -> Self {
        self.extensions.push(extension).unwrap();
        self
    }

    fn names(self, fill: impl Fn(&mut SubjectAlternativeName)) -> Self {
        let builder = X509ReqBuilder::new().unwrap();
        let mut names = SubjectAlternativeName::new();
        fill(&mut names);
        let names = names.build(&builder.x509v3_context(None)).unwrap();
        self.asks(names)
    }

    fn build(&self) -> X509Req {
        let mut name = X509NameBuilder::new().unwrap();
        for (nid, text) in &self.subject {
            name.append_entry_by_nid(*nid, text).unwrap();
        }
        let mut builder = X509ReqBuilder::new().unwrap();
        builder.set_subject_name(&name.build()).unwrap();
        builder.set_pubkey(&self.key).unwrap();
        if !self.extensions.is_empty() {
            builder.add_extensions(&self.extensions).unwrap();
        }
        builder.sign(&self.key, self.digest).unwrap();
        builder.build()
    }

    fn refusal(&self) -> Refusal {
        let email = address();
        let pem = self.build().to_pem().unwrap();
        let read = Request::read(&pem).and_then(|request| request.check(&approved(&email)));
        let refusal = read.expect_err("the request is refused");
        assert!(!refusal.hint.is_empty());
        refusal
    }

    fn is_taken(&self) -> Request {
        let email = address();
        let request = Request::read(&self.build().to_pem().unwrap()).unwrap();
        request.check(&approved(&email)).unwrap();
        request
    }
}

#[test]
fn request_for_what_was_approved_is_taken() {
    for name in ["NEW-CERT", "new-cert", "The New CERT", "Ada Lovelace", "new-cert@new.example"] {
        Draft::new().subject(Nid::COMMONNAME, name).is_taken();
    }
    Draft::new().subject(Nid::ORGANIZATIONNAME, "Whatever openssl asks for").is_taken();
    Draft::new().subject(Nid::PKCS9_EMAILADDRESS, "NEW-CERT@new.example").is_taken();
    let draft = Draft::new().names(|names| {
        names.email("new-cert@new.example");
    });
    draft.is_taken();
    let usage = KeyUsage::new().digital_signature().key_agreement().build().unwrap();
    let uses = ExtendedKeyUsage::new().client_auth().email_protection().build().unwrap();
    let no_ca = BasicConstraints::new().build().unwrap();
    Draft::new().asks(usage).asks(uses).asks(no_ca).is_taken();
}

#[test]
fn der_and_pem_give_the_same_key() {
    let request = Draft::new().build();
    let pem = Request::read(&request.to_pem().unwrap()).unwrap();
    let der = Request::read(&request.to_der().unwrap()).unwrap();
    assert_eq!(key_digest(pem.key()), key_digest(der.key()));
}

#[test]
fn name_of_somebody_else_is_refused() {
    for name in ["DFN-CERT", "<script>alert(1)</script>", "NEW-CERT,DFN-CERT", "*", "localhost"] {
        let refusal = Draft::new().subject(Nid::COMMONNAME, name).refusal();
        assert_eq!(refusal.condition, Condition::SignerAddress, "{name}");
    }
    for other in ["dfn-cert@dfn.example", "*@new.example", "new-cert@new.example.evil", "x"] {
        let refusal = Draft::new().subject(Nid::PKCS9_EMAILADDRESS, other).refusal();
        assert_eq!(refusal.condition, Condition::SignerAddress, "{other}");
    }
    for nid in [Nid::USERID, Nid::SERIALNUMBER, Nid::DOMAINCOMPONENT, Nid::GIVENNAME] {
        let refusal = Draft::new().subject(nid, "NEW-CERT").refusal();
        assert_eq!(refusal.condition, Condition::SignerAddress, "{nid:?}");
    }
}

#[test]
fn name_that_cannot_be_shown_is_refused() {
    for name in ["NEW-CERT\0.evil", "NEW\u{202e}TREC", "a\nb", &"x".repeat(64)] {
        Draft::new().subject(Nid::COMMONNAME, name).refusal();
    }
}

#[test]
fn alternative_name_beyond_the_approved_address_is_refused() {
    let fills: [fn(&mut SubjectAlternativeName); 6] = [
        |names| _ = names.email("dfn-cert@dfn.example"),
        |names| _ = names.email("*@new.example"),
        |names| _ = names.email("new-cert@new.example").dns("alerts.list.example"),
        |names| _ = names.email("new-cert@new.example").uri("https://alerts.list.example"),
        |names| _ = names.email("new-cert@new.example").email("dfn-cert@dfn.example"),
        |names| _ = names.ip("127.0.0.1"),
    ];
    for fill in fills {
        let refusal = Draft::new().names(fill).refusal();
        assert_eq!(refusal.condition, Condition::SignerAddress);
    }
}

#[test]
fn powers_are_refused() {
    let extensions = [
        BasicConstraints::new().critical().ca().build().unwrap(),
        BasicConstraints::new().ca().pathlen(3).build().unwrap(),
        KeyUsage::new().digital_signature().key_cert_sign().build().unwrap(),
        KeyUsage::new().crl_sign().build().unwrap(),
        KeyUsage::new().key_agreement().decipher_only().build().unwrap(),
        ExtendedKeyUsage::new().client_auth().server_auth().build().unwrap(),
        ExtendedKeyUsage::new().code_signing().build().unwrap(),
        ExtendedKeyUsage::new().other("2.5.29.37.0").build().unwrap(),
        ExtendedKeyUsage::new().other("1.3.6.1.5.5.7.3.9").build().unwrap(),
        unknown("2.5.29.30"),
        unknown("2.5.29.33"),
        unknown("1.3.6.1.4.1.311.20.2"),
    ];
    for extension in extensions {
        let refusal = Draft::new().asks(extension).refusal();
        assert_eq!(refusal.condition, Condition::KeyUsage, "{}", refusal.reason);
    }
}

/// An extension with an empty sequence.
fn unknown(oid: &str) -> X509Extension {
    let oid = Asn1Object::from_str(oid).unwrap();
    let value = openssl::asn1::Asn1OctetString::new_from_bytes(&[0x30, 0]).unwrap();
    X509Extension::new_from_der(&oid, false, &value).unwrap()
}

#[test]
fn extension_asked_for_twice_is_refused() {
    let usage = || KeyUsage::new().digital_signature().build().unwrap();
    let refusal = Draft::new().asks(usage()).asks(usage()).refusal();
    assert_eq!(refusal.condition, Condition::PacketStructure);
}

#[test]
fn weak_keys_and_digests_are_refused() {
    let keys = [
        on_curve(Nid::SECP224R1).unwrap(),
        on_curve(Nid::SECP256K1).unwrap(),
        on_curve(Nid::BRAINPOOL_P256R1).unwrap(),
        PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap(),
    ];
    for key in keys {
        let refusal = Draft { key, ..Draft::new() }.refusal();
        assert_eq!(refusal.condition, Condition::KeyWeak, "{}", refusal.reason);
    }
    for digest in [MessageDigest::md5(), MessageDigest::sha1(), MessageDigest::sha224()] {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let refusal = Draft { key, digest, ..Draft::new() }.refusal();
        assert_eq!(refusal.condition, Condition::DigestWeak);
    }
    Draft { key: on_curve(Nid::SECP384R1).unwrap(), ..Draft::new() }.is_taken();
    Draft { key: on_curve(Nid::SECP521R1).unwrap(), ..Draft::new() }.is_taken();
}

#[test]
fn request_that_its_key_has_not_signed_is_refused() {
    let mut der = Draft::new().build().to_der().unwrap();
    let last = der.len() - 1;
    der[last] ^= 1;
    let refusal = Request::read(&der).err().unwrap();
    assert_eq!(refusal.condition, Condition::SignatureInvalid, "{}", refusal.reason);
}

#[test]
fn file_with_anything_but_one_request_is_refused() {
    let pem = Draft::new().build().to_pem().unwrap();
    let der = Draft::new().build().to_der().unwrap();
    let secret = generate_key().unwrap().private_key_to_pem_pkcs8().unwrap();
    let email = address();
    let authority = Authority::make("Toy", NOW).unwrap();
    let certificate = authority
        .issue(Purpose::Client(approved(&email)), &generate_key().unwrap(), NOW)
        .unwrap()
        .pem();
    let files: [Vec<u8>; 8] = [
        pem.repeat(2),
        [der.as_slice(), &[0]].concat(),
        [pem.as_slice(), &secret].concat(),
        certificate,
        Vec::new(),
        b"-----BEGIN CERTIFICATE REQUEST-----\n".to_vec(),
        der[..der.len() - 1].to_vec(),
        vec![0x30; REQUEST_BYTES_MAX + 1],
    ];
    for file in files {
        assert!(Request::read(&file).is_err());
    }
}

#[test]
fn subject_of_thousands_is_refused() {
    let mut draft = Draft::new();
    draft.subject = vec![(Nid::ORGANIZATIONALUNITNAME, "x".into()); 500];
    assert_eq!(draft.refusal().condition, Condition::TooComplex);
}

proptest! {
    #[test]
    fn no_bytes_stop_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        drop(Request::read(&bytes));
    }

    #[test]
    fn changed_requests_are_refused(at in 0usize..200, bit in 0u8..8) {
        let mut der = Draft::new().build().to_der().unwrap();
        let at = at % der.len();
        der[at] ^= 1 << bit;
        prop_assert!(Request::read(&der).is_err());
    }
}
