//! The two mails of the demo, sealed by the programs that teams use.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::keys::Keyring;
use super::tools::{call, write};
use super::{LIST, Team, copies};
use crate::clock::Clock;
use crate::error::Result;

/// A mail as sent, and what is inside it.
pub struct Mail {
    /// The sending team.
    pub from: &'static Team,
    /// `PGP/MIME` or `S/MIME`.
    pub how: &'static str,
    /// Its subject.
    pub subject: &'static str,
    /// The whole message, CRLF line ends.
    pub bytes: Vec<u8>,
    /// The body of the entity that was signed: what every team has to read, byte for byte.
    pub body: Vec<u8>,
}

fn attachment() -> String {
    let bytes: Vec<u8> =
        (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<_> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    lines.join("\r\n")
}

/// Text with an attachment, as a mail program would write it.
fn entity(text: &str) -> Vec<u8> {
    format!(
        "Content-Type: multipart/mixed; boundary=\"demo\"\r\n\r\n\
         --demo\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n\
         --demo\r\nContent-Type: application/octet-stream; name=\"sample.bin\"\r\n\
         Content-Disposition: attachment; filename=\"sample.bin\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--demo--\r\n",
        attachment()
    )
    .into_bytes()
}

fn header(from: &Team, subject: &str) -> String {
    format!(
        "From: {} <{}>\r\nTo: <{LIST}>\r\nSubject: {subject}\r\n\
         Message-ID: <{}@{}>\r\nMIME-Version: 1.0\r\n",
        from.handle,
        from.address,
        crate::app::new_id(Clock::System.now()),
        from.address.split('@').nth(1).unwrap_or_default()
    )
}

/// A PGP/MIME mail made with gpg.
///
/// # Errors
/// When gpg fails.
pub fn pgp_mime(keyring: &Keyring, from: &'static Team) -> Result<Mail> {
    let subject = "Worm on port 7001/tcp";
    let entity =
        entity("A worm spreads through toy-mta before 4.2.1.\r\nBlock 7001/tcp. Größe: 4 KiB.");
    write(&keyring.file("mail.txt"), &entity)?;
    let mut gpg = keyring.gpg();
    gpg.args(["--armor", "--sign", "--encrypt", "--local-user", from.address]);
    gpg.args(["--recipient", LIST, "--output", "-"]).arg(keyring.file("mail.txt"));
    let armored = copies::with_crlf(&call(&mut gpg)?.stdout);
    let mut bytes = header(from, subject).into_bytes();
    bytes.extend_from_slice(
        b"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
          boundary=\"outer\"\r\n\r\n--outer\r\nContent-Type: application/pgp-encrypted\r\n\r\n\
          Version: 1\r\n\r\n--outer\r\nContent-Type: application/octet-stream; \
          name=\"encrypted.asc\"\r\n\r\n",
    );
    bytes.extend_from_slice(&armored);
    bytes.extend_from_slice(b"\r\n--outer--\r\n");
    let body = copies::body(&entity).to_vec();
    Ok(Mail { from, how: "PGP/MIME", subject, bytes, body })
}

/// An S/MIME mail made with openssl.
///
/// # Errors
/// When openssl fails.
pub fn smime(keyring: &Keyring, from: &'static Team) -> Result<Mail> {
    let subject = "Re: Worm on port 7001/tcp";
    let entity = entity("We see it as well: 240 hosts.\r\nSample attached.");
    write(&keyring.file("mail.txt"), &entity)?;
    let mut sign = Command::new("openssl");
    sign.current_dir(&keyring.dir).args(["cms", "-sign", "-binary", "-in", "mail.txt", "-signer"]);
    sign.arg(keyring.public(from)).arg("-inkey").arg(keyring.secret(from));
    let signed = call(&mut sign)?.stdout;
    write(&keyring.file("mail.signed"), &copies::with_crlf(&signed))?;
    let mut encrypt = Command::new("openssl");
    encrypt.current_dir(&keyring.dir).args(["cms", "-encrypt", "-binary", "-aes-256-cbc", "-in"]);
    encrypt.args(["mail.signed", "list.crt"]);
    let sealed = copies::with_crlf(&call(&mut encrypt)?.stdout);
    // openssl writes its own MIME-Version; ours stands in the header already.
    let sealed = sealed.strip_prefix(b"MIME-Version: 1.0\r\n").unwrap_or(&sealed);
    let mut bytes = header(from, subject).into_bytes();
    bytes.extend_from_slice(sealed);
    let body = copies::body(&entity).to_vec();
    Ok(Mail { from, how: "S/MIME", subject, bytes, body })
}
