//! Chromium, driven by chromedriver, with a client certificate of its own.
//!
//! No policy of the machine is needed: the certificate lies in an NSS database in a home folder of
//! the test, and the profile says that it is sent without asking.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::ports;

/// A browser; ended when dropped.
pub struct Browser {
    pub client: Client,
    driver: Child,
    _home: TempDir,
}

/// A file with certificate and key, as the program issues it.
#[derive(Clone)]
pub struct Packed {
    pub file: PathBuf,
    pub passphrase: String,
}

/// Whether what a browser needs is installed; says what is missing. In CI nothing may be: there
/// the line of README.md has installed it.
pub fn is_there() -> bool {
    let missing: Vec<_> = ["chromium", "chromedriver", "certutil", "pk12util"]
        .into_iter()
        .filter(|program| !runs(program))
        .collect();
    if !missing.is_empty() {
        println!("skipped: not installed: {}", missing.join(", "));
        let install = "apt-get install -y chromium chromium-driver libnss3-tools";
        assert!(std::env::var_os("CI").is_none(), "needed in CI: {install}");
    }
    missing.is_empty()
}

/// Whether a program is installed.
pub fn runs(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

impl Browser {
    /// Starts one that trusts the authority `ca` (PEM) and has this certificate, if any.
    pub async fn start(ca: &Path, own: Option<&Packed>, script: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        certificates(home.path(), ca, own);
        let port = ports::free();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let client = connect(port, home.path(), script).await;
        let this = Self { client, driver, _home: home };
        this.width(1280).await;
        this
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// The text of the page. While the next page comes there is none, or that of a page that is
    /// gone: then it is looked for again.
    pub async fn text(&self) -> String {
        for _ in 0..100 {
            if let Ok(body) = self.client.find(Locator::Css("body")).await
                && let Ok(text) = body.text().await
            {
                return text;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the page has no text");
    }

    /// Presses the first thing that fits. What a page that lives has put anew in between is looked
    /// for again.
    pub async fn press(&self, css: &str) {
        loop {
            let found = self.client.find(Locator::Css(css)).await;
            match found.unwrap_or_else(|_| panic!("no {css}")).click().await {
                Ok(()) => return,
                Err(error) if error.is_stale_element_reference() => {}
                Err(error) => panic!("{css}: {error}"),
            }
        }
    }

    /// Waits for a page that says this: one is left a moment after its form is sent.
    pub async fn until(&self, words: &str) {
        for _ in 0..300 {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no page says {words}: {}", self.text().await);
    }

    /// Types into a field, after what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let found = self.client.find(Locator::Css(css)).await;
        found.unwrap_or_else(|_| panic!("no {css}")).send_keys(text).await.unwrap();
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// A command of the browser's own protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        let told = self.client.issue_cmd(Devtools { command: command.into(), params }).await;
        told.unwrap()
    }

    /// `light` or `dark`.
    pub async fn scheme(&self, scheme: &str) {
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": feature })).await;
    }

    /// Width of the page, in pixels.
    pub async fn width(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1,
                           "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Told to end, the driver ends its browser.
        let pid = self.driver.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.driver.wait();
    }
}

/// A fresh NSS database, as Chromium reads it.
fn certificates(home: &Path, ca: &Path, own: Option<&Packed>) {
    for folder in [home.join(".pki/nssdb"), home.join("data/pki/nssdb")] {
        std::fs::create_dir_all(&folder).unwrap();
        let database = format!("sql:{}", folder.display());
        run("certutil", &["-N", "-d", &database, "--empty-password"]);
        let file = ca.to_str().unwrap();
        run("certutil", &["-A", "-d", &database, "-n", "ca", "-t", "C,C,C", "-i", file]);
        if let Some(own) = own {
            let file = own.file.to_str().unwrap();
            run("pk12util", &["-i", file, "-d", &database, "-W", &own.passphrase]);
        }
    }
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
}

async fn connect(port: u16, home: &Path, script: bool) -> Client {
    let profile: PathBuf = home.join("profile");
    let first = r#"{"pattern":"https://localhost","filter":{}}"#;
    let mut preferences = json!({ "profile.managed_auto_select_certificate_for_urls": [first] });
    if !script {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    let options = json!({ "goog:chromeOptions": {
        "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--force-color-profile=srgb", "--hide-scrollbars",
                 format!("--user-data-dir={}", profile.display())],
        "prefs": preferences,
    }});
    let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
    builder.capabilities(options.as_object().unwrap().clone());
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match builder.connect(&format!("http://127.0.0.1:{port}")).await {
            Ok(client) => return client,
            Err(error) if Instant::now() > deadline => panic!("no browser: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

#[derive(Debug)]
struct Devtools {
    command: String,
    params: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.params });
        (Method::POST, Some(body.to_string()))
    }
}
