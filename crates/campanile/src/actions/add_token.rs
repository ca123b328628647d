//! Tokens: what a program of a team presents, or has in the address of its feed, instead of a
//! certificate.

use campanile_core::crypto::mac::mac;
use campanile_core::model::scope::Scopes;
use serde_json::json;
use zeroize::Zeroizing;

use super::add_person::person_name;
use super::{Actor, Done, finish, managed_team, parsed, withdraws_of};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::settings;
use crate::store::tokens::{self, Token};

/// What every token begins with, so that scanners for secrets know it.
const PREFIX: &str = "cpl_";
/// Random octets of a token: 160 bits.
const OCTETS: usize = 20;
const DAY_SECONDS: i64 = 86_400;
/// Longest life of a token, in days.
const DAYS_MAX: i64 = 732;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// The API.
    Api,
    /// The address of a feed.
    Feed,
}

impl TokenKind {
    /// As stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Feed => "feed",
        }
    }
}

/// Makes a token for a team. Returns it with its text, which is shown once: only an HMAC of it is
/// stored.
///
/// # Errors
/// There is no such team, or a value breaks a rule.
pub async fn add_token(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    kind: TokenKind,
    (name, scopes, days): (&str, &str, i64),
) -> Result<(Token, Zeroizing<String>)> {
    let now = app.now();
    let hint = "`--scope` takes read, acknowledge and write";
    let scopes: Scopes = match kind {
        TokenKind::Api => parsed(scopes, hint)?,
        TokenKind::Feed => Scopes::new([]),
    };
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Error::invalid("this is no life of a token").hint("1 to 732 days"));
    }
    let name = person_name(name)?;
    let text = random()?;
    let digest = token_digest(app, &text)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = managed_team(&mut write, actor, handle).await?;
    let token = Token {
        id: app.new_id(now),
        team: team.handle.to_string(),
        team_id: team.id,
        name,
        kind: kind.name().to_owned(),
        scopes,
        created_at: now,
        expires_at: now.plus_seconds(days * DAY_SECONDS),
        revoked_at: None,
    };
    tokens::insert(&mut write, &token, &digest).await?;
    let detail = json!({
        "token": token.id,
        "kind": token.kind,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
    });
    let object = token.team.as_str();
    finish(&app.secret, write, now, Done { actor, action: "token.add", object, detail }).await?;
    Ok((token, text))
}

/// Withdraws a token, named by its identifier; for a member, one of its team.
///
/// # Errors
/// There is no such token, or it was withdrawn before.
pub async fn revoke_token(app: &App, actor: Actor<'_>, id: &str) -> Result<()> {
    let now = app.now();
    let of = withdraws_of(actor)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    if !tokens::revoke(&mut write, id, of, now).await? {
        return Err(Error::not_found("there is no such token that is good")
            .hint("`campanile token list` shows them with their identifiers"));
    }
    let done = Done { actor, action: "token.revoke", object: id, detail: json!({}) };
    finish(&app.secret, write, now, done).await
}

/// What a token is looked up by: whoever reads the database can make none.
///
/// # Errors
/// OpenSSL has no memory left.
pub fn token_digest(app: &App, text: &str) -> Result<String> {
    mac(&app.secret, &format!("token {text}"))
        .map_err(|source| Error::internal("the token cannot be checked").source(source))
}

fn random() -> Result<Zeroizing<String>> {
    let mut octets = Zeroizing::new([0; OCTETS]);
    openssl::rand::rand_bytes(octets.as_mut_slice())
        .map_err(|source| Error::internal("no random numbers").source(source))?;
    let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + 2 * OCTETS));
    text.push_str(PREFIX);
    for octet in octets.iter() {
        for half in [octet >> 4, octet & 15] {
            text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
    }
    Ok(text)
}
