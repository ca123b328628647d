//! Who may do what, asked of the real listener: every address for every role, with every kind of
//! wrong certificate, beside what `authz::may` says. The result is `docs/access.md`.
//!
//! A new address has to get a line in [`ROWS`]; the test says so.

use std::fmt::Write;

use campanile::actions::{Actor, Key, LoginFor, issue_login};
use campanile::app::App;
use campanile::clock::Clock;
use campanile::config::{self, Environment};
use campanile::store::logins::find_viewer;
use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::key::Fingerprint;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::x509::X509;

use crate::support::{Authority, Database, Https, Issued, Kind, Page, Toy};

const TEAMS: [(&str, Kind); 6] = [
    ("ALPHA", Kind::Openpgp),
    ("BRAVO", Kind::Openpgp),
    ("CHARLIE", Kind::Openpgp),
    ("SIERRA", Kind::Openpgp),
    ("KILO", Kind::Openpgp),
    ("LIMA", Kind::Openpgp),
];
const DAY_SECONDS: i64 = 86_400;
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// What an address asks for.
#[derive(Clone, Copy)]
enum Needs {
    /// Nothing.
    Nothing,
    /// A login.
    Login,
    /// The right to do this.
    Right(Action),
    /// The right to do this with an alert, which has to be visible.
    Alert(Action),
    /// As [`Needs::Alert`], for the team that wrote it.
    Own(Action),
    /// The right to change the data of BRAVO.
    Manages,
    /// That an alert exists; an operator is told that, and no more.
    Sees,
}

