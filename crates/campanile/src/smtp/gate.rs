//! What the SMTP server takes: sealed mail for lists, and bounces of our own copies.

use std::sync::Arc;

use campanile_core::gateway::network::Network;
use campanile_core::gateway::open::check_outside;
use campanile_core::gateway::verp;
use campanile_core::mime::bounce::bounce;
use campanile_core::model::address::EmailAddress;
use campanile_core::smtp::envelope::{Acceptance, Envelope, RecipientAnswer};
use tokio::task::spawn_blocking;

use super::Intake;
use crate::actions::receive_message::{Received, receive_message};
use crate::actions::record_bounce::record_bounce;
use crate::app::App;
use crate::error::Result;

/// The gate of a running server.
pub struct Gate {
    app: Arc<App>,
}

/// What an envelope recipient is to us.
enum Target {
    /// A list, by identifier.
    List(String),
    /// The sender of one of our copies, by delivery.
    Bounce(String),
}

impl Gate {
    /// For an open data directory.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn network(&self) -> Result<Arc<Network>> {
        self.app.network().await
    }

    fn target(&self, network: &Network, address: &str) -> Option<Target> {
        let address: EmailAddress = address.parse().ok()?;
        if let Some(list) = network.list_of(&address) {
            return Some(Target::List(list.id.clone()));
        }
        let ours = network.lists.iter().any(|list| list.address.domain() == address.domain());
        let delivery = verp::delivery(&self.app.secret, &address).filter(|_| ours);
        delivery.map(Target::Bounce)
    }

    async fn take(&self, envelope: Envelope, message: Vec<u8>) -> Result<Acceptance> {
        let network = self.network().await?;
        let (mut lists, mut bounces) = (Vec::new(), Vec::new());
        for recipient in &envelope.recipients {
            match self.target(&network, recipient) {
                Some(Target::List(id)) if !lists.contains(&id) => lists.push(id),
                Some(Target::Bounce(delivery)) => bounces.push(delivery),
                _ => {}
            }
        }
        for delivery in &bounces {
            self.bounce(delivery, &message).await?;
        }
        if lists.is_empty() {
            return Ok(Acceptance::Accepted { id: "noted".into() });
        }
        let checked = spawn_blocking(move || {
            let outside = check_outside(&message);
            (message, outside)
        });
        let (message, outside) = checked
            .await
            .map_err(|gone| crate::error::Error::internal("a mail was not read").source(gone))?;
        // Who can see the mail can see this as well, so the answer tells nothing; and clear
        // text is never written to disk.
        if let Err(condition) = outside {
            self.app.counters.settled("refused_at_door", &[condition]);
            tracing::info!(peer = %envelope.peer, %condition, "mail refused at the door");
            let text = "this list takes only mail that is encrypted for it as a whole";
            return Ok(Acceptance::Refused {
                code: "550 5.7.1",
                text: format!("{text} ({condition})"),
            });
        }
        let received = Received {
            mail_from: envelope.mail_from.unwrap_or_default(),
            peer: envelope.peer.to_string(),
            bytes: message,
        };
        let id = receive_message(&self.app, &lists, received).await?;
        tracing::info!(message = id, peer = %envelope.peer, "message received");
        Ok(Acceptance::Accepted { id })
    }

    async fn bounce(&self, delivery: &str, message: &[u8]) -> Result<()> {
        match bounce(message) {
            Some(bounce) => record_bounce(&self.app, delivery, &bounce).await,
            None => {
                tracing::info!(delivery, "an answer that is no bounce was dropped");
                Ok(())
            }
        }
    }
}

fn is_ours(network: &Network, address: &str) -> bool {
    let domain = address.rsplit('@').next().unwrap_or_default();
    network.lists.iter().any(|list| list.address.domain().eq_ignore_ascii_case(domain))
}

impl Intake for Gate {
    async fn recipient(&self, address: &str) -> RecipientAnswer {
        match self.network().await {
            Ok(network) => match self.target(&network, address) {
                Some(_) => RecipientAnswer::Ok,
                None if is_ours(&network, address) => RecipientAnswer::Unknown,
                None => RecipientAnswer::Foreign,
            },
            Err(error) => {
                tracing::error!(%error, causes = error.causes(), "the registry cannot be read");
                RecipientAnswer::Temporary
            }
        }
    }

    async fn accept(&self, envelope: Envelope, message: Vec<u8>) -> Acceptance {
        match self.take(envelope, message).await {
            Ok(acceptance) => acceptance,
            Err(error) => {
                tracing::error!(%error, causes = error.causes(), "a mail was not stored");
                Acceptance::Temporary
            }
        }
    }
}
