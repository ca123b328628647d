//! A toy network: the list `alert`, teams with keys, the program as its server, a next hop.

use std::os::unix::fs::PermissionsExt;

use campanile::actions::{
    Actor, NewKeys, NewNetwork, add_list, add_team, add_team_key, add_trust, generate_list_key,
    init_network, subscribe,
};
use campanile::app::App;
use campanile::clock::Clock;
use campanile::config::Environment;
use campanile_core::crypto::openpgp;
use campanile_core::model::key::Protocol;
use openssl::pkcs12::Pkcs12;
use openssl::x509::X509;
use serde_json::Value;
use sqlx::Row;

use super::{
    Answer, Authority, Client, Copy, Database, Hop, Https, Issued, Page, Program, Server,
    eventually, new_team, ports,
};

/// The address of the list.
pub const LIST: &str = "alert@list.example";
/// What the telephone gateway presents.
pub const PHONE_TOKEN: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";
/// Age of the OpenPGP keys, so that old signatures can be made with them.
const KEY_AGE_SECONDS: i64 = 60 * 24 * 3600;

/// The key that a team registers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Openpgp,
    OpenpgpV6,
    Smime,
}

/// The key that a team has.
pub enum Key {
    Openpgp(Box<openpgp::SecretKey>),
    Smime(Issued),
}

/// One team.
pub struct Member {
    pub handle: String,
    pub address: String,
    pub key: Key,
}

impl Member {
    /// A team with a fresh key that nobody knows yet.
    pub fn new(authority: &Authority, handle: &str, kind: Kind) -> Self {
        let address = new_team(handle).emails.remove(0);
        let now = Clock::System.now().plus_seconds(-KEY_AGE_SECONDS);
        let parsed = address.parse().unwrap();
        let key = match kind {
            Kind::Openpgp => openpgp::SecretKey::generate(handle, &parsed, now),
            Kind::OpenpgpV6 => openpgp::SecretKey::generate_v6(handle, &parsed, now),
            Kind::Smime => {
                return Self {
                    handle: handle.into(),
                    key: Key::Smime(authority.issue(&address)),
                    address,
                };
            }
        };
        Self { handle: handle.into(), address, key: Key::Openpgp(Box::new(key.unwrap())) }
    }

    /// What the team registers.
    pub fn public(&self) -> (Protocol, Vec<u8>) {
        match &self.key {
            Key::Openpgp(key) => (Protocol::Openpgp, key.certificate().armored().into()),
            Key::Smime(issued) => (Protocol::Smime, issued.pem()),
        }
    }

    /// The OpenPGP key.
    pub fn openpgp(&self) -> &openpgp::SecretKey {
        match &self.key {
            Key::Openpgp(key) => key,
            Key::Smime(_) => panic!("{} has a certificate", self.handle),
        }
    }

    /// The certificate with its key.
    pub fn smime(&self) -> &Issued {
        match &self.key {
            Key::Smime(issued) => issued,
            Key::Openpgp(_) => panic!("{} has an OpenPGP key", self.handle),
        }
    }
}

/// The network. Its server is started by [`Toy::serve`].
pub struct Toy {
    pub members: Vec<Member>,
    pub authority: Authority,
    pub list_openpgp: openpgp::Certificate,
    pub list_smime: X509,
    pub hop: Hop,
    /// Where the server takes mail.
    pub port: u16,
    /// Where the server answers monitors.
    pub monitor: u16,
    /// Where the server answers browsers, once it has a certificate.
    pub web: u16,
    pub server: Option<Server>,
    pub program: Program,
}

impl Toy {
    /// A network with teams that all have registered their keys and are subscribed; the hop is
    /// up, the server is not.
    pub async fn new(database: Database, teams: &[(&str, Kind)]) -> Self {
        let authority = Authority::new("Toy CA");
        let members: Vec<_> =
            teams.iter().map(|(handle, kind)| Member::new(&authority, handle, *kind)).collect();
        let program = Program::on(database);
        let (list_openpgp, list_smime) = set_up(&program, &authority, &members).await;
        let mut hop = Hop::down();
        hop.start();
        let (port, monitor, hop_port) = (ports::free(), ports::free(), hop.port);
        let web = ports::free();
        program.configure(|text| {
            text.replace(":2525\"", &format!(":{port}\""))
                .replace("port = 2526", &format!("port = {hop_port}\ntls = \"none\""))
                .replace(":8443\"", &format!(":{web}\""))
                .replace("https://list.example\"", &format!("https://localhost:{web}\""))
                .replace(":9464\"", &format!(":{monitor}\""))
                .replace("# token_file = \"phone", "token_file = \"phone")
        });
        let token = program.data().join("phone.token");
        std::fs::write(&token, PHONE_TOKEN).unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self {
            members,
            authority,
            list_openpgp,
            list_smime,
            hop,
            port,
            monitor,
            web,
            server: None,
            program,
        }
    }

    /// [`Toy::new`] with its server running.
    pub async fn serving(database: Database, teams: &[(&str, Kind)]) -> Self {
        let mut toy = Self::new(database, teams).await;
        toy.serve();
        toy
    }

    /// Starts the server.
    pub fn serve(&mut self) {
        self.server = Some(Server::start(&self.program, self.port));
    }

    /// Ends the server by SIGKILL.
    pub fn kill(&mut self) {
        self.server.take().unwrap().kill();
    }

    /// Sends a message to the list and returns the answer.
    pub fn submit(&self, from: &str, message: &[u8]) -> String {
        Client::connect(self.port, "EHLO").deliver(from, LIST, message)
    }

