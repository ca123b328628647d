//! The one entry for advisories in whatever format: which one it is, and what it says.
//!
//! A new format is a line of [`FORMATS`] with its `detect` and its `read`; order matters only
//! between formats that look alike.

use std::borrow::Cow;

use memchr::memmem::find;

use super::{Finding, ReadError, csaf, cve, cvrf, eispp, issuers, minimum, osv};
use crate::model::advisory::Advisory;
use crate::model::team::named;

/// A format of advisories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// CSAF 2.0 and 2.1.
    Csaf,
    /// CVRF 1.2 and 1.1, in XML or rendered as JSON.
    Cvrf,
    /// EISPP and DAF, as far as they can be rebuilt.
    Eispp,
    /// CVE records 5.
    Cve,
    /// OSV, in JSON and YAML.
    Osv,
    /// CERT-FR.
    CertFr,
    /// Vulnerability notes of CERT/CC.
    CertCc,
    /// Node.js.
    NodeJs,
    /// RustSec.
    RustSec,
    /// curl.
    Curl,
    /// OpenSSL, texts.
    OpenSsl,
    /// Mozilla.
    Mozilla,
    /// RubySec.
    RubySec,
    /// FriendsOfPHP.
    FriendsOfPhp,
    /// Julia.
    Julia,
    /// Haskell.
    Haskell,
    /// OCaml.
    Ocaml,
    /// OpenStack.
    OpenStack,
    /// Friends of Presta.
    FriendsOfPresta,
    /// A minimum record, as a table.
    Minimum,
}

named!(
    Format,
    "format of advisories",
    Csaf = "csaf",
    Cvrf = "cvrf",
    Eispp = "eispp",
    Cve = "cve",
    Osv = "osv",
    CertFr = "certfr",
    CertCc = "certcc",
    NodeJs = "nodejs",
    RustSec = "rustsec",
    Curl = "curl",
    OpenSsl = "openssl",
    Mozilla = "mozilla",
    RubySec = "rubysec",
    FriendsOfPhp = "friendsofphp",
    Julia = "julia",
    Haskell = "haskell",
    Ocaml = "ocaml",
    OpenStack = "openstack",
    FriendsOfPresta = "friendsofpresta",
    Minimum = "minimum",
);

/// What reading gives.
type Read = Result<(Advisory, Vec<Finding>), ReadError>;

