//! The pages of membership as a client of HTTP sees them: what is filed, decided, and not there.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp::SecretKey;
use openssl::pkcs12::Pkcs12;

use crate::support::{Database, Https, Issued, Kind, Page, Toy};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime), ("CHARLIE", Kind::Openpgp)];

async fn toy() -> Toy {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let text = toy.program.file("conduct.txt", "Keep it to yourself.\n");
    toy.program.ok(&["conduct", "set", "1.0", &text]);
    toy
}

/// A certificate, as an operator issues it.
fn issued(toy: &Toy, name: &str, arguments: &[&str]) -> Issued {
    let file = toy.program.database.dir().join(format!("{name}.p12"));
    let all = [&["ca", "issue"], arguments, &["--out", file.to_str().unwrap()]].concat();
    let told = toy.program.ok(&all);
    let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
    let packed = Pkcs12::from_der(&std::fs::read(&file).unwrap()).unwrap();
    let packed = packed.parse2(shown.unwrap()).unwrap();
    Issued::of(packed.cert.unwrap(), packed.pkey.unwrap())
}

pub fn person(toy: &Toy, handle: &str, role: &str) -> Issued {
    let address = format!("{role}@{}.example", handle.to_ascii_lowercase());
    let arguments = [handle, "--person", role, "--email", &address, "--role", role];
    issued(toy, &format!("{handle}-{role}"), &arguments)
}

fn operator(toy: &Toy) -> Issued {
    let address = "operator@list.example";
    issued(toy, "op", &["--person", "Olga", "--email", address, "--role", "operator"])
}

fn form(handle: &str, key: &SecretKey) -> String {
    let pairs = [
        ("handle", handle),
        ("name", "New CERT"),
        ("fqdn", "new-cert.example"),
        ("standing", "accredited"),
        ("evidence", "https://registry.example/new-cert"),
        ("emails", "cert@new-cert.example"),
        ("contact_name", "Ada Example"),
        ("contact_email", "ada@new-cert.example"),
        ("sponsors", "ALPHA\r\nBRAVO"),
        ("country", "de"),
        ("remark", "typed text"),
        ("openpgp", &key.certificate().armored()),
    ];
    encoded(&pairs)
}

pub fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut url = url::form_urlencoded::Serializer::new(String::new());
    url.extend_pairs(pairs);
    url.finish()
}

fn key() -> SecretKey {
    let address = "cert@new-cert.example".parse().unwrap();
    let now = Clock::System.now().plus_seconds(-3600);
    SecretKey::generate("New CERT", &address, now).unwrap()
}

fn filed(page: &Page) {
    assert_eq!((page.status, page.field("location")), (303, Some("/apply/filed")), "{page:?}");
}

