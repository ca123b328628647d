//! An advisory as a CVE record, strictly as the schema has it.

use serde_json::{Map, Value as JsonValue, json};

use super::versions;
use crate::formats::WriteError;
use crate::model::advisory::{
    Advisory, Product, Rating, Reference, Section, SectionKind, Solution, Status, Value,
    Vulnerability, scheme,
};
use crate::model::moment::Moment;

/// The version of the format that is written.
const DATA_VERSION: &str = "5.1";
/// CISA's container, the one of others whose organisation is known.
const CISA_ADP: (&str, &str) = ("CISA-ADP", "134c704f-9b21-4f2e-91b3-4a467353bcc0");

/// Writes an advisory as a record.
///
/// # Errors
/// When it is not about exactly one number of the CVE list, its issuer has no organisation in the
/// CVE program (namespace `urn:uuid:…`), or it lacks what the schema asks for: a description, a
/// product, a reference.
pub fn write(advisory: &Advisory) -> Result<Vec<u8>, WriteError> {
    let organisation = advisory.issuer.namespace.strip_prefix("urn:uuid:");
    let organisation =
        organisation.ok_or(WriteError::Missing("organisation of the CVE program"))?;
    let [one] = advisory.vulnerabilities.as_slice() else {
        return Err(WriteError::Missing("single vulnerability"));
    };
    let id = one.ids.iter().find(|id| id.is_cve()).ok_or(WriteError::Missing("CVE number"))?;
    let rejected = advisory.status == Status::Withdrawn;
    let mut meta = Map::new();
    meta.insert("cveId".into(), id.number.as_str().into());
    meta.insert("assignerOrgId".into(), organisation.into());
    put(&mut meta, "assignerShortName", advisory.issuer.name.as_str().into());
    meta.insert("state".into(), if rejected { "REJECTED" } else { "PUBLISHED" }.into());
    put(&mut meta, "datePublished", time(advisory.published_at.as_ref()));
    put(&mut meta, "dateUpdated", time(advisory.changed_at.as_ref()));
    let mut containers = Map::new();
    containers.insert("cna".into(), cna(advisory, one, organisation, rejected)?);
    let added = metrics(one.ratings.iter().filter(|rating| rating.rater == CISA_ADP.0));
    if !added.is_empty() {
        let provider = json!({ "orgId": CISA_ADP.1, "shortName": CISA_ADP.0 });
        let adp = json!([{ "providerMetadata": provider, "metrics": added }]);
        containers.insert("adp".into(), adp);
    }
    let record = json!({
        "dataType": "CVE_RECORD",
        "dataVersion": DATA_VERSION,
        "cveMetadata": meta,
        "containers": containers,
    });
    let mut octets = serde_json::to_vec_pretty(&record).unwrap_or_default();
    octets.push(b'\n');
    Ok(octets)
}

fn cna(
    advisory: &Advisory,
    one: &Vulnerability,
    organisation: &str,
    rejected: bool,
) -> Result<JsonValue, WriteError> {
    let mut cna = Map::new();
    let mut provider = Map::new();
    provider.insert("orgId".into(), organisation.into());
    put(&mut provider, "shortName", advisory.issuer.name.as_str().into());
    cna.insert("providerMetadata".into(), provider.into());
    let descriptions =
        texts(&advisory.sections, |section| section.kind == SectionKind::Description);
    if descriptions.is_empty() {
        return Err(WriteError::Missing("description"));
    }
    if rejected {
        cna.insert("rejectedReasons".into(), descriptions.into());
        return Ok(cna.into());
    }
    cna.insert("descriptions".into(), descriptions.into());
    put(&mut cna, "title", advisory.title.as_str().into());
    let affected = affected(advisory, one);
    let references: Vec<_> = advisory.all_references().filter_map(reference).collect();
    if affected.is_empty() || references.is_empty() {
        let what = if affected.is_empty() { "product" } else { "reference" };
        return Err(WriteError::Missing(what));
    }
    cna.insert("affected".into(), affected.into());
    cna.insert("references".into(), references.into());
    let own = one.ratings.iter().chain(&advisory.ratings);
    put(&mut cna, "metrics", metrics(own.filter(|one| one.rater == advisory.issuer.name)).into());
    put(&mut cna, "problemTypes", problem_types(one));
    put(&mut cna, "datePublic", time(one.disclosed_at.as_ref()));
    let context = texts(&one.sections, |section| section.kind == SectionKind::TechnicalContext);
    put(&mut cna, "configurations", context.into());
    put(&mut cna, "impacts", impacts(one));
    put(&mut cna, "exploits", texts(&one.sections, |one| one.kind == SectionKind::Other).into());
    put(&mut cna, "solutions", solutions(one, |solution| solution.kind != "workaround"));
    put(&mut cna, "workarounds", solutions(one, |solution| solution.kind == "workaround"));
    let credits = advisory.credits.iter().map(|name| json!({ "lang": "en", "value": name }));
    put(&mut cna, "credits", credits.collect());
    let timeline = advisory.revisions.iter().filter(|one| one.at.is_some());
    let timeline = timeline
        .map(|one| json!({ "time": time(one.at.as_ref()), "lang": "en", "value": one.summary }));
    put(&mut cna, "timeline", timeline.collect());
    Ok(cna.into())
}

/// Inserts what is not empty.
fn put(record: &mut Map<String, JsonValue>, name: &str, value: JsonValue) {
    let empty = match &value {
        JsonValue::Null => true,
        JsonValue::String(text) => text.is_empty(),
        JsonValue::Array(list) => list.is_empty(),
        _ => false,
    };
    if !empty {
        record.insert(name.to_owned(), value);
    }
}

