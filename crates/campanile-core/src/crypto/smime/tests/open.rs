//! Decrypting: one test per way to make it wrong.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use openssl::symm::Cipher;

use super::super::ber::{SET, context, context_primitive};
use super::super::{CmsKind, SecretKey, decrypt, der, key_transport, kind, oid};
use super::message::{network, secret};
use super::pki::{self, Issued, Request};
use crate::model::condition::Condition;

const KEY: [u8; 32] = [7; 32];
const IV: [u8; 16] = [9; 16];
const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nAlert\r\n";

/// An EnvelopedData or AuthEnvelopedData to be.
struct Letter {
    content_type: &'static [u8],
    infos: Vec<Vec<u8>>,
    algorithm: Vec<u8>,
    ciphertext: Vec<u8>,
    /// authAttrs `[1]`.
    attributes: Vec<u8>,
    mac: Option<Vec<u8>>,
}

impl Letter {
    /// A good one.
    fn cbc(list: &Issued) -> Self {
        let ciphertext = openssl::symm::encrypt(Cipher::aes_256_cbc(), &KEY, Some(&IV), TEXT);
        Self {
            content_type: oid::ENVELOPED_DATA,
            infos: vec![info(list, &KEY)],
            algorithm: der::algorithm(oid::AES256_CBC, &der::octet_string(&IV)),
            ciphertext: ciphertext.unwrap(),
            attributes: Vec::new(),
            mac: None,
        }
    }

    /// A good one with a tag of this length, which its parameters announce.
    fn gcm(list: &Issued, tag_bytes: u8) -> Self {
        let cipher = Cipher::aes_256_gcm();
        let mut tag = vec![0; tag_bytes.into()];
        let sealed =
            openssl::symm::encrypt_aead(cipher, &KEY, Some(&IV[..12]), &[], TEXT, &mut tag);
        let parameters = [der::octet_string(&IV[..12]), der::small(tag_bytes)].concat();
        Self {
            content_type: oid::AUTH_ENVELOPED_DATA,
            infos: vec![info(list, &KEY)],
            algorithm: der::algorithm(oid::AES256_GCM, &der::sequence(&[&parameters])),
            ciphertext: sealed.unwrap(),
            attributes: Vec::new(),
            mac: Some(tag),
        }
    }

    fn der(&self) -> Vec<u8> {
        let infos: Vec<&[u8]> = self.infos.iter().map(Vec::as_slice).collect();
        let encrypted = der::sequence(&[
            &der::oid(oid::DATA),
            &self.algorithm,
            &der::tlv(context_primitive(0), &[&self.ciphertext]),
        ]);
        let mac = self.mac.as_deref().map(der::octet_string);
        let data = der::sequence(&[
            &der::small(0),
            &der::tlv(SET, &infos),
            &encrypted,
            &self.attributes,
            &mac.unwrap_or_default(),
        ]);
        der::sequence(&[&der::oid(self.content_type), &der::explicit(0, &data)])
    }

    fn open(&self, list: &Issued) -> Result<Vec<u8>, Condition> {
        open(&self.der(), list)
    }
}

fn open(der: &[u8], list: &Issued) -> Result<Vec<u8>, Condition> {
    decrypt(der, &[secret(list)]).map(|opened| opened.plaintext.to_vec())
}

/// A KeyTransRecipientInfo.
fn info(owner: &Issued, key: &[u8]) -> Vec<u8> {
    let certificate = super::message::certificate(owner);
    let (algorithm, encrypted) = key_transport::seal(certificate.key(), false, key).unwrap();
    let name = certificate.anatomy().issuer_and_serial();
    transport(&name, &algorithm, &encrypted)
}

fn transport(name: &[u8], algorithm: &[u8], encrypted: &[u8]) -> Vec<u8> {
    let encrypted = der::octet_string(encrypted);
    der::sequence(&[&der::small(0), name, algorithm, &encrypted])
}

/// Making RSA keys takes its time, so all tests share two.
static LISTS: LazyLock<[Issued; 2]> = LazyLock::new(|| {
    let (root, _) = network();
    let keys = [pki::rsa(2048), pki::rsa(2048)];
    keys.map(|key| root.issue(Request::mail("list@list.example", key)))
});

fn list() -> Issued {
    LISTS[0].clone()
}

fn other_list() -> Issued {
    LISTS[1].clone()
}

