//! Opens the copies that arrived, each with the program and the key of its team.

use std::process::Command;

use campanile_core::crypto::openpgp::{self, SecretKey};
use campanile_core::mime::text::crlf;
use campanile_core::model::time::Timestamp;

use super::Team;
use super::keys::{Keyring, Kind};
use super::mails::Mail;
use super::tools::{call, write};
use crate::error::{Error, Result};

/// One copy, opened.
pub struct Opened {
    /// What was inside, with CRLF line ends.
    pub content: Vec<u8>,
    /// How it was sealed.
    pub sealed: &'static str,
    /// The program that opened it.
    pub opened_by: &'static str,
    /// Whether that program found a good signature of the list.
    pub signed: bool,
}

impl Opened {
    /// The mail whose body this is, byte for byte.
    pub fn mail<'a>(&self, sent: &'a [Mail]) -> Option<&'a Mail> {
        sent.iter().find(|mail| body(&self.content) == mail.body.as_slice())
    }
}

/// Opens one copy.
///
/// # Errors
/// When the program of the team does not open it.
pub fn open(keyring: &Keyring, team: &Team, copy: &[u8]) -> Result<Opened> {
    let (plain, signed, opened_by) = match team.kind {
        Kind::CertificateRsa | Kind::CertificateP256 => openssl(keyring, team, copy)?,
        Kind::OpenpgpEd25519 | Kind::OpenpgpRsa => gpg(keyring, copy)?,
        Kind::OpenpgpV6 => own(keyring, team, copy)?,
    };
    Ok(Opened { content: with_crlf(&plain), sealed: how(copy), opened_by, signed })
}

fn how(copy: &[u8]) -> &'static str {
    let head = String::from_utf8_lossy(copy.get(..4096).unwrap_or(copy)).to_ascii_lowercase();
    match (head.contains("authenveloped-data"), head.contains("enveloped-data")) {
        (true, _) => "S/MIME AES-256-GCM",
        (_, true) => "S/MIME AES-256-CBC",
        _ => "PGP/MIME",
    }
}

fn openssl(keyring: &Keyring, team: &Team, copy: &[u8]) -> Result<(Vec<u8>, bool, &'static str)> {
    write(&keyring.file("copy.eml"), copy)?;
    let mut decrypt = Command::new("openssl");
    decrypt.args(["cms", "-decrypt", "-binary", "-in"]).arg(keyring.file("copy.eml"));
    decrypt.arg("-recip").arg(keyring.public(team)).arg("-inkey").arg(keyring.secret(team));
    let signed = call(&mut decrypt)?.stdout;
    write(&keyring.file("copy.signed"), &signed)?;
    let mut verify = Command::new("openssl");
    // Without -binary: with it openssl 3.0 does not verify multipart/signed read from a file.
    verify.args(["cms", "-verify", "-in"]).arg(keyring.file("copy.signed"));
    verify.arg("-certfile").arg(keyring.file("list.crt")).args(["-nointern", "-CAfile"]);
    verify.arg(keyring.file("list.crt"));
    Ok((call(&mut verify)?.stdout, true, "openssl cms"))
}

fn gpg(keyring: &Keyring, copy: &[u8]) -> Result<(Vec<u8>, bool, &'static str)> {
    write(&keyring.file("copy.asc"), armor(copy)?.as_bytes())?;
    let mut decrypt = keyring.gpg();
    decrypt.args(["--status-fd", "2", "--decrypt"]).arg(keyring.file("copy.asc"));
    let output = call(&mut decrypt)?;
    let status = String::from_utf8_lossy(&output.stderr).into_owned();
    let signed = status.contains("VALIDSIG") && status.contains("DECRYPTION_OKAY");
    Ok((output.stdout, signed, "gpg"))
}

fn own(keyring: &Keyring, team: &Team, copy: &[u8]) -> Result<(Vec<u8>, bool, &'static str)> {
    let read = |path| std::fs::read(path).map_err(|error| Error::io("a key of the demo", error));
    let refused = |_| Error::internal("a key of the demo cannot be read");
    let key = SecretKey::read(&read(keyring.secret(team))?).map_err(refused)?;
    let list = openpgp::Certificate::read(&read(keyring.file("list.asc"))?).map_err(refused)?;
    let now = Timestamp::from_system_time(std::time::SystemTime::now());
    let opened = openpgp::decrypt(armor(copy)?.as_bytes(), &[key], &[&list], now)
        .map_err(|condition| Error::internal(format!("the v6 copy does not open: {condition}")))?;
    let signed = matches!(opened.signatures.as_slice(), [fact] if fact.is_good());
    Ok((opened.plaintext.to_vec(), signed, "Sequoia (v6)"))
}

fn armor(copy: &[u8]) -> Result<String> {
    let text = String::from_utf8_lossy(copy).into_owned();
    let end = "-----END PGP MESSAGE-----";
    let found = text.find("-----BEGIN PGP MESSAGE-----").zip(text.find(end));
    let block = found.and_then(|(start, stop)| text.get(start..stop + end.len()));
    block.map(|block| format!("{block}\n")).ok_or_else(|| Error::internal("no OpenPGP message"))
}

/// Everything behind the first empty line.
pub fn body(entity: &[u8]) -> &[u8] {
    let start = entity.windows(4).position(|four| four == b"\r\n\r\n");
    start.and_then(|at| entity.get(at + 4..)).unwrap_or_default()
}

/// With CRLF line ends, as mail travels.
pub fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    crlf(bytes, &mut out);
    out
}
