//! The registration form, as typed, and the application that it becomes.
//!
//! Checking finds all faults at once, each with the name of its field, so that a page can show
//! them beside the fields and lose nothing that was typed. It knows nothing of other teams: a
//! stranger learns nothing about them from what the form refuses.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Constituency, Directory, Evidence, EvidenceKind, ExternalIds, Phone, PhoneUsage};
use crate::model::address::EmailAddress;
use crate::model::fqdn::Fqdn;
use crate::model::team::{Handle, Standing};
use crate::model::team_name::{self, BadTeamName};
use crate::model::visible::acts;

/// Longest text of one line, in characters.
const LINE_CHARACTERS_MAX: usize = 200;
/// Longest text of several lines, in characters.
const TEXT_CHARACTERS_MAX: usize = 4_000;
/// Longest telephone number with remarks, in characters.
const PHONE_CHARACTERS_MAX: usize = 64;
/// Most entries of a field that takes one a line.
const ENTRIES_MAX: usize = 100;
/// Most addresses of one team: a team has one or two.
const ADDRESSES_MAX: usize = 20;

/// One thing that is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Name of the field.
    pub field: &'static str,
    /// What is wrong, and what to do.
    pub text: String,
}

/// The record of a team as typed; fields that take several entries take one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the fields of `Directory`, as typed")]
pub struct RecordForm {
    pub host_organisation: String,
    pub country: String,
    pub established: String,
    pub postal_address: String,
    pub constituency_types: String,
    pub constituency: String,
    pub domains: String,
    pub as_numbers: String,
    pub networks: String,
    pub countries: String,
    pub business_hours: String,
    pub time_zone: String,
    pub languages: String,
    pub websites: String,
    pub rfc2350: String,
    pub emergency_phone: String,
    pub sms_phone: String,
    pub ti_name: String,
    pub first_name: String,
    pub misp: String,
}

/// The registration form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Short name.
    pub handle: String,
    /// Full name.
    pub name: String,
    /// Domain.
    pub fqdn: String,
    /// How it wants to come to the network.
    pub standing: String,
    /// Since when it has this standing elsewhere.
    pub standing_since: String,
    /// Where that can be seen.
    pub evidence: String,
    /// Addresses, one a line; the first is where copies go.
    pub emails: String,
    /// Telephone.
    pub phone: String,
    /// Telefax.
    pub fax: String,
    /// Who answers for the team.
    pub contact_name: String,
    /// His or her address.
    pub contact_email: String,
    /// His or her telephone.
    pub contact_phone: String,
    /// Teams that would vouch for it, one a line.
    pub sponsors: String,
    /// What has changed since the last rejection.
    pub circumstances: String,
    /// Anything else.
    pub remark: String,
    /// The record.
    #[serde(flatten)]
    pub record: RecordForm,
}

/// Who answers for an applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name of the person.
    pub name: String,
    /// Address.
    pub email: EmailAddress,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
}

/// An application as filed: a form without faults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Short name.
    pub handle: Handle,
    /// Full name.
    pub name: String,
    /// Domain.
    pub fqdn: Fqdn,
    /// How it wants to come to the network.
    pub standing: Standing,
    /// What speaks for it, in its own words.
    pub evidence: Evidence,
    /// Addresses; the first is where copies go.
    pub emails: Vec<EmailAddress>,
    /// Telephone.
    pub phone: Option<String>,
    /// Telefax.
    pub fax: Option<String>,
    /// Who answers for it.
    pub contact: Contact,
    /// Teams that it names as sponsors.
    pub sponsors: Vec<Handle>,
    /// What has changed since the last rejection; empty when nothing.
    pub circumstances: String,
    /// Anything else.
    pub remark: String,
    /// Its record.
    pub directory: Directory,
}

