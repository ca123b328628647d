//! Friends of Presta: posts of a Jekyll site, with a head in YAML and facts in lists.

use std::collections::BTreeSet;

use super::markdown::{links, marked};
use super::{head, reference, score_and_word, section, texts, with_findings};
use crate::formats::json::Node;
use crate::formats::{Finding, Place, ReadError, Severity, dates, parts, yaml};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Product, ProductStatus, Rating, Reference, SectionKind,
    Solution, Value, scheme,
};

/// Its name as issuer and rater, and as author of posts.
const ISSUER: &str = "Friends-Of-Presta.org";
/// What its head stands between.
const MARK: &str = "---";
/// Most characters of a number that is made of a title.
const NUMBER_CHARS_MAX: usize = 100;

/// Whether a document looks like one: a post with a severity, or one of this author.
pub fn fits(octets: &[u8]) -> bool {
    head::looked_at(octets, MARK, MARK).is_some_and(|head| {
        let line = |start| head::has_line(head, start);
        let is_post = line("layout:") && line("title:") && line("author:");
        is_post && (line("severity:") || line("- Friends-Of-Presta.org"))
    })
}

/// Reads a document.
///
/// # Errors
/// The syntax of its head, a limit, or when it is none of theirs.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let text = head::text_of(octets)?;
    let (head, body) = head::cut(&text, MARK, MARK).ok_or(ReadError::Foreign(ISSUER))?;
    // The line that is left out in front keeps the places.
    let value = yaml::read(format!("\n{head}").as_bytes())?;
    with_findings(&value, |root| advisory(root, body))
}

fn advisory(root: &Node<'_, '_>, body: &str) -> Result<Advisory, ReadError> {
    let title = root.text("title").trim();
    let ids = identifiers(title, body);
    let number = ids.first().map_or_else(|| number_of(title), |own| own.number.clone());
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/title".to_owned()), "title or number"));
    }
    let credits = texts(root, "author").into_iter().filter(|author| author != ISSUER);
    let mut advisory = Advisory {
        kind: if ids.is_empty() { Kind::Informational } else { Kind::Advisory },
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://security.friendsofpresta.org".to_owned(),
            category: "other".to_owned(),
            contact: String::new(),
        },
        number,
        title: title.to_owned(),
        language: "en".to_owned(),
        published_at: day(root, body, "Published at"),
        changed_at: day(root, body, "Updated at"),
        credits: credits.collect(),
        ..Advisory::default()
    };
    if let Some((own, others)) = ids.split_first() {
        advisory.vulnerabilities = parts::about(own, others.to_vec(), Vec::new());
    }
    add_parts(body, &mut advisory);
    parts::affect(root, &mut advisory, product(body));
    let rated = ratings(root, body);
    parts::rate(&mut advisory, rated);
    let weakness = fact(body, &["Weakness"]).unwrap_or_default();
    parts::weaknesses(&mut advisory, weaknesses(weakness));
    Ok(advisory)
}

/// The numbers of CVE of its list of facts, as they are shown; else those of the title.
fn identifiers(title: &str, body: &str) -> Vec<Identifier> {
    let listed = fact(body, &["CVE ID"]).unwrap_or_default();
    let (listed, _) = links(listed);
    let of = |text: &str| {
        let all = Identifier::mentioned(text).into_iter();
        all.filter(Identifier::is_cve).collect::<Vec<_>>()
    };
    let listed = of(&listed);
    if listed.is_empty() { of(title) } else { listed }
}

/// A number for what has none: the words of its title.
fn number_of(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(str::to_lowercase).collect();
    words.join("-").chars().take(NUMBER_CHARS_MAX).collect()
}

/// What stands behind one of these names: `* **CVE ID**: …`.
fn fact<'t>(body: &'t str, names: &[&str]) -> Option<&'t str> {
    body.lines().find_map(|line| {
        let (name, value) = named(line)?;
        names.iter().any(|known| name.eq_ignore_ascii_case(known)).then_some(value)
    })
}

/// A line of a list that begins with a name.
fn named(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(['*', '-']).trim_start();
    let inside = line.strip_prefix("**").or_else(|| line.strip_prefix("*"))?;
    let (name, value) = inside.split_once("**")?;
    Some((name.trim_end_matches(':').trim(), value.trim_start_matches([':', ' ']).trim_end()))
}

fn day(root: &Node<'_, '_>, body: &str, name: &str) -> Option<crate::model::moment::Moment> {
    let text = fact(body, &[name])?;
    let moment = dates::moment(text);
    if moment.is_none() {
        root.find(Severity::Warning, format!("`{name}` in the text is no day; it is left out"));
    }
    moment
}

