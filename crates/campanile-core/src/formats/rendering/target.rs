//! Where a link of somebody else's text may lead.

use url::Url;

use crate::model::address::EmailAddress;
use crate::model::visible::acts;

/// A page by `http` or `https`, or one mail address.
pub(super) struct Target {
    href: String,
    place: String,
}

impl Target {
    /// The target of an address as written; `None` for any other scheme, for places that depend on
    /// the page they stand on, and for addresses that are made to be misread.
    ///
    /// # Security
    /// What is written out is what the parser has understood, with host names in ASCII: a browser
    /// reads nothing else in it. Of `mailto` the address stays; header fields and attachments,
    /// which mail programs have taken from links, do not.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.chars().any(|c| acts(c) || c.is_whitespace()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        match url.scheme() {
            "http" | "https" if url.username().is_empty() && url.password().is_none() => {
                let place = url.host_str().filter(|host| !host.is_empty())?.to_owned();
                Some(Self { href: url.into(), place })
            }
            "mailto" => {
                let address: EmailAddress = url.path().parse().ok()?;
                let place = address.to_string();
                Some(Self { href: format!("mailto:{place}"), place })
            }
            _ => None,
        }
    }

    /// What a link has in `href`, not yet escaped.
    pub(super) fn href(&self) -> &str {
        &self.href
    }

    /// The host, in ASCII, or the mail address.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Whether a text says where the link leads: it is the address, or the host.
    pub(super) fn is_told_by(&self, text: &str) -> bool {
        let text = text.trim();
        let said = || Self::of(text).is_some_and(|said| said.place == self.place);
        text.is_ascii() && (text == self.place || said())
    }
}
