//! One project of the corpus as a network: its keys, and what becomes of its mails.

use std::path::Path;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::decide::{Verdict, decide};
use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::gateway::open::{Opened, open};
use campanile_core::mime::fields::addresses;
use campanile_core::model::address::EmailAddress;
use campanile_core::model::list::Policy;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use crate::{corpus, openpgp_keys, x509_keys};

/// The keys and mails of one folder of the corpus.
pub struct Project {
    /// The name of the folder.
    pub name: String,
    /// Mails that carry anything of OpenPGP or S/MIME: path inside the project, octets.
    pub mails: Vec<(String, Vec<u8>)>,
    network: Network,
    openpgp: Vec<openpgp::SecretKey>,
    smime: Vec<smime::SecretKey>,
}

/// What became of one mail.
pub struct Outcome {
    /// What was found on opening.
    pub opened: Opened,
    /// What was decided.
    pub verdict: Verdict,
}

impl Outcome {
    /// Whether a layer of encryption was taken off.
    pub fn is_decrypted(&self) -> bool {
        let ciphers = ["SEIPD", "EnvelopedData", "AuthEnvelopedData"];
        let mut layers = self.opened.layers.iter();
        layers.any(|layer| ciphers.iter().any(|cipher| layer.starts_with(cipher)))
    }

    /// The names of all conditions found, or `-`.
    pub fn reasons(&self) -> String {
        let names = self.verdict.reasons.iter().map(|reason| reason.name());
        match self.verdict.reasons.is_empty() {
            true => "-".into(),
            false => names.collect::<Vec<_>>().join(","),
        }
    }

    /// The text of the content as people read it, blanks and line ends folded.
    pub fn text(&self) -> String {
        let content = self.opened.content.as_deref();
        let parsed = content.and_then(|content| mail_parser::MessageParser::new().parse(content));
        let Some(mail) = parsed else {
            return String::new();
        };
        let plain = (0..mail.text_body_count()).filter_map(|at| mail.body_text(at));
        let html = (0..mail.html_body_count()).filter_map(|at| mail.body_html(at));
        let all = plain.chain(html).collect::<Vec<_>>().join(" ");
        all.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Project {
    /// Reads a folder of the corpus. `extra` are folders whose certificates belong to it too.
    pub fn read(name: &str, extra: &[&str]) -> Option<Self> {
        let folder = corpus::folder(name)?;
        x509_keys::load_legacy();
        let (mut pgp, mut x509) = (openpgp_keys::Keys::default(), x509_keys::Keys::default());
        let mut mails = Vec::new();
        for (path, bytes) in corpus::files(&folder) {
            match corpus::mail(&path, &bytes) {
                Some(mail) if corpus::is_protected(&mail) => {
                    pgp.add_autocrypt(&mail);
                    x509.add_carried(&mail);
                    mails.push((inside(&folder, &path), mail));
                }
                _ => {}
            }
            if !path
                .extension()
                .is_some_and(|kind| kind == "eml" || kind == "mbox")
            {
                pgp.add_file(&bytes);
                x509.add_file(&bytes);
            }
        }
        for folder in extra.iter().filter_map(|name| corpus::folder(name)) {
            let files = corpus::files(&folder);
            files.iter().for_each(|(_, bytes)| x509.add_file(bytes));
        }
        Some(Self {
            name: name.into(),
            mails,
            openpgp: pgp.secret(),
            smime: x509.secret(),
            network: network(&pgp, &x509),
        })
    }

    pub fn list_keys(&self) -> (usize, usize) {
        (self.openpgp.len(), self.smime.len())
    }

    /// Puts a mail through the gate at the time when it was signed.
    pub fn judge(&self, mail: &[u8]) -> Outcome {
        let list = self.list(mail);
        let sent = mail_parser::MessageParser::new()
            .parse_headers(mail)
            .and_then(|mail| mail.date().map(mail_parser::DateTime::to_timestamp))
            .map_or(Timestamp::from_seconds(0), Timestamp::from_seconds);
        let first = self.judge_at(mail, &list, sent);
        let signed = first.opened.signatures.iter().find_map(|fact| fact.made_at);
        match signed {
            Some(signed) => self.judge_at(mail, &list, signed.plus_seconds(1)),
            None => first,
        }
    }

    fn judge_at(&self, mail: &[u8], list: &List, now: Timestamp) -> Outcome {
        let opened = open(mail, list, &self.network, now);
        let verdict = decide(mail, &opened, list, &self.network, now);
        Outcome { opened, verdict }
    }

    /// The list that this mail was sent to: the first recipient, with all keys of the folder.
    fn list(&self, mail: &[u8]) -> List {
        let entity = campanile_core::mime::read(mail).ok();
        let to = entity.and_then(|entity| {
            let fields = entity.fields.iter();
            let mut to = fields.filter(|field| field.name.eq_ignore_ascii_case("To"));
            to.find_map(|field| addresses(field).first()?.parse::<EmailAddress>().ok())
        });
        List {
            id: "list".into(),
            name: "list".into(),
            address: to.unwrap_or_else(|| "list@recipient.example".parse().unwrap()),
            policy: Policy::default(),
            openpgp: self.openpgp.clone(),
            smime: self.smime.clone(),
            subscribers: self
                .network
                .teams
                .iter()
                .map(|team| team.id.clone())
                .collect(),
        }
    }
}

fn inside(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder)
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

/// One team for every address that a certificate names.
fn network(pgp: &openpgp_keys::Keys, x509: &x509_keys::Keys) -> Network {
    let mut teams = Vec::<Team>::new();
    for certificate in pgp.certificates() {
        for address in pgp.addresses(&certificate) {
            if let Ok(address) = address.parse() {
                team(&mut teams, address).openpgp.push(certificate.clone());
            }
        }
    }
    for certificate in x509.certificates() {
        for address in certificate.addresses() {
            team(&mut teams, address).smime.push(certificate.clone());
        }
    }
    // Anchors carry no revocation lists here, so the time does not matter.
    let trust = x509.trust(Timestamp::from_seconds(0));
    Network {
        teams,
        lists: Vec::new(),
        trust,
    }
}

fn team(teams: &mut Vec<Team>, address: EmailAddress) -> &mut Team {
    let known = teams
        .iter()
        .position(|team| team.addresses[0].same_mailbox(&address));
    let at = known.unwrap_or_else(|| {
        teams.push(Team {
            id: format!("team-{}", teams.len()),
            handle: format!("team-{}", teams.len()).parse().unwrap(),
            state: TeamState::Active,
            addresses: vec![address],
            openpgp: Vec::new(),
            smime: Vec::new(),
        });
        teams.len() - 1
    });
    &mut teams[at]
}
