//! How the pages look: pictures of all of them, and no fault that axe-core knows of.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Site;
use crate::support::browser::Browser;

/// Rules for people who read with a screen reader, a keyboard or bad eyes.
const AXE: &str = include_str!("../../../../../testdata/axe/axe.min.js");

/// Above it, a picture gets fewer colours.
const PICTURE_BYTES: u64 = 60_000;
/// What is further down looks like what is above.
const PICTURE_HEIGHT: u64 = 2600;

/// Names and addresses of the pages that an officer sees.
const PAGES: [(&str, &str); 13] = [
    ("home", "/"),
    ("alerts", "/alerts"),
    ("alerts-none", "/alerts?q=nothing+like+this"),
    ("form", "/alerts/new"),
    ("copy", "/alerts/new?copy=BRAVO-17"),
    ("alert", "/alerts/BRAVO-17"),
    ("history", "/alerts/BRAVO-17/history"),
    ("calls", "/alerts/BRAVO-17/calls"),
    ("status", "/status"),
    ("statistics", "/statistics"),
    ("teams", "/teams"),
    ("team", "/teams/BRAVO"),
    ("not-found", "/alerts/BRAVO-18"),
];

/// A document of somebody's own system, with what is odd about such documents.
const ODD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
 <Incident purpose="mitigation" restriction="need-to-know">
  <IncidentID name="alpha.example">2026/4711</IncidentID>
  <DetectTime>2026-08-25T01:55:00+02:00</DetectTime>
  <ReportTime>2026-08-25T02:10:00+02:00</ReportTime>
  <GenerationTime>2026-08-25T02:10:00+02:00</GenerationTime>
  <Description>Worm on port 135, seen in three networks.</Description>
  <Assessment><SystemImpact severity="high" type="takeover-system"/></Assessment>
  <Contact role="creator" type="organization"><ContactName>ALPHA watch</ContactName></Contact>
  <Mood>tired</Mood>
 </Incident>
</IODEF-Document>
"#;

/// Looks at a page in every width and scheme: no violation, and no heavier than it may be.
pub(super) async fn look(browser: &Browser, name: &str, pictures: Option<&Path>) {
    for scheme in ["light", "dark"] {
        browser.scheme(scheme).await;
        // 320 px are also what a screen of 1280 has at 400 %.
        for width in [1280, 400, 320] {
            browser.width(width).await;
            let wide = browser.run("return document.documentElement.scrollWidth").await;
            assert!(wide.as_u64().unwrap() <= u64::from(width), "{name} is {wide} px wide");
            if let Some(folder) = pictures.filter(|_| width > 320) {
                picture(browser, &folder.join(format!("{name}-{width}-{scheme}.png"))).await;
            }
        }
        browser.width(1280).await;
        let found = violations(browser).await;
        assert!(found.is_empty(), "{name} in {scheme}: {found:#?}");
    }
    browser.scheme("light").await;
}

async fn violations(browser: &Browser) -> Vec<Value> {
    browser.run(AXE).await;
    let script = "const done = arguments[arguments.length - 1]; \
                  axe.run().then(r => done(r.violations.map(v => ({ id: v.id, help: v.help, \
                  nodes: v.nodes.map(n => n.html + ' ' + (n.failureSummary || '')) }))))";
    let found = browser.client.execute_async(script, Vec::new()).await.unwrap();
    found.as_array().unwrap().clone()
}

async fn picture(browser: &Browser, path: &Path) {
    let size =
        browser.run("const e = document.documentElement; return [e.scrollWidth, e.scrollHeight]");
    let size = size.await;
    let height = size[1].as_u64().unwrap().clamp(400, PICTURE_HEIGHT);
    let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": height, "scale": 1 });
    let whole = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
    let taken = browser.devtools("Page.captureScreenshot", whole).await;
    std::fs::write(path, STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()).unwrap();
    // Where it is installed, a picture becomes a third of its size.
    for colours in ["48", "12", "6"] {
        let fewer = ["--force", "--ext", ".png", "--strip", colours];
        let _ = Command::new("pngquant").args(fewer).arg(path).status();
        if std::fs::metadata(path).unwrap().len() < PICTURE_BYTES {
            break;
        }
    }
}

