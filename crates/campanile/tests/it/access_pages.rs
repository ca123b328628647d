//! What a representative does for its own team on the page of certificates, tokens and webhooks,
//! and that it does it for no other.

use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::{X509, X509ReqBuilder};

use crate::member_pages::{encoded, person};
use crate::support::{Database, Https, Issued, Kind, Page, Toy, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Openpgp)];
const PAGE: &str = "/teams/ALPHA/access";

async fn toy() -> Toy {
    Toy::serving(Database::sqlite(), &TEAMS).await
}

fn request() -> (PKey<Private>, String) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut builder = X509ReqBuilder::new().unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let pem = builder.build().to_pem().unwrap();
    (key, String::from_utf8(pem).unwrap())
}

/// What a page shows once.
fn secret(page: &Page) -> String {
    let text = page.text();
    assert!(text.contains("It is shown this once"), "{text}");
    let shown = text.split("<pre class=\"text\" tabindex=\"0\">").nth(1).unwrap();
    shown.split('<').next().unwrap().to_owned()
}

/// The identifiers in the hidden fields of this name.
fn hidden(page: &Page, name: &str) -> Vec<String> {
    let text = page.text();
    let start = format!("name=\"{name}\" value=\"");
    text.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn refused(page: &Page, why: &str) {
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.text().contains("Not done") && page.text().contains(why), "{}", page.text());
}

#[tokio::test]
async fn token_is_shown_once_and_good_until_it_is_withdrawn() {
    let toy = toy().await;
    let (alpha, bravo) =
        (person(&toy, "ALPHA", "representative"), person(&toy, "BRAVO", "representative"));
    let (alpha, bravo) = (Https::new(toy.web, Some(&alpha)), Https::new(toy.web, Some(&bravo)));
    let form = "token_name=monitoring&use=api&scope=acknowledge&days=30";
    let made = alpha.post(&format!("{PAGE}/tokens"), form);
    let token = secret(&made);
    let (name, value) = token.split_once(": ").unwrap();
    let ask = || Https::new(toy.web, None).ask("GET", "/api/v1/alerts", &[(name, value)], "");
    assert_eq!(ask().unwrap().status, 200);
    let shown = alpha.get(PAGE);
    assert!(shown.text().contains("monitoring") && shown.text().contains("read acknowledge"));
    assert!(!shown.text().contains(value.split(' ').nth(1).unwrap()), "shown again");
    let id = hidden(&shown, "id").remove(0);
    // Another team knows the identifier and has its own page: the token is not there.
    let foreign = bravo.post("/teams/BRAVO/access/tokens/revoke", &format!("id={id}"));
    refused(&foreign, "no such token");
    assert_eq!(bravo.post(&format!("{PAGE}/tokens/revoke"), &format!("id={id}")).status, 403);
    assert_eq!(ask().unwrap().status, 200);
    let done = alpha.post(&format!("{PAGE}/tokens/revoke"), &format!("id={id}"));
    assert!(done.text().contains("The token is withdrawn"), "{}", done.text());
    assert_eq!(ask().unwrap().status, 403);
    let by = toy.sql("SELECT actor FROM audit WHERE action = 'token.revoke'").await;
    assert!(by[0].starts_with("ALPHA/"), "{by:?}");
    let feed = alpha.post(&format!("{PAGE}/tokens"), "token_name=Ada&use=feed&days=30");
    let path = secret(&feed);
    let path = &path[path.find("/feeds/").unwrap()..];
    assert_eq!(Https::new(toy.web, None).get(path).status, 200);
}

#[tokio::test]
async fn wrong_form_of_a_token_is_told_and_kept() {
    let toy = toy().await;
    let alpha = person(&toy, "ALPHA", "representative");
    let alpha = Https::new(toy.web, Some(&alpha));
    for (form, why) in [
        ("token_name=scanner&use=api&days=never", "the days are no number"),
        ("token_name=scanner&use=api&days=4000", "no life of a token"),
        ("token_name=scanner%00&use=api&days=30", "name"),
    ] {
        let page = alpha.post(&format!("{PAGE}/tokens"), form);
        refused(&page, why);
        assert!(page.text().contains("value=\"scanner"), "{}", page.text());
    }
    assert!(alpha.get(PAGE).text().contains("No token yet"));
}

