//! A PostgreSQL server with a synchronous standby, which can take its place.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::postgres;

/// Holds both servers until its standard input ends. At `promote` the primary is killed with all
/// its processes, and the standby becomes the primary, at the port of the other.
const SCRIPT: &str = r#"
set -eu
cd /
dir=$(mktemp -d /tmp/campanile-cluster-XXXXXX)
trap 'rm -rf "$dir"' EXIT
start() {
    "$BIN/postgres" -D "$dir/$1" -c port="$2" >>"$dir/$1.log" 2>&1 &
    pid=$!
    until "$BIN/pg_isready" -q -h 127.0.0.1 -p "$2"; do
        kill -0 "$pid" || { cat "$dir/$1.log" >&2; exit 1; }
        sleep 0.05
    done
}
query() { "$BIN/psql" -h 127.0.0.1 -p "$1" -U campanile -d postgres -Atqc "$2"; }
until_true() { until [ "$(query "$1" "$2")" = t ]; do sleep 0.05; done; }
"$BIN/initdb" -D "$dir/primary" -U campanile -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
cat >>"$dir/primary/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
END
start primary "$PORT"
primary=$pid
"$BIN/pg_basebackup" -h 127.0.0.1 -p "$PORT" -U campanile -D "$dir/standby" -R -X stream \
    --checkpoint=fast --no-sync
start standby "$STANDBY"
standby=$pid
query "$PORT" "ALTER SYSTEM SET synchronous_standby_names = '*'"
query "$PORT" "SELECT pg_reload_conf()" >"$dir/log"
until_true "$PORT" "SELECT COUNT(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
query "$PORT" "CREATE DATABASE network"
echo ready
if read -r _; then
    kill -KILL "$primary" $(ps -o pid= --ppid "$primary")
    wait "$primary" || true
    "$BIN/pg_ctl" promote -w -D "$dir/standby" >"$dir/log"
    query "$STANDBY" "ALTER SYSTEM SET synchronous_standby_names = ''"
    "$BIN/pg_ctl" stop -w -m fast -D "$dir/standby" >"$dir/log"
    wait "$standby" || true
    start standby "$PORT"
    standby=$pid
    echo promoted
    read -r _ || true
fi
kill -QUIT "$standby" "$primary" 2>"$dir/log" || true
wait || true
"#;

/// The two servers; gone with the test.
pub struct Cluster {
    _process: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
    port: u16,
}

impl Cluster {
    pub fn start() -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (one, two) = (free(), free());
        let ports = [one, two].map(|listener| listener.local_addr().unwrap().port());
        let mut process = postgres::shell(SCRIPT)
            .env("PORT", ports[0].to_string())
            .env("STANDBY", ports[1].to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let words = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut cluster = Self { _process: process, words, answers, port: ports[0] };
        cluster.expect("ready");
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://campanile@127.0.0.1:{}/network", self.port)
    }

    /// Kills the primary and lets the standby take its place.
    pub fn fail_over(&mut self) {
        self.words.write_all(b"promote\n").unwrap();
        self.expect("promoted");
    }

    fn expect(&mut self, word: &str) {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim_end(), word, "the cluster failed");
    }
}
