//! What header fields say about people: mailboxes and addresses.
//!
//! [`mailboxes`] is for identity and refuses whatever two programs could read as two addresses.
//! [`addresses`] is for everything else and never fails. Both are linear, which the mail
//! library's address reader is not (it starts over at every `=?`).

use super::entity::Field;
use super::text::{clean, decode_words};
use crate::model::condition::Condition;

/// Most addresses taken from one field; a network has hundreds of teams.
const ADDRESSES_MAX: usize = 1_000;

/// A mailbox of a From field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name as people would see it, cleaned; empty when there is none.
    pub display: String,
    /// The address as written.
    pub address: String,
}

/// Reads a From field strictly [RFC 5322 §3.6.2]: phrases, quoted names, encoded words and plain
/// comments in a phrase or behind the address are taken; groups, routes, quoted local parts,
/// domain literals, and comments that nest or hold anything of an address are not.
///
/// # Errors
/// `FromMissing` when it is empty, `FromMalformed` for the rest. Several mailboxes are no error
/// here.
pub fn mailboxes(field: &Field<'_>) -> Result<Vec<Mailbox>, Condition> {
    if field.value.trim_ascii().is_empty() {
        return Err(Condition::FromMissing);
    }
    let value = std::str::from_utf8(field.value).map_err(|_| Condition::FromMalformed)?;
    let mut found = Vec::new();
    let mut rest = value;
    while found.len() < ADDRESSES_MAX {
        let end = end_of_mailbox(rest).ok_or(Condition::FromMalformed)?;
        let (one, behind) = rest.split_at(end);
        found.push(mailbox(one.trim_ascii()).ok_or(Condition::FromMalformed)?);
        match behind.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => return Ok(found),
        }
    }
    Err(Condition::TooComplex)
}

/// The next comma outside of quotes, or the end; `None` when a quote is not closed.
fn end_of_mailbox(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return Some(at),
            _ => {}
        }
    }
    (!quoted).then_some(text.len())
}

/// `phrase <address>`, `address` or `address (comment)`.
fn mailbox(text: &str) -> Option<Mailbox> {
    let (text, comment) = match text.strip_suffix(')') {
        Some(text) => {
            let (text, comment) = text.rsplit_once('(')?;
            (text.trim_ascii(), is_comment(comment).then_some(comment)?)
        }
        None => (text, ""),
    };
    let (display, address) = match text.strip_suffix('>') {
        Some(text) => {
            let (name, address) = text.rsplit_once('<')?;
            (phrase(name)?, address)
        }
        None => (comment.to_owned(), text),
    };
    let address = address.trim_ascii();
    is_address(address).then(|| Mailbox {
        display: clean(&decode_words(display.as_bytes())),
        address: address.to_owned(),
    })
}

/// Nothing in it that could be taken for an address or the end of something.
fn is_comment(text: &str) -> bool {
    !text.contains(['(', ')', '<', '>', '@', ',', ';', ':', '\\', '"'])
}

/// Words, quoted strings and plain comments, with the quotes taken off [RFC 5322 §3.2.5].
fn phrase(text: &str) -> Option<String> {
    let mut plain = String::new();
    let (mut quoted, mut escaped, mut commented) = (false, false, false);
    for char in text.chars() {
        match char {
            _ if escaped => {
                escaped = false;
                plain.push(char);
            }
            '\\' if quoted => escaped = true,
            '"' if !commented => quoted = !quoted,
            _ if quoted => plain.push(char),
            '(' | ')' if commented == (char == ')') => {
                commented = char == '(';
                plain.push(char);
            }
            '"' | '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | '@' | '\\' | ',' => return None,
            _ => plain.push(char),
        }
    }
    (!quoted && !commented).then_some(plain)
}

fn is_address(text: &str) -> bool {
    let specials = b"()<>[]:;@\\,\"";
    let plain = |part: &str| {
        let sound = |b: u8| b.is_ascii_graphic() && !specials.contains(&b);
        !part.is_empty() && part.bytes().all(sound)
    };
    match text.split_once('@') {
        Some((local, domain)) => plain(local) && plain(domain),
        None => false,
    }
}

