//! `campanile demo`: a whole toy network on loopback, with real keys and real peers.
//!
//! Every step that an operator would take is taken with the command an operator would type, and
//! what arrives at the teams is opened with the programs that teams use. Start with [`run`].

mod advisories;
mod alert;
mod copies;
mod keys;
mod mails;
mod sink;
mod tools;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use copies::Opened;
use keys::{Keyring, Kind};
use mails::Mail;
use sink::Sink;
use tools::{Ports, Program};

use crate::error::{Error, Result};
use crate::relay::body::Body;
use crate::relay::outcome::{Outgoing, SendOutcome};
use crate::relay::{Relay, RelaySettings, RelayTimes, RelayTls};

const DOMAIN: &str = "demo.example";
const LIST: &str = "alert@demo.example";
/// Five teams of mail and both mails to each of them.
const COPIES: usize = 10;
const WAIT: Duration = Duration::from_secs(60);

/// One team of the toy network.
pub struct Team {
    /// Short name.
    pub handle: &'static str,
    /// Its address.
    pub address: &'static str,
    /// The kind of key it has.
    pub kind: Kind,
}

impl Team {
    /// The team that a copy was sent to.
    fn of_address(address: &str) -> Result<&'static Self> {
        let team = TEAMS.iter().find(|team| team.address == address);
        team.ok_or_else(|| Error::internal(format!("a copy went to {address}")))
    }
}

static TEAMS: [Team; 5] = [
    Team { handle: "ALPHA-CERT", address: "cert@alpha.example", kind: Kind::CertificateRsa },
    Team { handle: "BRAVO-CERT", address: "cert@bravo.example", kind: Kind::CertificateP256 },
    Team { handle: "CHARLIE-CERT", address: "cert@charlie.example", kind: Kind::OpenpgpEd25519 },
    Team { handle: "DELTA-CERT", address: "cert@delta.example", kind: Kind::OpenpgpRsa },
    Team { handle: "ECHO-CERT", address: "cert@echo.example", kind: Kind::OpenpgpV6 },
];

/// Runs the demo in `dir`; with `once` it ends after the proof and removes what it made.
///
/// # Errors
/// When a program is missing, a step fails, or a copy is not what it should be.
pub async fn run(dir: Option<PathBuf>, once: bool) -> Result<()> {
    tools::require(&["gpg", "openssl"])?;
    // The programs of the teams run in folders of their own.
    let home = std::path::absolute(dir.unwrap_or_else(|| default_dir(once)))
        .map_err(|source| Error::internal("the current folder is gone").source(source))?;
    if home.exists() {
        return Err(Error::conflict(format!("the folder {} is there already", home.display()))
            .hint("name another one with --dir, or remove it"));
    }
    tools::make_dir(&home)?;
    let result = play(&home, once).await;
    tools::stop_agent(&home.join("teams"));
    if once {
        // What is left of a toy network is of no use to anybody.
        let _ = std::fs::remove_dir_all(&home);
    }
    result
}

fn default_dir(once: bool) -> PathBuf {
    match once {
        true => std::env::temp_dir().join(format!("campanile-demo-{}", std::process::id())),
        false => PathBuf::from("campanile-demo"),
    }
}

async fn play(home: &Path, once: bool) -> Result<()> {
    let sink = Sink::start().await?;
    let program = Program::new(home.join("data"))?;
    println!("A network of five teams in {}", home.display());
    let keyring = Keyring::make(&home.join("teams"), &TEAMS)?;
    let ports = set_up(&program, &keyring, sink.port())?;
    let mut server = program.serve(ports.smtp)?;
    let outcome = show(&program, &keyring, &sink, (home, ports.smtp)).await;
    let outcome = match (once, outcome) {
        (false, Ok(())) => stay(&program, home, &ports).await,
        (_, outcome) => outcome,
    };
    server.stop();
    outcome
}

/// Both mails, then the alert, then the advisories.
async fn show(
    program: &Program,
    keyring: &Keyring,
    sink: &Sink,
    (home, smtp): (&Path, u16),
) -> Result<()> {
    prove(program, keyring, sink, smtp).await?;
    alert::play(program, keyring, sink, home).await?;
    advisories::play(program, home)
}

/// Types the operator's commands. Returns where the server listens.
fn set_up(program: &Program, keyring: &Keyring, sink_port: u16) -> Result<Ports> {
    program.show(&["init", "--network", "Demo network", "--domain", DOMAIN])?;
    program.run(&["list", "add", "alert", LIST])?;
    program.run(&["list", "key", "generate", "alert"])?;
    program.run(&["trust", "add", &keyring.ca_certificate()])?;
    for team in &TEAMS {
        let fqdn = team.address.split('@').nth(1).unwrap_or_default();
        program.run(&[
            "team",
            "add",
            "--handle",
            team.handle,
            "--name",
            team.handle,
            "--email",
            team.address,
            "--fqdn",
            fqdn,
            "--standing",
            "accredited",
        ])?;
        let option = if team.kind.is_certificate() { "--smime" } else { "--openpgp" };
        program.run(&["team", "key", "add", team.handle, option, &keyring.public(team)])?;
        program.run(&["list", "subscribe", "alert", team.handle])?;
    }
    keyring.learn_list(&program.output(&["list", "key", "export", "alert"])?)?;
    tools::configure(&program.dir, sink_port)
}

