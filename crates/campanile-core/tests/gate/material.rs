//! A network of two teams, and mails to its list that are good, each in another form.
//!
//! The fuzz targets use the same.

use std::sync::OnceLock;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::decide::{Verdict, decide};
use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::gateway::open::{Opened, open};
use campanile_core::mime::compose::clear_signed;
use campanile_core::model::list::Policy;
use campanile_core::model::plaintext::Plaintext;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use crate::pki::{self, Issued, Request};

pub const LIST: &str = "alert@list.example";
/// By OpenPGP.
pub const ALPHA: &str = "cert@alpha.example";
/// By S/MIME.
pub const BRAVO: &str = "cert@bravo.example";

/// Every run sees the same time.
pub const NOW: Timestamp = Timestamp::from_seconds(pki::NOW);

/// What the teams write, and sign.
pub const CONTENT: &str = "Content-Type: multipart/mixed; boundary=\"in\"\r\n\r\n\
    --in\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWorm on 7001/tcp.\r\n\r\n\
    --in\r\nContent-Type: application/octet-stream; name=\"hosts.csv\"\r\n\
    Content-Disposition: attachment; filename=\"hosts.csv\"\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nMTkyLjAuMi4xLDcwMDEK\r\n--in--\r\n";

/// The network, with every secret.
pub struct Gate {
    pub network: Network,
    pub ca: Issued,
    pub alpha: openpgp::SecretKey,
    pub bravo: smime::SecretKey,
}

impl Gate {
    /// Made once.
    pub fn get() -> &'static Self {
        static GATE: OnceLock<Gate> = OnceLock::new();
        GATE.get_or_init(Self::new)
    }

    fn new() -> Self {
        let ca = Issued::root(Request::ca("CA", 0));
        let before = NOW.plus_seconds(-86_400);
        let openpgp = |address: &str| {
            openpgp::SecretKey::generate("key", &address.parse().unwrap(), before).unwrap()
        };
        let (list, alpha) = (openpgp(LIST), openpgp(ALPHA));
        let smime = |address: &str| {
            let issued = ca.issue(Request::mail(address, pki::p256()));
            smime::SecretKey::read(&issued.der(), &issued.key_pem()).unwrap()
        };
        let (list_smime, bravo) = (smime(LIST), smime(BRAVO));
        let anchor = smime::Anchor::read(&ca.der(), None, NOW).unwrap();
        let network = Network {
            teams: vec![
                team("alpha", ALPHA, vec![alpha.certificate()], Vec::new()),
                team("bravo", BRAVO, Vec::new(), vec![bravo.certificate()]),
            ],
            lists: vec![List {
                id: "list".into(),
                name: "alert".into(),
                address: LIST.parse().unwrap(),
                policy: Policy::default(),
                openpgp: vec![list],
                smime: vec![list_smime],
                subscribers: vec!["alpha".into(), "bravo".into()],
            }],
            trust: smime::TrustStore::new(vec![anchor]),
        };
        Self { network, ca, alpha, bravo }
    }

    fn list(&self) -> &List {
        &self.network.lists[0]
    }

    /// Opens a mail and judges it.
    pub fn judge(&self, mail: &[u8]) -> (Opened, Verdict) {
        let opened = open(mail, self.list(), &self.network, NOW);
        let verdict = decide(mail, &opened, self.list(), &self.network, NOW);
        (opened, verdict)
    }

    /// What ALPHA signs and seals for the list, as armor.
    pub fn armored(&self, content: &[u8], container: openpgp::Container) -> String {
        let bulk = openpgp::bulk(content, &self.alpha, container, NOW).unwrap();
        let recipient = self.list().openpgp[0].certificate().recipient(NOW).unwrap();
        let head = openpgp::head(&bulk, &recipient, container).unwrap();
        let lines = String::from_utf8([head, bulk.body().flatten().collect()].concat()).unwrap();
        format!("-----BEGIN PGP MESSAGE-----\r\n\r\n{lines}-----END PGP MESSAGE-----\r\n")
    }

    /// A content with the signature of BRAVO beside it.
    pub fn signed(&self, content: &[u8]) -> Plaintext {
        let signature = smime::sign(content, &self.bravo, NOW).unwrap();
        clear_signed(content, &signature, "out")
    }

    /// Anything, sealed for the list by S/MIME: anybody can do that.
    pub fn enveloped(&self, entity: Plaintext, container: smime::Container) -> Vec<u8> {
        let bulk = smime::bulk(entity, container).unwrap();
        let certificate = self.list().smime[0].certificate();
        let recipient = certificate.recipient(&self.network.trust, NOW).unwrap();
        let head = smime::head(&bulk, &recipient, container).unwrap();
        [head, bulk.body().flatten().collect()].concat()
    }
}

fn team(
    name: &str,
    address: &str,
    openpgp: Vec<openpgp::Certificate>,
    smime: Vec<smime::Certificate>,
) -> Team {
    Team {
        id: name.into(),
        handle: name.parse().unwrap(),
        state: TeamState::Active,
        addresses: vec![address.parse().unwrap()],
        openpgp,
        smime,
    }
}

/// The outer header of a team's mail.
pub fn header(from: &str) -> String {
    format!("From: {from}\r\nTo: {LIST}\r\nSubject: ...\r\nMIME-Version: 1.0\r\n")
}

/// PGP/MIME around an armor.
pub fn pgp_mime(armor: &str) -> Vec<u8> {
    format!(
        "{}Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
         boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
         --b\r\nContent-Type: application/octet-stream\r\n\r\n{armor}\r\n--b--\r\n",
        header(ALPHA)
    )
    .into()
}

/// S/MIME around base64 lines.
pub fn pkcs7_mime(kind: &str, lines: &[u8]) -> Vec<u8> {
    let fields = format!(
        "{}Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
        header(BRAVO)
    );
    [fields.as_bytes(), lines].concat()
}

/// A good mail in one form.
pub struct Good {
    pub form: &'static str,
    pub mail: Vec<u8>,
}

/// Good mails, in every form that teams send; made once.
pub fn good() -> &'static [Good] {
    static GOOD: OnceLock<Vec<Good>> = OnceLock::new();
    GOOD.get_or_init(|| {
        let gate = Gate::get();
        let content = CONTENT.as_bytes();
        let (cbc, gcm) = (smime::Container::Enveloped, smime::Container::AuthEnveloped);
        let good = |form, mail| Good { form, mail };
        vec![
            good("PGP/MIME, SEIPDv1", {
                pgp_mime(&gate.armored(content, openpgp::Container::SeipdV1))
            }),
            good("PGP/MIME, SEIPDv2", {
                pgp_mime(&gate.armored(content, openpgp::Container::SeipdV2))
            }),
            good("S/MIME, CBC", {
                pkcs7_mime("enveloped-data", &gate.enveloped(gate.signed(content), cbc))
            }),
            good("S/MIME, GCM", {
                pkcs7_mime("authEnveloped-data", &gate.enveloped(gate.signed(content), gcm))
            }),
        ]
    })
}
