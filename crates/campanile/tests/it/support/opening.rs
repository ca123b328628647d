//! Copies as a team opens them.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp;
use campanile_core::mime;
use campanile_core::model::time::Timestamp;
use openssl::cms::CmsContentInfo;
use openssl::pkcs7::{Pkcs7, Pkcs7Flags};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;

use super::hop::Copy;
use super::toy::{Key, Member, Toy};

impl Toy {
    /// Opens a copy with the key of its team, makes sure that the list has signed it, and returns
    /// the body of what was sealed.
    pub fn open(&self, member: &Member, copy: &Copy) -> Vec<u8> {
        self.open_at(member, copy, Clock::System.now())
    }

    /// [`Toy::open`] by another clock.
    pub fn open_at(&self, member: &Member, copy: &Copy, now: Timestamp) -> Vec<u8> {
        assert_eq!(copy.recipient, member.address);
        let payload = match &member.key {
            Key::Openpgp(key) => self.open_openpgp(key, &copy.bytes, now),
            Key::Smime(issued) => {
                let cms = CmsContentInfo::smime_read_cms(&copy.bytes).unwrap();
                let signed = cms.decrypt(issued.key(), issued.certificate()).unwrap();
                self.verify_smime(&signed)
            }
        };
        mime::read(&payload).unwrap().body.to_vec()
    }

    fn open_openpgp(&self, key: &openpgp::SecretKey, copy: &[u8], now: Timestamp) -> Vec<u8> {
        let text = std::str::from_utf8(copy).unwrap();
        let end = "-----END PGP MESSAGE-----\r\n";
        let start = text.find("-----BEGIN PGP MESSAGE-----").unwrap();
        let stop = text.find(end).unwrap() + end.len();
        let armor = &text.as_bytes()[start..stop];
        let keys = std::slice::from_ref(key);
        let opened = openpgp::decrypt(armor, keys, &[&self.list_openpgp], now).unwrap();
        assert_eq!(opened.signatures.len(), 1);
        assert!(opened.signatures[0].is_good(), "{:?}", opened.signatures);
        opened.plaintext.to_vec()
    }

    fn verify_smime(&self, signed: &[u8]) -> Vec<u8> {
        let (signature, content) = Pkcs7::from_smime(signed).unwrap();
        let mut certificates = Stack::new().unwrap();
        certificates.push(self.list_smime.clone()).unwrap();
        let store = X509StoreBuilder::new().unwrap().build();
        let flags = Pkcs7Flags::NOINTERN | Pkcs7Flags::NOVERIFY | Pkcs7Flags::BINARY;
        let mut payload = Vec::new();
        signature
            .verify(&certificates, &store, content.as_deref(), Some(&mut payload), flags)
            .unwrap();
        payload
    }
}
