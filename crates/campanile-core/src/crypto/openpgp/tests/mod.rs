//! Tests over generated keys, over small fixtures, over the corpora when they are present, and
//! against GnuPG.

mod corpus;
mod fixtures;
mod gnupg;
mod messages;
mod registration;
mod renewal;
mod sealing;

use std::sync::OnceLock;

use sequoia_openpgp::Profile;
use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::serialize::SerializeInto;

use super::{Certificate, Container, Recipient, SecretKey, bulk, head};
use crate::crypto::Bulk;
use crate::model::address::EmailAddress;
use crate::model::time::Timestamp;

/// When the tests take place.
fn now() -> Timestamp {
    Timestamp::parse("2026-08-25T02:00:00Z").unwrap()
}

/// The list's key, made an hour before.
fn list() -> &'static SecretKey {
    static LIST: OnceLock<SecretKey> = OnceLock::new();
    LIST.get_or_init(|| generate("Alert List", "alert@list.example"))
}

/// Another key, of nobody the list knows.
fn stranger() -> &'static SecretKey {
    static STRANGER: OnceLock<SecretKey> = OnceLock::new();
    STRANGER.get_or_init(|| generate("Stranger", "stranger@else.example"))
}

fn generate(name: &str, address: &str) -> SecretKey {
    SecretKey::generate(name, &address.parse().unwrap(), now().plus_seconds(-3600)).unwrap()
}

/// A builder for keys of other kinds, valid since yesterday.
fn builder(suite: CipherSuite, profile: Profile) -> CertBuilder<'static> {
    CertBuilder::new()
        .set_profile(profile)
        .unwrap()
        .set_cipher_suite(suite)
        .set_creation_time(now().plus_seconds(-86_400).system_time())
        .add_userid("Team <team@team.example>")
}

/// A secret key as the program would read it from a file.
fn secret(builder: CertBuilder<'_>) -> SecretKey {
    let (cert, _) = builder.generate().unwrap();
    SecretKey::read(&cert.as_tsk().armored().to_vec().unwrap()).unwrap()
}

/// Members' keys of several kinds: their key slots have different lengths.
fn members() -> &'static [SecretKey] {
    static MEMBERS: OnceLock<Vec<SecretKey>> = OnceLock::new();
    MEMBERS.get_or_init(|| {
        [
            (CipherSuite::Cv25519, Profile::RFC4880),
            (CipherSuite::Cv25519, Profile::RFC9580),
            (CipherSuite::P256, Profile::RFC4880),
            (CipherSuite::P384, Profile::RFC4880),
            (CipherSuite::P521, Profile::RFC4880),
            (CipherSuite::RSA2k, Profile::RFC4880),
        ]
        .into_iter()
        .map(|(suite, profile)| {
            let builder = builder(suite, profile);
            secret(builder.add_signing_subkey().add_transport_encryption_subkey())
        })
        .collect()
    })
}

/// One copy as it goes to a member.
fn copy(bulk: &Bulk, recipient: &Recipient, container: Container) -> Vec<u8> {
    let mut copy = b"-----BEGIN PGP MESSAGE-----\r\n\r\n".to_vec();
    copy.extend(head(bulk, recipient, container).unwrap());
    copy.extend(bulk.body().flatten());
    copy.extend(b"-----END PGP MESSAGE-----\r\n");
    copy
}

/// A copy of `entity`, signed by the list.
fn sealed(entity: &[u8], member: &SecretKey, container: Container) -> Vec<u8> {
    let bulk = bulk(entity, list(), container, now()).unwrap();
    copy(&bulk, &member.certificate().recipient(now()).unwrap(), container)
}

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// The two parts of an entity that is multipart/signed as a whole.
fn signed_parts(entity: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = &entity[..find(entity, b"\r\n\r\n")?];
    find(&head.to_ascii_lowercase(), b"multipart/signed")?;
    let at = find(head, b"boundary=\"")? + 10;
    let boundary = &head[at..at + find(&head[at..], b"\"")?];
    let open = [b"\r\n--", boundary, b"\r\n"].concat();
    let delimiter = [b"\r\n--", boundary].concat();
    let content = &entity[find(entity, &open)? + open.len()..];
    let end = find(content, &delimiter)?;
    let behind = &content[end..];
    let start = find(behind, b"-----BEGIN PGP SIG")?;
    let stop = find(behind, b"-----END PGP SIGNATURE-----")? + 27;
    Some((&content[..end], &behind[start..stop]))
}
