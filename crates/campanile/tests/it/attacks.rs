//! The hostile documents of the test data, by every way in: as a file of a good mail, in an upload,
//! from a program, by the command. The verdict is the import.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Database, Https, Kind, Toy, contains};

const TEAMS: [(&str, Kind); 2] = [("DFN-CERT", Kind::Smime), ("CERT-IST", Kind::Openpgp)];

/// A document of the set, and what has to become of it.
pub struct Case {
    pub id: String,
    pub expect: String,
    /// iodef2, csaf2.0 …, as far as the set says it.
    pub format: String,
    pub media_type: &'static str,
    pub octets: Vec<u8>,
}

impl Case {
    pub fn is_alert(&self) -> bool {
        self.format.starts_with("iodef")
    }

    /// What has to hold for whether it was taken, by somebody whose kind of document it is or not.
    pub fn judge(&self, is_ours: bool, taken: bool, told: &str) {
        match self.expect.as_str() {
            "reject" => assert!(!taken, "{}: {told}", self.id),
            "accept" if is_ours => assert!(taken, "{}: {told}", self.id),
            _ => assert!(is_ours || !taken, "{}: {told}", self.id),
        }
    }

    /// The team that sends it: the one that it is of.
    fn team(&self) -> &'static str {
        let is_of = |issuer: &str| contains(&self.octets, issuer.as_bytes());
        if is_of("<issuer>CERT-IST<") { "CERT-IST" } else { "DFN-CERT" }
    }

    fn of(folder: &Path, row: &Value) -> Self {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let mut octets = std::fs::read(folder.join(text("file"))).unwrap();
        if row["file_encoding"] == "gzip" {
            let packed = std::mem::take(&mut octets);
            let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
            std::io::Read::read_to_end(&mut unpacked, &mut octets).unwrap();
        }
        let is_xml = row["kind"] == "xml";
        Self {
            id: text("id"),
            expect: text("expect"),
            format: text("format"),
            media_type: if is_xml { "application/xml" } else { "application/json" },
            octets,
        }
    }
}

/// The folder of the set, if it is there.
fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let found = root.map(|root| root.join("attacks")).filter(|folder| folder.exists());
    if found.is_none() {
        println!("skipped: no test data attacks");
    }
    found
}