/// Reads addresses tolerantly from To, Cc and the like; at most 1,000 of them.
///
/// Group names, display names, comments and routes are passed over; what has no `@` is left out.
pub fn addresses(field: &Field<'_>) -> Vec<String> {
    let value = String::from_utf8_lossy(field.value);
    let mut found = Vec::new();
    let mut bare = String::new();
    let mut angle: Option<String> = None;
    let (mut quoted, mut escaped, mut in_angle, mut depth) = (false, false, false, 0_usize);
    for char in value.chars().chain([',']) {
        match char {
            // A folding is no part of an address.
            '\r' | '\n' => {}
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '<' => {
                in_angle = true;
                angle = Some(String::new());
            }
            '>' => in_angle = false,
            // Behind the colon of a route, or of a group's name.
            ':' if in_angle => angle = Some(String::new()),
            ':' => bare.clear(),
            ',' | ';' if !in_angle => {
                let address = angle.take().unwrap_or_else(|| std::mem::take(&mut bare));
                bare.clear();
                if address.contains('@') && found.len() < ADDRESSES_MAX {
                    found.push(address.trim().to_owned());
                }
            }
            _ => match &mut angle {
                Some(angle) if in_angle => angle.push(char),
                _ => bare.push(char),
            },
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(value: &str) -> Field<'_> {
        Field { name: "From", value: value.as_bytes() }
    }

    #[track_caller]
    fn check(value: &str, expect: &[(&str, &str)]) {
        let found = mailboxes(&field(value)).unwrap();
        let found: Vec<_> =
            found.iter().map(|m| (m.display.as_str(), m.address.as_str())).collect();
        assert_eq!(found, expect, "{value}");
    }

    #[test]
    fn ordinary_mailboxes_are_read() {
        check("cert@dfn.example", &[("", "cert@dfn.example")]);
        check("<cert@dfn.example>", &[("", "cert@dfn.example")]);
        check("DFN-CERT <cert@dfn.example>", &[("DFN-CERT", "cert@dfn.example")]);
        check("\"C, \\\"D\\\"\" <a@b.example>", &[("C, \"D\"", "a@b.example")]);
        check("=?UTF-8?Q?B=C3=BCro?=\r\n <a@b.example>", &[("B\u{fc}ro", "a@b.example")]);
        check("a@b.example (Team B.)", &[("Team B.", "a@b.example")]);
        check("B (Incidents) <a@b.example>", &[("B (Incidents)", "a@b.example")]);
        check("B <a@b.example> (Incidents)", &[("B", "a@b.example")]);
        check("\"B :)\" <a@b.example>", &[("B :)", "a@b.example")]);
        check("\"x@y.example\" <a@b.example>", &[("x@y.example", "a@b.example")]);
        check("a@b.example,\r\n B <c@d.example>", &[("", "a@b.example"), ("B", "c@d.example")]);
    }

    #[test]
    fn what_could_be_two_addresses_is_refused() {
        for value in [
            "a@b.example <c@d.example>",
            "<a@b.example> <c@d.example>",
            "<a@b.example> c",
            "<@a.example,@b.example:c@d.example>",
            "<@a.example:c@d.example>",
            "Group: a@b.example;",
            "undisclosed-recipients:;",
            "a@b.example (x (y))",
            "a@b.example (c@d.example)",
            "(c) a@b.example",
            "(c@d.example) <a@b.example>",
            "B (x (y)) <a@b.example>",
            "B (x <a@b.example>",
            "B x) <a@b.example>",
            "B (\"x) <a@b.example>",
            "B (x\\) <a@b.example>",
            "B <a@b.example> (c@d.example)",
            "B <a@b.example> (x (y))",
            "B <c@d.example> (x) <a@b.example>",
            "a@b.example (x) (y)",
            "a(c)@b.example",
            "\"a b\"@c.example",
            "a@[192.0.2.1]",
            "a@b@c.example",
            "A <a@b.example",
            "\"A <a@b.example>",
            "A \"<a@b.example>",
            "a@b.example,",
            ",a@b.example",
            "a b@c.example",
            "DFN-CERT",
            "a@d\u{430}n.example",
            "=?UTF-8?Q?a=40b.example?=",
        ] {
            let found = mailboxes(&field(value));
            assert_eq!(found, Err(Condition::FromMalformed), "{value}");
        }
    }

    #[test]
    fn empty_from_is_missing() {
        assert_eq!(mailboxes(&field(" \r\n ")), Err(Condition::FromMissing));
    }

    #[test]
    fn recipients_are_found_through_groups_names_and_comments() {
        let value =
            "\"a@x, b\" <a@b.example>, (c@d) c@d.example (x), G: e@f.example, <@r:g@h>;, none";
        let expect = ["a@b.example", "c@d.example", "e@f.example", "g@h"];
        assert_eq!(addresses(&field(value)), expect);
    }

    #[test]
    fn addresses_hold_no_line_ends_wherever_a_field_is_folded() {
        let value = "a@b.example\r\n\t.c, <d@e\r\n.example>,\n x\n@y.example";
        let expect = ["a@b.example\t.c", "d@e.example", "x@y.example"];
        assert_eq!(addresses(&field(value)), expect);
    }

    #[test]
    fn hundred_thousand_addresses_are_cut_off() {
        let value = "a@b.example,".repeat(100_000);
        assert_eq!(addresses(&field(&value)).len(), ADDRESSES_MAX);
        assert_eq!(mailboxes(&field(&value)), Err(Condition::TooComplex));
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read_or_refused(value in "[a-c@<>()\",:; =?\\\\\\[\\]\u{fc}]{0,40}") {
            for mailbox in mailboxes(&field(&value)).unwrap_or_default() {
                assert_eq!(mailbox.address.matches('@').count(), 1);
                // The tolerant reader sees the same address: no two readings.
                assert!(addresses(&field(&value)).contains(&mailbox.address), "{value}");
            }
        }
    }
}
