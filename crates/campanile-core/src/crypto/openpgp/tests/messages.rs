//! Messages made here, each with one deviation from what is accepted.

use std::io::Write;
use std::slice::from_ref;

use proptest::prelude::*;
use sequoia_openpgp::crypto::SessionKey;
use sequoia_openpgp::packet::Packet;
use sequoia_openpgp::packet::pkesk::PKESK3;
use sequoia_openpgp::serialize::Serialize;
use sequoia_openpgp::serialize::stream::{Compressor, Encryptor, LiteralWriter, Message, Signer};
use sequoia_openpgp::types::{CompressionAlgorithm, SymmetricAlgorithm};

use super::fixtures::fixture;
use super::*;
use crate::crypto::openpgp::packets::{self, tag};
use crate::crypto::openpgp::{armor, decrypt, verify_detached};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition::{self, *};
use crate::model::limits;

const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nAlert\r\n";

fn team() -> &'static SecretKey {
    &members()[0]
}

fn open(message: &[u8]) -> Result<Decrypted, Condition> {
    let signer = team().certificate();
    decrypt(message, from_ref(list()), &[&signer], now())
}

fn facts(inner: &[u8]) -> Result<Vec<SignatureFact>, Condition> {
    open(&encrypted(inner)).map(|opened| opened.signatures)
}

/// A slot for the list.
fn slot(cipher: SymmetricAlgorithm, session: &SessionKey) -> Vec<u8> {
    let recipient = list().certificate().recipient(now()).unwrap();
    let mut slot = Vec::new();
    let packet = PKESK3::for_recipient(cipher, session, &recipient.key).unwrap();
    Packet::PKESK(packet.into()).serialize(&mut slot).unwrap();
    slot
}

/// Any packets inside a sound container for the list.
fn encrypted(inner: &[u8]) -> Vec<u8> {
    let session = SessionKey::new(32).unwrap();
    let mut message = slot(SymmetricAlgorithm::AES256, &session);
    let sink = Message::new(&mut message);
    let encryptor = Encryptor::with_session_key(sink, SymmetricAlgorithm::AES256, session);
    let mut encryptor = encryptor.unwrap().build().unwrap();
    encryptor.write_all(inner).unwrap();
    encryptor.finalize().unwrap();
    message
}

fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xc0 | tag, 0xff][..], &length, body].concat()
}

fn literal(text: &[u8]) -> Vec<u8> {
    packet(tag::LITERAL, &[b"b\0\0\0\0\0", text].concat())
}

