//! Asks servers of others by HTTPS, and is led nowhere else.
//!
//! Where a request goes is decided by what others write: addresses in a listing, redirects, the
//! name service. Only public addresses are asked, by https, at two ports, unless the operator
//! allows a host. Redirects are followed here, each checked as the first address; proxies of the
//! environment are not used. What is answered is bounded in octets and time, for each request and
//! for all together.
//!
//! # Security
//! Addresses are checked behind the look-up, by the resolver that the connection itself uses: a
//! name that leads elsewhere a moment later leads nowhere. A client certificate is shown to the
//! server that the operator has named, and to no other.

mod guard;
mod resolve;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{self, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, Response, StatusCode};
use url::Url;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
pub use guard::Guard;
use resolve::{Lookup, NotPublic, Resolver};

/// Most redirects that are followed [CSAF 2.1 §7.1.6].
const REDIRECTS_MAX: usize = 10;
/// Who asks.
const USER_AGENT: &str = concat!("campanile/", env!("CARGO_PKG_VERSION"));

/// How much and how long.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Until the connection stands.
    pub connect: Duration,
    /// From one piece of an answer to the next.
    pub silence: Duration,
    /// From the question to the end of the answer.
    pub request: Duration,
    /// All requests together.
    pub run: Duration,
    /// All answers together, in octets.
    pub run_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            request: Duration::from_secs(120),
            run: Duration::from_secs(1800),
            run_bytes: 8 * 1024 * 1024 * 1024,
        }
    }
}

/// What is shown to a server, and how it is checked.
#[derive(Default)]
pub struct Credentials {
    /// Certificate and key in PEM; none is shown without.
    pub identity: Option<Zeroizing<Vec<u8>>>,
    /// Authorities in PEM that servers are checked against, instead of the system's.
    pub authorities: Option<Vec<u8>>,
}

/// What a server said about the state of something, to be handed back to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: String,
    /// `Last-Modified`.
    pub last_modified: String,
}

impl Validators {
    /// Whether there is nothing to hand back.
    pub fn is_empty(&self) -> bool {
        self.etag.is_empty() && self.last_modified.is_empty()
    }

    fn of(fields: &HeaderMap) -> Self {
        let text = |name| fields.get(name).and_then(|value| value.to_str().ok());
        let short = |name| text(name).filter(|text| text.len() <= 200).unwrap_or_default();
        let (etag, last_modified) = (short(header::ETAG), short(header::LAST_MODIFIED));
        Self { etag: etag.to_owned(), last_modified: last_modified.to_owned() }
    }
}

/// What takes the pieces of an answer.
pub type Keep<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<()> + Send);

/// An answer.
#[derive(Debug)]
pub enum Answer {
    /// What is there.
    Found(Found),
    /// It is as it was.
    Unchanged,
    /// There is nothing (404, 410).
    Absent,
}

/// What is at an address.
#[derive(Debug)]
pub struct Found {
    /// Where it was at last: relative addresses start there.
    pub url: Url,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Its state.
    pub validators: Validators,
}

/// One run of questions to a source and to where it leads.
pub struct Fetcher {
    guard: Guard,
    bounds: Bounds,
    plain: Client,
    /// Shows the client certificate, to this origin.
    known: Option<(url::Origin, Client)>,
    ends: Instant,
    bytes_left: AtomicU64,
    /// Seconds that the server has asked to wait.
    wait: AtomicU64,
}

impl Fetcher {
    /// A run that begins now. `home` is the address that the operator has named.
    ///
    /// # Errors
    /// The certificates cannot be used.
    pub fn new(guard: Guard, home: &Url, shown: &Credentials, bounds: Bounds) -> Result<Self> {
        Self::with_lookup(guard, home, shown, bounds, resolve::system())
    }

