//! Files that people offer: exactly one certificate, CRL or key, PEM or DER.

use openssl::x509::{X509, X509Crl};

use super::ber::Element;
use crate::crypto::Refusal;
use crate::model::condition::Condition;
use crate::model::limits;

const BEGIN: &str = "-----BEGIN ";

/// A refusal in its three parts.
pub(crate) fn refusal(condition: Condition, reason: &str, hint: &str) -> Refusal {
    Refusal { condition, reason: reason.into(), hint: hint.into() }
}

fn unreadable(what: &str) -> Refusal {
    refusal(
        Condition::PacketStructure,
        &format!("the file is no {what} in PEM or DER form"),
        &format!("Offer one file with one {what} and nothing else."),
    )
}

/// The labels of all PEM blocks of a text; empty when it is not PEM.
fn labels(file: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(file);
    let lines = text.lines().filter_map(|line| line.strip_prefix(BEGIN));
    lines.filter_map(|line| line.split_once("-----")).map(|(label, _)| label.to_owned()).collect()
}

/// What is wrong with a file that does not hold exactly one block of one of these labels.
pub(crate) fn check(file: &[u8], what: &str, wanted: &[&str]) -> Result<bool, Refusal> {
    if file.len() > limits::CERTIFICATE_FILE_BYTES_MAX {
        return Err(refusal(
            Condition::TooLarge,
            "the file is too large",
            &format!("Offer one file with one {what} and nothing else."),
        ));
    }
    let labels = labels(file);
    if labels.iter().any(|label| label.ends_with("PRIVATE KEY")) {
        return Err(refusal(
            Condition::PacketStructure,
            "the file holds a private key",
            "Keep private keys where they are, and offer the certificate alone. If this file has \
             left your house, replace the key.",
        ));
    }
    if labels.len() > 1 {
        return Err(refusal(
            Condition::PacketStructure,
            "the file holds more than one object",
            &format!("Offer the {what} alone, without its chain."),
        ));
    }
    match labels.first() {
        None => Ok(false),
        Some(label) if wanted.contains(&label.as_str()) => Ok(true),
        Some(_) => Err(unreadable(what)),
    }
}

/// Reads one certificate.
pub(crate) fn certificate(file: &[u8]) -> Result<X509, Refusal> {
    const WHAT: &str = "certificate";
    let pem = check(file, WHAT, &["CERTIFICATE", "X509 CERTIFICATE"])?;
    if !pem && file.len() > limits::CERTIFICATE_BYTES_MAX {
        return Err(unreadable(WHAT));
    }
    let read = match pem {
        true => X509::from_pem(file),
        false if Element::only(file).is_ok() => X509::from_der(file),
        false => return Err(unreadable(WHAT)),
    };
    let certificate = read.map_err(|_| unreadable(WHAT))?;
    let der = certificate.to_der().map_err(|_| unreadable(WHAT))?;
    match der.len() <= limits::CERTIFICATE_BYTES_MAX {
        true => Ok(certificate),
        false => Err(refusal(
            Condition::TooLarge,
            "the certificate is too large",
            "Ask your CA for a plain certificate for mail.",
        )),
    }
}

/// Reads one certificate revocation list.
pub(super) fn crl(file: &[u8]) -> Result<X509Crl, Refusal> {
    const WHAT: &str = "certificate revocation list";
    let pem = check(file, WHAT, &["X509 CRL"])?;
    let read = match pem {
        true => X509Crl::from_pem(file),
        false if Element::only(file).is_ok() => X509Crl::from_der(file),
        false => return Err(unreadable(WHAT)),
    };
    read.map_err(|_| unreadable(WHAT))
}