/// What every format offers.
struct Entry {
    format: Format,
    /// Whether a document looks like one of it; `Head` saves each from looking at all of it.
    detect: fn(&Head<'_>) -> bool,
    read: fn(&[u8]) -> Read,
}

const FORMATS: &[Entry] = &[
    Entry {
        format: Format::Csaf,
        detect: |head| head.is_json() && head.has("\"csaf_version\""),
        read: csaf::read,
    },
    Entry {
        format: Format::Cvrf,
        detect: |head| head.has("cvrfdoc\":") || (!head.is_json() && head.has("cvrfdoc")),
        read: cvrf::read,
    },
    Entry {
        format: Format::Eispp,
        detect: |head| !head.is_json() && head.has("EISPPAdvisory"),
        read: eispp::read,
    },
    Entry {
        format: Format::Cve,
        detect: |head| head.is_json() && head.has("\"cveMetadata\""),
        read: cve::read,
    },
    Entry {
        format: Format::CertFr,
        detect: |head| head.is_json() && head.has_all(&["\"vendor_advisories\"", "\"risks\""]),
        read: issuers::certfr::read,
    },
    Entry {
        format: Format::CertCc,
        detect: |head| head.is_json() && head.has("\"IDNumber\""),
        read: issuers::certcc::read,
    },
    Entry {
        format: Format::NodeJs,
        detect: |head| {
            head.is_json() && head.has_all(&["\"cve\"", "\"vulnerable\"", "\"patched\""])
        },
        read: issuers::nodejs::read,
    },
    Entry {
        format: Format::Osv,
        detect: |head| head.is_json() && head.has_all(&["\"id\"", "\"modified\""]),
        read: osv::read,
    },
    Entry {
        format: Format::RustSec,
        detect: |head| issuers::rustsec::fits(&head.octets),
        read: issuers::rustsec::read,
    },
    Entry {
        format: Format::Haskell,
        detect: |head| issuers::haskell::fits(&head.octets),
        read: issuers::haskell::read,
    },
    Entry {
        format: Format::Julia,
        detect: |head| issuers::julia::fits(&head.octets),
        read: issuers::julia::read,
    },
    Entry {
        format: Format::Ocaml,
        detect: |head| issuers::ocaml::fits(&head.octets),
        read: issuers::ocaml::read,
    },
    Entry {
        format: Format::FriendsOfPresta,
        detect: |head| issuers::friendsofpresta::fits(&head.octets),
        read: issuers::friendsofpresta::read,
    },
    Entry {
        format: Format::OpenSsl,
        detect: |head| issuers::openssl::fits(&head.octets),
        read: issuers::openssl::read,
    },
    Entry {
        format: Format::Curl,
        detect: |head| issuers::curl::fits(&head.octets),
        read: issuers::curl::read,
    },
    Entry {
        format: Format::Mozilla,
        detect: |head| head.is_yaml() && head.has_all(&["\nannounced:", "\nfixed_in:"]),
        read: issuers::mozilla::read,
    },
    Entry {
        format: Format::OpenStack,
        detect: |head| {
            head.is_yaml() && head.has_all(&["\naffected-products:", "\nvulnerabilities:"])
        },
        read: issuers::openstack::read,
    },
    Entry {
        format: Format::FriendsOfPhp,
        detect: |head| head.is_yaml() && head.has_all(&["\nbranches:", "\nreference:"]),
        read: issuers::friendsofphp::read,
    },
    Entry {
        format: Format::RubySec,
        detect: |head| head.is_yaml() && head.has_all(&["\ndate:", "\nurl:", "\ntitle:"]),
        read: issuers::rubysec::read,
    },
    Entry {
        format: Format::Osv,
        detect: |head| head.is_yaml() && head.has_all(&["\nmodified:", "id: "]),
        read: osv::read,
    },
    Entry {
        format: Format::Minimum,
        detect: |head| minimum::fits(&head.octets),
        read: minimum::read,
    },
];

/// How much of a document is looked at to tell its format, in octets. Members of JSON may stand in
/// any order, and those that tell stand behind the notes in CSAF documents of some publishers.
const HEAD_BYTES_MAX: usize = 1024 * 1024;

/// The beginning of a document.
struct Head<'d> {
    octets: Cow<'d, [u8]>,
    first: Option<u8>,
}

impl<'d> Head<'d> {
    fn of(octets: &'d [u8]) -> Self {
        let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
        let octets = octets.get(..octets.len().min(HEAD_BYTES_MAX)).unwrap_or_default();
        let octets = match octets {
            // UTF-16 is ASCII with zeros between, for this purpose.
            [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] => without_zeros(rest),
            [b'<', 0, ..] | [0, b'<', ..] => without_zeros(octets),
            _ => Cow::Borrowed(octets),
        };
        let first = octets.trim_ascii_start().first().copied();
        Self { octets, first }
    }

    fn is_json(&self) -> bool {
        matches!(self.first, Some(b'{' | b'['))
    }

    /// Whether it can be YAML as issuers write it, which no other format begins like.
    fn is_yaml(&self) -> bool {
        matches!(self.first, Some(b'a'..=b'z' | b'-' | b'#' | b'"' | b'\''))
    }

    fn has_all(&self, texts: &[&str]) -> bool {
        texts.iter().all(|text| self.has(text))
    }

    fn has(&self, text: &str) -> bool {
        find(&self.octets, text.as_bytes()).is_some()
    }
}

fn without_zeros(octets: &[u8]) -> Cow<'static, [u8]> {
    Cow::Owned(octets.iter().copied().filter(|octet| *octet != 0).collect())
}

/// The format that a document seems to have, whether it can be read or not.
pub fn detect(octets: &[u8]) -> Option<Format> {
    entry(octets).map(|entry| entry.format)
}

/// Reads a document of any format.
///
/// # Errors
/// Those of its format; [`ReadError::Foreign`] when it looks like none.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    match entry(octets) {
        Some(entry) => (entry.read)(octets),
        None => Err(ReadError::Foreign("advisory")),
    }
}

fn entry(octets: &[u8]) -> Option<&'static Entry> {
    let head = Head::of(octets);
    FORMATS.iter().find(|entry| (entry.detect)(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_no_format_is_told_apart_from_what_is_broken() {
        assert_eq!(read(b"{}"), Err(ReadError::Foreign("advisory")));
        let broken = b"{\"document\": {\"csaf_version\": \"2.0\"";
        assert_eq!(detect(broken), Some(Format::Csaf));
        assert!(matches!(read(broken), Err(ReadError::Syntax(..))));
    }
}