    fn with_lookup(
        guard: Guard,
        home: &Url,
        shown: &Credentials,
        bounds: Bounds,
        lookup: Lookup,
    ) -> Result<Self> {
        let resolver = Arc::new(Resolver::new(guard.clone(), lookup));
        let client = |identity| client(&resolver, shown, identity, bounds);
        let known = match &shown.identity {
            Some(pem) => Some((home.origin(), client(Some(pem))?)),
            None => None,
        };
        Ok(Self {
            plain: client(None)?,
            known,
            guard,
            bounds,
            ends: Instant::now() + bounds.run,
            bytes_left: AtomicU64::new(bounds.run_bytes),
            wait: AtomicU64::new(0),
        })
    }

    /// Whether no more may be asked: the time or the octets of the run are used up.
    pub fn is_spent(&self) -> bool {
        Instant::now() >= self.ends || self.bytes_left.load(Ordering::Relaxed) == 0
    }

    /// Seconds that a server has asked to wait before it is asked again; 0: it has not.
    pub fn asked_to_wait(&self) -> u64 {
        self.wait.load(Ordering::Relaxed)
    }

    /// Asks for what is at an address, unless it is as it was.
    ///
    /// # Errors
    /// The address may not be asked, the server cannot be reached, does not answer in time, answers
    /// with a fault, or with more than `bytes_max` octets.
    pub async fn get(&self, url: &Url, known: &Validators, bytes_max: u64) -> Result<Answer> {
        let mut octets = Vec::new();
        let mut keep = |piece: &[u8]| {
            octets.extend_from_slice(piece);
            Ok(())
        };
        let asked = self.ask(url, known, bytes_max, &mut keep);
        let asked = tokio::time::timeout(self.bounds.request, asked).await;
        let answer = asked.unwrap_or_else(|_| Err(no_answer()))?;
        Ok(match answer {
            Answer::Found(found) => Answer::Found(Found { octets, ..found }),
            answer => answer,
        })
    }

    /// As [`Fetcher::get`], of what is too large for the memory: each piece is handed to `keep`,
    /// and no octets are in the answer. It may take as long as the run.
    ///
    /// # Errors
    /// As [`Fetcher::get`], and those of `keep`.
    pub async fn save(
        &self,
        url: &Url,
        known: &Validators,
        bytes_max: u64,
        keep: Keep<'_>,
    ) -> Result<Answer> {
        let asked = tokio::time::timeout(self.bounds.run, self.ask(url, known, bytes_max, keep));
        asked.await.unwrap_or_else(|_| Err(no_answer()))
    }

