//! Registering a team, from the form to its own pages, as people do it.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp::SecretKey;

use super::Site;
use super::look::{look, pictures};
use crate::support::browser::Browser;

const APPLICATION: &str = "li a.figure";

/// What an applicant types.
const TYPED: [(&str, &str); 14] = [
    ("handle", "NEW-CERT"),
    ("fqdn", "new-cert.example"),
    ("name", "Computer Emergency Response Team of the New University"),
    ("emails", "cert@new-cert.example"),
    ("phone", "+49 40 808077-555"),
    ("contact_name", "Katherine Johnson"),
    ("contact_email", "kj@new-cert.example"),
    ("standing_since", "2019-05"),
    ("evidence", "https://registry.example/teams/new-cert"),
    ("sponsors", "ALPHA\nBRAVO"),
    ("host_organisation", "New University"),
    ("country", "DE"),
    ("emergency_phone", "+49 40 808077-999"),
    ("constituency", "Students and staff of the New University, about 30,000 people."),
];

impl Site {
    /// A browser of the representative of a team.
    async fn representative(&self, handle: &str, name: &str, local: &str) -> Browser {
        let address = format!("{local}@{}.example", handle.to_ascii_lowercase());
        let person = [handle, "--person", name, "--email", &address, "--role", "representative"];
        Browser::start(&self.ca, Some(&self.issue(&person)), true).await
    }

    async fn operator(&self) -> Browser {
        let address = "grace@list.example";
        let who = ["--role", "operator", "--person", "Grace Hopper", "--email", address];
        Browser::start(&self.ca, Some(&self.issue(&who)), true).await
    }
}

async fn set(browser: &Browser, field: &str, value: &str) {
    let value = serde_json::to_string(value).unwrap();
    browser.run(&format!("document.querySelector('[name={field}]').value = {value}")).await;
}

/// Files the form, without script: a fault first, then as it has to be.
async fn apply(site: &Site, folder: Option<&std::path::Path>) -> SecretKey {
    let address = "cert@new-cert.example".parse().unwrap();
    let now = Clock::System.now().plus_seconds(-3600);
    let key = SecretKey::generate("New CERT", &address, now).unwrap();
    let stranger = Browser::start(&site.ca, None, true).await;
    stranger.open(&site.url("/apply")).await;
    look(&stranger, "apply", folder).await;
    for (field, value) in TYPED {
        set(&stranger, field, value).await;
    }
    set(&stranger, "country", "Germany").await;
    set(&stranger, "openpgp", &key.certificate().armored()).await;
    stranger.press("form button.act").await;
    let text = stranger.text().await;
    assert!(text.contains("Please fill this in") && text.contains("no country code"), "{text}");
    look(&stranger, "apply-faults", folder).await;
    set(&stranger, "country", "DE").await;
    stranger.press("[name=standing][value=accredited]").await;
    stranger.press("form button.act").await;
    assert!(stranger.text().await.contains("Your application is filed"));
    look(&stranger, "applied", folder).await;
    key
}

/// What opens the pages and the API for a team: nothing yet, refused, made.
async fn access(site: &Site, own: &Browser, folder: Option<&std::path::Path>) {
    own.open(&site.url("/teams/NEW-CERT")).await;
    own.press("a[href$='/access']").await;
    look(own, "access-first", folder).await;
    let details = "document.querySelectorAll('details').forEach(one => { one.open = true; })";
    own.run(details).await;
    look(own, "access-forms", folder).await;
    set(own, "name", "Alert importer").await;
    set(own, "email", "tools@new-cert.example").await;
    set(own, "request", "-----BEGIN CERTIFICATE REQUEST-----").await;
    own.press("form[action$='/certificates'] button").await;
    assert!(own.text().await.contains("Not done"));
    look(own, "access-refused", folder).await;
    own.run(details).await;
    set(own, "url", "https://hooks.new-cert.example/campanile").await;
    own.press("form[action$='/webhooks'] button").await;
    own.until("hooks.new-cert.example").await;
    own.run(details).await;
    set(own, "token_name", "Feed of Katherine Johnson").await;
    own.press("#f-use-feed").await;
    own.press("form[action$='/tokens'] button").await;
    own.until("Feed of Katherine Johnson").await;
    own.run(details).await;
    set(own, "token_name", "Alert importer").await;
    own.press("form[action$='/tokens'] button").await;
    assert!(own.text().await.contains("Authorization: Bearer cpl_"));
    look(own, "access", folder).await;
}

#[tokio::test]
async fn team_registers_and_is_admitted_in_browsers() {
    let Some(site) = Site::new().await else { return };
    let folder = pictures();
    let folder = folder.as_deref();
    let text = "Keep to yourself what you are told.\nAct on alerts.\n";
    let file = site.toy.program.file("conduct.txt", text);
    site.toy.program.ok(&["conduct", "set", "1.0", &file]);
    let operator = site.operator().await;
    operator.open(&site.url("/members")).await;
    look(&operator, "members-empty", folder).await;
    let key = apply(&site, folder).await;

    let alpha = site.representative("ALPHA", "Ada Lovelace", "ada").await;
    let bravo = site.representative("BRAVO", "Barbara Liskov", "bl").await;
    for sponsor in [&alpha, &bravo] {
        sponsor.open(&site.url("/members")).await;
        assert!(sponsor.text().await.contains("asks for your word"));
        sponsor.press(APPLICATION).await;
        sponsor.press("#s-met-in-person").await;
        sponsor.press("#s-worked-together").await;
        sponsor.press("form button.act").await;
    }
    look(&alpha, "application-sponsor", folder).await;
    let all = site.toy.program.json(&["team", "application", "list"]);
    let id = all[0]["id"].as_str().unwrap();
    let paper = ["team", "application", "conduct", id, "--name", "K. Johnson", "--paper", "3/12"];
    site.toy.program.ok(&paper);

    operator.open(&site.url("/members")).await;
    look(&operator, "members", folder).await;
    operator.press(APPLICATION).await;
    look(&operator, "application", folder).await;
    operator.press("button[value=admit]").await;
    let text = operator.text().await;
    assert!(text.contains("a decision needs a reason"), "{text}");
    look(&operator, "application-refused", folder).await;
    operator.fill("#f-reason", "Two sponsors, no objection, called on Monday.").await;
    operator.press("[name=list]").await;
    operator.press("button[value=admit]").await;
    let text = operator.text().await;
    assert!(text.contains(key.fingerprint().as_str()), "{text}");
    look(&operator, "members-keys", folder).await;
    operator.open(&site.url("/teams/NEW-CERT")).await;
    look(&operator, "team-candidate", folder).await;
    operator.press("form[action$='keys/confirm'] button").await;
    let text = operator.text().await;
    assert!(text.contains("It can log in, see alerts and teams, send, receive"), "{text}");

    let own = site.representative("NEW-CERT", "Katherine Johnson", "kj").await;
    own.open(&site.url("/teams/NEW-CERT")).await;
    own.press("form[action$='confirm'] button.act").await;
    look(&own, "team-own", folder).await;
    own.open(&site.url("/teams/NEW-CERT/change")).await;
    look(&own, "team-change", folder).await;
    set(&own, "time_zone", "Europe/Berlin").await;
    own.press("form button.act").await;
    assert!(own.text().await.contains("Europe/Berlin"));
    own.open(&site.url("/welcome")).await;
    look(&own, "welcome", folder).await;
    access(&site, &own, folder).await;
    bravo.open(&site.url("/teams/BRAVO")).await;
    bravo.press("form[action$='conduct'] button").await;
    assert!(bravo.text().await.contains("Version 1.0, signed by Barbara Liskov"));
}
