//! STARTTLS towards a next hop: our own server, which is the nearest real one.

use std::sync::Arc;

use campanile_core::smtp::envelope::{Acceptance, Envelope, RecipientAnswer};
use tokio::sync::watch;

use super::*;
use crate::smtp::tests::starttls::certificate;
use crate::smtp::tls::tls_config;
use crate::smtp::{Intake, SmtpSettings, serve};

/// Accepts everything; the id tells whether it came over TLS.
pub struct Sink;

impl Intake for Sink {
    async fn recipient(&self, _address: &str) -> RecipientAnswer {
        RecipientAnswer::Ok
    }

    async fn accept(&self, envelope: Envelope, message: Vec<u8>) -> Acceptance {
        let id = format!("tls={} octets={}", envelope.tls, message.len());
        Acceptance::Accepted { id }
    }
}

pub async fn sink(tls: Option<Arc<rustls::ServerConfig>>) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = SmtpSettings {
        listen: address,
        hostname: "hop.example".into(),
        message_bytes_max: 5_000_000,
        tls,
        lmtp: false,
        counters: crate::counters::Counters::default(),
    };
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(serve(listener, settings, Arc::new(Sink), stopped));
    (address, stop)
}

/// A server with a certificate for `localhost`, and a folder with that certificate in `ca.pem`.
async fn tls_sink() -> (SocketAddr, watch::Sender<bool>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate();
    std::fs::write(folder.path().join("ca.pem"), certificate).unwrap();
    std::fs::write(folder.path().join("key.pem"), key).unwrap();
    let config = tls_config(&folder.path().join("ca.pem"), &folder.path().join("key.pem"));
    let (address, stop) = sink(Some(config.unwrap())).await;
    (address, stop, folder)
}

fn required(address: SocketAddr, ca_file: std::path::PathBuf) -> RelaySettings {
    let ca_file = Some(ca_file);
    RelaySettings { host: "localhost".into(), ca_file, ..settings(address, RelayTls::Required) }
}

#[tokio::test]
async fn opportunistic_tls_takes_any_certificate() {
    let (address, _stop, _folder) = tls_sink().await;
    let relay = Relay::new(settings(address, RelayTls::Opportunistic)).unwrap();
    let mut connection = relay.connect().await.unwrap();
    let reports = send_all(&mut connection, vec![small("a@a.example"), small("b@b.example")]).await;
    assert_eq!(reports, ["accepted: 250 2.0.0 ok tls=true octets=31"; 2]);
    connection.quit().await;
}

#[tokio::test]
async fn large_body_goes_encrypted_where_the_connection_is() {
    let (address, _stop, folder) = tls_sink().await;
    let path = folder.path().join("body");
    std::fs::write(&path, b"QUJDQUJD\r\n".repeat(60_000)).unwrap();
    let shared = SharedBody::open(path).await.unwrap();
    let relay = Relay::new(settings(address, RelayTls::Opportunistic)).unwrap();
    let mut connection = relay.connect().await.unwrap();
    let message = outgoing("a@a.example", Body::new(b"\r\n", shared, b"").unwrap());
    let reports = send_all(&mut connection, vec![message]).await;
    assert_eq!(reports, ["accepted: 250 2.0.0 ok tls=true octets=600002"]);
}

#[tokio::test]
async fn opportunistic_tls_goes_on_without_tls() {
    let (address, _stop) = sink(None).await;
    let relay = Relay::new(settings(address, RelayTls::Opportunistic)).unwrap();
    let mut connection = relay.connect().await.unwrap();
    let reports = send_all(&mut connection, vec![small("a@a.example")]).await;
    assert_eq!(reports, ["accepted: 250 2.0.0 ok tls=false octets=31"]);
}

#[tokio::test]
async fn opportunistic_tls_survives_a_failed_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let offer = [Say("220 hop"), Hear("EHLO"), Say("250-hop\r\n250-PIPELINING\r\n250 STARTTLS")];
    let fail = [Hear("STARTTLS"), Say("220 go"), Octets(5), Say("no TLS here"), Reset];
    let clear = [Hear("MAIL"), OPEN[1], OPEN[2], OPEN[3], OPEN[4], OPEN[5]];
    tokio::spawn(async move {
        follow(&listener, &[&offer[..], &fail].concat()).await;
        follow(&listener, &[&offer[..], &clear, &TAKE].concat()).await;
    });
    let relay = Relay::new(settings(address, RelayTls::Opportunistic)).unwrap();
    let connected = relay.connect().await;
    let mut connection = connected.map_err(|e| format!("{e:?}")).unwrap();
    assert_eq!(send_all(&mut connection, vec![small("a@a.example")]).await, [TAKEN]);
}

#[tokio::test]
async fn required_tls_checks_the_certificate() {
    let (address, _stop, folder) = tls_sink().await;
    let relay = Relay::new(required(address, folder.path().join("ca.pem"))).unwrap();
    let mut connection = relay.connect().await.unwrap();
    let reports = send_all(&mut connection, vec![small("a@a.example")]).await;
    assert_eq!(reports, ["accepted: 250 2.0.0 ok tls=true octets=31"]);

    let (other, _key) = certificate();
    std::fs::write(folder.path().join("other.pem"), other).unwrap();
    let relay = Relay::new(required(address, folder.path().join("other.pem"))).unwrap();
    assert!(matches!(relay.connect().await.err(), Some(ConnectError::Tls(_))));

    let wrong_name = RelaySettings {
        host: "127.0.0.1".into(),
        ..required(address, folder.path().join("ca.pem"))
    };
    let relay = Relay::new(wrong_name).unwrap();
    assert!(matches!(relay.connect().await.err(), Some(ConnectError::Tls(_))));
}

#[tokio::test]
async fn required_tls_sends_nothing_without_tls() {
    let (_, _stop, folder) = tls_sink().await;
    let ca_file = folder.path().join("ca.pem");
    let hop = Hop::following(&[&GREETING]).await;
    let relay = Relay::new(required(hop.address, ca_file)).unwrap();
    assert!(matches!(relay.connect().await.err(), Some(ConnectError::NoTls)));
}

#[tokio::test]
async fn required_tls_needs_certificates_to_check_against() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.pem"), "").unwrap();
    let address = "127.0.0.1:1".parse().unwrap();
    for name in ["empty.pem", "absent.pem"] {
        assert!(Relay::new(required(address, folder.path().join(name))).is_err(), "{name}");
    }
}

#[tokio::test]
async fn replies_injected_behind_starttls_end_the_connection() {
    let (_, _stop, folder) = tls_sink().await;
    let offer = [Say("220 hop"), Hear("EHLO"), Say("250-hop\r\n250 STARTTLS")];
    let inject = [Hear("STARTTLS"), Say("220 go\r\n250 injected")];
    let hop = Hop::following(&[&offer, &inject]).await;
    let relay = Relay::new(required(hop.address, folder.path().join("ca.pem"))).unwrap();
    let connected = relay.connect().await.err();
    assert!(matches!(connected, Some(ConnectError::Wire(WireError::NoReply(_)))), "{connected:?}");
}
