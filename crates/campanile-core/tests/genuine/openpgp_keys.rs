//! OpenPGP keys of a corpus folder: key files, key rings, and Autocrypt header fields.

use std::collections::BTreeMap;

use base64::Engine;
use campanile_core::crypto::openpgp::{Certificate, SecretKey};
use sequoia_openpgp::armor::{Reader, ReaderMode};
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey;
use sequoia_openpgp::crypto::Password;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::{Cert, Packet};

/// Passphrases that the projects name in their tests.
const PASSPHRASES: [&str; 4] = ["alice-passphrase", "bob-passphrase", "no.secret", "tb"];

/// Every certificate found, merged by its fingerprint, with the secrets that open.
#[derive(Default)]
pub struct Keys(BTreeMap<String, Cert>);

impl Keys {
    /// Takes what a file holds; files that are no keys hold none.
    pub fn add_file(&mut self, bytes: &[u8]) {
        let binary_ring =
            bytes.first().is_some_and(|byte| matches!(byte, 0x94..=0x9b | 0xc5 | 0xc6));
        for block in blocks(bytes) {
            self.add_all(&block);
        }
        if binary_ring {
            self.add_all(bytes);
        }
    }

    /// Takes the keys of Autocrypt header fields.
    pub fn add_autocrypt(&mut self, mail: &[u8]) {
        let text = String::from_utf8_lossy(mail);
        for rest in text.split("keydata=").skip(1) {
            let is_data = |c: &char| c.is_ascii_alphanumeric() || " \t\r\n+/=".contains(*c);
            // The field ends where a line does not go on with a blank.
            let field = rest.replace("\r\n ", " ").replace("\r\n\t", " ");
            let line = field.lines().map(str::trim).find(|line| !line.is_empty());
            let data: String = line.unwrap_or_default().chars().take_while(is_data).collect();
            let data: String = data.split_whitespace().collect();
            if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(data) {
                self.add_all(&bytes);
            }
        }
    }

    fn add_all(&mut self, bytes: &[u8]) {
        let Ok(parser) = CertParser::from_bytes(bytes) else {
            return;
        };
        for cert in parser.flatten() {
            let cert = unlocked(cert);
            let name = cert.fingerprint().to_hex();
            let merged = match self.0.remove(&name) {
                Some(known) => known.merge_public_and_secret(cert).unwrap(),
                None => cert,
            };
            self.0.insert(name, merged);
        }
    }

    /// The keys with secrets.
    pub fn secret(&self) -> Vec<SecretKey> {
        let all = self.0.values().filter(|cert| cert.is_tsk());
        all.filter_map(|cert| SecretKey::read(&cert.as_tsk().to_vec().unwrap()).ok()).collect()
    }

    /// The public halves.
    pub fn certificates(&self) -> Vec<Certificate> {
        let all = self.0.values();
        all.filter_map(|cert| Certificate::read(&cert.to_vec().unwrap()).ok()).collect()
    }

    /// The addresses in the user ids of a certificate, valid or not.
    pub fn addresses(&self, certificate: &Certificate) -> Vec<String> {
        let cert = self.0.get(certificate.fingerprint().as_str());
        let ids = cert.into_iter().flat_map(Cert::userids);
        ids.filter_map(|id| id.userid().email().ok().flatten().map(str::to_owned)).collect()
    }
}

/// The binary form of every key block in a text.
fn blocks(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for label in ["PGP PUBLIC KEY BLOCK-----", "PGP PRIVATE KEY BLOCK-----"] {
        let begin = format!("-----BEGIN {label}");
        for (at, _) in text.match_indices(&begin) {
            let mode = ReaderMode::Tolerant(None);
            let mut reader = Reader::from_bytes(text[at..].as_bytes(), mode);
            let mut binary = Vec::new();
            if std::io::Read::read_to_end(&mut reader, &mut binary).is_ok() {
                found.push(binary);
            }
        }
    }
    found
}

/// The same key without the secrets that none of the passphrases opens.
fn unlocked(cert: Cert) -> Cert {
    let mut open = Vec::<Packet>::new();
    for key in cert.keys().secret() {
        let parts = key.key().clone();
        if !parts.secret().is_encrypted() {
            open.push(as_packet(parts, key.primary()));
            continue;
        }
        let tried = PASSPHRASES
            .iter()
            .find_map(|text| parts.clone().decrypt_secret(&Password::from(*text)).ok());
        open.extend(tried.map(|parts| as_packet(parts, key.primary())));
    }
    let public = cert.strip_secret_key_material();
    public.insert_packets(open).unwrap().0
}

fn as_packet(
    key: sequoia_openpgp::packet::Key<
        sequoia_openpgp::packet::key::SecretParts,
        sequoia_openpgp::packet::key::UnspecifiedRole,
    >,
    primary: bool,
) -> Packet {
    match primary {
        true => key.role_into_primary().into(),
        false => key.role_into_subordinate().into(),
    }
}
