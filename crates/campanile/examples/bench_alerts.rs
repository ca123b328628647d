//! What an alert costs in a large network: from the form to the last sealed copy that a next hop
//! has taken, the board of it, many alerts at once, and what programs read of them.
//!
//! `cargo x bench alerts [--teams N] [--burst N] [--database URL]`; everything in one process.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use campanile::actions::{
    Actor, NewAcknowledgement, NewAlert, NewKeys, NewNetwork, NewTeam, TokenKind,
    acknowledge_alert, add_list, add_team, add_team_key, add_token, add_trust, generate_list_key,
    init_network, keep_authority, remind_teams, send_alert, subscribe,
};
use campanile::app::App;
use campanile::app::alerts::AlertQuery;
use campanile::clock::Clock;
use campanile::config::Environment;
use campanile::counters::Counters;
use campanile::jobs;
use campanile::relay::{Relay, RelaySettings, RelayTimes, RelayTls};
use campanile::smtp::{Intake, SmtpSettings, serve};
use campanile::store::alerts::Name;
use campanile::web::{Door, serve_pages};
use campanile_core::authz::{Membership, Viewer};
use campanile_core::crypto::openpgp;
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::alert::form::AlertForm;
use campanile_core::model::key::Protocol;
use campanile_core::model::person::Role;
use campanile_core::smtp::envelope::{Acceptance, Envelope, RecipientAnswer};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509NameBuilder};
use tokio::net::TcpListener;
use tokio::sync::watch;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Deliverers, as the server has them.
const DELIVERERS: usize = 4;
/// How often a read is measured; the median counts.
const READS: usize = 15;

struct Arguments {
    teams: usize,
    burst: usize,
    database: Option<String>,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments = arguments()?;
    let dir = tempfile::tempdir()?;
    let app = network(dir.path(), &arguments).await?;
    let taken = Arc::new(AtomicUsize::new(0));
    let port = sink(Arc::clone(&taken)).await?;
    let (_stop, stopped) = watch::channel(false);
    let relay = Arc::new(Relay::new(RelaySettings {
        host: "127.0.0.1".into(),
        port,
        tls: RelayTls::None,
        ca_file: None,
        hostname: "list.example".into(),
        times: RelayTimes::default(),
    })?);
    for _ in 0..DELIVERERS {
        tokio::spawn(jobs::deliver::run(Arc::clone(&app), Arc::clone(&relay), stopped.clone()));
    }
    println!("| what | seconds | CPU seconds |\n|---|---:|---:|");
    let network = measured("registry loaded and keys chosen, once", async {
        let network = app.network().await?;
        for list in &network.lists {
            app.recipient_keys(&network, list);
        }
        Ok(network)
    })
    .await?;
    let teams = network.teams.len();
    one_alert(&app, teams, &taken).await?;
    board(&app, teams).await?;
    burst(&app, &arguments, teams, &taken).await?;
    programs(&app, stopped).await
}

/// API and feed as the programs of a team read them: over TLS, with a new connection for each
/// answer, the handshake included.
async fn programs(app: &Arc<App>, stopped: watch::Receiver<bool>) -> Outcome<()> {
    keep_authority(app).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(serve_pages(listener, Arc::clone(app), Door::default(), stopped));
    let by = Actor::Operator;
    let token = async |kind| add_token(app, by, "TEAM0", kind, ("bench", "read", 1)).await;
    let (api, feed) = (token(TokenKind::Api).await?.1, token(TokenKind::Feed).await?.1);
    let feed = format!("/feeds/{}.atom", feed.as_str());
    let answers = [
        ("API: 50 alerts with what they say", "/api/v1/alerts"),
        ("API: one alert", "/api/v1/alerts/TEAM0-0"),
        ("API: board of an alert", "/api/v1/alerts/TEAM0-0/board"),
        ("API: directory of the teams", "/api/v1/teams"),
        ("feed of a team", feed.as_str()),
    ];
    for (what, path) in answers {
        let work = async || {
            let (path, token) = (path.to_owned(), api.as_str().to_owned());
            let got = tokio::task::spawn_blocking(move || get(port, &path, &token)).await?;
            got.map_err(Into::into)
        };
        read(what, "octets", work).await?;
    }
    Ok(())
}

/// The number of octets of an answer.
fn get(port: u16, path: &str, token: &str) -> Result<usize, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let mut builder = SslConnector::builder(SslMethod::tls()).map_err(|error| failed(&error))?;
    builder.set_verify(SslVerifyMode::NONE);
    let socket = TcpStream::connect(("127.0.0.1", port)).map_err(|error| failed(&error))?;
    let stream = builder.build().connect("localhost", socket);
    let mut stream = stream.map_err(|error| failed(&error))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).map_err(|error| failed(&error))?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(|error| failed(&error))?;
    match answer.starts_with(b"HTTP/1.1 200") {
        true => Ok(answer.len()),
        false => Err(failed(&String::from_utf8_lossy(&answer))),
    }
}

