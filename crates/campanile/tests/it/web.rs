//! The pages as a client of HTTP sees them: who is let in, and what holds for every answer.

use std::os::unix::fs::PermissionsExt;

use openssl::ssl::SslVersion;

use crate::support::{Authority, Database, Https, Issued, Kind, PHONE_TOKEN, Toy};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime)];

/// A toy network whose pages have a certificate from a file.
async fn toy() -> (Toy, Authority) {
    let mut toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let authority = Authority::new("Web CA");
    let server = authority.issue("localhost");
    let files = [("web.crt.pem", server.pem()), ("web.key.pem", server.key_pem())];
    for (name, content) in files {
        std::fs::write(toy.program.data().join(name), content).unwrap();
    }
    toy.program.configure(|text| {
        text.replace(
            "# tls_cert = \"web.crt.pem\"\n# tls_key = \"web.key.pem\"",
            "tls_cert = \"web.crt.pem\"\ntls_key = \"web.key.pem\"",
        )
    });
    toy.serve();
    (toy, authority)
}

fn stranger(toy: &Toy) -> Https<'static> {
    Https::new(toy.web, None)
}

#[tokio::test]
async fn without_a_certificate_every_address_answers_the_same() {
    let (toy, _) = toy().await;
    let first = stranger(&toy).get("/");
    assert_eq!(first.status, 403);
    assert!(first.text().contains("client certificate is needed"), "{}", first.text());
    let when = |text: String| text.split("As of ").next().unwrap().to_owned();
    for path in ["/alerts", "/teams/ALPHA", "/teams/NOBODY", "/nothing", "/ack/x", "/?q=%3Cb%3E"] {
        let page = stranger(&toy).get(path);
        assert_eq!((page.status, when(page.text())), (403, when(first.text())), "{path}");
    }
    assert_eq!(stranger(&toy).post("/alerts", "id=1").status, 403);
    assert_eq!(stranger(&toy).get("/healthz").text(), "alive\n");
    assert_eq!(stranger(&toy).get("/readyz").status, 200);
}

#[tokio::test]
async fn old_tls_and_certificates_of_others_fail_in_the_handshake() {
    let (toy, foreign) = toy().await;
    let old = Https { version: SslVersion::TLS1_2, ..stranger(&toy) };
    assert!(old.ask("GET", "/healthz", &[], "").is_err());
    let own: Issued = foreign.issue("cert@alpha.example");
    let asked = Https::new(toy.web, Some(&own)).ask("GET", "/healthz", &[], "");
    assert!(asked.is_err(), "{asked:?}");
}

#[tokio::test]
async fn every_answer_ties_the_hands_of_the_browser_and_only_static_files_are_kept() {
    let (toy, _) = toy().await;
    let page = stranger(&toy).get("/");
    let text = page.text();
    let style = text.split("href=\"/static/").nth(1).unwrap().split('"').next().unwrap();
    let style = stranger(&toy).get(&format!("/static/{style}"));
    assert_eq!(style.status, 200);
    assert_eq!(style.field("content-type"), Some("text/css; charset=utf-8"));
    assert!(style.field("cache-control").unwrap().contains("immutable"));
    assert_eq!(stranger(&toy).get("/static/campanile.css").status, 404);
    assert_eq!(page.field("cache-control"), Some("no-store"));
    for page in [&page, &style, &stranger(&toy).get("/healthz")] {
        let policy = page.field("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.field("x-content-type-options"), Some("nosniff"));
        assert!(page.field("strict-transport-security").is_some());
    }
    // No style or script in the page itself: the policy would stop it.
    assert!(!text.contains("style=") && !text.contains("<style") && !text.contains("onclick"));
}

#[tokio::test]
async fn telephone_gateway_needs_no_certificate_but_its_token_and_the_digits() {
    let (toy, _) = toy().await;
    let file = toy.program.file("alert.toml", "id = \"1\"\ndescription = \"worm\"\n");
    toy.program.ok(&["alert", "send", &file, "--team", "ALPHA"]);
    let told = toy.program.ok(&["alert", "pin", "BRAVO"]);
    let digits: String = told.chars().filter(char::is_ascii_digit).take(9).collect();
    let wrong = toy.by_telephone(PHONE_TOKEN, "000000000");
    assert_eq!(wrong.status, 403, "{}", wrong.text());
    let right = toy.by_telephone(PHONE_TOKEN, &digits);
    assert_eq!((right.status, right.text()), (200, "{\"acknowledged\":[\"ALPHA-1\"]}".into()));
    assert_ne!(stranger(&toy).get("/phone/acknowledge").status, 200);
    let board = toy.program.json(&["alert", "status", "ALPHA-1"]);
    assert_eq!(board["rows"][1]["acknowledged"]["channel"], "phone", "{board}");
}

#[tokio::test]
async fn telephone_that_tries_digits_of_many_teams_has_to_wait() {
    let (toy, _) = toy().await;
    let told = toy.program.ok(&["alert", "pin", "BRAVO"]);
    let digits: String = told.chars().filter(char::is_ascii_digit).take(9).collect();
    let call = |caller, digits: &str| toy.by_telephone_of(caller, PHONE_TOKEN, digits).status;
    assert_eq!(call("494012", "000000000"), 403);
    assert_eq!(call("494012", "111111111"), 403);
    assert_eq!(call("494012", &digits), 200, "right digits end the count");
    for wrong in ["222222222", "333333333", "444444444"] {
        assert_eq!(call("494012", wrong), 403);
    }
    assert_eq!(call("%2B49%20(40)%2012", &digits), 403, "the same number, written otherwise");
    assert_eq!(call("494013", &digits), 200, "another telephone");
    assert_eq!(call("", &digits), 200, "one that shows no number");
    assert!(toy.audit("alert.phone-refused").await.is_empty(), "no team is locked out");
}

#[tokio::test]
async fn caller_without_the_token_of_the_gateway_locks_no_team_out() {
    let (toy, _) = toy().await;
    let file = toy.program.file("alert.toml", "id = \"1\"\ndescription = \"worm\"\n");
    toy.program.ok(&["alert", "send", &file, "--team", "ALPHA"]);
    let told = toy.program.ok(&["alert", "pin", "BRAVO"]);
    let digits: String = told.chars().filter(char::is_ascii_digit).take(9).collect();
    let uid = &digits[..4];
    let changed = PHONE_TOKEN.replacen('c', "d", 1);
    for token in ["", "x", changed.as_str()] {
        for pin in ["00000", "00001", "00002", "00003", &digits[4..]] {
            let refused = toy.by_telephone(token, &format!("{uid}{pin}"));
            assert_eq!(refused.status, 403, "{}", refused.text());
            assert!(refused.text().contains("telephone gateway"), "the digits do not matter");
        }
    }
    let bare = stranger(&toy).post("/phone/acknowledge", &format!("code={digits}"));
    assert_eq!(bare.status, 403, "{}", bare.text());
    assert_eq!(toy.audit("alert.phone-refused").await.len(), 0);
    assert_eq!(toy.by_telephone(PHONE_TOKEN, &digits).status, 200, "nothing is locked");
    // A file that others can read lets nobody in.
    let path = toy.program.data().join("phone.token");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_ne!(toy.by_telephone(PHONE_TOKEN, &digits).status, 200);
}
