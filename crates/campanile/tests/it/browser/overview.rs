//! The overview of advisories in a real browser: the week of 2003, compared, updated in both
//! styles, put apart and together again.

use std::path::{Path, PathBuf};

use fantoccini::Locator;

use super::{Site, look};
use crate::support::browser::Browser;
use crate::support::{Database, Kind};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Openpgp), ("CERT-IST", Kind::Openpgp), ("Siemens-CERT", Kind::Openpgp)];

fn week() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/eispp/week36")
}

/// One document of the week, with changes.
fn document(site: &Site, name: &str, changes: &[(&str, &str)]) -> String {
    let mut text = std::fs::read_to_string(week().join("cert-ist-av-2003-219.xml")).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    site.toy.program.file(name, text)
}

async fn upload(browser: &Browser, site: &Site, file: &str) {
    browser.open(&site.url("/advisories/new")).await;
    let field = browser.client.find(Locator::Css("#f-files")).await.unwrap();
    field.send_keys(file).await.unwrap();
    browser.press("[name=audience] option[value=network]").await;
    browser.press("form[enctype] button.act").await;
}

async fn says(browser: &Browser, parts: &[&str]) {
    let text = browser.text().await;
    for part in parts {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

/// The overview is read, a group found in it, assessed and claimed. Returns its address.
async fn assess(site: &Site, alpha: &Browser, pictures: Option<&Path>) -> String {
    alpha.open(&site.url("/groups")).await;
    says(alpha, &["other teams published and you did not", "wait for your assessment"]).await;
    look::look(alpha, "groups", pictures).await;
    alpha.fill("#q", "CAN-2003-0252").await;
    alpha.press("form.search button").await;
    alpha.press("tbody th a").await;
    says(alpha, &["CERT-IST", "Siemens-CERT", "EsCERT-UPC", "differs", "Facts: should agree"])
        .await;
    alpha.press("#f-state option[value=irrelevant]").await;
    alpha.press("form[action$='/state'] button").await;
    says(alpha, &["A reason is missing"]).await;
    alpha.press("#f-state option[value=act]").await;
    alpha.fill("#f-reason", "we run nfs-utils").await;
    alpha.press("form[action$='/state'] button").await;
    says(alpha, &["My team: acting", "we run nfs-utils"]).await;
    alpha.press("button[name=claim]").await;
    says(alpha, &["Ada Lovelace, ALPHA is at it until"]).await;
    look::look(alpha, "group", pictures).await;
    let group = alpha.client.current_url().await.unwrap().to_string();
    alpha.open(&site.url("/groups/CAN-2003-0252?only=differs")).await;
    look::look(alpha, "sheet-differing", pictures).await;
    group
}

/// Both styles of an update: a new version of the same number, a new number that replaces it.
async fn update(site: &Site, alpha: &Browser, group: &str, pictures: Option<&Path>) {
    let ist = site.officer("CERT-IST", true).await;
    let version = ("<ref_version>1.0<", "<ref_version>1.1<");
    let second = document(site, "second.xml", &[version, ("<risk>high<", "<risk>very_high<")]);
    upload(&ist, site, &second).await;
    says(&ist, &["stored", "now 2 versions"]).await;
    look::look(&ist, "advisories-brought", pictures).await;
    alpha.open(group).await;
    says(alpha, &["My team: acting", "changed since you assessed", "Risk"]).await;
    let end = "</identification_data>";
    let replaced = format!("<supersedes>CERT-IST/AV-2003.219</supersedes>{end}");
    let number = ("<ref_num>CERT-IST/AV-2003.219<", "<ref_num>CERT-IST/AV-2003.300<");
    let other = document(site, "other.xml", &[number, (end, &replaced)]);
    upload(&ist, site, &other).await;
    says(&ist, &["stored", "CERT-IST/AV-2003.300"]).await;
    alpha.open(group).await;
    says(alpha, &["by CERT-IST/AV-2003.300", "new here"]).await;
    upload(&ist, site, &other).await;
    says(&ist, &["here already"]).await;
}

/// Apart by hand, which the next import does not undo, and together again.
async fn regroup(site: &Site, alpha: &Browser, group: &str, pictures: Option<&Path>) {
    let members = async || {
        alpha.open(group).await;
        alpha.run("return document.querySelectorAll('.cards-list > li details').length").await
    };
    assert_eq!(members().await, 4);
    alpha.run("document.querySelector('details:has([name=one])').open = true").await;
    alpha.press("[name=what][value=detach]").await;
    alpha.fill("[name=reason]:required", "it is about another daemon").await;
    alpha.press("form[action$='/decide'] button").await;
    let apart = members().await;
    assert!(apart == 3 || apart == 1, "{apart}");
    site.toy.program.ok(&["advisory", "import", week().to_str().unwrap()]);
    assert_eq!(members().await, apart);
    says(alpha, &["it is about another daemon"]).await;
    look::look(alpha, "group-decided", pictures).await;
    alpha.press("form:has([value=undo]) button").await;
    assert_eq!(members().await, 4);
    says(alpha, &["undone"]).await;
}

/// Waits until something is offered, right below the field.
async fn offered(browser: &Browser, text: &str) {
    let script = format!(
        "const b = document.querySelector('.completions'), q = document.querySelector('#q'); \
         const [list, field] = [b, q].map((one) => one.getBoundingClientRect()); \
         const below = Math.abs(list.top - field.bottom) < 8 && list.left === field.left; \
         return !b.hidden && b.textContent.includes('{text}') && below"
    );
    for _ in 0..50 {
        if browser.run(&script).await == true {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{text} is not offered below the field");
}

/// A query is typed with the keyboard alone, from what is offered; then built; then wrong.
async fn ask(site: &Site, alpha: &Browser, pictures: Option<&Path>) {
    alpha.open(&site.url("/groups?tab=all")).await;
    let field = alpha.client.find(Locator::Css("#q")).await.unwrap();
    let offers = async |text: &str| offered(alpha, text).await;
    let (down, escape) = ("\u{e015}", "\u{e00c}");
    field.send_keys("sev").await.unwrap();
    offers("severity:").await;
    look::look(alpha, "groups-completion", None).await;
    field.send_keys(&format!("{down}\n")).await.unwrap();
    offers("critical").await;
    field.send_keys("hi").await.unwrap();
    offers("high").await;
    field.send_keys(&format!("{down}\t")).await.unwrap();
    field.send_keys(" iss").await.unwrap();
    offers("issuer:").await;
    field.send_keys(escape).await.unwrap();
    assert_eq!(alpha.run("return document.querySelector('.completions').hidden").await, true);
    let typed = alpha.run("return document.querySelector('#q').value").await;
    assert_eq!(typed, "severity:high iss");
    alpha.open(&site.url("/groups?tab=all&q=severity:high&build=yes")).await;
    alpha.run("document.querySelector('details').open = true").await;
    look::look(alpha, "groups-built", pictures).await;
    alpha.fill(".builder li:last-of-type input", "mountd").await;
    alpha.press(".builder button").await;
    says(alpha, &["nfs-utils on Linux", "Remove"]).await;
    alpha.open(&site.url("/groups?tab=all&q=sevrity:high")).await;
    says(alpha, &["there is no field `sevrity`", "^^^^^^^"]).await;
    look::look(alpha, "groups-wrong", pictures).await;
}

/// All groups of a query at once, looked at first, and back.
async fn assess_all(site: &Site, alpha: &Browser, pictures: Option<&Path>) {
    alpha.open(&site.url("/groups?tab=all&q=teams>0")).await;
    alpha.run("document.querySelector('details:has([name=what])').open = true").await;
    look::look(alpha, "groups-all", None).await;
    alpha.press("#b-what option[value=watching]").await;
    alpha.press("form[action$='/preview'] button").await;
    says(alpha, &["Do it for", "It can be undone for a day"]).await;
    look::look(alpha, "groups-bulk", pictures).await;
    alpha.press("form[action$='/bulk'] button.act").await;
    says(alpha, &["Your team has assessed"]).await;
    look::look(alpha, "groups-bulk-done", None).await;
    alpha.open(&site.url("/groups?tab=all")).await;
    says(alpha, &["assessed", "(watching)", "Undo"]).await;
    look::look(alpha, "groups-undo", None).await;
    alpha.press("form[action$='/undo'] button").await;
    says(alpha, &["as before"]).await;
}

/// A query becomes a view of the team.
async fn save(site: &Site, alpha: &Browser, pictures: Option<&Path>) {
    alpha.open(&site.url("/groups?tab=all&q=members>1")).await;
    alpha.press("a[href^='/watches?q=']").await;
    alpha.fill("#f-name", "Several").await;
    alpha.press("form[action='/watches'] button.act").await;
    says(alpha, &["Several", "members>1", "Next digest"]).await;
    look::look(alpha, "watches", pictures).await;
    alpha.press("button[value=mute]").await;
    says(alpha, &["muted"]).await;
    alpha.open(&site.url("/watches?q=sevrity:x")).await;
    look::look(alpha, "watches-wrong", None).await;
    alpha.fill("#q", " exp").await;
    offered(alpha, "exploited:").await;
    alpha.press("th a").await;
    says(alpha, &["My views", "Several"]).await;
}

#[tokio::test]
async fn vulnerability_is_compared_assessed_updated_and_regrouped() {
    let Some(site) = Site::with(Database::sqlite(), &TEAMS).await else { return };
    let pictures = look::pictures();
    let pictures = pictures.as_deref();
    let alpha = site.officer("ALPHA", true).await;
    alpha.open(&site.url("/groups?tab=all")).await;
    says(&alpha, &["No advisory has come in yet"]).await;
    site.toy.program.ok(&["advisory", "import", week().to_str().unwrap()]);
    ask(&site, &alpha, pictures).await;
    assess_all(&site, &alpha, pictures).await;
    save(&site, &alpha, pictures).await;
    let group = assess(&site, &alpha, pictures).await;
    update(&site, &alpha, &group, pictures).await;
    regroup(&site, &alpha, &group, pictures).await;
    alpha.press(".cards-list a[href^='/advisories/']").await;
    says(&alpha, &["rpc.mountd", "Versions"]).await;
    look::look(&alpha, "advisory", pictures).await;
    alpha.press("a[href$='/changes']").await;
    says(&alpha, &["version 1.0 to version 1.1", "Risk"]).await;
    look::look(&alpha, "advisory-changes", pictures).await;
    for (name, path) in [("advisories", "/advisories"), ("advisories-new", "/advisories/new")] {
        alpha.open(&site.url(path)).await;
        look::look(&alpha, name, pictures).await;
    }
}