async fn one_alert(app: &App, teams: usize, taken: &AtomicUsize) -> Outcome<()> {
    let author = viewer(app, 0).await?;
    let start = (Instant::now(), cpu());
    send_alert(app, &author, alert(0, 0)?).await?;
    told(&format!("one alert to {teams} teams: until it is committed"), start);
    arrived(taken, teams).await;
    told(&format!("one alert to {teams} teams: until the last copy is taken"), start);
    Ok(())
}

async fn board(app: &App, teams: usize) -> Outcome<()> {
    let author = viewer(app, 0).await?;
    let id = Name::Id("TEAM0-0");
    read("board, nobody has acknowledged", "rows", async || {
        Ok(app.board(&author, id).await?.rows.len())
    })
    .await?;
    let start = (Instant::now(), cpu());
    for number in 1..teams * 9 / 10 {
        let team = viewer(app, number).await?;
        let new = NewAcknowledgement {
            alert: id,
            channel: Channel::Web,
            response: Response::Working,
            remark: "patched the border routers",
        };
        acknowledge_alert(app, &team, &new).await?;
    }
    told("nine of ten teams acknowledge, one after the other", start);
    read("board, nine of ten have acknowledged", "rows", async || {
        Ok(app.board(&author, id).await?.rows.len())
    })
    .await?;
    read("calling list", "rows", async || Ok(app.calling_list(&author, id).await?.rows.len()))
        .await?;
    read("reaction times", "rows", async || {
        Ok(app.reactions_to(&author, id).await?.summary().teams.len())
    })
    .await?;
    let start = (Instant::now(), cpu());
    let reminded = remind_teams(app, &author, id).await?;
    told(&format!("{reminded} silent teams are reminded: until it is committed"), start);
    Ok(())
}

async fn burst(
    app: &Arc<App>,
    arguments: &Arguments,
    teams: usize,
    taken: &AtomicUsize,
) -> Outcome<()> {
    let count = arguments.burst;
    // The reminders as well.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = taken.load(Ordering::SeqCst);
    let start = (Instant::now(), cpu());
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..count {
        let author = viewer(app, number % teams).await?;
        let (app, new) = (Arc::clone(app), alert(number % teams, number + 1)?);
        sending.spawn(async move { send_alert(&app, &author, new).await.map(drop) });
    }
    while let Some(sent) = sending.join_next().await {
        sent??;
    }
    told(&format!("{count} alerts at once: until all are committed"), start);
    arrived(taken, before + count * teams).await;
    told(&format!("{count} alerts at once: until {} copies are taken", count * teams), start);
    let author = viewer(app, 0).await?;
    read("page of 50 of these alerts", "rows", async || {
        Ok(app.alerts(&author, &AlertQuery::default()).await?.alerts.len())
    })
    .await?;
    read("search for words in all of them", "rows", async || {
        let query = AlertQuery { text: "buffer port".into(), ..AlertQuery::default() };
        Ok(app.alerts(&author, &query).await?.total)
    })
    .await?;
    Ok(())
}

fn arguments() -> Outcome<Arguments> {
    let mut arguments = Arguments { teams: 1000, burst: 100, database: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or("an option without its value")?;
        match word.as_str() {
            "--teams" => arguments.teams = value.parse()?,
            "--burst" => arguments.burst = value.parse()?,
            "--database" => arguments.database = Some(value),
            _ => return Err(format!("`{word}` is no option").into()),
        }
    }
    Ok(arguments)
}

/// A network: half of the teams have certificates, half OpenPGP keys.
async fn network(dir: &std::path::Path, arguments: &Arguments) -> Outcome<Arc<App>> {
    let data = dir.join("data");
    let database = arguments.database.as_deref();
    let new = NewNetwork { name: "bench", domain: "list.example", database };
    let config = init_network(&data, &new, &Environment::default(), Clock::System).await?;
    let app = App::open_with(&data, config, Clock::System).await?;
    let by = Actor::Operator;
    add_list(&app, by, "alert", "alert@list.example", None).await?;
    generate_list_key(&app, by, "alert", NewKeys::Missing).await?;
    let (ca, ca_key) = authority()?;
    add_trust(&app, by, &ca.to_pem()?, None).await?;
    for number in 0..arguments.teams {
        let (handle, domain) = (format!("TEAM{number}"), format!("team{number}.example"));
        let email = format!("cert@{domain}");
        let new = NewTeam {
            handle: handle.clone(),
            name: handle.clone(),
            emails: vec![email.clone()],
            fqdn: domain,
            ..NewTeam::default()
        };
        let team = add_team(&app, by, new).await?;
        let (protocol, public) = match number % 2 {
            0 => (Protocol::Smime, issued(&ca, &ca_key, &email)?),
            _ => {
                let made = app.now().plus_seconds(-3600);
                let address = team.emails.first().ok_or("no address")?;
                let key = openpgp::SecretKey::generate(&handle, address, made)
                    .map_err(|_| "no key can be made")?;
                (Protocol::Openpgp, key.certificate().armored().into_bytes())
            }
        };
        add_team_key(&app, by, &handle, protocol, &public).await?;
        let _ = subscribe(&app, by, "alert", &handle).await?;
    }
    Ok(Arc::new(app))
}

