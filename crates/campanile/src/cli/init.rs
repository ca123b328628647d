//! `campanile init`

use std::path::PathBuf;

use campanile_core::model::person::Role;
use campanile_core::pki::Passphrase;
use clap::Args;

use super::{Place, ca, output};
use crate::actions::{Actor, Key, LoginFor, NewNetwork, init_network, issue_login};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Environment;
use crate::error::{Error, Result};

/// Makes a data directory for a new network.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile init --network TI --domain list.example.org
  campanile --dir /var/lib/campanile init --network TI --domain list.example.org \\
      --database postgres://campanile:SECRET@db.example.org/campanile")]
pub(super) struct Init {
    /// Name of the network, as people say it.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    network: String,
    /// Mail domain of the lists.
    #[arg(long, value_name = "DOMAIN")]
    domain: String,
    /// Database, instead of a file in the data directory: postgres://… or sqlite://FILE.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Your name, in the first certificate of an operator.
    #[arg(long, value_name = "NAME", default_value = "Operator", allow_hyphen_values = true)]
    operator: String,
    /// Your address, in the same [default: operator@DOMAIN].
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    operator_email: Option<String>,
}

impl Init {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let new = NewNetwork {
            name: &self.network,
            domain: &self.domain,
            database: self.database.as_deref(),
        };
        let environment = Environment::of_process();
        let config = init_network(&at.dir, &new, &environment, Clock::System).await?;
        let app = App::open_with(&at.dir, config.clone(), Clock::System).await?;
        let certified = self.certify(&app).await;
        app.close().await;
        let (path, passphrase) = certified?;
        let dir = at.dir.display();
        output::line(format!("network {} is ready in {dir}", config.network.name))?;
        output::line(format!("database: {}", config.database.url))?;
        output::line(format!("your certificate for the web pages: {}", path.display()))?;
        ca::show(&passphrase)?;
        output::line(format!("next: set [relay] in {dir}/campanile.toml, then add a list:"))?;
        let domain = &config.network.domain;
        output::line(format!("  campanile list add alert alert@{domain}"))?;
        output::line("  campanile list key generate alert")
    }

    /// The first certificate of an operator: without one nobody could open the pages.
    async fn certify(&self, app: &App) -> Result<(PathBuf, Passphrase)> {
        let address = format!("operator@{}", app.config.network.domain);
        let for_whom = LoginFor {
            team: None,
            name: Some(self.operator.clone()),
            email: Some(self.operator_email.clone().unwrap_or(address)),
            role: Some(Role::Operator.name().into()),
        };
        let out = ca::OutFile::make(app.dir.join("operator.p12"))?;
        let issued = issue_login(app, Actor::Operator, &for_whom, Key::HandedOver).await?;
        let packed = issued.packed.ok_or_else(|| Error::internal("no key was packed"))?;
        let path = out.path.clone();
        out.write(&packed.0)?;
        Ok((path, packed.1))
    }
}
