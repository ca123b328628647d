//! A good mail with something changed, in every place and of every kind: it is refused, or it is
//! accepted with the very content that its team signed.

use campanile_core::crypto::{openpgp, smime};
use campanile_core::mime;
use campanile_core::model::list::Disposition;
use campanile_core::model::plaintext::Plaintext;

use crate::edits;
use crate::material::{ALPHA, BRAVO, CONTENT, Gate, Good, good, header, pgp_mime, pkcs7_mime};

/// What became of many changes.
#[derive(Default)]
struct Tally {
    refused: usize,
    accepted: usize,
}

impl Tally {
    /// Judges one changed mail.
    #[track_caller]
    fn add(&mut self, mail: &[u8], what: &str) {
        let (opened, verdict) = Gate::get().judge(mail);
        if verdict.disposition != Disposition::Accept {
            self.refused += 1;
            return;
        }
        self.accepted += 1;
        let content = opened.content.unwrap();
        let shown = String::from_utf8_lossy(&content);
        assert!(**content == *CONTENT.as_bytes(), "{what}: accepted with another content: {shown}");
    }

    #[track_caller]
    fn all_refused(&self, count: usize) {
        assert_eq!((self.refused, self.accepted), (count, 0));
    }
}

#[test]
fn good_mail_of_every_form_is_accepted_with_its_content() {
    for Good { form, mail } in good() {
        let (opened, verdict) = Gate::get().judge(mail);
        assert_eq!((verdict.disposition, verdict.reasons), (Disposition::Accept, vec![]), "{form}");
        assert_eq!(**opened.content.unwrap(), *CONTENT.as_bytes(), "{form}");
    }
}

/// Makes a change at every place, or at every third, and says how many mails were refused and
/// accepted.
fn octets(step: usize, change: impl Fn(&mut Vec<u8>, usize)) {
    for Good { form, mail } in good() {
        let mut tally = Tally::default();
        for at in (0..mail.len()).step_by(step) {
            let mut changed = mail.clone();
            change(&mut changed, at);
            tally.add(&changed, &format!("{form}, octet {at}"));
        }
        let ciphertext = mail.len() - mail.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let Tally { refused, accepted } = tally;
        eprintln!("{form}: {refused} refused, {accepted} accepted with the content as it was");
        // Fields that say nothing and line ends may change; the sealed object may not.
        assert!(refused * 10 * step > ciphertext * 8, "{form}: only {refused} refused");
    }
}

#[test]
fn octet_with_its_lowest_bit_flipped() {
    octets(1, |mail, at| mail[at] ^= 1);
}

#[test]
fn octet_with_its_highest_bit_flipped() {
    octets(3, |mail, at| mail[at] ^= 0x80);
}

#[test]
fn octet_that_became_a_line_end() {
    octets(3, |mail, at| mail[at] = b'\n');
}

#[test]
fn octet_that_is_missing() {
    octets(3, |mail, at| {
        mail.remove(at);
    });
}

#[test]
fn octet_that_came_between() {
    octets(3, |mail, at| mail.insert(at, b'A'));
}

#[test]
fn mail_that_ends_early() {
    octets(3, |mail, at| mail.truncate(at));
}

/// A part that nobody signed.
const FOREIGN: &str = "Content-Type: text/plain\r\n\r\nCall 0900 0000 now.\r\n";

/// The parts of a multipart mail, as they stand there, and what stands before.
fn parts(mail: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let root = mime::read(mail).unwrap();
    let before = mail.len() - root.body.len();
    (mail[..before].to_vec(), root.parts.iter().map(|part| part.whole.to_vec()).collect())
}

