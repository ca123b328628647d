//! Verifying: one test per way to make a signature wrong.

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;

use super::super::{
    Anchor, Certificate, CmsKind, TrustStore, der, kind, oid, sign, verify_detached, verify_opaque,
};
use super::message::{Signature, Signed, attribute, certificate, detached, network, now, secret};
use super::pki::{self, Issued, NOW, Request};
use crate::crypto::SignatureFact;
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nAlert\r\n";

struct Scene {
    root: Issued,
    trust: TrustStore,
    team: Issued,
    registered: Certificate,
}

impl Scene {
    fn new() -> Self {
        let (root, trust) = network();
        let team = root.issue(Request::mail("cert@team.example", pki::p256()));
        Self { registered: certificate(&team), root, trust, team }
    }

    fn good(&self) -> Signature {
        Signature::over(CONTENT, &self.team)
    }

    fn facts(&self, der: &[u8]) -> Vec<SignatureFact> {
        verify_detached(der, CONTENT, &[&self.registered], &self.trust, now())
    }

    /// The faults of the only signature.
    fn faults(&self, signature: &Signature) -> Vec<Condition> {
        let facts = self.facts(&detached(vec![signature.info(CONTENT)]));
        assert_eq!(facts.len(), 1);
        facts[0].faults.clone()
    }
}

#[test]
fn good_signature_is_good() {
    let scene = Scene::new();
    let facts = scene.facts(&detached(vec![scene.good().info(CONTENT)]));
    assert_eq!(facts.len(), 1);
    assert!(facts[0].is_good(), "{facts:?}");
    assert_eq!(facts[0].signer, Some(scene.registered.fingerprint()));
    assert_eq!(facts[0].made_at, Some(now()));
}

#[test]
fn our_own_signature_is_good_for_every_key_that_signs() {
    let scene = Scene::new();
    let ed25519 = PKey::generate_ed25519().unwrap();
    for key in [pki::rsa(2048), pki::p256(), ed25519] {
        let list = scene.root.issue(Request::mail("list@list.example", key));
        let signature = sign(CONTENT, &secret(&list), now()).unwrap();
        let list = certificate(&list);
        let facts = verify_detached(&signature, CONTENT, &[&list], &scene.trust, now());
        assert!(facts.len() == 1 && facts[0].is_good(), "{facts:?}");
        assert_eq!(facts[0].made_at, Some(now()));
    }
}

#[test]
fn key_that_cannot_sign_signs_nothing() {
    let scene = Scene::new();
    let key = PKey::generate_x25519().unwrap();
    let list = scene.root.issue(Request::mail("list@list.example", key));
    assert!(sign(CONTENT, &secret(&list), now()).is_err());
}

#[test]
fn changed_content_is_no_longer_signed() {
    let scene = Scene::new();
    let signature = detached(vec![scene.good().info(CONTENT)]);
    let registered = [&scene.registered];
    for changed in [b"Content-Type: text/html\r\n\r\nAlert\r\n".as_slice(), b""] {
        let facts = verify_detached(&signature, changed, &registered, &scene.trust, now());
        assert_eq!(facts[0].faults, [Condition::SignatureInvalid]);
    }
}

#[test]
fn every_changed_octet_of_a_signature_is_noticed() {
    let scene = Scene::new();
    let info = scene.good().info(CONTENT);
    let good = detached(vec![info.clone()]);
    let start = good.len() - info.len();
    for at in start..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 0x01;
        let facts = scene.facts(&changed);
        // The version number of the SignerInfo is the one octet that nothing hangs on.
        let harmless = changed[at - 2..at] == [2, 1] && at < start + 8;
        assert!(harmless || facts.iter().all(|fact| !fact.is_good()), "octet {at}: {facts:?}");
    }
}

