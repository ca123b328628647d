//! A PostgreSQL server of the test process: on loopback, in a temporary folder, gone with it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AssertSqlSafe, Connection};

/// Holds the server until its standard input ends, which is when the test process does, in
/// whatever way; then ends it and removes its folder.
const SCRIPT: &str = r#"
set -eu
cd /
dir=$(mktemp -d /tmp/campanile-postgres-XXXXXX)
trap 'rm -rf "$dir"' EXIT
printf '%s' "$PASSWORD" >"$dir/password"
"$BIN/initdb" -D "$dir/data" -U campanile -A scram-sha-256 --pwfile="$dir/password" \
    -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
"$BIN/postgres" -D "$dir/data" -c listen_addresses=127.0.0.1 -c port="$PORT" \
    -c unix_socket_directories= -c max_connections=300 -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off >>"$dir/log" 2>&1 &
pid=$!
until "$BIN/pg_isready" -q -h 127.0.0.1 -p "$PORT"; do
    kill -0 "$pid" || { cat "$dir/log" >&2; exit 1; }
    sleep 0.05
done
echo ready
read -r _ || true
kill -QUIT "$pid"
wait "$pid" || true
"#;

struct Server {
    /// Its standard input is what keeps the server running.
    _process: Child,
    port: u16,
    password: String,
}

impl Server {
    fn url(&self, database: &str) -> String {
        let (password, port) = (&self.password, self.port);
        format!("postgres://campanile:{password}@127.0.0.1:{port}/{database}")
    }
}

/// Makes an empty database and returns its URL. The server is started by the first call.
pub async fn create_database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.unwrap();
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = sqlx::PgConnection::connect(&server.url("postgres")).await.unwrap();
    let sql = format!("CREATE DATABASE {name}");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    server.url(&name)
}

fn start() -> Server {
    // Free now; nobody else is expected to take it within the second until it is used.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let password = uuid::Uuid::new_v4().simple().to_string();
    let mut process = shell(SCRIPT)
        .env("PORT", port.to_string())
        .env("PASSWORD", &password)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answer = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut answer).unwrap();
    assert_eq!(answer, "ready\n", "PostgreSQL did not start");
    Server { _process: process, port, password }
}

/// PostgreSQL refuses to run as root: then its own user runs it.
pub fn shell(script: &str) -> Command {
    use std::os::unix::fs::MetadataExt;
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = match root {
        true => {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        }
        false => Command::new("sh"),
    };
    command.args(["-c", script]).env_remove("TMPDIR").env("BIN", programs());
    command
}

/// The folder of the newest version that Debian has installed.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    match found.pop() {
        Some((_, bin)) => bin,
        None => panic!("the tests need PostgreSQL:\napt-get install postgresql"),
    }
}