/// A list of the set: one case in each row.
fn list(name: &str) -> Option<Vec<Value>> {
    let rows = std::fs::read_to_string(folder()?.join("dev/lists").join(name)).unwrap();
    Some(rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The documents of the set, XML and JSON.
pub fn documents() -> Option<Vec<Case>> {
    let folder = folder()?;
    let manifest = std::fs::read_to_string(folder.join("dev/manifest.jsonl")).unwrap();
    let rows = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let rows = rows.filter(|row| ["xml", "json"].iter().any(|kind| row["kind"] == **kind));
    let cases: Vec<_> = rows.map(|row| Case::of(&folder, &row)).collect();
    assert!(cases.len() > 50);
    Some(cases)
}

/// Status and page of the answer to a POST. What is too large is refused before it is read, and a
/// client that still writes may not see the answer.
fn post(client: &Https<'_>, path: &str, kind: &str, body: &[u8]) -> (u16, String) {
    let page = client.ask("POST", path, &[("Content-Type", kind)], body);
    page.map_or((413, String::new()), |page| (page.status, page.text()))
}

/// A form with one file, as a browser sends it.
fn upload(client: &Https<'_>, path: &str, field: &str, case: &Case) -> (u16, String) {
    let head = format!(
        "--7f\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{}\"\r\n\
         Content-Type: {}\r\n\r\n",
        case.id, case.media_type
    );
    let body = [head.as_bytes(), &case.octets, b"\r\n--7f--\r\n"].concat();
    post(client, path, "multipart/form-data; boundary=7f", &body)
}

#[tokio::test]
async fn uploads_and_calls_are_taken_and_refused_as_the_manifest_says() {
    let Some(cases) = documents() else { return };
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    toy.program.team("PRE-CERT");
    let logins = TEAMS.map(|(team, _)| (team, toy.login(team, "ada")));
    for case in &cases {
        let (_, own) = logins.iter().find(|(team, _)| *team == case.team()).unwrap();
        let client = Https::new(toy.web, Some(own));
        let (status, text) = upload(&client, "/alerts/new", "document", case);
        assert!(status < 500, "{}: {text}", case.id);
        case.judge(case.is_alert(), status == 200, &text);

        let (status, text) = upload(&client, "/advisories", "files", case);
        let taken = status == 200;
        assert!(status < 500, "{}: {text}", case.id);
        case.judge(!case.is_alert(), taken, &text);

        let kind = "application/octet-stream";
        let (status, text) = post(&client, "/api/v1/advisories", kind, &case.octets);
        assert!(status < 500, "{}: {text}", case.id);
        assert_eq!(status == 200, taken, "{}: {text}", case.id);
    }
    assert_eq!(Https::new(toy.web, Some(&logins[0].1)).get("/advisories").status, 200);
    let older = toy.program.json(&["advisory", "show", "DFN-CERT-2026-0001"]);
    assert_eq!(older["title"], "Toy advisory", "an older version replaces nothing");
    toy.program.refused(&["advisory", "show", "PRE-CERT-2026-0777"]);
}

#[tokio::test]
async fn command_imports_and_refuses_as_the_manifest_says() {
    let Some(cases) = documents() else { return };
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    for case in &cases {
        let file = toy.program.file(&case.id, &case.octets);
        let command = ["advisory", "import", &file, "--team", case.team(), "--json"];
        let out = toy.program.run(&command);
        let told = format!("{out:?}");
        let report: Value = serde_json::from_str(&out.stdout).expect(&told);
        let taken = report["refused"].as_array().unwrap().is_empty();
        assert_eq!(out.code, Some(i32::from(!taken)), "{}: {told}", case.id);
        case.judge(!case.is_alert(), taken, &told);
    }
    let older = toy.program.json(&["advisory", "show", "DFN-CERT-2026-0001"]);
    assert_eq!(older["title"], "Toy advisory", "an older version replaces nothing");
}

#[tokio::test]
async fn paths_lead_to_nothing_outside() {
    let Some(rows) = list("l-http-paths-dev.jsonl") else { return };
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let own = toy.login("DFN-CERT", "ada");
    let client = Https::new(toy.web, Some(&own));
    for row in rows {
        let (under, path) = (row["under"].as_str().unwrap(), row["path"].as_str().unwrap());
        // The address of the set, and those that take a name here.
        for under in [under, "/static/", "/advisories/", "/groups/", "/csaf/feeds/"] {
            let address = format!("{under}{path}");
            // What is no request at all may be cut off.
            let Ok(page) = client.ask("GET", &address, &[], "") else { continue };
            assert!((400..500).contains(&page.status), "{address}: {}", page.status);
            assert!(!contains(&page.body, b"root:"), "{address}");
        }
    }
    assert_eq!(client.get("/groups").status, 200);
}

#[tokio::test]
async fn what_is_searched_for_is_taken_by_the_letter() {
    let Some(rows) = list("l-search-strings-dev.jsonl") else { return };
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let own = toy.login("DFN-CERT", "ada");
    let client = Https::new(toy.web, Some(&own));
    for row in rows {
        let value = row["value"].as_str().unwrap();
        for field in ["/groups?q", "/advisories?q", "/alerts?text", "/groups/complete?at=3&q"] {
            let typed = value.bytes().map(|octet| format!("%{octet:02X}")).collect::<String>();
            let Ok(page) = client.ask("GET", &format!("{field}={typed}"), &[], "") else {
                assert!(value.len() > 10_000, "{field}: {value}");
                continue;
            };
            assert!(page.status < 500, "{field}: {value}: {}", page.status);
            if value == "{{7*7}}" && field == "/groups?q" {
                assert!(contains(&page.body, b"value=\"{{7*7}}\""), "nothing is computed");
            }
        }
    }
    assert_eq!(client.get("/groups").status, 200);
}
