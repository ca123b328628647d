//! The acceptance rule, one deviation from a good mail each.

use std::sync::OnceLock;

use crate::model::plaintext::Plaintext;

use super::*;
use crate::crypto::openpgp::SecretKey;
use crate::crypto::smime::TrustStore;
use crate::model::condition::Condition as C;
use crate::model::key::Protocol;
use crate::model::list::Policy;
use crate::model::team::TeamState;

const CONTENT: &str = "Content-Type: text/plain\r\n\r\nworm on 7001/tcp\r\n";

fn now() -> Timestamp {
    Timestamp::parse("2026-08-25T02:00:00Z").unwrap()
}

/// Keys of the list, of ALPHA and of BRAVO; made once, they are only told apart here.
fn keys() -> &'static [SecretKey; 3] {
    static KEYS: OnceLock<[SecretKey; 3]> = OnceLock::new();
    let make = |name: &str| {
        let address = format!("{name}@{name}.example").parse().unwrap();
        SecretKey::generate(name, &address, now().plus_seconds(-86_400)).unwrap()
    };
    KEYS.get_or_init(|| [make("list"), make("alpha"), make("bravo")])
}

fn team(name: &str, key: &SecretKey) -> Team {
    Team {
        id: name.into(),
        handle: name.parse().unwrap(),
        state: TeamState::Active,
        addresses: vec![format!("cert@{name}.example").parse().unwrap()],
        openpgp: vec![key.certificate()],
        smime: Vec::new(),
    }
}

/// A mail, what it opened to, and the registry: all good unless changed.
struct Case {
    message: String,
    opened: Opened,
    network: Network,
}

impl Case {
    fn new() -> Self {
        let [list, alpha, bravo] = keys();
        let list = List {
            id: "list".into(),
            name: "alert".into(),
            address: "alert@list.example".parse().unwrap(),
            policy: Policy::default(),
            openpgp: vec![list.clone()],
            smime: Vec::new(),
            subscribers: vec!["alpha".into(), "bravo".into()],
        };
        let network = Network {
            teams: vec![team("alpha", alpha), team("bravo", bravo)],
            lists: vec![list],
            trust: TrustStore::new(Vec::new()),
        };
        let fact = SignatureFact {
            protocol: Protocol::Openpgp,
            signer: Some(alpha.fingerprint()),
            made_at: Some(now().plus_seconds(-60)),
            faults: Vec::new(),
        };
        let opened = Opened {
            signatures: vec![fact],
            content: Some(Plaintext::from(CONTENT.as_bytes().to_vec())),
            ..Opened::default()
        };
        Self { message: message("From: ALPHA <cert@alpha.example>"), opened, network }
    }

    fn from(mut self, fields: &str) -> Self {
        self.message = message(fields);
        self
    }