#[tokio::test]
async fn webhook_of_a_team_leads_to_public_machines_only() {
    let toy = toy().await;
    let (alpha, bravo) =
        (person(&toy, "ALPHA", "representative"), person(&toy, "BRAVO", "representative"));
    let (alpha, bravo) = (Https::new(toy.web, Some(&alpha)), Https::new(toy.web, Some(&bravo)));
    let add = format!("{PAGE}/webhooks");
    for url in ["https://127.0.0.1/", "http://hooks.alpha.example/", "https://intranet/"] {
        refused(&alpha.post(&add, &encoded(&[("url", url), ("anywhere", "yes")])), "cannot be");
    }
    let url = "https://hooks.alpha.example/campanile";
    let made = alpha.post(&add, &encoded(&[("url", url)]));
    assert!(secret(&made).len() >= 32, "{}", made.text());
    let id = hidden(&alpha.get(PAGE), "id").remove(0);
    let foreign = bravo.post("/teams/BRAVO/access/webhooks/remove", &format!("id={id}"));
    refused(&foreign, "no such webhook");
    assert!(alpha.get(PAGE).text().contains(url));
    let done = alpha.post(&format!("{PAGE}/webhooks/remove"), &format!("id={id}"));
    assert!(done.text().contains("The webhook is removed"), "{}", done.text());
    assert!(alpha.get(PAGE).text().contains("No webhook yet"));
}

#[tokio::test]
async fn representative_issues_and_revokes_certificates_of_its_team() {
    let toy = toy().await;
    let (own, other) =
        (person(&toy, "ALPHA", "representative"), person(&toy, "BRAVO", "representative"));
    let (alpha, bravo) = (Https::new(toy.web, Some(&own)), Https::new(toy.web, Some(&other)));
    let (key, pem) = request();
    let form = |role: &str| {
        let name = ("name", "Ada");
        encoded(&[name, ("email", "ada@alpha.example"), ("role", role), ("request", &pem)])
    };
    let issue = format!("{PAGE}/certificates");
    assert_eq!(alpha.post(&issue, &form("operator")).status, 403, "it would run the network");
    assert_eq!(bravo.post(&issue, &form("officer")).status, 403);
    let broken = encoded(&[("name", "Ada"), ("email", "ada@alpha.example"), ("request", "x")]);
    refused(&alpha.post(&issue, &broken), "no certificate request");
    let made = alpha.post(&issue, &form("officer"));
    assert_eq!(made.status, 200, "{}", made.text());
    let text = made.text();
    let link = &text[text.find(&format!("{issue}/")).unwrap()..];
    let link = link.split('"').next().unwrap();
    let saved = alpha.get(link);
    let disposition = saved.field("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"ALPHA-"), "{disposition}");
    let ada = Issued::of(X509::from_pem(&saved.body).unwrap(), key);
    assert_eq!(Https::new(toy.web, Some(&ada)).get("/").status, 200);
    // An officer does not see the page, and another team not the certificate.
    assert_eq!(Https::new(toy.web, Some(&ada)).get(PAGE).status, 403);
    let id = link.rsplit('/').next().unwrap();
    assert_eq!(bravo.get(&format!("/teams/BRAVO/access/certificates/{id}")).status, 404);
    let which = format!("fingerprint={}", ada.fingerprint());
    refused(&bravo.post("/teams/BRAVO/access/certificates/revoke", &which), "no certificate has");
    let server = toy.program.json(&["ca", "list"])["servers"][0]["fingerprint"].clone();
    let server = format!("fingerprint={}", server.as_str().unwrap());
    refused(&alpha.post(&format!("{issue}/revoke"), &server), "no certificate has");
    assert_eq!(Https::new(toy.web, Some(&ada)).get("/").status, 200, "nothing was revoked");
    let done = alpha.post(&format!("{issue}/revoke"), &format!("{which}&reason=laptop+lost"));
    assert!(done.text().contains("opens nothing any more"), "{}", done.text());
    let gone = || Https::new(toy.web, Some(&ada)).ask("GET", "/", &[], "").is_err();
    eventually("the certificate is refused in the handshake", gone);
}
