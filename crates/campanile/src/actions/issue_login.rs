//! Issues a certificate to log in with: for a person, a tool or a team, or for an operator.
//!
//! What it says comes from the registry. A request gives its key only; without one a key is made
//! here and goes out packed, once: it is never stored.
//!
//! The packed key goes to the team as a mail sealed with its registered key. The passphrase does
//! not: in the same mail it would protect nothing. It is told to whoever asked for the
//! certificate and goes by telephone, so that neither the mailbox (with its key) nor the
//! telephone alone is enough to log in.

use campanile_core::authz::Action;
use campanile_core::mime::compose::Attachment;
use campanile_core::model::address::EmailAddress;
use campanile_core::model::person::{LoginState, Role};
use campanile_core::model::time::Timestamp;
use campanile_core::pki::{
    Approved, Authority, Issued, Passphrase, PkiError, Purpose, Request, generate_key, key_digest,
    pack,
};
use serde_json::json;
use zeroize::Zeroizing;

use super::add_person::{find_person, person, person_address, person_name, person_role};
use super::known_keys::refuse_used_key;
use super::own_mail::{OwnMail, SealedMail, seal_own_mail};
use super::{Actor, Done, finish, managed_team, parsed, permit};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::authority::{self, AuthorityRow, IssuedRow};
use crate::store::logins::{self, Login};
use crate::store::people::Person;
use crate::store::teams::Team;
use crate::store::{Connection, people, settings, teams};

/// For whom a certificate is.
#[derive(Debug, Clone, Default)]
pub struct LoginFor {
    /// Handle of the team; an operator needs none.
    pub team: Option<String>,
    /// Name or address of the person, or name of the tool; the team as such when not given.
    pub name: Option<String>,
    /// The address that the certificate names; known for people and teams.
    pub email: Option<String>,
    /// What its holder may do; known for people.
    pub role: Option<String>,
}

/// How the key comes about, and where it goes.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// It is its holder's: this is the request, PEM or DER.
    Requested(&'a [u8]),
    /// It is made here and given to the caller.
    HandedOver,
    /// It is made here and mailed to the team, sealed.
    Mailed,
}

/// A certificate that was issued.
#[derive(Debug)]
pub struct IssuedLogin {
    /// Its row.
    pub login: Login,
    /// The certificate.
    pub issued: Issued,
    /// The packed key, if it was made here, with its passphrase.
    pub packed: Option<(Zeroizing<Vec<u8>>, Passphrase)>,
    /// The address that the packed key was mailed to.
    pub mailed_to: Option<EmailAddress>,
}

/// Whom the registry knows under what was asked for.
struct Holder {
    team: Option<Team>,
    person: Option<Person>,
    /// Whether the person is new.
    new: bool,
    name: String,
    email: EmailAddress,
    role: Role,
    /// Identifier of the login to be.
    login: String,
}

/// Issues a certificate.
///
/// # Errors
/// The actor may not do it, the team or person is not known or may not log in, a value breaks a
/// rule, the request asks for more than its key, or the team has no key that mail can be sealed
/// for.
pub async fn issue_login(
    app: &App,
    actor: Actor<'_>,
    for_whom: &LoginFor,
    key: Key<'_>,
) -> Result<IssuedLogin> {
    let now = app.now();
    let mut read = app.db.read().await?;
    let (row, authority) = app.authority(&mut read).await?;
    let holder = holder(app, &mut read, actor, for_whom).await?;
    let (issued, packed) = sign(app, &mut read, &authority, &holder, key).await?;
    drop(read);
    let mail = match (key, &packed) {
        (Key::Mailed, Some((bytes, _))) => Some(seal(app, &holder, &issued, bytes).await?),
        _ => None,
    };
    let login = login(&holder, &issued, now);
    let recorded = record(app, actor, &row, &holder, (&login, &issued), mail.as_ref()).await;
    if let (Err(_), Some(mail)) = (&recorded, &mail) {
        mail.forget(app);
    }
    recorded?;
    app.queued.notify_waiters();
    let address = holder.team.as_ref().and_then(|team| team.emails.first().cloned());
    Ok(IssuedLogin { login, issued, packed, mailed_to: address.filter(|_| mail.is_some()) })
}

