//! What the network knows of a team besides what mail needs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Day;
use crate::model::team::named;

/// A country by its code of two letters [ISO 3166-1], in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

/// A text that is no [`Country`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no country code of two letters, like DE")]
pub struct BadCountry(String);

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Country {
    type Err = BadCountry;
    fn from_str(text: &str) -> Result<Self, BadCountry> {
        let text = text.trim();
        match text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()) {
            true => Ok(Self(text.to_ascii_uppercase())),
            false => Err(BadCountry(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Country {
    type Error = BadCountry;
    fn try_from(text: String) -> Result<Self, BadCountry> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

/// What a telephone number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhoneUsage {
    /// The ordinary number.
    Voice,
    /// Around the clock, for emergencies.
    Emergency,
    /// Telefax.
    Fax,
    /// Takes text messages.
    Sms,
}

named!(
    PhoneUsage,
    "use of a telephone",
    Voice = "voice",
    Emergency = "emergency",
    Fax = "fax",
    Sms = "sms"
);

/// A telephone number of a team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Phone {
    /// The number, as people write it.
    pub number: String,
    /// What it is for.
    pub usage: Vec<PhoneUsage>,
    /// Time zone of who answers (IANA name).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// Anything else.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// Whom a team works for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Constituency {
    /// Kinds, as registries call them: `National`, `Research & Education`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// In words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Its networks by number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asns: Vec<u32>,
    /// Its networks by address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ip_ranges: Vec<String>,
    /// Its countries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Country>,
}

/// How other registries name the team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExternalIds {
    /// Its short name at Trusted Introducer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ti: String,
    /// Its short name at FIRST.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first: String,
    /// UUID of its organisation in MISP.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub misp: String,
}

/// The record of a team, besides handle, name, addresses, domain and telephone.
///
/// Every field may be empty. Texts of strangers: shown, never acted upon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Directory {
    /// The organisation that the team belongs to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub host_organisation: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Since when there is the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub established: Option<Day>,
    /// Where letters go.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postal_address: String,
    /// Whom it works for.
    pub constituency: Constituency,
    /// When somebody is there, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub business_hours: String,
    /// Time zone of these hours (IANA name).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// Languages, the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Its pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub websites: Vec<String>,
    /// Its description after RFC 2350.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rfc2350: String,
    /// Further numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// How other registries name it.
    pub ids: ExternalIds,
}

impl Directory {
    /// Every field that is filled, with its name, for people and for comparison.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let list = |values: &[String]| values.join(", ");
        let constituency = &self.constituency;
        let all = [
            ("host organisation", self.host_organisation.clone()),
            ("country", joined(self.country.as_slice())),
            ("established", joined(self.established.as_slice())),
            ("postal address", self.postal_address.clone()),
            ("constituency types", list(&constituency.types)),
            ("constituency", constituency.description.clone()),
            ("domains", list(&constituency.domains)),
            ("AS numbers", joined(&constituency.asns)),
            ("networks", list(&constituency.ip_ranges)),
            ("countries of constituency", joined(&constituency.countries)),
            ("business hours", self.business_hours.clone()),
            ("time zone", self.time_zone.clone()),
            ("languages", list(&self.languages)),
            ("websites", list(&self.websites)),
            ("RFC 2350", self.rfc2350.clone()),
            ("further phones", joined(&self.phones)),
            ("name at Trusted Introducer", self.ids.ti.clone()),
            ("name at FIRST", self.ids.first.clone()),
            ("MISP organisation", self.ids.misp.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The fields in which this record differs from an older one: name, older and newer value.
    pub fn differences(&self, older: &Self) -> Vec<(&'static str, String, String)> {
        let (old, new) = (older.lines(), self.lines());
        let value = |lines: &[(&'static str, String)], name: &str| {
            let found = lines.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let mut names: Vec<&'static str> = Vec::new();
        for (name, _) in old.iter().chain(&new) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        let pairs = names.into_iter().map(|name| (name, value(&old, name), value(&new, name)));
        pairs.filter(|(_, old, new)| old != new).collect()
    }

    /// This record with what `newer` says in the place of the same fields; what `newer` leaves
    /// empty stays.
    #[must_use]
    pub fn updated(&self, newer: &Self) -> Self {
        let text = |old: &String, new: &String| pick(old, new, String::is_empty);
        let (old, new) = (&self.constituency, &newer.constituency);
        Self {
            host_organisation: text(&self.host_organisation, &newer.host_organisation),
            country: newer.country.clone().or_else(|| self.country.clone()),
            established: newer.established.clone().or_else(|| self.established.clone()),
            postal_address: text(&self.postal_address, &newer.postal_address),
            constituency: Constituency {
                types: list(&old.types, &new.types),
                description: text(&old.description, &new.description),
                domains: list(&old.domains, &new.domains),
                asns: list(&old.asns, &new.asns),
                ip_ranges: list(&old.ip_ranges, &new.ip_ranges),
                countries: list(&old.countries, &new.countries),
            },
            business_hours: text(&self.business_hours, &newer.business_hours),
            time_zone: text(&self.time_zone, &newer.time_zone),
            languages: list(&self.languages, &newer.languages),
            websites: list(&self.websites, &newer.websites),
            rfc2350: text(&self.rfc2350, &newer.rfc2350),
            phones: list(&self.phones, &newer.phones),
            ids: ExternalIds {
                ti: text(&self.ids.ti, &newer.ids.ti),
                first: text(&self.ids.first, &newer.ids.first),
                misp: text(&self.ids.misp, &newer.ids.misp),
            },
        }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)?;
        let uses: Vec<_> = self.usage.iter().map(|usage| usage.name()).collect();
        match uses.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", uses.join(", ")),
        }
    }
}

fn joined(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn pick<T: Clone>(old: &T, new: &T, is_empty: impl Fn(&T) -> bool) -> T {
    if is_empty(new) { old.clone() } else { new.clone() }
}

fn list<T: Clone>(old: &[T], new: &[T]) -> Vec<T> {
    if new.is_empty() { old.to_vec() } else { new.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_of_an_older_program_reads_with_empty_fields() {
        let record: Directory = serde_json::from_str(r#"{"country":"de"}"#).unwrap();
        assert_eq!(record.country.unwrap().as_str(), "DE");
        assert!(record.phones.is_empty());
    }

    #[test]
    fn newer_record_leaves_alone_what_it_does_not_say() {
        let old = Directory {
            host_organisation: "University".into(),
            time_zone: "Europe/Berlin".into(),
            ..Directory::default()
        };
        let newer = Directory { host_organisation: "Institute".into(), ..Directory::default() };
        let both = old.updated(&newer);
        assert_eq!(both.host_organisation, "Institute");
        assert_eq!(both.time_zone, "Europe/Berlin");
        assert_eq!(old.updated(&Directory::default()), old);
    }

    #[test]
    fn only_filled_fields_are_shown() {
        assert!(Directory::default().lines().is_empty());
        let phones = vec![Phone {
            number: "+49 1".into(),
            usage: vec![PhoneUsage::Emergency],
            ..Phone::default()
        }];
        let record = Directory { phones, ..Directory::default() };
        assert_eq!(record.lines(), [("further phones", "+49 1 (emergency)".to_owned())]);
    }
}
