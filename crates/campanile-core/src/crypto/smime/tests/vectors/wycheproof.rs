//! Wycheproof: every file of the suite, by the operation of ours that it fits.

use std::path::Path;

use openssl::pkey::{HasPublic, PKeyRef};
use serde_json::Value;

use super::super::super::strength;
use super::table::{Table, data};
use super::{agreement, content, rsa_decryption, signatures};

const ABOUT: &str = "\
C2SP's Wycheproof, as far as an operation of ours can be asked alone. CMS: RSA PKCS #1 v1.5 and
OAEP through `key_transport` with the parameters as an AlgorithmIdentifier; signatures through
`signature::Scheme`, likewise; ECDH and X25519 through a whole KeyAgreeRecipientInfo, into which the
test wraps a key with the shared secret that the vector names; AES-CBC and AES-GCM as whole
EnvelopedData and AuthEnvelopedData through `smime::decrypt`. Keys are asked first whether they are
strong enough, as on every way to these operations. Files of operations that we do not have, or
cannot ask alone, are counted as not applicable.";

/// Adds the vectors of one file.
pub type Runner = fn(&mut Table, &str, &Value);

/// Beginnings of file names, the first that fits counts; `None`: not applicable.
const RUNNERS: [(&str, Option<Runner>); 18] = [
    ("rsa_pkcs1_2048_test", Some(rsa_decryption::pkcs1)),
    ("rsa_pkcs1_3072_test", Some(rsa_decryption::pkcs1)),
    ("rsa_pkcs1_4096_test", Some(rsa_decryption::pkcs1)),
    ("rsa_pkcs1_", Some(signatures::pkcs1)),
    ("rsa_oaep_", Some(rsa_decryption::oaep)),
    ("rsa_three_primes_oaep_", Some(rsa_decryption::oaep)),
    ("rsa_signature_", Some(signatures::pkcs1)),
    ("rsa_pss_", Some(signatures::pss)),
    ("ecdsa_secp256r1_sha256_test", Some(signatures::ecdsa)),
    ("ecdsa_secp256r1_sha512_test", Some(signatures::ecdsa)),
    ("ecdsa_secp384r1_sha", Some(signatures::ecdsa)),
    ("ecdsa_secp521r1_sha512_test", Some(signatures::ecdsa)),
    ("ed25519_test", Some(signatures::ed25519)),
    ("ecdh_", Some(agreement::ecdh)),
    ("x25519_test", Some(agreement::x25519)),
    ("aes_gcm_test", Some(content::gcm)),
    ("aes_cbc_pkcs5_test", Some(content::cbc)),
    ("", None),
];

#[test]
fn vectors_of_wycheproof_are_taken_or_refused_as_they_ask() {
    let Some(folder) = data("interop/wycheproof/testvectors_v1") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    let mut table = Table::new("wycheproof");
    for file in files {
        let path = file.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap();
        run(&mut table, name, &path);
    }
    table.hold("Conformance: Wycheproof", ABOUT);
}

fn run(table: &mut Table, name: &str, path: &Path) {
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let runner = RUNNERS.iter().find(|(start, _)| name.starts_with(start)).unwrap().1;
    for group in file["testGroups"].as_array().unwrap() {
        // Other ways to write the same numbers.
        let encoding = group["encoding"].as_str().unwrap_or_default();
        let foreign = name.contains("p1363") || matches!(encoding, "pem" | "webcrypto" | "jwk");
        match runner.filter(|_| !foreign) {
            Some(runner) => runner(table, name, group),
            None => tests(group).for_each(|test| {
                table.row(name, &id(test), asked(test), "not asked");
            }),
        }
    }
}

/// The vectors of a group.
pub fn tests(group: &Value) -> impl Iterator<Item = &Value> {
    group["tests"].as_array().into_iter().flatten()
}

/// `ID comment [flags]`.
pub fn id(test: &Value) -> String {
    let flags = test["flags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let flags: Vec<_> = flags.collect();
    format!("{} {} [{}]", test["tcId"], test["comment"].as_str().unwrap_or(""), flags.join(" "))
}

/// What a vector asks for. `acceptable` ones are old or odd and may be taken or refused.
pub fn asked(test: &Value) -> &'static str {
    match test["result"].as_str() {
        Some("valid") => "accept",
        Some("invalid") => "refuse",
        _ => "either",
    }
}

/// Adds one vector with what was found; an `either` agrees with both.
pub fn add(table: &mut Table, file: &str, test: &Value, found: &str) {
    match asked(test) {
        "either" => table.row(file, &id(test), "either", &format!("either: {found}")),
        asked => table.row(file, &id(test), asked, found),
    }
}

/// A field in hexadecimal.
pub fn octets(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap().as_bytes();
    let pairs = text.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// `refuse: key-weak` when nobody may use the key.
pub fn weak<T: HasPublic>(key: &PKeyRef<T>) -> Option<String> {
    strength::describe(key).err().map(|_| "refuse: key-weak".into())
}
