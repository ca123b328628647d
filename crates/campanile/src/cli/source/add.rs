//! `campanile source add`, `source change`

use campanile_core::authz::Viewer;
use campanile_core::model::key::Fingerprint;
use clap::Args;

use crate::actions::sources::{Setup, add_source, change_source};
use crate::app::App;
use crate::cli::output;
use crate::error::{Error, Result};
use crate::fetch::Guard;
use crate::jobs::fetch_sources::{Discovered, Kind, look_up};
use crate::store::sources::Key;

/// What can be said about a source.
#[derive(Args)]
struct Options {
    /// Whose documents it may bring; may be repeated. `*`: those of everybody, members as well.
    /// Default: those of the provider itself.
    #[arg(long, value_name = "NAME")]
    issuer: Vec<String>,
    /// What to call the issuer where a document does not say it.
    #[arg(long, value_name = "NAME")]
    issuer_name: Option<String>,
    /// Who sees what is not for everybody: network, own, list:NAME, or handles of teams with
    /// commas. Without it such documents are refused.
    #[arg(long, value_name = "WHO")]
    audience: Option<String>,
    /// Time between two runs: 30m, 4h, 1d. Default: 1h.
    #[arg(long, value_name = "TIME")]
    every: Option<String>,
    /// File with a client certificate and its key (PEM, mode 600), relative to the data directory.
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<String>,
    /// File with authorities (PEM) that the server is checked against, instead of the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<String>,
}

impl Options {
    fn setup(self) -> Result<Setup> {
        Ok(Setup {
            url: None,
            issuer_given: self.issuer_name,
            issuers: (!self.issuer.is_empty()).then_some(self.issuer),
            audience: self.audience,
            client_certificate: self.client_certificate,
            ca_file: self.ca,
            every_seconds: self.every.as_deref().map(seconds).transpose()?,
            paused: None,
        })
    }
}

/// Adds a source: looks at what is there, and shows who it says that it is.
///
/// The keys that it names are pinned: compare the fingerprints with what the provider has told you
/// in another way. What it signs with a key of which it names the file later, is refused until
/// `source pin` confirms that key.
#[derive(Args)]
pub(super) struct Add {
    /// Address of provider-metadata.json or aggregator.json, or a domain.
    place: String,
    /// What to call it; default: who publishes.
    #[arg(long)]
    name: Option<String>,
    /// A key that it has to name; may be repeated. Others that it names do not count then.
    #[arg(long, value_name = "FINGERPRINT")]
    key: Vec<String>,
    #[command(flatten)]
    options: Options,
}

/// Changes a source. What was refused is looked at again.
#[derive(Args)]
pub(super) struct Change {
    /// Its name.
    name: String,
    /// Where it begins now.
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    options: Options,
}

impl Add {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let mut setup = self.options.setup()?;
        let certificate = setup.client_certificate.clone().unwrap_or_default();
        let authorities = setup.ca_file.clone().unwrap_or_default();
        let found = look_up(app, &self.place, &certificate, &authorities).await?;
        let Discovered { kind, url, publisher, mut keys } = found;
        pin(&mut keys, &self.key)?;
        setup.url = Some(url.to_string());
        if kind == Kind::Csaf {
            setup.issuers.get_or_insert_with(|| vec![publisher.clone()]);
        }
        let name = self.name.unwrap_or(publisher.clone());
        let by = Viewer::operator();
        let source = add_source(app, &by, (&name, kind.name()), &setup, &keys).await?;
        output::line(format!("source {}: {} at {url}", source.name, kind.name()))?;
        if !publisher.is_empty() {
            output::line(format!("  it says that it is {publisher}"))?;
        }
        for key in &keys {
            output::line(format!("  key {} ({})", key.fingerprint, key.state))?;
        }
        if kind == Kind::Csaf && keys.is_empty() {
            output::line("  it names no key: its documents are not signed")?;
        }
        output::line("it is fetched by the server; `campanile source fetch` fetches it now")
    }
}

impl Change {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let mut setup = self.options.setup()?;
        if let Some(url) = &self.url {
            let guard = Guard::new(&app.config.sources.allow);
            setup.url = Some(guard.read(url)?.to_string());
        }
        change_source(app, &Viewer::operator(), &self.name, &setup).await?;
        output::line(format!("{} is changed, and due now", self.name))
    }
}

/// Has those keys count that were asked for, or all.
fn pin(keys: &mut [Key], wanted: &[String]) -> Result<()> {
    let wanted: Option<Vec<_>> = wanted.iter().map(|text| Fingerprint::parse(text)).collect();
    let wanted = wanted.ok_or_else(|| {
        Error::invalid("`--key` is no fingerprint").hint("40 or 64 hexadecimal digits, all of them")
    })?;
    let wanted: Vec<_> = wanted.iter().map(ToString::to_string).collect();
    let missing = wanted.iter().find(|one| keys.iter().all(|key| key.fingerprint != **one));
    if let Some(missing) = missing {
        return Err(Error::invalid(format!("the source does not name the key {missing}"))
            .hint("is it the right source? without `--key` it is told which keys it names"));
    }
    for key in keys {
        if wanted.is_empty() || wanted.contains(&key.fingerprint) {
            "pinned".clone_into(&mut key.state);
        }
    }
    Ok(())
}

/// `30m`, `4h`, `1d`.
fn seconds(text: &str) -> Result<i64> {
    let bad = || Error::invalid(format!("`{text}` is no time")).hint("as 30m, 4h, 1d");
    let text = text.trim();
    let unit = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        _ => return Err(bad()),
    };
    let number: i64 = text.trim_end_matches(['m', 'h', 'd']).parse().map_err(|_| bad())?;
    number.checked_mul(unit).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!((seconds("30m").unwrap(), seconds("1d").unwrap()), (1800, 86_400));
        for text in ["", "30", "h", "1.5h", "1w", "9223372036854775807d"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
