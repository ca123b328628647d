//! Certification paths: one test per way to make them wrong.

use super::super::{Anchor, Certificate, TrustStore};
use super::message::{certificate, now};
use super::pki::{self, Issued, NOW, Request};
use crate::model::condition::Condition;

const DAY: i64 = 86_400;

fn anchor(issued: &Issued, crl: Option<&[u8]>) -> Anchor {
    Anchor::read(&issued.der(), crl, now()).unwrap()
}

fn team(issuer: &Issued) -> Issued {
    issuer.issue(Request::mail("cert@team.example", pki::p256()))
}

fn check(anchors: &[Anchor], certificate: &Certificate) -> Option<Condition> {
    let trust = TrustStore::new(anchors.to_vec());
    trust.check(certificate, now()).err().map(|r| r.condition)
}

#[test]
fn path_through_root_and_issuing_ca_is_good() {
    let root = Issued::root(Request::ca("Root", 1));
    let issuing = root.issue(Request::ca("Issuing", 0));
    let team = certificate(&team(&issuing));
    let (root, issuing) = (anchor(&root, None), anchor(&issuing, None));
    assert_eq!(check(&[root.clone(), issuing.clone()], &team), None);
    assert_eq!(check(&[issuing.clone(), root.clone()], &team), None);
    assert_eq!(check(&[issuing], &team), None, "partial chain");
    let alone = check(&[root], &team);
    assert_eq!(alone, Some(Condition::CertificatePath), "no link");
    assert_eq!(check(&[], &team), Some(Condition::CertificatePath));
}

#[test]
fn self_signed_certificate_has_no_path() {
    let root = Issued::root(Request::ca("Root", 1));
    let own = Issued::root(Request::mail("cert@team.example", pki::p256()));
    let found = check(&[anchor(&root, None)], &certificate(&own));
    assert_eq!(found, Some(Condition::CertificatePath));
}

#[test]
fn ca_of_the_same_name_with_another_key_has_issued_nothing() {
    let root = Issued::root(Request::ca("Root", 1));
    let rogue = Issued::root(Request::ca("Root", 1));
    let found = check(&[anchor(&root, None)], &certificate(&team(&rogue)));
    assert_eq!(found, Some(Condition::CertificatePath));
}

#[test]
fn rules_of_the_ca_above_hold_for_an_anchor_below() {
    let root = Issued::root(Request::ca("Root", 1));
    let issuing = root.issue(Request::ca("Issuing", 0));
    let below = issuing.issue(Request::ca("Below", 0));
    let team = certificate(&team(&below));
    let all = [&root, &issuing, &below].map(|ca| anchor(ca, None));
    assert_eq!(check(&all, &team), Some(Condition::CertificatePath));
}

#[test]
fn expired_ca_spoils_its_paths() {
    let mut request = Request::ca("Root", 1);
    request.until = NOW - 1;
    let root = Issued::root(request);
    let found = check(&[anchor(&root, None)], &certificate(&team(&root)));
    assert_eq!(found, Some(Condition::CertificatePath));
}

#[test]
fn name_constraints_hold() {
    // permitted: email domain team.example
    let inner = b"\xa0\x10\x30\x0e\x81\x0cteam.example";
    let value = [b"\x30\x12".as_slice(), inner].concat();
    let mut request = Request::ca("Root", 1);
    request.extra.push(("2.5.29.30", true, value));
    let root = Issued::root(request);
    let inside = certificate(&team(&root));
    let outside = root.issue(Request::mail("cert@other.example", pki::p256()));
    let anchors = [anchor(&root, None)];
    assert_eq!(check(&anchors, &inside), None);
    let found = check(&anchors, &certificate(&outside));
    assert_eq!(found, Some(Condition::CertificatePath));
}

#[test]
fn unknown_critical_extension_is_refused() {
    let root = Issued::root(Request::ca("Root", 1));
    for (critical, expected) in [(false, None), (true, Some(Condition::CertificatePath))] {
        let mut request = Request::mail("cert@team.example", pki::p256());
        request.extra.push(("1.3.6.1.4.1.55555.1", critical, vec![5, 0]));
        let team = certificate(&root.issue(request));
        assert_eq!(check(&[anchor(&root, None)], &team), expected);
    }
}

#[test]
fn certificate_signed_with_sha1_is_refused() {
    let root = Issued::root(Request::ca("Root", 1));
    let mut request = Request::mail("cert@team.example", pki::p256());
    request.digest = openssl::hash::MessageDigest::sha1();
    let team = certificate(&root.issue(request));
    let found = check(&[anchor(&root, None)], &team);
    assert_eq!(found, Some(Condition::KeyWeak));
}

#[test]
fn own_signature_of_a_root_may_be_sha1() {
    let mut request = Request::ca("Root", 1);
    request.digest = openssl::hash::MessageDigest::sha1();
    let root = Issued::root(request);
    assert_eq!(check(&[anchor(&root, None)], &certificate(&team(&root))), None);
}

#[test]
fn ca_that_is_limited_to_servers_issues_no_mail_certificates() {
    let mut request = Request::ca("Issuing", 0);
    let mut servers = openssl::x509::extension::ExtendedKeyUsage::new();
    servers.server_auth();
    request.extended = Some(servers);
    let root = Issued::root(Request::ca("Root", 1));
    let issuing = root.issue(request);
    let team = certificate(&team(&issuing));
    let anchors = [anchor(&root, None), anchor(&issuing, None)];
    assert_eq!(check(&anchors, &team), Some(Condition::CertificatePath));
}