#[test]
fn certificate_with_the_same_names_and_another_key_is_not_the_signer() {
    let scene = Scene::new();
    let rogue = Issued::root(Request::ca("Root", 1));
    let mut request = Request::mail("cert@team.example", pki::p256());
    request.serial = 4711;
    let mut registered = Request::mail("cert@team.example", pki::p256());
    registered.serial = 4711;
    let registered = certificate(&scene.root.issue(registered));
    let forged = rogue.issue(request);
    let signed = Signed {
        content_type: oid::DATA,
        content: None,
        certificates: forged.der(),
        infos: vec![Signature::over(CONTENT, &forged).info(CONTENT)],
    };
    let facts = verify_detached(&signed.der(), CONTENT, &[&registered], &scene.trust, now());
    assert_eq!(facts[0].faults, [Condition::SignatureInvalid]);
    assert_eq!(facts[0].signer, Some(registered.fingerprint()));
}

#[test]
fn certificate_in_the_mail_is_nobody() {
    let scene = Scene::new();
    let stranger = scene.root.issue(Request::mail("cert@team.example", pki::p256()));
    let signed = Signed {
        content_type: oid::DATA,
        content: None,
        certificates: stranger.der(),
        infos: vec![Signature::over(CONTENT, &stranger).info(CONTENT)],
    };
    let facts = scene.facts(&signed.der());
    assert_eq!(facts[0].faults, [Condition::SignerUnknown]);
    assert_eq!(facts[0].signer, None);
}

#[test]
fn signature_without_attributes_is_refused() {
    let scene = Scene::new();
    let mut signature = scene.good();
    signature.attributes = None;
    let faults = scene.faults(&signature);
    assert!(faults.contains(&Condition::SignedAttributes), "{faults:?}");
}

#[test]
fn attributes_taken_for_content_are_refused() {
    let scene = Scene::new();
    let mut signature = scene.good();
    let attributes = signature.attributes.take().unwrap().concat();
    let content = der::tlv(super::super::ber::SET, &[&attributes]);
    let signed = Signed {
        content_type: oid::DATA,
        content: Some(&content),
        certificates: Vec::new(),
        infos: vec![signature.info(&content)],
    };
    let registered = [&scene.registered];
    let (_, facts) = verify_opaque(&signed.der(), &registered, &scene.trust, now()).unwrap();
    assert!(facts[0].faults.contains(&Condition::SignedAttributes));
}

#[test]
fn attributes_that_must_be_there_once_are_counted() {
    let scene = Scene::new();
    let digest = der::octet_string(&openssl::sha::sha256(CONTENT));
    let data = der::oid(oid::DATA);
    let time = der::time(now()).unwrap();
    let wrong = [
        scene.good().without(oid::CONTENT_TYPE),
        scene.good().without(oid::MESSAGE_DIGEST),
        scene.good().with(attribute(oid::CONTENT_TYPE, &[&data])),
        scene.good().with(attribute(oid::MESSAGE_DIGEST, &[&digest])),
        scene.good().with(attribute(oid::SIGNING_TIME, &[&time])),
        scene
            .good()
            .without(oid::MESSAGE_DIGEST)
            .with(attribute(oid::MESSAGE_DIGEST, &[&digest, &digest])),
        scene
            .good()
            .without(oid::CONTENT_TYPE)
            .with(attribute(oid::CONTENT_TYPE, &[&der::oid(oid::SIGNED_DATA)])),
    ];
    for (at, signature) in wrong.iter().enumerate() {
        let faults = scene.faults(signature);
        assert_eq!(faults, [Condition::SignedAttributes], "case {at}");
    }
}

#[test]
fn signing_time_has_to_be_there() {
    let scene = Scene::new();
    let faults = scene.faults(&scene.good().without(oid::SIGNING_TIME));
    assert_eq!(faults, [Condition::SignatureTimeMissing]);
}

