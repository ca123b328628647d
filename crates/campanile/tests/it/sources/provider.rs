//! A CSAF provider on loopback: files that a test puts there, served as a plain web server does.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use campanile_core::crypto::openpgp::{SecretKey, sign_detached};
use campanile_core::model::time::Timestamp;
use serde_json::json;

/// What stands at an address.
#[derive(Clone)]
enum Reply {
    File(Vec<u8>),
    /// A whole answer, as it goes over the wire.
    Raw(Vec<u8>),
}

#[derive(Default)]
struct State {
    replies: BTreeMap<String, Reply>,
    /// Every request, as `GET /path status`.
    asked: Vec<String>,
}

/// The provider.
pub struct Provider {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Provider {
    /// A provider that has nothing yet.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        // Ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { port, state }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn put(&self, path: &str, octets: impl Into<Vec<u8>>) {
        self.reply(path, Reply::File(octets.into()));
    }

    pub fn raw(&self, path: &str, answer: &str) {
        self.reply(path, Reply::Raw(answer.as_bytes().to_vec()));
    }

    pub fn remove(&self, path: &str) {
        self.state.lock().unwrap().replies.remove(path);
    }

    fn reply(&self, path: &str, reply: Reply) {
        self.state.lock().unwrap().replies.insert(path.to_owned(), reply);
    }

    /// The requests since the last look, as `/path status`.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// `provider-metadata.json` with one feed, and keys with their files.
    pub fn metadata(&self, publisher: &str, keys: &[&SecretKey]) -> String {
        let keys: Vec<_> = keys.iter().map(|key| self.key(key)).collect();
        let role = if keys.is_empty() { "csaf_provider" } else { "csaf_trusted_provider" };
        let rolie = json!({ "rolie": { "feeds": [{ "url": self.url("/feed.json") }] } });
        self.write_metadata(publisher, role, &rolie, &json!(keys));
        self.url("/provider-metadata.json")
    }

    /// `provider-metadata.json` with a folder.
    pub fn metadata_of_folder(&self, publisher: &str) -> String {
        let folder = json!({ "directory_url": self.url("/white") });
        self.write_metadata(publisher, "csaf_provider", &folder, &json!([]));
        self.url("/provider-metadata.json")
    }

    fn key(&self, key: &SecretKey) -> serde_json::Value {
        let fingerprint = key.fingerprint().to_string();
        let path = format!("/keys/{fingerprint}.asc");
        self.put(&path, key.certificate().armored());
        json!({ "fingerprint": fingerprint, "url": self.url(&path) })
    }

    pub fn write_metadata(
        &self,
        publisher: &str,
        role: &str,
        distribution: &serde_json::Value,
        keys: &serde_json::Value,
    ) {
        let metadata = json!({
            "canonical_url": self.url("/provider-metadata.json"),
            "distributions": [distribution],
            "last_updated": "2026-07-12T20:20:56Z",
            "metadata_version": "2.0",
            "public_openpgp_keys": keys,
            "publisher": {
                "category": "vendor", "name": publisher, "namespace": "https://x.example"
            },
            "role": role,
        });
        self.put("/provider-metadata.json", serde_json::to_vec(&metadata).unwrap());
    }

    /// A document with its digest and, with a key, its signature.
    pub fn document(&self, name: &str, octets: &[u8], key: Option<&SecretKey>, now: Timestamp) {
        let path = format!("/white/{name}");
        self.put(&path, octets);
        let digest = openssl::sha::sha512(octets);
        let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
        self.put(&format!("{path}.sha512"), format!("{digest}  {name}\n"));
        if let Some(key) = key {
            self.put(&format!("{path}.asc"), sign_detached(octets, key, now).unwrap());
        }
    }

    /// The feed of these documents, each with the day on which it changed.
    pub fn feed(&self, entries: &[(&str, u8)]) {
        let entry = |(name, day): &(&str, u8)| {
            let url = self.url(&format!("/white/{name}"));
            json!({
                "id": name,
                "updated": format!("2026-05-{day:02}T12:00:00Z"),
                "link": [
                    { "rel": "self", "href": url },
                    { "rel": "hash", "href": format!("{url}.sha512") },
                    { "rel": "signature", "href": format!("{url}.asc") },
                ],
            })
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        let feed = json!({ "feed": { "id": "x", "entry": entries } });
        self.put("/feed.json", serde_json::to_vec(&feed).unwrap());
    }
}

/// Keeps connections open, as web servers do.
fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut head = Vec::new();
    let mut octet = [0];
    while matches!(stream.read(&mut octet), Ok(1)) {
        head.push(octet[0]);
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
        let reply = state.lock().unwrap().replies.get(&path).cloned();
        let (status, answer) = match reply {
            Some(Reply::File(octets)) => file(&text, &octets),
            Some(Reply::Raw(octets)) => ("raw", octets),
            None => ("404", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()),
        };
        state.lock().unwrap().asked.push(format!("{path} {status}"));
        if stream.write_all(&answer).is_err() || status == "raw" {
            return;
        }
    }
}

fn file(head: &str, octets: &[u8]) -> (&'static str, Vec<u8>) {
    let digest = openssl::sha::sha1(octets);
    let etag: String = digest.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
    if head.contains(&format!("if-none-match: \"{etag}\"")) {
        return ("304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n".to_vec());
    }
    let fields = format!("Content-Length: {}\r\nETag: \"{etag}\"", octets.len());
    ("200", [format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").as_bytes(), octets].concat())
}
