//! What a request may ask for: what was approved, and nothing else.
//!
//! Nothing of a request but its key goes into the certificate. That more is refused all the
//! same, and not dropped, is for its sender: whoever asks for a server's name, another address
//! or the powers of a CA learns that this is no way to get it.

use super::request::{Extension, Request};
use crate::crypto::Refusal;
use crate::crypto::smime::ber::{BIT_STRING, BOOLEAN, Element, SEQUENCE, context_primitive};
use crate::crypto::smime::file::refusal;
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;

/// Whom and what the operator has approved: all that a certificate will say.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    /// Name of the network.
    pub network: &'a str,
    /// Short name of the team; empty for an operator without a team.
    pub handle: &'a str,
    /// Full name of the team; empty as well.
    pub team_name: &'a str,
    /// Name of the person or tool, or that of the team.
    pub name: &'a str,
    /// The one address.
    pub email: &'a EmailAddress,
    /// Identifier of the login.
    pub id: &'a str,
}

// Attributes of a subject: `55 04 n` = 2.5.4.n [RFC 5280 appendix A.1].
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// Country, locality, state, street, organisation, unit, postal code: what tools ask for when a
/// request is made. They say nothing that somebody is let in by, and are not copied.
const DESCRIPTIONS: &[&[u8]] = &[
    &[0x55, 4, 6],
    &[0x55, 4, 7],
    &[0x55, 4, 8],
    &[0x55, 4, 9],
    &[0x55, 4, 10],
    &[0x55, 4, 11],
    &[0x55, 4, 17],
];
const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

// Extensions: `55 1d n` = 2.5.29.n [RFC 5280 §4.2].
const KEY_ID: &[u8] = &[0x55, 0x1d, 14];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// 1.3.6.1.5.5.7.3.2 and .4: to log in, to protect mail.
const PURPOSES: &[&[u8]] = &[&[0x2b, 6, 1, 5, 5, 7, 3, 2], &[0x2b, 6, 1, 5, 5, 7, 3, 4]];

impl Request {
    /// Checks that the request asks for nothing beyond what was approved.
    ///
    /// # Errors
    /// The first thing that it asks for in vain.
    pub fn check(&self, approved: &Approved<'_>) -> Result<(), Refusal> {
        for attribute in &self.subject {
            let text = attribute.text.as_str();
            match attribute.oid.as_slice() {
                COMMON_NAME => common_name(text, approved)?,
                EMAIL_ADDRESS => address(text, approved)?,
                known if DESCRIPTIONS.contains(&known) => {}
                _ => return Err(name("its subject has an attribute that is not used here")),
            }
        }
        self.extensions.iter().try_for_each(|extension| check(extension, approved))
    }

    /// The texts of its subject, for the check that none is the name of somebody else.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.subject.iter().map(|attribute| attribute.text.as_str())
    }
}

fn name(reason: &str) -> Refusal {
    let hint = "Ask with the short name of the team or the name of the person as CN, and with the \
                approved address as the only alternative name; both may be left out.";
    refusal(Condition::SignerAddress, reason, hint)
}

fn power(reason: &str) -> Refusal {
    let hint = "Ask for no powers at all: the certificate is made for logging in and for mail.";
    refusal(Condition::KeyUsage, reason, hint)
}

fn broken(_: Condition) -> Refusal {
    power("an extension that the request asks for cannot be read")
}

fn common_name(text: &str, approved: &Approved<'_>) -> Result<(), Refusal> {
    let known = [approved.handle, approved.team_name, approved.name, approved.email.as_str()];
    let same = |known: &&str| !known.is_empty() && known.to_lowercase() == text.to_lowercase();
    match known.iter().any(same) {
        true => Ok(()),
        false => Err(name("it asks for a name (CN) that was not approved")),
    }
}

fn address(text: &str, approved: &Approved<'_>) -> Result<(), Refusal> {
    match text.parse::<EmailAddress>() {
        Ok(address) if address.same_mailbox(approved.email) => Ok(()),
        _ => Err(name("it asks for an address that was not approved")),
    }
}

fn check(extension: &Extension, approved: &Approved<'_>) -> Result<(), Refusal> {
    let value = Element::only(&extension.value).map_err(broken)?;
    match extension.oid.as_slice() {
        KEY_ID => Ok(()),
        ALTERNATIVE_NAME => alternative_names(value, approved),
        KEY_USAGE => key_usage(value),
        BASIC_CONSTRAINTS => basic_constraints(value),
        EXTENDED_KEY_USAGE => purposes(value),
        _ => Err(power("it asks for an extension that is not used here")),
    }
}

fn alternative_names(value: Element<'_>, approved: &Approved<'_>) -> Result<(), Refusal> {
    if value.tag != SEQUENCE {
        return Err(broken(Condition::PacketStructure));
    }
    let mut names = value.reader();
    while !names.is_empty() {
        let one = names.any().map_err(broken)?;
        if one.tag != context_primitive(1) {
            return Err(name("it asks for an alternative name that is no mail address"));
        }
        let text = std::str::from_utf8(one.content).unwrap_or_default();
        address(text, approved)?;
    }
    Ok(())
}

/// The first five bits are uses of an own key; behind them follow the powers of a CA.
fn key_usage(value: Element<'_>) -> Result<(), Refusal> {
    let [_, bits @ ..] = value.content else {
        return Err(broken(Condition::PacketStructure));
    };
    let harmless = match bits {
        [] => true,
        [first, rest @ ..] => first & 0b0000_0111 == 0 && rest.iter().all(|bits| *bits == 0),
    };
    match value.tag == BIT_STRING && harmless {
        true => Ok(()),
        false => Err(power("it asks for the power to sign certificates or revocation lists")),
    }
}

fn basic_constraints(value: Element<'_>) -> Result<(), Refusal> {
    let mut fields = value.reader();
    let flag = fields.take_if(BOOLEAN).map_err(broken)?;
    let ca = flag.is_some_and(|flag| flag.content != [0]);
    match value.tag == SEQUENCE && !ca && fields.is_empty() {
        true => Ok(()),
        false => Err(power("it asks for the powers of a certification authority")),
    }
}

fn purposes(value: Element<'_>) -> Result<(), Refusal> {
    if value.tag != SEQUENCE {
        return Err(broken(Condition::PacketStructure));
    }
    let mut list = value.reader();
    while !list.is_empty() {
        if !PURPOSES.contains(&list.oid().map_err(broken)?) {
            return Err(power("it asks for a use other than logging in and mail"));
        }
    }
    Ok(())
}
