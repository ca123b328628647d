//! Answers and documents in mails.

use super::*;
use crate::formats::iodef::{Encoding, WriteContext, samples, write};
use crate::formats::text::{TextContext, render};
use crate::gateway::alert_mail::{AlertMail, content};

const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

fn mail(header: &str, body: &str) -> Vec<u8> {
    format!("{header}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}").into_bytes()
}

fn answered(header: &str, body: &str) -> Option<Answer> {
    let mail = mail(header, body);
    match brought(&mail, &mail, NOW) {
        Brought::Answer(answer) => Some(answer),
        Brought::Nothing => None,
        Brought::Document(_) | Brought::Advisories(_) => panic!("there is no document"),
    }
}

#[test]
fn first_word_says_what_the_team_does() {
    let response = |body| answered("", body).map(|answer| answer.response);
    assert_eq!(response("ACK"), Some(Response::Received));
    assert_eq!(response("\r\n  ack DFN-CERT-1\r\n"), Some(Response::Received));
    assert_eq!(response("Working.\r\n"), Some(Response::Working));
    assert_eq!(response("NOT AFFECTED: no Windows here"), Some(Response::NotAffected));
    assert_eq!(response("Acknowledged, thanks"), Some(Response::Received));
    for body in [
        "",
        "\r\n",
        "Dear all, ACK",
        "ACKward",
        "ack-ack",
        "> ACK",
        "workings of a worm",
        "NOT  AFFECTED",
        "not",
    ] {
        assert_eq!(response(body), None, "{body:?}");
    }
}

#[test]
fn alert_is_named_by_the_mail_or_by_what_it_answers() {
    let header = "Subject: Re: EXERCISE ALERT DFN-CERT-0816 [TLP:AMBER] CVE-2003-0352\r\n\
                  In-Reply-To: <2@list.example>\r\n\
                  References: <1@list.example>\r\n <2@list.example>\r\n";
    let answer = answered(header, "ACK (X-CERT-7) ok\r\n").unwrap();
    let ids: Vec<_> = answer.ids.iter().map(AlertId::as_str).collect();
    assert_eq!(ids, ["X-CERT-7", "DFN-CERT-0816", "CVE-2003-0352"]);
    let all = ["<2@list.example>", "<2@list.example>", "<1@list.example>"];
    assert_eq!(answer.message_ids, all);
    assert_eq!(answer.remark, "ok");
}

#[test]
fn remark_is_what_the_team_says_itself() {
    let body = "WORKING DFN-CERT-0816 - two hosts\r\nwe filter 135\r\n\r\nAt 13:35 they wrote:\r\n\
                > ACK\r\n> secret\r\n";
    assert_eq!(answered("", body).unwrap().remark, "two hosts\nwe filter 135");
    let long = format!("ACK {}", "x ".repeat(10_000));
    assert!(answered("", &long).unwrap().remark.chars().count() <= REMARK_CHARS_MAX);
    let quoted = format!("ACK\r\n\r\n{}", render(&samples::full(), &TextContext::default()));
    assert_eq!(answered("", &quoted).unwrap().remark, "");
}

#[test]
fn forwarded_answer_is_none() {
    let inner = "From: <a@b.example>\r\nContent-Type: text/plain\r\n\r\nACK DFN-CERT-0816\r\n";
    let forwarded = format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsee below\r\n--x\r\n\
         Content-Type: message/rfc822\r\n\r\n{inner}\r\n--x--\r\n"
    );
    assert_eq!(brought(forwarded.as_bytes(), forwarded.as_bytes(), NOW), Brought::Nothing);
    let alone = format!("Content-Type: message/rfc822\r\n\r\n{inner}");
    assert_eq!(brought(alone.as_bytes(), alone.as_bytes(), NOW), Brought::Nothing);
    let attached = "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nACK\r\n";
    assert_eq!(brought(attached.as_bytes(), attached.as_bytes(), NOW), Brought::Nothing);
}

#[test]
fn attached_alert_is_read_in_every_encoding() {
    for encoding in Encoding::ALL {
        let document = WriteContext::plain(NOW);
        let mail = AlertMail { encoding: *encoding, document, text: TextContext::default() };
        let mail = content(&samples::full(), &mail);
        let Brought::Document(attached) = brought(&mail, &mail, NOW) else {
            panic!("{encoding} is not found");
        };
        assert_eq!(attached.read.unwrap().0, samples::full());
        assert_eq!(attached.more, 0);
    }
}

fn with_part(part: &str) -> Brought {
    let mail = format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nACK X-1\r\n--x\r\n{part}\r\n\
         --x--\r\n"
    );
    brought(mail.as_bytes(), mail.as_bytes(), NOW)
}

#[test]
fn document_that_cannot_be_read_is_still_one() {
    let entity = "Content-Type: application/octet-stream; name=\"a.XML\"\r\n\r\n\
                  <!DOCTYPE a [<!ENTITY b \"c\">]><IODEF-Document/>";
    let Brought::Document(attached) = with_part(entity) else { panic!("it is not found") };
    assert!(matches!(attached.read, Err(ReadError::Entity(_))));
    let broken = "Content-Type: text/xml\r\n\r\n<IODEF-Document version=\"2.00\"><Incident>";
    assert!(matches!(with_part(broken), Brought::Document(_)));
}

#[test]
fn other_files_are_no_documents() {
    for part in [
        "Content-Type: application/xml\r\n\r\n<cvrfdoc/>",
        "Content-Type: application/json\r\n\r\n{\"document\": {}}",
        "Content-Type: application/octet-stream\r\n\r\n<IODEF-Document/>",
        "Content-Type: application/pdf; name=\"a.pdf\"\r\n\r\n<IODEF-Document/>",
    ] {
        assert!(matches!(with_part(part), Brought::Answer(_)), "{part}");
    }
}

#[test]
fn advisories_come_with_a_mail_that_answers_nothing() {
    let part = |words: &str| {
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{words}\r\n--x\r\n\
             Content-Type: application/json; name=\"a.json\"\r\n\r\n\
             {{\"document\": {{\"csaf_version\": \"2.0\"}}}}\r\n--x--\r\n"
        );
        brought(mail.as_bytes(), mail.as_bytes(), NOW)
    };
    let Brought::Advisories(files) = part("Our newest advisory.") else { panic!("none") };
    assert_eq!((files.len(), files[0].name.as_str()), (1, "a.json"));
    assert!(matches!(part("ACK X-1"), Brought::Answer(_)));
}

#[test]
fn only_the_first_document_counts() {
    let part = |id: &str| {
        let alert = Alert { id: id.parse().unwrap(), ..samples::minimal() };
        let document = write(&alert, Encoding::V2, &WriteContext::plain(NOW));
        let document = String::from_utf8(document).unwrap();
        format!("Content-Type: application/xml\r\n\r\n{document}")
    };
    let Brought::Document(attached) =
        with_part(&format!("{}\r\n--x\r\n{}", part("A-1"), part("A-2")))
    else {
        panic!("none is found");
    };
    assert_eq!(attached.read.unwrap().0.id.as_str(), "A-1");
    assert_eq!(attached.more, 1);
}
