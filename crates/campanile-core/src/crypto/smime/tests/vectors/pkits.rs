//! NIST PKITS: 246 certification paths.

use serde_json::Value;

use super::paths::Path;
use super::rekeyed::Keys;
use super::table::{Table, data};
use crate::model::time::Timestamp;

const ABOUT: &str = "\
The NIST Public Key Interoperability Test Suite, with the outcomes as pyHanko lists them. Its keys
are RSA with 1,024 bits and DSA, with SHA-1: as it is, every path is refused with `key-weak`. So
every certificate and CRL is signed again with a fresh P-256 key in the place of its own, and wrong
signatures stay wrong; all else is as NIST made it. Every CA of a path, with the CRL of its name,
is registered as by `campanile trust add`; then the path of the last certificate is checked as for a
signer at 2005-01-01. The first three digits of a number are the section of the suite.";

const SECTIONS: [(&str, &str); 16] = [
    ("401", "4.1 signatures"),
    ("402", "4.2 validity"),
    ("403", "4.3 name chaining"),
    ("404", "4.4 basic revocation"),
    ("405", "4.5 self-issued"),
    ("406", "4.6 basic constraints"),
    ("407", "4.7 key usage"),
    ("408", "4.8 policies"),
    ("409", "4.9 explicit policy"),
    ("410", "4.10 policy mappings"),
    ("411", "4.11 inhibit mapping"),
    ("412", "4.12 inhibit any-policy"),
    ("413", "4.13 name constraints"),
    ("414", "4.14 distribution points"),
    ("415", "4.15 delta CRLs"),
    ("416", "4.16 private extensions"),
];

#[test]
fn paths_of_pkits_are_good_or_bad_as_listed() {
    let Some(folder) = data("interop/pkits") else { return };
    let cases = std::fs::read(folder.join("pyhanko-pkits.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&cases).unwrap();
    let file = |kind: &str, name: &str| std::fs::read(folder.join("PKITS").join(kind).join(name));
    let every = std::fs::read_dir(folder.join("PKITS/certs")).unwrap().flatten();
    let keys =
        Keys::new(&every.map(|file| std::fs::read(file.path()).unwrap()).collect::<Vec<_>>());
    let root = keys.certificate(&file("certs", "TrustAnchorRootCertificate.crt").unwrap());
    let root_crl = keys.crl(&file("crls", "TrustAnchorRootCRL.crl").unwrap());
    let mut table = Table::new("pkits");
    for case in &cases {
        let names = |key: &str, kind: &str| -> Vec<Vec<u8>> {
            let names = case[key].as_array().into_iter().flatten();
            names.map(|name| file(kind, name.as_str().unwrap()).unwrap()).collect()
        };
        let authorities = names("other_certs", "certs");
        let leaf = file("certs", case["cert"].as_str().unwrap()).unwrap();
        let mut path = Path {
            authorities: authorities.iter().map(|der| keys.certificate(der)).collect(),
            crls: names("crls", "crls").iter().map(|der| keys.crl(der)).collect(),
            leaf: keys.certificate(&leaf),
            at: Timestamp::parse("2005-01-01T00:00:00Z").unwrap(),
        };
        path.authorities.push(root.clone());
        path.crls.push(root_crl.clone());
        let asked = if case.get("error").is_some() { "refuse" } else { "accept" };
        let (id, name) = (case["id"].as_str().unwrap(), case["name"].as_str().unwrap());
        let section = SECTIONS.iter().find(|(number, _)| id.starts_with(number)).unwrap().1;
        table.row(section, &format!("{id} {name}"), asked, &path.check());
    }
    table.hold("Conformance: NIST PKITS", ABOUT);
}
