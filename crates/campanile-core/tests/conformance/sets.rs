//! The sets of mails for the differential run: what we say of each, and the keys.

use std::path::Path;
use std::process::Command;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::decide::decide;
use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::gateway::open::open;
use campanile_core::mime::text::crlf;
use campanile_core::model::list::Policy;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;
use serde_json::Value;

use crate::programs::Programs;
use crate::project::{Outcome, Project};
use crate::table::data;

/// Projects of the set `mail` that have mails with OpenPGP or S/MIME.
const PROJECTS: [&str; 13] = [
    "autocrypt",
    "covert-content",
    "deltachat",
    "e2e-mitigation",
    "johnny-fired",
    "kde-mimetreeparser",
    "mail-parser",
    "mimekit",
    "notmuch",
    "protected-headers",
    "schleuder",
    "sympa",
    "thunderbird",
];

/// Mails with one set of keys.
pub struct Set {
    pub name: String,
    pub mails: Vec<Mail>,
    pub programs: Programs,
}

/// One mail and what we make of it.
pub struct Mail {
    pub id: String,
    pub bytes: Vec<u8>,
    pub outcome: Outcome,
}

/// All sets, one after the other: their keys are imported on the way.
pub fn all() -> Option<impl Iterator<Item = Set>> {
    let attacks = data("attacks")?;
    data("mail")?;
    let projects = PROJECTS.iter().filter_map(|name| Some(of_project(&Project::read(name)?)));
    Some(std::iter::once_with(move || of_attacks(&attacks)).chain(projects))
}

fn programs(
    openpgp: &[openpgp::SecretKey],
    smime: &[smime::SecretKey],
    network: &Network,
    anchors: &[smime::Anchor],
) -> Programs {
    let mut programs = Programs::new();
    for key in openpgp {
        programs.add_openpgp(&key.to_secret_armored());
    }
    for anchor in anchors {
        let pem = smime::Certificate::read(&anchor.certificate_der()).unwrap().pem();
        programs.add_certificate(&pem, true);
    }
    for team in &network.teams {
        for certificate in &team.openpgp {
            programs.add_openpgp(certificate.armored().as_bytes());
        }
        for certificate in &team.smime {
            programs.add_certificate(&certificate.pem(), false);
        }
    }
    for key in smime {
        programs.add_pair(&key.to_secret_pem(), &key.certificate().pem());
    }
    programs
}

fn of_project(project: &Project) -> Set {
    let mails = project.mails.iter().map(|(path, bytes)| Mail {
        id: path.clone(),
        bytes: bytes.clone(),
        outcome: project.judge(bytes),
    });
    Set {
        name: format!("mail/{}", project.name),
        mails: mails.collect(),
        programs: programs(&project.openpgp, &project.smime, &project.network, &project.anchors),
    }
}

/// The toy network of the attacks.
struct Toy<'a> {
    root: &'a Path,
    config: Value,
    now: Timestamp,
}

fn of_attacks(root: &Path) -> Set {
    let config: Value =
        serde_json::from_slice(&std::fs::read(root.join("network.json")).unwrap()).unwrap();
    let now = Timestamp::parse(config["reference_clock"].as_str().unwrap()).unwrap();
    let toy = Toy { root, config, now };
    let anchors = toy.anchors();
    let plain = toy.network(&[], "", &anchors);
    let list = toy.list(&plain);
    let manifest = std::fs::read_to_string(root.join("dev/manifest.jsonl")).unwrap();
    let cases = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases = cases.filter(|case| case["kind"] == "mail" || case["kind"] == "controls");
    let mails = cases.map(|case| toy.mail(&case, &anchors)).collect();
    let programs = programs(&list.openpgp, &list.smime, &plain, &anchors);
    // What cases register besides, for the programs at once.
    for name in toy.registered_besides() {
        match std::fs::read(root.join(format!("keys/{name}.pub.asc"))) {
            Ok(key) => programs.add_openpgp(&key),
            Err(_) => programs.add_certificate(
                &String::from_utf8(toy.read(&format!("keys/{name}.crt.pem"))).unwrap(),
                false,
            ),
        }
    }
    Set { name: "attacks".into(), mails, programs }
}

