//! How a team becomes a member, and what is on record about it.

use campanile::actions::{
    self, Accepting, Actor, Admission, Applying, Filing, NewVoice, Outcome, Shown, TeamChange,
    Verdict, accept_conduct, apply, attest, change_team, confirm_contact_data, confirm_team_key,
    decide_application, leave_network, object, remind_contact_data, request_team_key, set_conduct,
    set_team_state,
};
use campanile::app::App;
use campanile::app::applications::OpenApplication;
use campanile::clock::Clock;
use campanile::error::Kind as Fault;
use campanile::store::{audit, conduct, credentials, membership, people, teams};
use campanile_core::authz::{Membership, Viewer};
use campanile_core::crypto::openpgp::SecretKey;
use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::membership::{
    ApplicationState, CONFIRMATION_SECONDS, Directory, Form, Requirement, SignatureKind, Statement,
};
use campanile_core::model::person::Role;
use campanile_core::model::team::{Standing, TeamState};

use crate::support::{Database, Kind, Letter, NOW, TestApp, Toy, contains, eventually};

pub const OPERATOR: Actor<'static> = Actor::Operator;
const TEXT: &[u8] = b"Keep to yourself what you are told.\nAct on alerts.\n";
const MET: &[Statement] = &[Statement::MetInPerson, Statement::WorkedTogether];

fn key(address: &str) -> SecretKey {
    SecretKey::generate("New CERT", &address.parse().unwrap(), NOW).unwrap()
}

fn applying(key: &SecretKey) -> Applying {
    Applying {
        form: Form {
            handle: "NEW-CERT".into(),
            name: "New CERT".into(),
            fqdn: "new-cert.example".into(),
            standing: "accredited".into(),
            evidence: "https://registry.example/new-cert".into(),
            emails: "cert@new-cert.example".into(),
            phone: "+49 40 1".into(),
            contact_name: "Ada Canary".into(),
            contact_email: "ada@new-cert.example".into(),
            sponsors: "ALPHA\nBRAVO".into(),
            remark: "CANARY-REMARK".into(),
            ..Form::default()
        },
        openpgp: key.certificate().armored(),
        ..Applying::default()
    }
}

async fn filed(app: &App, applying: &Applying) -> String {
    match apply(app, OPERATOR, applying).await.unwrap() {
        Filing::Filed(id) => id,
        Filing::Faulty(faults) => panic!("{faults:?}"),
    }
}

async fn sponsored(app: &App, id: &str, team: &str) {
    let voice = NewVoice {
        application: id,
        team: Some(team),
        person: "Somebody",
        statements: MET,
        remark: "CANARY-VOICE",
    };
    attest(app, OPERATOR, &voice).await.unwrap();
}

async fn seen(app: &App, id: &str) -> OpenApplication {
    app.application(&Viewer::operator(), id).await.unwrap().unwrap()
}

fn missing(application: &OpenApplication) -> Vec<Requirement> {
    let lacks = application.requirements.iter().filter(|(_, met)| !met);
    lacks.map(|(what, _)| *what).collect()
}

/// A network with two teams, a code of conduct, and an application that lacks nothing.
pub async fn complete(app: &TestApp) -> (String, SecretKey) {
    for handle in ["ALPHA", "BRAVO"] {
        app.team(handle).await;
    }
    app.list("alert").await;
    set_conduct(app, OPERATOR, "1.0", TEXT).await.unwrap();
    let key = key("cert@new-cert.example");
    let id = filed(app, &applying(&key)).await;
    sponsored(app, &id, "ALPHA").await;
    sponsored(app, &id, "BRAVO").await;
    let who = Accepting::Applicant(&id);
    accept_conduct(app, OPERATOR, who, "Ada", Shown::Paper("folder 3")).await.unwrap();
    (id, key)
}

fn admission() -> Verdict<'static> {
    Verdict::Admit(Admission::default())
}

fn viewer(team: &teams::Team, role: Role) -> Viewer {
    let own = Membership { id: team.id.clone(), handle: team.handle.clone(), state: team.state };
    Viewer { login: "l".into(), name: "Zoe".into(), role, team: Some(own) }
}