#[test]
fn signing_time_has_to_be_between_certificate_and_now() {
    let scene = Scene::new();
    let year = 365 * 24 * 3600;
    for (seconds, expected) in [
        (-3600, None),
        (299, None),
        (301, Some(Condition::SignatureTimeWrong)),
        (9 * year, Some(Condition::SignatureTimeWrong)),
        (-2 * year, Some(Condition::SignatureTimeWrong)),
    ] {
        let at = der::time(now().plus_seconds(seconds)).unwrap();
        let signature = scene.good().without(oid::SIGNING_TIME);
        let signature = signature.with(attribute(oid::SIGNING_TIME, &[&at]));
        let faults = scene.faults(&signature);
        assert_eq!(faults.first().copied(), expected, "{seconds} s");
    }
}

#[test]
fn certificate_named_by_ess_has_to_be_the_signers() {
    let scene = Scene::new();
    let other = scene.root.issue(Request::mail("other@team.example", pki::p256()));
    for (issued, good) in [(&scene.team, true), (&other, false)] {
        let hash = der::octet_string(&openssl::sha::sha256(&issued.der()));
        let value = der::sequence(&[&der::sequence(&[&der::sequence(&[&hash])])]);
        let name = oid::SIGNING_CERTIFICATE_V2;
        let signature = scene.good().with(attribute(name, &[&value]));
        assert_eq!(scene.faults(&signature).is_empty(), good);
        let hash = der::octet_string(&openssl::sha::sha1(&issued.der()));
        let value = der::sequence(&[&der::sequence(&[&der::sequence(&[&hash])])]);
        let name = oid::SIGNING_CERTIFICATE;
        let signature = scene.good().with(attribute(name, &[&value]));
        assert_eq!(scene.faults(&signature).is_empty(), good);
    }
}

#[test]
fn weak_digests_are_refused_wherever_they_are_named() {
    let scene = Scene::new();
    let mut signature = scene.good();
    signature.digest_algorithm = der::algorithm(oid::SHA1, der::NULL);
    assert_eq!(scene.faults(&signature), [Condition::DigestWeak]);
    let mut signature = scene.good();
    signature.digest = MessageDigest::sha1();
    signature.signature_algorithm = der::algorithm(oid::ECDSA_WEAK[0], &[]);
    assert_eq!(scene.faults(&signature), [Condition::DigestWeak]);
    let mut signature = scene.good();
    // RSASSA-PSS without parameters is SHA-1.
    signature.signature_algorithm = der::algorithm(oid::RSASSA_PSS, &[]);
    assert_eq!(scene.faults(&signature), [Condition::DigestWeak]);
}

#[test]
fn content_beside_a_detached_signature_is_refused() {
    let scene = Scene::new();
    let signed = Signed {
        content_type: oid::DATA,
        content: Some(CONTENT),
        certificates: Vec::new(),
        infos: vec![scene.good().info(CONTENT)],
    };
    let facts = scene.facts(&signed.der());
    assert_eq!(facts[0].faults, [Condition::SignatureInvalid]);
}

#[test]
fn opaque_content_comes_back_as_it_was_signed() {
    let scene = Scene::new();
    let signed = Signed {
        content_type: oid::DATA,
        content: Some(CONTENT),
        certificates: Vec::new(),
        infos: vec![scene.good().info(CONTENT)],
    };
    assert_eq!(kind(&signed.der()), CmsKind::Signed);
    let registered = [&scene.registered];
    let opened = verify_opaque(&signed.der(), &registered, &scene.trust, now());
    let (content, facts) = opened.unwrap();
    assert_eq!(content.as_slice(), CONTENT);
    assert!(facts[0].is_good(), "{facts:?}");
}

#[test]
fn content_of_another_type_is_refused() {
    let scene = Scene::new();
    let signed = Signed {
        content_type: oid::SIGNING_TIME,
        content: None,
        certificates: Vec::new(),
        infos: vec![scene.good().info(CONTENT)],
    };
    assert_eq!(scene.facts(&signed.der())[0].faults, [Condition::SignedAttributes]);
    let data = der::oid(oid::SIGNING_TIME);
    let signature = scene.good().without(oid::CONTENT_TYPE);
    let signature = signature.with(attribute(oid::CONTENT_TYPE, &[&data]));
    let signed = Signed { infos: vec![signature.info(CONTENT)], ..signed };
    assert_eq!(scene.facts(&signed.der())[0].faults, [Condition::SignedAttributes]);
}

