//! Checks of the machine: directory, user, ports, relay.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::time::timeout;

use super::Report;
use crate::config::{Config, FILE_NAME};
use crate::error::Error;
use crate::keys::{check_tls_key, read_token};

/// How long the relay may take to accept a connection, in seconds.
const CONNECT_SECONDS_MAX: u64 = 5;

/// The data directory and the configuration are for their owner only.
pub(super) fn directory(dir: &Path, report: &mut Report) {
    for (path, remedy) in [(dir.to_path_buf(), "700"), (dir.join(FILE_NAME), "600")] {
        let name = path.display();
        match fs::metadata(&path) {
            Err(source) => report.fail("files", &Error::io(format!("{name}"), source)),
            Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
                let mode = metadata.permissions().mode() & 0o777;
                let text = format!("{name} is open to other users (mode {mode:03o})");
                report.warn("files", text, format!("chmod {remedy} {name}"));
            }
            Ok(_) => report.ok("files", format!("{name} is for its owner only")),
        }
    }
}

/// The server needs no privileges.
pub(super) fn user(report: &mut Report) {
    match rustix::process::geteuid() {
        user if user.is_root() => report.warn(
            "user",
            "this runs as root",
            "run campanile as a user of its own; a mail server in front can pass port 25 on",
        ),
        user => report.ok("user", format!("user {}", user.as_raw())),
    }
}

/// The ports are free, or the server has them.
pub(super) async fn ports(config: &Config, report: &mut Report) {
    let mut ports = vec![
        ("[smtp] listen", config.smtp.listen),
        ("[web] listen", config.web.listen),
        ("[metrics] listen", config.metrics.listen),
    ];
    ports.extend(config.smtp.lmtp_listen.map(|listen| ("[smtp] lmtp_listen", listen)));
    for (index, (key, listen)) in ports.iter().enumerate() {
        if let Some((other, _)) = ports.iter().take(index).find(|(_, port)| port == listen) {
            let error = Error::invalid(format!("{key} and {other} are both {listen}"))
                .hint("give each a port of its own in campanile.toml");
            report.fail("ports", &error);
            continue;
        }
        port(key, *listen, report).await;
    }
}

async fn port(key: &str, listen: SocketAddr, report: &mut Report) {
    use std::io::ErrorKind as Io;
    let what = format!("{key} {listen}");
    match TcpListener::bind(listen).await {
        Ok(_) => report.ok("ports", format!("{what} is free")),
        Err(source) if source.kind() == Io::AddrInUse => report.warn(
            "ports",
            format!("{what} is in use"),
            "fine when `campanile serve` is running; else another program has it (`ss -ltnp`)",
        ),
        Err(source) => {
            let hint = match source.kind() {
                Io::PermissionDenied => "ports below 1024 need a privilege; take one above",
                _ => "the address has to be one of this machine",
            };
            let error = Error::invalid(format!("{what} cannot be used")).hint(hint);
            report.fail("ports", &error);
        }
    }
}

/// The relay accepts connections.
pub(super) async fn relay(config: &Config, report: &mut Report) {
    let (host, port) = (config.relay.host.as_str(), config.relay.port);
    let what = format!("{host} port {port}");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let attempt = async {
        let addresses: Vec<_> = lookup_host((bare, port)).await?.collect();
        TcpStream::connect(addresses.as_slice()).await
    };
    match timeout(Duration::from_secs(CONNECT_SECONDS_MAX), attempt).await {
        Ok(Ok(_)) => report.ok("relay", format!("{what} accepts connections")),
        Ok(Err(source)) => {
            let error = Error::temporary(format!("{what}: {}", reason(&source)))
                .hint("start the mail server there, or correct [relay] in campanile.toml");
            report.fail("relay", &error);
        }
        Err(_) => {
            let error = Error::temporary(format!("{what} does not answer"))
                .hint("is a firewall in between? check [relay] in campanile.toml");
            report.fail("relay", &error);
        }
    }
}

fn reason(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as Io;
    match source.kind() {
        Io::ConnectionRefused => "connection refused",
        Io::TimedOut => "no answer",
        Io::HostUnreachable | Io::NetworkUnreachable => "no route",
        _ => "the name is unknown or the connection failed",
    }
}

/// Files that the configuration names are there.
/// Whether the token of the telephone gateway can be used, if there is one.
pub(super) fn phone_token(config: &Config, dir: &Path, report: &mut Report) {
    let Some(path) = &config.phone.token_file else { return };
    match read_token(&dir.join(path)) {
        Ok(_) => report.ok("phone", format!("[phone] token_file {} is good", path.display())),
        Err(error) => report.fail("phone", &error),
    }
}

pub(super) fn tls_files(config: &Config, dir: &Path, report: &mut Report) {
    let named = [
        ("[smtp] tls_cert", &config.smtp.tls_cert),
        ("[smtp] tls_key", &config.smtp.tls_key),
        ("[relay] ca_file", &config.relay.ca_file),
    ];
    for (key, path) in named {
        let Some(path) = path else {
            continue;
        };
        let path = dir.join(path);
        match fs::File::open(&path) {
            Ok(_) => match check_tls_key(&path) {
                Err(error) if key == "[smtp] tls_key" => report.fail("tls", &error),
                _ => report.ok("tls", format!("{key} {} can be read", path.display())),
            },
            Err(source) => {
                report.fail("tls", &Error::io(format!("{key} {}", path.display()), source));
            }
        }
    }
}
