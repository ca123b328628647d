//! The criteria of EISPP 1.2: the tokens known, and their rank where they have an order.
//!
//! The tokens are `data/eispp.json`. Unknown ones are kept and shown as they came. Risk is taken
//! as it is stated: teams gave it with all criteria not rated.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct Data {
    aliases: BTreeMap<String, String>,
    criteria: BTreeMap<String, Vec<Token>>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
    rank: Option<u8>,
}

fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| {
        let empty = Data { aliases: BTreeMap::new(), criteria: BTreeMap::new() };
        serde_json::from_str(include_str!("data/eispp.json")).unwrap_or(empty)
    })
}

/// A token in the form in which tokens are compared: `DoS` is `disrupt_service`.
pub fn comparable(token: &str) -> String {
    let token = token.trim().to_lowercase().replace([' ', '-'], "_");
    data().aliases.get(&token).cloned().unwrap_or(token)
}

/// Whether a token says that nothing was rated, which is no statement.
pub fn is_unrated(token: &str) -> bool {
    matches!(comparable(token).as_str(), "not_rated" | "")
}

/// The rank of a token of a criterion, higher for more; `None` where there is no order.
pub fn rank(criterion: &str, token: &str) -> Option<u8> {
    let token = comparable(token);
    data().criteria.get(criterion)?.iter().find(|known| known.token == token)?.rank
}
