//! The forms of texts: patterns and formats of the schemas.

use std::sync::OnceLock;

use regex::Regex;

/// Whether a text has the form.
type Quick = fn(&str) -> bool;

/// What must not be there, and what must; `None` for an expression that cannot be read.
type Expressions = Option<(Option<Regex>, Regex)>;

/// A pattern of a schema; the expression is made when it is needed for the first time.
pub(super) struct Pattern {
    text: &'static str,
    /// A function for the ones that every document has many of.
    quick: Option<Quick>,
    regex: OnceLock<Expressions>,
}

/// The patterns that have a function, each with it and with what is wanted.
const QUICK: [(&str, Quick); 6] = [
    (r"^[\S](.*[\S])?$", is_trimmed),
    (r"^[^\s\-_\.](.*[^\s\-_\.])?$", is_bare),
    (r"^CVE-[0-9]{4}-[0-9]{4,}$", is_cve),
    (r"^CWE-[1-9]\d{0,5}$", is_cwe),
    (r"^[0-9a-fA-F]{32,}$", is_digest),
    (r"^[0-9a-f]{32,}$", is_lower_digest),
];

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        let quick = QUICK.iter().find(|(known, _)| *known == text).map(|(_, quick)| *quick);
        Self { text, quick, regex: OnceLock::new() }
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        match self.quick {
            Some(quick) => quick(text),
            None => self.fits_regex(text),
        }
    }

    fn fits_regex(&self, text: &str) -> bool {
        let regex = self.regex.get_or_init(|| regex(self.text));
        regex.as_ref().is_none_or(|(unwanted, wanted)| {
            wanted.is_match(text) && !unwanted.as_ref().is_some_and(|regex| regex.is_match(text))
        })
    }

    /// A sentence for the author of a text that does not fit.
    pub(super) fn wanted(&self) -> String {
        let form = match self.text {
            r"^[\S](.*[\S])?$" => "one line without spaces at its ends",
            r"^[^\s\-_\.](.*[^\s\-_\.])?$" => "one line without `-`, `_`, `.` or space at its ends",
            r"^CVE-[0-9]{4}-[0-9]{4,}$" => "an identifier like CVE-2026-12345",
            r"^CWE-[1-9]\d{0,5}$" => "an identifier like CWE-79",
            r"^[0-9a-fA-F]{32,}$" => "at least 32 hexadecimal digits",
            r"^[0-9a-f]{32,}$" => "at least 32 hexadecimal digits in lower case",
            text if text.starts_with("^(0|[1-9][0-9]*)$|") => "a version like 3 or 1.2.0",
            text if text.starts_with("^(([A-Za-z]{2,3}") => "a language like en or de-AT",
            text if text.contains(r"cpe:2\.3:") => "a CPE like cpe:2.3:o:vendor:product:1.0:*:…",
            text if text.starts_with("^pkg:") => "a package URL like pkg:deb/debian/curl@7.50.3",
            text if text.contains("AV:[N") => "the metrics of a CVSS vector, each as specified",
            text => return format!("the text does not fit the pattern {text}"),
        };
        format!("the text has to be {form}")
    }
}

/// What a text may not and has to fit. The expressions of the schemas are those of ECMAScript:
/// digits are those of ASCII, and one of them looks ahead, which is two expressions here.
fn regex(text: &str) -> Expressions {
    let text = text.replace(r"\d", "[0-9]");
    let Some(rest) = text.strip_prefix("^(?!") else {
        return Some((None, Regex::new(&text).ok()?));
    };
    let (unwanted, wanted) = rest.split_once(r"\.json)(")?;
    let unwanted = Regex::new(&format!(r"^(?:{unwanted}\.json)")).ok()?;
    Some((Some(unwanted), Regex::new(&format!("^({wanted}")).ok()?))
}

/// Characters that end a line, which `.` does not take.
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_trimmed(text: &str) -> bool {
    let mut ends = text.chars();
    let first = ends.next();
    let last = ends.next_back().or(first);
    let solid = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    solid(first) && solid(last) && !text.contains(ends_line)
}

fn is_bare(text: &str) -> bool {
    let odd = |c: char| matches!(c, '-' | '_' | '.');
    is_trimmed(text) && !text.starts_with(odd) && !text.ends_with(odd)
}

fn is_cve(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && number.len() >= 4 && digits(number)
    })
}

fn is_cwe(text: &str) -> bool {
    text.strip_prefix("CWE-").is_some_and(|number| {
        (1..=6).contains(&number.len())
            && !number.starts_with('0')
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_digest(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_lower_digest(text: &str) -> bool {
    is_digest(text) && !text.bytes().any(|b| b.is_ascii_uppercase())
}

/// Whether a text has the format of a schema.
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format {
        "date-time" => is_date_time(text),
        "uri" => is_uri(text),
        "uuid" => is_uuid(text),
        _ => true,
    }
}

/// What a format asks for.
pub(super) fn describe(format: &str) -> &'static str {
    match format {
        "date-time" => "this is no time like 2026-11-21T18:40:00Z",
        "uri" => "this is no absolute URI: write it with its scheme, and other characters as %XX",
        _ => "this is no UUID",
    }
}

/// Whether a text is a `date-time` [RFC 3339 §5.6].
pub(in crate::formats::csaf::validate) fn is_date_time(text: &str) -> bool {
    super::super::instant::Instant::parse(text).is_some()
}

/// Whether a text is an absolute URI [RFC 3986].
pub(in crate::formats::csaf::validate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(letters) {
        return false;
    }
    let mut octets = rest.bytes();
    let mut fragments = 0;
    while let Some(octet) = octets.next() {
        let good = match octet {
            b'%' => {
                let mut hex = || octets.next().is_some_and(|b| b.is_ascii_hexdigit());
                hex() && hex()
            }
            b'#' => {
                fragments += 1;
                fragments == 1
            }
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'[' | b']' | b'@' | b'!' | b'$'
            | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => true,
            octet => octet.is_ascii_alphanumeric(),
        };
        if !good {
            return false;
        }
    }
    !rest.is_empty() && brackets_are_of_a_host(rest)
}

/// Brackets stand around the address of a host, and nowhere else.
fn brackets_are_of_a_host(rest: &str) -> bool {
    let brackets = |c| matches!(c, '[' | ']');
    let Some(first) = rest.find(brackets) else { return true };
    let host = rest.get(..first).is_some_and(|before| {
        before.strip_prefix("//").is_some_and(|user| !user.contains(['/', '?', '#']))
    });
    host && rest.matches(brackets).count() == 2
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_functions_agree_with_their_expressions() {
        let samples = [
            "",
            "a",
            " a",
            "a ",
            "a b",
            "a\nb",
            "-a",
            "a.",
            "_",
            "a-b",
            "CVE-2026-1234",
            "CVE-2026-123",
            "CVE-20-12345",
            "CWE-79",
            "CWE-0",
            "CWE-1234567",
            "ABCDEF",
            "0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789abcdef",
            "\u{a0}x",
        ];
        for (text, _) in QUICK {
            let pattern = Pattern::new(text);
            for sample in samples {
                assert_eq!(pattern.fits(sample), pattern.fits_regex(sample), "{text} {sample:?}");
            }
        }
    }

    #[test]
    fn uris_have_a_scheme_and_no_strange_characters() {
        for good in ["https://a.example/x?y=%20#z", "urn:uuid:1", "http://[2001:db8::1]/"] {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["/a", "a.example", "https://a b", "https://a/%2", "http://a/[x]", "1:a", "a:"] {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
