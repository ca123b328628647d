//! Documents are stored once, or refused with the reason.

use campanile::store::settings;
use campanile::store::teams::{self, Team};

use super::*;
use crate::support::{Database, TestApp};

on_both_databases! {
    async fn same_octets_are_taken_once(database: Database) {
        let app = TestApp::on(database).await;
        let by = Viewer::operator();
        let document = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None);
        let first = import(&app, &by, &document, None).await;
        assert!(matches!(first, Taken::Stored { versions: 1, .. }), "{first:?}");
        let again = import(&app, &by, &document, None).await;
        assert_eq!(again, Taken::Unchanged { id: id(&first) });
        let open = app.advisory(&by, Name::Id("v-1")).await.unwrap();
        assert_eq!(open.newest.document.as_deref(), Some(document.as_slice()));
    }

    async fn newest_version_is_told_by_what_it_says(database: Database) {
        let app = TestApp::on(database).await;
        let by = Viewer::operator();
        for version in ["2", "1", "3"] {
            let document = csaf("Vendor", "V-1", version, &["CVE-2026-0001"], None);
            import(&app, &by, &document, None).await;
        }
        let old = csaf("Vendor", "V-1", "1", &["CVE-2026-0009"], None);
        import(&app, &by, &old, None).await;
        let open = app.advisory(&by, Name::Id("V-1")).await.unwrap();
        assert_eq!((open.stored.version.as_str(), open.stored.versions), ("3", 4));
        let (_, versions) = app.advisory_versions(&by, Name::Id("V-1")).await.unwrap();
        let told: Vec<_> = versions.iter().map(|one| one.advisory.version.as_str()).collect();
        assert_eq!(told, ["2", "1", "3", "1"]);
        assert!(app.find_group(&by, "CVE-2026-0009").await.is_err());
    }

    async fn what_is_no_advisory_is_refused_with_the_place(database: Database) {
        let app = TestApp::on(database).await;
        let by = Viewer::operator();
        let broken = &csaf("Vendor", "V-1", "1", &[], None)[..100];
        for (octets, told) in [
            (b"{}".as_slice(), "no advisory"),
            (broken, "not well-formed"),
            (&csaf("", "V-1", "1", &[], None), "who issued it"),
            (&csaf("Vendor", "", "1", &[], None), "at /document/tracking: there is no id"),
        ] {
            let Taken::Refused { why } = import(&app, &by, octets, None).await else {
                panic!("taken: {told}");
            };
            assert!(why.contains(told), "{why}");
        }
        assert_eq!(app.newest_advisories(&by, 10).await.unwrap(), []);
    }

    async fn nobody_brings_in_the_advisories_of_another_team(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        app.team("BRAVO").await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let document = csaf("alpha", "A-1", "1", &["CVE-2026-0001"], None);
        let refused = import(&app, &bravo, &document, None).await;
        assert!(matches!(refused, Taken::Refused { .. }), "{refused:?}");
        let stored = import(&app, &alpha, &document, None).await;
        assert!(matches!(stored, Taken::Stored { .. }), "{stored:?}");
        // What is of nobody here is kept apart by who brought it.
        let first = csaf("Vendor", "V-1", "1", &["CVE-2026-0002"], Some("WHITE"));
        let second = csaf("Vendor", "V-1", "2", &["CVE-2026-0003"], Some("WHITE"));
        let (first, second) =
            (import(&app, &alpha, &first, None).await, import(&app, &bravo, &second, None).await);
        assert_ne!(id(&first), id(&second));
    }

    async fn no_team_takes_over_the_advisories_of_another_by_its_name(database: Database) {
        let app = TestApp::on(database).await;
        for handle in ["ALPHA", "BRAVO", "CHARLIE"] {
            app.team(handle).await;
        }
        let rename = async |handle: &str, name: &str| {
            // As names were before those that look like others were refused.
            let mut write = settings::begin_registry_change(&app.db).await.unwrap();
            let handle = handle.parse().unwrap();
            let team = teams::by_handle(&mut write, &handle).await.unwrap().unwrap();
            let team = Team { name: name.into(), ..team };
            teams::update(&mut write, &team).await.unwrap();
            write.commit().await.unwrap();
        };
        rename("BRAVO", "Alpha").await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        let refused = import(&app, &bravo, &document, None).await;
        assert!(matches!(refused, Taken::Refused { .. }), "{refused:?}");
        let stored = import(&app, &alpha, &document, None).await;
        assert!(matches!(stored, Taken::Stored { .. }), "{stored:?}");
        // A name that two bear is of neither.
        rename("BRAVO", "The CERT").await;
        rename("CHARLIE", "the cert").await;
        let document = csaf("The CERT", "T-1", "1", &["CVE-2026-0002"], Some("WHITE"));
        let row = id(&import(&app, &bravo, &document, None).await);
        let open = app.advisory(&bravo, Name::Row(&row)).await.unwrap();
        assert_eq!(open.stored.team, None);
    }

    async fn words_find_what_everybody_may_see(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        let by = Viewer::operator();
        let public = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None);
        import(&app, &by, &public, None).await;
        let alpha = officer(&app, "ALPHA").await;
        let own = csaf("alpha", "A-1", "1", &["CVE-2026-0002"], None);
        import(&app, &alpha, &own, None).await;
        let find = async |text: &str| {
            use campanile::store::advisories::groups::Filter;
            let query = campanile::app::advisories::typed(text).unwrap();
            let filter = Filter { query, ..Filter::default() };
            let found = app.groups(&by, &filter, 10).await.unwrap();
            found.into_iter().map(|one| one.group.title).collect::<Vec<_>>()
        };
        assert_eq!(find("canary7c20 XDR").await, ["Title of V-1"]);
        assert_eq!(find("CVE-2026-0002").await, ["Title of A-1"]);
        assert_eq!(find("canary7c20 nowhere").await, Vec::<String>::new());
        assert_eq!(find("\"' OR * - &|!( title\"").await, Vec::<String>::new());
        assert_eq!(find("").await.len(), 2);
    }
}

/// An issuer has used one number twice: the later of both is the newest, in whatever order they
/// come.
#[tokio::test]
async fn newest_is_told_by_the_day_of_publication_where_nothing_else_is_said() {
    let document = |day: &str, title: &str| {
        format!(
            "## mfsa2022-39.yml\nannounced: September {day}, 2022\nimpact: high\n\
             fixed_in:\n- {title}\ntitle: {title}\nadvisories:\n  CVE-2022-30{day}:\n    \
             title: One\n    impact: high\n    reporter: R\n    description: |\n      D\n"
        )
    };
    let both = [document("19", "Thunderbird"), document("20", "Firefox")];
    for order in [[0, 1], [1, 0]] {
        let app = TestApp::on(Database::sqlite()).await;
        let by = Viewer::operator();
        for at in order {
            import(&app, &by, both[at].as_bytes(), None).await;
        }
        let open = app.advisory(&by, Name::Id("mfsa2022-39")).await.unwrap();
        assert_eq!((open.stored.title.as_str(), open.stored.versions), ("Firefox", 2));
    }
}