impl Toy<'_> {
    fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.root.join(path)).unwrap()
    }

    fn registered_besides(&self) -> Vec<String> {
        let manifest = std::fs::read_to_string(self.root.join("dev/manifest.jsonl")).unwrap();
        let cases = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut names: Vec<String> = cases
            .filter(|case| case["kind"] == "mail" || case["kind"] == "controls")
            .flat_map(|case| strings(&case["register"]))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn anchors(&self) -> Vec<smime::Anchor> {
        let pairs = [("root", "root"), ("issuing", "issuing")];
        pairs
            .map(|(ca, crl)| {
                let ca = self.read(&format!("keys/x509/ca/{ca}.crt.pem"));
                let crl = self.read(&format!("keys/x509/ca/{crl}.crl.pem"));
                smime::Anchor::read(&ca, Some(&crl), self.now).unwrap()
            })
            .to_vec()
    }

    fn team(&self, id: &str, addresses: &[String], state: TeamState) -> Team {
        Team {
            id: id.into(),
            handle: id.parse().unwrap(),
            state,
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
            openpgp: Vec::new(),
            smime: Vec::new(),
        }
    }

    /// The teams, with a credential that a case registers for its sender.
    fn network(&self, besides: &[String], sender: &str, anchors: &[smime::Anchor]) -> Network {
        let mut teams = Vec::new();
        for team in self.config["teams"].as_array().unwrap() {
            let state = match team["status"].as_str() {
                Some("active") => TeamState::Active,
                _ => TeamState::Suspended,
            };
            let addresses = strings(&team["addresses"]);
            let mut found = self.team(team["name"].as_str().unwrap(), &addresses, state);
            for credential in team["registered_credentials"].as_array().unwrap() {
                for key in ["public", "certificate"] {
                    if let Some(path) = credential[key].as_str() {
                        add(&mut found, &self.read(path));
                    }
                }
            }
            teams.push(found);
        }
        for name in besides {
            let at = teams.iter().position(|team: &Team| {
                team.addresses.iter().any(|address| address.as_str() == sender)
            });
            let at = at.unwrap_or_else(|| {
                teams.push(self.team("BESIDES", &[sender.to_owned()], TeamState::Active));
                teams.len() - 1
            });
            let pgp = std::fs::read(self.root.join(format!("keys/{name}.pub.asc")));
            let file = pgp.unwrap_or_else(|_| self.read(&format!("keys/{name}.crt.pem")));
            add(&mut teams[at], &file);
        }
        let trust = smime::TrustStore::new(anchors.to_vec());
        Network { teams, lists: Vec::new(), trust }
    }

    fn list(&self, network: &Network) -> List {
        let config = &self.config["list"];
        let openpgp = strings(&config["openpgp"])
            .into_iter()
            .map(|name| openpgp::SecretKey::read(&self.read(&format!("{name}.sec.asc"))).unwrap());
        let smime = strings(&config["x509"]).into_iter().map(|name| {
            let certificate = self.read(&format!("{name}.crt.pem"));
            smime::SecretKey::read(&certificate, &self.read(&format!("{name}.key.pem"))).unwrap()
        });
        List {
            id: "alert".into(),
            name: "alert".into(),
            address: config["address"].as_str().unwrap().parse().unwrap(),
            policy: Policy::default(),
            openpgp: openpgp.collect(),
            smime: smime.collect(),
            subscribers: network.teams.iter().map(|team| team.id.clone()).collect(),
        }
    }

    fn mail(&self, case: &Value, anchors: &[smime::Anchor]) -> Mail {
        let path = self.root.join(case["file"].as_str().unwrap());
        let file = match case["file_encoding"] == "gzip" {
            true => Command::new("gzip").arg("-dc").arg(path).output().unwrap().stdout,
            false => std::fs::read(path).unwrap(),
        };
        let mut bytes = Vec::new();
        crlf(&file, &mut bytes);
        let sender = case["envelope"]["mail_from"].as_str().unwrap_or_default();
        let network = self.network(&strings(&case["register"]), sender, anchors);
        let list = self.list(&network);
        let opened = open(&bytes, &list, &network, self.now);
        let verdict = decide(&bytes, &opened, &list, &network, self.now);
        let outcome = Outcome { opened, verdict, at: self.now };
        Mail { id: case["id"].as_str().unwrap().into(), bytes, outcome }
    }
}

fn add(team: &mut Team, file: &[u8]) {
    match String::from_utf8_lossy(file).contains("BEGIN PGP") {
        true => team.openpgp.extend(openpgp::Certificate::read(file)),
        false => team.smime.extend(smime::Certificate::read(file)),
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}
