//! `/advisories/new`: advisories are brought in, as files or as the minimum typed into a form.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use campanile_core::authz::Action;
use campanile_core::formats::Severity;
use campanile_core::formats::minimum::{self, Fields};
use campanile_core::model::advisory::disclosure::Disclosure;
use campanile_core::model::membership::Fault;

use crate::actions::{NewDocument, Taken, import_advisories};
use crate::app::advisories::document;
use crate::app::advisories::rules::Written;
use crate::error::{Error, Result};
use crate::store::subscriptions;
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};
use crate::web::pages::form::{Choice, Typed};
use crate::web::pages::plain::Plain;

/// Files of one upload.
const FILES_MAX: usize = 500;

/// What became of one document.
struct Outcome {
    file: String,
    tone: &'static str,
    what: &'static str,
    href: String,
    text: String,
}

#[derive(Template)]
#[template(path = "advisories_new.html")]
struct Bring {
    frame: Frame,
    team: String,
    form: Plain,
    audiences: Vec<Choice>,
    outcomes: Vec<Outcome>,
}

/// `GET /advisories/new`
pub(in crate::web) async fn new(visit: Visit) -> Result<Html<String>> {
    visit.needs(Action::WriteAdvisories)?;
    html(&page(&visit, Plain::default(), Vec::new()).await?)
}

async fn page(visit: &Visit, form: Plain, outcomes: Vec<Outcome>) -> Result<Bring> {
    let label = match visit.viewer.team {
        Some(_) => "by its label: TLP:CLEAR for every team, else my team only",
        None => "by its label; every team where it has none",
    };
    let mut audiences = vec![
        (String::new(), label.to_owned()),
        ("network".to_owned(), "every team of the network".to_owned()),
    ];
    if let Some(team) = &visit.viewer.team {
        audiences.push(("own".to_owned(), "my team only".to_owned()));
        let mut read = visit.app.db.read().await?;
        let lists = subscriptions::lists(&mut read, &team.id).await?;
        audiences.extend(
            lists
                .iter()
                .map(|name| (format!("list:{name}"), format!("the teams of the list {name}"))),
        );
    }
    let chosen = form.value("audience").to_owned();
    let choices =
        audiences.into_iter().map(|(value, text)| Choice { chosen: value == chosen, value, text });
    Ok(Bring {
        frame: visit.frame("Bring advisories in"),
        team: visit.viewer.team.as_ref().map(|team| team.handle.to_string()).unwrap_or_default(),
        audiences: choices.collect(),
        form,
        outcomes,
    })
}

/// `POST /advisories`: files.
pub(in crate::web) async fn upload(
    visit: Visit,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    visit.needs(Action::WriteAdvisories)?;
    let form = form.map_err(|_| Error::invalid("this is no upload of files"))?;
    let (typed, files) = read(form).await?;
    take(&visit, typed, files).await
}

/// The fields of an upload, and its files by name.
async fn read(mut form: Multipart) -> Result<(Typed, Vec<(String, Vec<u8>)>)> {
    let broken = |source: MultipartError| match source.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::too_large("these files are too large for one upload")
                .hint("bring them in parts, or have the operator import them")
        }
        _ => Error::invalid("the upload broke off").source(source).hint("try it again"),
    };
    let mut typed = Typed::default();
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                let octets = field.bytes().await.map_err(broken)?;
                // A browser sends an empty part where no file was chosen.
                if octets.is_empty() {
                    continue;
                }
                if files.len() == FILES_MAX {
                    return Err(Error::too_large(format!("these are more than {FILES_MAX} files"))
                        .hint("bring them in parts, or have the operator import them"));
                }
                files.push((file, octets.to_vec()));
            }
            None => typed.set(&name, field.text().await.map_err(broken)?),
        }
    }
    Ok((typed, files))
}

