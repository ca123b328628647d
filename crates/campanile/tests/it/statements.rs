//! How often a page asks the database: counted in the log of a server that names its statements.
//!
//! What the server asks by itself, again and again, is not counted.

use std::collections::HashSet;

use crate::member_pages::person;
use crate::support::{Database, Https, Kind, Toy, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Openpgp)];
/// Most octets of a page, compressed.
const PAGE_BYTES_MAX: usize = 100_000;
/// Rows of each list.
const ROWS: usize = 120;

/// What fills the lists, straight into the tables.
const FILLING: [&str; 8] = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120) \
     INSERT INTO team (id, handle, handle_key, name, fqdn, standing, state, phone, created_at, \
     changed_at) SELECT 'team' || i, 'CERT-' || i, 'cert-' || i, 'Team ' || i, \
     'cert' || i || '.example', 'accredited', 'active', '+49 40 ' || i, 0, 0 FROM n",
    "INSERT INTO team_address (address_key, address, team_id, position) SELECT \
     'cert@' || fqdn, 'cert@' || fqdn, id, 0 FROM team WHERE id LIKE 'team%'",
    "INSERT INTO subscription (list_id, team_id, created_at) SELECT list.id, team.id, 0 \
     FROM list, team WHERE team.id LIKE 'team%'",
    "INSERT INTO person (id, team_id, name, email, role, state, created_at, changed_at) \
     SELECT 'person' || substr(n.id, 5), t.id, n.name, 'p' || n.id || '@alpha.example', 'officer', \
     'active', 0, 0 FROM team n, team t WHERE n.id LIKE 'team%' AND t.handle = 'ALPHA'",
    "INSERT INTO token (id, team_id, name, kind, scopes, digest, created_at, expires_at) \
     SELECT 'token' || n.id, t.id, n.name, 'api', 'read', n.id, 0, 9000000000000000 \
     FROM team n, team t WHERE n.id LIKE 'team%' AND t.handle = 'ALPHA'",
    "INSERT INTO webhook (id, team_id, url, private, created_at) \
     SELECT 'hook' || n.id, t.id, 'https://' || n.fqdn || '/', 0, 0 \
     FROM team n, team t WHERE n.id LIKE 'team%' AND t.handle = 'ALPHA'",
    "INSERT INTO alert_audience (alert_id, team_id, asked_at) SELECT alert.id, team.id, 0 \
     FROM alert, team WHERE team.id LIKE 'team%'",
    "UPDATE setting SET value = '1000' WHERE name = 'registry_version'",
];

fn log(toy: &Toy) -> String {
    toy.server.as_ref().unwrap().log()
}

/// The statements of a log from an octet on.
fn statements(log: &str) -> Vec<&str> {
    let start = "summary=\"";
    let lines = log.lines().filter(|line| line.contains("sqlx::query"));
    lines
        .filter_map(|line| line.split(start).nth(1)?.split('"').next())
        .filter(|one| !one.starts_with("BEGIN") && !one.starts_with("COMMIT"))
        .collect()
}

#[tokio::test]
async fn no_page_asks_the_database_for_each_row_of_a_list() {
    let mut toy = Toy::new(Database::sqlite(), &TEAMS).await;
    for number in 1..=ROWS / 4 {
        let text = format!("id = \"{number}\"\ndescription = \"A worm spreads.\"\n");
        let file = toy.program.file("alert.toml", text);
        toy.program.ok(&["alert", "send", &file, "--team", "BRAVO"]);
    }
    let file = toy.program.data().join("campanile.db");
    let mut raw = toy.program.database.raw(&file).await;
    for sql in FILLING {
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    }
    drop(raw);
    toy.program.set("RUST_LOG", "info,sqlx::query=debug");
    toy.serve();
    let own = person(&toy, "ALPHA", "representative");
    let client = Https::new(toy.web, Some(&own));
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let gzip = ("Accept-Encoding", "gzip");
    let pages = [
        ("/", ""),
        ("/alerts", ""),
        ("/alerts/new", ""),
        ("/alerts/BRAVO-1", ""),
        ("/alerts/BRAVO-1/calls", ""),
        ("/alerts/BRAVO-1/history", ""),
        ("/statistics", ""),
        ("/teams", ""),
        ("/teams/ALPHA", ""),
        ("/teams/ALPHA/access", ""),
        ("/members", ""),
        ("/alerts/preview", "id=9&description=x&tlp=TLP%3AAMBER&action=other&expectation=y"),
        ("/api/v1/alerts", ""),
        ("/api/v1/alerts/BRAVO-1/board", ""),
        ("/api/v1/teams", ""),
    ];
    // Once beforehand: what is loaded after a change of the registry, and what the jobs ask.
    let _ = client.get("/alerts/new");
    let (start, begun) = (log(&toy).len(), std::time::Instant::now());
    eventually("the jobs have looked", || begun.elapsed().as_secs() >= 12);
    let quiet = log(&toy);
    let idle: HashSet<_> = statements(&quiet[start..]).into_iter().collect();
    for (path, form) in pages {
        let from = log(&toy).len();
        let page = match form {
            "" => client.ask("GET", path, &[gzip], "").unwrap(),
            form => client.ask("POST", path, &[kind], form).unwrap(),
        };
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let after = log(&toy);
        let asked: Vec<_> =
            statements(&after[from..]).into_iter().filter(|one| !idle.contains(one)).collect();
        println!("{path}: {} statements, {} octets", asked.len(), page.body.len());
        assert!(page.body.len() < PAGE_BYTES_MAX, "{path}: {} octets", page.body.len());
        assert!(!asked.is_empty() || path.ends_with("/new"), "the log names no statement");
        // The lists have 30 or 120 rows; three for each would be 90 or more.
        assert!(asked.len() < ROWS / 4, "{path}: {} statements: {asked:#?}", asked.len());
    }
}
