//! Alerts: sent, revised, acknowledged; who sees what; what is at rest.

mod boards;
mod data_keys;
mod escalation;
mod kills;
mod sending;
mod views;

use campanile::actions::{NewAlert, SentAlert, send_alert};
use campanile::app::App;
use campanile_core::authz::{Membership, Viewer};
use campanile_core::model::alert::Alert;
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::alert::form::AlertForm;
use campanile_core::model::person::Role;

use crate::support::{Database, Kind, TestApp, Toy};

/// Words that stand nowhere else.
const CANARY: &str = "CANARY5e1f overruns the buffer";

/// The file of an alert with the number 1.
const FILE: &str = "\
id = \"1\"
description = \"CANARY5e1f overruns the buffer\"
recommendation = \"Block port 135.\"
[affected]
systems = [\"Windows 2000\"]
";

/// Somebody of a team.
async fn viewer(app: &App, handle: &str, role: Role) -> Viewer {
    let team = campanile::actions::find_team(&mut app.db.read().await.unwrap(), handle).await;
    let team = team.unwrap();
    Viewer {
        login: format!("login of {handle}"),
        name: format!("{handle} officer"),
        role,
        team: Some(Membership { id: team.id, handle: team.handle, state: team.state }),
    }
}

async fn officer(app: &App, handle: &str) -> Viewer {
    viewer(app, handle, Role::Officer).await
}

fn operator() -> Viewer {
    let (login, name) = ("operator".into(), "operator".into());
    Viewer { login, name, role: Role::Operator, team: None }
}

fn alert(team: &str, id: &str) -> Alert {
    let form = AlertForm {
        id: id.into(),
        description: CANARY.into(),
        recommendation: "Block port 135.".into(),
        ..AlertForm::default()
    };
    form.into_alert(&team.parse().unwrap(), crate::support::NOW).unwrap()
}

async fn send(app: &App, by: &str, id: &str, only: Option<&[&str]>) -> SentAlert {
    let new = NewAlert {
        alert: alert(by, id),
        list: "alert",
        only: only.map(|all| all.iter().map(|handle| handle.parse().unwrap()).collect()),
        channel: Channel::Web,
        draft: None,
    };
    send_alert(app, &officer(app, by).await, new).await.unwrap()
}

/// A list with three subscribed teams that have no keys.
async fn three(database: Database) -> TestApp {
    let app = TestApp::on(database).await;
    app.list("alert").await;
    for handle in ["ALPHA", "BRAVO", "CHARLIE"] {
        app.team(handle).await;
        let by = campanile::actions::Actor::Operator;
        let _ = campanile::actions::subscribe(&app, by, "alert", handle).await.unwrap();
    }
    app
}

impl Toy {
    fn send_alert(&self, file: &str, arguments: &[&str]) -> String {
        let path = self.program.file("alert.toml", file);
        let mut all = vec!["alert", "send", &path];
        all.extend(arguments);
        self.program.ok(&all)
    }
}

/// Teams with all kinds of keys.
const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp), ("CHARLIE", Kind::OpenpgpV6)];
