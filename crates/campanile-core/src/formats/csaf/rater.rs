//! Who made a rating: `source` of CSAF 2.1 is an address, and raters are often known by name only.
//!
//! A name is written as a fragment behind the namespace of the publisher, and read back from there.

use std::fmt::Write;

const MARK: &str = "#rater=";

/// The rater that a source means: a name if it is one of ours, else the address.
pub fn read(source: &str) -> String {
    let name = source.rsplit_once(MARK).map(|(_, name)| decoded(name));
    name.flatten().unwrap_or_else(|| source.to_owned())
}

/// The address for a rater.
pub fn write(rater: &str, namespace: &str) -> String {
    if is_address(rater) {
        return rater.to_owned();
    }
    let mut out = format!("{namespace}{MARK}");
    for octet in rater.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(octet));
            }
            // Writing to a string cannot fail.
            _ => _ = write!(out, "%{octet:02X}"),
        }
    }
    out
}

fn is_address(rater: &str) -> bool {
    let address = rater.starts_with("https://") || rater.starts_with("http://");
    address && rater.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

fn decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        if octet != b'%' {
            octets.push(octet);
            continue;
        }
        let digit = |octet: Option<u8>| char::from(octet?).to_digit(16);
        let code = digit(rest.next())? * 16 + digit(rest.next())?;
        octets.push(u8::try_from(code).ok()?);
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_raters_come_back() {
        for rater in ["Red Hat", "Müller & Söhne #1 100%", "https://nvd.nist.gov/", "x"] {
            assert_eq!(read(&write(rater, "https://cert.example")), rater);
        }
        assert_eq!(read("https://a.example/#rater=%zz"), "https://a.example/#rater=%zz");
    }
}