#[tokio::test]
async fn one_address_files_a_few_applications_and_then_waits() {
    let toy = toy().await;
    let stranger = Https::new(toy.web, None);
    let key = key();
    for number in 0..4 {
        filed(&stranger.post("/apply", &form(&format!("NEW-{number}"), &key)));
    }
    let page = stranger.post("/apply", &form("NEW-4", &key));
    assert_eq!(page.status, 429, "{}", page.text());
    assert!(page.text().contains("from your address"), "{}", page.text());
    assert!(page.text().contains("typed text"), "nothing typed is lost");
    let all = toy.program.json(&["team", "application", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 4, "{all}");
}

/// The identifier of the only application that waits.
fn waiting(toy: &Toy) -> String {
    let all = toy.program.json(&["team", "application", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    all[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn team_is_admitted_by_pages_alone() {
    let toy = toy().await;
    let key = key();
    let stranger = Https::new(toy.web, None);
    let page = stranger.get("/apply");
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("ALPHA"), "nothing of the teams there are");
    assert_eq!(stranger.get("/apply/conduct.txt").text(), "Keep it to yourself.\n");
    filed(&stranger.post("/apply", &form("NEW-CERT", &key)));
    let id = waiting(&toy);
    let address = format!("/members/applications/{id}");

    for handle in ["ALPHA", "BRAVO"] {
        let own = person(&toy, handle, "representative");
        let own = Https::new(toy.web, Some(&own));
        let home = own.get("/").text();
        assert!(home.contains("ask for the word of your team"), "{home}");
        assert!(home.contains("Accept version 1.0"), "{home}");
        let console = own.get("/members").text();
        assert!(console.contains("asks for your word"), "{console}");
        assert!(!own.get(&address).text().contains("Decide"));
        let said = "do=attest&statement=met-in-person&remark=known+since+2019";
        assert_eq!(own.post(&address, said).status, 303);
        assert_eq!(own.post(&address, "do=decide&verdict=admit&reason=x").status, 422);
    }
    let signed = ["team", "application", "conduct", &id, "--name", "Ada", "--paper", "folder 3"];
    toy.program.ok(&signed);
    let olga = operator(&toy);
    let olga = Https::new(toy.web, Some(&olga));
    assert!(olga.get("/").text().contains("wait for a decision"));
    let refused = olga.post(&address, "do=decide&verdict=admit&reason=&evidence=seen+on+the+page");
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("seen on the page"), "nothing typed is lost");
    let decided = olga.post(&address, "do=decide&verdict=admit&reason=two+sponsors&list=alert");
    assert_eq!(decided.field("location"), Some("/members"), "{decided:?}");
    let console = olga.get("/members").text();
    assert!(console.contains(key.fingerprint().as_str()), "{console}");
    let confirm = format!("fingerprint={}", key.fingerprint());
    assert_eq!(olga.post("/teams/NEW-CERT/keys/confirm", &confirm).status, 303);
    let team = olga.get("/teams/NEW-CERT").text();
    for part in ["active", "ti-accredited", "We have met people", "Version 1.0", "Ada Example"] {
        assert!(team.contains(part), "{part}: {team}");
    }
}

#[tokio::test]
async fn faulty_form_comes_back_with_everything_that_was_typed() {
    let toy = toy().await;
    let typed = form("no handle", &key());
    let page = Https::new(toy.web, None).post("/apply", &typed);
    assert_eq!(page.status, 422);
    let text = page.text();
    let fault = text.split("id=\"e-handle\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(fault.contains("no team handle"), "{fault}");
    for part in ["value=\"no handle\"", "typed text", "BEGIN PGP PUBLIC KEY", "value=\"de\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("value=\"accredited\" checked"), "{text}");
    assert!(text.contains("href=\"#f-handle\""), "{text}");
}

#[tokio::test]
async fn form_tells_nothing_about_the_teams_there_are() {
    let toy = toy().await;
    let stranger = Https::new(toy.web, None);
    filed(&stranger.post("/apply", &form("ALPHA", &key())));
    filed(&stranger.post("/apply", &form("NOBODY", &key())));
    let fields =
        [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site")];
    let foreign = stranger.ask("POST", "/apply", &fields, form("X", &key())).unwrap();
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn flood_of_applications_is_stopped_and_says_so() {
    let mut toy = toy().await;
    let key = key();
    for number in 0..20 {
        // Four of one address are filed; a server that starts anew has forgotten them.
        if number % 4 == 0 && number > 0 {
            toy.kill();
            toy.serve();
        }
        let stranger = Https::new(toy.web, None);
        filed(&stranger.post("/apply", &form(&format!("TEAM-{number}"), &key)));
    }
    toy.kill();
    toy.serve();
    let stranger = Https::new(toy.web, None);
    let page = stranger.post("/apply", &form("TEAM-20", &key));
    assert_eq!(page.status, 503);
    assert!(page.text().contains("within an hour") && page.text().contains("typed text"));
}

#[tokio::test]
async fn representative_looks_after_its_own_team() {
    let toy = toy().await;
    let alpha = person(&toy, "ALPHA", "representative");
    let alpha = Https::new(toy.web, Some(&alpha));
    assert_eq!(alpha.post("/teams/ALPHA/confirm", "").status, 303);
    let form = alpha.get("/teams/ALPHA/change");
    assert!(form.text().contains("cert@alpha.example"), "{}", form.text());
    let change = encoded(&[
        ("name", "ALPHA Services"),
        ("emails", "cert@alpha.example"),
        ("phone", "+49 40 1"),
        ("emergency_phone", "+49 40 999"),
        ("host_organisation", "University"),
    ]);
    assert_eq!(alpha.post("/teams/ALPHA/change", &change).status, 303);
    let bad = alpha.post("/teams/ALPHA/change", &change.replace("University", "U&country=Germany"));
    assert_eq!(bad.status, 422);
    assert!(bad.text().contains("id=\"e-country\"") && bad.text().contains("value=\"Germany\""));
    let accepted = alpha.post("/teams/ALPHA/conduct", "version=1.0");
    assert_eq!(accepted.status, 303);
    assert_eq!(alpha.post("/teams/ALPHA/conduct", "version=0.9").status, 422);
    let page = alpha.get("/teams/ALPHA").text();
    for part in ["+49 40 999", "University", "Version 1.0, signed by", "login"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let key = SecretKey::generate(
        "ALPHA",
        &"cert@alpha.example".parse().unwrap(),
        Clock::System.now().plus_seconds(-3600),
    );
    let key = key.unwrap();
    let offer = encoded(&[("key", &key.certificate().armored())]);
    let offered = alpha.post("/teams/ALPHA/keys", &offer).text();
    assert!(offered.contains(key.fingerprint().as_str()) && offered.contains("waits"));
    let confirm = format!("fingerprint={}", key.fingerprint());
    let own = alpha.post("/teams/ALPHA/keys/confirm", &confirm);
    assert_eq!(own.status, 403, "a team does not confirm its own key");

    let bravo = person(&toy, "BRAVO", "representative");
    let bravo = Https::new(toy.web, Some(&bravo));
    let seen = bravo.get("/teams/ALPHA").text();
    assert!(!seen.contains(key.fingerprint().as_str()), "a claim is nobody else's business");
    assert!(seen.contains("+49 40 999") && !seen.contains("Change them"));
    for (path, status) in [("confirm", 404), ("change", 403), ("conduct", 404)] {
        let refused = bravo.post(&format!("/teams/ALPHA/{path}"), "version=1.0");
        assert_eq!(refused.status, status, "{path}");
    }
    assert_eq!(bravo.get("/teams/ALPHA/change").status, 403);
    let officer = person(&toy, "CHARLIE", "officer");
    let officer = Https::new(toy.web, Some(&officer));
    assert!(matches!(officer.post("/teams/CHARLIE/confirm", "").status, 403 | 422));
}

#[tokio::test]
async fn welcome_page_hands_out_the_keys_of_the_lists() {
    let toy = toy().await;
    let alpha = person(&toy, "ALPHA", "officer");
    let alpha = Https::new(toy.web, Some(&alpha));
    let page = alpha.get("/welcome").text();
    assert!(page.contains("alert@list.example") && page.contains("/welcome/keys/alert.asc"));
    let key = alpha.get("/welcome/keys/alert.asc");
    assert!(key.text().starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    assert!(key.field("content-disposition").unwrap().contains("alert.asc"));
    assert!(alpha.get("/welcome/keys/alert.pem").text().contains("BEGIN CERTIFICATE"));
    assert_eq!(alpha.get("/welcome/keys/other.asc").status, 404);
    let olga = operator(&toy);
    assert_eq!(Https::new(toy.web, Some(&olga)).get("/welcome").status, 404);
}
