//! X.509 certificates and keys of a corpus folder: PEM, DER, PKCS #12, and what mail carries.

use base64::Engine;
use campanile_core::crypto::smime::{Anchor, Certificate, SecretKey};
use campanile_core::mime::outer::{Outer, classify};
use campanile_core::model::address::EmailAddress;
use campanile_core::model::time::Timestamp;
use openssl::nid::Nid;
use openssl::pkcs7::Pkcs7;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

use crate::stand_in::Authority;

/// Passphrases that the manifest names.
const PASSPHRASES: [&str; 5] = ["", "nss", "bob", "no.secret", "test12345678"];

/// Everything found, in the order of the files.
#[derive(Default)]
pub struct Keys {
    certificates: Vec<X509>,
    keys: Vec<PKey<Private>>,
}

impl Keys {
    /// Takes what a file holds; files that hold nothing are no fault.
    pub fn add_file(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        if let Some((_, armored)) = text.split_once("-----BEGIN PKCS12-----") {
            let body: String = armored.split("-----").next().unwrap().split_whitespace().collect();
            let der = base64::engine::general_purpose::STANDARD.decode(body);
            self.add_pkcs12(&der.unwrap_or_default());
        } else if bytes.first() == Some(&0x30) {
            self.add_pkcs12(bytes);
        } else {
            self.add_all(X509::stack_from_pem(bytes).unwrap_or_default());
            let opened = PASSPHRASES.iter().find_map(|text| {
                PKey::private_key_from_pem_passphrase(bytes, text.as_bytes()).ok()
            });
            self.keys.extend(opened);
        }
    }

    fn add_pkcs12(&mut self, der: &[u8]) {
        let Ok(file) = Pkcs12::from_der(der) else {
            self.add_all(X509::from_der(der).ok());
            return;
        };
        let tried = PASSPHRASES.iter().find_map(|text| file.parse2(text).ok());
        let Some(parsed) = tried else { return };
        self.add_all(parsed.cert);
        self.add_all(parsed.ca.into_iter().flatten());
        self.keys.extend(parsed.pkey);
    }

    /// Takes the certificates that a signed mail carries, as an operator would who registers
    /// the sender of that mail.
    pub fn add_carried(&mut self, mail: &[u8]) {
        let Ok(entity) = campanile_core::mime::read(mail) else {
            return;
        };
        let der = match classify(&entity) {
            Ok(Outer::ClearSigned { signature, .. }) => signature.into_owned(),
            Ok(Outer::Cms { der }) => der.into_owned(),
            _ => return,
        };
        self.add_cms(&der);
    }

    /// Takes the certificates of a signed CMS object.
    pub fn add_cms(&mut self, der: &[u8]) {
        let object = Pkcs7::from_der(der).ok();
        let signed = object.as_ref().and_then(|object| object.signed());
        let carried = signed.and_then(|signed| signed.certificates());
        self.add_all(carried.into_iter().flatten().map(ToOwned::to_owned));
    }

    fn add_all(&mut self, found: impl IntoIterator<Item = X509>) {
        for certificate in found {
            let der = certificate.to_der().unwrap();
            if self.certificates.iter().all(|known| known.to_der().unwrap() != der) {
                self.certificates.push(certificate);
            }
        }
    }

    /// Keys with a certificate that fits.
    pub fn secret(&self) -> Vec<SecretKey> {
        let mut found = Vec::<SecretKey>::new();
        for certificate in &self.certificates {
            let public = certificate.public_key();
            let fits = |key: &&PKey<Private>| public.as_ref().is_ok_and(|p| p.public_eq(key));
            let key = self.keys.iter().find(fits);
            let key = key.and_then(|key| key.private_key_to_pem_pkcs8().ok());
            let pem = certificate.to_pem().unwrap();
            found.extend(key.and_then(|key| SecretKey::read(&pem, &key).ok()));
        }
        found
    }

    /// All certificates with the addresses that they name, also in the subject: those of
    /// Thunderbird have no alternative name, which [`Certificate::register`] would refuse.
    pub fn certificates(&self) -> Vec<(Certificate, Vec<EmailAddress>)> {
        let all = self.certificates.iter();
        all.filter_map(|x509| {
            let certificate = Certificate::read(&x509.to_der().unwrap()).ok()?;
            Some((certificate, addresses(x509)))
        })
        .collect()
    }

    /// Every CA that was found is an anchor.
    pub fn anchors(&self) -> Vec<Anchor> {
        let any_time = Timestamp::from_seconds(0);
        let all = self.certificates.iter();
        all.filter_map(|ca| Anchor::read(&ca.to_pem().unwrap(), None, any_time).ok()).collect()
    }

    /// Complete certificates in place of those of the CA with this name, and their anchor.
    pub fn stand_ins(&self, name: &str) -> (Vec<(Certificate, Vec<EmailAddress>)>, Vec<Anchor>) {
        let named = |ca: &&X509| {
            let subject = ca.subject_name();
            let mut names = subject.entries_by_nid(Nid::COMMONNAME);
            names.any(|entry| entry.data().as_slice() == name.as_bytes())
        };
        let Some(ca) = self.certificates.iter().find(named) else {
            return Default::default();
        };
        let authority = Authority::like(ca);
        let all = self.certificates.iter();
        let doubles = all.filter_map(|x509| Some((authority.replace(x509)?, addresses(x509))));
        (doubles.collect(), vec![authority.anchor()])
    }
}

fn addresses(x509: &X509) -> Vec<EmailAddress> {
    let subject = x509.subject_name().entries_by_nid(Nid::PKCS9_EMAILADDRESS);
    let subject = subject.filter_map(|entry| entry.data().to_string().ok());
    let names = x509.subject_alt_names();
    let names = names.iter().flatten();
    let names = names.filter_map(|name| name.email().map(str::to_owned));
    let all = names.chain(subject.map(|text| text.to_string()));
    all.filter_map(|text| text.parse().ok()).collect()
}

/// Old PKCS #12 files need what OpenSSL 3 has put aside.
pub fn load_legacy() {
    let legacy = openssl::provider::Provider::try_load(None, "legacy", true);
    // Kept for as long as the process lives.
    std::mem::forget(legacy);
}
