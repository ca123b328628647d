//! A server that fails on demand: `campanile serve`, spoken to by its standard input.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Program;

/// A running server under test.
pub struct Faulty {
    child: Child,
    words: ChildStdin,
    answers: Receiver<String>,
    /// Where it failed.
    pub fired: Option<String>,
}

/// How long a server may take to start or to answer, on a machine that does much besides.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn log_of(program: &Program) -> PathBuf {
    program.database.dir().join("serve.log")
}

impl Faulty {
    /// Starts a server that obeys some lines before anything else; it may be gone already.
    pub fn start(program: &Program, port: u16, lines: &str) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(log_of(program)).unwrap();
        let mut command = program.command(&["serve"]);
        command.env("CAMPANILE_FAULTS", lines).env("RUST_LOG", "info,sqlx=off");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let (words, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, answers) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            lines.for_each(|line| drop(sender.send(line)));
        });
        let mut server = Self { child, words, answers, fired: None };
        let deadline = Instant::now() + PATIENCE;
        while !server.is_gone() && TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the server does not listen");
            thread::sleep(Duration::from_millis(2));
        }
        server.hear();
        server
    }

    pub fn is_gone(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Takes note of what it has said by itself.
    pub fn hear(&mut self) {
        while let Ok(line) = self.answers.try_recv() {
            self.note(line);
        }
    }

    fn note(&mut self, line: String) -> Option<String> {
        match line.strip_prefix("fired ") {
            Some(site) => {
                self.fired = Some(site.to_owned());
                None
            }
            None => Some(line),
        }
    }

    /// Says a line and waits for its answer; `None` when the server is gone.
    pub fn say(&mut self, line: &str) -> Option<String> {
        // What it said at the start is no answer to this.
        self.hear();
        writeln!(self.words, "{line}").ok()?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.answers.recv_timeout(Duration::from_millis(20)) {
                Ok(answer) => {
                    if let Some(answer) = self.note(answer) {
                        return Some(answer);
                    }
                }
                Err(_) if self.is_gone() => {
                    self.hear();
                    return None;
                }
                Err(_) => {}
            }
        }
        panic!("the server does not answer");
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.hear();
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.kill();
    }
}
