//! The interfaces for programs: API, feed and webhook, as a program of a team uses them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use campanile::app::App;
use campanile::clock::Clock;
use campanile::config::{self, Environment};
use campanile::jobs::tell_webhooks;
use campanile_core::crypto::mac::mac;
use openssl::pkcs12::Pkcs12;
use serde_json::{Value, json};

use crate::support::{Database, Https, Issued, Kind, Page, Toy, eventually};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime), ("CHARLIE", Kind::Openpgp)];

impl Toy {
    /// A certificate of a tool of a team.
    fn tool(&self, handle: &str) -> Issued {
        let file = self.program.database.dir().join(format!("{handle}-tool.p12"));
        let (out, address) = (file.to_str().unwrap(), format!("ops@{handle}.example"));
        let told = self.program.ok(&[
            "ca", "issue", handle, "--role", "service", "--person", "tool", "--email", &address,
            "--out", out,
        ]);
        let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
        let packed = Pkcs12::from_der(&std::fs::read(&file).unwrap()).unwrap();
        let packed = packed.parse2(shown.unwrap()).unwrap();
        Issued::of(packed.cert.unwrap(), packed.pkey.unwrap())
    }

    /// A token; the options are those of the command.
    fn token(&self, handle: &str, options: &[&str]) -> String {
        let arguments = [&["token", "add", handle, "--name", "test"], options].concat();
        let told = self.program.ok(&arguments);
        let word = told.split_whitespace().find(|word| word.contains("cpl_")).unwrap();
        let word = word.rsplit('/').next().unwrap();
        word.trim_end_matches(".atom").to_owned()
    }

    fn call(&self, own: Option<&Issued>, method: &str, path: &str, body: &Value) -> Page {
        let fields = [("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Https::new(self.web, own).ask(method, path, &fields, &body).unwrap()
    }

    fn with_token(&self, token: &str, method: &str, path: &str, body: &Value) -> Page {
        let bearer = format!("Bearer {token}");
        let fields = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Https::new(self.web, None).ask(method, path, &fields, &body).unwrap()
    }

    fn feed(&self, token: &str) -> Page {
        Https::new(self.web, None).get(&format!("/feeds/{token}.atom"))
    }

    /// Sends an alert by the API. Returns its incident ID.
    fn alert(&self, own: &Issued, id: &str, tlp: &str, only: Option<&str>) -> String {
        let alert = json!({ "id": id, "description": "A worm spreads", "tlp": tlp });
        let mut body = json!({ "list": "alert", "alert": alert });
        if let Some(only) = only {
            body["only"] = json!([only]);
        }
        let sent = self.call(Some(own), "POST", "/api/v1/alerts", &body);
        assert_eq!(sent.status, 201, "{}", sent.text());
        read(&sent)["id"].as_str().unwrap().to_owned()
    }
}

fn read(page: &Page) -> Value {
    serde_json::from_slice(&page.body).unwrap_or_else(|_| panic!("{}", page.text()))
}

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn tool_sends_reads_revises_and_acknowledges() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let (alpha, bravo) = (toy.tool("ALPHA"), toy.tool("BRAVO"));
    let id = toy.alert(&alpha, "17", "TLP:AMBER", None);
    assert_eq!(id, "ALPHA-17");
    let again = json!({ "list": "alert", "alert": { "id": "17", "description": "x" } });
    assert_eq!(toy.call(Some(&alpha), "POST", "/api/v1/alerts", &again).status, 409);
    let path = format!("/api/v1/alerts/{id}");
    let shown = read(&toy.call(Some(&bravo), "GET", &path, &NOTHING));
    assert_eq!(shown["content"]["description"], "A worm spreads");
    let waiting = "/api/v1/alerts?waiting=true";
    assert_eq!(read(&toy.call(Some(&bravo), "GET", waiting, &NOTHING))["total"], 1);
    let said = json!({ "response": "working", "remark": "we look" });
    let answered = toy.call(Some(&bravo), "POST", &format!("{path}/acknowledgements"), &said);
    assert_eq!((answered.status, &read(&answered)["first"]), (201, &json!(true)));
    assert_eq!(read(&toy.call(Some(&bravo), "GET", waiting, &NOTHING))["total"], 0);
    let board = read(&toy.call(Some(&alpha), "GET", &format!("{path}/board"), &NOTHING));
    assert_eq!(board["counts"]["acknowledged"], 1, "{board}");
    // Only the author revises, and not from a revision that is not the newest.
    let close = json!({ "kind": "close", "from": 1, "note": "over" });
    let revisions = format!("{path}/revisions");
    assert_eq!(toy.call(Some(&bravo), "POST", &revisions, &close).status, 403);
    assert_eq!(toy.call(Some(&alpha), "POST", &revisions, &close).status, 201);
    assert_eq!(toy.call(Some(&alpha), "POST", &revisions, &close).status, 409);
    let history = read(&toy.call(Some(&bravo), "GET", &revisions, &NOTHING));
    assert_eq!(
        (history[0]["kind"].as_str(), history[1]["kind"].as_str()),
        (Some("issue"), Some("close"))
    );
    let wrong = json!({ "list": "alert", "alert": { "id": "18", "description": "x", "tpl": "y" } });
    let refused = toy.call(Some(&alpha), "POST", "/api/v1/alerts", &wrong);
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(read(&refused)["error"].is_string());
}

#[tokio::test]
async fn restricted_alert_is_nowhere_for_others() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let (alpha, bravo, charlie) = (toy.tool("ALPHA"), toy.tool("BRAVO"), toy.tool("CHARLIE"));
    let feeds = ["BRAVO", "CHARLIE"].map(|handle| toy.token(handle, &["--feed"]));
    let id = toy.alert(&alpha, "23", "TLP:GREEN", Some("BRAVO"));
    let path = format!("/api/v1/alerts/{id}");
    assert_eq!(toy.call(Some(&bravo), "GET", &path, &NOTHING).status, 200);
    for tail in ["", "/revisions", "/board"] {
        let (there, nowhere) = (format!("{path}{tail}"), format!("/api/v1/alerts/ALPHA-24{tail}"));
        let hidden = toy.call(Some(&charlie), "GET", &there, &NOTHING);
        let absent = toy.call(Some(&charlie), "GET", &nowhere, &NOTHING);
        assert_eq!((hidden.status, hidden.text()), (404, absent.text()), "{tail}");
    }
    for (tail, body) in [("revisions", json!({"kind": "close"})), ("acknowledgements", json!({}))] {
        let there = toy.call(Some(&charlie), "POST", &format!("{path}/{tail}"), &body);
        let nowhere = format!("/api/v1/alerts/ALPHA-24/{tail}");
        let absent = toy.call(Some(&charlie), "POST", &nowhere, &body);
        assert_eq!((there.status, there.text()), (404, absent.text()), "{tail}");
    }
    let listed = read(&toy.call(Some(&charlie), "GET", "/api/v1/alerts?q=worm", &NOTHING));
    assert_eq!((&listed["total"], &listed["alerts"]), (&json!(0), &json!([])));
    assert!(toy.feed(&feeds[0]).text().contains(&id));
    assert!(!toy.feed(&feeds[1]).text().contains("ALPHA"));
}

