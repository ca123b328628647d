//! The enumerations of the alert form of 2003, open at the end: a token that we do not know is kept
//! as it was given.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An enumeration that grows: known tokens, and any other text.
macro_rules! terms {
    (
        $(#[doc = $doc:literal])+
        $type:ident { $( $(#[doc = $each:literal])+ $variant:ident = $name:literal ),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $type {
            $( $(#[doc = $each])+ $variant, )+
            /// A token of somebody else's list, as given.
            Unlisted(String),
        }

        impl $type {
            /// The known values, in the order of the form.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The token.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Unlisted(token) => token,
                }
            }
        }

        impl From<String> for $type {
            fn from(token: String) -> Self {
                match token.as_str() {
                    $($name => Self::$variant,)+
                    _ => Self::Unlisted(token),
                }
            }
        }

        impl From<$type> for String {
            fn from(term: $type) -> Self {
                term.name().to_owned()
            }
        }

        impl FromStr for $type {
            type Err = Infallible;
            fn from_str(token: &str) -> Result<Self, Infallible> {
                Ok(Self::from(token.to_owned()))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

terms! {
    /// Why a document is sent [draft-ietf-inch-iodef-01, Incident@purpose].
    Purpose {
        /// A warning: what the alert function is for.
        Warning = "warning",
        /// For handling an incident.
        Handling = "handling",
        /// For statistics.
        Statistics = "statistics",
        /// For what the expectation says.
        Other = "other",
    }
}

terms! {
    /// To whom the content may be disclosed, in the words of the form; the whole document.
    Restriction {
        /// All teams of the network: the default.
        Participants = "default",
        /// Anybody.
        Public = "public",
        /// Other parties that are involved.
        NeedToKnow = "need-to-know",
        /// Nobody but the recipients.
        Private = "private",
    }
}

terms! {
    /// What an attack does to a system [draft-ietf-inch-iodef-01, Impact@type].
    ImpactType {
        /// Control of the system.
        Admin = "admin",
        /// Denial of service.
        Dos = "dos",
        /// Changed or disclosed files.
        File = "file",
        /// Reconnaissance.
        Recon = "recon",
        /// Control of an account.
        User = "user",
        /// Nothing.
        None = "none",
        /// Not known: the default.
        Unknown = "unknown",
        /// Something else.
        Other = "other",
    }
}

terms! {
    /// High, medium or low: severity and confidence.
    Level {
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
    }
}

terms! {
    /// The database that a reference is made to [draft-ietf-inch-iodef-01, Classification@origin].
    Origin {
        /// SecurityFocus.
        Bugtraqid = "bugtraqid",
        /// Common Vulnerabilities and Exposures.
        Cve = "cve",
        /// CERT Coordination Center.
        Certcc = "certcc",
        /// The vendor of the product.
        Vendor = "vendor",
        /// A number of the team itself.
        Local = "local",
        /// Something else.
        Other = "other",
    }
}

terms! {
    /// What the recipients are asked to do.
    ExpectedAction {
        /// Inform the constituency: the default.
        InformConstituency = "inform-constituency",
        /// Inform the public.
        InformPublic = "inform-public",
        /// What the text says.
        Other = "other",
    }
}
