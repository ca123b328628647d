//! A scripted next hop on loopback: keeps what it takes, and refuses, hangs or breaks as told.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Told, bounce, eventually, ports, post};

/// What the hop does with one try of one recipient.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Says this in place of taking the recipient.
    AtRcpt(&'static str),
    /// Says this in place of taking the message.
    AtEnd(&'static str),
    /// Breaks the connection in the middle of the message.
    CutInData,
    /// Takes the message, and breaks the connection in place of saying so.
    CutAfterData,
    /// Reads the message and never answers.
    Hang,
    /// Takes the message after a while.
    Slowly(Duration),
    /// Takes the message and returns it to its sender, at this port, before it says so.
    BounceFirst(u16),
    /// Takes the message, says so, and returns it to its sender, at this port.
    BounceThen(u16),
}

/// One message that the hop has taken.
#[derive(Debug, Clone)]
pub struct Copy {
    pub mail_from: String,
    pub recipient: String,
    pub bytes: Vec<u8>,
}

impl Copy {
    /// The value of a field of the outer header; empty when it is not there.
    pub fn field(&self, name: &str) -> String {
        let entity = campanile_core::mime::read(&self.bytes).unwrap();
        let field = entity.field(name).unwrap();
        field.map(|field| String::from_utf8(field.value.to_vec()).unwrap()).unwrap_or_default()
    }
}

#[derive(Default)]
struct State {
    copies: Mutex<Vec<Copy>>,
    bounced: Mutex<Vec<Copy>>,
    scripts: Mutex<HashMap<String, VecDeque<Answer>>>,
    streams: Mutex<Vec<TcpStream>>,
    stopped: AtomicBool,
}

/// The hop; it is gone with the test.
pub struct Hop {
    pub port: u16,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

impl Hop {
    /// A hop that does not listen yet.
    pub fn down() -> Self {
        Self { port: ports::free(), state: Arc::default(), listening: None }
    }

    /// Begins to listen, again or for the first time.
    pub fn start(&mut self) {
        let listener = self.listener();
        listener.set_nonblocking(true).unwrap();
        self.state.stopped.store(false, Ordering::SeqCst);
        let state = Arc::clone(&self.state);
        self.listening = Some(thread::spawn(move || listen(&listener, &state)));
    }

    /// The port again, as soon as it is free: a program that another test is just starting holds
    /// this process's last listener between its fork and its exec.
    fn listener(&self) -> TcpListener {
        let mut bound = None;
        eventually("the port of the hop", || {
            bound = TcpListener::bind(("127.0.0.1", self.port)).ok();
            bound.is_some()
        });
        bound.unwrap()
    }

    pub fn is_up(&self) -> bool {
        self.listening.is_some()
    }

    /// Breaks every connection and takes no more.
    pub fn stop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        if let Some(listening) = self.listening.take() {
            listening.join().unwrap();
        }
        for stream in self.state.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// What to do with the next tries of a recipient; further ones are taken.
    pub fn script(&self, recipient: &str, answers: &[Answer]) {
        let mut scripts = self.state.scripts.lock().unwrap();
        let script = scripts.entry(recipient.into()).or_default();
        script.extend(answers);
    }

    /// Everything taken so far, in order.
    pub fn copies(&self) -> Vec<Copy> {
        self.state.copies.lock().unwrap().clone()
    }

    /// Everything taken since the last call, in order.
    pub fn take_copies(&self) -> Vec<Copy> {
        std::mem::take(&mut *self.state.copies.lock().unwrap())
    }

    /// Everything returned since the last call whose return was taken with 250.
    pub fn take_bounced(&self) -> Vec<Copy> {
        std::mem::take(&mut *self.state.bounced.lock().unwrap())
    }

    /// Forgets what was to be done with tries that have not come.
    pub fn forget_scripts(&self) {
        self.state.scripts.lock().unwrap().clear();
    }

    /// What was taken for one recipient.
    pub fn copies_to(&self, recipient: &str) -> Vec<Copy> {
        let mut copies = self.copies();
        copies.retain(|copy| copy.recipient == recipient);
        copies
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listen(listener: &TcpListener, state: &Arc<State>) {
    while !state.stopped.load(Ordering::SeqCst) {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        stream.set_nonblocking(false).unwrap();
        stream.set_nodelay(true).unwrap();
        let again = stream.try_clone().unwrap();
        state.streams.lock().unwrap().push(again);
        let state = Arc::clone(state);
        // Ends with its connection, which is closed when the hop stops.
        thread::spawn(move || {
            let _ = Dialogue::new(stream, state).run();
        });
    }
}

/// One connection. An error ends it.
struct Dialogue {
    lines: BufReader<TcpStream>,
    stream: TcpStream,
    state: Arc<State>,
    mail_from: String,
    recipient: Option<(String, Option<Answer>)>,
}

impl Dialogue {
    fn new(stream: TcpStream, state: Arc<State>) -> Self {
        Self {
            lines: BufReader::new(stream.try_clone().unwrap()),
            stream,
            state,
            mail_from: String::new(),
            recipient: None,
        }
    }

    fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{text}\r\n").as_bytes())
    }

    fn line(&mut self) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        match self.lines.read_until(b'\n', &mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line),
        }
    }

    fn cut<T>(&self) -> std::io::Result<T> {
        self.stream.shutdown(Shutdown::Both)?;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    }

    fn run(mut self) -> std::io::Result<()> {
        self.say("220 hop.example ready")?;
        loop {
            let line = self.line()?;
            let line = String::from_utf8(line).unwrap();
            let verb = line.trim_end().to_ascii_uppercase();
            if verb.starts_with("EHLO") {
                self.say("250-hop.example\r\n250-PIPELINING\r\n250 8BITMIME")?;
            } else if verb.starts_with("MAIL FROM:") {
                self.mail_from = path(&line);
                self.recipient = None;
                self.say("250 2.1.0 fine")?;
            } else if verb.starts_with("RCPT TO:") {
                self.take_recipient(path(&line))?;
            } else if verb == "DATA" {
                self.take_message()?;
            } else if verb == "QUIT" {
                return self.say("221 2.0.0 bye");
            } else {
                self.say("250 2.0.0 fine")?;
            }
        }
    }

    fn take_recipient(&mut self, recipient: String) -> std::io::Result<()> {
        let mut scripts = self.state.scripts.lock().unwrap();
        let answer = scripts.get_mut(&recipient).and_then(VecDeque::pop_front);
        drop(scripts);
        if let Some(Answer::AtRcpt(text)) = answer {
            return self.say(text);
        }
        self.recipient = Some((recipient, answer));
        self.say("250 2.1.5 fine")
    }

    fn take_message(&mut self) -> std::io::Result<()> {
        let Some((recipient, answer)) = self.recipient.take() else {
            return self.say("503 5.5.1 no recipient");
        };
        self.say("354 go on")?;
        let mut bytes = Vec::new();
        loop {
            let line = self.line()?;
            if matches!(answer, Some(Answer::CutInData)) {
                return self.cut();
            }
            if line == b".\r\n" {
                break;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        match answer {
            Some(Answer::AtEnd(text)) => return self.say(text),
            Some(Answer::Slowly(wait)) => thread::sleep(wait),
            Some(Answer::Hang) => loop {
                self.line()?;
            },
            _ => {}
        }
        let copy = Copy { mail_from: self.mail_from.clone(), recipient, bytes };
        self.state.copies.lock().unwrap().push(copy.clone());
        match answer {
            Some(Answer::CutAfterData) => self.cut(),
            Some(Answer::BounceFirst(port)) => {
                self.give_back(port, copy);
                self.say("250 2.0.0 kept")
            }
            Some(Answer::BounceThen(port)) => {
                self.say("250 2.0.0 kept")?;
                self.give_back(port, copy);
                Ok(())
            }
            _ => self.say("250 2.0.0 kept"),
        }
    }

    fn give_back(&self, port: u16, copy: Copy) {
        let report = bounce(&copy.recipient, "failed");
        if post(port, "", &copy.mail_from, &report) == Told::Accepted {
            self.state.bounced.lock().unwrap().push(copy);
        }
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let (_, behind) = line.split_once('<').unwrap();
    behind.split_once('>').unwrap().0.into()
}
