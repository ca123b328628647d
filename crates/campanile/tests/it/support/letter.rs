//! Mail to the list as teams would send it.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp;
use campanile_core::model::time::Timestamp;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::pkcs7::{Pkcs7, Pkcs7Flags};
use openssl::stack::Stack;
use openssl::symm::Cipher;
use openssl::x509::X509;

use super::Issued;
use super::toy::{Key, LIST, Member, Toy};

/// A letter to the list, not sealed yet.
#[derive(Clone)]
pub struct Letter {
    pub from: String,
    pub message_id: String,
    /// A text that stands nowhere else.
    pub canary: String,
    /// What is signed: a MIME entity with CRLF line ends.
    pub entity: Vec<u8>,
}

impl Letter {
    pub fn new(from: &Member) -> Self {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let canary = format!("CANARY{unique}");
        let text = format!("Worm on port 7001. {canary}\r\n.dots\r\n--dashes =3D\r\n");
        Self {
            from: from.address.clone(),
            message_id: format!("<{unique}@mail.example>"),
            canary,
            entity: format!("Content-Type: text/plain; charset=us-ascii\r\n\r\n{text}").into(),
        }
    }

    /// What every team has to read, byte for byte.
    pub fn body(&self) -> &[u8] {
        campanile_core::mime::read(&self.entity).unwrap().body
    }

    fn mail(&self, entity: &[u8]) -> Vec<u8> {
        let (from, id) = (&self.from, &self.message_id);
        let header = format!(
            "From: <{from}>\r\nTo: <{LIST}>\r\nSubject: outer words\r\nMessage-ID: {id}\r\n\
             MIME-Version: 1.0\r\n"
        );
        [header.as_bytes(), entity].concat()
    }

    /// Not sealed at all.
    pub fn in_clear(&self) -> Vec<u8> {
        self.mail(&self.entity)
    }

    /// Signed and sealed with the member's own key, now.
    pub fn sealed(&self, toy: &Toy, by: &Member) -> Vec<u8> {
        match &by.key {
            Key::Openpgp(key) => self.pgp_mime(toy, key, Clock::System.now()),
            Key::Smime(issued) => self.smime(toy, &self.signed(issued)),
        }
    }

    /// Signed by an OpenPGP key at a given time, and sealed for the list.
    pub fn pgp_mime(&self, toy: &Toy, key: &openpgp::SecretKey, at: Timestamp) -> Vec<u8> {
        let container = openpgp::Container::SeipdV1;
        let bulk = openpgp::bulk(&self.entity, key, container, at).unwrap();
        let list = toy.list_openpgp.recipient(Clock::System.now()).unwrap();
        let head = openpgp::head(&bulk, &list, container).unwrap();
        let before = "Content-Type: multipart/encrypted; boundary=\"x\";\r\n \
                      protocol=\"application/pgp-encrypted\"\r\n\r\n\
                      --x\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n\
                      --x\r\nContent-Type: application/octet-stream\r\n\r\n\
                      -----BEGIN PGP MESSAGE-----\r\n\r\n";
        let behind = "-----END PGP MESSAGE-----\r\n\r\n--x--\r\n";
        let armored = [head, bulk.body().flatten().collect(), behind.into()].concat();
        self.mail(&[before.as_bytes(), &armored].concat())
    }

    /// An S/MIME signature around the entity: `multipart/signed`.
    pub fn signed(&self, issued: &Issued) -> Vec<u8> {
        let flags = Pkcs7Flags::DETACHED | Pkcs7Flags::BINARY | Pkcs7Flags::STREAM;
        let others = Stack::<X509>::new().unwrap();
        let (certificate, key) = (issued.certificate(), issued.key());
        let signature = Pkcs7::sign(certificate, key, &others, &self.entity, flags).unwrap();
        let flags = Pkcs7Flags::DETACHED | Pkcs7Flags::BINARY;
        with_crlf(&signature.to_smime(&self.entity, flags).unwrap())
    }

    /// Any entity, sealed for the list by S/MIME.
    pub fn smime(&self, toy: &Toy, entity: &[u8]) -> Vec<u8> {
        let mut recipients = Stack::new().unwrap();
        recipients.push(toy.list_smime.clone()).unwrap();
        let cipher = Cipher::aes_256_cbc();
        let cms = CmsContentInfo::encrypt(&recipients, entity, cipher, CMSOptions::BINARY).unwrap();
        let base64 = openssl::base64::encode_block(&cms.to_der().unwrap());
        let mut sealed = String::from(
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n \
             name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        for line in base64.as_bytes().chunks(76) {
            sealed.push_str(std::str::from_utf8(line).unwrap());
            sealed.push_str("\r\n");
        }
        self.mail(sealed.as_bytes())
    }
}

/// With CRLF line ends, as mail travels.
pub fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.replace("\r\n", "\n").replace('\n', "\r\n").into()
}
