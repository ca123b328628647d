//! A client of the pages, with or without a certificate; speaks HTTP/1.1 itself, so that tests see
//! every octet.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode, SslVersion};

use super::Issued;

/// How to reach a server.
pub struct Https<'a> {
    pub port: u16,
    pub own: Option<&'a Issued>,
    pub version: SslVersion,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// A header field, if it is there.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl<'a> Https<'a> {
    pub fn new(port: u16, own: Option<&'a Issued>) -> Self {
        Self { port, own, version: SslVersion::TLS1_3 }
    }

    pub fn get(&self, path: &str) -> Page {
        self.ask("GET", path, &[], "").unwrap()
    }

    pub fn post(&self, path: &str, form: &str) -> Page {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        self.ask("POST", path, &[kind], form).unwrap()
    }

    /// Asks on a fresh connection; the error is that of the handshake or the first answer.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Result<Page, String> {
        let body = body.as_ref();
        let mut builder = SslConnector::builder(SslMethod::tls()).unwrap();
        builder.set_verify(SslVerifyMode::NONE);
        builder.set_min_proto_version(None).unwrap();
        builder.set_max_proto_version(Some(self.version)).unwrap();
        if let Some(own) = self.own {
            builder.set_certificate(own.certificate()).unwrap();
            builder.set_private_key(own.key()).unwrap();
        }
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let connected = builder.build().connect("localhost", socket);
        let mut stream = connected.map_err(|error| said(&error))?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\n", self.port);
        for (name, value) in fields {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all(&[request.as_bytes(), body].concat()).map_err(|error| said(&error))?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(|error| said(&error))?;
        page(&answer).ok_or_else(|| "no answer".to_owned())
    }
}

fn page(answer: &[u8]) -> Option<Page> {
    let end = memchr::memmem::find(answer, b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = answer[end + 4..].to_vec();
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Some(Page { status, head, body: if chunked { joined(&body) } else { body } })
}

fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = memchr::memmem::find(chunks, b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16);
        let (start, length) = (end + 2, length.unwrap());
        body.extend(&chunks[start..start + length]);
        chunks = &chunks[start + length + 2..];
    }
    body
}
