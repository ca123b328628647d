//! The fields of a minimum record as they are typed, and the advisory that they are.

use crate::formats::{Finding, Severity, dates, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Names, Rating, Reference, Value, Vulnerability, scheme,
};
use crate::model::tlp::Tlp;

/// What is typed, field by field; what is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Who publishes it.
    pub issuer: String,
    /// Its reference number.
    pub number: String,
    /// Its version.
    pub version: String,
    /// When it was published: a day or a time.
    pub date: String,
    /// Its title.
    pub title: String,
    /// The risk, in the words of `scheme`; a vector of CVSS is known by itself.
    pub risk: String,
    /// The scheme of the risk; empty: a word of the issuer's own.
    pub scheme: String,
    /// Impacts of EISPP, with `;` between them.
    pub impact: String,
    /// Skill of EISPP.
    pub skill: String,
    /// Requirements of EISPP.
    pub requirements: String,
    /// Identifiers: `CVE-2003-0252; RHSA-2003:206`, or in pairs `(Sun; 56180)`.
    pub identifiers: String,
    /// Where it is.
    pub url: String,
    /// Its TLP label.
    pub tlp: String,
}

impl Fields {
    /// The advisory, and what is wrong; none when number, issuer or title is missing. The place
    /// of a finding is the name of its field.
    pub fn check(&self) -> (Option<Advisory>, Vec<Finding>) {
        let mut found = Vec::new();
        let mut find = |place: &str, severity, what: &str| {
            found.push(Finding { place: place.to_owned(), what: what.to_owned(), severity });
        };
        let needed = [("issuer", &self.issuer), ("number", &self.number), ("title", &self.title)];
        for (name, text) in needed {
            if text.trim().is_empty() {
                find(name, Severity::Error, "this is needed");
            }
        }
        let date = self.date.trim();
        let published_at = dates::moment(date);
        if published_at.is_none() && !date.is_empty() {
            find("date", Severity::Warning, "this is no day like 2003-08-22; it is left out");
        }
        let label = self.tlp.trim().to_ascii_uppercase();
        let tlp = format!("TLP:{}", label.strip_prefix("TLP:").unwrap_or(&label));
        let tlp = tlp.parse::<Tlp>().ok();
        if tlp.is_none() && !label.is_empty() {
            find("tlp", Severity::Error, "this is no label of TLP 2.0; it counts as TLP:RED");
        }
        let tlp = if label.is_empty() { None } else { tlp.or(Some(Tlp::Red)) };
        let (identifiers, unknown) = identifiers(&self.identifiers);
        if !unknown.is_empty() {
            find("identifiers", Severity::Warning, "some are not known; they are left out");
        }
        let complete = needed.iter().all(|(_, text)| !text.trim().is_empty());
        let mut advisory = Advisory {
            kind: Kind::Minimum,
            issuer: Issuer { name: self.issuer.trim().to_owned(), ..Issuer::default() },
            number: self.number.trim().to_owned(),
            version: self.version.trim().to_owned(),
            title: self.title.trim().to_owned(),
            tlp,
            published_at,
            ratings: self.rating().into_iter().collect(),
            ..Advisory::default()
        };
        sort(identifiers, &mut advisory);
        let url = self.url.trim();
        if !url.is_empty() {
            let kind = "self".to_owned();
            advisory.references.push(Reference { kind, url: url.into(), ..Reference::default() });
        }
        (complete.then_some(advisory), found)
    }

    fn rating(&self) -> Option<Rating> {
        let (rater, risk) = (self.issuer.trim(), self.risk.trim());
        let criteria = [
            ("impact", &self.impact),
            ("attack_skill", &self.skill),
            ("attack_requirements", &self.requirements),
        ];
        let tokens = |text: &str| {
            let tokens = text.split(';').map(str::trim).filter(|token| !token.is_empty());
            tokens.map(str::to_owned).collect::<Vec<_>>()
        };
        let scheme = self.scheme.trim();
        let by_criteria = criteria.iter().any(|(_, text)| !text.trim().is_empty());
        if by_criteria || scheme == scheme::EISPP_1_2 {
            let all = [("risk", &self.risk)].into_iter().chain(criteria);
            let all = all.map(|(name, text)| (name.to_owned(), tokens(text)));
            let value = Value::Criteria(all.filter(|(_, tokens)| !tokens.is_empty()).collect());
            return Some(Rating::stated(rater, scheme::EISPP_1_2, value));
        }
        if risk.starts_with("CVSS:") || (scheme.is_empty() && risk.starts_with("AV:")) {
            return Some(parts::by_vector(rater, risk, None));
        }
        let scheme = if scheme.is_empty() { scheme::WORD } else { scheme };
        let value = Value::Word(risk.to_owned());
        (!risk.is_empty()).then(|| Rating::stated(rater, scheme, value))
    }

