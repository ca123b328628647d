//! Everything that the server shows, fetched by everybody: no word of a restricted part is
//! anywhere it may not be.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use campanile::clock::Clock;
use campanile_core::model::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Database, Https, Issued, Kind, Page, Toy};

pub const TEAMS: [&str; 12] =
    ["T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T11", "T12"];
/// The sharing group.
const INNER: [&str; 4] = ["T01", "T02", "T03", "T04"];
pub const PARTS: [&str; 5] = ["TITLE", "SUMMARY", "DESCRIPTION", "PRODUCT", "REMEDY"];
/// Who follows every link; the others ask for all addresses that are known.
const FOLLOWED: [&str; 2] = ["officer of T03", "reader of T12"];
/// Pages of one crawl: more than there are.
const PAGES_MAX: usize = 600;

/// One advisory, and who may read what of it.
pub struct Case {
    pub number: usize,
    owner: &'static str,
    label: Option<&'static str>,
    /// The arguments of the import.
    rules: &'static [&'static str],
    /// Teams that may read everything, besides the owner.
    readers: &'static [&'static str],
    /// Whether even its existence is restricted.
    pub hidden: bool,
}

pub const CASES: [Case; 7] = [
    Case { number: 1, owner: "T01", label: None, rules: &[], readers: &[], hidden: false },
    Case {
        number: 2,
        owner: "T01",
        label: None,
        rules: &["--audience", "network"],
        readers: &TEAMS,
        hidden: false,
    },
    Case {
        number: 3,
        owner: "T02",
        label: Some("AMBER"),
        rules: &["--audience", "list:inner"],
        readers: &INNER,
        hidden: false,
    },
    Case {
        number: 4,
        owner: "T02",
        label: None,
        rules: &["--audience", "T05,T06"],
        readers: &["T05", "T06"],
        hidden: false,
    },
    Case {
        number: 5,
        owner: "T01",
        label: None,
        rules: &["--audience", "list:inner", "--exception", "an investigation goes on"],
        readers: &INNER,
        hidden: true,
    },
    Case { number: 6, owner: "T02", label: Some("RED"), rules: &[], readers: &[], hidden: false },
    Case {
        number: 7,
        owner: "T01",
        label: Some("CLEAR"),
        rules: &["--release-at", "2100-01-01T00:00:00Z"],
        readers: &[],
        hidden: false,
    },
];

impl Case {
    pub fn canary(&self, part: &str) -> String {
        format!("CANARY{}{part}", self.number)
    }

    /// A word that stands beside the canary of a text, for searches: a page repeats what is asked.
    pub fn needle(&self) -> String {
        format!("needle{}x", self.number)
    }

    fn reads(&self, team: &str, part: &str) -> bool {
        let privy = team == self.owner || self.readers.contains(&team);
        // Number, title, identifiers and ratings are the minimum.
        privy || (part == "TITLE" && !self.hidden && !team.is_empty())
    }

    fn document(&self) -> Vec<u8> {
        let note = |category: &str, part: &str| {
            let text = format!("{} {}", self.canary(part), self.needle());
            json!({ "category": category, "text": text })
        };
        let cve = if self.number.is_multiple_of(2) { "CVE-2026-0002" } else { "CVE-2026-0001" };
        let product = self.canary("PRODUCT");
        let mut document = json!({
            "document": {
                "category": "csaf_security_advisory", "csaf_version": "2.0",
                "title": self.canary("TITLE"),
                "publisher": {
                    "category": "coordinator", "name": self.owner, "namespace": "https://x.example"
                },
                "notes": [note("summary", "SUMMARY"), note("description", "DESCRIPTION")],
                "tracking": {
                    "id": format!("A-{}", self.number), "version": "1", "status": "final",
                    "initial_release_date": "2026-05-01T12:00:00Z",
                    "current_release_date": "2026-05-01T12:00:00Z",
                    "revision_history": [
                        { "number": "1", "date": "2026-05-01T12:00:00Z", "summary": "first" }
                    ]
                }
            },
            "product_tree": {
                "full_product_names": [{ "name": product, "product_id": "P" }]
            },
            "vulnerabilities": [{
                "cve": cve,
                "product_status": { "known_affected": ["P"] },
                "remediations": [{
                    "category": "vendor_fix", "details": self.canary("REMEDY"),
                    "product_ids": ["P"]
                }]
            }]
        });
        if let Some(label) = self.label {
            let label = if label == "CLEAR" { "WHITE" } else { label };
            document["document"]["distribution"] = json!({ "tlp": { "label": label } });
        }
        serde_json::to_vec(&document).unwrap()
    }
}

/// Somebody who looks.
struct Visitor {
    name: String,
    /// Empty for the operator.
    team: &'static str,
    own: Issued,
    /// Sees advisories at all.
    sees: bool,
}

