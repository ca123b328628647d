//! Small messages and certificates of the attack corpus, with what each must show.

use std::path::PathBuf;

use super::*;
use crate::crypto::openpgp::{decrypt, verify_detached};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition::{self, *};

pub(super) fn fixture(name: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/attacks/openpgp");
    let path = root.join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn certificate(name: &str) -> Certificate {
    Certificate::read(&fixture(&format!("keys/{name}.pub.asc"))).unwrap()
}

fn lists() -> Vec<SecretKey> {
    let names = ["list", "list-rsa", "list-v6"];
    names.map(|name| SecretKey::read(&fixture(&format!("keys/{name}.sec.asc"))).unwrap()).into()
}

const TEAMS: [&str; 13] = [
    "dfn-cert",
    "dfn-cert-v6",
    "pre-cert",
    "escert",
    "siemens-cert",
    "siemens-cert-v6",
    "old-cert",
    "retired-cert",
    "sha1-cert",
    "future-cert",
    "badback-cert",
    "subrev-cert",
    "adopter",
];

fn open(name: &str) -> Result<(Decrypted, Vec<SignatureFact>), Condition> {
    let certificates = TEAMS.map(certificate);
    let signers: Vec<_> = certificates.iter().collect();
    let keys = lists();
    let opened = decrypt(&fixture(&format!("{name}.asc")), &keys, &signers, now())?;
    let mut facts = opened.signatures.clone();
    if let Some((content, signature)) = signed_parts(&opened.plaintext) {
        facts.extend(verify_detached(signature, content, &keys, &signers, now()));
    }
    Ok((opened, facts))
}

#[test]
fn genuine_messages_open_with_one_good_signature_of_their_team() {
    for (name, team) in [
        ("c-pgp-se-dfn-cert", "dfn-cert"),
        ("c-pgp-encaps-escert", "escert"),
        ("c-pgp-zlib", "dfn-cert"),
        ("c-pgp-hidden-rcpt", "dfn-cert"),
        ("c-pgp-sigtype1", "dfn-cert"),
        ("c-pgp-noncrit-notation", "dfn-cert"),
        ("c-pgp-intended-ok", "dfn-cert"),
        ("c-pgp-armor-variants", "pre-cert"),
        ("c-pgp-rsop-siemens-cert", "siemens-cert"),
        ("c-pgp-v6-sqop", "dfn-cert-v6"),
        ("c-pgp-v6-rsop", "dfn-cert-v6"),
    ] {
        let (opened, facts) = open(name).unwrap_or_else(|c| panic!("{name}: {c}"));
        assert!(opened.plaintext.windows(13).any(|w| w.eq_ignore_ascii_case(b"content-type:")));
        assert_eq!(facts.len(), 1, "{name}");
        assert!(facts[0].is_good(), "{name}: {facts:?}");
        assert_eq!(facts[0].signer, Some(certificate(team).fingerprint()), "{name}");
    }
}

#[test]
fn broken_messages_stay_closed_for_their_reason() {
    for (name, condition) in [
        ("c-pgp-librepgp-ocb", PacketStructure),
        ("a-sigonly-opaque", NotEncrypted),
        ("a-sigonly-nullcipher", NotForList),
        ("a-nt-other", NotForList),
        ("a-nt-mislabelled", NotForList),
        ("a-penc-inline-after", PartlyEncrypted),
        ("a-int-sed", NoIntegrity),
        ("a-int-badmdc", IntegrityBroken),
        ("a-int-downgrade", NoIntegrity),
        ("a-int-trailing-literal", PacketStructure),
        ("a-int-aead-tag", IntegrityBroken),
        ("a-int-aead-flip", IntegrityBroken),
        ("a-int-v2-to-v1", NotForList),
        ("a-efail-cfb-sed", NoIntegrity),
        ("a-struct-twoliterals", PacketStructure),
        ("a-struct-compmix", PacketStructure),
        ("a-struct-doubleenc", EncryptedTwice),
        ("a-struct-concatenated", PacketStructure),
        ("a-struct-criticalpacket", PacketStructure),
        ("a-struct-keyinside", PacketStructure),
        ("a-dos-quine", PacketStructure),
        ("a-dos-skesk-argon2", NotForList),
        ("a-dos-mpi", NotForList),
    ] {
        assert_eq!(open(name).err(), Some(condition), "{name}");
    }
}

#[test]
fn what_is_not_signed_has_no_signature() {
    for name in [
        "a-enconly-mime",
        "a-enconly-v6",
        "a-enconly-opsnosig",
        "a-enconly-unknownversion",
        "a-inject-literalname",
        "a-inject-armor",
    ] {
        let (_, facts) = open(name).unwrap_or_else(|c| panic!("{name}: {c}"));
        assert_eq!(facts, [], "{name}");
    }
}

#[test]
fn faulty_signatures_show_exactly_their_faults() {
    for (name, signer, faults) in [
        ("a-sig-content", Some("dfn-cert"), &[SignatureInvalid][..]),
        ("a-sig-otherdoc", Some("dfn-cert"), &[SignatureInvalid]),
        ("a-sig-detached-crlf", Some("dfn-cert"), &[SignatureInvalid]),
        ("a-sig-malleable", Some("dfn-cert"), &[SignatureInvalid]),
        ("a-uid-fake-rsa", None, &[SignerUnknown]),
        ("a-issuer-keyid", Some("dfn-cert"), &[SignatureInvalid]),
        ("a-issuer-fp", Some("dfn-cert"), &[SignatureInvalid]),
        ("a-reg-stranger", None, &[SignerUnknown]),
        ("a-reg-dfn-by-list", None, &[SignerUnknown]),
        ("a-sigtype-02", Some("dfn-cert"), &[SignatureType]),
        ("a-sigtype-40", Some("dfn-cert"), &[SignatureType]),
        ("a-sigtype-1f", Some("dfn-cert"), &[SignatureType]),
        ("a-sigtype-19", Some("dfn-cert"), &[SignatureType]),
        ("a-sigalg-md5", Some("pre-cert"), &[DigestWeak]),
        ("a-sigalg-ripemd160", Some("pre-cert"), &[DigestWeak]),
        ("a-sigalg-v3", Some("pre-cert"), &[SignatureVersion]),
        ("a-sigalg-sha1-mime", Some("pre-cert"), &[DigestWeak]),
        ("a-sigtime-future", Some("dfn-cert"), &[SignatureTimeWrong]),
        ("a-sigtime-expired", Some("dfn-cert"), &[SignatureExpired]),
        ("a-sigtime-unhashed", Some("dfn-cert"), &[SignatureTimeMissing, SignatureInvalid]),
        ("a-subp-critical", Some("dfn-cert"), &[SignatureCritical]),
        ("a-subp-crit-private", Some("dfn-cert"), &[SignatureCritical]),
        ("a-subp-length", None, &[SignatureInvalid]),
        ("a-key-old-cert", Some("old-cert"), &[KeyExpired]),
        ("a-key-retired-cert", Some("retired-cert"), &[KeyRevoked]),
        ("a-key-sha1-cert", Some("sha1-cert"), &[KeyWeak]),
        (
            "a-key-future-cert",
            Some("future-cert"),
            &[SignatureInvalid, SignatureTimeWrong, KeyNotYetValid],
        ),
        ("a-key-badback-cert", Some("badback-cert"), &[KeyUsage]),
        ("a-key-subrev-cert", Some("subrev-cert"), &[KeyRevoked]),
        ("a-key-encsubkey", Some("pre-cert"), &[KeyUsage]),
    ] {
        let (_, facts) = open(name).unwrap_or_else(|c| panic!("{name}: {c}"));
        assert_eq!(facts.len(), 1, "{name}");
        assert_eq!(facts[0].faults, faults, "{name}");
        assert_eq!(facts[0].signer, signer.map(|s| certificate(s).fingerprint()), "{name}");
    }
}

#[test]
fn adopted_key_signs_for_its_owner_only() {
    let (_, facts) = open("a-adopted-subkey").unwrap();
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].signer, Some(certificate("dfn-cert").fingerprint()));
}

