//! The mail that carries an alert: a text for people, a document for programs.
//!
//! [`content`] is what an [`Own`](super::posting::Own) goes out with; [`name`] says which mail it
//! is, so that revisions stand in one thread and a copy made later is the same mail.

use crate::formats::iodef::{self, Encoding, WriteContext};
use crate::formats::text::{self, TextContext};
use crate::mime::compose::{Attachment, own_entity};
use crate::model::alert::{Alert, AlertId};

/// What the mail of an alert says beside the alert.
pub struct AlertMail<'a> {
    /// Encoding of the document, the choice of the list.
    pub encoding: Encoding,
    /// For the document.
    pub document: WriteContext<'a>,
    /// For the text.
    pub text: TextContext<'a>,
}

/// Composes the content: `multipart/mixed` of a text and a document, called after the alert.
///
/// The same arguments give the same octets.
pub fn content(alert: &Alert, mail: &AlertMail<'_>) -> Vec<u8> {
    let document = iodef::write(alert, mail.encoding, &mail.document);
    let name = format!("{}.{}", alert.id, mail.encoding.extension());
    let file = Attachment { name: &name, media_type: mail.encoding.media_type(), bytes: &document };
    own_entity(&text::render(alert, &mail.text), &[file])
}

/// The name of the mail of a revision, for its Message-ID.
pub fn name(id: &AlertId, revision: u32) -> String {
    format!("alert {} {revision}", id.key())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::iodef::samples;
    use crate::mime::{read, text::body_text};
    use crate::model::time::Timestamp;

    #[test]
    fn mail_holds_the_text_and_the_document() {
        for (encoding, name) in
            [(Encoding::V2, "DFN-CERT-0816.xml"), (Encoding::Json, "DFN-CERT-0816.json")]
        {
            let document = WriteContext::plain(Timestamp::from_seconds(1_062_077_700));
            let mail = AlertMail { encoding, document, text: TextContext::default() };
            let mail = content(&samples::full(), &mail);
            let root = read(&mail).unwrap();
            assert_eq!(root.media_type, "multipart/mixed");
            assert_eq!(root.parts[0].media_type, "text/plain");
            assert!(body_text(&root.parts[0]).starts_with("TLP:AMBER - "));
            assert_eq!(root.parts[1].media_type, encoding.media_type());
            assert_eq!(root.parts[1].parameter("name"), Some(name));
        }
    }
}