#[test]
fn revocation_counts_only_for_the_revoked() {
    let root = Issued::root(Request::ca("Root", 1));
    let (bad, good) = (team(&root), team(&root));
    let crl = root.crl(&[&bad], NOW - DAY);
    let anchors = [anchor(&root, Some(&crl))];
    assert_eq!(check(&anchors, &certificate(&bad)), Some(Condition::KeyRevoked));
    assert_eq!(check(&anchors, &certificate(&good)), None);
}

#[test]
fn old_revocation_list_still_revokes() {
    let root = Issued::root(Request::ca("Root", 1));
    let bad = team(&root);
    let crl = root.crl(&[&bad], NOW - 300 * DAY);
    let found = check(&[anchor(&root, Some(&crl))], &certificate(&bad));
    assert_eq!(found, Some(Condition::KeyRevoked));
}

#[test]
fn revoked_ca_spoils_its_paths() {
    let root = Issued::root(Request::ca("Root", 1));
    let issuing = root.issue(Request::ca("Issuing", 0));
    let team = certificate(&team(&issuing));
    let crl = root.crl(&[&issuing], NOW - DAY);
    let anchors = [anchor(&root, Some(&crl)), anchor(&issuing, None)];
    assert_eq!(check(&anchors, &team), Some(Condition::CertificatePath));
}

#[test]
fn revocation_list_of_another_ca_is_refused() {
    let root = Issued::root(Request::ca("Root", 1));
    let namesake = Issued::root(Request::ca("Root", 1));
    let other = Issued::root(Request::ca("Other", 1));
    for issuer in [namesake, other] {
        let crl = issuer.crl(&[], NOW - DAY);
        let refused = Anchor::read(&root.der(), Some(&crl), now()).unwrap_err();
        assert_eq!(refused.condition, Condition::CertificatePath);
    }
}

#[test]
fn revocation_list_from_the_future_is_refused() {
    let root = Issued::root(Request::ca("Root", 1));
    let crl = root.crl(&[], NOW + DAY);
    assert!(Anchor::read(&root.der(), Some(&crl), now()).is_err());
}

#[test]
fn anchor_has_to_be_a_ca_that_is_strong() {
    let root = Issued::root(Request::ca("Root", 1));
    let refused = Anchor::read(&team(&root).der(), None, now()).unwrap_err();
    assert_eq!(refused.condition, Condition::CertificatePath);
    let mut weak = Request::ca("Root", 1);
    weak.key = pki::rsa(1024);
    let refused = Anchor::read(&Issued::root(weak).der(), None, now()).unwrap_err();
    assert_eq!(refused.condition, Condition::KeyWeak);
    let mut useless = Request::ca("Root", 1);
    useless.usage = openssl::x509::extension::KeyUsage::new();
    useless.usage.critical().crl_sign();
    let refused = Anchor::read(&Issued::root(useless).der(), None, now()).unwrap_err();
    assert_eq!(refused.condition, Condition::KeyUsage);
}

#[test]
fn anchor_reads_back_what_it_stores() {
    let root = Issued::root(Request::ca("Root \u{202e}\u{7}", 1));
    let crl = root.crl(&[], NOW - DAY);
    let first = anchor(&root, Some(&crl));
    let again = Anchor::read(&first.certificate_der(), first.crl_der().as_deref(), now());
    let again = again.unwrap();
    assert_eq!(again.fingerprint(), first.fingerprint());
    assert_eq!(again.crl_der(), Some(crl));
    assert_eq!(again.subject(), "O=Test Network, CN=Root ??");
}

#[test]
fn self_issued_ca_is_bound_by_the_rules_above_it() {
    let root = Issued::root(Request::ca("Root", 5));
    let old = root.issue(Request::ca("Renewed", 0));
    // The same CA with its next key, signed with the old one [RFC 4210 §4.4].
    let new = old.issue(Request::ca("Renewed", 5));
    let below = new.issue(Request::ca("Below", 5));
    let all = [&root, &old, &new, &below].map(|ca| anchor(ca, None));
    assert_eq!(check(&all, &certificate(&team(&new))), None);
    let found = check(&all, &certificate(&team(&below)));
    assert_eq!(found, Some(Condition::CertificatePath));
}

#[test]
fn another_path_is_tried_when_the_first_one_is_bad() {
    let mut expired = Request::ca("Old Root", 5);
    expired.until = NOW - DAY;
    let (old, new) = (Issued::root(expired), Issued::root(Request::ca("New Root", 5)));
    let first = old.issue(Request::ca("Issuing", 0));
    let second = new.issue(Request { key: first.key.clone(), ..Request::ca("Issuing", 0) });
    let team = certificate(&team(&first));
    for all in [[&old, &new, &first, &second], [&new, &second, &first, &old]] {
        assert_eq!(check(&all.map(|ca| anchor(ca, None)), &team), None);
    }
    let found = check(&[&old, &first].map(|ca| anchor(ca, None)), &team);
    assert_eq!(found, Some(Condition::CertificatePath));
}

#[test]
fn revocation_list_under_the_next_key_of_a_ca_counts() {
    let root = Issued::root(Request::ca("Root", 5));
    let old = root.issue(Request::ca("Renewed", 0));
    let new = old.issue(Request::ca("Renewed", 0));
    let (revoked, good) = (team(&old), team(&old));
    let crl = new.crl(&[&revoked], NOW - DAY);
    let all = [anchor(&root, None), anchor(&old, None), anchor(&new, Some(&crl))];
    assert_eq!(check(&all, &certificate(&revoked)), Some(Condition::KeyRevoked));
    assert_eq!(check(&all, &certificate(&good)), None);
    // A CA that merely has the same name has no say.
    let stranger = Issued::root(Request::ca("Renewed", 0));
    let crl = stranger.crl(&[&revoked], NOW - DAY);
    let all = [anchor(&root, None), anchor(&old, None), anchor(&stranger, Some(&crl))];
    assert_eq!(check(&all, &certificate(&revoked)), None);
}
