//! `campanile init`

use clap::Args;

use super::{Place, output};
use crate::actions::{NewNetwork, init_network};
use crate::clock::Clock;
use crate::config::Environment;
use crate::error::Result;

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
        let dir = at.dir.display();
        output::line(format!("network {} is ready in {dir}", config.network.name))?;
        output::line(format!("database: {}", config.database.url))?;
        output::line(format!("next: set [relay] in {dir}/campanile.toml, then add a list:"))?;
        let domain = &config.network.domain;
        output::line(format!("  campanile list add alert alert@{domain}"))?;
        output::line("  campanile list key generate alert")
    }
}
