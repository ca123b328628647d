//! `/teams/{handle}/access`: what opens the pages, the API and the feed for a team, and who is told
//! of alerts. For its representative and the operator.
//!
//! A token and the secret of a webhook are shown once, in the answer to the form that made them.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use campanile_core::model::person::{LoginState, Role};
use openssl::x509::X509;

use super::form::{Choice, Typed};
use super::plain::Plain;
use super::team_change::changeable;
use crate::error::{Error, Kind, Result};
use crate::store::logins::{self, Login};
use crate::store::tokens::{self, Token};
use crate::store::webhooks::{self, Webhook};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// What a form made that is shown this once.
#[derive(Default)]
pub(in crate::web) struct Made {
    /// What was done, in a sentence.
    pub(in crate::web) said: String,
    /// What to keep; empty when there is nothing.
    pub(in crate::web) secret: String,
    /// Where the new certificate can be fetched.
    pub(in crate::web) certificate: String,
}

struct CertificateRow {
    id: String,
    name: String,
    role: &'static str,
    email: String,
    until: At,
    tone: &'static str,
    state: &'static str,
    fingerprint: String,
    /// It is the one that asks.
    own: bool,
    good: bool,
}

struct TokenRow {
    id: String,
    name: String,
    use_: String,
    until: At,
    tone: &'static str,
    state: &'static str,
    good: bool,
}

struct WebhookRow {
    id: String,
    url: String,
    since: At,
    tone: &'static str,
    state: String,
    reply: String,
}

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    frame: Frame,
    handle: String,
    certificates: Vec<CertificateRow>,
    tokens: Vec<TokenRow>,
    webhooks: Vec<WebhookRow>,
    made: Made,
    /// The form that was refused, or an empty one.
    form: Plain,
    roles: Vec<Choice>,
}

/// Roles that a certificate of a team can have.
const ROLES: &[(&str, &str)] = &[
    (Role::Officer.name(), "officer: alerts and calls"),
    (Role::Representative.name(), "representative: also keys and access"),
    (Role::Reader.name(), "reader: reads"),
    (Role::Observer.name(), "observer: reads alerts"),
    (Role::Service.name(), "service: a tool"),
];

/// `GET /teams/{handle}/access`
pub(in crate::web) async fn show(visit: Visit, Path(handle): Path<String>) -> Result<Response> {
    page(&visit, &handle, Plain::default(), Made::default()).await
}

/// The page, after a form too.
pub(super) async fn page(visit: &Visit, handle: &str, form: Plain, made: Made) -> Result<Response> {
    let (team, _, _) = changeable(visit, handle).await?;
    let mut read = visit.app.db.read_snapshot().await?;
    let logins = logins::all(&mut read, Some(&team.id)).await?;
    let tokens = tokens::all(&mut read, Some(&team.id)).await?;
    let hooks = webhooks::all(&mut read, Some(&team.id)).await?;
    drop(read);
    let status = match form.wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = AccessPage {
        frame: visit.frame(format!("Access of {}", team.handle)),
        handle: team.handle.to_string(),
        certificates: newest_good_first(
            logins.iter().map(|login| certificate_row(login, visit)),
            |row| row.good,
        ),
        tokens: newest_good_first(tokens.iter().map(|token| token_row(token, visit)), |row| {
            row.good
        }),
        webhooks: hooks.iter().map(webhook_row).collect(),
        roles: Choice::among(form.value("role"), ROLES),
        made,
        form,
    };
    Ok((status, html(&page)?).into_response())
}

/// What became of a form: the page, with what was made, or with what was typed and why not.
pub(super) async fn answer(
    visit: &Visit,
    handle: &str,
    typed: Typed,
    done: Result<Made>,
) -> Result<Response> {
    match done {
        Ok(made) => page(visit, handle, Plain::default(), made).await,
        // Who may not do it at all is told so, and not what to correct.
        Err(error) if error.kind() == Kind::Denied => Err(error),
        Err(error) if error.is_refusal() => {
            page(visit, handle, Plain::refused(typed, &error), Made::default()).await
        }
        Err(error) => Err(error),
    }
}

/// `GET /teams/{handle}/access/certificates/{id}`: the certificate, to be saved.
pub(in crate::web) async fn certificate(
    visit: Visit,
    Path((handle, id)): Path<(String, String)>,
) -> Result<Response> {
    let (team, _, _) = changeable(&visit, &handle).await?;
    let all = logins::all(&mut *visit.app.db.read().await?, Some(&team.id)).await?;
    let login = all.into_iter().find(|login| login.id == id);
    let login = login.ok_or_else(|| Error::not_found("the team has no such certificate"))?;
    let pem = X509::from_der(&login.certificate).and_then(|certificate| certificate.to_pem());
    let pem = pem.map_err(|source| Error::internal("the certificate is broken").source(source))?;
    let short = login.fingerprint.as_str().get(..8).unwrap_or_default();
    let fields = [
        (header::CONTENT_TYPE, "application/x-pem-file".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}-{short}.crt.pem\"", team.handle),
        ),
    ];
    Ok((fields, pem).into_response())
}

/// What is good stands first, and of both the newest.
fn newest_good_first<T>(rows: impl Iterator<Item = T>, good: impl Fn(&T) -> bool) -> Vec<T> {
    let mut rows: Vec<T> = rows.collect();
    rows.reverse();
    rows.sort_by_key(|row| !good(row));
    rows
}

fn certificate_row(login: &Login, visit: &Visit) -> CertificateRow {
    let (state, tone) = match login.state {
        LoginState::Active if login.expires_at <= visit.now => ("expired", "plain"),
        LoginState::Active => ("good", "good"),
        other => (other.name(), "plain"),
    };
    CertificateRow {
        id: login.id.clone(),
        name: login.name.clone(),
        role: login.role.name(),
        email: login.email.to_string(),
        until: At(login.expires_at),
        tone,
        state,
        fingerprint: login.fingerprint.to_string(),
        own: login.id == visit.viewer.login,
        good: state == "good",
    }
}

fn token_row(token: &Token, visit: &Visit) -> TokenRow {
    let (state, tone) = match token.revoked_at {
        Some(_) => ("withdrawn", "plain"),
        None if token.expires_at <= visit.now => ("expired", "plain"),
        None => ("good", "good"),
    };
    TokenRow {
        id: token.id.clone(),
        name: token.name.clone(),
        use_: match token.kind.as_str() {
            "feed" => "Atom feed".to_owned(),
            _ => format!("API: {}", token.scopes),
        },
        until: At(token.expires_at),
        tone,
        state,
        good: state == "good",
    }
}

fn webhook_row(hook: &Webhook) -> WebhookRow {
    let (state, tone) = match (hook.waiting, hook.failed) {
        (0, 0) => ("up to date".to_owned(), "good"),
        (waiting, 0) => (format!("{waiting} wait"), "warn"),
        (0, failed) => (format!("{failed} given up"), "bad"),
        (waiting, failed) => (format!("{waiting} wait, {failed} given up"), "bad"),
    };
    WebhookRow {
        id: hook.id.clone(),
        url: hook.url.clone(),
        since: At(hook.created_at),
        tone,
        state,
        reply: hook.reply.clone(),
    }
}
