//! `campanile ca`

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use campanile_core::model::limits;
use campanile_core::pki::{Passphrase, REQUEST_BYTES_MAX};
use clap::{Args, Subcommand};
use openssl::x509::{X509, X509Crl};
use serde::Serialize;

use super::views::day;
use super::{Place, input, output};
use crate::actions::{self, Actor, IssuedLogin, Key, LoginFor};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::authority::{self, AuthorityRow, IssuedRow};
use crate::store::logins::{self, Login};
use crate::store::teams;

/// The certification authority: certificates that open the web pages.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile ca issue DFN-CERT --person \"Ada Lovelace\" --email ada@dfn-cert.example
  campanile ca issue DFN-CERT --csr ada.csr.pem --out ada.crt.pem
  campanile ca issue DFN-CERT --role service --person scanner --email ops@dfn-cert.example \\
      --out scanner.p12
  campanile ca list
  campanile ca revoke 3F5A… --reason \"laptop lost\"")]
pub(super) struct Ca {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(Init),
    Issue(Issue),
    RegisterLogin(Register),
    Revoke(Revoke),
    Crl(Crl),
    Export(Export),
    List(List),
}

/// Makes the authority. `campanile init` has done so, unless it was an older version.
#[derive(Args)]
struct Init {}

/// Issues a certificate. Without --csr a key is made and packed (PKCS #12): it is mailed to the
/// team, sealed with its registered key, or written to --out; the passphrase is shown once, to
/// be told by telephone.
#[derive(Args)]
struct Issue {
    /// Short name of the team; an operator (`--role operator`) needs none.
    handle: Option<String>,
    /// Name (or address) of the person, or name of the tool; the team as such without.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    person: Option<String>,
    /// The address in the certificate. A person that is new is registered with it.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    email: Option<String>,
    /// representative, officer, reader, observer, service or operator [default: officer].
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Certificate request, PEM or DER: the key stays where it is.
    #[arg(long, value_name = "FILE")]
    csr: Option<PathBuf>,
    /// Where to write the certificate (PEM) or the packed key; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Registers a certificate of another CA for logging in (`trust add FILE --logins` before).
#[derive(Args)]
struct Register {
    /// Short name of the team.
    handle: String,
    /// Name or address of the person, or name of the tool.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    person: String,
    /// `service` for a tool; for a person the role is known.
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The certificate, PEM or DER.
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,
}

/// Withdraws a certificate for good; the revocation list is new at once.
#[derive(Args)]
struct Revoke {
    /// Its full fingerprint or serial number; blanks and colons do not matter.
    certificate: String,
    /// Why, in a few words, for the audit log.
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    reason: String,
}

/// Shows the newest revocation list (PEM); a new one is signed when the last is about to end.
#[derive(Args)]
struct Crl {
    /// Where to write it, instead of to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Sign a new one in any case.
    #[arg(long)]
    renew: bool,
}

/// Shows the certificate of the authority (PEM), for browsers and tools to trust the pages.
#[derive(Args)]
struct Export {}

/// Shows all certificates that open the web pages, and those of the server.
#[derive(Args)]
struct List {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

impl Ca {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Init(Init {}) => init(&app).await,
            Command::Issue(issue) => issue.run(&app).await,
            Command::RegisterLogin(register) => register.run(&app).await,
            Command::Revoke(revoke) => revoke.run(&app).await,
            Command::Crl(crl) => crl.run(&app).await,
            Command::Export(Export {}) => export(&app).await,
            Command::List(list) => list.run(&app).await,
        };
        app.close().await;
        done
    }
}

async fn init(app: &App) -> Result<()> {
    let made = actions::make_authority(app, Actor::Operator).await?;
    output::line(format!("authority {} is ready", made.fingerprint))?;
    output::line(format!("  expires: {}", day(Some(made.expires_at))))?;
    output::line("next: a certificate for yourself:")?;
    output::line("  campanile ca issue --role operator --person NAME --email ADDRESS --out me.p12")
}

impl Issue {
    async fn run(self, app: &App) -> Result<()> {
        let request = self.csr.as_deref().map(|path| input::read(path, REQUEST_BYTES_MAX));
        let request = request.transpose()?;
        let key = match (&request, &self.out) {
            (Some(request), _) => Key::Requested(request),
            (None, Some(_)) => Key::HandedOver,
            (None, None) => Key::Mailed,
        };
        let for_whom = LoginFor {
            team: self.handle.clone(),
            name: self.person,
            email: self.email,
            role: self.role,
        };
        // Before anything is issued: a certificate that cannot be handed over is of no use.
        let out = self.out.map(OutFile::make).transpose()?;
        let issued = actions::issue_login(app, Actor::Operator, &for_whom, key).await;
        let (issued, out) = match (issued, out) {
            (Ok(issued), out) => (issued, out),
            (Err(error), out) => {
                out.iter().for_each(OutFile::forget);
                return Err(error);
            }
        };
        hand_over(&issued, out)
    }
}

/// Writes or prints what was issued.
fn hand_over(issued: &IssuedLogin, out: Option<OutFile>) -> Result<()> {
    match (&issued.packed, out) {
        (None, None) => output::verbatim(&String::from_utf8_lossy(&issued.issued.pem())),
        (None, Some(out)) => {
            told(issued)?;
            out.write(&issued.issued.pem())
        }
        (Some((packed, passphrase)), Some(out)) => {
            told(issued)?;
            output::line(format!("  key and certificate: {}", out.path.display()))?;
            out.write(packed)?;
            show(passphrase)
        }
        (Some((_, passphrase)), None) => {
            told(issued)?;
            if let Some(address) = &issued.mailed_to {
                output::line(format!("  mailed, sealed, to {address}"))?;
            }
            show(passphrase)
        }
    }
}