#[tokio::test]
async fn token_is_good_for_its_scopes_and_until_it_is_withdrawn() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let id = toy.alert(&toy.tool("ALPHA"), "5", "TLP:AMBER", None);
    let (reads, answers) =
        (toy.token("BRAVO", &[]), toy.token("BRAVO", &["--scope", "acknowledge"]));
    let list = "/api/v1/alerts";
    let acknowledge = format!("{list}/{id}/acknowledgements");
    let send = json!({ "list": "alert", "alert": { "id": "6", "description": "x" } });
    assert_eq!(read(&toy.with_token(&reads, "GET", list, &NOTHING))["total"], 1);
    assert_eq!(toy.with_token(&reads, "POST", &acknowledge, &json!({})).status, 403);
    assert_eq!(toy.with_token(&answers, "POST", &acknowledge, &json!({})).status, 201);
    assert_eq!(toy.with_token(&answers, "POST", list, &send).status, 403);
    // It opens the API and no page, and a token of a feed opens no API.
    assert_eq!(toy.with_token(&reads, "GET", "/alerts", &NOTHING).status, 403);
    let feed = toy.token("BRAVO", &["--feed"]);
    assert_eq!(toy.with_token(&feed, "GET", list, &NOTHING).status, 403);
    assert_eq!(toy.feed(&reads).status, 404);
    let without = Https::new(toy.web, None).get(list);
    assert_eq!(toy.with_token("cpl_00", "GET", list, &NOTHING).text(), without.text());

    let listed = toy.program.json(&["token", "list", "BRAVO"]);
    let everything = toy.program.everything();
    for (token, row) in [&reads, &answers].into_iter().zip(listed.as_array().unwrap()) {
        assert!(!crate::support::contains(&everything, token.as_bytes()));
        toy.program.ok(&["token", "revoke", row["id"].as_str().unwrap()]);
        assert_eq!(toy.with_token(token, "GET", list, &NOTHING).status, 403);
    }
}

#[tokio::test]
async fn feed_tells_texts_of_green_and_clear_alerts_only() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let alpha = toy.tool("ALPHA");
    let feed = toy.token("BRAVO", &["--feed"]);
    toy.alert(&alpha, "1", "TLP:GREEN", None);
    let atom: atom_syndication::Feed = toy.feed(&feed).text().parse().unwrap();
    assert!(atom.entries[0].title.value.contains("A worm spreads"), "{atom:?}");
    for (id, tlp, only) in [
        ("2", "TLP:AMBER", None),
        ("3", "TLP:RED", None),
        ("4", "TLP:AMBER+STRICT", None),
        ("5", "TLP:CLEAR", Some("BRAVO")),
    ] {
        toy.alert(&alpha, id, tlp, only);
        let page = toy.feed(&feed);
        let atom: atom_syndication::Feed = page.text().parse().unwrap();
        let newest = &atom.entries[0];
        assert!(newest.title.value.starts_with(&format!("ALPHA-{id} [{tlp}]")), "{newest:?}");
        assert!(!newest.title.value.contains("worm"), "{tlp}");
        assert!(!newest.summary.as_ref().unwrap().value.contains("worm"), "{tlp}");
    }
    assert_eq!(toy.feed("cpl_0123").status, 404);
}

