use super::*;
use crate::mime::corpus_tests::{corpus, mails};

#[test]
fn delivery_status_notification_is_read() {
    let mail = "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
        --b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ok@team.example\r\n\
        Action: delivered\r\nStatus: 2.0.0\r\n\r\n\
        Final-Recipient: rfc822; cert@team.example\r\nAction: failed (x)\r\nStatus: 5.0.0\r\n\
        Diagnostic-Code: smtp; 550 5.1.1\r\n  no such user\x1b[2J\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\nMessage-ID:\r\n <1@list.example>\r\n\r\nx\r\n--b--\r\n";
    let found = bounce(mail.as_bytes()).unwrap();
    assert_eq!(
        found,
        Bounce {
            recipient: Some("cert@team.example".into()),
            action: Action::Failed,
            status: Some("5.1.1".into()),
            diagnostic: Some("550 5.1.1 no such user[2J".into()),
            original_message_id: Some("<1@list.example>".into()),
        }
    );
    assert_eq!(found.is_permanent(), Some(true));
}

#[test]
fn delay_is_temporary() {
    let mail = "From: MAILER-DAEMON@mx.example\nSubject: Warning: message 1 delayed 24 hours\n\n\
        A message could not be delivered yet to cert@team.example.\n";
    let found = bounce(mail.as_bytes()).unwrap();
    assert_eq!((found.action, found.is_permanent()), (Action::Delayed, Some(false)));
    assert_eq!(found.recipient.as_deref(), Some("cert@team.example"));
}

#[test]
fn free_text_of_qmail_is_read() {
    let mail = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n\
        Hi. This is the qmail-send program at mx.example.\n\n<cert@team.example>:\n\
        192.0.2.1 does not like recipient.\nRemote host said: 550 User unknown\nGiving up.\n\n\
        --- Below this line is a copy of the message.\n\nMessage-ID: <1@list.example>\n";
    let found = bounce(mail.as_bytes()).unwrap();
    assert_eq!(found.recipient.as_deref(), Some("cert@team.example"));
    assert_eq!((found.action, found.status.as_deref()), (Action::Failed, Some("5.0.0")));
    assert_eq!(found.original_message_id.as_deref(), Some("<1@list.example>"));
}

#[test]
fn mail_of_people_and_programs_is_no_bounce() {
    for mail in [
        "From: A <a@b.example>\nSubject: Delivery failure\n\n550 5.1.1 user unknown\n",
        "From: a@b.example\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: undelivered\n\n550 x\n",
        "From: MAILER-DAEMON@b.example\nSubject: Hello\n\nHow are you?\n",
        "From: postmaster@b.example\nSubject: Meeting\n\n550 people come\n",
        "Return-Path: <>\nFrom: postmaster@b.example\nSubject: read\nContent-Type: multipart/report;\n \
         report-type=disposition-notification; boundary=b\n\n--b\n\nx\n--b--\n",
    ] {
        assert_eq!(bounce(mail.as_bytes()), None, "{mail}");
    }
}

/// What the corpus of sisimai holds besides bounces: complaints and vacation answers.
fn is_other(path: &std::path::Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    name.starts_with("arf-") || name.starts_with("rfc3834-")
}

#[test]
fn bounces_of_seventy_programs_are_recognised() {
    let Some(folder) = corpus("mail") else { return };
    for (place, least) in [
        ("sisimai-bounces/maildir/bsd", 97),
        ("sisimai-bounces/maildir/dos", 95),
        ("sisimai-bounces/maildir/mac", 95),
        ("schleuder/spec/fixtures/mails/bounces", 90),
        ("flufl-bounce/flufl/bounce/tests/data", 80),
    ] {
        let (mut all, mut seen, mut known, mut addressed, mut coded) = (0, 0, 0, 0, 0);
        for (path, mail) in mails(&folder.join(place)) {
            if is_other(&path) {
                assert_eq!(bounce(&mail), None, "{path:?}");
                continue;
            }
            let found = bounce(&mail);
            all += 1;
            seen += usize::from(found.is_some());
            known += usize::from(found.as_ref().is_some_and(|b| b.is_permanent().is_some()));
            addressed += usize::from(found.as_ref().is_some_and(|b| b.recipient.is_some()));
            coded += usize::from(found.as_ref().is_some_and(|b| b.status.is_some()));
            if std::env::var_os("CAMPANILE_SHOW").is_some() {
                println!("{} {found:?}", path.display());
            }
        }
        println!(
            "{place}: {all} bounces, {seen} recognised, {known} with permanent or temporary, \
                  {addressed} with recipient, {coded} with status"
        );
        assert!(seen * 100 >= least * all && known * 100 >= 90 * seen);
    }
}

#[test]
fn other_mail_of_the_corpora_is_no_bounce() {
    let Some(folder) = corpus("mail") else { return };
    for place in [
        "schleuder/spec/fixtures/mails/not_bounces",
        "sisimai-bounces/maildir/not",
        "e2e-mitigation",
        "thunderbird",
    ] {
        for (path, mail) in mails(&folder.join(place)) {
            assert_eq!(bounce(&mail), None, "{path:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_octets_never_panic(mail in proptest::collection::vec(proptest::sample::select(vec![
        "From: mailer-daemon", "Subject: delayed", "\n", "\r", "\n\n", "Status: 5.", "4.1.1", "550 ", "a@b.c",
        "Content-Type: multipart/report; boundary=b", "--b", "Content-Type: message/delivery-status", "Action: ",
        "Final-Recipient: x;", "<", ">", "\u{fc}", ";", "Message-ID: <a@b>",
    ]), 0..40)) {
        if let Some(found) = bounce(mail.concat().as_bytes()) {
            assert!(found.diagnostic.unwrap_or_default().chars().count() <= DIAGNOSTIC_CHARS_MAX);
        }
    }
}