#[test]
fn good_letters_open() {
    let list = list();
    assert_eq!(Letter::cbc(&list).open(&list).unwrap(), TEXT);
    for tag_bytes in 12..=16 {
        assert_eq!(Letter::gcm(&list, tag_bytes).open(&list).unwrap(), TEXT);
    }
    let opened = decrypt(&Letter::cbc(&list).der(), &[secret(&list)]).unwrap();
    assert_eq!(opened.method, "EnvelopedData AES256-CBC");
}

#[test]
fn short_tag_is_refused() {
    let list = list();
    for tag_bytes in [0, 4, 8, 11] {
        let mut letter = Letter::gcm(&list, 12);
        letter.mac.as_mut().unwrap().truncate(tag_bytes);
        assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
        let parameters = [der::octet_string(&IV[..12]), der::small(tag_bytes as u8)].concat();
        letter.algorithm = der::algorithm(oid::AES256_GCM, &der::sequence(&[&parameters]));
        assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
    }
}

#[test]
fn mode_in_the_wrong_structure_is_refused() {
    let list = list();
    let mut letter = Letter::gcm(&list, 16);
    letter.content_type = oid::ENVELOPED_DATA;
    letter.mac = None;
    assert_eq!(letter.open(&list), Err(Condition::PacketStructure));
    let mut letter = Letter::cbc(&list);
    letter.content_type = oid::AUTH_ENVELOPED_DATA;
    letter.mac = Some(vec![0; 16]);
    assert_eq!(letter.open(&list), Err(Condition::PacketStructure));
}

#[test]
fn old_ciphers_are_refused() {
    let list = list();
    let pkcs = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3];
    for last in [2, 4, 7] {
        let mut letter = Letter::cbc(&list);
        let identifier = [pkcs.as_slice(), &[last]].concat();
        letter.algorithm = der::algorithm(&identifier, &der::octet_string(&IV[..8]));
        assert_eq!(letter.open(&list), Err(Condition::CipherWeak));
    }
}

#[test]
fn wrong_padding_of_the_key_looks_like_wrong_content() {
    let list = list();
    let name = super::message::certificate(&list).anatomy().issuer_and_serial();
    let algorithm = der::algorithm(oid::RSA_ENCRYPTION, der::NULL);
    let rsa = list.key.rsa().unwrap();
    let raw = |block: &[u8]| {
        let mut encrypted = vec![0; 256];
        let padding = openssl::rsa::Padding::NONE;
        rsa.public_encrypt(block, &mut encrypted, padding).unwrap();
        encrypted
    };
    let mut good = vec![0x5a; 256];
    (good[0], good[1], good[223]) = (0, 2, 0);
    good[224..].copy_from_slice(&KEY);
    let mut letter = Letter::cbc(&list);
    letter.infos = vec![transport(&name, &algorithm, &raw(&good))];
    assert_eq!(letter.open(&list).unwrap(), TEXT);
    for (at, value) in [(0, 1), (1, 1), (5, 0), (100, 0), (223, 1), (207, 0)] {
        let mut bad = good.clone();
        bad[at] = value;
        let encrypted = raw(&bad);
        letter.infos = vec![transport(&name, &algorithm, &encrypted)];
        let first = letter.open(&list);
        // One time in 256 the noise ends in something that looks like a padding.
        assert!(first != Ok(TEXT.to_vec()), "octet {at}");
        assert_eq!(first, letter.open(&list), "the answer is steady");
        if let Err(fault) = first {
            assert_eq!(fault, Condition::IntegrityBroken);
        }
    }
    letter.infos = vec![transport(&name, &algorithm, &[1, 2, 3])];
    assert_ne!(letter.open(&list), Ok(TEXT.to_vec()));
}

#[test]
fn content_key_of_another_length_is_not_used() {
    let list = list();
    let mut letter = Letter::cbc(&list);
    letter.infos = vec![info(&list, &KEY[..16])];
    assert_ne!(letter.open(&list), Ok(TEXT.to_vec()));
}

#[test]
fn broken_ciphertext_is_refused() {
    let list = list();
    let good = Letter::cbc(&list).ciphertext;
    for ciphertext in [Vec::new(), good[..15].to_vec(), good[..16].to_vec()] {
        let mut letter = Letter::cbc(&list);
        letter.ciphertext = ciphertext;
        assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
    }
}