fn told(issued: &IssuedLogin) -> Result<()> {
    let login = &issued.login;
    output::line(format!("certificate {} issued for {}", login.fingerprint, login.name))?;
    let end = day(Some(login.expires_at));
    output::line(format!("  role: {}, address: {}, expires: {end}", login.role, login.email))
}

/// The one time that a passphrase is shown.
pub(super) fn show(passphrase: &Passphrase) -> Result<()> {
    output::line(format!("  passphrase: {}", passphrase.expose()))?;
    output::line("  tell it by telephone or in person; it is stored nowhere")
}

/// A file for its owner only, made before the work whose result it takes.
pub(super) struct OutFile {
    pub(super) path: PathBuf,
    file: std::fs::File,
}

impl OutFile {
    pub(super) fn make(path: PathBuf) -> Result<Self> {
        let mut options = OpenOptions::new();
        let made = options.write(true).create_new(true).mode(0o600).open(&path);
        match made {
            Ok(file) => Ok(Self { path, file }),
            Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(Error::conflict(format!("{} exists already", path.display()))
                    .hint("name a file that does not exist"))
            }
            Err(source) => Err(Error::io(format!("cannot write {}", path.display()), source)),
        }
    }

    /// Nothing was issued: the empty file goes away again.
    pub(super) fn forget(&self) {
        drop(std::fs::remove_file(&self.path));
    }

    pub(super) fn write(mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        written.map_err(|source| {
            Error::io(format!("cannot write {}", self.path.display()), source)
                .hint("the certificate was issued: revoke it (`campanile ca list`), issue another")
        })
    }
}

impl Register {
    async fn run(self, app: &App) -> Result<()> {
        let file = input::read(&self.cert, limits::CERTIFICATE_FILE_BYTES_MAX)?;
        let (role, actor) = (self.role.as_deref(), Actor::Operator);
        let login =
            actions::register_login(app, actor, &self.handle, &self.person, role, &file).await?;
        output::line(format!("certificate {} registered for {}", login.fingerprint, login.name))?;
        output::line(format!("  role: {}, issued by {}", login.role, login.issuer))
    }
}

impl Revoke {
    async fn run(self, app: &App) -> Result<()> {
        let (actor, which) = (Actor::Operator, self.certificate.as_str());
        let fingerprint = actions::revoke_login(app, actor, which, &self.reason).await?;
        output::line(format!("certificate {fingerprint} is revoked"))
    }
}

impl Crl {
    async fn run(self, app: &App) -> Result<()> {
        if self.renew {
            actions::renew_revocation_list(app, Actor::Operator).await?;
        } else {
            actions::keep_authority(app).await?;
        }
        let list = X509Crl::from_der(&current(app).await?.crl);
        let pem = list.and_then(|list| list.to_pem());
        let pem = pem.map_err(|source| Error::internal("the list is broken").source(source))?;
        match self.out {
            None => output::verbatim(&String::from_utf8_lossy(&pem)),
            Some(path) => write_public(&path, &pem),
        }
    }
}

/// A public file, which may be one that is there already.
fn write_public(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes)
        .map_err(|source| Error::io(format!("cannot write {}", path.display()), source))
}

async fn current(app: &App) -> Result<AuthorityRow> {
    let row = authority::current(&mut *app.db.read().await?).await?;
    row.ok_or_else(|| {
        Error::not_found("this network has no certification authority yet")
            .hint("`campanile ca init` makes one")
    })
}

async fn export(app: &App) -> Result<()> {
    let certificate = X509::from_der(&current(app).await?.certificate);
    let pem = certificate.and_then(|certificate| certificate.to_pem());
    let pem = pem.map_err(|source| Error::internal("the certificate is broken").source(source))?;
    output::verbatim(&String::from_utf8_lossy(&pem))
}

/// A login with the handle of its team.
#[derive(Serialize)]
struct LoginView {
    #[serde(flatten)]
    login: Login,
    team: Option<String>,
    /// `expired` when its time is over.
    now: &'static str,
}

/// Everything that the authority and the table of logins know.
#[derive(Serialize)]
struct ListView {
    logins: Vec<LoginView>,
    servers: Vec<IssuedRow>,
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let now = app.now();
        let teams = teams::all(&mut read).await?;
        let teams: HashMap<_, _> =
            teams.into_iter().map(|team| (team.id, team.handle.to_string())).collect();
        let logins = logins::all(&mut read, None).await?.into_iter().map(|login| LoginView {
            team: login.team_id.as_ref().and_then(|id| teams.get(id).cloned()),
            now: if login.expires_at <= now { "expired" } else { login.state.name() },
            login,
        });
        let issued = authority::issued(&mut read).await?;
        let servers = issued.into_iter().filter(|row| row.kind == "server");
        let view = ListView { logins: logins.collect(), servers: servers.collect() };
        if self.json {
            return output::json(&view);
        }
        let rows = view.logins.iter().map(|view| {
            vec![
                view.team.clone().unwrap_or_else(|| "-".into()),
                view.login.name.clone(),
                view.login.role.to_string(),
                view.now.to_owned(),
                day(Some(view.login.expires_at)),
                view.login.fingerprint.to_string(),
            ]
        });
        let header = ["TEAM", "NAME", "ROLE", "STATE", "EXPIRES", "FINGERPRINT"];
        output::table(&header, rows.collect(), "no certificates yet: `campanile ca issue`")
    }
}