    /// As [`Fetcher::get`], of what was never asked for.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn find(&self, url: &Url, bytes_max: u64) -> Result<Option<Found>> {
        match self.get(url, &Validators::default(), bytes_max).await? {
            Answer::Found(found) => Ok(Some(found)),
            Answer::Unchanged | Answer::Absent => Ok(None),
        }
    }

    async fn ask(
        &self,
        url: &Url,
        known: &Validators,
        bytes_max: u64,
        keep: Keep<'_>,
    ) -> Result<Answer> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            self.guard.check(&url)?;
            if self.is_spent() {
                return Err(spent());
            }
            let answer = self.send(&url, known).await?;
            match answer.status() {
                StatusCode::NOT_MODIFIED if !known.is_empty() => return Ok(Answer::Unchanged),
                StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Answer::Absent),
                status if status.is_redirection() => url = self.next(&url, &answer)?,
                StatusCode::OK => {
                    let validators = Validators::of(answer.headers());
                    self.body(answer, bytes_max, keep).await?;
                    return Ok(Answer::Found(Found { url, octets: Vec::new(), validators }));
                }
                _ => return Err(self.refused(&answer)),
            }
        }
        Err(Error::invalid(format!("it is redirected more than {REDIRECTS_MAX} times"))
            .hint("ask the provider; give its last address with `--url`"))
    }

    async fn send(&self, url: &Url, known: &Validators) -> Result<Response> {
        let client = match &self.known {
            Some((origin, client)) if *origin == url.origin() => client,
            _ => &self.plain,
        };
        let mut question = client.get(url.clone()).header(header::USER_AGENT, USER_AGENT);
        if !known.etag.is_empty() {
            question = question.header(header::IF_NONE_MATCH, &known.etag);
        }
        if !known.last_modified.is_empty() {
            question = question.header(header::IF_MODIFIED_SINCE, &known.last_modified);
        }
        question.send().await.map_err(failed)
    }

    /// Where a redirect leads.
    fn next(&self, from: &Url, answer: &Response) -> Result<Url> {
        let place = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let to = place.and_then(|place| from.join(place).ok());
        let to = to.ok_or_else(|| Error::invalid("it is redirected to no address"))?;
        match (from.scheme(), to.scheme()) {
            ("https", "https") | ("http", _) => Ok(to),
            _ => Err(Error::invalid("it is redirected away from https")
                .hint("ask the provider; nothing is fetched without TLS")),
        }
    }

    async fn body(&self, mut answer: Response, bytes_max: u64, keep: Keep<'_>) -> Result<()> {
        let too_large = || {
            Error::too_large(format!("the server answers with more than {bytes_max} octets"))
                .hint("ask the provider whether the address is the right one")
        };
        let announced = answer.content_length();
        if announced.is_some_and(|length| length > bytes_max) {
            return Err(too_large());
        }
        let mut so_far = 0_u64;
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            let less = |left: u64| Some(left.saturating_sub(length));
            // Always given back: the closure refuses nothing.
            let _ = self.bytes_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
            so_far = so_far.saturating_add(length);
            if so_far > bytes_max {
                return Err(too_large());
            }
            if self.is_spent() {
                return Err(spent());
            }
            keep(&piece)?;
        }
        Ok(())
    }

    fn refused(&self, answer: &Response) -> Error {
        let status = answer.status();
        let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        self.wait.fetch_max(wait, Ordering::Relaxed);
        let hint = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "the server asks who we are: set `--client-certificate`, or ask the provider"
            }
            StatusCode::TOO_MANY_REQUESTS => "it asks us to wait; a longer `--every` helps",
            _ => "it is tried again by itself; ask the provider when it stays so",
        };
        Error::temporary(format!("the server answers {}", status.as_u16())).hint(hint)
    }
}

fn client(
    resolver: &Arc<Resolver>,
    shown: &Credentials,
    identity: Option<&[u8]>,
    bounds: Bounds,
) -> Result<Client> {
    let unusable = |what: &str, hint: &str| Error::invalid(what.to_owned()).hint(hint.to_owned());
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .dns_resolver(Arc::clone(resolver))
        .connect_timeout(bounds.connect)
        .read_timeout(bounds.silence);
    if let Some(pem) = &shown.authorities {
        let authorities = Certificate::from_pem_bundle(pem).map_err(|source| {
            unusable("the authorities of the server are no certificates", "PEM is asked for")
                .source(source)
        })?;
        builder = builder.tls_certs_only(authorities);
    }
    if let Some(pem) = identity {
        let identity = Identity::from_pem(pem).map_err(|source| {
            unusable(
                "the client certificate cannot be used",
                "PEM, certificate and key, is asked for",
            )
            .source(source)
        })?;
        builder = builder.identity(identity);
    }
    builder.build().map_err(|source| {
        unusable("no HTTPS client can be made", "are there authorities on this machine?")
            .source(source)
    })
}

/// In our own words: those of the library quote the address.
fn failed(error: reqwest::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(one) = cause {
        if one.is::<NotPublic>() {
            return Error::invalid("the name of the server leads to no public address").hint(
                "is it a machine of the own network? `[sources] allow` in campanile.toml lets it",
            );
        }
        cause = one.source();
    }
    if error.is_timeout() {
        return no_answer();
    }
    let what = match error.is_connect() {
        true => "the server cannot be reached, or its certificate is not trusted",
        false => "the connection to the server broke",
    };
    Error::temporary(what)
        .source(error)
        .hint("it is tried again by itself; `--ca` names authorities of its own")
}

fn spent() -> Error {
    Error::temporary("the run has used up its time or octets").hint("the next goes on with it")
}

fn no_answer() -> Error {
    Error::temporary("the server does not answer in time").hint("it is tried again by itself")
}
