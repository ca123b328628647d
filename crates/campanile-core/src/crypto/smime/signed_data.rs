//! SignedData [RFC 5652 §5.1]: the content and the signers.
//!
//! Certificates and CRLs in it are skipped, never read.

use std::borrow::Cow;

use super::ber::{BROKEN, Element, INTEGER, OCTET_STRING, SEQUENCE, SET, context};
use super::oid;
use super::signer_info::SignerInfo;
use crate::model::condition::Condition;
use crate::model::limits;

/// Content type and content of a ContentInfo, behind which nothing may stand.
pub(super) fn content_info(der: &[u8]) -> Result<(&[u8], Element<'_>), Condition> {
    let outer = Element::only(der)?;
    if outer.tag != SEQUENCE {
        return Err(BROKEN);
    }
    let mut fields = outer.reader();
    let content_type = fields.oid()?;
    let content = fields.take(context(0))?;
    fields.end()?;
    Ok((content_type, Element::only(content.content)?))
}

/// The fields that matter.
pub(super) struct SignedData<'a> {
    /// eContentType.
    pub content_type: &'a [u8],
    /// eContent.
    pub content: Option<Cow<'a, [u8]>>,
    signers: Element<'a>,
}

impl<'a> SignedData<'a> {
    /// `None` when the object is a ContentInfo of another type.
    pub fn read(der: &'a [u8]) -> Result<Option<Self>, Condition> {
        let (content_type, content) = content_info(der)?;
        if content_type != oid::SIGNED_DATA {
            return Ok(None);
        }
        if content.tag != SEQUENCE {
            return Err(BROKEN);
        }
        let mut fields = content.reader();
        fields.take(INTEGER)?;
        // digestAlgorithms are a hint for one-pass readers; what counts stands in each signer.
        fields.take(SET)?;
        let mut encapsulated = fields.take(SEQUENCE)?.reader();
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.take_if(context(0))? {
            Some(explicit) => Some(string(explicit)?),
            None => None,
        };
        encapsulated.end()?;
        fields.take_if(context(0))?; // certificates
        fields.take_if(context(1))?; // CRLs
        let signers = fields.take(SET)?;
        fields.end()?;
        Ok(Some(Self { content_type, content, signers }))
    }

    /// All signers.
    ///
    /// # Errors
    /// `TooComplex` when there are more than [`limits::SIGNATURES_MAX`].
    pub fn signers(&self) -> Result<Vec<SignerInfo<'a>>, Condition> {
        let mut found = Vec::new();
        let mut reader = self.signers.reader();
        while !reader.is_empty() {
            if found.len() == limits::SIGNATURES_MAX {
                return Err(Condition::TooComplex);
            }
            found.push(SignerInfo::read(reader.take(SEQUENCE)?)?);
        }
        Ok(found)
    }
}

/// The OCTET STRING inside of an explicit tag.
fn string(explicit: Element<'_>) -> Result<Cow<'_, [u8]>, Condition> {
    let inner = Element::only(explicit.content)?;
    match inner.tag {
        OCTET_STRING | 0x24 => inner.octets(),
        _ => Err(BROKEN),
    }
}