/// One-pass packet, literal, signature: of the team, or made differently by `change`.
fn signed(change: impl FnOnce(Signer<'_>) -> Signer<'_>) -> [Vec<u8>; 3] {
    let pair = team().signing_key(now()).unwrap().into_keypair().unwrap();
    let mut message = Vec::new();
    let signer = Signer::new(Message::new(&mut message), pair).unwrap();
    let signer = change(signer.creation_time(now().system_time())).build().unwrap();
    let mut writer = LiteralWriter::new(signer).build().unwrap();
    writer.write_all(TEXT).unwrap();
    writer.finalize().unwrap();
    let mut parts = Vec::new();
    let mut rest = message.as_slice();
    while let Some((packet, behind)) = packets::next(rest).unwrap() {
        parts.push(packet.raw.to_vec());
        rest = behind;
    }
    parts.try_into().unwrap()
}

fn usual() -> [Vec<u8>; 3] {
    signed(|signer| signer)
}

fn compressed(inner: &[u8]) -> Vec<u8> {
    compressed_by(CompressionAlgorithm::Zip, inner)
}

fn compressed_by(algorithm: CompressionAlgorithm, inner: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let sink = Compressor::new(Message::new(&mut message)).algo(algorithm);
    let mut sink = sink.build().unwrap();
    sink.write_all(inner).unwrap();
    sink.finalize().unwrap();
    message
}

#[test]
fn compressed_secret_key_is_refused_unopened() {
    let (cert, _) = builder(CipherSuite::Cv25519, Profile::RFC4880).generate().unwrap();
    let file = sequoia_openpgp::serialize::SerializeInto::to_vec(&cert.as_tsk()).unwrap();
    assert!(SecretKey::read(&file).is_ok());
    assert!(SecretKey::read(&compressed(&file)).is_err());
}

#[test]
fn compressed_certificate_is_refused_unopened() {
    let file = list().certificate().to_bytes();
    assert!(Certificate::read(&file).is_ok());
    assert!(Certificate::read(&compressed(&file)).is_err());
    assert!(Certificate::read(&[file.clone(), compressed(&file)].concat()).is_err());
}

#[test]
fn gigabyte_in_a_kilobyte_is_too_large_inside_and_nothing_outside_of_encryption() {
    let file = fixture("register/a-dos-bzip2.asc");
    let (bomb, _) = armor::binary(&file).unwrap();
    assert_eq!(open(&encrypted(&bomb)).err(), Some(TooLarge));
    assert!(Certificate::read(&bomb).is_err());
    assert!(SecretKey::read(&bomb).is_err());
    let facts = verify_detached(&bomb, TEXT, from_ref(list()), &[], now());
    assert!(facts.iter().all(|fact| fact.faults == [SignatureInvalid]), "{facts:?}");
}

#[test]
fn bzip2_unpacks_to_less_than_deflate_may() {
    let text = literal(&vec![b'.'; limits::BZIP2_BYTES_MAX + 2 * 1024 * 1024]);
    let outcome = |algorithm| open(&encrypted(&compressed_by(algorithm, &text))).err();
    assert_eq!(outcome(CompressionAlgorithm::Zip), None);
    assert_eq!(outcome(CompressionAlgorithm::BZip2), Some(TooLarge));
    let small = compressed_by(CompressionAlgorithm::BZip2, &literal(TEXT));
    assert_eq!(open(&encrypted(&small)).unwrap().plaintext.as_slice(), TEXT);
}

#[test]
fn bzip2_that_walks_through_memory_is_too_large() {
    let file = fixture("register/a-dos-bzip2-walk.asc");
    let (walk, _) = armor::binary(&file).unwrap();
    assert_eq!(open(&encrypted(&walk)).err(), Some(TooLarge));
}

#[test]
fn secret_key_that_could_not_be_stored_is_refused() {
    let (cert, _) = builder(CipherSuite::Cv25519, Profile::RFC4880)
        .add_userid("alert@list.example")
        .generate()
        .unwrap();
    let mut file = sequoia_openpgp::serialize::SerializeInto::to_vec(&cert.as_tsk()).unwrap();
    assert!(SecretKey::read(&file).is_ok());
    // The subpacket that names the issuer, of version 4: 22 octets, type 33.
    let issuers: Vec<_> = memchr::memmem::find_iter(&file, &[22, 33, 4]).collect();
    assert!(!issuers.is_empty());
    issuers.into_iter().for_each(|at| file[at + 2] = 7);
    assert!(SecretKey::read(&file).is_err());
}

#[test]
fn every_accepted_shape_has_one_good_signature() {
    let [ops, text, sig] = usual();
    let marker = packet(tag::MARKER, b"PGP");
    let padding = packet(tag::PADDING, &[7; 100]);
    let unknown = packet(60, b"later");
    for inner in [
        [ops.clone(), text.clone(), sig.clone()].concat(),
        [sig.clone(), text.clone()].concat(),
        compressed(&[ops.clone(), text.clone(), sig.clone()].concat()),
        [marker, ops, padding, text, unknown, sig].concat(),
    ] {
        let opened = open(&encrypted(&inner)).unwrap();
        assert_eq!(opened.plaintext.as_slice(), TEXT);
        assert_eq!(opened.signatures.len(), 1);
        assert!(opened.signatures[0].is_good(), "{:?}", opened.signatures);
    }
}

#[test]
fn every_other_shape_is_refused() {
    let [ops, text, sig] = usual();
    let all = [ops.clone(), text.clone(), sig.clone()].concat();
    let key = list().certificate().to_bytes();
    for (inner, condition) in [
        ([literal(b"x"), all.clone()].concat(), PacketStructure),
        ([all.clone(), literal(b"x")].concat(), PacketStructure),
        ([key.clone(), all.clone()].concat(), PacketStructure),
        ([all.clone(), key].concat(), PacketStructure),
        ([packet(38, b"x"), all.clone()].concat(), PacketStructure),
        ([text.clone(), sig.clone()].concat(), PacketStructure),
        ([ops.clone(), all.clone()].concat(), PacketStructure),
        (compressed(&compressed(&all)), PacketStructure),
        ([compressed(&all), literal(b"x")].concat(), PacketStructure),
        ([ops.clone(), compressed(&text), sig.clone()].concat(), PacketStructure),
        ([all.clone(), packet(19, &[0; 20])].concat(), PacketStructure),
        (sig.clone(), PacketStructure),
        (Vec::new(), PacketStructure),
        (b"hello".to_vec(), PacketStructure),
        (all[..all.len() - 1].to_vec(), PacketStructure),
        (encrypted(&all), EncryptedTwice),
        ([all.clone(), encrypted(&all)].concat(), EncryptedTwice),
        (compressed(&encrypted(&all)), EncryptedTwice),
        ([ops.repeat(limits::SIGNATURES_MAX + 1), text].concat(), TooComplex),
        (packet(tag::COMPRESSED, b"\x09x"), PacketStructure),
        (packet(tag::COMPRESSED, b"\x01\xff\xff\xff"), PacketStructure),
    ] {
        assert_eq!(open(&encrypted(&inner)).err(), Some(condition), "{inner:02x?}");
    }
}

#[test]
fn everything_around_the_container_is_refused() {
    let message = encrypted(&usual().concat());
    let marker = packet(tag::MARKER, b"PGP");
    assert!(open(&[marker.clone(), message.clone()].concat()).is_ok());
    for (changed, condition) in [
        ([message.clone(), marker].concat(), PacketStructure),
        ([message.clone(), message.clone()].concat(), PacketStructure),
        ([message.clone(), literal(b"x")].concat(), PacketStructure),
        ([literal(b"x"), message.clone()].concat(), NotEncrypted),
        ([packet(60, b"x"), message.clone()].concat(), PacketStructure),
        (message[..message.len() - 1].to_vec(), IntegrityBroken),
        (usual().concat(), NotEncrypted),
        (slot(SymmetricAlgorithm::AES256, &SessionKey::new(32).unwrap()), PacketStructure),
        (packet(tag::SEIPD, &[1; 100]), NotForList),
        (packet(tag::SEIPD, &[3; 100]), PacketStructure),
        (Vec::new(), NotEncrypted),
        (b"hello".to_vec(), NotEncrypted),
    ] {
        assert_eq!(open(&changed).err(), Some(condition));
    }
}

#[test]
// The weak ones are deprecated, which is what is tested.
#[allow(deprecated)]
fn ciphers_with_small_blocks_and_none_at_all_are_refused() {
    for (cipher, bytes, condition) in [
        (SymmetricAlgorithm::TripleDES, 24, CipherWeak),
        (SymmetricAlgorithm::CAST5, 16, CipherWeak),
        (SymmetricAlgorithm::Blowfish, 16, CipherWeak),
        (SymmetricAlgorithm::Twofish, 32, IntegrityBroken),
    ] {
        let session = SessionKey::new(bytes).unwrap();
        let message = [slot(cipher, &session), packet(tag::SEIPD, &[1; 200])].concat();
        assert_eq!(open(&message).err(), Some(condition), "{cipher:?}");
    }
}

#[test]
fn too_many_slots_are_refused_and_many_are_not() {
    let message = encrypted(&usual().concat());
    let foreign = {
        let recipient = stranger().certificate().recipient(now()).unwrap();
        let session = SessionKey::new(32).unwrap();
        let mut slot = Vec::new();
        let cipher = SymmetricAlgorithm::AES256;
        let packet = PKESK3::for_recipient(cipher, &session, &recipient.key).unwrap();
        Packet::PKESK(packet.into()).serialize(&mut slot).unwrap();
        slot
    };
    let mut hidden = foreign.clone();
    hidden[3..11].fill(0);
    let before = |slot: &[u8], count| [slot.repeat(count), message.clone()].concat();
    assert!(open(&before(&foreign, limits::KEY_SLOTS_MAX - 1)).is_ok());
    assert_eq!(open(&before(&foreign, limits::KEY_SLOTS_MAX)).err(), Some(TooComplex));
    assert!(open(&before(&hidden, limits::KEY_SLOTS_HIDDEN_MAX + 1)).is_ok(), "one names us");
    let nobody = packet(tag::SEIPD, &[1; 100]);
    let only = |count| open(&[hidden.repeat(count), nobody.clone()].concat()).err();
    assert_eq!(only(limits::KEY_SLOTS_HIDDEN_MAX), Some(NotForList));
    assert_eq!(only(limits::KEY_SLOTS_HIDDEN_MAX + 1), Some(TooComplex));
}

#[test]
fn hidden_slot_is_opened() {
    let mut message = encrypted(&usual().concat());
    assert_eq!(message[2], 3, "version");
    message[3..11].fill(0);
    assert!(open(&message).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn changed_message_never_opens_to_something_else(
        at in any::<proptest::sample::Index>(),
        change in 1..=255_u8,
        cut in any::<bool>(),
        v2 in any::<bool>(),
    ) {
        let container = if v2 { Container::SeipdV2 } else { Container::SeipdV1 };
        let copy = sealed(TEXT, team(), container);
        let mut message = armor::binary(&copy).unwrap().0.into_owned();
        let at = at.index(message.len());
        match cut {
            true => message.truncate(at),
            false => message[at] ^= change,
        }
        let signer = list().certificate();
        if let Ok(opened) = decrypt(&message, &[team().clone()], &[&signer], now()) {
            prop_assert_eq!(opened.plaintext.as_slice(), TEXT);
            prop_assert!(opened.signatures[0].is_good());
        }
    }
}

#[test]
fn missing_signature_packet_means_unsigned() {
    let [ops, text, _] = usual();
    assert_eq!(facts(&[ops, text].concat()), Ok(Vec::new()));
    assert_eq!(facts(&literal(TEXT)), Ok(Vec::new()));
}

#[test]
fn announcement_that_does_not_fit_spoils_the_signature() {
    let [mut ops, text, sig] = usual();
    let kind = ops.len() - 12;
    assert_eq!(ops[kind], 0, "binary");
    ops[kind] = 1;
    let found = facts(&[ops, text, sig].concat()).unwrap();
    assert_eq!(found[0].faults, [SignatureInvalid]);
}

#[test]
fn signature_for_other_recipients_is_a_fault() {
    let other = stranger().certificate();
    let ours = list().certificate();
    let inner = |recipient: &Certificate| {
        signed(|signer| signer.add_intended_recipient(recipient.cert())).concat()
    };
    assert_eq!(facts(&inner(&other)).unwrap()[0].faults, [IntendedForOthers]);
    assert!(facts(&inner(&ours)).unwrap()[0].is_good());
}

#[test]
fn signature_far_in_the_future_or_before_its_key_is_a_fault() {
    let at = |seconds: i64| {
        let time = now().plus_seconds(seconds).system_time();
        facts(&signed(|signer| signer.creation_time(time)).concat()).unwrap()[0].clone()
    };
    assert!(at(limits::CLOCK_SKEW_SECONDS_MAX).is_good());
    assert_eq!(at(limits::CLOCK_SKEW_SECONDS_MAX + 1).faults, [SignatureTimeWrong]);
    assert_eq!(at(-86_400 * 2).faults, [SignatureInvalid, SignatureTimeWrong, KeyNotYetValid]);
}

#[test]
fn key_that_expired_since_is_a_fault_now() {
    let key = secret(
        builder(CipherSuite::Cv25519, Profile::RFC4880)
            .set_validity_period(std::time::Duration::from_secs(2 * 86_400))
            .add_signing_subkey()
            .add_transport_encryption_subkey(),
    );
    let message = bulk(TEXT, &key, Container::SeipdV1, now()).unwrap();
    let copy = copy(&message, &list().certificate().recipient(now()).unwrap(), Container::SeipdV1);
    let signer = key.certificate();
    let at = |time| decrypt(&copy, &[list().clone()], &[&signer], time).unwrap().signatures;
    assert!(at(now())[0].is_good());
    assert_eq!(at(now().plus_seconds(2 * 86_400))[0].faults, [KeyExpired]);
}

#[test]
fn signature_of_nobody_registered_has_no_signer() {
    let message = encrypted(&usual().concat());
    let opened = decrypt(&message, &[list().clone()], &[], now()).unwrap();
    assert_eq!(opened.signatures[0].faults, [SignerUnknown]);
    assert_eq!(opened.signatures[0].signer, None);
}

#[test]
fn flood_of_subpackets_is_too_complex() {
    let [ops, text, sig] = usual();
    let (framed, _) = packets::next(&sig).unwrap().unwrap();
    let mut body = framed.body().into_owned();
    let hashed = usize::from(u16::from_be_bytes([body[4], body[5]]));
    let unhashed = 6 + hashed;
    let old = u16::from_be_bytes([body[unhashed], body[unhashed + 1]]);
    let flood = [2, 100, 0].repeat(200);
    let length = old + u16::try_from(flood.len()).unwrap();
    body[unhashed..unhashed + 2].copy_from_slice(&length.to_be_bytes());
    body.splice(unhashed + 2..unhashed + 2, flood);
    let found = facts(&[ops, text, packet(tag::SIGNATURE, &body)].concat()).unwrap();
    assert_eq!(found[0].faults, [TooComplex]);
}

#[test]
fn unknown_version_counts_as_no_signature() {
    let [ops, text, sig] = usual();
    let (framed, _) = packets::next(&sig).unwrap().unwrap();
    let mut body = framed.body().into_owned();
    body[0] = 99;
    assert_eq!(facts(&[ops, text, packet(tag::SIGNATURE, &body)].concat()), Ok(Vec::new()));
}

fn detached(signature: &[u8], content: &[u8]) -> Vec<SignatureFact> {
    let signer = team().certificate();
    verify_detached(signature, content, &[list().clone()], &[&signer], now())
}

#[test]
fn detached_signature_covers_exactly_its_octets() {
    let [_, _, sig] = usual();
    assert!(detached(&sig, TEXT)[0].is_good());
    assert_eq!(detached(&sig, &TEXT[1..])[0].faults, [SignatureInvalid]);
    assert_eq!(detached(&[sig.clone(), sig].concat(), TEXT).len(), 2);
}

#[test]
fn what_is_no_detached_signature_is_told_from_none() {
    assert_eq!(detached(b"", TEXT), []);
    assert_eq!(detached(b" \r\n", TEXT), []);
    for garbage in [b"hello".to_vec(), literal(TEXT), packet(tag::SIGNATURE, b"\x04")] {
        assert_eq!(detached(&garbage, TEXT)[0].faults, [SignatureInvalid]);
    }
    let [_, _, sig] = usual();
    let many = sig.repeat(limits::SIGNATURES_MAX + 1);
    assert_eq!(detached(&many, TEXT)[0].faults, [TooComplex]);
}

#[test]
fn text_signature_ignores_the_kind_of_line_ends() {
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    use sequoia_openpgp::types::SignatureType;
    let pair = team().signing_key(now()).unwrap().into_keypair().unwrap();
    let template = SignatureBuilder::new(SignatureType::Text);
    let mut signature = Vec::new();
    let signer = Signer::with_template(Message::new(&mut signature), pair, template).unwrap();
    let mut signer = signer.creation_time(now().system_time()).detached().build().unwrap();
    signer.write_all(b"one\r\ntwo\r\nthree").unwrap();
    signer.finalize().unwrap();
    for text in [&b"one\ntwo\nthree"[..], b"one\r\ntwo\r\nthree", b"one\ntwo\r\nthree"] {
        assert!(detached(&signature, text)[0].is_good());
    }
    assert_eq!(detached(&signature, b"one\ntwo\nthree\n")[0].faults, [SignatureInvalid]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn changed_signature_is_never_good_for_something_else(
        at in any::<proptest::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let [_, _, sig] = usual();
        let mut changed = sig.clone();
        let at = at.index(sig.len());
        changed[at] ^= change;
        for fact in detached(&changed, b"another text") {
            prop_assert!(!fact.is_good());
        }
    }

    #[test]
    fn any_octets_are_refused_calmly(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(open(&octets).is_err());
        prop_assert!(detached(&octets, TEXT).iter().all(|fact| !fact.is_good()));
        let inner = facts(&octets);
        prop_assert!(inner.is_err() || inner == Ok(Vec::new()));
    }
}
