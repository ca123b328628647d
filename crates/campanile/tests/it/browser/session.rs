//! A night with an alert: written with every field, sent, acknowledged by another team.

use super::Site;
use crate::support::browser::Browser;

/// Fields of text, with what is typed into them.
pub(super) const TEXTS: [(&str, &str); 12] = [
    ("description", "A worm spreads through a buffer overrun in the RPC interface."),
    ("other_systems", "Windows 2000 before SP4"),
    ("other_software", "RPC service 5.0"),
    ("ref_name", "CVE-2003-0352"),
    ("ref_url", "https://cve.example/CVE-2003-0352"),
    ("method", "A request to port 135 overruns a buffer."),
    ("recommendation", "Filter port 135 at the border; install the patch."),
    ("expectation", "Tell your constituency before 08:00."),
    ("event", "Scans of port 135 from many networks since midnight."),
    ("started", "2026-08-25 00:10"),
    ("detected", "2026-08-25T02:00+02:00"),
    ("additional", "Samples on request."),
];

/// Fills in every field of the form that is open.
pub(super) async fn fill_in(browser: &Browser, id: &str) {
    browser.client.execute("document.getElementById('f-id').value = ''", Vec::new()).await.ok();
    let field = browser.client.find(fantoccini::Locator::Css("#f-id")).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(id).await.unwrap();
    for (name, text) in TEXTS {
        browser.fill(&format!("[name={name}]"), text).await;
    }
    browser.fill("#f-system-1", "Microsoft Windows Server").await;
    browser.fill("#f-system-2", "OS/2 of the museum").await;
    browser.fill("#f-software-1", "Microsoft RPC / DCOM").await;
    browser.press("[name=restriction][value='need-to-know']").await;
    browser.press("[name=tlp][value='TLP:RED']").await;
    browser.press("[name=action][value='inform-public']").await;
    browser.press("#f-exercise").await;
    let lists = [("impact", "admin"), ("severity", "high"), ("confidence", "medium")];
    for (name, value) in lists.into_iter().chain([("ref_origin", "cve"), ("zone", "+02:00")]) {
        browser.press(&format!("[name={name}] option[value='{value}']")).await;
    }
}

/// Waits until the preview beside the form shows something.
async fn shown(browser: &Browser, part: &str) {
    for _ in 0..200 {
        let text = browser.run("return document.getElementById('live').textContent").await;
        if text.as_str().unwrap().contains(part) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{part} is not shown");
}

async fn an_alert_is_written_and_acknowledged(script: bool) {
    let Some(site) = Site::new().await else { return };
    let alpha = site.officer("ALPHA", script).await;
    alpha.open(&site.url("/alerts/new")).await;
    // A fault stands beside its field, and nothing that was typed is lost.
    fill_in(&alpha, "0816").await;
    alpha.fill("#f-started", " in the evening").await;
    alpha.press("#alert-form button.act").await;
    alpha.until("write it like").await;
    let fault = alpha.client.find(fantoccini::Locator::Css("#e-started")).await.unwrap();
    assert!(fault.text().await.unwrap().contains("write it like"));
    let started = alpha.client.find(fantoccini::Locator::Css("#f-started")).await.unwrap();
    let typed = started.prop("value").await.unwrap().unwrap();
    assert_eq!(typed, "2026-08-25 00:10 in the evening");
    started.clear().await.unwrap();
    started.send_keys("2026-08-25 00:10").await.unwrap();
    // More references without losing what is there.
    alpha.press("button[name=add][value=reference]").await;
    alpha.fill("#f-ref_name-2", "MS03-026").await;
    alpha.press("#alert-form button.act").await;
    let text = alpha.text().await;
    for part in TEXTS.iter().filter(|(name, _)| !["started", "detected"].contains(name)) {
        let words = part.1.split(' ').next().unwrap();
        assert!(text.contains(words), "{part:?} in {text}");
    }
    for part in ["EXERCISE", "TLP:RED", "ALPHA-0816", "MS03-026", "OS/2 of the museum", "BRAVO"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.contains("S/MIME") && text.contains("OpenPGP"), "{text}");
    assert!(site.toy.hop.copies().is_empty(), "a preview sends nothing");
    alpha.press("button[name=confirmed]").await;
    let text = alpha.text().await;
    assert!(text.contains("Sent: 4 copies are sealed"), "{text}");
    assert!(text.contains("0 of 3 acknowledged, 3 silent"), "{text}");
    assert_eq!(site.toy.copies(4).len(), 4);

    let bravo = site.officer("BRAVO", script).await;
    bravo.open(&site.url("/")).await;
    bravo.press("a.button.act").await;
    let url = bravo.client.current_url().await.unwrap();
    assert!(url.path().starts_with("/ack/"), "{url}");
    alpha.open(&site.url("/alerts/ALPHA-0816")).await;
    assert!(alpha.text().await.contains("0 of 3"), "a GET acknowledges nothing");
    bravo.press("[name=response][value=working]").await;
    bravo.fill("#remark", "We filter it.").await;
    bravo.press("form button.act").await;
    let text = bravo.text().await;
    assert!(text.contains("Your team has acknowledged this alert"), "{text}");
    alpha.client.refresh().await.unwrap();
    let text = alpha.text().await;
    for part in ["1 of 3 acknowledged, 2 silent", "We filter it.", "working on it"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn preview_beside_the_form_follows_what_is_typed() {
    let Some(site) = Site::new().await else { return };
    let alpha = site.officer("ALPHA", true).await;
    alpha.open(&site.url("/alerts/new")).await;
    alpha.press("#live summary").await;
    alpha.fill("#f-description", "A worm spreads.").await;
    shown(&alpha, "A worm spreads.").await;
    shown(&alpha, "<IODEF-Document").await;
    alpha.press("#f-exercise").await;
    shown(&alpha, "EXERCISE EXERCISE").await;
}

#[tokio::test]
async fn alert_is_written_sent_and_acknowledged() {
    an_alert_is_written_and_acknowledged(true).await;
}

#[tokio::test]
async fn alert_is_written_sent_and_acknowledged_without_script() {
    an_alert_is_written_and_acknowledged(false).await;
}