fn joined(before: &[u8], parts: &[Vec<u8>], boundary: &str) -> Vec<u8> {
    let mut out = before.to_vec();
    for part in parts {
        out.extend(format!("--{boundary}\r\n").as_bytes());
        out.extend(part);
        out.extend(b"\r\n");
    }
    out.extend(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// Every way to move, double, drop or add a part.
fn rearranged(parts: &[Vec<u8>]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut all = Vec::new();
    for at in 0..parts.len() {
        let mut fewer = parts.to_vec();
        fewer.remove(at);
        all.push((format!("without part {at}"), fewer));
        let mut doubled = parts.to_vec();
        doubled.insert(at, parts[at].clone());
        all.push((format!("part {at} twice"), doubled));
        for other in at + 1..parts.len() {
            let mut swapped = parts.to_vec();
            swapped.swap(at, other);
            all.push((format!("parts {at} and {other} swapped"), swapped));
        }
    }
    for at in 0..=parts.len() {
        let mut more = parts.to_vec();
        more.insert(at, FOREIGN.into());
        all.push((format!("a foreign part at {at}"), more));
    }
    all
}

#[test]
fn parts_around_the_ciphertext_moved_added_and_removed() {
    let mut tally = Tally::default();
    let mut count = 0;
    for Good { form, mail } in &good()[..2] {
        let (before, parts) = parts(mail);
        assert_eq!(joined(&before, &parts, "b"), *mail, "the mail is put together as it was");
        for (what, parts) in rearranged(&parts) {
            tally.add(&joined(&before, &parts, "b"), &format!("{form}: {what}"));
            count += 1;
        }
    }
    tally.all_refused(count);
}

#[test]
fn sealed_mail_beside_another_part_is_refused() {
    let mut tally = Tally::default();
    for Good { form, mail } in good() {
        let root = mime::read(mail).unwrap();
        let from = if root.media_type.starts_with("multipart") { ALPHA } else { BRAVO };
        let at = mail.windows(13).position(|window| window == b"Content-Type:").unwrap();
        let sealed = mail[at..].to_vec();
        for kind in ["mixed", "alternative", "related", "digest", "encrypted", "signed"] {
            let before =
                format!("{}Content-Type: multipart/{kind}; boundary=\"w\"\r\n\r\n", header(from));
            for parts in [[FOREIGN.into(), sealed.clone()], [sealed.clone(), FOREIGN.into()]] {
                let wrapped = joined(before.as_bytes(), &parts, "w");
                tally.add(&wrapped, &format!("{form} in multipart/{kind}"));
            }
        }
    }
    tally.all_refused(good().len() * 12);
}

/// What somebody can do who got a copy and knows how to seal for the list: take the signed
/// content out and put it into something else.
#[test]
fn signed_content_inside_something_else_is_refused_or_delivered_alone() {
    let gate = Gate::get();
    let signed = gate.signed(CONTENT.as_bytes());
    let (before, parts) = parts(&signed);
    let boundary = mime::read(&signed).unwrap().parameter("boundary").unwrap().to_owned();
    let mut inside = rearranged(&parts)
        .into_iter()
        .map(|(what, parts)| (what, joined(&before, &parts, &boundary)))
        .collect::<Vec<_>>();
    for kind in ["mixed", "alternative", "related", "report"] {
        let before = format!("Content-Type: multipart/{kind}; boundary=\"w\"\r\n\r\n");
        for parts in [[FOREIGN.into(), signed.to_vec()], [signed.to_vec(), FOREIGN.into()]] {
            inside.push((format!("in multipart/{kind}"), joined(before.as_bytes(), &parts, "w")));
        }
    }
    let mut tally = Tally::default();
    let count = inside.len();
    for (what, entity) in inside {
        let lines = gate.enveloped(Plaintext::from(entity), smime::Container::Enveloped);
        tally.add(&pkcs7_mime("enveloped-data", &lines), &what);
    }
    tally.all_refused(count);
}

#[test]
fn content_whose_parts_were_moved_after_signing_is_refused() {
    let gate = Gate::get();
    let signed = gate.signed(CONTENT.as_bytes());
    let (before, inner) = parts(CONTENT.as_bytes());
    let mut tally = Tally::default();
    let changed = rearranged(&inner);
    for (what, parts) in &changed {
        let content = joined(&before, parts, "in");
        let text = String::from_utf8(signed.to_vec()).unwrap();
        let content = String::from_utf8(content).unwrap();
        let entity = text.replace(CONTENT, &content);
        assert_ne!(entity, text, "{what}");
        let entity = Plaintext::from(entity.into_bytes());
        let lines = gate.enveloped(entity, smime::Container::Enveloped);
        tally.add(&pkcs7_mime("enveloped-data", &lines), what);
    }
    tally.all_refused(changed.len());
}

#[test]
fn signed_mail_of_another_team_under_a_foreign_from_is_refused() {
    let gate = Gate::get();
    let mut tally = Tally::default();
    let armor = gate.armored(CONTENT.as_bytes(), openpgp::Container::SeipdV1);
    let mail = String::from_utf8(pgp_mime(&armor)).unwrap();
    for from in [BRAVO, "cert@nobody.example", "", "cert@alpha.example, cert@bravo.example"] {
        let changed = mail.replace(&format!("From: {ALPHA}"), &format!("From: {from}"));
        tally.add(changed.as_bytes(), from);
    }
    tally.all_refused(4);
}

proptest::proptest! {
    #[test]
    fn several_changes_at_once(
        form in 0..4usize,
        script in proptest::collection::vec(proptest::num::u8::ANY, 4..32),
    ) {
        let Good { form, mail } = &good()[form];
        let mut changed = mail.clone();
        edits::apply(&script, &mut changed);
        Tally::default().add(&changed, &format!("{form}: {script:?}"));
    }
}
