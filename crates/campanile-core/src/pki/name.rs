//! Names in certificates and requests.

use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::x509::{X509Name, X509NameBuilder};

/// Most characters of an attribute [RFC 5280 appendix A.1].
const ATTRIBUTE_CHARS_MAX: usize = 64;

/// Builds a name from attributes; empty ones are left out, long ones are cut.
pub(super) fn name(attributes: &[(Nid, &str)]) -> Result<X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    for (nid, value) in attributes {
        let value: String = value.chars().take(ATTRIBUTE_CHARS_MAX).collect();
        if !value.is_empty() {
            builder.append_entry_by_nid(*nid, &value)?;
        }
    }
    Ok(builder.build())
}

/// A name on one line, safe to print.
pub(super) fn line(name: &openssl::x509::X509NameRef) -> String {
    let entries = name.entries().map(|entry| {
        let key = entry.object().nid().short_name().unwrap_or("?");
        let value = entry.data().to_string().unwrap_or_default();
        format!("{key}={value}")
    });
    let line = entries.collect::<Vec<_>>().join(", ");
    line.chars().map(|c| if harmless(c) { c } else { '?' }).take(500).collect()
}

/// No controls, and nothing that hides or changes the direction of writing.
pub(super) fn harmless(c: char) -> bool {
    let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !hidden
}
