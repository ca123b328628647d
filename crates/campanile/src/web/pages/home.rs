//! `/`: what waits for my team.

use askama::Template;
use axum::response::Html;

use crate::app::Owner;
use crate::error::Result;
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};

/// How long before its end a key is shown, in days: as long as it is warned of by mail.
const DAYS: i64 = 60;
const DAY_SECONDS: i64 = 24 * 3600;

struct KeyRow {
    tone: &'static str,
    left: String,
    what: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    days: i64,
    keys: Vec<KeyRow>,
}

/// Shows what waits.
pub(in crate::web) async fn show(visit: Visit) -> Result<Html<String>> {
    let keys = keys(&visit).await?;
    html(&Home { frame: visit.frame("What waits"), days: DAYS, keys })
}

/// Keys of the own team that end soon; of all for the operator.
async fn keys(visit: &Visit) -> Result<Vec<KeyRow>> {
    let own = visit.viewer.team.as_ref().map(|team| team.id.as_str());
    let mine = |owner: &Owner| match owner {
        Owner::Team(id, _) => own.is_none_or(|own| own == id),
        Owner::List(_) | Owner::Anchor(_) | Owner::RevocationList(_) => own.is_none(),
    };
    let expiring = visit.app.expiring().await?;
    let rows = expiring.into_iter().filter(|key| mine(&key.owner)).map(|key| {
        let days = (key.end.seconds() - visit.now.seconds()) / DAY_SECONDS;
        let whose = match (&key.owner, own) {
            (Owner::Team(_, handle), None) => format!("{handle}: "),
            (Owner::List(name), _) => format!("list {name}: "),
            _ => String::new(),
        };
        KeyRow {
            tone: if days <= 7 { "bad" } else { "warn" },
            left: if days == 1 { "1 day left".into() } else { format!("{days} days left") },
            what: format!("{whose}{}", key.what),
        }
    });
    Ok(rows.collect())
}
