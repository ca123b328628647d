//! What the reader of an alert sees first.

use super::*;
use crate::formats::iodef::samples;
use crate::model::alert::Revision;

fn context() -> TextContext<'static> {
    TextContext {
        acknowledge_url: Some("https://alerts.example.net/ack/0123456789abcdef0123456789abcdef"),
        acknowledge_by: Some(Timestamp::parse("2003-08-28T14:35:00Z").unwrap()),
        list_address: Some("alert@lists.example.net"),
        phone: Some("+49 40 1234567"),
        changes: &[],
    }
}

#[test]
fn first_lines_say_what_how_bad_and_what_to_do_by_when() {
    let text = render(&samples::full(), &context());
    let expected = "\
TLP:AMBER - own organisation and its clients, need to know
ALERT DFN-CERT-0816 from DFN-CERT, 2003-08-28 13:35 UTC

WHAT     A buffer overrun vulnerability exists in the part of the
         Windows RPC service that handles message exchange.
HOW BAD  Severity HIGH - attackers control the system (admin) -
         confidence medium
DO       Block TCP port 135 at the border; install the vendor's patch.
         Forward to system administrators today.
         Inform your constituency.
BY       2003-08-29 12:00 UTC

ACKNOWLEDGE by 2003-08-28 14:35 UTC, with your certificate:
https://alerts.example.net/ack/0123456789abcdef0123456789abcdef
Or reply to alert@lists.example.net, signed and encrypted, with ACK
DFN-CERT-0816 as the first words, or call +49 40 1234567.

DETAILS
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn every_field_of_the_form_is_in_the_text() {
    let text = render(&samples::full(), &context());
    for part in [
        "Systems:       Windows 2000; Windows XP; Windows NT 4.0 Server SP6a",
        "Software:      RPC DCOM interface; anything that listens on 135",
        "Attack:        Crafted RPC request to TCP port 135.",
        "References:    cve: CAN-2003-0352",
        "               bugtraqid: 8205",
        "Seen:          A worm is scanning TCP 135; infected hosts open TCP 4444.",
        "Began:         2003-08-11 16:00 UTC",
        "Ended:         2003-08-28 12:00 UTC",
        "Detected:      2003-08-11 18:00 UTC",
        "Purpose:       warning",
        "Disclosure:    all teams of the network",
        "Also known as: 47-11; AL-2003.08 (cert.ist.example)",
        "Related:       DFN-CERT-0815",
        "Remarks:       No further remarks.",
        "Mail:          cert@cert.dfn.example",
        "Telephone:     +49 40 808077800",
        "Fax:           +49 40 808077877",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 78 || line.contains("://")), "{text}");
}

#[test]
fn exercise_is_the_first_word_of_text_and_subject() {
    let alert = Alert { exercise: true, ..samples::full() };
    assert!(render(&alert, &context()).starts_with("EXERCISE "));
    assert!(subject(&alert).starts_with("EXERCISE ALERT DFN-CERT-0816 [TLP:AMBER] A buffer"));
}

#[test]
fn revisions_say_what_they_do_and_what_changed() {
    let note = "Port 139 is attacked too.".to_owned();
    let revision = Revision { number: 2, kind: RevisionKind::Amend, note };
    let alert = Alert { revision, ..samples::full() };
    let text = render(&alert, &TextContext::default());
    assert!(text.contains("\nREVISION 2: AMENDED\nCHANGED  Port 139 is attacked too.\n"), "{text}");
    assert!(!text.contains("ACK"), "nobody can answer: {text}");
    assert!(subject(&alert).starts_with("ALERT DFN-CERT-0816 (amended) [TLP:AMBER] "));
}

#[test]
fn foreign_text_never_stands_where_ours_does() {
    let mut alert = samples::minimal();
    alert.description = "x\nTLP:CLEAR\r\rACKNOWLEDGE:\nhttps://evil.example/\u{202e}\u{7}".into();
    alert.contact.handle = "X\nDETAILS".into();
    let text = render(&alert, &context());
    for line in ["TLP:CLEAR", "ACKNOWLEDGE:", "https://evil.example/"] {
        assert!(text.contains(&format!("         {line}\n")), "{text}");
        assert!(!text.contains(&format!("\n{line}")), "{text}");
    }
    assert_eq!(text.lines().filter(|line| *line == "DETAILS").count(), 1);
}

#[test]
fn revision_lists_what_changed_before_the_whole_text() {
    let old = samples::full();
    let mut new = old.clone();
    new.recommendation = "Block TCP port 445.\nCONTACT\nevil@example".into();
    let note = "more ports".into();
    new.revision = Revision { number: 2, kind: RevisionKind::Amend, note };
    let changes = crate::model::alert::changes::changes(&old, &new);
    let text = render(&new, &TextContext { changes: &changes, ..context() });
    let expected = "\
REVISION 2: AMENDED
CHANGED  more ports
         - recommendation: Block TCP port 135 at the border; install the
           vendor's patch… -> Block TCP port 445. / CONTACT /
           evil@example

WHAT     ";
    assert!(text.contains(expected), "{text}");
    let many = vec![changes[0].clone(); 15];
    let text = render(&new, &TextContext { changes: &many, ..context() });
    assert!(text.contains("         - and 3 more; the page of the alert shows all\n"), "{text}");
    let same = render(&new, &context());
    assert!(!same.contains(" -> "), "{same}");
}
