//! The next hop of the toy network: takes every copy and keeps it in memory.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use campanile_core::smtp::envelope::{Acceptance, Envelope, RecipientAnswer};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::smtp::{Intake, SmtpSettings, serve};

type Copies = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A running next hop; it ends with the demo.
pub struct Sink {
    copies: Copies,
    port: u16,
    _shutdown: watch::Sender<bool>,
}

struct Store(Copies);

impl Intake for Store {
    async fn recipient(&self, _address: &str) -> RecipientAnswer {
        RecipientAnswer::Ok
    }

    async fn accept(&self, envelope: Envelope, message: Vec<u8>) -> Acceptance {
        if let Ok(mut copies) = self.0.lock() {
            for recipient in envelope.recipients {
                copies.push((recipient, message.clone()));
            }
        }
        Acceptance::Accepted { id: "kept".into() }
    }
}

impl Sink {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> Result<Self> {
        let failed = |error| Error::io("the next hop of the demo", error);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let address: SocketAddr = listener.local_addr().map_err(failed)?;
        let copies = Copies::default();
        let (shutdown, stopped) = watch::channel(false);
        let settings = SmtpSettings {
            listen: address,
            hostname: "hop.demo.example".into(),
            message_bytes_max: 64 * 1024 * 1024,
            tls: None,
            lmtp: false,
            counters: crate::counters::Counters::default(),
        };
        let store = Arc::new(Store(Arc::clone(&copies)));
        tokio::spawn(serve(listener, settings, store, stopped));
        Ok(Self { copies, port: address.port(), _shutdown: shutdown })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What has arrived: recipient and message.
    pub fn copies(&self) -> Vec<(String, Vec<u8>)> {
        self.copies.lock().map(|copies| copies.clone()).unwrap_or_default()
    }
}
