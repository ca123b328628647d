//! Who gets an alert, how each copy is sealed, and who is called if it is silent: shown before
//! anything is sent.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use campanile_core::formats::text::TextContext;
use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::recipients::{Container, RecipientKey, audience};
use campanile_core::model::list::AlertRules;

use super::form::Typed;
use crate::error::{Error, Result};
use crate::store::directory;
use crate::web::auth::Visit;

/// One team that gets a copy.
pub(super) struct Row {
    pub(super) team: String,
    pub(super) tone: &'static str,
    pub(super) means: &'static str,
    pub(super) detail: &'static str,
    pub(super) silent: String,
}

/// The lists that the viewer's team is on, and who else is.
pub(super) struct Lists {
    pub(super) network: Arc<Network>,
    own: String,
}

impl Lists {
    pub(super) async fn of(visit: &Visit) -> Result<Self> {
        let own = visit.viewer.team.as_ref().map(|team| team.id.clone()).unwrap_or_default();
        Ok(Self { network: visit.app.network().await?, own })
    }

    fn own(&self) -> impl Iterator<Item = &List> {
        self.network.lists.iter().filter(|list| list.subscribers.contains(&self.own))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.own().map(|list| list.name.clone()).collect()
    }

    /// The list that was chosen, or the first.
    pub(super) fn chosen(&self, name: &str) -> Option<&List> {
        self.own().find(|list| name.is_empty() || list.name == name)
    }

    /// Handles of the other teams of all these lists.
    pub(super) fn others(&self) -> Vec<String> {
        let mut handles = BTreeSet::new();
        for list in self.own() {
            let others = audience(list, &self.network).filter(|team| team.id != self.own);
            handles.extend(others.map(|team| team.handle.to_string()));
        }
        handles.into_iter().collect()
    }
}

/// Handles of the teams that were ticked; `None` for all of the list.
pub(super) fn named(typed: &Typed) -> Option<Vec<String>> {
    let named = typed.get("audience") == "named";
    named.then(|| typed.all("team").map(str::to_owned).collect())
}

/// What stands in the text of the mail about answering it.
pub(super) struct Answering {
    pub(super) url: String,
    pub(super) list: String,
    rules: AlertRules,
}

impl Answering {
    pub(super) fn of(list: &List, url: String) -> Self {
        let (rules, list) = (list.policy.alerts.clone(), list.address.to_string());
        Self { url, list, rules }
    }

    pub(super) fn context(&self, visit: &Visit) -> TextContext<'_> {
        let after = self.rules.call_after_minutes;
        TextContext {
            acknowledge_url: Some(&self.url),
            acknowledge_by: after.map(|minutes| visit.now.plus_seconds(i64::from(minutes) * 60)),
            list_address: Some(&self.list),
            phone: None,
            changes: &[],
        }
    }
}

/// Every recipient of a list, or those of them that are named, and a sentence about all.
pub(super) async fn rows(
    visit: &Visit,
    lists: &Lists,
    list: &str,
    only: Option<&BTreeSet<String>>,
) -> Result<(Vec<Row>, String)> {
    let network = &lists.network;
    let gone = || Error::not_found("your team is not on this list").hint("Choose another list.");
    let list = lists.chosen(list).ok_or_else(gone)?;
    let keys = visit.app.recipient_keys(network, list);
    let mut read = visit.app.db.read().await?;
    let teams = directory::list(&mut read, &visit.viewer, "").await?;
    drop(read);
    let phones: HashMap<_, _> =
        teams.iter().map(|team| (team.id.as_str(), team.phone.as_deref())).collect();
    let mut rows = Vec::new();
    let mut counts = [0_usize; 3];
    for team in audience(list, network) {
        let own = team.id == lists.own;
        if !own && only.is_some_and(|only| !only.contains(team.handle.as_str())) {
            continue;
        }
        let key = keys.get(&team.id).and_then(Option::as_ref);
        let (kind, means, tone, detail) = means(key.map(RecipientKey::container));
        if let Some(count) = counts.get_mut(kind) {
            *count += 1;
        }
        let phone = phones.get(team.id.as_str()).copied().flatten();
        let silent = if own { "writes it".into() } else { silent(&list.policy.alerts, phone) };
        rows.push(Row { team: team.handle.to_string(), tone, means, detail, silent });
    }
    Ok((rows, summary(counts)))
}

/// The place in the counts, what to call it, its tone, and what it means.
fn means(container: Option<Container>) -> (usize, &'static str, &'static str, &'static str) {
    match container {
        Some(Container::AuthEnveloped) => (0, "S/MIME", "good", "AES-256-GCM"),
        Some(Container::Enveloped) => (0, "S/MIME", "good", "AES-256-CBC"),
        Some(Container::SeipdV2) => (1, "OpenPGP", "good", "AES-256-OCB"),
        Some(Container::SeipdV1) => (1, "OpenPGP", "good", "AES-256"),
        None => {
            (2, "no usable key", "bad", "only a notice without content; its copy waits for a key")
        }
    }
}

fn summary([smime, openpgp, without]: [usize; 3]) -> String {
    let all = smime + openpgp + without;
    let teams = if all == 1 { "1 team".into() } else { format!("{all} teams") };
    let mut text = format!("{teams}, yours among them: {smime} by S/MIME, {openpgp} by OpenPGP");
    match without {
        0 => text.push('.'),
        1 => text.push_str(", 1 has no usable key: call it."),
        many => text.push_str(&format!(", {many} have no usable key: call them.")),
    }
    text
}

fn silent(rules: &AlertRules, phone: Option<&str>) -> String {
    let mut steps = Vec::new();
    for minutes in &rules.remind_after_minutes {
        steps.push(format!("reminded after {minutes} min"));
    }
    for minutes in &rules.page_after_minutes {
        steps.push(format!("paged after {minutes} min"));
    }
    match (rules.call_after_minutes, phone) {
        (Some(minutes), Some(phone)) => steps.push(format!("called after {minutes} min: {phone}")),
        (Some(minutes), None) => steps.push(format!("to be called after {minutes} min: no number")),
        (None, _) => {}
    }
    match steps.is_empty() {
        true => "no rule of the list".into(),
        false => steps.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_without_a_key_are_counted_and_to_be_called() {
        let text = summary([2, 1, 1]);
        assert_eq!(
            text,
            "4 teams, yours among them: 2 by S/MIME, 1 by OpenPGP, 1 has no usable key: call it."
        );
        assert!(summary([1, 0, 0]).ends_with("OpenPGP."));
    }

    #[test]
    fn team_without_a_number_is_told_before_it_has_to_be_called() {
        let rules = AlertRules { call_after_minutes: Some(90), ..AlertRules::default() };
        assert_eq!(silent(&rules, Some("+49 1")), "called after 90 min: +49 1");
        assert_eq!(silent(&rules, None), "to be called after 90 min: no number");
        assert_eq!(silent(&AlertRules::default(), None), "no rule of the list");
    }
}
