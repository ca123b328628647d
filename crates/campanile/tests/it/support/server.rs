//! `campanile serve` as a process of its own.

use std::fs::{File, OpenOptions};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Program;

/// A running server; killed when the test ends.
pub struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts the server and waits until it takes connections.
    pub fn start(program: &Program, port: u16) -> Self {
        let log = program.database.dir().join("serve.log");
        let file: File = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = program.command(&["serve"]);
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let mut server = Self { child: command.spawn().unwrap(), log };
        let deadline = Instant::now() + Duration::from_secs(90);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", server.log());
            assert!(Instant::now() < deadline, "no answer: {}", server.log());
            thread::sleep(Duration::from_millis(10));
        }
        server
    }

    /// Number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that this server and the ones before it have logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// SIGKILL: ends it between two instructions, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; does not wait.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// SIGTERM, and how it ended.
    pub fn stop(mut self) -> ExitStatus {
        self.terminate();
        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "does not end: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that is expected to refuse to start: its exit code and what it said.
pub fn refuses_to_serve(program: &Program) -> (Option<i32>, String) {
    let mut command = program.command(&["serve"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(90);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the server started");
        }
        thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}
