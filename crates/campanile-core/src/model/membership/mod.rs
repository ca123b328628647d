//! How a team becomes a member, and what the network keeps on record about it.
//!
//! Facts and rules only: who may act is in `authz`, what a state of a team allows in
//! [`team`](super::team). Nothing here makes a key trusted; a fingerprint in a form is a claim
//! until the operator has confirmed it.

mod case;
mod conduct;
mod confirmation;
mod day;
mod directory;
mod evidence;
mod form;

pub use case::{
    ApplicationState, Case, REJECTIONS_IN_A_ROW_MAX, Requirement, SPONSORS_MIN, Statement, Voice,
    rejected_at_once, requirements,
};
pub use conduct::{Acceptance, Conduct, SignatureKind};
pub use confirmation::{CONFIRMATION_SECONDS, Confirmation};
pub use day::{BadDay, Day};
pub use directory::{BadCountry, Constituency, Country, Directory, ExternalIds, Phone, PhoneUsage};
pub use evidence::{Evidence, EvidenceKind};
pub use form::{Application, Contact, Fault, Form, RecordForm};
