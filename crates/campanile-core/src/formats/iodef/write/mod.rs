//! Alerts as IODEF documents, strictly after the schema of each encoding.

mod copies;
mod json;
mod parts;
mod v1;
mod v2;
mod v2003;

use super::Encoding;
use crate::formats::xml::document;
use crate::model::alert::Alert;
use crate::model::alert::follow_up::Acknowledgement;
use crate::model::time::Timestamp;

/// What a document says beside the alert.
#[derive(Debug, Clone)]
pub struct WriteContext<'a> {
    /// The page where teams acknowledge; left out when there is none.
    pub acknowledge_url: Option<&'a str>,
    /// When the document is made.
    pub generated_at: Timestamp,
    /// Acknowledgements so far, for the history; empty in what is sent.
    pub acknowledgements: &'a [Acknowledgement],
}

impl WriteContext<'_> {
    /// A document without link and history.
    pub const fn plain(generated_at: Timestamp) -> Self {
        Self { acknowledge_url: None, generated_at, acknowledgements: &[] }
    }
}

/// Writes an alert; UTF-8, lines end with LF.
///
/// The same alert and context give the same octets. Reading the document gives the alert back,
/// but for white space around texts and for characters that XML cannot carry.
pub fn write(alert: &Alert, encoding: Encoding, context: &WriteContext<'_>) -> Vec<u8> {
    match encoding {
        Encoding::V2003 => document(&v2003::tree(alert, context)),
        Encoding::V1 => document(&v1::tree(alert, context)),
        Encoding::V2 => document(&v2::tree(alert, context)),
        Encoding::Json => json::document(&v2::tree(alert, context)),
    }
}
