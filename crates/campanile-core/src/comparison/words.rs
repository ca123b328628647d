//! Words of vendors and teams on the common scale, each by a rule with a name and a source.
//!
//! The rules are `data/words.json`. A word without a rule is shown as it is and compared with
//! nothing: guessing what `Severe` means to somebody helps nobody.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::scale::Band;

/// One scale of words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Scale {
    /// Its name here: `redhat`.
    pub scale: String,
    /// Issuers that use it, in lower case; none: by its name only.
    pub issuers: Vec<String>,
    /// The name of the rule, as shown.
    pub rule: String,
    /// Where the meaning of the words is defined.
    pub source: String,
    words: BTreeMap<String, String>,
}

/// What a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    /// On the common scale; `None` for a word that says that nothing was rated.
    pub band: Option<Band>,
    /// The rule by which.
    pub rule: &'static str,
}

#[derive(Deserialize)]
struct Data {
    scales: Vec<Scale>,
}

/// Every scale, those of issuers first.
pub fn scales() -> &'static [Scale] {
    static DATA: OnceLock<Vec<Scale>> = OnceLock::new();
    DATA.get_or_init(|| {
        let data: Result<Data, _> = serde_json::from_str(include_str!("data/words.json"));
        data.map(|data| data.scales).unwrap_or_default()
    })
}

/// What a word of a rater stands for, by the rater's own scale or by common use; `None` when no
/// rule knows it.
pub fn mapped(rater: &str, word: &str) -> Option<Mapped> {
    let rater = rater.trim().to_lowercase();
    let word = word.trim().to_lowercase().replace('-', "_");
    let is_rater = |issuer: &String| {
        let rest = rater.strip_prefix(issuer.as_str());
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let own = scales().iter().filter(|scale| scale.issuers.iter().any(is_rater));
    let any = scales().iter().filter(|scale| scale.scale == "any");
    own.chain(any).find_map(|scale| {
        let found = scale.words.get(&word).or_else(|| scale.words.get(&word.replace('_', " ")))?;
        Some(Mapped { band: Band::parse(found), rule: &scale.rule })
    })
}