pub struct World {
    pub toy: Toy,
    visitors: Vec<Visitor>,
    /// Rows and groups of all advisories, hidden ones as well.
    rows: Vec<String>,
    groups: BTreeSet<String>,
}

impl World {
    pub async fn new(database: Database) -> Self {
        let teams = TEAMS.map(|handle| (handle, Kind::Openpgp));
        let toy = Toy::serving(database, &teams).await;
        let program = &toy.program;
        program.ok(&["list", "add", "inner", "inner@list.example"]);
        for handle in INNER {
            program.ok(&["list", "subscribe", "inner", handle]);
        }
        let (mut rows, mut groups) = (Vec::new(), BTreeSet::new());
        for case in &CASES {
            let file = program.file(&format!("{}.json", case.number), case.document());
            let import = ["advisory", "import", &file, "--team", case.owner];
            program.ok(&[&import[..], case.rules].concat());
            let number = format!("A-{}", case.number);
            let shown = program.ok(&["advisory", "show", &number, "--team", case.owner, "--json"]);
            let shown: Value = serde_json::from_str(&shown).unwrap();
            rows.push(shown["id"].as_str().unwrap().to_owned());
            groups.insert(shown["group"].as_str().unwrap().to_owned());
        }
        groups.remove("");
        let mut visitors = Vec::new();
        for team in TEAMS {
            visitors.push(visitor(&toy, Some(team), "officer", true));
        }
        visitors.push(visitor(&toy, Some("T12"), "reader", true));
        visitors.push(visitor(&toy, Some("T01"), "observer", false));
        visitors.push(visitor(&toy, Some("T03"), "service", true));
        visitors.push(visitor(&toy, None, "operator", true));
        Self { toy, visitors, rows, groups }
    }

    fn get(&self, visitor: &Visitor, path: &str) -> Page {
        Https::new(self.toy.web, Some(&visitor.own)).get(path)
    }

    /// Addresses that a link leads to, and those that somebody could guess.
    fn addresses(&self) -> Vec<String> {
        let mut all: Vec<String> = ["/", "/groups?tab=all", "/advisories", "/status", "/watches"]
            .map(str::to_owned)
            .to_vec();
        for row in &self.rows {
            all.push(format!("/advisories/{row}"));
            all.push(format!("/advisories/{row}/changes"));
            all.push(format!("/api/v1/advisories/{row}"));
            for format in ["csaf-2.0", "original"] {
                all.push(format!("/advisories/{row}/export/{format}"));
                all.push(format!("/api/v1/advisories/{row}/export/{format}"));
            }
        }
        let names = self.groups.iter().map(String::as_str);
        let cves = ["CVE-2026-0001", "CVE-2026-0002"];
        for name in names.chain(cves).chain(["A-5"]) {
            all.push(format!("/groups/{name}"));
            all.push(format!("/groups/{name}/sheet/csv"));
            all.push(format!("/api/v1/groups/{name}"));
            all.push(format!("/api/v1/groups/{name}/sheet"));
        }
        all.push("/.well-known/csaf/provider-metadata.json".into());
        for feed in ["clear", "green", "amber", "red", "unlabeled"] {
            all.push(format!("/csaf/feeds/{feed}.json"));
        }
        for (case, row) in CASES.iter().zip(&self.rows) {
            all.push(format!("/csaf/documents/{row}/a-{}.json", case.number));
            all.push(format!("/csaf/documents/{row}/a-{}.json.asc", case.number));
        }
        for typed in ["issuer:", "claimed:", "title:", "CANARY"] {
            all.push(format!("/groups/complete?q={typed}"));
        }
        all.push("/groups?tab=all&q=title:canary&build=yes".into());
        all.push("/api/v1/groups".into());
        all.push("/api/v1/advisories".into());
        all
    }
}

fn visitor(toy: &Toy, team: Option<&'static str>, role: &str, sees: bool) -> Visitor {
    let handle = team.unwrap_or("noc");
    let file = toy.program.database.dir().join(format!("{handle}-{role}.p12"));
    let (out, address) =
        (file.to_str().unwrap(), format!("{role}@{}.example", handle.to_ascii_lowercase()));
    let team_name: Vec<&str> = team.into_iter().collect();
    let options = ["--role", role, "--person", role, "--email", &address, "--out", out];
    let told = toy.program.ok(&[&["ca", "issue"], &team_name[..], &options[..]].concat());
    let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
    let packed = openssl::pkcs12::Pkcs12::from_der(&std::fs::read(&file).unwrap()).unwrap();
    let packed = packed.parse2(shown.unwrap()).unwrap();
    let own = Issued::of(packed.cert.unwrap(), packed.pkey.unwrap());
    Visitor { name: format!("{role} of {handle}"), team: team.unwrap_or(""), own, sees }
}

