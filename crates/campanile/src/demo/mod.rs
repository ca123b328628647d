//! `campanile demo`: a whole toy network on loopback, with real keys and real peers.
//!
//! Every step that an operator would take is taken with the command an operator would type, and
//! what arrives at the teams is opened with the programs that teams use. Start with [`run`].

mod copies;
mod keys;
mod mails;
mod sink;
mod tools;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use copies::Proof;
use keys::{Keyring, Kind};
use sink::Sink;
use tools::Program;

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

const TEAMS: [Team; 5] = [
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
    let home = dir.unwrap_or_else(|| default_dir(once));
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
    let port = set_up(&program, &keyring, sink.port())?;
    let mut server = program.serve(port)?;
    let outcome = prove(&program, &keyring, &sink, port).await;
    let outcome = match (once, outcome) {
        (false, Ok(())) => stay(&program, port).await,
        (_, outcome) => outcome,
    };
    server.stop();
    outcome
}

/// Types the operator's commands. Returns the port of the SMTP server.
fn set_up(program: &Program, keyring: &Keyring, sink_port: u16) -> Result<u16> {
    program.run(&["init", "--network", "Demo network", "--domain", DOMAIN])?;
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
    let copies = wait(program, sink).await?;
    println!();
    let mut proofs = Vec::new();
    for (recipient, copy) in &copies {
        let team = TEAMS.iter().find(|team| team.address == recipient);
        let team = team.ok_or_else(|| Error::internal(format!("a copy went to {recipient}")))?;
        proofs.push(copies::open(keyring, team, copy, &sent)?);
    }
    report(&proofs)
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

async fn wait(program: &Program, sink: &Sink) -> Result<Vec<(String, Vec<u8>)>> {
    let start = Instant::now();
    loop {
        let copies = sink.copies();
        if copies.len() >= COPIES {
            println!("  {COPIES} copies after {:.1} s", start.elapsed().as_secs_f32());
            return Ok(copies);
        }
        if start.elapsed() > WAIT {
            let queue = program.output(&["queue", "list"])?;
            return Err(Error::internal(format!(
                "{} of {COPIES} copies arrived within {} s; the queue:\n{queue}",
                copies.len(),
                WAIT.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn report(proofs: &[Proof]) -> Result<()> {
    for proof in proofs {
        println!(
            "{:13} from {:13} {:34} opened by {:12} signed by the list: {}  plaintext equal: {}",
            proof.team, proof.from, proof.sealed, proof.opened_by, proof.signed, proof.equal
        );
    }
    let good = proofs.iter().filter(|proof| proof.signed && proof.equal).count();
    if good != COPIES {
        return Err(Error::internal(format!("{good} of {} copies are as sent", proofs.len())));
    }
    println!("\n{good} of {COPIES} copies opened, signed by the list, equal byte for byte.");
    Ok(())
}

/// Leaves the network running until the user ends it.
async fn stay(program: &Program, port: u16) -> Result<()> {
    println!("\nThe network is running: SMTP on 127.0.0.1:{port}.");
    println!("Look at it with: campanile --dir {} team list", program.dir.display());
    println!("End it with Ctrl-C.");
    tokio::signal::ctrl_c().await.map_err(|error| Error::io("the signal", error))
}