/// Method, address, body, what it needs. `{id}` stands for an incident ID, `{token}` for the end
/// of an acknowledge link, `{advisory}` for the row of one and `{name}` for its group.
type Row = (&'static str, &'static str, &'static str, Needs);

const ROWS: &[Row] = &[
    ("GET", "/healthz", "", Needs::Nothing),
    ("GET", "/readyz", "", Needs::Nothing),
    ("GET", "/", "", Needs::Login),
    ("GET", "/status", "", Needs::Login),
    ("GET", "/ack/{token}", "", Needs::Alert(Action::Acknowledge)),
    ("POST", "/ack/{token}", "response=received", Needs::Alert(Action::Acknowledge)),
    ("GET", "/alerts", "", Needs::Login),
    ("POST", "/alerts", "id=", Needs::Right(Action::WriteAlerts)),
    ("GET", "/alerts/new", "", Needs::Right(Action::WriteAlerts)),
    ("POST", "/alerts/new", "", Needs::Right(Action::WriteAlerts)),
    ("POST", "/alerts/preview", "id=", Needs::Right(Action::WriteAlerts)),
    ("POST", "/alerts/preview/live", "id=", Needs::Right(Action::WriteAlerts)),
    ("POST", "/alerts/draft", "id=", Needs::Right(Action::WriteAlerts)),
    ("GET", "/alerts/{id}", "", Needs::Sees),
    ("GET", "/alerts/{id}/history", "", Needs::Alert(Action::SeeAlerts)),
    ("GET", "/alerts/{id}/export/{format}", "", Needs::Alert(Action::SeeAlerts)),
    ("GET", "/alerts/{id}/calls", "", Needs::Alert(Action::SeeBoard)),
    ("GET", "/alerts/{id}/revise", "", Needs::Own(Action::WriteAlerts)),
    ("POST", "/alerts/{id}/revise/preview", "kind=amend", Needs::Own(Action::WriteAlerts)),
    ("POST", "/alerts/{id}/revise", "kind=x", Needs::Own(Action::WriteAlerts)),
    ("GET", "/statistics", "", Needs::Right(Action::SeeBoard)),
    ("GET", "/statistics/chart", "", Needs::Right(Action::SeeBoard)),
    ("GET", "/statistics/csv", "", Needs::Right(Action::SeeBoard)),
    ("GET", "/teams", "", Needs::Right(Action::SeeTeams)),
    ("GET", "/teams/{handle}", "", Needs::Right(Action::SeeTeams)),
    ("GET", "/teams/{handle}/change", "", Needs::Manages),
    ("POST", "/teams/{handle}/change", "", Needs::Manages),
    ("POST", "/teams/{handle}/confirm", "", Needs::Manages),
    ("POST", "/teams/{handle}/keys", "", Needs::Manages),
    ("GET", "/teams/{handle}/access", "", Needs::Manages),
    ("POST", "/teams/{handle}/access/tokens", "days=x", Needs::Manages),
    ("POST", "/teams/{handle}/access/tokens/revoke", "id=x", Needs::Manages),
    ("POST", "/teams/{handle}/access/webhooks", "url=x", Needs::Manages),
    ("POST", "/teams/{handle}/access/webhooks/remove", "id=x", Needs::Manages),
    ("POST", "/teams/{handle}/access/certificates", "name=x", Needs::Manages),
    ("POST", "/teams/{handle}/access/certificates/revoke", "fingerprint=x", Needs::Manages),
    ("GET", "/members", "", Needs::Right(Action::SeeApplications)),
    ("GET", "/groups", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/groups/complete", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/groups/build", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/groups/bulk", "what=none", Needs::Right(Action::WorkOnGroups)),
    ("POST", "/groups/bulk/preview", "what=none", Needs::Right(Action::WorkOnGroups)),
    ("GET", "/groups/{name}", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/groups/{name}/sheet/{kind}", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/groups/{name}/state", "state=none", Needs::Right(Action::WorkOnGroups)),
    ("POST", "/groups/{name}/claim", "claim=none", Needs::Right(Action::WorkOnGroups)),
    ("POST", "/groups/{name}/decide", "what=none", Needs::Right(Action::WorkOnGroups)),
    ("POST", "/groups/{name}/ask", "what=none", Needs::Right(Action::WorkOnGroups)),
    ("GET", "/sources", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/sources", "what=none", Needs::Right(Action::Operate)),
    ("GET", "/watches", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/watches", "name=", Needs::Right(Action::WorkOnGroups)),
    ("POST", "/watches/{id}", "what=none", Needs::Right(Action::WorkOnGroups)),
    ("GET", "/advisories", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/advisories", "", Needs::Right(Action::WriteAdvisories)),
    ("GET", "/advisories/new", "", Needs::Right(Action::WriteAdvisories)),
    ("POST", "/advisories/minimum", "number=", Needs::Right(Action::WriteAdvisories)),
    ("GET", "/advisories/{advisory}", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/advisories/{advisory}/changes", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/advisories/{advisory}/export/{format}", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/apply", "", Needs::Nothing),
    ("POST", "/apply", "", Needs::Nothing),
    ("GET", "/apply/filed", "", Needs::Nothing),
    ("GET", "/.well-known/csaf/provider-metadata.json", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/csaf/feeds/{feed}", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/csaf/documents/{advisory}/{file}", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/csaf/key.asc", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/api/v1/openapi.json", "", Needs::Login),
    ("GET", "/api/v1/alerts", "", Needs::Right(Action::SeeAlerts)),
    ("POST", "/api/v1/alerts", DRAFT, Needs::Right(Action::WriteAlerts)),
    ("GET", "/api/v1/alerts/{id}", "", Needs::Alert(Action::SeeAlerts)),
    ("GET", "/api/v1/alerts/{id}/revisions", "", Needs::Alert(Action::SeeAlerts)),
    ("POST", "/api/v1/alerts/{id}/revisions", STALE, Needs::Own(Action::WriteAlerts)),
    ("GET", "/api/v1/alerts/{id}/board", "", Needs::Alert(Action::SeeBoard)),
    ("POST", "/api/v1/alerts/{id}/acknowledgements", "{}", Needs::Alert(Action::Acknowledge)),
    ("GET", "/api/v1/advisories", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/api/v1/advisories", "{}", Needs::Right(Action::WriteAdvisories)),
    ("GET", "/api/v1/advisories/{advisory}", "", Needs::Right(Action::SeeAdvisories)),
    (
        "GET",
        "/api/v1/advisories/{advisory}/export/{format}",
        "",
        Needs::Right(Action::SeeAdvisories),
    ),
    ("GET", "/api/v1/groups", "", Needs::Right(Action::SeeAdvisories)),
    ("POST", "/api/v1/groups/bulk", "{}", Needs::Right(Action::WorkOnGroups)),
    ("GET", "/api/v1/groups/{name}", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/api/v1/groups/{name}/sheet", "", Needs::Right(Action::SeeAdvisories)),
    ("GET", "/api/v1/teams", "", Needs::Right(Action::SeeTeams)),
    ("GET", "/api/v1/teams/{handle}", "", Needs::Right(Action::SeeTeams)),
];

/// Understood, and refused for what it says.
const DRAFT: &str = "{\"list\":\"alert\",\"alert\":{\"id\":\"9\",\"description\":\"\"}}";

/// A revision of one that is not the newest.
const STALE: &str = "{\"kind\":\"close\",\"from\":99}";

/// Addresses whose rights are tested elsewhere, with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/alerts/draft/drop", "a draft of another team is not there: alerts::views"),
    ("/alerts/{id}/calls", "POST changes the board for those that follow: alerts::boards"),
    ("/teams/{handle}/keys/confirm", "asks for a key that waits: membership"),
    ("/teams/{handle}/conduct", "asks for a code of conduct: membership"),
    (
        "/teams/{handle}/access/certificates/{id}",
        "asks for a certificate of the team: access_pages",
    ),
    ("/members/applications/{id}", "asks for an application: membership"),
    ("/advisories/{advisory}/audience", "of the team whose it is: advisories::crawl"),
    ("/groups/bulk/{id}/undo", "of the own team: advisories::bulk"),
    ("/api/v1/groups/bulk/{id}/undo", "of the own team: advisories::bulk"),
    ("/welcome", "of the own team: membership"),
    ("/welcome/keys/{file}", "of the own team: membership"),
    ("/apply/conduct.txt", "asks for a code of conduct: membership"),
    ("/phone/acknowledge", "the token of the gateway, a UID with its PIN: web"),
    ("/static/{name}", "open to all, under names with a hash: web"),
    ("/feeds/{name}", "a token and no certificate: api"),
    ("/feeds/{token}/groups.atom", "a token and no certificate: advisories::crawl"),
];

/// Who asks.
struct Caller {
    name: &'static str,
    own: Option<Issued>,
    /// Who that is; `None` for nobody.
    viewer: Option<Viewer>,
    /// The handshake takes the certificate, or there is none.
    enters: bool,
}

/// A network with an alert for all and one for ALPHA and BRAVO.
struct World {
    toy: Toy,
    app: App,
    /// The row of an advisory that every team sees; parts of advisories are crawled elsewhere.
    advisory: String,
    /// Incident IDs with the end of their links: for all, restricted.
    alerts: [(String, String); 2],
}

impl World {
    async fn new() -> Self {
        let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
        let dir = toy.program.data();
        let config = config::load(&dir, &Environment::default()).unwrap();
        let app = App::open_with(&dir, config, Clock::System).await.unwrap();
        let row = "issuer,number,title,identifiers\nVendor,V-1,An overflow,CVE-2026-0001\n";
        let file = toy.program.file("advisory.csv", row);
        toy.program.ok(&["advisory", "import", &file]);
        let shown = toy.program.ok(&["advisory", "show", "V-1", "--json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let advisory = shown["id"].as_str().unwrap().to_owned();
        let mut world = Self { toy, app, advisory, alerts: Default::default() };
        let author = world.login(Some("ALPHA"), "service", "tool").await;
        for (at, only) in [(0, ""), (1, ",\"only\":[\"BRAVO\"]")] {
            let alert = format!("{{\"id\":\"{}\",\"description\":\"A worm\"}}", at + 1);
            let body = format!("{{\"list\":\"alert\",\"alert\":{alert}{only}}}");
            let sent = world.ask(&author, ("POST", "/api/v1/alerts", &body)).unwrap();
            assert_eq!(sent.status, 201, "{}", sent.text());
            let id = format!("ALPHA-{}", at + 1);
            let shown = world.ask(&author, ("GET", &format!("/api/v1/alerts/{id}"), "")).unwrap();
            let shown: serde_json::Value = serde_json::from_slice(&shown.body).unwrap();
            let url = shown["acknowledge_url"].as_str().unwrap();
            world.alerts[at] = (id, url.rsplit('/').next().unwrap().to_owned());
        }
        world
    }

    async fn issue(&self, app: &App, team: Option<&str>, role: &str, name: &str) -> Issued {
        let domain = team.unwrap_or("noc").to_ascii_lowercase();
        let for_whom = LoginFor {
            team: team.map(Into::into),
            name: Some(name.into()),
            email: Some(format!("{}-{role}@{domain}.example", name.replace(' ', "-"))),
            role: Some(role.into()),
        };
        let issued = issue_login(app, Actor::Operator, &for_whom, Key::HandedOver).await.unwrap();
        let (packed, passphrase) = issued.packed.unwrap();
        let parsed = Pkcs12::from_der(&packed).unwrap().parse2(passphrase.expose()).unwrap();
        Issued::of(parsed.cert.unwrap(), parsed.pkey.unwrap())
    }

    async fn login(&self, team: Option<&str>, role: &str, name: &'static str) -> Caller {
        let own = self.issue(&self.app, team, role, name).await;
        let mut read = self.app.db.read().await.unwrap();
        let print = Fingerprint::parse(&own.fingerprint()).unwrap();
        let viewer = find_viewer(&mut read, &print, self.app.now()).await.unwrap();
        Caller { name, own: Some(own), viewer, enters: true }
    }

    /// Everybody who may come.
    async fn callers(&self) -> Vec<Caller> {
        let bravo = Some("BRAVO");
        let mut callers = vec![Caller { name: "none", own: None, viewer: None, enters: true }];
        callers.extend(self.wrong().await);
        callers.push(self.login(None, "operator", "operator").await);
        for role in ["representative", "officer", "reader", "observer", "service"] {
            callers.push(self.login(bravo, role, role).await);
        }
        callers.push(self.login(Some("ALPHA"), "officer", "author").await);
        callers.push(self.login(Some("CHARLIE"), "officer", "other team").await);
        for (handle, state, name) in [
            ("SIERRA", "suspended", "suspended"),
            ("KILO", "candidate", "candidate"),
            ("LIMA", "left", "left"),
        ] {
            let mut caller = self.login(Some(handle), "officer", name).await;
            let sql = format!("UPDATE team SET state = '{state}' WHERE handle = '{handle}'");
            self.sql(&sql).await;
            let mut read = self.app.db.read().await.unwrap();
            let print = Fingerprint::parse(&caller.own.as_ref().unwrap().fingerprint()).unwrap();
            caller.viewer = find_viewer(&mut read, &print, self.app.now()).await.unwrap();
            callers.push(caller);
        }
        callers
    }

    /// Certificates that are wrong, each in its way.
    async fn wrong(&self) -> Vec<Caller> {
        let past = Clock::Fixed(Clock::System.now().plus_seconds(-400 * DAY_SECONDS));
        let config = self.app.config.clone();
        let then = App::open_with(&self.app.dir, config, past).await.unwrap();
        let bravo = Some("BRAVO");
        let expired = self.issue(&then, bravo, "officer", "late").await;
        let revoked = self.issue(&self.app, bravo, "officer", "lost").await;
        self.toy.program.ok(&["ca", "revoke", &revoked.fingerprint()]);
        let unknown = self.issue(&self.app, bravo, "officer", "ghost").await;
        self.sql("DELETE FROM login WHERE name = 'ghost'").await;
        let server = std::fs::read(self.app.keys.server_path()).unwrap();
        let server = Issued::of(
            X509::from_pem(&server).unwrap(),
            PKey::private_key_from_pem(&server).unwrap(),
        );
        let foreign = Authority::new("Foreign CA").issue_login("cert@bravo.example");
        let outside = |name, own| Caller { name, own: Some(own), viewer: None, enters: false };
        vec![
            Caller { name: "no row", own: Some(unknown), viewer: None, enters: true },
            outside("foreign CA", foreign),
            outside("expired", expired),
            outside("revoked", revoked),
            outside("other use", server),
        ]
    }

    async fn sql(&self, sql: &str) {
        let mut raw = self.toy.program.database.raw(&self.app.dir.join("campanile.db")).await;
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
    }

    fn ask(
        &self,
        caller: &Caller,
        (method, path, body): (&str, &str, &str),
    ) -> Result<Page, String> {
        let kind = if path.starts_with("/api/") { JSON } else { FORM };
        let https = Https::new(self.toy.web, caller.own.as_ref());
        https.ask(method, path, &[("Content-Type", kind)], body)
    }
}

fn filled(path: &str, id: &str, token: &str) -> String {
    path.replace("{id}", id)
        .replace("{token}", token)
        .replace("{format}", "text")
        .replace("{handle}", "BRAVO")
        .replace("{name}", "CVE-2026-0001")
        .replace("{kind}", "json")
        .replace("{feed}", "unlabeled.json")
        .replace("{file}", "v-1.json")
}

/// What an answer says: the handshake failed, refused, not there, or done (also: understood, and
/// refused for what it says).
fn word(answer: &Result<Page, String>) -> &'static str {
    match answer.as_ref().map(|page| page.status) {
        Err(_) => "TLS",
        Ok(403) => "403",
        Ok(404) => "404",
        Ok(status) if status >= 500 => "broken",
        Ok(_) => "yes",
    }
}

/// Whether the caller should be let do it, with an alert that only ALPHA and BRAVO see or one
/// for all.
fn allowed(caller: &Caller, needs: Needs, restricted: bool) -> bool {
    if let Needs::Nothing = needs {
        return caller.enters;
    }
    let Some(viewer) = caller.viewer.as_ref().filter(|_| caller.enters) else { return false };
    let handle = viewer.team.as_ref().map_or("", |team| team.handle.as_str());
    let sees =
        may(viewer, Action::SeeAlerts) && (!restricted || ["ALPHA", "BRAVO"].contains(&handle));
    let operates = may(viewer, Action::Operate);
    match needs {
        Needs::Nothing | Needs::Login => true,
        Needs::Right(action) => may(viewer, action),
        Needs::Sees => sees || operates,
        Needs::Manages => operates || (may(viewer, Action::ManageOwnTeam) && handle == "BRAVO"),
        // An operator sees boards and calls, without the text.
        Needs::Alert(action @ (Action::SeeBoard | Action::MakeCalls)) => {
            may(viewer, action) && (sees || operates)
        }
        Needs::Alert(action) => may(viewer, action) && sees,
        Needs::Own(action) => may(viewer, action) && handle == "ALPHA",
    }
}

fn wanted(needs: Needs) -> bool {
    matches!(needs, Needs::Alert(_) | Needs::Own(_) | Needs::Sees)
}

#[tokio::test]
async fn every_address_is_open_to_those_who_may_and_to_nobody_else() {
    let world = World::new().await;
    let callers = world.callers().await;
    let mut table = String::new();
    let names: Vec<_> = callers.iter().map(|caller| caller.name).collect();
    writeln!(table, "| | {} |", names.join(" | ")).unwrap();
    writeln!(table, "|---|{}", "---|".repeat(names.len())).unwrap();
    let mut faults = Vec::new();
    for (method, path, body, needs) in ROWS {
        let objects: &[usize] = if wanted(*needs) { &[0, 1] } else { &[0] };
        for object in objects {
            let (id, token) = &world.alerts[*object];
            let asked = filled(path, id, token).replace("{advisory}", &world.advisory);
            let mut cells = Vec::new();
            for caller in &callers {
                let answer = world.ask(caller, (method, &asked, body));
                let word = word(&answer);
                cells.push(word);
                let right = match (allowed(caller, *needs, *object == 1), caller.enters) {
                    (true, _) => word == "yes",
                    (false, true) => ["403", "404"].contains(&word),
                    (false, false) => word == "TLS",
                };
                if !right {
                    faults.push(format!("{method} {asked} for {}: {word}", caller.name));
                }
            }
            let of = match (wanted(*needs), object) {
                (false, _) => "",
                (true, 0) => ", alert for all",
                (true, _) => ", restricted alert",
            };
            writeln!(table, "| {method} `{path}`{of} | {} |", cells.join(" | ")).unwrap();
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    compare(&table);
    nothing_shows_that_it_exists(&world, &callers);
}

/// A restricted alert and one that was never there: the same answer for whoever may not see it.
fn nothing_shows_that_it_exists(world: &World, callers: &[Caller]) {
    let (id, token) = &world.alerts[1];
    let nowhere = ("ALPHA-3", "00000000000000000000000000000000");
    let alike = |page: Result<Page, String>| {
        page.map(|page| {
            let text = page.text().replace(id.as_str(), "ID").replace(nowhere.0, "ID");
            let text = text.replace(token.as_str(), "TOKEN").replace(nowhere.1, "TOKEN");
            (page.status, text.split("As of ").next().unwrap().to_owned())
        })
    };
    let blind = |caller: &&Caller| caller.enters && !allowed(caller, Needs::Sees, true);
    for caller in callers.iter().filter(blind) {
        for (method, path, body, needs) in ROWS.iter().filter(|row| wanted(row.3)) {
            let _ = needs;
            let there = filled(path, id, token);
            let absent = filled(path, nowhere.0, nowhere.1);
            let (there, absent) = (
                alike(world.ask(caller, (method, &there, body))),
                alike(world.ask(caller, (method, &absent, body))),
            );
            assert_eq!(there, absent, "{method} {path} for {}", caller.name);
        }
        let listed = world.ask(caller, ("GET", "/alerts?q=worm", "")).unwrap();
        assert!(!listed.text().contains(id.as_str()), "{}", caller.name);
    }
}

const HEAD: &str = "\
# Who may do what

Made by a test that asks the real listener (`cargo test --test it access`), and compared with the
rules (`crates/campanile-core/src/authz.rs`) at every run. Rows: every address. Columns: without a
certificate; with one of the authority that is not registered, of a foreign CA, expired, revoked,
for another use; operator; the roles of a team that was sent both alerts; an officer of the team
that wrote them; of a team that was not sent the restricted one; of a suspended team, a candidate,
and a team that has left.

`TLS`: the handshake fails. `403`: refused; without a registered certificate the same page for
every address, also for those that do not exist. `404`: there is nothing, for this viewer; the
answer is the one for an alert that was never there. `yes`: done, or understood and refused for
what it says.

";

fn compare(table: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
    let text = format!("{HEAD}{table}");
    if std::env::var_os("CAMPANILE_WRITE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == text, "docs/access.md is old: CAMPANILE_WRITE_DOCS=1 writes it\n{text}");
}

#[test]
fn every_address_of_the_router_has_a_row() {
    let routers = [
        include_str!("../../src/web/router.rs"),
        include_str!("../../src/web/api/mod.rs"),
        include_str!("../../src/web/feeds.rs"),
    ];
    let known = |path: &str, method: &str| {
        ROWS.iter().any(|row| row.1 == path && row.0 == method)
            || ELSEWHERE.iter().any(|(other, _)| *other == path)
    };
    for line in routers.iter().flat_map(|text| text.lines()) {
        let Some(rest) = line.trim().strip_prefix(".route(\"") else { continue };
        let (path, handlers) = rest.split_once('"').unwrap();
        for (word, method) in [("get(", "GET"), ("post(", "POST")] {
            if handlers.contains(word) {
                assert!(known(path, method), "{method} {path} has no row in tests/it/access.rs");
            }
        }
    }
}
