//! The pages of alerts as a client of HTTP sees them: what is sent, kept, and not there.

use crate::support::{Database, Https, Issued, Kind, Page, Toy, eventually};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime), ("CHARLIE", Kind::Openpgp)];
/// A form with what is needed, and nothing else.
const FORM: &str = "id=17&description=A+worm+spreads&tlp=TLP%3AAMBER&action=inform-constituency\
                    &list=alert&audience=all";
/// Most octets of a page, compressed.
const PAGE_BYTES_MAX: usize = 100_000;

async fn toy() -> Toy {
    Toy::serving(Database::sqlite(), &TEAMS).await
}

/// Sends an alert, and returns its address.
fn sent(toy: &Toy, own: &Issued, form: &str) -> String {
    let page = Https::new(toy.web, Some(own)).post("/alerts", &format!("{form}&confirmed=yes"));
    assert_eq!(page.status, 303, "{}", page.text());
    page.field("location").unwrap().split('?').next().unwrap().to_owned()
}

/// The address behind the acknowledge button of a page.
fn ack(page: &str) -> String {
    let start = page.find("/ack/").unwrap();
    page[start..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn link_acknowledges_by_its_button_only() {
    let toy = toy().await;
    let (alpha, bravo) = (toy.login("ALPHA", "ada"), toy.login("BRAVO", "bob"));
    let address = sent(&toy, &alpha, FORM);
    let bravo = Https::new(toy.web, Some(&bravo));
    let link = ack(&bravo.get(&address).text());
    let silent = |times: &str| {
        let text = Https::new(toy.web, Some(&alpha)).get(&address).text();
        assert!(text.contains("0 of 2 acknowledged"), "after {times}: {text}");
    };
    assert_eq!(bravo.get(&link).status, 200);
    silent("a GET");
    assert_eq!(bravo.ask("HEAD", &link, &[], "").unwrap().status, 200);
    silent("a HEAD");
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    for foreign in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
        let page = bravo.ask("POST", &link, &[kind, foreign], "response=received").unwrap();
        assert_eq!(page.status, 403, "{foreign:?}");
        assert!(page.text().contains("another site"), "{}", page.text());
    }
    silent("a POST from another site");
    // Without a certificate the link says nothing, not even that it is one.
    let when = |text: String| text.split("As of ").next().unwrap().to_owned();
    let stranger = Https::new(toy.web, None);
    let nothing = stranger.get("/ack/00000000000000000000000000000000");
    assert_eq!(when(stranger.get(&link).text()), when(nothing.text()));
    assert_eq!(bravo.post(&link, "response=working&remark=now").status, 303);
    let text = Https::new(toy.web, Some(&alpha)).get(&address).text();
    assert!(text.contains("1 of 2 acknowledged") && text.contains("working on it"), "{text}");
}

#[tokio::test]
async fn taken_incident_id_is_told_at_its_field_and_nothing_is_lost() {
    let toy = toy().await;
    let alpha = toy.login("ALPHA", "ada");
    sent(&toy, &alpha, FORM);
    let page = Https::new(toy.web, Some(&alpha))
        .post("/alerts", &format!("{FORM}&method=An+overrun&confirmed=yes"));
    assert_eq!(page.status, 422);
    let text = page.text();
    let fault = text.split("id=\"e-id\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(fault.contains("taken"), "{fault}");
    assert!(text.contains("An overrun") && text.contains("A worm spreads"), "{text}");
    assert!(text.contains("aria-describedby=\"e-id h-id\" aria-invalid=\"true\""), "{text}");
}

#[tokio::test]
async fn draft_outlives_the_certificate_of_its_author() {
    let toy = toy().await;
    let (ada, bob) = (toy.login("ALPHA", "ada"), toy.login("ALPHA", "bob"));
    let typed = "id=18&description=Half+a+sentence%0D%0Aand&started=tonight&system=OS%2F2";
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let script = ("Accept", "application/json");
    let saved = Https::new(toy.web, Some(&ada));
    let saved = saved.ask("POST", "/alerts/draft", &[kind, script], typed).unwrap();
    let saved: serde_json::Value = serde_json::from_slice(&saved.body).unwrap();
    toy.program.ok(&["ca", "revoke", &ada.fingerprint()]);
    let gone = || Https::new(toy.web, Some(&ada)).ask("GET", "/", &[], "").is_err();
    eventually("the certificate is refused in the handshake", gone);
    let bob = Https::new(toy.web, Some(&bob));
    let home = bob.get("/").text();
    let id = saved["draft"].as_str().unwrap();
    assert!(home.contains(&format!("/alerts/new?draft={id}")), "{home}");
    let form = bob.get(&format!("/alerts/new?draft={id}")).text();
    for part in ["Half a sentence\nand", "value=\"tonight\"", "value=\"OS/2\"", "value=\"18\""] {
        assert!(form.contains(part), "{part} in {form}");
    }
    // Nothing of it lies in the data directory as it was typed.
    let everything = toy.program.everything();
    assert!(!crate::support::contains(&everything, b"Half a sentence"));
}

/// A form with a file, as browsers send it.
fn uploaded(client: &Https<'_>, document: &str) -> Page {
    let head = "--7f\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.xml\"\r\n\
                Content-Type: text/xml\r\n\r\n";
    let body = format!("{head}{document}\r\n--7f--\r\n");
    let kind = ("Content-Type", "multipart/form-data; boundary=7f");
    client.ask("POST", "/alerts/new", &[kind], &body).unwrap()
}

#[tokio::test]
async fn document_fills_the_form_and_nothing_else() {
    let toy = toy().await;
    let (alpha, bravo) = (toy.login("ALPHA", "ada"), toy.login("BRAVO", "bob"));
    let more = "&system=OS%2F2&ref_origin=cve&ref_name=CVE-2003-0352&ref_url=&severity=high";
    let address = sent(&toy, &alpha, &format!("{FORM}{more}"));
    let (alpha, bravo) = (Https::new(toy.web, Some(&alpha)), Https::new(toy.web, Some(&bravo)));
    for format in ["iodef-2003", "iodef-1", "iodef-2", "iodef-json"] {
        let document = alpha.get(&format!("{address}/export/{format}")).text();
        let page = uploaded(&bravo, &document);
        let text = page.text();
        assert_eq!(page.status, 200, "{format}: {text}");
        for part in ["A worm spreads</textarea>", "value=\"OS/2\"", "value=\"CVE-2003-0352\""] {
            assert!(text.contains(part), "{format}: {part} in {text}");
        }
        assert!(text.contains("<option value=\"high\" selected>"), "{format}: {text}");
        // What it says of its sender is no contact of the team that sends it on.
        assert!(text.contains("Contact in the document: ALPHA"), "{format}: {text}");
        assert!(text.contains("value=\"ALPHA-17\""), "its number stays beside: {text}");
    }
    let odd = alpha.get(&format!("{address}/export/iodef-2")).text();
    let odd = odd.replace("</Incident>", "<Mood>dire</Mood></Incident>");
    let text = uploaded(&bravo, &odd).text();
    assert!(text.contains("What is odd about it") && text.contains("Mood"), "{text}");
    assert!(bravo.get("/").text().contains("No draft"), "nothing is kept");
    assert!(!bravo.get("/alerts").text().contains("BRAVO-"), "nothing is sent");
}

#[tokio::test]
async fn document_that_cannot_be_read_is_refused_with_its_place() {
    let toy = toy().await;
    let alpha = toy.login("ALPHA", "ada");
    let alpha = Https::new(toy.web, Some(&alpha));
    let truncated =
        "<IODEF-Document version=\"2.00\"\n xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">\n<Inc";
    let cases = [
        ("", "no file was chosen"),
        ("hello", "cannot be read"),
        (truncated, "cannot be read: at 3:1"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><IODEF-Document/>", "entities are never resolved"),
    ];
    for (document, why) in cases {
        let page = uploaded(&alpha, document);
        assert_eq!(page.status, 422, "{document}: {}", page.text());
        assert!(page.text().contains(why), "{document}: {why} in {}", page.text());
        assert!(page.text().contains("id=\"f-document\""), "it can be tried again");
    }
    assert_eq!(uploaded(&alpha, &"x".repeat(1_100_000)).status, 413);
}

#[tokio::test]
async fn restricted_alert_is_nowhere_for_others() {
    let toy = toy().await;
    let alpha = toy.login("ALPHA", "ada");
    let form = FORM.replace("audience=all", "audience=named&team=BRAVO");
    let address = sent(&toy, &alpha, &form);
    let bravo = toy.login("BRAVO", "bob");
    let link = ack(&Https::new(toy.web, Some(&bravo)).get(&address).text());
    let charlie = toy.login("CHARLIE", "eve");
    let charlie = Https::new(toy.web, Some(&charlie));
    let when = |text: String| text.split("As of ").next().unwrap().to_owned();
    let missing = when(charlie.get("/ack/00000000000000000000000000000000").text());
    for end in ["", "/history", "/calls", "/revise", "/export/text", "/export/iodef-2"] {
        let page = charlie.get(&format!("{address}{end}"));
        let other = charlie.get(&format!("/alerts/ALPHA-99{end}"));
        assert_eq!((page.status, when(page.text())), (404, when(other.text())), "{end}");
    }
    let page = charlie.get(&link);
    assert_eq!((page.status, when(page.text())), (404, missing));
    for path in ["/", "/alerts", "/alerts?q=worm", "/statistics", "/status?id=ALPHA-99"] {
        let text = charlie.get(path).text();
        assert!(!text.contains("ALPHA-17") && !text.contains("worm spreads"), "{path}: {text}");
    }
    assert!(charlie.get("/alerts").text().contains("No alert yet"));
}

#[tokio::test]
async fn no_page_is_heavy_in_a_network_of_a_thousand_teams() {
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let file = toy.program.data().join("campanile.db");
    let mut raw = toy.program.database.raw(&file).await;
    let statements = [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
         INSERT INTO team (id, handle, handle_key, name, fqdn, standing, state, phone, fax, \
         created_at, changed_at) SELECT 'team' || i, 'CERT-' || i, 'cert-' || i, \
         'Computer Emergency Response Team number ' || i, 'cert' || i || '.example', 'accredited', \
         'active', '+49 40 ' || (1000000 + i * 7919), NULL, 0, 0 FROM n",
        "INSERT INTO team_address (address_key, address, team_id, position) SELECT \
         'cert@' || fqdn, 'cert@' || fqdn, id, 0 FROM team WHERE id LIKE 'team%'",
        "INSERT INTO subscription (list_id, team_id, created_at) SELECT list.id, team.id, 0 \
         FROM list, team WHERE team.id LIKE 'team%'",
        "UPDATE setting SET value = '1000' WHERE name = 'registry_version'",
    ];
    for sql in statements {
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    }
    drop(raw);
    let mut toy = toy;
    toy.serve();
    let alpha = toy.login("ALPHA", "ada");
    let address = sent(&toy, &alpha, FORM);
    let client = Https::new(toy.web, Some(&alpha));
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let gzip = ("Accept-Encoding", "gzip");
    let calls = format!("{address}/calls");
    let paths = ["/", "/alerts", "/alerts/new", &address, &calls, "/teams", "/statistics"];
    let mut weights = Vec::new();
    for path in paths {
        weights.push((path, client.ask("GET", path, &[gzip], "").unwrap()));
    }
    let form = FORM.replace("id=17", "id=18");
    weights.push(("preview", client.ask("POST", "/alerts/preview", &[kind, gzip], &form).unwrap()));
    for (path, page) in &weights {
        println!("{path}: {} octets", page.body.len());
        assert_eq!((page.status, page.field("content-encoding")), (200, Some("gzip")), "{path}");
        assert!(page.body.len() < PAGE_BYTES_MAX, "{path}: {} octets", page.body.len());
    }
}
