//! STARTTLS with a certificate made on the spot.

use std::sync::Arc;
use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509NameBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Client, Limits, Served, served_with};
use crate::smtp::tls::{TlsError, tls_config};

/// A self-signed certificate for `localhost` and its key, both PEM.
pub fn certificate() -> (Vec<u8>, Vec<u8>) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "localhost").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    let context = builder.x509v3_context(None, None);
    let alternative = SubjectAlternativeName::new().dns("localhost").build(&context).unwrap();
    builder.append_extension(alternative).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build().to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap())
}

/// The server's configuration from files, and a client that trusts it.
pub fn configs() -> (Arc<rustls::ServerConfig>, TlsConnector) {
    let (certificate, key) = certificate();
    let folder = tempfile::tempdir().unwrap();
    let (cert_pem, key_pem) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert_pem, &certificate).unwrap();
    std::fs::write(&key_pem, key).unwrap();
    let server = tls_config(&cert_pem, &key_pem).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (server, TlsConnector::from(Arc::new(client)))
}

/// Sends `lines`, of which the first is STARTTLS, and shakes hands.
async fn start(
    server: &Served,
    connector: &TlsConnector,
    lines: &str,
) -> Client<TlsStream<TcpStream>> {
    let mut clear = Client::connect(server.address).await;
    clear.reply().await;
    assert!(clear.ask("EHLO x").await.contains("|250-STARTTLS|"));
    clear.say(lines).await;
    assert!(clear.reply().await.starts_with("220 2.0.0"));
    assert!(clear.unread.is_empty());
    let name = "localhost".try_into().unwrap();
    Client::over(connector.connect(name, clear.io).await.unwrap())
}

#[tokio::test]
async fn message_comes_through_tls() {
    let (config, connector) = configs();
    let server = served_with(Limits::default(), Some(config)).await;
    let mut client = start(&server, &connector, "STARTTLS\r\n").await;
    assert!(client.ask("MAIL FROM:<a@b.example>").await.starts_with("503 5.5.1 say EHLO"));
    assert!(!client.ask("EHLO x").await.contains("STARTTLS"));
    assert_eq!(client.ask("STARTTLS").await, "503 5.5.1 TLS is on");
    for line in ["MAIL FROM:<a@b.example>", "RCPT TO:<alert@list.example>", "DATA"] {
        client.ask(line).await;
    }
    let body = "0123456789\r\n".repeat(50_000);
    client.say(format!("{body}.\r\n")).await;
    assert_eq!(client.reply().await, "250 2.0.0 ok m1");
    let messages = server.house.messages();
    assert!(messages[0].0.tls && messages[0].1 == body.as_bytes());
}

#[tokio::test]
async fn commands_injected_behind_starttls_are_never_run() {
    let (config, connector) = configs();
    let server = served_with(Limits::default(), Some(config)).await;
    let lines = "STARTTLS\r\nMAIL FROM:<x@y.example>\r\nRSET\r\n";
    let mut client = start(&server, &connector, lines).await;
    assert!(client.reply_within(Duration::from_millis(300)).await.is_none());
    assert!(client.ask("RCPT TO:<alert@list.example>").await.starts_with("503"));
}

#[tokio::test]
async fn old_tls_is_refused() {
    let (config, _) = configs();
    let server = served_with(Limits::default(), Some(config)).await;
    let mut client = Client::connect(server.address).await;
    client.reply().await;
    client.ask("EHLO x").await;
    client.ask("STARTTLS").await;
    // A ClientHello of TLS 1.1: two cipher suites; groups, point formats and signatures of ours.
    let mut hello = vec![22, 3, 1, 0, 71, 1, 0, 0, 67, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 4, 0xc0, 0x09, 0xc0, 0x2b, 1, 0, 0, 22]);
    hello.extend([0, 10, 0, 4, 0, 2, 0, 23]);
    hello.extend([0, 11, 0, 2, 1, 0]);
    hello.extend([0, 13, 0, 4, 0, 2, 4, 3]);
    client.say(hello).await;
    assert_eq!(client.reply().await, "closed");
    // Alert, fatal, protocol_version.
    assert!(client.unread.ends_with(&[2, 70]), "{:?}", client.unread);
}

#[tokio::test]
async fn failed_handshake_is_the_end() {
    let (config, _) = configs();
    let server = served_with(Limits::default(), Some(config)).await;
    let mut client = Client::connect(server.address).await;
    client.reply().await;
    client.ask("EHLO x").await;
    client.ask("STARTTLS").await;
    client.say("MAIL FROM:<a@b.example>\r\n").await;
    assert_eq!(client.reply().await, "closed");
}

#[test]
fn unusable_certificate_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (certificate, key) = certificate();
    let (_, other_key) = self::certificate();
    std::fs::write(path("cert"), certificate).unwrap();
    std::fs::write(path("key"), key).unwrap();
    std::fs::write(path("other"), other_key).unwrap();
    std::fs::write(path("empty"), "").unwrap();
    let load = |cert: &str, key: &str| tls_config(&path(cert), &path(key)).err();
    assert!(load("cert", "key").is_none());
    assert!(matches!(load("absent", "key"), Some(TlsError::File { .. })));
    assert!(matches!(load("empty", "key"), Some(TlsError::NoCertificate { .. })));
    assert!(matches!(load("cert", "empty"), Some(TlsError::File { .. })));
    assert!(matches!(load("cert", "other"), Some(TlsError::Unusable(_))));
}