#[test]
fn two_signatures_are_two_facts() {
    let (_, facts) = open("a-sig-two-onebad").unwrap();
    let good: Vec<_> = facts.iter().map(SignatureFact::is_good).collect();
    assert_eq!(good, [false, true]);
    assert_eq!(facts[0].signer, Some(certificate("pre-cert").fingerprint()));
}

fn register(name: &str, claimed: &str) -> Result<Certificate, Condition> {
    let file = fixture(&format!("register/{name}.asc"));
    let result = Certificate::register(&file, &[address(claimed)], now());
    result.map(|(certificate, _)| certificate).map_err(|refusal| refusal.condition)
}

#[test]
fn sound_certificates_are_registered() {
    for name in ["k-ok-ed25519", "k-ok-manyuids", "k-ok-v6", "k-htmluid"] {
        let certificate = register(name, "new-cert@new.example").unwrap();
        let read = Certificate::read(&certificate.to_bytes()).unwrap();
        assert_eq!(read.fingerprint(), certificate.fingerprint(), "{name}");
        assert!(read.addresses(now()).contains(&address("new-cert@new.example")), "{name}");
        assert!(read.recipient(now()).is_some(), "{name}");
    }
}

#[test]
fn unsound_certificates_are_refused_for_their_reason() {
    for (name, condition) in [
        ("k-secret", KeyUsage),
        ("k-rsa1024", KeyWeak),
        ("k-rsa-e1", KeyWeak),
        ("k-rsa-16k", KeyWeak),
        ("k-v3", KeyWeak),
        ("k-md5-self", DigestWeak),
        ("k-expired", KeyExpired),
        ("k-encexpired", KeyExpired),
        ("k-future", KeyNotYetValid),
        ("k-nosign", KeyUsage),
        ("k-adopted", KeyUsage),
        ("k-wronguid", SignerAddress),
        ("k-taken", SignerAddress),
        ("k-garbage", Malformed),
        ("a-dos-bzip2", Malformed),
        ("k-crlfuid", Malformed),
        ("k-ed-badpoint", SignatureInvalid),
        ("k-critnotation", SignatureCritical),
    ] {
        let claimed =
            if name == "k-adopted" { "adopter@evil.example" } else { "new-cert@new.example" };
        assert_eq!(register(name, claimed).err(), Some(condition), "{name}");
    }
}