async fn take(visit: &Visit, typed: Typed, files: Vec<(String, Vec<u8>)>) -> Result<Response> {
    let disclosure = match disclosure(&typed) {
        Ok(disclosure) => disclosure,
        Err(error) => return refused(visit, Plain::refused(typed, &error)).await,
    };
    if files.is_empty() {
        let none = Error::invalid("no file was chosen");
        return refused(visit, Plain::refused(typed, &none)).await;
    }
    let issuer = typed.get("issuer_given").trim().to_owned();
    let documents: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .flat_map(|(name, file)| {
            let parts = document::documents(file);
            parts.into_iter().map(move |octets| (name.clone(), octets))
        })
        .collect();
    let new: Vec<_> = documents
        .iter()
        .map(|(_, octets)| NewDocument {
            octets,
            channel: "web",
            signature: "unsigned",
            issuer: &issuer,
            disclosure: disclosure.as_ref(),
            terms: None,
        })
        .collect();
    let taken = import_advisories(&visit.app, &visit.viewer, &new).await?;
    let names = documents.into_iter().map(|(name, _)| name);
    let outcomes: Vec<_> = names.zip(taken).map(|(file, taken)| outcome(file, taken)).collect();
    let all_refused = outcomes.iter().all(|one| one.tone == "bad");
    let status = if all_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = page(visit, Plain::new(typed, Vec::new()), outcomes).await?;
    Ok((status, html(&view)?).into_response())
}

fn outcome(file: String, taken: Taken) -> Outcome {
    match taken {
        Taken::Stored { id, number, versions } => Outcome {
            file,
            tone: "good",
            what: "stored",
            href: format!("/advisories/{id}"),
            text: match versions {
                1 => number,
                count => format!("{number}, now {count} versions"),
            },
        },
        Taken::Unchanged { id } => Outcome {
            file,
            tone: "plain",
            what: "here already",
            href: format!("/advisories/{id}"),
            text: "the same document".into(),
        },
        Taken::Refused { why } => {
            Outcome { file, tone: "bad", what: "refused", href: String::new(), text: why }
        }
    }
}

async fn refused(visit: &Visit, form: Plain) -> Result<Response> {
    let view = page(visit, form, Vec::new()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&view)?).into_response())
}

/// Who sees what; `None` where the label decides.
fn disclosure(typed: &Typed) -> Result<Option<Disclosure>> {
    let teams = typed.get("teams").trim();
    let audience = if teams.is_empty() { typed.get("audience") } else { teams };
    let release_at = in_utc(typed.get("release_at"));
    Written { audience, release_at: &release_at, ..Written::default() }.read()
}

/// A time in UTC as browsers write it, `2026-12-01T12:00`, with its zone.
pub(super) fn in_utc(text: &str) -> String {
    let text = text.trim();
    if text.len() == 16 { format!("{text}:00Z") } else { text.to_owned() }
}

/// `POST /advisories/minimum`: the minimum record, typed.
pub(in crate::web) async fn minimum(visit: Visit, body: String) -> Result<Response> {
    visit.needs(Action::WriteAdvisories)?;
    let typed = Typed::decode(&body);
    let get = |name: &str| typed.get(name).trim().to_owned();
    let own = visit.viewer.team.as_ref().map(|team| team.handle.to_string()).unwrap_or_default();
    let fields = Fields {
        issuer: if get("issuer").is_empty() { own } else { get("issuer") },
        number: get("number"),
        version: get("version"),
        date: get("date"),
        title: get("title"),
        risk: get("risk"),
        identifiers: get("identifiers"),
        url: get("url"),
        tlp: get("tlp"),
        ..Fields::default()
    };
    let (advisory, findings) = fields.check();
    let wrong: Vec<_> = findings.iter().filter_map(fault).collect();
    let document = advisory.filter(|_| wrong.is_empty()).map(|one| minimum::write(&one));
    let Some(Ok(document)) = document else {
        return refused(&visit, Plain::new(typed, wrong)).await;
    };
    let number = fields.number;
    take(&visit, typed, vec![(number, document)]).await
}

const FIELDS: [&str; 9] =
    ["issuer", "number", "version", "date", "title", "risk", "identifiers", "url", "tlp"];

/// A finding beside its field. What would only be left out is told as well: nothing that was typed
/// vanishes.
fn fault(finding: &campanile_core::formats::Finding) -> Option<Fault> {
    let field = FIELDS.into_iter().find(|name| *name == finding.place)?;
    (finding.severity != Severity::Note).then(|| Fault { field, text: finding.what.clone() })
}
