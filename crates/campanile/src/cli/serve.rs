//! `campanile serve`: starts everything, and ends it in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Place;
use crate::actions;
use crate::app::App;
use crate::config;
use crate::error::{Error, Kind, Result};
use crate::jobs;
use crate::keys;
use crate::relay::{Relay, RelaySettings, RelayTimes, RelayTls};
use crate::smtp::{self, SmtpSettings, gate::Gate};
use crate::store::{audit_chain, messages, sources};
use crate::telemetry;
use crate::web::{self, Door};

/// Parallel connections to the next hop: more does not help a relay on the same network.
const DELIVERERS: usize = 4;
/// Sources that are fetched at a time: one that is slow must not keep the others waiting.
const FETCHERS: usize = 3;
/// How long a session or delivery under way may take at the end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes mail, opens it, distributes it, until SIGTERM or Ctrl-C.
#[derive(Args)]
pub(super) struct Serve {}

impl Serve {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let opened = at.open().await;
        let format = opened.as_ref().map(|app| app.config.log.format).unwrap_or_default();
        telemetry::start(format, "info");
        serve(opened?).await
    }
}

async fn serve(app: App) -> Result<()> {
    // Before anybody is told that this serves: a signal that comes early is an orderly end, too.
    let mut ends = Ends::catch()?;
    let _lock = app.lock()?;
    refuse_open_keys(&app)?;
    if rustix::process::geteuid().is_root() {
        tracing::warn!("this runs as root: run campanile as a user of its own");
    }
    let app = Arc::new(app);
    let copies = messages::free_leases(&app.db, &app.node, app.now()).await?;
    if copies > 0 {
        tracing::warn!(copies, "not known to be delivered when this node ended: they go out again");
    }
    sources::free_leases(&app.db, &app.node).await?;
    if let Err(error) = actions::keep_authority(&app).await {
        // The pages may have no certificate then; mail does not depend on it.
        tracing::error!(%error, causes = error.causes(), hint = error.advice(), "authority");
    }
    let network = app.network().await?;
    for list in &network.lists {
        // Chosen once now, so that the first alert does not wait for it.
        app.recipient_keys(&network, list);
    }
    let relay = Arc::new(relay(&app)?);
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    listen(&app, &mut tasks, &stopped).await?;
    work(&app, &relay, &mut tasks, &stopped);
    // In the log it is outside of the database: what is cut off later shows.
    let (seq, hash) = audit_chain::last(&mut *app.db.read().await?).await?;
    tracing::info!(seq, hash, "audit head");
    tracing::info!(network = %app.config.network.name, node = app.node, "serving");
    tell(NotifyState::Ready);
    ends.wait().await;
    tracing::info!("ending");
    tell(NotifyState::Stopping);
    // Sending fails only when every task is gone already.
    let _ = stop.send(true);
    let ended =
        tokio::time::timeout(PATIENCE, async { while tasks.join_next().await.is_some() {} });
    if ended.await.is_err() {
        tracing::warn!("some work was cut off; it is done after the next start");
    }
    app.db.close().await;
    Ok(())
}

/// A key that others could read may be known to them: better no server than one whose mail is.
fn refuse_open_keys(app: &App) -> Result<()> {
    for path in app.keys.files()? {
        app.keys.check(&path)?;
    }
    if let Some(path) = &app.config.phone.token_file {
        keys::read_token(&app.path(path))?;
    }
    // The keys of the ports protect no sealed mail: they are often shared with other programs.
    for path in [&app.config.smtp.tls_key, &app.config.web.tls_key].into_iter().flatten() {
        if let Err(error) = keys::check_tls_key(&app.path(path)) {
            tracing::warn!(%error, hint = error.advice());
        }
    }
    Ok(())
}

