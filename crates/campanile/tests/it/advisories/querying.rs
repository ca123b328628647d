//! Every field of the query language finds what it says, and nothing that the viewer may not see.

use campanile::actions::{claim_group, set_group_state};
use campanile::app::advisories::typed;
use campanile::store::advisories::groups::Filter;
use campanile_core::model::advisory::disclosure::Audience;

use super::*;
use crate::support::{Database, TestApp};

/// A public document of a vendor, with a product and a score.
fn rated(number: &str, (vendor, product): (&str, &str), cve: &str, score: f32) -> Vec<u8> {
    let text = csaf(vendor, number, "1", &[cve], Some("WHITE"));
    let mut document: serde_json::Value = serde_json::from_slice(&text).unwrap();
    document["document"]["title"] = json!(format!("Überlauf in {product}"));
    document["product_tree"] = json!({ "branches": [{
        "category": "vendor", "name": vendor, "branches": [{
            "category": "product_name", "name": product,
            "product": { "product_id": "P1", "name": format!("{vendor} {product}") }
        }]
    }] });
    document["vulnerabilities"][0]["product_status"] = json!({ "known_affected": ["P1"] });
    let word = if score >= 9.0 { "CRITICAL" } else { "MEDIUM" };
    document["vulnerabilities"][0]["scores"] = json!([{ "products": ["P1"], "cvss_v3": {
        "version": "3.1", "baseScore": score, "baseSeverity": word,
        "vectorString": if score >= 9.0 {
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        } else {
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"
        }
    } }]);
    serde_json::to_vec(&document).unwrap()
}

/// A record of the CVE list that says that a vulnerability is exploited.
fn exploited(cve: &str) -> Vec<u8> {
    let record = json!({
        "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": cve, "assignerOrgId": "x", "assignerShortName": "mitre",
            "state": "PUBLISHED", "datePublished": "2026-08-24T12:00:00Z"
        },
        "containers": {
            "cna": {
                "providerMetadata": { "orgId": "x", "shortName": "mitre" },
                "title": "Record", "descriptions": [{ "lang": "en", "value": "in the wild" }],
                "affected": [], "references": []
            },
            "adp": [{
                "providerMetadata": { "orgId": "y", "shortName": "CISA-ADP" },
                "metrics": [{ "other": {
                    "type": "kev", "content": { "dateAdded": "2026-08-24", "reference": "x" }
                } }]
            }]
        }
    });
    serde_json::to_vec(&record).unwrap()
}

/// Groups: W of Cisco's W-1 with ALPHA's A-1, M of Mozilla's M-1, K of a record, B of BRAVO's B-1.
async fn filled(database: Database) -> TestApp {
    let app = TestApp::on(database).await;
    app.team("ALPHA").await;
    app.team("BRAVO").await;
    let by = Viewer::operator();
    for document in [
        rated("W-1", ("Cisco Systems", "IOS XE"), "CVE-2026-0001", 9.8),
        rated("M-1", ("Mozilla", "Firefox ESR"), "CVE-2026-0002", 5.3),
        exploited("CVE-2026-0003"),
    ] {
        id(&import(&app, &by, &document, None).await);
    }
    for (handle, number, cve) in
        [("ALPHA", "A-1", "CVE-2026-0001"), ("BRAVO", "B-1", "CVE-2026-0004")]
    {
        let team = officer(&app, handle).await;
        let document = csaf(handle, number, "1", &[cve], None);
        id(&import(&app, &team, &document, None).await);
    }
    app
}

