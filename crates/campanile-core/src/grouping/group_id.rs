//! Names of groups: derived from the advisory that anchors a group, so that order plays no part.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::entry::{AdvisoryKey, Entry};

/// The name of a group: `g` and 13 characters.
///
/// It is the name that the group's *anchor* gives, the advisory with the earliest first
/// publication. Late reports about an old vulnerability therefore leave the name as it is.
///
/// Every advisory gives a name, whether it anchors a group or not. An address with an old name
/// leads to the group in which the advisory that gave it is now: after a join to the joint group,
/// after a split to the part with the old anchor. So the store keeps with each advisory the name
/// that it gives ([`AdvisoryKey::group_id`]), and needs no table of redirects but for advisories
/// that were deleted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupId(String);

impl GroupId {
    pub(super) fn of(key: &AdvisoryKey) -> Self {
        let digest = openssl::sha::sha256(key.as_str().as_bytes());
        let bits = digest.iter().take(8).fold(0u64, |bits, octet| (bits << 8) | u64::from(*octet));
        let text = (0..13u32).map(|place| symbol((bits >> (59u32.saturating_sub(place * 5))) & 31));
        Self(std::iter::once('g').chain(text).collect())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digits and small letters without those that are taken for another (Crockford's base 32).
fn symbol(value: u64) -> char {
    let index = usize::try_from(value).unwrap_or(0);
    char::from(b"0123456789abcdefghjkmnpqrstvwxyz".get(index).copied().unwrap_or(b'0'))
}

impl TryFrom<String> for GroupId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut characters = text.bytes();
        let fits = text.len() == 14
            && characters.next() == Some(b'g')
            && characters.all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err("no name of a group: `g` and 13 characters") }
    }
}

impl From<GroupId> for String {
    fn from(id: GroupId) -> Self {
        id.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The order of anchors: the earliest first publication, then the key. An advisory without a
/// date comes last: it may be as old as it likes.
pub(super) fn before(a: &Entry, b: &Entry) -> Ordering {
    let date = |entry: &Entry| (entry.published_at.is_none(), entry.published_at);
    date(a).cmp(&date(b)).then_with(|| a.key.cmp(&b.key))
}

/// The name of a group of these members; `None` for no members.
pub(super) fn anchored<'a>(members: impl IntoIterator<Item = &'a Entry>) -> Option<GroupId> {
    members.into_iter().min_by(|a, b| before(a, b)).map(|anchor| anchor.key.group_id())
}