impl Form {
    /// The application that the form makes.
    ///
    /// # Errors
    /// Every fault, in the order of the fields.
    pub fn check(&self) -> Result<Application, Vec<Fault>> {
        let mut check = Check::default();
        let handle = check.parsed::<Handle>("handle", &self.handle);
        let name = check.team_name("name", &self.name);
        let fqdn = check.parsed::<Fqdn>("fqdn", &self.fqdn);
        let standing = check.parsed::<Standing>("standing", &self.standing);
        let evidence = Evidence {
            kind: standing.map_or(EvidenceKind::TiListed, claimed),
            since: check.optional("standing_since", &self.standing_since),
            reference: check.text("evidence", &self.evidence),
        };
        let emails = check.addresses("emails", &self.emails);
        let phone = check.phone("phone", &self.phone);
        let fax = check.phone("fax", &self.fax);
        let contact_name = check.needed("contact_name", &self.contact_name);
        let contact_email = check.parsed::<EmailAddress>("contact_email", &self.contact_email);
        let contact_phone = check.phone("contact_phone", &self.contact_phone);
        let sponsors = check.list("sponsors", &self.sponsors);
        let circumstances = check.text("circumstances", &self.circumstances);
        let remark = check.text("remark", &self.remark);
        let directory = self.record.directory(&mut check);
        let made = || {
            let contact =
                Contact { name: contact_name?, email: contact_email?, phone: contact_phone };
            Some(Application {
                handle: handle?,
                name: name?,
                fqdn: fqdn?,
                standing: standing?,
                evidence,
                emails,
                phone,
                fax,
                contact,
                sponsors,
                circumstances,
                remark,
                directory,
            })
        };
        match (check.faults.is_empty(), made()) {
            (true, Some(application)) => Ok(application),
            _ => Err(check.faults),
        }
    }
}

/// The evidence that a standing is claimed by.
fn claimed(standing: Standing) -> EvidenceKind {
    match standing {
        Standing::Partner => EvidenceKind::Partner,
        Standing::Accredited => EvidenceKind::TiAccredited,
        Standing::Certified => EvidenceKind::TiCertified,
        Standing::Listed => EvidenceKind::TiListed,
        Standing::Liaison => EvidenceKind::Liaison,
    }
}

impl RecordForm {
    /// The record that the form makes.
    ///
    /// # Errors
    /// Every fault, in the order of the fields.
    pub fn check(&self) -> Result<Directory, Vec<Fault>> {
        let mut check = Check::default();
        let directory = self.directory(&mut check);
        if check.faults.is_empty() { Ok(directory) } else { Err(check.faults) }
    }

    /// The record that the form makes of an older one: telephones that the form has no field for
    /// stay.
    ///
    /// # Errors
    /// As [`RecordForm::check`].
    pub fn changed(&self, older: &Directory) -> Result<Directory, Vec<Fault>> {
        let mut new = self.check()?;
        let asked = |phone: &Phone| {
            phone.usage.iter().any(|usage| matches!(usage, PhoneUsage::Emergency | PhoneUsage::Sms))
        };
        let mut phones: Vec<Phone> = Vec::new();
        for phone in &older.phones {
            let same = |one: &Phone| one.number == phone.number;
            if !asked(phone) || new.phones.iter().any(same) {
                new.phones.retain(|one| !(asked(phone) && same(one)));
                phones.push(phone.clone());
            }
        }
        phones.append(&mut new.phones);
        Ok(Directory { phones, ..new })
    }

    fn directory(&self, check: &mut Check) -> Directory {
        Directory {
            host_organisation: check.line("host_organisation", &self.host_organisation),
            country: check.optional("country", &self.country),
            established: check.optional("established", &self.established),
            postal_address: check.text("postal_address", &self.postal_address),
            constituency: Constituency {
                types: check.lines("constituency_types", &self.constituency_types),
                description: check.text("constituency", &self.constituency),
                domains: check.lines("domains", &self.domains),
                asns: check.numbers("as_numbers", &self.as_numbers),
                ip_ranges: check.lines("networks", &self.networks),
                countries: check.list("countries", &self.countries),
            },
            business_hours: check.text("business_hours", &self.business_hours),
            time_zone: check.line("time_zone", &self.time_zone),
            languages: check.lines("languages", &self.languages),
            websites: check.links("websites", &self.websites),
            rfc2350: check.links("rfc2350", &self.rfc2350).into_iter().next().unwrap_or_default(),
            phones: [
                (PhoneUsage::Emergency, "emergency_phone", &self.emergency_phone),
                (PhoneUsage::Sms, "sms_phone", &self.sms_phone),
            ]
            .into_iter()
            .filter_map(|(usage, field, text)| {
                let number = check.phone(field, text)?;
                Some(Phone { number, usage: vec![usage], ..Phone::default() })
            })
            .collect(),
            ids: ExternalIds {
                ti: check.line("ti_name", &self.ti_name),
                first: check.line("first_name", &self.first_name),
                misp: check.line("misp", &self.misp),
            },
        }
    }