    /// Sends a message to the list; it has to be taken.
    pub fn post(&self, from: &str, message: &[u8]) {
        let reply = self.submit(from, message);
        assert!(reply.starts_with("250"), "{reply}");
    }

    /// Registers the key of a team by the command.
    pub fn register(&self, member: &Member) {
        let (protocol, public) = member.public();
        let file = self.program.file("public.key", public);
        let option = format!("--{protocol}");
        self.program.ok(&["team", "key", "add", &member.handle, &option, &file]);
    }

    /// A certificate of a person of a team, as an operator issues it.
    pub fn login(&self, handle: &str, person: &str) -> Issued {
        let file = self.program.database.dir().join(format!("{handle}-{person}.p12"));
        let address = format!("{person}@{}.example", handle.to_ascii_lowercase());
        let out = file.to_str().unwrap();
        let issue = ["ca", "issue", handle, "--person", person, "--email", &address, "--out", out];
        let told = self.program.ok(&issue);
        let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
        let packed = Pkcs12::from_der(&std::fs::read(&file).unwrap()).unwrap();
        let packed = packed.parse2(shown.unwrap()).unwrap();
        Issued::of(packed.cert.unwrap(), packed.pkey.unwrap())
    }

    /// What is answered to digits that a gateway with this token hands over.
    pub fn by_telephone(&self, token: &str, digits: &str) -> Page {
        self.by_telephone_of("", token, digits)
    }

    /// The same from a telephone whose number the gateway knows.
    pub fn by_telephone_of(&self, caller: &str, token: &str, digits: &str) -> Page {
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let bearer = format!("Bearer {token}");
        let fields = [form, ("Authorization", bearer.as_str())];
        let body = format!("code={digits}&response=working&caller={caller}");
        Https::new(self.web, None).ask("POST", "/phone/acknowledge", &fields, &body).unwrap()
    }

    /// Waits until the hop has a number of copies, and returns them.
    pub fn copies(&self, count: usize) -> Vec<Copy> {
        eventually("copies at the hop", || self.hop.copies().len() >= count);
        self.hop.copies()
    }

    /// Lets the hop answer the next tries of a team.
    pub fn script(&self, team: usize, answers: &[Answer]) {
        self.hop.script(&self.members[team].address, answers);
    }

    /// `queue list --json`.
    pub fn queue(&self) -> Vec<Value> {
        let listed = self.program.json(&["queue", "list"]);
        listed.as_array().unwrap().clone()
    }

    /// Waits until the queue shows one row, in this state, for this team, and returns it.
    pub fn queued(&self, team: usize, state: &str) -> Value {
        let mut rows = Vec::new();
        let handle = &self.members[team].handle;
        eventually(&format!("{handle} {state} alone in the queue"), || {
            rows = self.queue();
            rows.len() == 1
                && rows[0]["team"] == handle.as_str()
                && rows[0]["state"] == state
                && rows[0]["kind"] == "copy"
                // A fresh copy waits as well; this one has been tried.
                && (state == "held" || rows[0]["reply"] != "")
        });
        rows.remove(0)
    }

    /// Waits until nothing is queued and the spool is empty.
    pub fn settled(&self) {
        eventually("an empty queue", || self.queue().is_empty());
        eventually("an empty spool", || self.spooled() == 0);
    }

    /// How many files the spool holds.
    pub fn spooled(&self) -> usize {
        let spool = self.program.data().join("spool");
        ["in", "sealed"]
            .iter()
            .filter_map(|folder| std::fs::read_dir(spool.join(folder)).ok())
            .map(Iterator::count)
            .sum()
    }

    /// Runs SQL past the program and returns the first column, as text.
    pub async fn sql(&self, sql: &'static str) -> Vec<String> {
        let file = self.program.data().join("campanile.db");
        let mut raw = self.program.database.raw(&file).await;
        let rows = sqlx::query(sql).fetch_all(&mut raw).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Details of the audit entries of one action, oldest first.
    pub async fn audit(&self, action: &str) -> Vec<Value> {
        let sql = "SELECT action || ' ' || detail FROM audit ORDER BY seq";
        let rows = self.sql(sql).await;
        let details = rows.iter().filter_map(|row| row.split_once(' '));
        let wanted = details.filter(|(name, _)| *name == action);
        wanted.map(|(_, detail)| serde_json::from_str(detail).unwrap()).collect()
    }
}

async fn set_up(
    program: &Program,
    authority: &Authority,
    members: &[Member],
) -> (openpgp::Certificate, X509) {
    let new =
        NewNetwork { name: "toy", domain: "list.example", database: program.database.init_url() };
    let (dir, by) = (program.data(), Actor::Operator);
    let environment = Environment::default();
    let config = init_network(&dir, &new, &environment, Clock::System).await.unwrap();
    let app = App::open_with(&dir, config, Clock::System).await.unwrap();
    add_list(&app, by, "alert", LIST, None).await.unwrap();
    generate_list_key(&app, by, "alert", NewKeys::Missing).await.unwrap();
    add_trust(&app, by, &authority.pem(), None).await.unwrap();
    for member in members {
        let handle = &member.handle;
        add_team(&app, by, new_team(handle)).await.unwrap();
        let (protocol, public) = member.public();
        let added = add_team_key(&app, by, handle, protocol, &public).await;
        added.unwrap();
        let _ = subscribe(&app, by, "alert", handle).await.unwrap();
    }
    let network = app.network().await.unwrap();
    let list = &network.lists[0];
    let openpgp = list.openpgp[0].certificate();
    let smime = X509::from_pem(list.smime[0].certificate().pem().as_bytes()).unwrap();
    app.close().await;
    (openpgp, smime)
}
