//! `POST /alerts/new`: an IODEF document in any of its encodings becomes what the form shows, with
//! what is odd about it beside. Nothing is kept and nothing is sent.

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use campanile_core::formats::{Finding, Severity, iodef};
use campanile_core::model::alert::{Alert, RevisionKind};

use super::form::{Faults, Typed};
use super::write::{Above, form_page, own, suggested};
use crate::actions::import_alert::{as_own, own_id};
use crate::error::{Error, Result};
use crate::web::auth::Visit;
use crate::web::multipart;

/// Most findings that are shown: whoever has more mends the program that writes such documents.
const FINDINGS_MAX: usize = 50;

/// A document that fills the form.
pub(in crate::web) struct Document {
    /// Its encoding.
    pub(in crate::web) encoding: &'static str,
    /// What the form makes of it that its author may not expect.
    pub(in crate::web) notes: Vec<String>,
    pub(in crate::web) findings: Vec<FindingRow>,
    /// Findings that are not shown.
    pub(in crate::web) more: usize,
}

/// One finding.
pub(in crate::web) struct FindingRow {
    pub(in crate::web) tone: &'static str,
    pub(in crate::web) severity: &'static str,
    pub(in crate::web) place: String,
    pub(in crate::web) what: String,
}

/// `POST /alerts/new`
pub(in crate::web) async fn upload(
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    own(&visit)?;
    let (typed, above) = match filled(&visit, &headers, &body).await {
        Ok((typed, document)) => (typed, Above { document: Some(document), ..Above::default() }),
        Err(error) if error.is_refusal() => {
            let mut typed = Typed::first();
            typed.set("id", suggested(visit.now));
            let wrong = format!("{}.", error.public());
            (typed, Above { wrong, offers: true, ..Above::default() })
        }
        Err(error) => return Err(error),
    };
    form_page(&visit, typed, Faults::default(), above).await
}

/// The form of what the document says.
async fn filled(visit: &Visit, headers: &HeaderMap, body: &[u8]) -> Result<(Typed, Document)> {
    let octets = multipart::file(headers, body, "document")?;
    let octets = octets.ok_or_else(|| Error::invalid("no file was chosen, or it is empty"))?;
    let (alert, findings) = iodef::read(&octets, visit.now)
        .map_err(|why| Error::invalid(format!("the document cannot be read: {why}")))?;
    let team = own(visit)?;
    let mut notes = notes(&alert);
    let (given, description) = (alert.id.clone(), alert.description.clone());
    let mut alert = as_own(&visit.app, team, alert, &description).await?;
    let mut typed = match own_id(&team.handle, &mut alert) {
        Ok(()) => Typed::of_alert(&alert),
        Err(bad) => {
            notes.push(format!("Its identifier cannot be used: {bad}. The form has another."));
            alert.alternative_ids.push(given.into());
            let mut typed = Typed::of_alert(&alert);
            typed.set("id", suggested(visit.now));
            typed
        }
    };
    typed.set("audience", "all");
    Ok((typed, Document::of(&octets, notes, &findings)))
}

fn notes(alert: &Alert) -> Vec<String> {
    let mut notes = Vec::new();
    if alert.revision.kind != RevisionKind::Issue || alert.revision.number > 1 {
        notes.push(format!(
            "The document is revision {} of an alert. From this form it is sent as a new alert; an \
             alert that the network has is revised on its own page.",
            alert.revision.number
        ));
    }
    notes
}

impl Document {
    fn of(octets: &[u8], notes: Vec<String>, findings: &[Finding]) -> Self {
        let encoding = iodef::detect(octets).map_or("IODEF", |encoding| match encoding {
            iodef::Encoding::V2003 => "IODEF of 2003",
            iodef::Encoding::V1 => "IODEF 1.00",
            iodef::Encoding::V2 => "IODEF 2.00",
            iodef::Encoding::Json => "IODEF in JSON",
        });
        let mut ordered: Vec<_> = findings.iter().collect();
        ordered.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let row = |finding: &Finding| FindingRow {
            tone: match finding.severity {
                Severity::Error => "bad",
                Severity::Warning => "warn",
                Severity::Note => "plain",
            },
            severity: finding.severity.name(),
            place: finding.place.clone(),
            what: finding.what.clone(),
        };
        let shown = ordered.into_iter().take(FINDINGS_MAX).map(row).collect();
        let more = findings.len().saturating_sub(FINDINGS_MAX);
        Self { encoding, notes, findings: shown, more }
    }
}
