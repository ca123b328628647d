//! The program itself, as an operator runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Database;

/// The program with a data directory that does not exist yet.
pub struct Program {
    pub database: Database,
    variables: Vec<(String, String)>,
}

/// What one command has answered.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn on(database: Database) -> Self {
        Self { database, variables: Vec::new() }
    }

    /// With a network `toy` in it.
    pub fn with_network(database: Database) -> Self {
        let program = Self::on(database);
        program.init().must_succeed();
        program
    }

    pub fn init(&self) -> Output {
        let mut arguments = vec!["init", "--network", "toy", "--domain", "list.example"];
        if let Some(url) = self.database.init_url() {
            arguments.extend(["--database", url]);
        }
        self.run(&arguments)
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.database.dir().join("data")
    }

    /// Sets a variable of the environment for all further commands.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.into(), value.into()));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campanile"));
        command
            .args(arguments)
            .env_clear()
            .env("CAMPANILE_DIR", self.data())
            .envs(self.variables.iter().cloned())
            .current_dir(self.database.dir())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        Output {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that has to succeed, and returns what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.run(arguments).must_succeed()
    }

    /// Runs a listing with `--json`.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        serde_json::from_str(&self.ok(&arguments)).unwrap()
    }

    /// Runs a command that has to be refused: exit code 1, `error:` and `hint:`, nothing on
    /// standard output. Returns standard error.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.code, Some(1), "{arguments:?}: {output:?}");
        assert_eq!(output.stdout, "", "{arguments:?}");
        let has = |start| output.stderr.lines().any(|line: &str| line.starts_with(start));
        assert!(has("error: ") && has("hint: "), "{arguments:?}: {output:?}");
        output.stderr
    }

    pub fn team(&self, handle: &str) {
        let email = format!("cert@{}.example", handle.to_ascii_lowercase());
        let domain = email.trim_start_matches("cert@");
        self.ok(&[
            "team", "add", "--handle", handle, "--name", handle, "--email", &email, "--fqdn",
            domain,
        ]);
    }

    /// A file for a command.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.database.dir().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().into()
    }

    /// All bytes of the data directory.
    pub fn everything(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    // A file of a running server may go away at any time.
                    false => bytes.extend(std::fs::read(path).unwrap_or_default()),
                }
            }
        }
        bytes
    }

    /// Rewrites the configuration.
    pub fn configure(&self, change: impl Fn(String) -> String) {
        let path = self.data().join("campanile.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = change(text.clone());
        assert_ne!(text, changed, "the configuration was not changed");
        std::fs::write(path, changed).unwrap();
    }
}

impl Output {
    pub fn must_succeed(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

/// Names of everything in a folder.
pub fn entries(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