#[test]
fn signed_data_without_signers_is_no_signature() {
    let scene = Scene::new();
    assert_eq!(scene.facts(&detached(Vec::new())), []);
    assert_eq!(kind(&detached(Vec::new())), CmsKind::Other);
}

#[test]
fn every_signer_gets_its_own_fact() {
    let scene = Scene::new();
    let stranger = scene.root.issue(Request::mail("other@team.example", pki::p256()));
    let infos = vec![
        scene.good().info(CONTENT),
        Signature::over(CONTENT, &stranger).info(CONTENT),
        Signature::over(b"other", &scene.team).info(CONTENT),
    ];
    let faults: Vec<_> =
        scene.facts(&detached(infos)).into_iter().map(|fact| fact.faults).collect();
    assert_eq!(faults, [vec![], vec![Condition::SignerUnknown], vec![Condition::SignatureInvalid]]);
}

#[test]
fn too_many_signers_are_not_looked_at() {
    let scene = Scene::new();
    let infos = vec![scene.good().info(CONTENT); 11];
    let facts = scene.facts(&detached(infos));
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].faults, [Condition::TooComplex]);
}

#[test]
fn octets_behind_the_signature_are_refused() {
    let scene = Scene::new();
    let mut signature = detached(vec![scene.good().info(CONTENT)]);
    signature.push(0);
    let facts = scene.facts(&signature);
    assert_eq!(facts[0].faults, [Condition::PacketStructure]);
}

#[test]
fn certificate_that_was_valid_then_and_is_not_now_is_refused() {
    let scene = Scene::new();
    let mut request = Request::mail("cert@team.example", pki::p256());
    request.until = NOW + 60;
    let team = scene.root.issue(request);
    let registered = certificate(&team);
    let signature = detached(vec![Signature::over(CONTENT, &team).info(CONTENT)]);
    let later = now().plus_seconds(61);
    for (at, expected) in [(now(), vec![]), (later, vec![Condition::KeyExpired])] {
        let facts = verify_detached(&signature, CONTENT, &[&registered], &scene.trust, at);
        assert_eq!(facts[0].faults, expected);
    }
}

#[test]
fn revoked_certificate_is_refused_even_for_what_it_signed_before() {
    let scene = Scene::new();
    let crl = scene.root.crl(&[&scene.team], NOW - 60);
    let anchor = Anchor::read(&scene.root.der(), Some(&crl), now()).unwrap();
    let trust = TrustStore::new(vec![anchor]);
    let signature = detached(vec![scene.good().info(CONTENT)]);
    let registered = [&scene.registered];
    let facts = verify_detached(&signature, CONTENT, &registered, &trust, now());
    assert_eq!(facts[0].faults, [Condition::KeyRevoked]);
}

#[test]
fn certificate_that_may_only_encrypt_does_not_sign() {
    let scene = Scene::new();
    let mut request = Request::mail("cert@team.example", pki::p256());
    request.usage = openssl::x509::extension::KeyUsage::new();
    request.usage.critical().key_agreement();
    let team = scene.root.issue(request);
    let registered = certificate(&team);
    let signature = detached(vec![Signature::over(CONTENT, &team).info(CONTENT)]);
    let facts = verify_detached(&signature, CONTENT, &[&registered], &scene.trust, now());
    assert_eq!(facts[0].faults, [Condition::KeyUsage]);
}

#[test]
fn time_of_a_fact_is_the_protected_one() {
    let scene = Scene::new();
    let at = Timestamp::parse("2026-08-24T09:15:35Z").unwrap();
    let value = der::time(at).unwrap();
    let signature = scene.good().without(oid::SIGNING_TIME);
    let signature = signature.with(attribute(oid::SIGNING_TIME, &[&value]));
    let facts = scene.facts(&detached(vec![signature.info(CONTENT)]));
    assert_eq!(facts[0].made_at, Some(at));
}