fn time(moment: Option<&Moment>) -> JsonValue {
    moment.map_or(JsonValue::Null, |moment| moment.at.to_string().into())
}

fn texts(sections: &[Section], wanted: impl Fn(&Section) -> bool) -> Vec<JsonValue> {
    let wanted = sections.iter().filter(|one| wanted(one) && !one.text.is_empty());
    // A heading of two or three letters is the language, as the reader puts it.
    let language = |title: &str| match title.len() {
        2 | 3 => title.to_owned(),
        _ => "en".to_owned(),
    };
    wanted.map(|one| json!({ "lang": language(&one.title), "value": one.text })).collect()
}

fn affected(advisory: &Advisory, one: &Vulnerability) -> Vec<JsonValue> {
    let mut all = Vec::new();
    for state in &one.affected {
        let product = advisory.products.iter().find(|product| product.id == state.product);
        let named = |product: &&Product| !product.name.is_empty() && !product.vendor.is_empty();
        let Some(product) = product.filter(named) else { continue };
        let status = versions::word(&state.status);
        let mut affected = Map::new();
        affected.insert("vendor".into(), product.vendor.as_str().into());
        affected.insert("product".into(), product.name.as_str().into());
        put(&mut affected, "packageURL", product.purl.as_str().into());
        if product.cpe.starts_with("cpe:") {
            affected.insert("cpes".into(), json!([product.cpe]));
        }
        let versions = versions::members(&product.version, status);
        match versions.is_empty() {
            true => affected.insert("defaultStatus".into(), status.into()),
            false => affected.insert("versions".into(), versions.into()),
        };
        all.push(affected.into());
    }
    all
}

fn reference(reference: &Reference) -> Option<JsonValue> {
    if !reference.url.contains("://") {
        return None;
    }
    let mut out = Map::new();
    out.insert("url".into(), reference.url.as_str().into());
    put(&mut out, "name", reference.title.as_str().into());
    let tags: Vec<_> = reference.kind.split(' ').filter(|tag| !tag.is_empty()).collect();
    put(&mut out, "tags", tags.into());
    Some(out.into())
}

/// CVSS with a vector and a score, SSVC, KEV and words; the schema has no more.
fn metrics<'a>(ratings: impl Iterator<Item = &'a Rating>) -> Vec<JsonValue> {
    let mut all = Vec::new();
    for rating in ratings {
        match &rating.value {
            Value::Vector(vector) => all.extend(cvss(rating, vector)),
            Value::Criteria(criteria) if rating.scheme == scheme::SSVC => {
                let options = criteria.iter().flat_map(|(name, tokens)| {
                    tokens.iter().map(move |token| json!({ name.as_str(): token }))
                });
                let options: Vec<_> = options.collect();
                let content = json!({ "options": options, "version": "2.0.3" });
                all.push(json!({ "other": { "type": "ssvc", "content": content } }));
            }
            Value::Word(day) if rating.scheme == scheme::KEV => {
                let content = json!({ "dateAdded": day });
                all.push(json!({ "other": { "type": "kev", "content": content } }));
            }
            Value::Word(word) if rating.scheme == scheme::WORD => {
                let kind = "Textual description of severity";
                all.push(json!({ "other": { "type": kind, "content": { "text": word } } }));
            }
            _ => {}
        }
    }
    all
}

fn cvss(rating: &Rating, vector: &str) -> Option<JsonValue> {
    let score: f64 = rating.score.as_ref()?.parse().ok()?;
    let (name, version) = match rating.scheme.as_str() {
        scheme::CVSS_4 => ("cvssV4_0", "4.0"),
        scheme::CVSS_3_1 => ("cvssV3_1", "3.1"),
        scheme::CVSS_3_0 => ("cvssV3_0", "3.0"),
        scheme::CVSS_2 => ("cvssV2_0", "2.0"),
        _ => return None,
    };
    let mut cvss = Map::new();
    cvss.insert("version".into(), version.into());
    cvss.insert("vectorString".into(), vector.into());
    cvss.insert("baseScore".into(), json!(score));
    if rating.scheme != scheme::CVSS_2 {
        cvss.insert("baseSeverity".into(), severity(score).into());
    }
    Some(json!({ name: cvss }))
}

/// The word of a score [CVSS 3.1 §5, CVSS 4.0 §6].
fn severity(score: f64) -> &'static str {
    match score {
        s if s >= 9.0 => "CRITICAL",
        s if s >= 7.0 => "HIGH",
        s if s >= 4.0 => "MEDIUM",
        s if s > 0.0 => "LOW",
        _ => "NONE",
    }
}

fn problem_types(one: &Vulnerability) -> JsonValue {
    let weakness = |id: &String| {
        let description = json!({ "lang": "en", "type": "CWE", "cweId": id, "description": id });
        json!({ "descriptions": [description] })
    };
    one.weaknesses.iter().map(weakness).collect()
}

fn impacts(one: &Vulnerability) -> JsonValue {
    let impacts = one.sections.iter().filter(|section| section.kind == SectionKind::Impact);
    let impacts = impacts.map(|section| {
        let description = json!({ "lang": "en", "value": section.text });
        match section.title.starts_with("CAPEC-") {
            true => json!({ "capecId": section.title, "descriptions": [description] }),
            false => json!({ "descriptions": [description] }),
        }
    });
    impacts.collect()
}

fn solutions(one: &Vulnerability, wanted: impl Fn(&Solution) -> bool) -> JsonValue {
    let wanted = one.solutions.iter().filter(|one| wanted(one) && !one.text.is_empty());
    wanted.map(|one| json!({ "lang": "en", "value": one.text })).collect()
}
