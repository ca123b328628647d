//! The attack scripts of the test data, as far as they need nothing but this server.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Client, Limits, served_with, starttls};

fn folder() -> PathBuf {
    let data = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    data.unwrap_or_else(|| home.join(".cache/campanile-testdata")).join("attacks/dev/smtp")
}

/// The scripts use `^5`, `^(250|5..)` and the like, nothing more of regular expressions.
fn matches(pattern: &str, reply: &str) -> bool {
    let pattern = pattern.trim_start_matches('^').trim_matches(['(', ')']);
    pattern.split('|').any(|choice| {
        let mut reply = reply.chars();
        choice.chars().all(|c| reply.next().is_some_and(|r| c == '.' || c == r))
    })
}

#[derive(Default)]
struct Seen {
    problems: Vec<String>,
    after_data: Vec<String>,
    in_data: bool,
    data_ended: bool,
    in_tls: bool,
}

impl Seen {
    fn reply(&mut self, reply: &str) {
        if self.data_ended || self.in_data {
            self.after_data.push(reply.to_string());
            self.data_ended = true;
        }
        self.in_data = !self.in_data && reply.starts_with("354");
    }

    fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }
}

/// Runs steps up to the end or to `starttls`, of which the position is returned.
async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Client<S>,
    steps: &[Value],
    may_close: bool,
    seen: &mut Seen,
) -> Option<usize> {
    for (at, step) in steps.iter().enumerate() {
        if step.get("starttls").is_some() {
            return Some(at);
        }
        if step.get("close").is_some() {
            return None;
        }
        if let Some(text) = step.get("send_latin1").and_then(Value::as_str) {
            let octets: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
            let repeat = step.get("repeat").and_then(Value::as_u64).unwrap_or(1) as usize;
            let slow = step.get("delay_ms").is_some();
            if !client.say(octets.repeat(if slow { 10 } else { repeat })).await && !may_close {
                seen.problem("closed while sending");
            }
            for _ in 0..if step.get("expect").is_some() || slow { 0 } else { repeat } {
                let next_expects = steps.get(at + 1).is_some_and(|s| s.get("expect").is_some());
                if next_expects || seen.in_data || !octets.ends_with(b"\r\n") {
                    break;
                }
                let Some(reply) = client.reply_within(Duration::from_secs(5)).await else {
                    break;
                };
                seen.reply(&reply);
            }
        }
        if step.get("expect_no_reply_within_s").is_some()
            && let Some(reply) = client.reply_within(Duration::from_millis(500)).await
        {
            seen.problem(format!("unexpected {reply}"));
        }
        if let Some(pattern) = step.get("expect").and_then(Value::as_str) {
            let reply = client.reply().await;
            seen.reply(&reply);
            let closed = may_close && reply == "closed";
            if !closed && !matches(pattern, &reply) {
                seen.problem(format!("{reply:?} instead of {pattern}"));
            }
        }
    }
    while let Some(reply) = client.reply_within(Duration::from_millis(300)).await {
        seen.reply(&reply);
    }
    None
}

async fn play(script: &Value, connector: &TlsConnector, client: Client<TcpStream>) -> Seen {
    let mut client = client;
    let steps = script.get("steps").and_then(Value::as_array).unwrap().as_slice();
    let checks = script.get("checks").cloned().unwrap_or_default();
    let may_close = checks.get("or_connection_closed").is_some();
    let mut seen = Seen::default();
    if let Some(at) = run(&mut client, steps, may_close, &mut seen).await {
        let name = "localhost".try_into().unwrap();
        let stream = connector.connect(name, client.io).await.unwrap();
        seen.in_tls = true;
        run(&mut Client::over(stream), &steps[at + 1..], may_close, &mut seen).await;
    }
    if let Some(most) = checks.get("replies_after_data").and_then(Value::as_u64) {
        let mut rest = seen.after_data.clone();
        rest.retain(|r| !r.starts_with("221") && !r.starts_with("421"));
        if rest.len() as u64 > most || rest.iter().any(|r| r.starts_with("354")) {
            seen.problem(format!("after DATA: {rest:?}"));
        }
    }
    seen
}

fn needs_more_than_the_server(script: &Value) -> bool {
    let steps = script.get("steps").and_then(Value::as_array).unwrap();
    let names = ["submit", "kill", "restart", "relay", "fill_disk", "max_version"];
    steps.iter().any(|step| names.iter().any(|name| step.get(name).is_some()))
}

#[tokio::test]
async fn attack_scripts_are_withstood() {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        println!("skipped: no {}", folder().display());
        return;
    };
    let mut played = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let script: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        if needs_more_than_the_server(&script) {
            continue;
        }
        let (config, connector) = starttls::configs();
        let server = served_with(Limits::default(), Some(config)).await;
        let client = Client::connect(server.address).await;
        let seen = play(&script, &connector, client).await;
        assert_eq!(seen.problems, Vec::<String>::new(), "{}", path.display());
        let most = &script["checks"]["accepted_messages_max"];
        let taken = server.house.messages().len() as u64;
        assert!(taken <= most.as_u64().unwrap_or(0), "{}: {taken}", path.display());
        played += 1;
    }
    assert!(played > 20, "only {played} scripts");
}
