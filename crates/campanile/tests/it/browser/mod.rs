//! The pages in a real Chromium with real client certificates.

mod keyboard;
mod look;
mod members;
mod overview;
mod session;
mod sources;
mod story;

use std::path::PathBuf;

use crate::support::browser::{Browser, Packed, is_there};
use crate::support::{Database, Kind, Toy};

const TEAMS: [(&str, Kind); 4] = [
    ("ALPHA", Kind::Openpgp),
    ("BRAVO", Kind::Smime),
    ("CHARLIE", Kind::OpenpgpV6),
    ("DELTA", Kind::Openpgp),
];

/// A running network with its pages.
struct Site {
    toy: Toy,
    ca: PathBuf,
}

impl Site {
    /// `None` where there is no browser.
    async fn new() -> Option<Self> {
        Self::with(Database::sqlite(), &TEAMS).await
    }

    /// [`Site::new`] with other teams.
    async fn with(database: Database, teams: &[(&str, Kind)]) -> Option<Self> {
        if !is_there() {
            return None;
        }
        let toy = Toy::serving(database, teams).await;
        let ca = toy.program.file("ca.pem", toy.program.ok(&["ca", "export"])).into();
        Some(Self { toy, ca })
    }

    /// The address of a page.
    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.toy.web)
    }

    /// Issues a certificate, as an operator does.
    fn issue(&self, arguments: &[&str]) -> Packed {
        let name = format!("{}.p12", arguments.join("-").replace(['@', ' ', '/'], "_"));
        let file = self.toy.program.database.dir().join(name);
        let all = [&["ca", "issue"], arguments, &["--out", file.to_str().unwrap()]].concat();
        let told = self.toy.program.ok(&all);
        let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
        Packed { file, passphrase: shown.unwrap().to_owned() }
    }

    /// A browser of an officer of a team.
    async fn officer(&self, handle: &str, script: bool) -> Browser {
        let address = format!("ada@{}.example", handle.to_ascii_lowercase());
        let packed = self.issue(&[handle, "--person", "Ada Lovelace", "--email", &address]);
        Browser::start(&self.ca, Some(&packed), script).await
    }
}
