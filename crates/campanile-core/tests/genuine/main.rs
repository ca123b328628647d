//! Genuine mail of other projects, and attacks by researchers, through the whole gate: opening,
//! then the verdict. Runs when the corpus `mail` is there; prints `skipped: …` when not.
//!
//! Every project becomes a network: its secret keys are the list's, its certificates the
//! teams', and each mail is judged at the second after it was signed.

// A test ends where something is not as it says; nothing here is a public interface.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod corpus;
mod network;
mod openpgp_keys;
mod project;
mod stand_in;
mod table;
mod x509_keys;

use campanile_core::mime::bounce::bounce;
use campanile_core::model::condition::Condition;
use campanile_core::model::list::Disposition;
use project::Project;
use table::Summary;

/// Projects and what is to become of their mails. In the same order in the documentation.
const TABLES: [(&str, &str); 10] = [
    ("autocrypt", include_str!("expected/autocrypt.tsv")),
    ("deltachat", include_str!("expected/deltachat.tsv")),
    ("kde-mimetreeparser", include_str!("expected/kde-mimetreeparser.tsv")),
    ("mail-parser", include_str!("expected/mail-parser.tsv")),
    ("mimekit", include_str!("expected/mimekit.tsv")),
    ("notmuch", include_str!("expected/notmuch.tsv")),
    ("protected-headers", include_str!("expected/protected-headers.tsv")),
    ("schleuder", include_str!("expected/schleuder.tsv")),
    ("sympa", include_str!("expected/sympa.tsv")),
    ("thunderbird", include_str!("expected/thunderbird.tsv")),
];

#[test]
fn genuine_mails_open_with_their_text_or_are_refused_for_their_reason() {
    let (mut all_faults, mut accepted, mut projects) = (Vec::new(), 0, 0);
    println!("| project | mails | decrypted | accepted | refused |");
    println!("|---|---:|---:|---:|---|");
    for (name, table) in TABLES {
        let Some(project) = Project::read(name) else {
            continue;
        };
        let (summary, faults) = table::judge_all(&project, table);
        summary.print(&project);
        accepted += summary.accepted();
        projects += 1;
        all_faults.extend(faults.into_iter().map(|fault| format!("{name}/{fault}")));
    }
    assert!(all_faults.is_empty(), "{}", all_faults.join("\n"));
    assert!(projects < TABLES.len() || accepted >= 53, "{accepted}");
}

/// Judges every mail of a folder; nothing may be accepted.
fn none_is_accepted(name: &str) -> Option<(Project, Summary)> {
    let project = Project::read(name)?;
    let mut summary = Summary::default();
    for (path, mail) in &project.mails {
        let outcome = project.judge(mail);
        let reasons = outcome.reasons();
        let first = outcome.verdict.reasons.iter().find(|reason| {
            // Who sent it says little about mails of strangers; the others are no refusal.
            let quiet = [
                Condition::FromUnknown,
                Condition::Automatic,
                Condition::Inline,
                Condition::Mangled,
            ];
            !quiet.contains(reason)
        });
        assert_ne!(outcome.verdict.disposition, Disposition::Accept, "{path} {reasons}");
        summary.add(&outcome, first.map_or("-", |reason| reason.name()));
    }
    summary.print(&project);
    Some((project, summary))
}

#[test]
fn johnny_is_fired_no_spoofed_signature_is_accepted() {
    let Some((project, summary)) = none_is_accepted("johnny-fired") else {
        return;
    };
    assert!(summary.mails() >= 57, "{}", summary.mails());
    // The genuine ones among them show that the keys are right: they are refused because they
    // are not encrypted, not because of their signatures.
    for name in ["manager-pgp-mime", "manager-smime", "eve-pgp-mime", "eve-smime"] {
        let path = format!("assets/valid-signed/{name}.eml");
        let (_, mail) = project.mails.iter().find(|(other, _)| *other == path).unwrap();
        let outcome = project.judge(mail);
        assert!(outcome.opened.wrapping[0].is_good(), "{path} {}", outcome.reasons());
        assert_eq!(outcome.reasons(), "not-encrypted,not-signed", "{path}");
    }
}

#[test]
fn covert_content_is_not_decrypted() {
    let Some((_, summary)) = none_is_accepted("covert-content") else {
        return;
    };
    // The three originals, which the attacks wrap, are opened and found unsigned; nothing else
    // is even decrypted.
    assert!(summary.mails() >= 27, "{}", summary.mails());
    assert_eq!(summary.opened(), 3);
    let project = Project::read("covert-content").unwrap();
    for (path, mail) in &project.mails {
        let outcome = project.judge(mail);
        let original = path.ends_with("00-original-mail.eml");
        assert_eq!(outcome.is_decrypted(), original, "{path}");
        assert!(outcome.opened.content.is_none() || original, "{path}");
    }
}

#[test]
fn mail_that_went_through_twelve_providers_keeps_its_form() {
    let Some((project, _)) = none_is_accepted("e2e-mitigation") else {
        return;
    };
    let mut genuine = 0;
    for (path, mail) in &project.mails {
        if !path.contains("attack-emails") {
            // Nobody has the keys; that it gets as far as the keys shows that it was read.
            // `packet-structure` is the encryption of GnuPG 2.3 that no standard knows.
            let reasons = project.judge(mail).verdict.reasons;
            let mut read = reasons.iter();
            let read =
                read.any(|r| matches!(r, Condition::NotForList | Condition::PacketStructure));
            assert!(read, "{path} {reasons:?}");
            genuine += 1;
        }
    }
    assert!(genuine >= 100, "{genuine}");
}

#[test]
fn certificates_of_a_ca_against_the_rules_lead_nowhere() {
    let Some(project) = Project::read_as_it_is("thunderbird") else {
        return;
    };
    let path = "mailnews/test/data/smime/alice.sig.SHA256.opaque.env.eml";
    let (_, mail) = project.mails.iter().find(|(other, _)| other == path).unwrap();
    assert_eq!(project.judge(mail).reasons(), "certificate-path");
}

#[test]
fn every_bounce_of_sisimai_is_classified() {
    let Some(folder) = corpus::folder("sisimai-bounces/maildir/bsd") else {
        return;
    };
    let (mut all, mut recognised, mut permanent, mut temporary) = (0, 0, 0, 0);
    for (_, bytes) in corpus::files(&folder) {
        all += 1;
        if let Some(found) = bounce(&bytes) {
            recognised += 1;
            permanent += usize::from(found.is_permanent() == Some(true));
            temporary += usize::from(found.is_permanent() == Some(false));
        }
    }
    println!(
        "sisimai: {all} mails, {recognised} bounces, {permanent} permanent, {temporary} temporary"
    );
    assert_eq!(all, 629);
    assert!(recognised >= 580, "{recognised}");
    assert!(permanent + temporary >= 560, "{permanent} {temporary}");
}
