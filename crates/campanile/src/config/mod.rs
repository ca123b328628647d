//! `campanile.toml`: every setting, with its meaning and default beside it.
//!
//! Values are checked here once; nothing else reads the environment or the file. Unknown keys
//! are errors, because a misspelt key is a setting that silently does not hold.

mod database_url;
mod environment;
mod load;

use std::net::SocketAddr;
use std::path::PathBuf;

use campanile_core::model::address::EmailAddress;
use campanile_core::model::fqdn::Fqdn;
use campanile_core::model::limits;
use serde::{Deserialize, Serialize};

use crate::telemetry;
pub use database_url::{DatabaseKind, DatabaseUrl};
pub use environment::Environment;
pub use load::{FILE_NAME, load, parse, render, with_database};

/// All settings of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The network that this server serves.
    pub network: Network,
    /// Where the registry and the state of mail are kept.
    #[serde(default)]
    pub database: Database,
    /// Incoming mail.
    #[serde(default)]
    pub smtp: Smtp,
    /// Outgoing mail.
    #[serde(default)]
    pub relay: Relay,
    /// Pages and API.
    #[serde(default)]
    pub web: Web,
    /// Metrics and health checks.
    #[serde(default)]
    pub metrics: Metrics,
    /// Paging telephones.
    #[serde(default)]
    pub escalation: Escalation,
    /// Acknowledging by telephone.
    #[serde(default)]
    pub phone: Phone,
    /// The repository of advisories.
    #[serde(default)]
    pub repository: Repository,
    /// Sources outside that advisories are fetched from.
    #[serde(default)]
    pub sources: Sources,
    /// Sealed mail on its way.
    #[serde(default)]
    pub spool: Spool,
    /// Logging.
    #[serde(default)]
    pub log: Log,
}

/// `[network]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Name of the network, as people say it; 1 to 100 characters.
    pub name: String,
    /// Mail domain of the lists.
    pub domain: Fqdn,
    /// Address that is told when keys end soon; nobody is told by mail without.
    #[serde(default)]
    pub operator: Option<EmailAddress>,
}

/// `[database]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite://FILE`, relative to the data directory, or `postgres://…`.
    pub url: DatabaseUrl,
}

/// `[smtp]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Address and port that take mail for the lists.
    pub listen: SocketAddr,
    /// Name of this server in its greeting; default: the domain of the network.
    pub hostname: Option<Fqdn>,
    /// Largest message taken, in bytes.
    pub message_bytes_max: usize,
    /// Certificate chain (PEM) for STARTTLS; relative to the data directory.
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM) for STARTTLS; relative to the data directory.
    pub tls_key: Option<PathBuf>,
    /// Address and port that take mail by LMTP.
    pub lmtp_listen: Option<SocketAddr>,
}

/// `[relay]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relay {
    /// Host name or address of the next hop.
    pub host: String,
    /// Port of the next hop.
    pub port: u16,
    /// How the connection to the next hop is protected.
    pub tls: RelayTls,
    /// Certificates (PEM) that the relay is checked against, instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// Protection of the connection to the relay. Mail is sealed in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayTls {
    /// Never STARTTLS.
    None,
    /// STARTTLS when offered, whatever the certificate.
    #[default]
    Opportunistic,
    /// STARTTLS with a valid certificate, or no delivery.
    Required,
}

/// `[web]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Address and port of the web pages and the API.
    pub listen: SocketAddr,
    /// Address of the web pages as teams reach it; default: `https://` and the domain.
    pub public_url: Option<String>,
    /// Certificate chain (PEM) of the pages; relative to the data directory. Default: the one
    /// that the network's authority issues.
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM) of the pages; relative to the data directory.
    pub tls_key: Option<PathBuf>,
}

/// `[metrics]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Address and port of metrics and health checks.
    pub listen: SocketAddr,
}

/// `[escalation]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Escalation {
    /// Program that pages a telephone: it gets the number as its argument and a text without
    /// content on standard input; relative to the data directory.
    pub command: Option<PathBuf>,
    /// Address that gets the same as JSON by POST.
    pub webhook: Option<String>,
}

/// `[phone]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Phone {
    /// File with the token that the telephone gateway presents; relative to the data directory.
    /// Without it nobody acknowledges by telephone.
    pub token_file: Option<PathBuf>,
}

/// `[repository]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Repository {
    /// Name of the list to which teams send their advisories: documents in its mails are taken in.
    /// Without it advisories do not come by mail.
    pub list: Option<String>,
}

/// `[sources]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sources {
    /// Hosts, with commas between them, that need not be public: they may have any address and
    /// port, and may do without TLS. For machines of the own network.
    pub allow: String,
}

/// `[spool]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spool {
    /// Folder for sealed mail on its way; relative to the data directory.
    pub dir: PathBuf,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Form of a log line.
    pub format: telemetry::Format,
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), port)
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            listen: loopback(2525),
            hostname: None,
            message_bytes_max: limits::MESSAGE_BYTES_MAX,
            tls_cert: None,
            tls_key: None,
            lmtp_listen: None,
        }
    }
}

impl Default for Relay {
    fn default() -> Self {
        let host = "127.0.0.1".into();
        Self { host, port: 2526, tls: RelayTls::default(), ca_file: None }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self { listen: loopback(8443), public_url: None, tls_cert: None, tls_key: None }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self { listen: loopback(9464) }
    }
}

impl Default for Spool {
    fn default() -> Self {
        Self { dir: PathBuf::from("spool") }
    }
}

impl Config {
    /// Name of this server in its greeting.
    pub fn hostname(&self) -> &Fqdn {
        self.smtp.hostname.as_ref().unwrap_or(&self.network.domain)
    }

    /// Address of the web pages as teams reach it, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.web.public_url {
            Some(url) => url.trim_end_matches('/').into(),
            None => format!("https://{}", self.network.domain),
        }
    }
}