#[tokio::test]
async fn description_of_the_api_is_served_to_members_only() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let path = "/api/v1/openapi.json";
    assert_eq!(Https::new(toy.web, None).get(path).status, 403);
    let document = read(&toy.call(Some(&toy.tool("ALPHA")), "GET", path, &NOTHING));
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let draft = &document["components"]["schemas"]["AlertDraft"]["properties"];
    assert!(draft["description"].is_object() && draft["event"].is_object(), "{draft}");
}

/// A server that answers each request with the next status, and hands the request on.
fn listener(statuses: &'static [u16]) -> (u16, Receiver<String>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let (heard, requests) = channel();
    std::thread::spawn(move || {
        for (connection, status) in socket.incoming().zip(statuses) {
            let mut connection = connection.unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !is_whole(&request) {
                match connection.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => request.extend(&piece[..count]),
                }
            }
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            connection.write_all(answer.as_bytes()).unwrap();
            heard.send(String::from_utf8(request).unwrap()).unwrap();
        }
    });
    (port, requests)
}

/// Whether a request has come with all of its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    body.len() >= field(head, "content-length").parse().unwrap()
}

fn field<'a>(request: &'a str, name: &str) -> &'a str {
    let wanted = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}: "));
    request.lines().find(wanted).unwrap().split_once(": ").unwrap().1
}

/// The data directory as opened by a worker a number of minutes from now.
async fn in_minutes(toy: &Toy, minutes: i64) -> App {
    let dir = toy.program.data();
    let config = config::load(&dir, &Environment::default()).unwrap();
    let now = Clock::System.now().plus_seconds(minutes * 60);
    App::open_with(&dir, config, Clock::Fixed(now)).await.unwrap()
}

on_both_databases! {
    async fn webhook_is_told_signed_without_text_and_again_until_it_answers(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let (port, requests) = listener(&[500, 204]);
        let url = format!("http://127.0.0.1:{port}/hook");
        assert!(toy.program.refused(&["webhook", "add", "BRAVO", &url]).contains("https"));
        let told = toy.program.ok(&["webhook", "add", "BRAVO", &url, "--anywhere"]);
        let secret = told.lines().find_map(|line| line.trim().strip_prefix("secret: ")).unwrap();
        let (other, silent) = listener(&[200]);
        let url = format!("http://127.0.0.1:{other}/");
        toy.program.ok(&["webhook", "add", "CHARLIE", &url, "--anywhere"]);
        let id = toy.alert(&toy.tool("ALPHA"), "9", "TLP:CLEAR", Some("BRAVO"));

        let first = requests.recv_timeout(Duration::from_secs(30)).unwrap();
        let (head, body) = first.split_once("\r\n\r\n").unwrap();
        let said: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&said["type"], &said["alert"]["id"]), (&json!("alert.issue"), &json!(id)));
        assert!(!body.contains("worm"));
        let (at, code) = field(head, "campanile-signature").split_once(",v1=").unwrap();
        let signed = format!("{}.{body}", at.trim_start_matches("t="));
        assert_eq!(mac(secret.as_bytes(), &signed).unwrap(), code);
        eventually("the answer is noted", || {
            toy.program.json(&["webhook", "list", "BRAVO"])[0]["reply"] == "status 500"
        });
        let later = in_minutes(&toy, 3).await;
        assert!(tell_webhooks::next(&later, "test").await.unwrap());
        let second = requests.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(field(&first, "campanile-event"), field(&second, "campanile-event"));
        let hook = &toy.program.json(&["webhook", "list", "BRAVO"])[0];
        assert_eq!((&hook["waiting"], &hook["reply"]), (&json!(0), &json!("204")));
        assert!(!tell_webhooks::next(&later, "test").await.unwrap(), "it is done");
        assert!(silent.try_recv().is_err(), "CHARLIE does not see the alert");
    }
}

#[tokio::test]
async fn webhook_that_leads_to_this_machine_is_not_asked() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let (port, requests) = listener(&[200]);
    let url = format!("http://127.0.0.1:{port}/");
    toy.program.ok(&["webhook", "add", "BRAVO", &url, "--anywhere"]);
    // As if the name had been public when it was registered.
    let mut raw = toy.program.database.raw(&toy.program.data().join("campanile.db")).await;
    sqlx::query("UPDATE webhook SET private = 0").execute(&mut raw).await.unwrap();
    toy.alert(&toy.tool("ALPHA"), "9", "TLP:CLEAR", None);
    eventually("the refusal is noted", || {
        let hook = &toy.program.json(&["webhook", "list", "BRAVO"])[0];
        hook["reply"].as_str().unwrap().contains("not public")
    });
    assert!(requests.try_recv().is_err());
}
