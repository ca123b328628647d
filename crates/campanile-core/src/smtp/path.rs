//! Paths in MAIL FROM and RCPT TO.
//!
//! The reverse path is only quoted later, so its syntax is taken as wide as [RFC 5321 §4.1.2]
//! draws it, without source routes. The forward path decides where a message goes, so it has to
//! be an [`EmailAddress`]: routes, quoted local parts, address literals, `!` and `%` have each
//! made servers deliver to somebody else.

use crate::model::address::EmailAddress;

use super::limits::PATH_OCTETS_MAX;

/// Who shall receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forward {
    /// `<local@domain>`.
    Mailbox(EmailAddress),
    /// `<postmaster>` without a domain [RFC 5321 §4.5.1].
    Postmaster,
}

/// Cuts `<path> parameters` into path and parameters; `None` if it is not of that form.
///
/// Blanks in front of the path are legal nowhere and sent by many.
pub fn split(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start_matches(' ').strip_prefix('<')?;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => return None,
            '>' if !quoted => {
                let rest = inner.get(at + 1..)?;
                let separated = rest.is_empty() || rest.starts_with(' ');
                return separated.then_some((inner.get(..at)?, rest));
            }
            _ => {}
        }
    }
    None
}

/// Reads a reverse path: `Some(None)` for the null path, `None` if it is none.
pub fn reverse(path: &str) -> Option<Option<String>> {
    if path.is_empty() {
        return Some(None);
    }
    let (local, domain) = path.rsplit_once('@')?;
    let good = path.len() <= PATH_OCTETS_MAX && is_local(local) && is_domain(domain);
    good.then(|| Some(path.to_string()))
}

/// Reads a forward path; `None` if it is no plain address.
pub fn forward(path: &str) -> Option<Forward> {
    if path.eq_ignore_ascii_case("postmaster") {
        return Some(Forward::Postmaster);
    }
    path.parse().ok().map(Forward::Mailbox)
}

fn is_local(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"') else {
        let atom = |a: &str| !a.is_empty() && a.chars().all(is_atom);
        return text.split('.').all(atom);
    };
    let Some(inner) = inner.strip_suffix('"') else {
        return false;
    };
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if c.is_control() => return false,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    !escaped
}

fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter(c)
}

/// Letters of SMTPUTF8; whether the client may use them is checked with the command.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && !c.is_control() && !c.is_whitespace()
}

fn is_domain(text: &str) -> bool {
    if let Some(literal) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".:-".contains(&b);
        return !literal.is_empty() && literal.bytes().all(plain);
    }
    let letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c) || is_letter(c);
    text.split('.').all(|label| !label.is_empty() && label.chars().all(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_ends_at_the_first_bracket_outside_quotes() {
        assert_eq!(split("<a@b> SIZE=1"), Some(("a@b", " SIZE=1")));
        assert_eq!(split(" <a@b>"), Some(("a@b", "")));
        assert_eq!(split("<>"), Some(("", "")));
        assert_eq!(split("<\"a>\\\"b\"@c>"), Some(("\"a>\\\"b\"@c", "")));
        for text in ["", "a@b", "<a@b", "<a@b>x", "<<a@b>>", "<\"a@b>", "a <b@c>"] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn reverse_paths_of_the_wild_are_taken() {
        assert_eq!(reverse(""), Some(None));
        for path in [
            "a@b",
            "prvs=1234=a@b.example",
            "SRS0=x/y=z=b.example=a@c.example",
            "bounce+a=b.example@c.example",
            "\"a b\"@c.example",
            "a@[192.0.2.1]",
            "a@[IPv6:2001:db8::1]",
            "dörte@bücher.example",
        ] {
            assert_eq!(reverse(path), Some(Some(path.to_string())), "{path}");
        }
    }

    #[test]
    fn what_is_no_reverse_path_is_refused() {
        let long = format!("{}@b", "a".repeat(253));
        for path in [
            "a",
            "@b",
            "a@",
            "a b@c",
            "a..b@c",
            "a@b..c",
            "@x,@y:a@b",
            "\"a\"b\"@c",
            "\"a\\\"@c",
            "a@b,c@d",
            "a@[x y]",
            "a@[]",
            &long,
        ] {
            assert_eq!(reverse(path), None, "{path}");
        }
    }

    #[test]
    fn only_plain_addresses_and_postmaster_receive() {
        assert_eq!(forward("PostMaster"), Some(Forward::Postmaster));
        assert!(matches!(forward("ALERT@LIST.EXAMPLE"), Some(Forward::Mailbox(_))));
        for path in [
            "",
            "alert",
            "@x:alert@list.example",
            "other.example!victim",
            "\"victim@other.example\"@list.example",
            "victim@[192.0.2.1]",
            "victim%other.example@list.example",
            "/tmp/pwn@list.example",
        ] {
            assert_eq!(forward(path), None, "{path}");
        }
    }
}
