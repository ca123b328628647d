//! A file out of a form that was sent as `multipart/form-data` [RFC 7578].
//!
//! Read by the splitter for mail, which every part of every mail goes through anyway. Refuses to
//! stream: what a form may bring fits into memory (`limits.rs`).

use axum::http::{HeaderMap, header};
use campanile_core::mime;
use campanile_core::mime::text::text;

use crate::error::{Error, Result};

/// The octets of the file that was chosen in the field of this name; `None` when none was.
///
/// # Errors
/// The body is no such form.
pub(super) fn file(headers: &HeaderMap, body: &[u8], name: &str) -> Result<Option<Vec<u8>>> {
    let strange =
        || Error::invalid("the file did not arrive whole").hint("Choose it again in the form.");
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.filter(|kind| kind.starts_with("multipart/form-data")).ok_or_else(strange)?;
    let mut entity = format!("Content-Type: {kind}\r\n\r\n").into_bytes();
    entity.extend_from_slice(body);
    let form = mime::read(&entity).map_err(|_| strange())?;
    let named = format!("name=\"{name}\"");
    let is_it = |part: &&mime::Entity<'_>| {
        let disposition = part.field("Content-Disposition").ok().flatten().map(text);
        disposition.is_some_and(|value| value.split(';').any(|one| one.trim() == named))
    };
    let part = form.parts.iter().find(is_it).ok_or_else(strange)?;
    Ok(Some(part.body.to_vec()).filter(|octets| !octets.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(kind: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())])
    }

    const KIND: &str = "multipart/form-data; boundary=----Form7f";

    fn form(name: &str, octets: &[u8]) -> Vec<u8> {
        let head = format!(
            "------Form7f\r\nContent-Disposition: form-data; name=\"{name}\"; \
             filename=\"Wurm \u{fc}.xml\"\r\nContent-Type: text/xml\r\n\r\n"
        );
        [head.as_bytes(), octets, b"\r\n------Form7f--\r\n"].concat()
    }

    #[test]
    fn file_comes_out_octet_by_octet() {
        for octets in [&b"<a/>"[..], b"a\r\n--b\n\r\0\xff\r\n", b"\n\r\n", b"--\r\n"] {
            let found = file(&headers(KIND), &form("document", octets), "document").unwrap();
            assert_eq!(found.as_deref(), Some(octets));
        }
    }

    #[test]
    fn no_file_is_told_from_an_empty_form() {
        let empty = file(&headers(KIND), &form("document", b""), "document");
        assert_eq!(empty.unwrap(), None);
        for (kind, body) in [
            (KIND, form("other", b"<a/>")),
            (KIND, b"document=x".to_vec()),
            ("application/x-www-form-urlencoded", form("document", b"<a/>")),
            ("multipart/form-data", form("document", b"<a/>")),
        ] {
            assert!(file(&headers(kind), &body, "document").is_err(), "{kind}");
        }
    }
}
