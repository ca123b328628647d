//! Decisions about groups, and what teams do about them.

use campanile::actions::{
    Deciding, claim_group, decide_group, set_group_state, undo_group_decision,
};

use super::*;
use crate::support::{Database, TestApp};

on_both_databases! {
    async fn detached_advisory_stays_out_after_a_new_version_until_it_is_undone(
        database: Database
    ) {
        let app = TestApp::on(database).await;
        let by = Viewer::operator();
        for number in ["V-1", "V-2"] {
            import(&app, &by, &csaf("Vendor", number, "1", &["CVE-2026-0001"], None), None).await;
        }
        assert_eq!(group_of(&app, "V-1").await, group_of(&app, "V-2").await);
        let row = app.find_advisory(&by, Name::Id("V-2")).await.unwrap().id;
        assert!(decide_group(&app, &by, Deciding::Detach(&row), " ").await.is_err());
        let why = "another bug in the same daemon";
        let decision = decide_group(&app, &by, Deciding::Detach(&row), why).await.unwrap();
        assert_ne!(group_of(&app, "V-1").await, group_of(&app, "V-2").await);
        import(&app, &by, &csaf("Vendor", "V-2", "2", &["CVE-2026-0001"], None), None).await;
        assert_ne!(group_of(&app, "V-1").await, group_of(&app, "V-2").await);
        let open = app.group(&by, "V-2").await.unwrap();
        assert_eq!(open.decisions[0].why.reason, why);
        undo_group_decision(&app, &by, &decision).await.unwrap();
        assert_eq!(group_of(&app, "V-1").await, group_of(&app, "V-2").await);
        assert!(undo_group_decision(&app, &by, &decision).await.is_err());
    }

    async fn joined_groups_keep_their_old_names_and_what_teams_said(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        let (by, alpha) = (Viewer::operator(), officer(&app, "ALPHA").await);
        for (number, cve) in [("V-1", "CVE-2026-0001"), ("V-2", "CVE-2026-0002")] {
            import(&app, &by, &csaf("Vendor", number, "1", &[cve], None), None).await;
        }
        let (one, other) = (group_of(&app, "V-1").await, group_of(&app, "V-2").await);
        set_group_state(&app, &alpha, &other, "watching", "").await.unwrap();
        assert!(set_group_state(&app, &alpha, &other, "irrelevant", "").await.is_err());
        let row = async |number| app.find_advisory(&by, Name::Id(number)).await.unwrap().id;
        let (a, b) = (row("V-1").await, row("V-2").await);
        decide_group(&app, &by, Deciding::Join(&a, &b), "same bug").await.unwrap();
        let joint = app.find_group(&alpha, &one).await.unwrap();
        assert_eq!(app.find_group(&alpha, &other).await.unwrap().id, joint.id);
        assert_eq!(joint.members, 2);
        let open = app.group(&alpha, &joint.id).await.unwrap();
        assert_eq!(open.listed.state.unwrap().state, "watching");
    }

    async fn new_version_leaves_the_state_and_marks_it(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        let (by, alpha) = (Viewer::operator(), officer(&app, "ALPHA").await);
        import(&app, &by, &csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None), None).await;
        set_group_state(&app, &alpha, "V-1", "done", "patched").await.unwrap();
        let state = async |app: &App| {
            let open = app.group(&alpha, "CVE-2026-0001").await.unwrap();
            let state = open.listed.state.unwrap();
            (state.state, state.changed_since)
        };
        assert_eq!(state(&app).await, ("done".into(), false));
        let later = app.another_at(60).await;
        let document = csaf("Vendor", "V-1", "2", &["CVE-2026-0001"], None);
        import(&later, &by, &document, None).await;
        assert_eq!(state(&later).await, ("done".into(), true));
    }

    async fn claim_ends_by_itself(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        app.team("BRAVO").await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let document = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None);
        import(&app, &Viewer::operator(), &document, None).await;
        claim_group(&app, &alpha, "V-1", false).await.unwrap();
        assert!(claim_group(&app, &bravo, "V-1", false).await.is_err());
        let open = app.group(&bravo, "V-1").await.unwrap();
        assert_eq!(open.listed.claim.unwrap().team, "ALPHA");
        let later = app.another_at(9 * 3600).await;
        assert!(later.group(&bravo, "V-1").await.unwrap().listed.claim.is_none());
        claim_group(&later, &bravo, "V-1", false).await.unwrap();
    }
}