/// Sends both mails and has every copy opened.
async fn prove(program: &Program, keyring: &Keyring, sink: &Sink, port: u16) -> Result<()> {
    let [alpha, _, charlie, _, _] = &TEAMS;
    let sent = [mails::pgp_mime(keyring, charlie)?, mails::smime(keyring, alpha)?];
    for mail in &sent {
        println!("\n{} sends a {} mail: {:?}", mail.from.handle, mail.how, mail.subject);
        submit(port, mail.from.address, &mail.bytes).await?;
    }
    let copies = wait(program, sink, COPIES).await?;
    println!();
    let mut opened = Vec::new();
    for (recipient, copy) in &copies {
        let team = Team::of_address(recipient)?;
        opened.push((team, copies::open(keyring, team, copy)?));
    }
    report(&opened, &sent)
}

async fn submit(port: u16, from: &str, bytes: &[u8]) -> Result<()> {
    let failed =
        |text: String| Error::internal(format!("the server did not take the mail: {text}"));
    let relay = Relay::new(RelaySettings {
        host: "127.0.0.1".into(),
        port,
        tls: RelayTls::None,
        ca_file: None,
        hostname: "client.demo.example".into(),
        times: RelayTimes::default(),
    });
    let relay = relay.map_err(|error| failed(error.to_string()))?;
    let mut connection = relay.connect().await.map_err(|error| failed(error.to_string()))?;
    let body = Body::whole(bytes).map_err(|error| failed(error.to_string()))?;
    let message = Outgoing { mail_from: from.into(), recipient: LIST.into(), body };
    match connection.send(message).await {
        SendOutcome::Accepted { reply } => {
            println!("  server: {reply}");
            Ok(())
        }
        other => Err(failed(format!("{other:?}"))),
    }
}

/// Waits until `count` copies have arrived in all.
async fn wait(program: &Program, sink: &Sink, count: usize) -> Result<Vec<(String, Vec<u8>)>> {
    let start = Instant::now();
    loop {
        let copies = sink.copies();
        if copies.len() >= count {
            println!("  {count} copies after {:.1} s", start.elapsed().as_secs_f32());
            return Ok(copies);
        }
        if start.elapsed() > WAIT {
            let queue = program.output(&["queue", "list"])?;
            return Err(Error::internal(format!(
                "{} of {count} copies arrived within {} s; the queue:\n{queue}",
                copies.len(),
                WAIT.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn report(opened: &[(&Team, Opened)], sent: &[Mail]) -> Result<()> {
    let mut good = 0;
    for (team, copy) in opened {
        let mail = copy.mail(sent);
        let (from, equal) = (mail.map_or("?", |mail| mail.from.handle), mail.is_some());
        println!(
            "{:13} from {from:13} {:34} opened by {:12} signed by the list: {}  plaintext equal: \
             {equal}",
            team.handle, copy.sealed, copy.opened_by, copy.signed
        );
        good += usize::from(copy.signed && equal);
    }
    if good != COPIES {
        return Err(Error::internal(format!("{good} of {} copies are as sent", opened.len())));
    }
    println!("\n{good} of {COPIES} copies opened, signed by the list, equal byte for byte.");
    Ok(())
}

/// People of the toy network who get a certificate for the pages.
const PEOPLE: [(&str, &str, &str, &str); 2] = [
    ("ALPHA-CERT", "Ada Lovelace", "ada@alpha.example", "ada.p12"),
    ("CHARLIE-CERT", "Carl Gauss", "carl@charlie.example", "carl.p12"),
];

/// Hands out certificates for the pages and leaves the network running until the user ends it.
async fn stay(program: &Program, home: &Path, ports: &Ports) -> Result<()> {
    for (team, person, email, file) in PEOPLE {
        let out = home.join(file);
        let out = out.to_string_lossy();
        program
            .show(&["ca", "issue", team, "--person", person, "--email", email, "--out", &out])?;
    }
    println!("\nThe network is running.");
    println!("Pages: https://localhost:{}/", ports.web);
    println!("  They open to a client certificate: import {}/ada.p12 into", home.display());
    println!("  your browser (Firefox: Settings, Certificates; Chromium: Settings, Security,");
    println!("  Manage certificates) with the passphrase above. Chromium from a terminal:");
    println!("    pk12util -d sql:$HOME/.pki/nssdb -i {}/ada.p12", home.display());
    println!(
        "  The browser asks whether it trusts the server: its certificate is of the network's"
    );
    println!("  own authority (campanile ca export).");
    println!("Mail: SMTP on 127.0.0.1:{}.", ports.smtp);
    println!("Commands: campanile --dir {} alert list", program.dir.display());
    println!("End it with Ctrl-C.");
    tokio::signal::ctrl_c().await.map_err(|error| Error::io("the signal", error))
}