fn product(body: &str) -> Vec<(Product, ProductStatus)> {
    let of = |names: &[&str]| links(fact(body, names).unwrap_or_default()).0.trim().to_owned();
    let name = of(&["Product"]);
    let product = Product {
        vendor: of(&["Product author", "Vendor"]),
        version: of(&["Impacted release", "Impact release"]),
        name,
        ..Product::default()
    };
    let named = !product.name.is_empty();
    named.then_some((product, ProductStatus::KnownAffected)).into_iter().collect()
}

/// The word and the score of the head, and the vectors of the text, which has one as a rule.
fn ratings(root: &Node<'_, '_>, body: &str) -> Vec<Rating> {
    let severity = match root.text("severity").trim() {
        "" => fact(body, &["Severity"]).unwrap_or_default(),
        text => text,
    };
    let (score, word) = score_and_word(severity);
    let mut rated: Vec<Rating> = Vec::new();
    let mut vectors = vectors(body);
    vectors.dedup();
    let score = score.filter(|_| vectors.len() < 2);
    for vector in &vectors {
        rated.push(parts::by_vector(ISSUER, vector, score.clone()));
    }
    if vectors.is_empty() && body.contains("/v3-calculator?vector=") && score.is_some() {
        root.find(Severity::Warning, "the vector has no version; only its score is taken");
        rated.push(Rating { score, ..Rating::stated(ISSUER, scheme::CVSS_3, Value::Score) });
    }
    rated.extend(parts::by_word(ISSUER, word));
    rated
}

/// Vectors with their version, of the part that is about them.
fn vectors(body: &str) -> Vec<String> {
    let parts = marked(body, "## ").into_iter().filter(|part| part.heading.starts_with("CVSS"));
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || ":/.".contains(c));
    let words = |text: String| {
        let words = text.split(is_end).map(|word| word.trim_end_matches(['/', '.']));
        let vectors = words.filter(|word| word.starts_with("CVSS:") && word.contains('/'));
        vectors.map(str::to_owned).collect::<Vec<_>>()
    };
    parts.flat_map(|part| words(part.text)).collect()
}

/// `[CWE-89](https://…)`: numbers behind the word.
fn weaknesses(text: &str) -> Vec<String> {
    let (shown, _) = links(text);
    let words = shown.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let words = words.filter(|word| word.starts_with("CWE-")).map(str::to_owned);
    // A set, since comparing each with each costs their square.
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The parts below their headings, in front of which stands what it is about in short.
fn add_parts(body: &str, advisory: &mut Advisory) {
    for part in marked(body, "## ") {
        let heading = part.heading.to_ascii_lowercase();
        let kind = match heading.as_str() {
            "" => SectionKind::Summary,
            "summary" => {
                advisory.references.extend(sources(&part.text));
                let facts = part.text.lines().filter(|line| named(line).is_none());
                let text = facts.collect::<Vec<_>>().join("\n");
                advisory.sections.extend(section(SectionKind::Summary, "", &text));
                continue;
            }
            "links" | "references" => {
                advisory.references.extend(references(&part.text));
                continue;
            }
            "description" => SectionKind::Description,
            "possible malicious usage" => SectionKind::Impact,
            "cvss base metrics" => continue,
            text if text.contains("recommendation") || text.contains("recommandation") => {
                advisory.solutions.extend(solution("mitigation", &part.text));
                continue;
            }
            text if text.starts_with("patch") => {
                advisory.solutions.extend(solution("vendor_fix", &part.text));
                continue;
            }
            text if text.starts_with("proof of concept") => SectionKind::TechnicalDescription,
            _ => SectionKind::Other,
        };
        let title = if kind == SectionKind::Other { part.heading } else { "" };
        advisory.sections.extend(section(kind, title, &part.text));
    }
}

fn solution(kind: &str, text: &str) -> Option<Solution> {
    let text = text.trim();
    let of = || Solution { kind: kind.to_owned(), text: text.to_owned(), ..Solution::default() };
    (!text.is_empty()).then(of)
}

/// Where an advisory of somebody else is taken from.
fn sources(text: &str) -> Vec<Reference> {
    references(fact(text, &["Advisory source"]).unwrap_or_default())
}

fn references(text: &str) -> Vec<Reference> {
    let (_, links) = links(text);
    let of = |(title, url): (&str, &str)| Reference {
        identifier: Identifier::of_reference(url, title),
        title: title.trim().to_owned(),
        ..reference("", url)
    };
    links.into_iter().map(of).collect()
}
