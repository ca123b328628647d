//! `campanile demo`

use std::path::Path;

use clap::Args;

use super::Place;
use crate::demo;
use crate::error::Result;

/// Runs a whole toy network on loopback: five teams with real keys, two real mails.
///
/// Every step is a command that an operator would type; the copies are opened with gpg and
/// openssl. Needs both.
#[derive(Args)]
pub(super) struct Demo {
    /// Ends after the proof and removes what was made.
    #[arg(long)]
    once: bool,
}

impl Demo {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        // The default of --dir is for real networks.
        let dir = Some(at.dir.clone()).filter(|dir| dir != Path::new("./campanile-data"));
        demo::run(dir, self.once).await
    }
}
