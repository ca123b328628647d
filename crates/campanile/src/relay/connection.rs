//! An open connection to the next hop: what it offers, and when it must not be used any more.

use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::ConnectError;
use super::reply::{BadReply, Reply};
use super::wire::{Wire, WireError};

/// A greeted connection. Dropping it just closes it; [`Connection::quit`] is more polite.
pub struct Connection {
    pub(super) wire: Wire,
    pub(super) offers: Offers,
    /// False from a failure on, and while a transaction is under way, so that a dropped future
    /// leaves no connection that answers the wrong question.
    pub(super) usable: bool,
    /// Whether a refused transaction has to be ended with RSET before the next.
    pub(super) reset_needed: bool,
}

/// What the next hop said behind EHLO.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offers {
    pub pipelining: bool,
    pub starttls: bool,
    pub size: bool,
    /// Largest message in octets, if it said one.
    pub size_max: Option<u64>,
}

impl Offers {
    fn read(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split(' ');
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "PIPELINING" => offers.pipelining = true,
                "STARTTLS" => offers.starttls = true,
                "SIZE" => {
                    offers.size = true;
                    let limit = words.next().and_then(|word| word.parse().ok());
                    offers.size_max = limit.filter(|octets| *octets > 0);
                }
                _ => {}
            }
        }
        offers
    }
}

impl Connection {
    /// Says EHLO, or HELO to those who do not know it.
    pub(super) async fn greet(mut wire: Wire, hostname: &str) -> Result<Self, ConnectError> {
        let time = wire.times.reply;
        wire.collect(format!("EHLO {hostname}\r\n").as_bytes());
        wire.flush().await?;
        let mut reply = wire.reply(time).await?;
        let mut offers = Offers::read(&reply);
        if (500..600).contains(&reply.code) {
            wire.collect(format!("HELO {hostname}\r\n").as_bytes());
            wire.flush().await?;
            reply = wire.reply(time).await?;
            offers = Offers::default();
        }
        if !reply.is_positive() {
            return Err(ConnectError::Refused(reply));
        }
        Ok(Self { wire, offers, usable: true, reset_needed: false })
    }

    /// Whether STARTTLS was offered.
    pub(super) fn offers_starttls(&self) -> bool {
        self.offers.starttls
    }

    /// Starts TLS; the connection has to be greeted anew.
    pub(super) async fn start_tls(
        self,
        connector: &TlsConnector,
        host: &str,
    ) -> Result<Wire, ConnectError> {
        let mut wire = self.wire;
        let times = wire.times.clone();
        wire.collect(b"STARTTLS\r\n");
        wire.flush().await?;
        let reply = wire.reply(times.reply).await?;
        if !reply.is_positive() {
            return Err(ConnectError::Tls(std::io::Error::other(reply.to_string())));
        }
        let name = ServerName::try_from(host.to_string())
            .map_err(|error| ConnectError::Tls(std::io::Error::other(error)))?;
        let stream = wire.into_stream().ok_or(WireError::NoReply(BadReply))?;
        match timeout(times.connect, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(Wire::new(Box::new(stream), times)),
            Ok(Err(error)) => Err(ConnectError::Tls(error)),
            Err(_) => Err(ConnectError::Tls(std::io::ErrorKind::TimedOut.into())),
        }
    }

    /// Whether another message can be sent.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Says QUIT and closes.
    pub async fn quit(self) {
        if self.usable {
            self.wire.quit().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_whatever_their_letter_case() {
        let lines = ["mx PIPELINING", "pipelining", "SIZE 100", "Starttls", "X-OTHER SIZE 5"];
        let lines = lines.map(String::from).to_vec();
        let offers = Offers::read(&Reply { code: 250, lines });
        let expected = Offers { pipelining: true, starttls: true, size: true, size_max: Some(100) };
        assert_eq!(offers, expected);
        for unlimited in ["SIZE", "SIZE 0", "SIZE x"] {
            let lines = vec!["mx".to_string(), unlimited.to_string()];
            let offers = Offers::read(&Reply { code: 250, lines });
            assert!(offers.size && offers.size_max.is_none());
        }
        let name_only = Reply { code: 250, lines: vec!["PIPELINING".into()] };
        assert_eq!(Offers::read(&name_only), Offers::default());
    }
}
