//! Mail of our own, unsealed and without content: that a copy waits, or that a key ends. It never
//! says what a mail is about, who sent it, or how large it is.

use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::verp;
use campanile_core::mime::compose::{self, Origin, OuterHeader};

use crate::app::{App, new_id};
use crate::store::deliveries::NewDelivery;

/// What is said, and to whom.
pub(super) struct Notice<'a> {
    /// The team; empty for the operator.
    pub team_id: &'a str,
    /// The address it goes to.
    pub recipient: &'a str,
    /// `notice` for a copy that waits, `warning` for a key that ends.
    pub kind: &'static str,
    /// Behind the name of the list.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
}

/// A list that a team knows as sender; `None` when it is on none, and only the operator is told.
pub(super) fn known_list<'a>(network: &'a Network, team_id: &str) -> Option<&'a List> {
    network.lists.iter().find(|list| list.subscribers.iter().any(|id| id == team_id))
}

/// The outbox row of a notice, in the name of a list.
pub(super) fn row(app: &App, list: &List, notice: &Notice<'_>) -> NewDelivery {
    let id = new_id(app.now());
    let domain = list.address.domain();
    let subject = format!("[{}] {}", list.name, notice.subject);
    let origin = Origin {
        from_display: list.name.clone(),
        from: list.address.clone(),
        to: list.address.clone(),
        reply_to: None,
        subject: subject.clone(),
        date: app.now(),
        message_id: format!("<{id}@{domain}>"),
        in_reply_to: None,
        references: Vec::new(),
    };
    let outer = OuterHeader {
        origin: &origin,
        subject: &subject,
        list_name: &list.name,
        list: &list.address,
        token: &id,
    };
    let head = compose::notice(&outer, notice.text);
    NewDelivery {
        mail_from: verp::address(&app.secret, domain, &id),
        id,
        team_id: notice.team_id.to_owned(),
        recipient: notice.recipient.to_owned(),
        kind: notice.kind,
        state: "waiting",
        sealed_id: None,
        head: Some(head),
    }
}