async fn holder(
    app: &App,
    connection: &mut Connection,
    actor: Actor<'_>,
    asked: &LoginFor,
) -> Result<Holder> {
    let now = app.now();
    let hint = "one of representative, officer, reader, observer, service, operator";
    let role: Option<Role> = asked.role.as_deref().map(|text| parsed(text, hint)).transpose()?;
    if let (Actor::Member(by), Some(Role::Operator)) = (actor, role) {
        permit(by, Action::Operate)?;
    }
    let team = match &asked.team {
        Some(handle) => Some(managed_team(connection, actor, handle).await?),
        None if role == Some(Role::Operator) => None,
        None => {
            return Err(Error::invalid("a certificate is for a team, or for an operator")
                .hint("name the team by its handle, or give `--role operator`"));
        }
    };
    if let Some(team) = team.as_ref().filter(|team| !team.state.capabilities().log_in) {
        return Err(Error::denied(format!("{} is {} and may not log in", team.handle, team.state))
            .hint("`campanile team activate` makes it a member again"));
    }
    match (&team, role) {
        (
            Some(team),
            None | Some(Role::Representative | Role::Officer | Role::Reader | Role::Observer),
        ) => of_team(app, connection, team.clone(), asked, role, now).await,
        // A tool or an operator: no person of the team, so everything has to be said.
        (_, role) => {
            let login = app.new_id(now);
            let role = role.unwrap_or(Role::Officer);
            let (Some(name), Some(email)) = (&asked.name, &asked.email) else {
                return Err(Error::invalid(format!("a certificate of role {role} needs a name"))
                    .hint("give `--person NAME --email ADDRESS`; for a tool, of who answers"));
            };
            let email = person_address(connection, team.as_ref(), email).await?;
            let name = person_name(name)?;
            Ok(Holder { team, person: None, new: false, name, email, role, login })
        }
    }
}

/// A person of the team, known or new, or the team as such.
async fn of_team(
    app: &App,
    connection: &mut Connection,
    team: Team,
    asked: &LoginFor,
    role: Option<Role>,
    now: Timestamp,
) -> Result<Holder> {
    let login = app.new_id(now);
    let Some(name) = &asked.name else {
        let own = team.emails.first().cloned();
        let email = match &asked.email {
            Some(text) => Some(person_address(connection, Some(&team), text).await?),
            None => own,
        };
        let email = email.ok_or_else(|| Error::internal("the team has no address"))?;
        let (name, role) = (team.handle.to_string(), role.unwrap_or(Role::Officer));
        return Ok(Holder { team: Some(team), person: None, new: false, name, email, role, login });
    };
    let wanted = asked.email.as_deref().unwrap_or(name);
    let known = match find_person(connection, &team, wanted).await? {
        None => find_person(connection, &team, name).await?,
        found => found,
    };
    if let Some(known) = known {
        let other = asked.email.as_ref().is_some_and(|text| {
            text.parse::<EmailAddress>().is_ok_and(|new| !new.same_mailbox(&known.email))
        });
        if other || role.is_some_and(|role| role != known.role) {
            return Err(Error::conflict(format!(
                "{} is registered with another address or role",
                known.name
            ))
            .hint("`campanile person list` shows them; remove the person and add it anew"));
        }
        let (name, email, role) = (known.name.clone(), known.email.clone(), known.role);
        let (team, person) = (Some(team), Some(known));
        return Ok(Holder { team, person, new: false, name, email, role, login });
    }
    let Some(email) = &asked.email else {
        return Err(Error::not_found(format!("{} has no person `{name}`", team.handle))
            .hint("with `--email ADDRESS` it is registered"));
    };
    let email = person_address(connection, Some(&team), email).await?;
    let role = person_role(role.unwrap_or(Role::Officer))?;
    let name = person_name(name)?;
    let person = person(app, &team, &name, email.clone(), role, now);
    Ok(Holder { team: Some(team), person: Some(person), new: true, name, email, role, login })
}

type Packed = Option<(Zeroizing<Vec<u8>>, Passphrase)>;

async fn sign(
    app: &App,
    connection: &mut Connection,
    authority: &Authority,
    holder: &Holder,
    key: Key<'_>,
) -> Result<(Issued, Packed)> {
    let now = app.now();
    let approved = Approved {
        network: app.config.network.name.as_str(),
        handle: holder.team.as_ref().map_or("", |team| team.handle.as_str()),
        team_name: holder.team.as_ref().map_or("", |team| team.name.as_str()),
        name: &holder.name,
        email: &holder.email,
        id: &holder.login,
    };
    let purpose = Purpose::Client(approved);
    let failed =
        |source: PkiError| Error::internal("the certificate cannot be issued").source(source);
    let Key::Requested(file) = key else {
        let key = generate_key().map_err(failed)?;
        let issued = authority.issue(purpose, &key, now).map_err(failed)?;
        let passphrase = Passphrase::generate().map_err(failed)?;
        let label = format!("{} ({})", holder.name, approved.network);
        let packed = pack(authority, &issued, &key, &label, &passphrase).map_err(failed)?;
        return Ok((issued, Some((packed, passphrase))));
    };
    let request = Request::read(file)?;
    request.check(&approved)?;
    refuse_foreign_names(connection, &request, holder).await?;
    let team_id = holder.team.as_ref().map(|team| team.id.as_str());
    refuse_used_key(connection, &key_digest(request.key()), team_id).await?;
    let issued = authority.issue(purpose, request.key(), now).map_err(failed)?;
    Ok((issued, None))
}

