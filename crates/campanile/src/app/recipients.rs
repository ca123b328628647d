//! Encryption keys of the audience, chosen once and kept.
//!
//! Choosing means checking every self signature, certification path and revocation list; for a
//! network of hundreds of teams that costs more than sealing. The choice holds for one state of
//! the registry and a few minutes, within which an expiry may go unnoticed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::recipients::{RecipientKey, audience, choose};
use campanile_core::model::time::Timestamp;

use super::App;

/// How long a choice holds, in seconds.
const FRESH_SECONDS: i64 = 300;

/// For each team of an audience the key that its copies are sealed with, if it has one.
pub type Keys = BTreeMap<String, Option<RecipientKey>>;

/// Choices by list.
pub type Cache = Mutex<BTreeMap<String, Chosen>>;

/// One choice, and what it was made from.
pub struct Chosen {
    network: Arc<Network>,
    at: Timestamp,
    keys: Arc<Keys>,
}

impl App {
    /// The keys that copies of a list's postings are sealed with.
    pub fn recipient_keys(&self, network: &Arc<Network>, list: &List) -> Arc<Keys> {
        let now = self.now();
        // A thread that panicked while it held the lock has left whole entries behind.
        let mut cache = self.recipients.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(chosen) = cache.get(&list.id) {
            let age = now.seconds().saturating_sub(chosen.at.seconds());
            if Arc::ptr_eq(&chosen.network, network) && (0..FRESH_SECONDS).contains(&age) {
                return Arc::clone(&chosen.keys);
            }
        }
        let keys = audience(list, network)
            .map(|team| (team.id.clone(), choose(team, list, &network.trust, now)));
        let keys = Arc::new(keys.collect::<Keys>());
        let chosen = Chosen { network: Arc::clone(network), at: now, keys: Arc::clone(&keys) };
        cache.insert(list.id.clone(), chosen);
        keys
    }
}
