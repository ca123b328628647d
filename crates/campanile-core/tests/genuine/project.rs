//! One project of the corpus as a network: its keys, and what becomes of its mails.

use std::path::Path;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::decide::{Verdict, decide};
use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::open::{Opened, open};
use campanile_core::mime::fields::addresses;
use campanile_core::model::address::EmailAddress;
use campanile_core::model::list::Policy;
use campanile_core::model::time::Timestamp;

use crate::network::network;
use crate::{corpus, openpgp_keys, x509_keys};

/// Senders that hide all recipients in To: the list is whom they wrote to.
const HIDDEN_RECIPIENTS: &str = "bob@example.net";

/// The keys and mails of one folder of the corpus.
pub struct Project {
    /// The name of the folder.
    pub name: String,
    /// Mails that carry anything of OpenPGP or S/MIME: path inside the project, octets.
    pub mails: Vec<(String, Vec<u8>)>,
    /// Who is registered.
    pub network: Network,
    /// The OpenPGP keys of the list.
    pub openpgp: Vec<openpgp::SecretKey>,
    /// Its X.509 keys.
    pub smime: Vec<smime::SecretKey>,
    /// The CAs found; for other programs than ours (`tests/conformance`).
    #[allow(dead_code)]
    pub anchors: Vec<smime::Anchor>,
}

/// What became of one mail.
pub struct Outcome {
    /// What was found on opening.
    pub opened: Opened,
    /// What was decided.
    pub verdict: Verdict,
    /// The time of the judgement; for other programs than ours (`tests/conformance`).
    #[allow(dead_code)]
    pub at: Timestamp,
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
        let all = (0..mail.text_body_count()).filter_map(|at| mail.body_text(at));
        let all = all.collect::<Vec<_>>().join(" ");
        all.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Project {
    /// Reads a folder of the corpus, with complete certificates in place of incomplete ones.
    pub fn read(name: &str) -> Option<Self> {
        // Both corpora of one author are signed under one CA, which lies in the other.
        let extra: &[&str] = match name {
            "covert-content" => &["johnny-fired/assets/certificates"],
            _ => &[],
        };
        Self::read_with(name, extra, true)
    }

    /// The same, with the certificates as they are.
    pub fn read_as_it_is(name: &str) -> Option<Self> {
        Self::read_with(name, &[], false)
    }

    fn read_with(name: &str, extra: &[&str], complete: bool) -> Option<Self> {
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
                .is_some_and(|kind| kind == "eml" || kind == "mbox" || kind == "env")
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
            anchors: x509.anchors(),
            network: network(&pgp, &x509, complete),
        })
    }

    /// Puts a mail through the gate at the time when it was signed.
    pub fn judge(&self, mail: &[u8]) -> Outcome {
        let list = self.list(mail);
        let sent = mail_parser::MessageParser::new()
            .parse_headers(mail)
            .and_then(|mail| mail.date().map(mail_parser::DateTime::to_timestamp))
            .map_or(Timestamp::from_seconds(0), Timestamp::from_seconds);
        let first = self.judge_at(mail, &list, sent);
        let mut facts = first.opened.signatures.iter().chain(&first.opened.wrapping);
        let signed = facts.find_map(|fact| fact.made_at);
        match signed {
            Some(signed) => self.judge_at(mail, &list, signed.plus_seconds(1)),
            None => first,
        }
    }

    fn judge_at(&self, mail: &[u8], list: &List, now: Timestamp) -> Outcome {
        let opened = open(mail, list, &self.network, now);
        let verdict = decide(mail, &opened, list, &self.network, now);
        Outcome { opened, verdict, at: now }
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
            address: to.unwrap_or_else(|| HIDDEN_RECIPIENTS.parse().unwrap()),
            policy: Policy::default(),
            openpgp: self.openpgp.clone(),
            smime: self.smime.clone(),
            subscribers: self.network.teams.iter().map(|team| team.id.clone()).collect(),
        }
    }
}

fn inside(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap().to_string_lossy().into_owned()
}