/// Nothing of the subject is copied; but whoever sees the request should not read in it the name
/// of another team.
async fn refuse_foreign_names(
    connection: &mut Connection,
    request: &Request,
    holder: &Holder,
) -> Result<()> {
    let own = holder.team.as_ref().map(|team| team.id.as_str());
    let all = teams::all(connection).await?;
    let others: Vec<_> = all.iter().filter(|team| Some(team.id.as_str()) != own).collect();
    for name in request.names() {
        let taken = |team: &&&Team| {
            name.eq_ignore_ascii_case(team.handle.as_str())
                || name.to_lowercase() == team.name.to_lowercase()
        };
        if let Some(other) = others.iter().find(taken) {
            return Err(Error::invalid(format!("the request names the team {}", other.handle))
                .hint("ask with the name of the own team, or with none"));
        }
    }
    Ok(())
}

async fn seal(app: &App, holder: &Holder, issued: &Issued, packed: &[u8]) -> Result<SealedMail> {
    let out = "`--out FILE` writes it to a file instead, which you hand over yourself";
    let team = holder.team.as_ref().ok_or_else(|| {
        Error::invalid("an operator without a team gets the key as a file").hint(out)
    })?;
    let url = app.config.public_url();
    let text = format!(
        "Attached is the key with which {} logs in to the web pages of this network, at {url}, \
         as {}.\n\n  valid until   {}\n  SHA-256       {}\n\nThe file is encrypted. Its \
         passphrase is not in this mail: the operator of the network tells it to you by \
         telephone, on a number that you know. Import the file into the browser or the system \
         (certificates, \"your certificates\", import), and delete it then.\n\nWhoever has file \
         and passphrase can act for your team. If either was lost or seen by others, tell the \
         operator at once; the certificate is revoked within minutes.\n\nYou get this mail \
         because your team is a member of the network.\n",
        holder.name,
        holder.role,
        issued.expires_at,
        grouped(issued.fingerprint.as_str()),
    );
    let name = format!("{}.p12", team.handle);
    let file = Attachment { name: &name, media_type: "application/pkcs12", bytes: packed };
    let mail = OwnMail {
        team_id: &team.id,
        kind: "certificate",
        subject: "Your certificate for the web pages",
        text: &text,
        attachments: &[file],
        list_id: None,
    };
    seal_own_mail(app, &mail).await?.ok_or_else(|| {
        Error::conflict(format!("{} has no key that a mail can be sealed for", team.handle))
            .hint(out)
    })
}

/// In groups of four, to be compared by eye.
fn grouped(digits: &str) -> String {
    let chars: Vec<char> = digits.chars().collect();
    chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn login(holder: &Holder, issued: &Issued, now: Timestamp) -> Login {
    Login {
        id: holder.login.clone(),
        team_id: holder.team.as_ref().map(|team| team.id.clone()),
        person_id: holder.person.as_ref().map(|person| person.id.clone()),
        name: holder.name.clone(),
        email: holder.email.clone(),
        role: holder.role,
        fingerprint: issued.fingerprint.clone(),
        issuer: issued.issuer.clone(),
        serial: issued.serial.clone(),
        key_digest: issued.key_digest.clone(),
        certificate: issued.certificate.clone(),
        state: LoginState::Active,
        not_before: issued.not_before,
        expires_at: issued.expires_at,
        created_at: now,
        changed_at: now,
    }
}

async fn record(
    app: &App,
    actor: Actor<'_>,
    authority: &AuthorityRow,
    holder: &Holder,
    (login, issued): (&Login, &Issued),
    mail: Option<&SealedMail>,
) -> Result<()> {
    let now = login.created_at;
    let mut write = settings::begin_registry_change(&app.db).await?;
    // What was found out before may be over: the team suspended, the person removed meanwhile.
    if let Some(team) = &holder.team {
        let still = managed_team(&mut write, actor, team.handle.as_str()).await?;
        if !still.state.capabilities().log_in {
            return Err(Error::denied(format!("{} is {}", still.handle, still.state)));
        }
    }
    if let Some(person) = holder.person.as_ref().filter(|_| holder.new) {
        people::insert(&mut write, person).await?;
    }
    authority::insert_issued(&mut write, &row(authority, issued, "client", now)).await?;
    logins::insert(&mut write, login).await?;
    if let Some(mail) = mail {
        mail.queue(&mut write, now).await?;
    }
    let detail = json!({
        "login": login.id,
        "role": login.role,
        "serial": login.serial,
        "fingerprint": login.fingerprint,
        "expires_at": login.expires_at,
        "mailed": mail.is_some(),
    });
    let object = holder.team.as_ref().map_or("operator", |team| team.handle.as_str());
    finish(&app.secret, write, now, Done { actor, action: "ca.issue", object, detail }).await
}

/// The row of a certificate that was signed.
pub(super) fn row(
    authority: &AuthorityRow,
    issued: &Issued,
    kind: &str,
    now: Timestamp,
) -> IssuedRow {
    IssuedRow {
        serial: issued.serial.clone(),
        authority_id: authority.id.clone(),
        fingerprint: issued.fingerprint.clone(),
        key_digest: issued.key_digest.clone(),
        kind: kind.to_owned(),
        subject: issued.subject.clone(),
        expires_at: issued.expires_at,
        issued_at: now,
        revoked_at: None,
        reason: None,
    }
}
