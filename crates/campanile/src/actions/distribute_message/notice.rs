//! The content-free notice: a mail waits, and why it cannot be sent. It never says what the
//! mail is about, who sent it, or how large it is.

use campanile_core::gateway::network::List;
use campanile_core::gateway::verp;
use campanile_core::mime::compose::{self, Origin, OuterHeader};

use crate::app::{App, new_id};
use crate::store::deliveries::NewDelivery;

const TEXT: &str = "A message of this list is waiting for your team. It cannot be sent because \
none of your registered keys can be used for encryption at this time: it may have expired or \
been revoked.\r\n\r\nPlease register a new OpenPGP key or X.509 certificate with the operator \
of the network. What is waiting is then sent at once.\r\n\r\nYou get this notice at most once a \
day, because your team is subscribed to the list.\r\n";

/// The outbox row of a notice to a team.
pub fn row(app: &App, list: &List, team_id: &str, recipient: &str) -> NewDelivery {
    let id = new_id(app.now());
    let domain = list.address.domain();
    let subject = format!("[{}] A message is waiting: no usable key", list.name);
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
    let head = compose::notice(&outer, TEXT);
    NewDelivery {
        mail_from: verp::address(&app.secret, domain, &id),
        id,
        team_id: team_id.to_owned(),
        recipient: recipient.to_owned(),
        kind: "notice",
        state: "waiting",
        sealed_id: None,
        head: Some(head),
    }
}