    /// The fields of an advisory: as much of it as a minimum record holds.
    pub fn of(advisory: &Advisory) -> Self {
        let about = advisory.vulnerabilities.iter().flat_map(|one| &one.ids);
        let points = advisory.all_references().filter_map(|one| one.identifier.as_ref());
        let mut identifiers: Vec<String> = Vec::new();
        for identifier in about.chain(points) {
            let text = match Identifier::recognise(&identifier.number).as_ref() == Some(identifier)
            {
                true => identifier.number.clone(),
                false => format!("({}; {})", identifier.system, identifier.number),
            };
            if !identifiers.contains(&text) {
                identifiers.push(text);
            }
        }
        let inner = advisory.vulnerabilities.iter().flat_map(|one| &one.ratings);
        let rating = advisory.ratings.iter().chain(inner).find(|one| one.value != Value::Score);
        let url = advisory.references.iter().find(|one| one.kind == "self");
        let url = url.or_else(|| advisory.references.iter().find(|one| !one.url.is_empty()));
        let mut fields = Self {
            issuer: advisory.issuer.name.clone(),
            number: advisory.number.clone(),
            version: advisory.version.clone(),
            date: advisory.published_at.as_ref().map(|at| at.text.clone()).unwrap_or_default(),
            title: advisory.title.clone(),
            identifiers: identifiers.join("; "),
            url: url.map(|one| one.url.clone()).unwrap_or_default(),
            tlp: advisory.tlp.map(|label| label.to_string()).unwrap_or_default(),
            ..Self::default()
        };
        fields.set_rating(rating);
        fields
    }

    fn set_rating(&mut self, rating: Option<&Rating>) {
        let Some(rating) = rating else { return };
        match &rating.value {
            Value::Vector(text) => self.risk.clone_from(text),
            Value::Word(text) => self.risk.clone_from(text),
            Value::Criteria(criteria) => {
                let of = |name| criteria.get(name).map(|all| all.join("; ")).unwrap_or_default();
                self.risk = of("risk");
                self.impact = of("impact");
                self.skill = of("attack_skill");
                self.requirements = of("attack_requirements");
            }
            Value::Score => {}
        }
        if rating.scheme != scheme::WORD && !matches!(rating.value, Value::Vector(_)) {
            self.scheme.clone_from(&rating.scheme);
        }
    }
}

/// Vulnerabilities are what the advisory is about, everything else what it points to. With one
/// number of CVE, further numbers of vulnerabilities are taken for the same.
fn sort(identifiers: Vec<Identifier>, advisory: &mut Advisory) {
    let is_about = |one: &Identifier| one.names() == Some(Names::Vulnerability);
    let (about, points): (Vec<_>, Vec<_>) = identifiers.into_iter().partition(is_about);
    let one = about.iter().filter(|one| one.is_cve()).count() == 1;
    let of = |ids| Vulnerability { ids, ..Vulnerability::default() };
    advisory.vulnerabilities = match one {
        true => vec![of(about)],
        false => about.into_iter().map(|id| of(vec![id])).collect(),
    };
    let reference = |id| Reference { identifier: Some(id), ..Reference::default() };
    advisory.references = points.into_iter().map(reference).collect();
}

/// The identifiers of a text, and the words that are none.
fn identifiers(text: &str) -> (Vec<Identifier>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut add = |identifier: Identifier| {
        if !known.contains(&identifier) {
            known.push(identifier);
        }
    };
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('(') {
        plain(before, &mut add, &mut unknown);
        let Some((pair, behind)) = behind.split_once(')') else {
            rest = behind;
            break;
        };
        match pair.split_once(';').map(|(system, number)| Identifier::new(system, number)) {
            Some(id) if id.is_cve() && Identifier::cve(&id.number).is_none() => {
                unknown.push(id.number);
            }
            Some(id) if !id.number.is_empty() && !id.system.is_empty() => add(id),
            _ => unknown.push(pair.to_owned()),
        }
        rest = behind;
    }
    plain(rest, &mut add, &mut unknown);
    (known, unknown)
}

fn plain(text: &str, add: &mut impl FnMut(Identifier), unknown: &mut Vec<String>) {
    for word in text.split([';', ',', '\n']).map(str::trim).filter(|word| !word.is_empty()) {
        let found = match Identifier::recognise(word) {
            Some(identifier) => vec![identifier],
            None => Identifier::mentioned(word),
        };
        if found.is_empty() {
            unknown.push(word.to_owned());
        }
        found.into_iter().for_each(&mut *add);
    }
}
