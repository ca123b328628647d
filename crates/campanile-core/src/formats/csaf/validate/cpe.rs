//! Names of the Common Platform Enumeration, both bindings, as far as they are compared with the
//! branches of a product tree [CPE Naming 2.3].

use std::borrow::Cow;

/// A name taken apart; a component that says nothing is empty, and none is escaped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cpe {
    pub(super) vendor: String,
    pub(super) product: String,
    pub(super) version: String,
    pub(super) update: String,
    pub(super) edition: String,
    pub(super) language: String,
    pub(super) software_edition: String,
    pub(super) target_software: String,
    pub(super) target_hardware: String,
    pub(super) other: String,
}

impl Cpe {
    /// Reads `cpe:2.3:…` or `cpe:/…`; whether it is well-formed is for the schema to say.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(formatted) = text.strip_prefix("cpe:2.3:") {
            let parts: Vec<_> = unescaped_parts(formatted).collect();
            return Some(Self::from_parts(&parts));
        }
        let uri = text.get(..5).filter(|start| start.eq_ignore_ascii_case("cpe:/"));
        let rest = text.get(uri?.len()..)?;
        let mut parts: Vec<String> = rest.split(':').map(decoded).collect();
        // `~edition~sw_edition~target_sw~target_hw~other` is packed into one component.
        let packed = parts.get(5).filter(|edition| edition.starts_with('~')).cloned();
        if let Some(packed) = packed {
            let language = parts.get(6).cloned().unwrap_or_default();
            parts.truncate(5);
            let mut inner = packed.split('~').skip(1).map(str::to_owned);
            parts.extend(inner.next());
            parts.push(language);
            parts.extend(inner);
        }
        Some(Self::from_parts(&parts))
    }

    /// The part, which is `a`, `h` or `o`, comes first and says nothing here.
    fn from_parts(parts: &[String]) -> Self {
        let mut parts = parts.iter().skip(1);
        let mut part = || match parts.next().map(String::as_str) {
            None | Some("*" | "-") => String::new(),
            Some(text) => text.to_owned(),
        };
        Self {
            vendor: part(),
            product: part(),
            version: part(),
            update: part(),
            edition: part(),
            language: part(),
            software_edition: part(),
            target_software: part(),
            target_hardware: part(),
            other: part(),
        }
    }
}

/// Components between colons that are not escaped.
fn unescaped_parts(text: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            ':' if !escaped => parts.push(String::new()),
            c => {
                escaped = false;
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts.into_iter()
}

/// A component of a URI; `%01` and `%02` are its wildcards.
pub(super) fn decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = match (first, behind) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        octets.push(match code {
            Some(1) => b'?',
            Some(2) => b'*',
            code => code.unwrap_or(*first),
        });
        rest = if code.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// Letters and digits in small letters, everything else one `_`: what is compared of names.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            plain.extend(c.to_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('_') {
            plain.push('_');
        }
    }
    plain.truncate(plain.trim_end_matches('_').len());
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bindings_are_taken_apart() {
        let formatted = Cpe::parse("cpe:2.3:a:ven\\:dor:p:1\\.0:sp1:*:de:-:*:x64:*").unwrap();
        assert_eq!(formatted.vendor, "ven:dor");
        assert_eq!((&*formatted.version, &*formatted.update), ("1.0", "sp1"));
        assert_eq!((&*formatted.language, &*formatted.target_hardware), ("de", "x64"));
        assert_eq!(formatted.software_edition, "");
        let uri = Cpe::parse("cpe:/a:hp:insight:7.4.0%3a1:-:~~online~win2003~x64~:en").unwrap();
        assert_eq!((&*uri.version, &*uri.edition), ("7.4.0:1", ""));
        assert_eq!((&*uri.software_edition, &*uri.language), ("online", "en"));
        assert_eq!((&*uri.target_software, &*uri.target_hardware), ("win2003", "x64"));
        assert_eq!(Cpe::parse("cpe:/o:redhat:enterprise_linux:8").unwrap().version, "8");
        assert!(Cpe::parse("pkg:npm/x").is_none());
    }

    #[test]
    fn names_are_compared_without_their_marks() {
        assert_eq!(plain("Red Hat, Inc."), "red_hat_inc");
        assert_eq!(plain("7.88.1-10+deb12u12"), "7_88_1_10_deb12u12");
    }
}
