//! Advisories: taken in, grouped, shown to whom they are for, released at their time.

mod asking;
mod bulk;
mod corpus;
mod crawl;
mod disclosing;
mod feeding;
mod grouping;
mod importing;
mod pages;
mod querying;
mod texts;
mod views;
mod watching;

use campanile::actions::{NewDocument, Taken, import_advisories};
use campanile::app::App;
use campanile::store::advisories::Name;
use campanile_core::authz::{Membership, Viewer};
use campanile_core::model::advisory::disclosure::Disclosure;
use campanile_core::model::person::Role;
use serde_json::json;

/// Words that stand nowhere else, and are in a part that can be withheld.
const CANARY: &str = "CANARY7c20 overflows xdr";

/// Somebody of a team.
pub async fn officer(app: &App, handle: &str) -> Viewer {
    let team = campanile::actions::find_team(&mut app.db.read().await.unwrap(), handle).await;
    let team = team.unwrap();
    Viewer {
        login: format!("login of {handle}"),
        name: format!("{handle} officer"),
        role: Role::Officer,
        team: Some(Membership { id: team.id, handle: team.handle, state: team.state }),
    }
}

/// A CSAF document of a number, a version and vulnerabilities.
fn csaf(issuer: &str, number: &str, version: &str, cves: &[&str], label: Option<&str>) -> Vec<u8> {
    let day = version.parse::<u32>().unwrap_or(1).min(28);
    let at = format!("2026-05-{day:02}T12:00:00Z");
    let vulnerabilities: Vec<_> = cves
        .iter()
        .map(|cve| json!({ "cve": cve, "notes": [{ "category": "description", "text": CANARY }] }))
        .collect();
    let mut document = json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0",
            "title": format!("Title of {number}"),
            "publisher": {
                "category": "coordinator", "name": issuer, "namespace": "https://x.example"
            },
            "tracking": {
                "id": number, "version": version, "status": "final",
                "initial_release_date": "2026-05-01T12:00:00Z", "current_release_date": at,
                "revision_history": [{ "number": version, "date": at, "summary": "CANARY7c20 s" }]
            }
        },
        "vulnerabilities": vulnerabilities
    });
    if let Some(label) = label {
        document["document"]["distribution"] = json!({ "tlp": { "label": label } });
    }
    serde_json::to_vec(&document).unwrap()
}

async fn import(app: &App, by: &Viewer, octets: &[u8], rules: Option<&Disclosure>) -> Taken {
    let new = NewDocument {
        octets,
        channel: "web",
        signature: "unsigned",
        issuer: "",
        disclosure: rules,
        terms: None,
    };
    import_advisories(app, by, &[new]).await.unwrap().remove(0)
}

fn id(taken: &Taken) -> String {
    match taken {
        Taken::Stored { id, .. } | Taken::Unchanged { id } => id.clone(),
        Taken::Refused { why } => panic!("refused: {why}"),
    }
}

async fn group_of(app: &App, number: &str) -> String {
    let viewer = Viewer::operator();
    app.find_advisory(&viewer, Name::Id(number)).await.unwrap().group_id
}
