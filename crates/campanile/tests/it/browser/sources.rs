//! The health page of sources in a real browser: empty, with something refused, paused.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp::SecretKey;

use super::{Site, look};
use crate::sources::csaf;
use crate::sources::provider::Provider;
use crate::support::browser::Browser;
use crate::support::eventually;

async fn says(browser: &Browser, parts: &[&str]) {
    let text = browser.text().await;
    for part in parts {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

/// Two documents, of which one was changed behind its signature.
fn provider() -> Provider {
    let now = Clock::System.now();
    let address = "signer@x.example".parse().unwrap();
    let key = SecretKey::generate("signer", &address, now.plus_seconds(-86_400)).unwrap();
    let provider = Provider::start();
    provider.metadata("Example", &[&key]);
    for (name, number) in [("a-1.json", "A-1"), ("a-2.json", "A-2")] {
        provider.document(name, &csaf("Example", number, 1, Some("WHITE")), Some(&key), now);
    }
    provider.put("/white/a-2.json", csaf("Example", "A-2", 2, Some("WHITE")));
    provider.feed(&[("a-1.json", 1), ("a-2.json", 1)]);
    provider
}

#[tokio::test]
async fn sources_tell_how_they_are_and_rest_when_the_operator_says_so() {
    let Some(mut site) = Site::new().await else { return };
    let pictures = look::pictures();
    let alpha = site.officer("ALPHA", true).await;
    alpha.open(&site.url("/sources")).await;
    says(&alpha, &["No source yet"]).await;
    look::look(&alpha, "sources-none", None).await;
    let provider = provider();
    site.toy.kill();
    let allow = |text: String| text.replace("# allow = \"\"", "allow = \"127.0.0.1\"");
    site.toy.program.configure(allow);
    site.toy.serve();
    site.toy.program.ok(&["source", "add", &provider.url("/provider-metadata.json")]);
    let show = || site.toy.program.json(&["source", "show", "Example"]);
    eventually("it is fetched", || show()["state"] == "odd");
    alpha.open(&site.url("/sources")).await;
    says(&alpha, &["something refused", "1 document, 1 refused", "its signatures count"]).await;
    look::look(&alpha, "sources", pictures.as_deref()).await;
    assert_eq!(alpha.run("return document.querySelectorAll('main form').length").await, 0);
    let issued = ["--role", "operator", "--person", "noc", "--email", "noc@list.example"];
    let operator = Browser::start(&site.ca, Some(&site.issue(&issued)), true).await;
    operator.open(&site.url("/sources")).await;
    operator.press("button[value=pause]").await;
    says(&operator, &["paused", "it rests"]).await;
    look::look(&operator, "sources-paused", None).await;
    operator.press("button[value=resume]").await;
    eventually("it goes on", || show()["state"] == "odd");
}