#[test]
fn changed_gcm_is_refused() {
    let list = list();
    let mut letter = Letter::gcm(&list, 16);
    letter.ciphertext[0] ^= 1;
    assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
    let mut letter = Letter::gcm(&list, 16);
    letter.mac.as_mut().unwrap()[15] ^= 1;
    assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
}

#[test]
fn authenticated_attributes_are_authenticated() {
    let list = list();
    let mut letter = Letter::gcm(&list, 16);
    let attribute = super::message::attribute(oid::SIGNING_TIME, &[&[5, 0]]);
    let covered = der::tlv(SET, &[&attribute]);
    let mut tag = [0; 16];
    let (cipher, nonce) = (Cipher::aes_256_gcm(), &IV[..12]);
    openssl::symm::encrypt_aead(cipher, &KEY, Some(nonce), &covered, TEXT, &mut tag).unwrap();
    letter.attributes = der::tlv(context(1), &[&attribute]);
    assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
    letter.mac = Some(tag.to_vec());
    assert_eq!(letter.open(&list).unwrap(), TEXT);
    letter.attributes.clear();
    assert_eq!(letter.open(&list), Err(Condition::IntegrityBroken));
}

#[test]
fn letter_for_others_is_not_for_the_list() {
    let (list, other) = (list(), other_list());
    assert_eq!(Letter::cbc(&other).open(&list), Err(Condition::NotForList));
    // A password slot is none of ours either.
    let mut letter = Letter::cbc(&list);
    letter.infos = vec![der::tlv(context(3), &[&der::small(0)])];
    assert_eq!(letter.open(&list), Err(Condition::NotForList));
    assert!(decrypt(&Letter::cbc(&list).der(), &[]).is_err());
}

#[test]
fn own_slot_is_found_among_many() {
    let (list, other) = (list(), other_list());
    let mut letter = Letter::cbc(&other);
    letter.infos = vec![letter.infos[0].clone(); 999];
    letter.infos.push(info(&list, &KEY));
    assert_eq!(letter.open(&list).unwrap(), TEXT);
    letter.infos.push(letter.infos[0].clone());
    assert_eq!(letter.open(&list), Err(Condition::TooComplex));
}

#[test]
fn slot_by_key_identifier_is_found() {
    let list = list();
    let certificate = super::message::certificate(&list);
    let (algorithm, encrypted) = key_transport::seal(certificate.key(), false, &KEY).unwrap();
    let name = der::tlv(context_primitive(0), &[certificate.key_id().unwrap()]);
    let mut letter = Letter::cbc(&list);
    letter.infos = vec![transport(&name, &algorithm, &encrypted)];
    assert_eq!(letter.open(&list).unwrap(), TEXT);
}

#[test]
fn octets_behind_the_letter_are_refused() {
    let list = list();
    let letter = [Letter::cbc(&list).der(), vec![0]].concat();
    assert_eq!(open(&letter, &list), Err(Condition::PacketStructure));
}

#[test]
fn every_cut_letter_is_refused() {
    let list = list();
    let keys = [secret(&list)];
    let letter = Letter::cbc(&list).der();
    for end in 0..letter.len() {
        assert!(decrypt(&letter[..end], &keys).is_err(), "{end} octets");
    }
}

#[test]
fn hostile_lengths_and_depths_are_refused_at_once() {
    let keys: [SecretKey; 0] = [];
    let start = Instant::now();
    let deep = [0x30, 0x80].repeat(200_000);
    let long = [b"\x30\x84\x7f\xff\xff\xff".as_slice(), &[0; 100]].concat();
    let oid = der::oid(oid::ENVELOPED_DATA);
    let strings = [b"\x30\x80".as_slice(), &oid, &[0x24, 0x80].repeat(200_000)].concat();
    for bytes in [deep, long, strings] {
        assert!(decrypt(&bytes, &keys).is_err());
        let _ = kind(&bytes);
    }
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn what_is_no_cms_is_other() {
    let digested = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 5];
    let digested = der::sequence(&[&der::oid(&digested), &der::explicit(0, &[5, 0])]);
    for bytes in [b"".as_slice(), b"hello", &[0x30, 0x80], &digested] {
        assert_eq!(kind(bytes), CmsKind::Other);
    }
    let compressed = der::sequence(&[&der::oid(oid::COMPRESSED_DATA), &[5, 0]]);
    assert_eq!(kind(&compressed), CmsKind::Compressed);
}