    fn content(mut self, content: &str) -> Self {
        self.opened.content = Some(Plaintext::from(content.as_bytes().to_vec()));
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn verdict(&self) -> Verdict {
        let list = &self.network.lists[0];
        decide(self.message.as_bytes(), &self.opened, list, &self.network, now())
    }

    #[track_caller]
    fn shows(&self, condition: Condition, disposition: Disposition) {
        let verdict = self.verdict();
        assert_eq!(verdict.reasons, [condition]);
        assert_eq!(verdict.disposition, disposition);
    }

    #[track_caller]
    fn refused(&self, condition: Condition) {
        self.shows(condition, Disposition::Refuse);
    }
}

fn message(fields: &str) -> String {
    format!("{fields}\r\nTo: alert@list.example\r\nSubject: x\r\n\r\nsealed\r\n")
}

#[test]
fn good_mail_is_accepted_without_a_reason() {
    let verdict = Case::new().verdict();
    assert_eq!(verdict.reasons, []);
    assert_eq!(verdict.disposition, Disposition::Accept);
    assert_eq!(verdict.team.as_deref(), Some("alpha"));
}

#[test]
fn domain_of_from_is_compared_without_case() {
    let verdict = Case::new().from("From: cert@ALPHA.example").verdict();
    assert_eq!(verdict.disposition, Disposition::Accept);
}

#[test]
fn mail_without_from_is_refused() {
    Case::new().from("Sender: cert@alpha.example").refused(C::FromMissing);
}

#[test]
fn two_from_fields_are_refused() {
    let fields = "From: cert@alpha.example\r\nFrom: cert@bravo.example";
    let verdict = Case::new().from(fields).verdict();
    assert!(verdict.reasons.contains(&C::FromSeveral) || verdict.reasons.contains(&C::Malformed));
    assert_eq!(verdict.disposition, Disposition::Refuse);
}

#[test]
fn two_mailboxes_in_from_are_refused() {
    Case::new().from("From: cert@alpha.example, cert@bravo.example").refused(C::FromSeveral);
}

#[test]
fn stranger_is_refused() {
    let case = Case::new().from("From: cert@stranger.example");
    assert!(case.verdict().reasons.contains(&C::FromUnknown));
    assert_eq!(case.verdict().disposition, Disposition::Refuse);
}

#[test]
fn suspended_team_is_refused() {
    let case = Case::new().change(|case| case.network.teams[0].state = TeamState::Suspended);
    case.refused(C::TeamNotActive);
}

#[test]
fn team_that_is_not_subscribed_is_refused() {
    let case = Case::new().change(|case| case.network.lists[0].subscribers.clear());
    case.refused(C::NotSubscribed);
}

#[test]
fn unsigned_content_is_refused() {
    Case::new().change(|case| case.opened.signatures.clear()).refused(C::NotSigned);
}

#[test]
fn two_good_signatures_are_refused() {
    let case = Case::new().change(|case| {
        let second = case.opened.signatures[0].clone();
        case.opened.signatures.push(second);
    });
    case.refused(C::SignaturesSeveral);
}

#[test]
fn fault_of_a_signature_is_a_reason() {
    let case = Case::new().change(|case| case.opened.signatures[0].faults.push(C::DigestWeak));
    case.refused(C::DigestWeak);
}

#[test]
fn signature_of_another_team_is_refused() {
    Case::new().from("From: cert@bravo.example").refused(C::SignerNotFrom);
}

#[test]
fn signature_by_the_list_itself_is_refused() {
    let case =
        Case::new().change(|case| case.opened.signatures[0].signer = Some(keys()[0].fingerprint()));
    case.refused(C::SignerNotFrom);
}

#[test]
fn signature_by_an_unknown_key_is_refused() {
    Case::new().change(|case| case.opened.signatures[0].signer = None).refused(C::SignerUnknown);
}

#[test]
fn wrapping_signature_of_another_team_is_refused() {
    let case = Case::new().change(|case| {
        let mut outer = case.opened.signatures[0].clone();
        outer.signer = Some(keys()[2].fingerprint());
        case.opened.wrapping.push(outer);
    });
    case.refused(C::SignerNotFrom);
}

#[test]
fn wrapping_signature_of_the_same_team_is_accepted() {
    let case = Case::new().change(|case| {
        let outer = case.opened.signatures[0].clone();
        case.opened.wrapping.push(outer);
    });
    assert_eq!(case.verdict().disposition, Disposition::Accept);
}

#[test]
fn old_signature_is_stale() {
    let old = now().plus_seconds(-8 * 24 * 3600);
    Case::new().change(|case| case.opened.signatures[0].made_at = Some(old)).refused(C::Stale);
}

#[test]
fn policy_may_hold_what_is_stale() {
    let old = now().plus_seconds(-8 * 24 * 3600);
    let case = Case::new().change(|case| {
        case.opened.signatures[0].made_at = Some(old);
        case.network.lists[0].policy.conditions.insert(C::Stale, Disposition::Hold);
    });
    case.shows(C::Stale, Disposition::Hold);
}

#[test]
fn protected_from_of_another_team_is_refused() {
    let content = "From: cert@bravo.example\r\n\
                   Content-Type: text/plain; protected-headers=\"v1\"\r\n\r\nx\r\n";
    Case::new().content(content).refused(C::ProtectedFrom);
}

#[test]
fn content_that_was_signed_for_somebody_else_is_refused() {
    let content = "From: cert@alpha.example\r\nTo: other@elsewhere.example\r\n\
                   Content-Type: text/plain; protected-headers=\"v1\"\r\n\r\nx\r\n";
    Case::new().content(content).refused(C::ProtectedTo);
}

#[test]
fn content_that_is_ciphertext_is_refused() {
    let content = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\nMAsGCSqGSIb3DQEHAw==\r\n";
    Case::new().content(content).refused(C::EncryptedTwice);
}

#[test]
fn ciphertext_as_a_part_stays_closed_and_is_accepted() {
    let content = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n\
                   Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\nMAA=\r\n--b--\r\n";
    Case::new().content(content).shows(C::CiphertextInside, Disposition::Accept);
}

#[test]
fn mail_that_went_round_is_refused() {
    let fields = "List-Id: <alert.list.example>\r\nFrom: cert@alpha.example";
    Case::new().from(fields).refused(C::Loop);
    let received = "Received: from a by b; x\r\n".repeat(101);
    Case::new().from(&format!("{received}From: cert@alpha.example")).refused(C::Loop);
}

#[test]
fn automatic_answer_is_refused_but_not_what_a_tool_sends() {
    let fields = "Auto-Submitted: auto-replied\r\nFrom: cert@alpha.example";
    Case::new().from(fields).refused(C::Automatic);
    let fields = "Auto-Submitted: auto-generated\r\nFrom: cert@alpha.example";
    assert_eq!(Case::new().from(fields).verdict().disposition, Disposition::Accept);
}

#[test]
fn replay_is_discarded() {
    let case = Case::new();
    let verdict = case.verdict().with(C::Replay, &case.network.lists[0]);
    assert_eq!(verdict.disposition, Disposition::Discard);
}

#[test]
fn replay_key_ignores_line_ends_and_headers_outside() {
    let one = Case::new().verdict().replay_key;
    let unix = CONTENT.replace("\r\n", "\n");
    let other =
        Case::new().content(unix.trim_end()).from("Subject: other\r\nFrom: cert@alpha.example");
    assert!(one.is_some());
    assert_eq!(other.verdict().replay_key, one);
}

#[test]
fn replay_key_differs_with_the_content() {
    let other = Case::new().content("Content-Type: text/plain\r\n\r\nother\r\n");
    assert_ne!(other.verdict().replay_key, Case::new().verdict().replay_key);
}

#[test]
fn replay_key_is_absent_without_a_good_signature() {
    let case = Case::new().change(|case| case.opened.signatures[0].faults.push(C::KeyExpired));
    assert_eq!(case.verdict().replay_key, None);
    assert_eq!(case.verdict().team, None);
}