/// The addresses of our own that a page links to.
fn links(page: &Page) -> Vec<String> {
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let found = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own = found.filter(|href| href.starts_with('/') && !href.starts_with("/static/"));
    own.map(|href| href.split('#').next().unwrap_or(href).replace("&#38;", "&")).collect()
}

/// Canaries in an answer that the visitor may not read.
fn leaks(visitor: &Visitor, path: &str, page: &Page) -> Vec<String> {
    let text = String::from_utf8_lossy(&page.body);
    let mut found = Vec::new();
    for case in &CASES {
        for part in PARTS {
            let open = case.reads(visitor.team, part)
                || (visitor.team.is_empty()
                    && (case.number == 2 || part == "TITLE")
                    && !case.hidden);
            if text.contains(&case.canary(part)) && !(visitor.sees && open) {
                found.push(format!("{}: {path} has {}", visitor.name, case.canary(part)));
            }
        }
    }
    found
}

/// Asks for every address, and for those of one visitor of each kind follows every link. Returns
/// leaks, and the canaries that were read.
fn crawl(world: &World, visitor: &Visitor) -> (Vec<String>, BTreeSet<String>) {
    let mut waiting: VecDeque<String> = world.addresses().into();
    let mut asked: BTreeSet<String> = waiting.iter().cloned().collect();
    let (mut found, mut read) = (Vec::new(), BTreeSet::new());
    let mut pages = 0;
    while let Some(path) = waiting.pop_front() {
        pages += 1;
        assert!(pages < PAGES_MAX, "there is no end to the pages: {path}");
        let page = world.get(visitor, &path);
        assert!(page.status < 500, "{path} for {}: {}", visitor.name, page.text());
        found.extend(leaks(visitor, &path, &page));
        let text = String::from_utf8_lossy(&page.body).into_owned();
        for case in &CASES {
            read.extend(
                PARTS.map(|part| case.canary(part)).into_iter().filter(|c| text.contains(c)),
            );
        }
        let follows = FOLLOWED.contains(&visitor.name.as_str());
        for link in links(&page).into_iter().filter(|_| follows) {
            if asked.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
    }
    (found, read)
}

#[tokio::test]
async fn no_restricted_word_is_shown_to_whom_it_is_not_for() {
    let world = World::new(Database::sqlite()).await;
    let mut faults = Vec::new();
    for visitor in &world.visitors {
        let (shown, read) = crawl(&world, visitor);
        faults.extend(shown);
        // What may be read is there: a crawl that sees nothing would find no leak either.
        for case in CASES.iter().filter(|_| visitor.sees && !visitor.team.is_empty()) {
            for part in PARTS.iter().filter(|part| case.reads(visitor.team, part)) {
                if !read.contains(&case.canary(part)) {
                    faults.push(format!("{} does not find {}", visitor.name, case.canary(part)));
                }
            }
        }
        for case in &CASES {
            let path = format!("/groups?tab=all&q={}", case.needle());
            let page = world.get(visitor, &path);
            faults.extend(leaks(visitor, &path, &page));
            let finds = page.text().contains("tbody");
            // A hidden one is in no group, whoever may read it.
            let may = case.reads(visitor.team, "SUMMARY") && !case.hidden;
            if finds && !(visitor.sees && may) && !(visitor.team.is_empty() && case.number == 2) {
                faults.push(format!("{} finds a group by {}", visitor.name, case.needle()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn whole_is_shown_from_its_time_on() {
    let world = World::new(Database::sqlite()).await;
    let owner = world.visitors.iter().find(|one| one.name == "officer of T01").unwrap();
    let other = world.visitors.iter().find(|one| one.name == "officer of T12").unwrap();
    let path = format!("/advisories/{}", world.rows[0]);
    let at = Clock::System.now().plus_seconds(4);
    let at = Timestamp::from_micros(at.seconds() * 1_000_000);
    let form = format!("audience=own&release_at={at}");
    let answer =
        Https::new(world.toy.web, Some(&owner.own)).post(&format!("{path}/audience"), &form);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let case = &CASES[0];
    loop {
        let before = Clock::System.now();
        let page = world.get(other, &path).text();
        if page.contains(&case.canary("DESCRIPTION")) {
            assert!(Clock::System.now() >= at, "released too early");
            break;
        }
        assert!(before < at.plus_seconds(60), "not released a minute after its time");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let shown = world.toy.program.ok(&["advisory", "show", "A-6", "--team", "T12", "--json"]);
    assert!(!shown.contains(&CASES[5].canary("DESCRIPTION")), "another one was released");
}
