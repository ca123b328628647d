//! Running programs: our own commands as an operator types them, and the tools of the teams.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, net, thread};

use crate::error::{Error, Result};

/// Says what to install when a program is missing.
///
/// # Errors
/// With the line for Debian's package manager.
pub fn require(names: &[&str]) -> Result<()> {
    for name in names {
        let found = Command::new(name).arg("--version").output().is_ok()
            || Command::new(name).arg("version").output().is_ok();
        if !found {
            return Err(Error::not_found(format!("the program `{name}` is not installed"))
                .hint("apt-get install -y gnupg openssl"));
        }
    }
    Ok(())
}

/// Makes a folder that only its owner may enter.
///
/// # Errors
/// When it cannot be made.
pub fn make_dir(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Error::io(path.display().to_string(), error))
}

/// Writes a file.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|error| Error::io(path.display().to_string(), error))
}

/// Runs a tool with bytes on its standard input, which goes through a file so that nothing can
/// block.
///
/// # Errors
/// When it fails; the text quotes what it said.
pub fn run(command: &mut Command, input: &Path) -> Result<Output> {
    let file = fs::File::open(input).map_err(|error| Error::io("the input of a tool", error))?;
    let output = command.stdin(file).output();
    let output = output.map_err(|error| Error::io(format!("{command:?}"), error))?;
    match output.status.success() {
        true => Ok(output),
        false => Err(Error::internal(format!(
            "{command:?} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
    }
}

/// Runs a tool that needs no input.
///
/// # Errors
/// When it fails; the text quotes what it said.
pub fn call(command: &mut Command) -> Result<Output> {
    run(command, Path::new("/dev/null"))
}

/// Ends the agent that gpg has started in a home folder.
pub fn stop_agent(home: &Path) {
    let _ = Command::new("gpgconf").env("GNUPGHOME", home).args(["--kill", "all"]).output();
}

/// This program, with a data directory.
pub struct Program {
    binary: PathBuf,
    /// The data directory.
    pub dir: PathBuf,
}

impl Program {
    /// This very program.
    ///
    /// # Errors
    /// When the system does not tell where it is.
    pub fn new(dir: PathBuf) -> Result<Self> {
        let binary = std::env::current_exe().map_err(|error| Error::io("this program", error))?;
        Ok(Self { binary, dir })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env("CAMPANILE_DIR", &self.dir);
        command
    }

    /// Runs one of our commands and prints it as typed.
    ///
    /// # Errors
    /// When it fails; the text quotes what it said.
    pub fn run(&self, arguments: &[&str]) -> Result<()> {
        println!("$ campanile {}", arguments.join(" "));
        call(&mut self.command(arguments)).map(drop)
    }

    /// Runs one of our commands and prints it as typed, and what it said.
    ///
    /// # Errors
    /// When it fails; the text quotes what it said.
    pub fn show(&self, arguments: &[&str]) -> Result<()> {
        println!("$ campanile {}", arguments.join(" "));
        print!("{}", self.output(arguments)?);
        Ok(())
    }

    /// Runs one of our commands and returns what it printed.
    ///
    /// # Errors
    /// When it fails; the text quotes what it said.
    pub fn output(&self, arguments: &[&str]) -> Result<String> {
        let output = call(&mut self.command(arguments))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer within ten seconds; its log is in the data directory.
    pub fn serve(&self, port: u16) -> Result<Server> {
        println!("$ campanile serve &");
        let path = self.dir.join("serve.log");
        let log = fs::File::create(&path).map_err(|error| Error::io("the log", error))?;
        let mut command = self.command(&["serve"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().map_err(|error| Error::io("the server", error))?;
        let server = Server(child);
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(50));
        }
        let said = fs::read_to_string(&path).unwrap_or_default();
        Err(Error::internal(format!("the server does not answer; its log:\n{said}")))
    }
}

/// The running server; ended when dropped.
pub struct Server(Child);

impl Server {
    /// Asks the server to end, and waits for it.
    pub fn stop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        let pid = self.0.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if matches!(self.0.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where the server of the demo listens, on loopback.
pub struct Ports {
    /// Mail.
    pub smtp: u16,
    /// Pages.
    pub web: u16,
}

/// Gives the server free ports and the sink as its next hop.
///
/// # Errors
/// When the configuration cannot be read or written.
pub fn configure(dir: &Path, sink_port: u16) -> Result<Ports> {
    let path = dir.join("campanile.toml");
    let ports = Ports { smtp: free_port()?, web: free_port()? };
    let read = fs::read_to_string(&path);
    let text = read.map_err(|error| Error::io(path.display().to_string(), error))?;
    let mut table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| Error::internal("campanile.toml").source(error))?;
    set(&mut table, "smtp", "listen", format!("127.0.0.1:{}", ports.smtp).into());
    set(&mut table, "web", "listen", format!("127.0.0.1:{}", ports.web).into());
    set(&mut table, "web", "public_url", format!("https://localhost:{}", ports.web).into());
    set(&mut table, "metrics", "listen", format!("127.0.0.1:{}", free_port()?).into());
    set(&mut table, "relay", "host", "127.0.0.1".into());
    set(&mut table, "relay", "port", i64::from(sink_port).into());
    set(&mut table, "relay", "tls", "none".into());
    write(&path, table.to_string().as_bytes())?;
    Ok(ports)
}

fn set(table: &mut toml::Table, section: &str, key: &str, value: toml::Value) {
    let section = table.entry(section).or_insert_with(|| toml::Table::new().into());
    if let Some(section) = section.as_table_mut() {
        section.insert(key.into(), value);
    }
}

fn free_port() -> Result<u16> {
    let bound = net::TcpListener::bind(("127.0.0.1", 0)).and_then(|probe| probe.local_addr());
    bound.map(|address| address.port()).map_err(|error| Error::io("a free port", error))
}