on_both_databases! {
    async fn applicant_is_a_candidate_until_its_key_is_confirmed(database: Database) {
        let app = TestApp::on(database).await;
        let (id, key) = complete(&app).await;
        assert_eq!(missing(&seen(&app, &id).await), []);
        let lists = ["alert".to_owned()];
        let verdict = Verdict::Admit(Admission { lists: &lists, ..Admission::default() });
        let team = decide_application(&app, OPERATOR, &id, verdict, "two sponsors").await;
        let team = team.unwrap().unwrap();
        assert_eq!((team.state, team.standing), (TeamState::Candidate, Standing::Accredited));
        let fingerprint = key.fingerprint();
        let mut read = app.db.read().await.unwrap();
        let keys = credentials::of_team(&mut read, &team.id).await.unwrap();
        assert_eq!(keys[0].state, KeyState::Pending);
        let people = people::of_team(&mut read, &team.id).await.unwrap();
        assert_eq!((people[0].name.as_str(), people[0].role), ("Ada Canary", Role::Representative));
        drop(read);
        assert!(app.network().await.unwrap().teams.iter().all(|team| team.openpgp.is_empty()));

        let done = confirm_team_key(&app, OPERATOR, "new-cert", fingerprint.as_str()).await;
        assert_eq!(done.unwrap(), Outcome::Changed);
        let mut read = app.db.read().await.unwrap();
        let team = teams::by_handle(&mut read, &team.handle).await.unwrap().unwrap();
        assert_eq!(team.state, TeamState::Active);
        let record = membership::of_team(&mut read, &team.id).await.unwrap();
        assert!(record.welcome && record.welcomed_at.is_none());
        let accepted = conduct::accepted(&mut read, conduct::Party::Team(&team.id)).await.unwrap();
        assert_eq!(accepted[0].kind, SignatureKind::Paper);
        assert!(app.network().await.unwrap().teams.iter().any(|team| !team.openpgp.is_empty()));
    }

    async fn key_compared_before_the_decision_counts_at_once(database: Database) {
        let app = TestApp::on(database).await;
        let (id, key) = complete(&app).await;
        let confirmed = [key.fingerprint().to_string()];
        let verdict = Verdict::Admit(Admission { confirmed: &confirmed, ..Admission::default() });
        let team = decide_application(&app, OPERATOR, &id, verdict, "called").await.unwrap();
        assert_eq!(team.unwrap().state, TeamState::Active);
        let foreign = self::key("x@y.example").fingerprint();
        let done = confirm_team_key(&app, OPERATOR, "NEW-CERT", foreign.as_str()).await;
        assert_eq!(done.unwrap_err().kind(), Fault::NotFound);
    }

    async fn applicant_that_lacks_something_is_not_admitted(database: Database) {
        let app = TestApp::on(database).await;
        for handle in ["ALPHA", "BRAVO"] {
            app.team(handle).await;
        }
        set_conduct(&app, OPERATOR, "1.0", TEXT).await.unwrap();
        let key = key("cert@new-cert.example");
        let id = filed(&app, &applying(&key)).await;
        sponsored(&app, &id, "ALPHA").await;
        let refused = decide_application(&app, OPERATOR, &id, admission(), "x").await.unwrap_err();
        assert_eq!(refused.kind(), Fault::Conflict);
        assert!(refused.public().contains("two active teams"), "{refused}");
        assert!(refused.public().contains("code of conduct"), "{refused}");
        assert_eq!(seen(&app, &id).await.state, ApplicationState::Waiting);
        assert!(app.network().await.unwrap().teams.len() == 2, "nothing was made");
    }

    async fn sponsor_that_is_suspended_does_not_count(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        let done = set_team_state(&app, OPERATOR, "BRAVO", TeamState::Suspended).await;
        assert_eq!(done.unwrap(), Outcome::Changed);
        assert_eq!(missing(&seen(&app, &id).await), [Requirement::Sponsors]);
        let voice = NewVoice {
            application: &id,
            team: Some("BRAVO"),
            person: "Somebody",
            statements: MET,
            remark: "",
        };
        let refused = attest(&app, OPERATOR, &voice).await.unwrap_err();
        assert_eq!(refused.kind(), Fault::Denied);
    }

    async fn team_does_not_vouch_for_itself(database: Database) {
        let app = TestApp::on(database).await;
        app.team("NEW-CERT").await;
        let id = filed(&app, &applying(&key("cert@new-cert.example"))).await;
        let voice = NewVoice {
            application: &id,
            team: Some("NEW-CERT"),
            person: "Ada",
            statements: MET,
            remark: "",
        };
        let refused = attest(&app, OPERATOR, &voice).await.unwrap_err();
        assert!(refused.public().contains("vouch for itself"), "{refused}");
    }

    async fn form_that_names_a_member_is_filed_and_says_nothing(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        app.team("NEW-CERT").await;
        let decided = decide_application(&app, OPERATOR, &id, admission(), "x").await;
        let refused = decided.unwrap_err();
        assert!(refused.public().contains("already"), "{refused}");
        filed(&app, &applying(&key("cert@new-cert.example"))).await;
    }

    async fn later_voice_of_a_team_replaces_its_earlier_one(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        let voice = NewVoice {
            application: &id,
            team: Some("BRAVO"),
            person: "Bob",
            remark: "They leak.",
            ..NewVoice::default()
        };
        object(&app, OPERATOR, &voice).await.unwrap();
        let application = seen(&app, &id).await;
        assert_eq!(application.voices.len(), 2);
        assert_eq!(missing(&application), [Requirement::Sponsors]);
    }

    async fn objection_is_read_by_the_operator_and_by_who_made_it(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        let voice = NewVoice { application: &id, remark: "They leak.", ..NewVoice::default() };
        let mut read = app.db.read().await.unwrap();
        let all = teams::all(&mut read).await.unwrap();
        drop(read);
        let [alpha, bravo] = all.as_slice() else { panic!("two teams") };
        let zoe = viewer(bravo, Role::Representative);
        object(&app, Actor::Member(&zoe), &voice).await.unwrap();
        let voices = |viewer: Viewer| {
            let (app, id) = (&app, &id);
            async move { app.application(&viewer, id).await.unwrap().unwrap().voices.len() }
        };
        assert_eq!(voices(Viewer::operator()).await, 2);
        assert_eq!(voices(zoe).await, 2);
        assert_eq!(voices(viewer(alpha, Role::Officer)).await, 1);
        let reader = viewer(alpha, Role::Reader);
        let refused = object(&app, Actor::Member(&reader), &voice).await.unwrap_err();
        assert_eq!(refused.kind(), Fault::Denied);
    }

    async fn decided_application_does_not_exist_for_teams(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        let alpha = app.application(&Viewer::operator(), &id).await.unwrap().unwrap();
        assert_eq!(alpha.state, ApplicationState::Waiting);
        decide_application(&app, OPERATOR, &id, Verdict::Reject, "no").await.unwrap();
        let mut read = app.db.read().await.unwrap();
        let team = teams::all(&mut read).await.unwrap().remove(0);
        drop(read);
        let zoe = viewer(&team, Role::Representative);
        assert!(app.application(&zoe, &id).await.unwrap().is_none());
        assert!(app.applications(&zoe, false).await.unwrap().is_empty());
        assert_eq!(app.applications(&Viewer::operator(), false).await.unwrap().len(), 1);
        let observer = viewer(&team, Role::Observer);
        assert!(app.applications(&observer, true).await.unwrap().is_empty());
    }

    async fn fourth_application_after_three_rejections_is_rejected_at_once(database: Database) {
        let app = TestApp::on(database).await;
        let mut form = applying(&key("cert@new-cert.example"));
        for _ in 0..3 {
            let id = filed(&app, &form).await;
            decide_application(&app, OPERATOR, &id, Verdict::Reject, "no").await.unwrap();
        }
        let id = filed(&app, &form).await;
        assert_eq!(seen(&app, &id).await.state, ApplicationState::Rejected);
        form.form.circumstances = "We have a new host.".into();
        let id = filed(&app, &form).await;
        assert_eq!(seen(&app, &id).await.state, ApplicationState::Waiting);
    }

    async fn decision_without_a_reason_or_by_a_team_is_refused(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        let refused = decide_application(&app, OPERATOR, &id, admission(), " ").await.unwrap_err();
        assert_eq!(refused.kind(), Fault::Invalid);
        let mut read = app.db.read().await.unwrap();
        let team = teams::all(&mut read).await.unwrap().remove(0);
        drop(read);
        let zoe = viewer(&team, Role::Representative);
        let refused = decide_application(&app, Actor::Member(&zoe), &id, admission(), "x").await;
        assert_eq!(refused.unwrap_err().kind(), Fault::Denied);
        decide_application(&app, OPERATOR, &id, admission(), "x").await.unwrap();
        let again = decide_application(&app, OPERATOR, &id, Verdict::Reject, "x").await;
        assert_eq!(again.unwrap_err().kind(), Fault::Conflict);
    }

    async fn member_changes_the_data_of_its_own_team_only(database: Database) {
        let app = TestApp::on(database).await;
        let alpha = app.team("ALPHA").await;
        app.team("BRAVO").await;
        let zoe = viewer(&alpha, Role::Representative);
        let by = Actor::Member(&zoe);
        let change = || TeamChange { phone: Some("+49 1".into()), ..TeamChange::default() };
        assert_eq!(change_team(&app, by, "alpha", change()).await.unwrap(), Outcome::Changed);
        assert_eq!(change_team(&app, by, "alpha", change()).await.unwrap(), Outcome::Unchanged);
        let foreign = change_team(&app, by, "BRAVO", change()).await.unwrap_err();
        let absent = change_team(&app, by, "NOBODY", change()).await.unwrap_err();
        assert_eq!(foreign.public().replace("BRAVO", ""), absent.public().replace("NOBODY", ""));
        let standing = TeamChange { standing: Some("partner".into()), ..TeamChange::default() };
        let refused = change_team(&app, by, "ALPHA", standing).await.unwrap_err();
        assert_eq!(refused.kind(), Fault::Denied);
        let officer = viewer(&alpha, Role::Officer);
        let refused = change_team(&app, Actor::Member(&officer), "ALPHA", change()).await;
        assert_eq!(refused.unwrap_err().kind(), Fault::Denied);
    }

    async fn address_of_another_team_is_not_taken(database: Database) {
        let app = TestApp::on(database).await;
        let bravo = app.team("BRAVO").await;
        app.team("ALPHA").await;
        let emails = |address: &str| TeamChange {
            emails: Some(vec![address.to_owned()]),
            ..TeamChange::default()
        };
        let refused =
            change_team(&app, OPERATOR, "ALPHA", emails(bravo.emails[0].as_str())).await;
        assert_eq!(refused.unwrap_err().kind(), Fault::Conflict);
        let done = change_team(&app, OPERATOR, "ALPHA", emails("new@alpha.example")).await;
        assert_eq!(done.unwrap(), Outcome::Changed);
        let network = app.network().await.unwrap();
        assert!(network.team_of(&"new@alpha.example".parse().unwrap()).is_some());
        assert!(network.team_of(&"cert@alpha.example".parse().unwrap()).is_none());
    }

    async fn key_that_a_member_offers_waits_for_the_operator(database: Database) {
        let app = TestApp::on(database).await;
        let alpha = app.team("ALPHA").await;
        let zoe = viewer(&alpha, Role::Representative);
        let by = Actor::Member(&zoe);
        let offered = key("cert@alpha.example");
        let file = offered.certificate().armored();
        let (outcome, row) =
            request_team_key(&app, by, "ALPHA", Protocol::Openpgp, file.as_bytes()).await.unwrap();
        assert_eq!((outcome, row.state), (Outcome::Changed, KeyState::Pending));
        assert!(app.network().await.unwrap().teams[0].openpgp.is_empty());
        let own = confirm_team_key(&app, by, "ALPHA", row.fingerprint.as_str()).await;
        assert_eq!(own.unwrap_err().kind(), Fault::Denied);
        for _ in 0..4 {
            let file = key("cert@alpha.example").certificate().armored();
            let more = request_team_key(&app, by, "ALPHA", Protocol::Openpgp, file.as_bytes());
            assert_eq!(more.await.unwrap().0, Outcome::Changed);
        }
        let file = key("cert@alpha.example").certificate().armored();
        let full = request_team_key(&app, by, "ALPHA", Protocol::Openpgp, file.as_bytes()).await;
        assert_eq!(full.unwrap_err().kind(), Fault::Conflict);
    }

    async fn team_that_left_loses_lists_and_trust_and_stays_on_record(database: Database) {
        let app = TestApp::on(database).await;
        let (id, key) = complete(&app).await;
        let confirmed = [key.fingerprint().to_string()];
        let lists = ["alert".to_owned()];
        let admission = Admission { confirmed: &confirmed, lists: &lists, evidence: "" };
        decide_application(&app, OPERATOR, &id, Verdict::Admit(admission), "x").await.unwrap();
        let left = leave_network(&app, OPERATOR, "NEW-CERT", "merged").await.unwrap();
        assert_eq!(left, Outcome::Changed);
        let network = app.network().await.unwrap();
        let team = network.teams.iter().find(|team| team.handle.as_str() == "NEW-CERT").unwrap();
        assert_eq!(team.state, TeamState::Left);
        assert!(team.openpgp.is_empty() && network.lists[0].subscribers.is_empty());

        // It comes back with the same key, which is compared anew.
        let id = filed(&app, &applying(&key)).await;
        sponsored(&app, &id, "ALPHA").await;
        sponsored(&app, &id, "BRAVO").await;
        let who = Accepting::Applicant(&id);
        accept_conduct(&app, OPERATOR, who, "Ada", Shown::Paper("folder 4")).await.unwrap();
        let team = decide_application(&app, OPERATOR, &id, self::admission(), "back").await;
        let team = team.unwrap().unwrap();
        assert_eq!(team.state, TeamState::Candidate);
        let mut read = app.db.read().await.unwrap();
        let keys = credentials::of_team(&mut read, &team.id).await.unwrap();
        assert_eq!(keys.iter().map(|key| key.state).collect::<Vec<_>>(), [KeyState::Pending]);
    }

    async fn contact_data_are_confirmed_for_four_months(database: Database) {
        let app = TestApp::on(database).await;
        let team = app.team("ALPHA").await;
        let mut read = app.db.read().await.unwrap();
        let record = membership::of_team(&mut read, &team.id).await.unwrap();
        drop(read);
        let later = NOW.plus_seconds(CONFIRMATION_SECONDS);
        assert!(record.confirmation(team.created_at).overdue(later));
        let config = app.config.clone();
        let later = App::open_with(&app.dir, config, Clock::Fixed(later)).await.unwrap();
        confirm_contact_data(&later, OPERATOR, "ALPHA").await.unwrap();
        let mut read = later.db.read().await.unwrap();
        let record = membership::of_team(&mut read, &team.id).await.unwrap();
        assert!(!record.confirmation(team.created_at).due(later.now()));
    }

    async fn record_of_a_team_is_kept_and_its_changes_are_named(database: Database) {
        let app = TestApp::on(database).await;
        let team = app.team("ALPHA").await;
        let directory =
            Directory { host_organisation: "University".into(), ..Directory::default() };
        let change =
            TeamChange { directory: Some(directory.clone()), ..TeamChange::default() };
        assert_eq!(change_team(&app, OPERATOR, "ALPHA", change).await.unwrap(), Outcome::Changed);
        let mut read = app.db.read().await.unwrap();
        let record = membership::of_team(&mut read, &team.id).await.unwrap();
        assert_eq!(record.directory, directory);
        let entries = audit::after(&mut read, 0, 1000).await.unwrap();
        let last = entries.last().unwrap();
        assert_eq!(last.action, "team.change");
        let detail = last.detail.to_string();
        assert!(detail.contains("host organisation") && !detail.contains("University"));
    }

    async fn what_applicants_and_sponsors_write_is_sealed_at_rest(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        decide_application(&app, OPERATOR, &id, Verdict::Reject, "CANARY-REASON").await.unwrap();
        let mut read = app.db.read().await.unwrap();
        let rows = campanile::store::applications::all(&mut read, false).await.unwrap();
        let voices = campanile::store::applications::voices(&mut read, &id).await.unwrap();
        assert_eq!(voices.len(), 2);
        let sealed = rows.iter().flat_map(|row| [Some(&row.sealed), row.decision.as_ref()]);
        for bytes in sealed.flatten().chain(voices.iter().map(|voice| &voice.sealed)) {
            assert!(!contains(bytes, b"CANARY") && !contains(bytes, b"Canary"));
        }
        let entries = audit::after(&mut read, 0, 1000).await.unwrap();
        assert!(entries.iter().all(|entry| !entry.detail.to_string().contains("CANARY")));
    }
}