/// The groups that a viewer finds, by the letter of one of their advisories; how many are counted
/// is the same.
async fn found(app: &App, viewer: &Viewer, query: &str) -> String {
    let filter = Filter { query: typed(query).unwrap(), ..Filter::default() };
    let groups = app.groups(viewer, &filter, 100).await.unwrap();
    assert_eq!(app.count_groups(viewer, &filter, 100).await.unwrap().groups, groups.len() as i64);
    let letter = |one: &campanile::app::advisories::groups::ListedGroup| {
        let has = |number: &str| one.summary.strip.iter().any(|cell| cell.number == number);
        let known = [("W-1", 'W'), ("M-1", 'M'), ("CVE-2026-0003", 'K'), ("B-1", 'B')];
        known.iter().find(|(number, _)| has(number)).map_or('?', |(_, letter)| *letter)
    };
    let mut letters: Vec<_> = groups.iter().map(letter).collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

/// The numbers of the advisories that a viewer finds.
async fn listed(app: &App, viewer: &Viewer, query: &str) -> Vec<String> {
    let found = app.advisories(viewer, &typed(query).unwrap(), 100).await.unwrap();
    let mut numbers: Vec<_> = found.into_iter().map(|one| one.number).collect();
    numbers.sort();
    numbers
}

/// What ALPHA finds that watches M and has claimed B.
const FIELDS: &[(&str, &str)] = &[
    ("", "BKMW"),
    ("überlauf", "MW"),
    ("ÜBERLAUF firefox", "M"),
    ("\"firefox esr\"", "M"),
    ("\"esr firefox\"", ""),
    ("\"wild\" or esr", "KM"),
    ("not überlauf", "BK"),
    ("हिन्दी", ""),
    ("CAN-2026-0001", "W"),
    ("id:can-2026-0001,b-1", "BW"),
    ("id:CVE-2099-0001", ""),
    ("title:firefox", "M"),
    ("title:\"in ios\"", "W"),
    ("title:wild", ""),
    ("product:\"IOS xe\"", "W"),
    ("product:überlauf", ""),
    ("vendor:mozilla,cisco", "MW"),
    ("vendor:firefox", ""),
    ("issuer:cisco", "W"),
    ("issuer:us", "W"),
    ("issuer:bravo", "B"),
    ("issuer:members", "BW"),
    ("issuer:members issuer:cisco", "W"),
    ("issuer:100%", ""),
    ("kind:record", "K"),
    ("status:final not kind:record", "BMW"),
    ("format:csaf", "BMW"),
    ("format:cve,osv", "K"),
    ("tlp:clear", "MW"),
    ("tlp:none", "BKW"),
    ("restricted:yes", "BW"),
    ("restricted:no", "KMW"),
    ("published:2026-05-01", "BMW"),
    ("published>=2026-08-24", "K"),
    ("not published>=2026-08-24", "BMW"),
    ("new:yes", "K"),
    ("changed:today", "BKMW"),
    ("changed<=1h changed:yesterday", ""),
    ("changed<2026-08-25", ""),
    ("cvss>=9", "W"),
    ("cvss<9", "M"),
    ("cvss:9.8,5.3", "MW"),
    ("cvss3>=5.3 not cvss3>5.3", "M"),
    ("cvss2>=0 or cvss4>=0", ""),
    ("severity:critical", "W"),
    ("severity:medium,low", "M"),
    ("epss>=0", ""),
    ("exploited:yes", "K"),
    ("exploited:no", "BMW"),
    ("members>=2", "W"),
    ("members:1", "BKM"),
    ("teams>=1", "BW"),
    ("differs:yes", ""),
    ("differs:no", "BKMW"),
    ("only:us", ""),
    ("only:others", "B"),
    ("state:watching", "M"),
    ("state:unread", "BKW"),
    ("assessed:yes", "M"),
    ("assessed:no", "BKW"),
    ("claimed:me", "B"),
    ("claimed:us,alpha", "B"),
    ("claimed:officer", "B"),
    ("claimed:bravo", ""),
    ("claimed:none", "KMW"),
    ("not claimed:any", "KMW"),
];

on_both_databases! {
    async fn every_field_finds_the_groups_that_it_says(database: Database) {
        let app = filled(database).await;
        let alpha = officer(&app, "ALPHA").await;
        set_group_state(&app, &alpha, "M-1", "watching", "").await.unwrap();
        claim_group(&app, &alpha, "B-1", false).await.unwrap();
        for (query, expected) in FIELDS {
            assert_eq!(found(&app, &alpha, query).await, *expected, "{query}");
        }
        // The claim is over, and another team has another state.
        let later = app.another_at(9 * 3600).await;
        assert_eq!(found(&later, &alpha, "claimed:any").await, "");
        let bravo = officer(&app, "BRAVO").await;
        for (query, expected) in [
            ("state:watching", ""),
            ("only:us", "B"),
            ("only:others", "W"),
            ("claimed:me,us", ""),
            ("claimed:any", "B"),
        ] {
            assert_eq!(found(&app, &bravo, query).await, expected, "{query}");
        }
        // Nobody in particular has no team.
        for query in ["state:unread", "assessed:no", "issuer:us", "claimed:us", "claimed:me"] {
            assert_eq!(found(&app, &Viewer::operator(), query).await, "", "{query}");
        }
    }

    async fn change_after_the_assessment_is_found(database: Database) {
        let app = filled(database).await;
        let alpha = officer(&app, "ALPHA").await;
        set_group_state(&app, &alpha, "M-1", "done", "patched").await.unwrap();
        let later = app.another_at(60).await;
        let next = csaf("Mozilla", "M-1", "2", &["CVE-2026-0002"], Some("WHITE"));
        id(&import(&later, &Viewer::operator(), &next, None).await);
        assert_eq!(found(&later, &alpha, "assessed:changed").await, "M");
        assert_eq!(found(&later, &alpha, "state:done assessed:yes").await, "");
    }

    async fn column_in_which_ratings_differ_is_found(database: Database) {
        let app = filled(database).await;
        let alpha = officer(&app, "ALPHA").await;
        // Of one vulnerability, two give another vector, and a title looks like a column.
        let mut document: serde_json::Value = serde_json::from_slice(
            &rated("N-1", ("Mozilla", "Firefox"), "CVE-2026-0002", 9.8),
        ).unwrap();
        document["document"]["title"] = json!("\"differs\":[\"urgency\"] of x");
        document["document"]["publisher"]["name"] = json!("\"differs\":[\"urgency\"]");
        id(&import(&app, &alpha, &serde_json::to_vec(&document).unwrap(), None).await);
        for (query, expected) in [
            ("differs:yes", "M"),
            ("differs:cvss-3.1", "M"),
            ("differs:attack-vector,cvss-3.1", "M"),
            ("differs:impact", "M"),
            ("differs:attack-vector", ""),
            ("differs:cvss-2.0,urgency", ""),
            ("differs:risk", "M"),
            ("differs:no,cvss-3.1", "BKMW"),
            ("not differs:cvss-3.1", "BKW"),
        ] {
            for viewer in [&alpha, &Viewer::operator()] {
                assert_eq!(found(&app, viewer, query).await, expected, "{query}");
            }
        }
    }

    async fn same_fields_find_advisories(database: Database) {
        let app = filled(database).await;
        let alpha = officer(&app, "ALPHA").await;
        for (query, expected) in [
            ("issuer:us", vec!["A-1"]),
            ("members>=2", vec!["A-1", "W-1"]),
            ("id:CVE-2026-0001 cvss>=9", vec!["W-1"]),
            ("id:CVE-2026-0001 not cvss>=9", vec!["A-1"]),
            ("exploited:yes", vec!["CVE-2026-0003"]),
            ("only:others", vec!["B-1"]),
            ("überlauf product:esr", vec!["M-1"]),
            ("format:csaf tlp:none", vec!["A-1", "B-1"]),
        ] {
            assert_eq!(listed(&app, &alpha, query).await, expected, "{query}");
        }
    }

    async fn withheld_text_is_found_by_those_alone_who_see_it(database: Database) {
        let app = filled(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        // Public in M and W already; the advisories of the teams withhold it.
        let secret = "canary7c20 issuer:members";
        assert_eq!(listed(&app, &alpha, secret).await, ["A-1"]);
        assert_eq!(listed(&app, &bravo, secret).await, ["B-1"]);
        assert_eq!(listed(&app, &Viewer::operator(), secret).await, Vec::<String>::new());
        assert_eq!(found(&app, &bravo, "canary7c20").await, "BMW");
        assert_eq!(found(&app, &alpha, "canary7c20").await, "MW");
        assert_eq!(found(&app, &Viewer::operator(), "canary7c20").await, "MW");
        assert_eq!(found(&app, &alpha, "not canary7c20").await, "BK");
        // Shown to one more team, it is found by that one.
        let rest = Audience::Teams(["ALPHA".parse().unwrap()].into());
        let rules = Disclosure { rest, ..Disclosure::default() };
        campanile::actions::set_disclosure(&app, &bravo, Name::Id("B-1"), rules).await.unwrap();
        assert_eq!(found(&app, &alpha, "canary7c20").await, "BMW");
        assert_eq!(found(&app, &Viewer::operator(), "canary7c20").await, "MW");
    }

    async fn advisory_whose_existence_is_restricted_meets_no_condition_of_others(
        database: Database
    ) {
        let app = filled(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let exception = Some("plans of the site".into());
        let hidden = Disclosure { exception, ..Disclosure::default() };
        let document = rated("A-9", ("ALPHA", "Ghostware"), "CVE-2026-0009", 9.8);
        let row = id(&import(&app, &alpha, &document, Some(&hidden)).await);
        for query in [
            "ghostware", "title:ghostware", "product:ghostware", "vendor:alpha product:ghostware",
            "id:A-9", "id:CVE-2026-0009", "CVE-2026-0009", "issuer:alpha title:ghostware",
            "cvss>=9 id:A-9", "severity:critical id:A-9", "tlp:clear id:A-9",
            "published:2026-05-01 id:A-9", "restricted:yes id:A-9", "kind:advisory id:A-9",
            "not id:B-1 not kind:record not members>=1",
        ] {
            assert_eq!(listed(&app, &alpha, query).await, ["A-9"], "{query}");
            for other in [&bravo, &Viewer::operator()] {
                assert_eq!(listed(&app, other, query).await, Vec::<String>::new(), "{query}");
            }
            assert_eq!(found(&app, &alpha, query).await, "", "{query}");
        }
        for query in [format!("id:{row}"), "issuer:us not id:A-1".into()] {
            assert_eq!(listed(&app, &alpha, &query).await, ["A-9"], "{query}");
            assert_eq!(found(&app, &bravo, &format!("id:{row}")).await, "");
        }
        for query in ["not ghostware", "not id:A-9", "not severity:critical", ""] {
            let all = listed(&app, &bravo, query).await;
            assert!(!all.contains(&"A-9".into()) && !all.contains(&String::new()), "{query}");
        }
    }

    async fn who_may_not_see_advisories_finds_none(database: Database) {
        let app = filled(database).await;
        let observer = Viewer { role: Role::Observer, ..officer(&app, "ALPHA").await };
        for query in ["", "canary7c20", "not überlauf", "issuer:us", "claimed:none", "cvss>=9"] {
            assert_eq!(found(&app, &observer, query).await, "", "{query}");
            assert_eq!(listed(&app, &observer, query).await, Vec::<String>::new(), "{query}");
        }
    }

    async fn page_of_what_has_to_be_looked_at_goes_back_step_by_step(database: Database) {
        let app = filled(database).await;
        let alpha = officer(&app, "ALPHA").await;
        // Groups without advisories stand for so many that one look does not go through them all.
        let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10010) \
                   INSERT INTO advisory_group (id, title, members, teams, differs, exploited, \
                   first_at, changed_at, summary) SELECT 'G' || n, 'newer', 0, 0, 0, 0, \
                   $1 + n, $1 + n, '{\"identifiers\":[],\"more_identifiers\":false,\"strip\":[]}' FROM n";
        let mut write = app.db.begin_write().await.unwrap();
        let query = sqlx::query(sql).bind(app.now().micros());
        query.execute(&mut *write).await.unwrap();
        write.commit().await.unwrap();

        let filter = Filter { query: typed("issuer:cisco").unwrap(), ..Filter::default() };
        let page = app.groups_page(&alpha, &filter, 10).await.unwrap();
        assert_eq!(page.rows.len(), 0);
        assert!(page.horizon.is_some());
        let count = app.count_groups(&alpha, &filter, 10).await.unwrap();
        assert_eq!((count.groups, count.all), (0, false));

        let rest = Filter { after: page.older, ..filter.clone() };
        let page = app.groups_page(&alpha, &rest, 10).await.unwrap();
        assert_eq!((page.rows.len(), page.older, page.horizon), (1, None, None));
        // Whoever wants all of it, and whoever asks for words, gets it at once.
        assert_eq!(app.groups(&alpha, &filter, 10).await.unwrap().len(), 1);
        let words = Filter { query: typed("firefox").unwrap(), ..Filter::default() };
        let page = app.groups_page(&alpha, &words, 10).await.unwrap();
        assert_eq!((page.rows.len(), page.horizon), (1, None));
    }

    async fn largest_query_is_answered(database: Database) {
        let app = filled(database).await;
        let alpha = officer(&app, "ALPHA").await;
        use campanile_core::model::limits::QUERY_CONDITIONS_MAX;
        let each = ["wort", "not a or", "(cvss>=9", "and not", "title:\"a b\")", "issuer:x,y"];
        let all = each.iter().cycle().take(QUERY_CONDITIONS_MAX);
        let query: Vec<_> = all.copied().collect();
        // What the last condition says alone.
        assert_eq!(found(&app, &alpha, &query.join(" ")).await, "W");
    }
}

#[test]
fn mistake_is_shown_at_its_place() {
    let program = crate::support::Program::with_network(Database::sqlite());
    for command in ["group", "advisory"] {
        let output = program.run(&[command, "list", "--query", "xdr sevrity:high"]);
        assert_eq!(output.code, Some(1));
        let told: Vec<_> = output.stderr.lines().collect();
        assert_eq!(told[0], "error: the query cannot be read: there is no field `sevrity`");
        assert_eq!(told[1..3], ["  xdr sevrity:high", "      ^^^^^^^"]);
        assert!(told[3].starts_with("hint: did you mean `severity:`?"), "{told:?}");
        let none = program.json(&[command, "list", "--query", "cvss>=9 not kind:vex"]);
        assert_eq!(none.as_array().unwrap().len(), 0);
    }
}
