//! Overrides from the environment: `CAMPANILE_<SECTION>_<KEY>`.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// Every key that can be overridden, and whether its value is a number.
pub(super) const KEYS: &[(&str, &str, bool)] = &[
    ("network", "name", false),
    ("network", "domain", false),
    ("network", "operator", false),
    ("database", "url", false),
    ("smtp", "listen", false),
    ("smtp", "hostname", false),
    ("smtp", "message_bytes_max", true),
    ("smtp", "tls_cert", false),
    ("smtp", "tls_key", false),
    ("smtp", "lmtp_listen", false),
    ("relay", "host", false),
    ("relay", "port", true),
    ("relay", "tls", false),
    ("relay", "ca_file", false),
    ("web", "listen", false),
    ("web", "public_url", false),
    ("web", "tls_cert", false),
    ("web", "tls_key", false),
    ("metrics", "listen", false),
    ("escalation", "command", false),
    ("escalation", "webhook", false),
    ("phone", "token_file", false),
    ("repository", "list", false),
    ("sources", "allow", false),
    ("spool", "dir", false),
    ("log", "format", false),
];

/// The variables of the environment that concern the configuration.
///
/// # Security
/// `CAMPANILE_DATABASE_URL` may hold a password, so it has no `Debug`.
#[derive(Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// From the environment of this process; values that are not UTF-8 are left out, as no
    /// key could take them.
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// From pairs of name and value.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = |(name, _): &(String, String)| name.starts_with("CAMPANILE_");
        Self(pairs.into_iter().filter(ours).collect())
    }

    /// Puts the overrides into a configuration that was read.
    ///
    /// # Errors
    /// A variable of a known section whose key is unknown, or a number that is none.
    pub(super) fn apply(&self, table: &mut toml::Table) -> Result<()> {
        for (name, value) in &self.0 {
            let Some((section, key, number)) = place(name)? else {
                continue;
            };
            let value = match number {
                false => toml::Value::String(value.clone()),
                true => toml::Value::Integer(value.trim().parse().map_err(|_| {
                    Error::invalid(format!("{name}: not a number"))
                        .hint(format!("set {name} to a whole number, or unset it"))
                })?),
            };
            let entry = table.entry(section);
            let entry = entry.or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(keys) = entry {
                keys.insert(key.into(), value);
            }
        }
        Ok(())
    }

    /// The names of the variables that override a key, for messages.
    pub(super) fn overriding(&self) -> Vec<&str> {
        let ours = |name: &&String| matches!(place(name), Ok(Some(_)));
        self.0.keys().filter(ours).map(String::as_str).collect()
    }
}

/// The section and key that a variable overrides; `None` for `CAMPANILE_DIR` and the like.
fn place(name: &str) -> Result<Option<(&'static str, &'static str, bool)>> {
    let variable = |section: &str, key: &str| {
        format!("CAMPANILE_{section}_{key}").to_ascii_uppercase() == name
    };
    let found = KEYS.iter().copied().find(|(section, key, _)| variable(section, key));
    if found.is_some() {
        return Ok(found);
    }
    let rest = name.trim_start_matches("CAMPANILE_");
    let section = rest.split('_').next().unwrap_or_default().to_ascii_lowercase();
    let known: Vec<_> = KEYS.iter().filter(|(s, _, _)| *s == section).map(|k| k.1).collect();
    match known.is_empty() {
        true => Ok(None),
        false => Err(Error::invalid(format!("environment: {name} is no setting"))
            .hint(format!("the keys of [{section}] are {}", known.join(", ")))),
    }
}