#[tokio::test]
async fn faulty_form_is_told_field_by_field_and_files_nothing() {
    let app = TestApp::on(Database::sqlite()).await;
    let applying = Applying { openpgp: "no key".into(), ..Applying::default() };
    let Filing::Faulty(faults) = apply(&app, OPERATOR, &applying).await.unwrap() else {
        panic!("it is full of faults");
    };
    assert!(faults.iter().any(|fault| fault.field == "handle"));
    let mut wrong_key = self::applying(&key("else@where.example"));
    let Filing::Faulty(faults) = apply(&app, OPERATOR, &wrong_key).await.unwrap() else {
        panic!("the key is for another address");
    };
    assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), ["openpgp"]);
    wrong_key.openpgp = String::new();
    let Filing::Faulty(faults) = apply(&app, OPERATOR, &wrong_key).await.unwrap() else {
        panic!("there is no key");
    };
    assert_eq!(faults[0].field, "openpgp");
    assert!(app.applications(&Viewer::operator(), false).await.unwrap().is_empty());
}

/// A detached signature as a team makes it with GnuPG.
fn gpg_signature(key: &SecretKey, text: &[u8]) -> Option<Vec<u8>> {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let run = |arguments: &[&std::ffi::OsStr]| {
        let mut command = std::process::Command::new("gpg");
        command.arg("--homedir").arg(home.path()).args(["--batch", "--quiet"]).args(arguments);
        command.output().ok().filter(|output| output.status.success())
    };
    let secret = file("key", &key.to_secret_armored());
    let text = file("text", text);
    run(&["--import".as_ref(), secret.as_os_str()])?;
    let signature = run(&[
        "--armor".as_ref(),
        "--output".as_ref(),
        "-".as_ref(),
        "--detach-sign".as_ref(),
        text.as_os_str(),
    ])?;
    Some(signature.stdout)
}