async fn listen(
    app: &Arc<App>,
    tasks: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> Result<()> {
    let tls = tls(app)?;
    // First, so that whoever is greeted by the mail listener finds this one as well.
    let address = app.config.metrics.listen;
    let listener = bind(address).await?;
    tracing::info!(%address, "listening for monitoring");
    tasks.spawn(web::serve_monitoring(listener, Arc::clone(app), stopped.clone()));
    pages(app, tasks, stopped).await?;
    let smtp = &app.config.smtp;
    let lmtp = smtp.lmtp_listen.map(|address| (address, true));
    let gate = Arc::new(Gate::new(Arc::clone(app)));
    for (address, lmtp) in std::iter::once((smtp.listen, false)).chain(lmtp) {
        let listener = bind(address).await?;
        let settings = SmtpSettings {
            listen: address,
            hostname: app.config.hostname().to_string(),
            message_bytes_max: smtp.message_bytes_max,
            tls: tls.clone(),
            lmtp,
            counters: app.counters.clone(),
        };
        tracing::info!(%address, lmtp, "listening");
        tasks.spawn(smtp::serve(listener, settings, Arc::clone(&gate), stopped.clone()));
    }
    Ok(())
}

/// Starts the pages. A network that has no certificate for them yet has mail all the same.
async fn pages(
    app: &Arc<App>,
    tasks: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> Result<()> {
    let door = Door::default();
    match door.config(app).await {
        Ok(_) => {}
        Err(error) if error.kind() == Kind::NotFound => {
            tracing::warn!(%error, hint = error.advice(), "no pages");
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    let address = app.config.web.listen;
    let listener = bind(address).await?;
    tracing::info!(%address, url = app.config.public_url(), "listening for browsers");
    tasks.spawn(web::serve_pages(listener, Arc::clone(app), door, stopped.clone()));
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| {
        Error::io(format!("the port {address}"), error)
            .hint("another program may use it: change `listen` in campanile.toml")
    })
}

fn work(
    app: &Arc<App>,
    relay: &Arc<Relay>,
    tasks: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) {
    let openers = std::thread::available_parallelism().map_or(2, usize::from);
    for _ in 0..openers {
        tasks.spawn(jobs::open::run(Arc::clone(app), stopped.clone()));
    }
    for _ in 0..DELIVERERS {
        tasks.spawn(jobs::deliver::run(Arc::clone(app), Arc::clone(relay), stopped.clone()));
    }
    tasks.spawn(jobs::watch::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::reseal::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::sweep::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::warn_key_expiry::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::tell_webhooks::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::keep_authority::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::reseal_texts::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::escalate_alerts::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::lift_embargo::run(Arc::clone(app), stopped.clone()));
    tasks.spawn(jobs::digest::run(Arc::clone(app), stopped.clone()));
    for _ in 0..FETCHERS {
        tasks.spawn(jobs::fetch_sources::run(Arc::clone(app), stopped.clone()));
    }
    tasks.spawn(jobs::membership::run(Arc::clone(app), stopped.clone()));
}

/// Tells the service manager, if there is one that asked (`Type=notify`).
fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager was not told");
    }
}

/// The signals that end the server.
struct Ends {
    terminate: Signal,
    interrupt: Signal,
}

impl Ends {
    /// From here on they wait for [`Ends::wait`] instead of ending the process.
    fn catch() -> Result<Self> {
        let failed = |error| Error::io("the signals", error);
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        Ok(Self { terminate, interrupt })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The next hop as configured.
fn relay(app: &App) -> Result<Relay> {
    let relay = &app.config.relay;
    let settings = RelaySettings {
        host: relay.host.clone(),
        port: relay.port,
        tls: match relay.tls {
            config::RelayTls::None => RelayTls::None,
            config::RelayTls::Opportunistic => RelayTls::Opportunistic,
            config::RelayTls::Required => RelayTls::Required,
        },
        ca_file: relay.ca_file.as_ref().map(|path| app.path(path)),
        hostname: app.config.hostname().to_string(),
        times: RelayTimes::default(),
    };
    Relay::new(settings).map_err(|error| {
        Error::invalid(format!("[relay] tls: {error}"))
            .source(error)
            .hint("`tls = \"required\"` needs certificates: install ca-certificates or set ca_file")
    })
}

/// The certificate for STARTTLS as configured.
fn tls(app: &App) -> Result<Option<Arc<rustls::ServerConfig>>> {
    let smtp = &app.config.smtp;
    let (Some(certificate), Some(key)) = (&smtp.tls_cert, &smtp.tls_key) else {
        return Ok(None);
    };
    let made = smtp::tls::tls_config(&app.path(certificate), &app.path(key));
    made.map(Some).map_err(|error| {
        Error::invalid(format!("[smtp] tls_cert, tls_key: {error}"))
            .source(error)
            .hint("both are PEM files; the key belongs to the certificate")
    })
}
