//! The door of the pages: TLS 1.3, the server's certificate, and the authorities whose client
//! certificates are let in.
//!
//! A certificate that is offered and wrong (foreign, expired, revoked, for another use) fails in
//! the handshake. Without one the connection is made, and almost everything is refused behind it.

use std::path::Path;
use std::sync::Arc;

use campanile_core::model::time::Timestamp;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use tokio::sync::Mutex;

use super::limits::DOOR_TIME;
use crate::app::{App, LoginAuthority};
use crate::error::{Error, Kind, Result};
use crate::store::settings;

/// The TLS configuration as the registry is now, made anew when it changes.
#[derive(Default)]
pub struct Door {
    made: Mutex<Option<Made>>,
}

struct Made {
    version: i64,
    at: Timestamp,
    config: Arc<ServerConfig>,
}

impl Door {
    /// The configuration to shake hands with. A call costs one row.
    ///
    /// # Errors
    /// There is no certificate for the server, or the database cannot be read.
    pub async fn config(&self, app: &App) -> Result<Arc<ServerConfig>> {
        // Held while making, so that many connections at once make it once.
        let mut made = self.made.lock().await;
        let version = settings::registry_version(&mut *app.db.read().await?).await?;
        let now = app.now();
        if let Some(made) = made.as_ref() {
            let age = u64::try_from(now.seconds() - made.at.seconds());
            let fresh = age.is_ok_and(|age| age < DOOR_TIME.as_secs());
            if made.version == version && fresh {
                return Ok(Arc::clone(&made.config));
            }
        }
        let config = Arc::new(server_config(app).await?);
        *made = Some(Made { version, at: now, config: Arc::clone(&config) });
        Ok(config)
    }
}

async fn server_config(app: &App) -> Result<ServerConfig> {
    let (chain, key) = server_certificate(app)?;
    let authorities = app.login_authorities(&mut *app.db.read().await?).await?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let unusable = |source: rustls::Error| {
        Error::invalid("the certificate of the pages and its key are not usable together")
            .source(source)
            .hint("see [web] tls_cert and tls_key; the key belongs to the first certificate")
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(unusable)?;
    let builder = match verifier(&authorities, &provider)? {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session is not checked against revocation lists again.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Checks client certificates; `None` when no authority can be used.
///
/// # Security
/// An authority whose revocation list cannot be read is left out: it may have revoked anything.
fn verifier(
    authorities: &[LoginAuthority],
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>> {
    let mut roots = RootCertStore::empty();
    let mut lists = Vec::new();
    for LoginAuthority { certificate, crl } in authorities {
        let list = crl.clone().map(CertificateRevocationListDer::from);
        let mut alone = RootCertStore::empty();
        let certificate = CertificateDer::from(certificate.clone());
        let readable = alone.add(certificate.clone()).is_ok()
            && made(alone, list.clone(), provider).is_ok()
            && roots.add(certificate).is_ok();
        match readable {
            true => lists.extend(list),
            false => tracing::error!("an authority cannot be used for client certificates"),
        }
    }
    if roots.is_empty() {
        return Ok(None);
    }
    made(roots, lists, provider)
        .map(Some)
        .map_err(|source| Error::internal("client certificates cannot be checked").source(source))
}

fn made(
    roots: RootCertStore,
    lists: impl IntoIterator<Item = CertificateRevocationListDer<'static>>,
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> std::result::Result<Arc<dyn ClientCertVerifier>, rustls::server::VerifierBuilderError> {
    // Not every authority publishes a list; whom ours has revoked stands in the registry as well.
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .with_crls(lists)
        .allow_unknown_revocation_status()
        .allow_unauthenticated()
        .build()
}

type Chain = Vec<CertificateDer<'static>>;

/// The certificate of the server: as configured, or that of our own authority.
fn server_certificate(app: &App) -> Result<(Chain, PrivateKeyDer<'static>)> {
    match (&app.config.web.tls_cert, &app.config.web.tls_key) {
        (Some(certificate), Some(key)) => from_files(&app.path(certificate), &app.path(key)),
        _ => own_certificate(app),
    }
}

/// What `actions::keep_authority` has made.
fn own_certificate(app: &App) -> Result<(Chain, PrivateKeyDer<'static>)> {
    let pem = app.keys.read(&app.keys.server_path()).map_err(|error| match error.kind() {
        Kind::NotFound => Error::not_found("the pages have no certificate").hint(
            "`campanile ca init` makes an authority that issues one; [web] tls_cert and tls_key \
             name another",
        ),
        _ => error,
    })?;
    let broken = |source| Error::invalid("keys/web/server.pem is broken").source(source);
    let chain: Chain = CertificateDer::pem_slice_iter(&pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(broken)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(broken)?;
    Ok((chain, key))
}

fn from_files(certificate: &Path, key: &Path) -> Result<(Chain, PrivateKeyDer<'static>)> {
    let unreadable = |path: &Path| {
        let text = format!("{} holds no such PEM object", path.display());
        move |source: rustls::pki_types::pem::Error| Error::invalid(text).source(source)
    };
    let chain: Chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(unreadable(certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    Ok((chain, key))
}