#[tokio::test]
async fn signature_over_the_code_of_conduct_counts_only_by_a_key_of_the_team() {
    let app = TestApp::on(Database::sqlite()).await;
    let clock = Clock::System;
    let app = App::open_with(&app.dir, app.config.clone(), clock).await.unwrap();
    set_conduct(&app, OPERATOR, "1.0", TEXT).await.unwrap();
    let own = key("cert@new-cert.example");
    let id = filed(&app, &applying(&own)).await;
    let who = Accepting::Applicant(&id);
    let Some(good) = gpg_signature(&own, TEXT) else {
        println!("skipped: there is no gpg");
        return;
    };
    let other = gpg_signature(&key("cert@new-cert.example"), TEXT).unwrap();
    let elsewhere = gpg_signature(&own, b"Another text.\n").unwrap();
    for bad in [&other, &elsewhere, &b"no signature".to_vec()] {
        let refused = accept_conduct(&app, OPERATOR, who, "Ada", Shown::Signature(bad)).await;
        assert_eq!(refused.unwrap_err().kind(), Fault::Invalid);
    }
    let accepted = accept_conduct(&app, OPERATOR, who, "Ada", Shown::Signature(&good)).await;
    let accepted = accepted.unwrap();
    assert_eq!(accepted.kind, SignatureKind::Openpgp);
    assert_eq!(accepted.evidence, own.fingerprint().to_string());
    assert_eq!(accepted.version, "1.0");

    // A newer text is another fact.
    set_conduct(&app, OPERATOR, "2.0", b"Something else.\n").await.unwrap();
    assert!(missing(&seen(&app, &id).await).contains(&Requirement::Conduct));
}

