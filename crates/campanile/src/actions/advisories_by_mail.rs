//! A team sends advisories from its own system: the documents in a mail to the list of the
//! repository are taken in for the team, and the teams of the list see all of them.
//!
//! They are taken in before the mail is distributed. Whatever is cut off in between is done again
//! with the mail, and what is here already stays as it is. What was refused goes back to the team
//! that sent it, sealed, and to nobody else.

use std::fmt::Write as _;

use campanile_core::authz::{Action, Viewer, may};
use campanile_core::gateway::mail_in::File;
use campanile_core::gateway::network::List;
use campanile_core::model::advisory::disclosure::{Audience, Disclosure};

use super::import_advisories::{NewDocument, Taken, import_advisories};
use super::import_alert::Import;
use super::own_mail::{OwnMail, seal_own_mail};
use super::own_team;
use crate::app::App;
use crate::app::advisories::document;
use crate::error::{Error, Result};

/// Takes the documents of a mail in. Returns what its author is told, if there is anything to tell.
///
/// # Errors
/// The database cannot be written, or sealing fails.
pub async fn advisories_by_mail(
    app: &App,
    by: &Viewer,
    list: &List,
    files: Vec<File>,
) -> Result<Option<Import>> {
    let wanted = app.config.repository.list.as_deref() == Some(list.name.as_str());
    if !wanted || !may(by, Action::WriteAdvisories) {
        return Ok(None);
    }
    let team = own_team(by, Action::WriteAdvisories)?;
    let name = list.name.parse().map_err(|_| Error::internal("a list has no name"))?;
    let rules = Disclosure { rest: Audience::Group(name), ..Disclosure::default() };
    let documents: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .flat_map(|file| {
            let File { name, octets } = file;
            document::documents(octets).into_iter().map(move |one| (name.clone(), one))
        })
        .collect();
    let new: Vec<_> = documents
        .iter()
        .map(|(_, octets)| NewDocument {
            octets,
            channel: "mail",
            signature: "valid",
            issuer: "",
            disclosure: Some(&rules),
            terms: None,
        })
        .collect();
    let taken = import_advisories(app, by, &new).await?;
    let mut refused = String::new();
    for ((name, _), taken) in documents.iter().zip(&taken) {
        if let Taken::Refused { why } = taken {
            let name = if name.is_empty() { "a document without a name" } else { name };
            // Writing to a string cannot fail.
            let _ = writeln!(refused, "- {name}: {why}");
        }
    }
    if refused.is_empty() {
        return Ok(None);
    }
    let stored = taken.iter().filter(|one| !matches!(one, Taken::Refused { .. })).count();
    let text = format!(
        "Of the documents in your mail to {}, {stored} are in the repository. These are not:\n\n\
         {refused}\n\
         The mail itself was passed on to the teams of the list as it was.\n\n\
         You get this because your team sent the mail. Nobody else does.\n",
        list.address
    );
    let mail = OwnMail {
        team_id: &team.id,
        kind: "findings",
        subject: "Documents in your mail were not taken in",
        text: &text,
        attachments: &[],
        list_id: Some(&list.id),
    };
    let sealed = seal_own_mail(app, &mail).await?;
    Ok(sealed.map(|report| Import::report(report, &team.id)))
}