/// The alert `BRAVO-17` with answers, a call and a revision.
async fn story(site: &Site, bravo: &Browser, alpha: &Browser) {
    bravo.open(&site.url("/alerts/new")).await;
    bravo
        .run(
            "const set = (n, v) => { document.querySelector(`[name=${n}]`).value = v; };\
             set('id', '17');\
             set('description', 'A worm spreads through a buffer overrun in the RPC interface.');\
             set('system', 'Microsoft Windows Server'); set('software', 'Microsoft RPC / DCOM');\
             set('impact', 'admin'); set('severity', 'high'); set('confidence', 'medium');\
             set('ref_origin', 'cve'); set('ref_name', 'CVE-2003-0352');\
             set('ref_url', 'https://cve.example/CVE-2003-0352');\
             set('recommendation', 'Filter port 135 at the border; install the patch.');\
             set('expectation', 'Tell your constituency before 08:00.');\
             set('event', 'Scans of port 135 from many networks since midnight.');",
        )
        .await;
    bravo.press("#alert-form button.act").await;
    bravo.press("button[name=confirmed]").await;
    alpha.open(&site.url("/")).await;
}

/// The form as documents fill it, or do not.
async fn documents(site: &Site, alpha: &Browser, pictures: Option<&Path>) {
    for (name, document) in [("form-from-document", ODD), ("form-not-read", "<IODEF-Document")] {
        let file = site.toy.program.file("alert.xml", document);
        alpha.open(&site.url("/alerts/new")).await;
        alpha.press("main > details summary").await;
        alpha.fill("#f-document", &file).await;
        alpha.press("form[enctype] button").await;
        look(alpha, name, pictures).await;
    }
}

/// The folder of pictures, if they are wanted.
pub(super) fn pictures() -> Option<PathBuf> {
    let folder = std::env::var_os("CAMPANILE_SCREENSHOTS")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

#[tokio::test]
async fn every_page_is_free_of_faults_that_axe_knows_of_in_light_and_dark() {
    let Some(site) = Site::new().await else { return };
    let pictures = pictures();
    let pictures = pictures.as_deref();
    let bravo = site.officer("BRAVO", true).await;
    let alpha = site.officer("ALPHA", true).await;
    story(&site, &bravo, &alpha).await;
    look(&alpha, "home-waiting", pictures).await;
    alpha.press("a.button.act").await;
    look(&alpha, "acknowledge", pictures).await;
    alpha.press("[name=response][value=working]").await;
    alpha.fill("#remark", "We filter port 135 since 01:40.").await;
    alpha.press("form button.act").await;
    bravo.open(&site.url("/alerts/BRAVO-17/calls")).await;
    bravo.press("button[name=claim]").await;
    bravo.press("form .buttons button").await;
    bravo.open(&site.url("/alerts/BRAVO-17/revise")).await;
    look(&bravo, "revise", pictures).await;
    bravo.fill("#f-note", "Port 445 is scanned as well.").await;
    bravo.fill("#f-event", " Port 445 as well.").await;
    bravo.press("button.act").await;
    look(&bravo, "revise-preview", pictures).await;
    bravo.press("button[name=confirmed]").await;
    for (name, path) in PAGES {
        alpha.open(&site.url(path)).await;
        look(&alpha, name, pictures).await;
    }
    if let Some(folder) = pictures {
        alpha.open(&site.url("/alerts/BRAVO-17/calls")).await;
        alpha.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        alpha.width(800).await;
        picture(&alpha, &folder.join("calls-on-paper.png")).await;
        alpha.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
        alpha.width(1280).await;
    }
    documents(&site, &alpha, pictures).await;
    alpha.open(&site.url("/alerts/new?copy=BRAVO-17")).await;
    alpha.press("#live summary").await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    look(&alpha, "form-with-preview", pictures).await;
    alpha.press("#f-exercise").await;
    alpha.press("#alert-form button.act").await;
    look(&alpha, "preview-exercise", pictures).await;
    alpha.press("button[name=back]").await;
    alpha.run("document.querySelector('[name=description]').value = ''").await;
    alpha.run("document.querySelector('[name=started]').value = 'yesterday'").await;
    alpha.press("#alert-form button.act").await;
    look(&alpha, "form-faults", pictures).await;
    let operator = site.issue(&[
        "--role",
        "operator",
        "--person",
        "Grace Hopper",
        "--email",
        "grace@list.example",
    ]);
    let operator = Browser::start(&site.ca, Some(&operator), true).await;
    for (name, path) in [("operator-home", "/"), ("operator-alert", "/alerts/BRAVO-17")] {
        operator.open(&site.url(path)).await;
        look(&operator, name, pictures).await;
    }
    let stranger = Browser::start(&site.ca, None, true).await;
    stranger.open(&site.url("/alerts")).await;
    assert!(stranger.text().await.contains("client certificate is needed"));
    look(&stranger, "no-certificate", pictures).await;
}