fn key() -> Outcome<PKey<Private>> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    Ok(PKey::from_ec_key(EcKey::generate(&group)?)?)
}

fn authority() -> Outcome<(X509, PKey<Private>)> {
    let key = key()?;
    let mut builder = builder("Bench CA", &key)?;
    let subject = name("Bench CA")?;
    builder.set_issuer_name(&subject)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let own = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(own)?;
    builder.sign(&key, MessageDigest::sha256())?;
    Ok((builder.build(), key))
}

fn issued(ca: &X509, ca_key: &PKey<Private>, email: &str) -> Outcome<Vec<u8>> {
    let mut builder = builder(email, &key()?)?;
    builder.set_issuer_name(ca.subject_name())?;
    let usage = KeyUsage::new().critical().digital_signature().key_agreement().build()?;
    builder.append_extension(usage)?;
    let context = builder.x509v3_context(Some(ca), None);
    let name = SubjectAlternativeName::new().email(email).build(&context)?;
    let issuer = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
    builder.append_extension(name)?;
    builder.append_extension(issuer)?;
    builder.sign(ca_key, MessageDigest::sha256())?;
    Ok(builder.build().to_pem()?)
}

fn name(common: &str) -> Outcome<openssl::x509::X509Name> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, common)?;
    Ok(name.build())
}

fn builder(common: &str, key: &PKey<Private>) -> Outcome<openssl::x509::X509Builder> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(120, openssl::bn::MsbOption::ONE, false)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    let subject = name(common)?;
    builder.set_subject_name(&subject)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::from_unix(Clock::System.now().seconds() - 3600)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(300)?)?;
    Ok(builder)
}

async fn viewer(app: &App, number: usize) -> Outcome<Viewer> {
    let network = app.network().await?;
    let handle = format!("TEAM{number}");
    let team = network.teams.iter().find(|team| team.handle.as_str() == handle);
    let team = team.ok_or("no such team")?;
    let membership =
        Membership { id: team.id.clone(), handle: team.handle.clone(), state: team.state };
    let (login, name) = ("bench".into(), "officer on duty".into());
    Ok(Viewer { login, name, role: Role::Officer, team: Some(membership) })
}

fn alert(team: usize, number: usize) -> Outcome<NewAlert<'static>> {
    let form = AlertForm {
        id: number.to_string(),
        description: "A buffer overrun in the RPC service is exploited by a worm. ".repeat(8),
        recommendation: "Block port 135 at the border. Install the patch.\n".repeat(4),
        ..AlertForm::default()
    };
    let alert = form.into_alert(&format!("TEAM{team}").parse()?, Clock::System.now())?;
    Ok(NewAlert { alert, list: "alert", only: None, channel: Channel::Web, draft: None })
}

/// A next hop that counts what it takes.
async fn sink(taken: Arc<AtomicUsize>) -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let settings = SmtpSettings {
        listen: address,
        hostname: "hop.example".into(),
        message_bytes_max: 64 * 1024 * 1024,
        tls: None,
        lmtp: false,
        counters: Counters::default(),
    };
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        serve(listener, settings, Arc::new(Counting(taken)), stopped).await;
        drop(stop);
    });
    Ok(address.port())
}

struct Counting(Arc<AtomicUsize>);

impl Intake for Counting {
    async fn recipient(&self, _address: &str) -> RecipientAnswer {
        RecipientAnswer::Ok
    }

    async fn accept(&self, envelope: Envelope, _message: Vec<u8>) -> Acceptance {
        self.0.fetch_add(envelope.recipients.len(), Ordering::SeqCst);
        Acceptance::Accepted { id: "counted".into() }
    }
}

async fn arrived(taken: &AtomicUsize, count: usize) {
    while taken.load(Ordering::SeqCst) < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// CPU seconds of this process, the sink included.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    // 100 ticks a second on Linux, whatever the kernel.
    (ticks(12).unwrap_or_default() + ticks(13).unwrap_or_default()) / 100.0
}

fn told(what: &str, (wall, used): (Instant, f64)) {
    println!("| {what} | {:.3} | {:.2} |", wall.elapsed().as_secs_f64(), cpu() - used);
}

async fn measured<T>(what: &str, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let start = (Instant::now(), cpu());
    let done = work.await?;
    told(what, start);
    Ok(done)
}

/// The median of some reads.
async fn read(
    what: &str,
    unit: &str,
    mut work: impl AsyncFnMut() -> Outcome<usize>,
) -> Outcome<()> {
    let (mut times, used) = (Vec::new(), cpu());
    let mut rows = 0;
    for _ in 0..READS {
        let start = Instant::now();
        rows = work().await?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let median = times.get(READS / 2).copied().unwrap_or_default();
    let each = (cpu() - used) / READS as f64;
    println!("| {what} ({rows} {unit}) | {:.4} | {each:.3} |", median.as_secs_f64());
    Ok(())
}