#[tokio::test]
async fn version_of_the_code_of_conduct_is_never_changed() {
    let app = TestApp::on(Database::sqlite()).await;
    set_conduct(&app, OPERATOR, "1.0", TEXT).await.unwrap();
    for (version, text) in [("1.0", &b"Other.\n"[..]), ("1.1", TEXT)] {
        let refused = set_conduct(&app, OPERATOR, version, text).await.unwrap_err();
        assert_eq!(refused.kind(), Fault::Conflict);
    }
    assert!(set_conduct(&app, OPERATOR, "1.1", b"\xff").await.is_err());
}

#[tokio::test]
async fn new_team_is_handed_everything_in_one_sealed_mail() {
    let mut toy =
        Toy::new(Database::sqlite(), &[("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime)]).await;
    toy.serve();
    for handle in ["ALPHA", "BRAVO"] {
        toy.program.ok(&["team", "welcome", handle]);
    }
    for copy in toy.copies(2) {
        let at = toy.members.iter().position(|member| member.address == copy.recipient).unwrap();
        assert!(!contains(&copy.bytes, b"Welcome") && !contains(&copy.bytes, b"HOW TO"));
        let body = toy.open(&toy.members[at], &copy);
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains("write to    alert@list.example"), "{text}");
        assert!(text.contains("https://localhost:"), "{text}");
        for file in ["alert.asc", "alert.pem"] {
            assert!(text.contains(&format!("filename=\"{file}\"")), "{text}");
        }
    }
    toy.settled();
    let audit = toy.audit("team.welcome").await;
    assert_eq!(audit.len(), 2, "once each");
}

#[tokio::test]
async fn team_is_reminded_sealed_or_without_content() {
    let app = TestApp::on(Database::sqlite()).await;
    for handle in ["ALPHA", "BRAVO"] {
        app.team(handle).await;
    }
    app.list("alert").await;
    let by = OPERATOR;
    actions::generate_list_key(&app, by, "alert", actions::NewKeys::Missing).await.unwrap();
    for handle in ["ALPHA", "BRAVO"] {
        let _ = actions::subscribe(&app, by, "alert", handle).await.unwrap();
    }
    let file = key("cert@alpha.example").certificate().armored();
    let added = actions::add_team_key(&app, by, "ALPHA", Protocol::Openpgp, file.as_bytes()).await;
    added.unwrap();
    assert_eq!(remind_contact_data(&app).await.unwrap(), 0, "not yet");
    let config = app.config.clone();
    let later = Clock::Fixed(NOW.plus_seconds(CONFIRMATION_SECONDS));
    let later = App::open_with(&app.dir, config, later).await.unwrap();
    assert_eq!(remind_contact_data(&later).await.unwrap(), 2);
    assert_eq!(remind_contact_data(&later).await.unwrap(), 0, "once in two weeks");
    let mut read = later.db.read().await.unwrap();
    let queue = campanile::store::deliveries::list(&mut read, false).await.unwrap();
    let mut kinds: Vec<_> =
        queue.iter().map(|row| (row.team.as_str(), row.kind.as_str())).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [("ALPHA", "reminder"), ("BRAVO", "warning")]);
}

#[tokio::test]
async fn copies_that_wait_go_to_the_new_address() {
    let mut toy = Toy::new(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    toy.serve();
    toy.hop.stop();
    let alpha = &toy.members[0];
    toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
    eventually("a copy waits", || toy.queue().iter().any(|row| row["reply"] != ""));
    toy.program.ok(&["team", "change", "ALPHA", "--email", "new@alpha.example"]);
    toy.hop.start();
    toy.program.ok(&["queue", "retry"]);
    eventually("the copy has come", || toy.hop.copies_to("new@alpha.example").len() == 1);
    let told = toy.hop.copies_to("cert@alpha.example");
    assert!(told.iter().all(|copy| copy.field("Auto-Submitted") == "auto-generated"));
}

#[tokio::test]
async fn old_address_hears_that_the_addresses_were_changed() {
    let mut toy = Toy::new(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    toy.serve();
    toy.program.ok(&["team", "change", "ALPHA", "--email", "new@alpha.example"]);
    eventually("the old address hears of it", || {
        toy.hop.copies_to("cert@alpha.example").len() == 1
    });
    let told = toy.hop.copies_to("cert@alpha.example");
    assert!(!contains(&told[0].bytes, b"new@alpha.example"));
}