    /// The form filled with a record, to be changed.
    pub fn of(record: &Directory) -> Self {
        let lines = |values: &[String]| values.join("\n");
        let used = |usage: PhoneUsage| {
            let phone = record.phones.iter().find(|phone| phone.usage.contains(&usage));
            phone.map(|phone| phone.number.clone()).unwrap_or_default()
        };
        let constituency = &record.constituency;
        Self {
            host_organisation: record.host_organisation.clone(),
            country: record.country.as_ref().map(ToString::to_string).unwrap_or_default(),
            established: record.established.as_ref().map(ToString::to_string).unwrap_or_default(),
            postal_address: record.postal_address.clone(),
            constituency_types: lines(&constituency.types),
            constituency: constituency.description.clone(),
            domains: lines(&constituency.domains),
            as_numbers: each(&constituency.asns),
            networks: lines(&constituency.ip_ranges),
            countries: each(&constituency.countries),
            business_hours: record.business_hours.clone(),
            time_zone: record.time_zone.clone(),
            languages: lines(&record.languages),
            websites: lines(&record.websites),
            rfc2350: record.rfc2350.clone(),
            emergency_phone: used(PhoneUsage::Emergency),
            sms_phone: used(PhoneUsage::Sms),
            ti_name: record.ids.ti.clone(),
            first_name: record.ids.first.clone(),
            misp: record.ids.misp.clone(),
        }
    }
}

