//! X.509 certificates and keys of a corpus folder: PEM, DER, PKCS #12, and what mail carries.

use base64::Engine;
use campanile_core::crypto::smime::{Anchor, Certificate, SecretKey, TrustStore};
use campanile_core::mime::outer::{Outer, classify};
use campanile_core::model::time::Timestamp;
use openssl::pkcs7::Pkcs7;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

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
            let body: String = armored
                .split("-----")
                .next()
                .unwrap()
                .split_whitespace()
                .collect();
            let der = base64::engine::general_purpose::STANDARD.decode(body);
            self.add_pkcs12(&der.unwrap_or_default());
        } else if bytes.first() == Some(&0x30) {
            self.add_pkcs12(bytes);
        } else {
            self.add_all(X509::stack_from_pem(bytes).unwrap_or_default());
            self.keys.extend(PKey::private_key_from_pem(bytes));
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
            if self
                .certificates
                .iter()
                .all(|known| known.to_der().unwrap() != der)
            {
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

    /// All certificates that are not anchors.
    pub fn certificates(&self) -> Vec<Certificate> {
        let all = self.certificates.iter();
        all.filter_map(|certificate| Certificate::read(&certificate.to_der().unwrap()).ok())
            .collect()
    }

    /// Every CA that was found is an anchor.
    pub fn trust(&self, now: Timestamp) -> TrustStore {
        let all = self.certificates.iter();
        let anchors = all.filter_map(|ca| Anchor::read(&ca.to_pem().unwrap(), None, now).ok());
        TrustStore::new(anchors.collect())
    }
}

/// Old PKCS #12 files need what OpenSSL 3 has put aside.
pub fn load_legacy() {
    let legacy = openssl::provider::Provider::try_load(None, "legacy", true);
    // Kept for as long as the process lives.
    std::mem::forget(legacy);
}