fn each(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Collects faults.
#[derive(Default)]
struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn fault(&mut self, field: &'static str, text: impl Into<String>) {
        self.faults.push(Fault { field, text: text.into() });
    }

    /// A text of one line.
    fn line(&mut self, field: &'static str, text: &str) -> String {
        let text = text.trim();
        if text.chars().count() > LINE_CHARACTERS_MAX || text.chars().any(acts) {
            self.fault(field, "Please give one line of at most 200 characters.");
        }
        text.to_owned()
    }

    /// A text of one line that must be there.
    fn needed(&mut self, field: &'static str, text: &str) -> Option<String> {
        let text = self.line(field, text);
        if text.is_empty() {
            self.fault(field, "Please fill this in.");
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// The name of a team.
    fn team_name(&mut self, field: &'static str, text: &str) -> Option<String> {
        match team_name::check(text) {
            Ok(()) => return Some(text.to_owned()),
            Err(BadTeamName::Empty) => self.fault(field, "Please fill this in."),
            Err(refused) => self.fault(field, format!("This is no name for a team: {refused}.")),
        }
        None
    }

    /// A text of several lines.
    fn text(&mut self, field: &'static str, text: &str) -> String {
        let text = text.trim().replace("\r\n", "\n");
        let hides = text.chars().any(|c| acts(c) && !matches!(c, '\n' | '\t'));
        if text.chars().count() > TEXT_CHARACTERS_MAX || hides {
            self.fault(field, "Please give plain text of at most 4,000 characters.");
        }
        text
    }

    /// Entries of text, one a line.
    fn lines(&mut self, field: &'static str, text: &str) -> Vec<String> {
        let lines: Vec<_> = entries(text).map(|line| self.line(field, line)).collect();
        if lines.len() > ENTRIES_MAX {
            self.fault(field, "Please give at most 100 entries.");
        }
        lines
    }

    /// A value that must be there.
    fn parsed<T: FromStr>(&mut self, field: &'static str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        if text.trim().is_empty() {
            self.fault(field, "Please fill this in.");
            return None;
        }
        self.optional(field, text)
    }

    /// A value that may be left out.
    fn optional<T: FromStr>(&mut self, field: &'static str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        match text.parse() {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(field, format!("{fault}."));
                None
            }
        }
    }

    /// Values, one a line or separated by commas.
    fn list<T: FromStr>(&mut self, field: &'static str, text: &str) -> Vec<T>
    where
        T::Err: std::fmt::Display,
    {
        let texts = self.lines(field, &text.replace(',', "\n"));
        texts.iter().filter_map(|text| self.optional(field, text)).collect()
    }

    /// AS numbers, with or without `AS` in front.
    fn numbers(&mut self, field: &'static str, text: &str) -> Vec<u32> {
        let bare: Vec<_> = text
            .split(['\n', ','])
            .map(|entry| entry.trim().trim_start_matches(['A', 'S', 'a', 's']))
            .collect();
        self.list(field, &bare.join("\n"))
    }

    /// Addresses of pages; nothing but `http` and `https`, as they become links.
    fn links(&mut self, field: &'static str, text: &str) -> Vec<String> {
        let links = self.lines(field, text);
        let web = |link: &String| link.starts_with("https://") || link.starts_with("http://");
        if !links.iter().all(web) {
            self.fault(field, "Please give addresses that begin with https://.");
        }
        links
    }

    fn phone(&mut self, field: &'static str, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "+-()/., ".contains(c);
        let digit = text.chars().any(|c| c.is_ascii_digit());
        if text.chars().count() > PHONE_CHARACTERS_MAX || !digit || !text.chars().all(plain) {
            self.fault(field, "Please write the number like +49 40 808077-555.");
        }
        Some(text.to_owned())
    }

    fn addresses(&mut self, field: &'static str, text: &str) -> Vec<EmailAddress> {
        let all: Vec<EmailAddress> = self.list(field, text);
        let twice = |at: usize, one: &EmailAddress| {
            all.iter().take(at).any(|other| other.same_mailbox(one))
        };
        if text.trim().is_empty() {
            self.fault(field, "Please give the address where your team reads its mail.");
        } else if all.iter().enumerate().any(|(at, one)| twice(at, one)) {
            self.fault(field, "Please give every address once.");
        } else if all.len() > ADDRESSES_MAX {
            self.fault(field, "Please give at most 20 addresses.");
        }
        all
    }
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            handle: "NEW-CERT".into(),
            name: "New CERT".into(),
            fqdn: "new-cert.example".into(),
            standing: "accredited".into(),
            standing_since: "2024-03".into(),
            evidence: "https://registry.example/new-cert".into(),
            emails: "cert@new-cert.example\r\nsecond@new-cert.example".into(),
            phone: "+49 40 1".into(),
            contact_name: "Ada Example".into(),
            contact_email: "ada@new-cert.example".into(),
            sponsors: "DFN-CERT, PRE-CERT".into(),
            record: RecordForm {
                country: "de".into(),
                as_numbers: "AS680\n1, 2".into(),
                websites: "https://new-cert.example/".into(),
                emergency_phone: "+49 40 999".into(),
                ..RecordForm::default()
            },
            ..Form::default()
        }
    }

    fn fields(form: &Form) -> Vec<&'static str> {
        form.check().err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn good_form_becomes_an_application() {
        let application = form().check().unwrap();
        assert_eq!(application.emails.len(), 2);
        assert_eq!(application.sponsors.len(), 2);
        assert_eq!(application.evidence.kind, EvidenceKind::TiAccredited);
        assert_eq!(application.directory.constituency.asns, [680, 1, 2]);
        assert_eq!(application.directory.country.as_ref().unwrap().as_str(), "DE");
    }

    #[test]
    fn empty_form_names_every_field_that_is_needed() {
        let needed =
            ["handle", "name", "fqdn", "standing", "emails", "contact_name", "contact_email"];
        assert_eq!(fields(&Form::default()), needed);
    }

    #[test]
    fn all_faults_are_found_at_once_each_at_its_field() {
        let mut bad = form();
        bad.handle = "no handle".into();
        bad.name = "New CЕRT".into();
        bad.phone = "call us".into();
        bad.record.country = "Germany".into();
        bad.record.websites = "javascript:alert(1)".into();
        bad.remark = "a\u{202e}b".into();
        assert_eq!(fields(&bad), ["handle", "name", "phone", "remark", "country", "websites"]);
    }

    #[test]
    fn address_given_twice_is_a_fault_whatever_its_case() {
        let emails = "cert@a.example\nCERT@A.example".into();
        assert_eq!(fields(&Form { emails, ..form() }), ["emails"]);
    }

    #[test]
    fn record_comes_back_from_its_form_equal() {
        let directory = form().check().unwrap().directory;
        assert_eq!(RecordForm::of(&directory).check().unwrap(), directory);
    }

    #[test]
    fn telephone_that_the_form_does_not_ask_for_stays() {
        let phone = |number: &str, usage| Phone {
            number: number.into(),
            usage: vec![usage],
            remark: "night".into(),
            ..Phone::default()
        };
        let old = Directory {
            phones: vec![phone("+1", PhoneUsage::Voice), phone("+2", PhoneUsage::Emergency)],
            ..Directory::default()
        };
        let mut form = RecordForm::of(&old);
        assert_eq!(form.changed(&old).unwrap(), old);
        form.emergency_phone = "+3".into();
        let numbers = |record: Directory| {
            record.phones.into_iter().map(|phone| phone.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(form.changed(&old).unwrap()), ["+1", "+3"]);
        form.emergency_phone = String::new();
        assert_eq!(numbers(form.changed(&old).unwrap()), ["+1"]);
    }

    #[test]
    fn application_reads_back_from_json_equal() {
        let application = form().check().unwrap();
        let json = serde_json::to_string(&application).unwrap();
        assert_eq!(serde_json::from_str::<Application>(&json).unwrap(), application);
    }
}
