//! Advisories made up of everything that a format holds read back equal.

use std::collections::BTreeMap;

use campanile_core::formats::{Severity, advisory, csaf, cvrf, eispp};
use campanile_core::model::advisory::{
    Advisory, Affected, Identifier, Issuer, Kind, Markup, Product, ProductStatus, Rating,
    Reference, Revision, Section, SectionKind, Solution, Status, Value, Vulnerability, scheme,
};
use campanile_core::model::moment::Moment;
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;

const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);
const ADVISORIES: u64 = 300;

/// Texts that break writers.
const TEXTS: [&str; 8] = [
    "A worm is scanning TCP 135.",
    "Grüße aus Köln – 漢字, العربية, 🔔",
    "<b>not markup</b> & \"quotes\" 'n' ]]> <![CDATA[x]]> <!-- -->",
    "two\nlines\n\nand a paragraph",
    "&amp; &#65; &lt; \\u0041 {\"a\": 1}",
    "[a](javascript:b) **bold** `code`",
    "a; b, c: d",
    "x",
];

/// A sequence of choices that is the same every time.
struct Choices(u64);

impl Choices {
    fn next(&mut self) -> usize {
        // xorshift64* (Vigna 2016)
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap()
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.next() % items.len()].clone()
    }

    fn text(&mut self) -> String {
        self.of(&TEXTS).to_owned()
    }

    fn line(&mut self) -> String {
        self.text().replace('\n', " ").replace("  ", " ")
    }

    fn some<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.of(&[0, 1, 3])).map(|_| make(self)).collect()
    }

    fn sections(&mut self) -> Vec<Section> {
        self.some(|c| Section {
            kind: c.of(SectionKind::ALL),
            title: c.of(&["", "A heading", "Töpfe & <Pfannen>"]).to_owned(),
            text: c.text(),
        })
    }

    fn references(&mut self) -> Vec<Reference> {
        self.some(|c| Reference {
            identifier: None,
            kind: c.of(&["self", "external"]).to_owned(),
            title: c.line(),
            url: c.of(&["https://cert.example/a?b=c&d=%20#e", "http://x.example/"]).to_owned(),
        })
    }

    fn criteria(&mut self) -> Rating {
        let tokens = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let mut criteria = BTreeMap::new();
        criteria.insert("risk".to_owned(), tokens(&[self.of(&["low", "high", "odd_token"])]));
        criteria.insert("impact".to_owned(), tokens(&["DoS", "take_control"]));
        Rating::stated("DFN-CERT", scheme::EISPP_1_2, Value::Criteria(criteria))
    }
}

fn moment(day: usize) -> Moment {
    Moment::parse(&format!("2026-01-{:02}T10:00:00.25+01:00", day + 1)).unwrap()
}

fn product(c: &mut Choices, at: usize) -> Product {
    Product {
        id: format!("p {at}"),
        vendor: c.of(&["Maker", "A & B"]).to_owned(),
        name: format!("Product {}", c.of(&[1, 2])),
        version: format!("1.{at}"),
        purl: c.of(&["", "pkg:npm/%40scope/name@1.0"]).to_owned(),
        cpe: c.of(&["", "cpe:/a:maker:product", "cpe:2.3:a:m:p:1\\:0:*:*:*:*:*:*:*"]).to_owned(),
    }
}

fn vulnerability(c: &mut Choices, at: usize, products: &[Product]) -> Vulnerability {
    let (vector, score) = c.of(&[
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "7.5"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", "9.8"),
    ]);
    let mut ids = vec![Identifier::new("cve", &format!("CVE-2026-{}", 1000 + at))];
    ids.extend(c.some(|_| Identifier::new("cert-cc", "VU#568148")).into_iter().take(1));
    let mut one = Vulnerability {
        ids,
        title: c.line(),
        sections: c.sections(),
        references: c.references(),
        disclosed_at: Some(moment(0)),
        ..Vulnerability::default()
    };
    let Some(first) = products.first() else { return one };
    let of_first = vec![first.id.clone()];
    one.ratings.push(Rating {
        score: Some(score.to_owned()),
        products: of_first.clone(),
        ..Rating::stated("DFN-CERT", scheme::CVSS_3_1, Value::Vector(vector.to_owned()))
    });
    let word = Value::Word("Important".into());
    one.ratings.push(Rating::stated("DFN-CERT", scheme::WORD, word));
    one.ratings.push(c.criteria());
    one.affected =
        vec![Affected { product: first.id.clone(), status: ProductStatus::KnownAffected }];
    if let Some(second) = products.get(1) {
        let status = c.of(&[ProductStatus::Fixed, ProductStatus::KnownNotAffected]);
        one.affected.push(Affected { product: second.id.clone(), status });
    }
    one.solutions.push(Solution {
        kind: c.of(&["vendor_fix", "workaround", "mitigation", "none_available"]).to_owned(),
        text: c.text(),
        url: c.of(&["", "https://cert.example/fix"]).to_owned(),
        products: of_first,
    });
    one
}

/// The advisory of a number, as CSAF 2.1 holds it.
fn made(number: u64) -> Advisory {
    let c = &mut Choices(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..8).for_each(|_| _ = c.next());
    let products: Vec<_> = (0..c.of(&[0, 1, 4])).map(|at| product(c, at)).collect();
    let revisions: Vec<_> = (0..c.of(&[1, 3]))
        .map(|at| Revision { version: format!("1.{at}"), at: Some(moment(at)), summary: c.text() })
        .collect();
    let last = revisions.len() - 1;
    let mut references = c.references();
    references.extend(
        c.some(|_| Reference {
            kind: "alias".into(),
            title: "VDE-2026-001".into(),
            ..Reference::default()
        })
        .into_iter()
        .take(1),
    );
    let word = Rating::stated("DFN-CERT", scheme::WORD, Value::Word("High".into()));
    let mut ratings: Vec<_> = c.some(|_| word.clone()).into_iter().take(1).collect();
    ratings.extend(c.some(Choices::criteria));
    Advisory {
        kind: c.of(&[Kind::Record, Kind::Minimum, Kind::Advisory]),
        issuer: Issuer {
            name: "DFN-CERT".into(),
            namespace: "https://dfn-cert.example".into(),
            category: c.of(&["coordinator", "vendor", "other"]).to_owned(),
            contact: c.of(&["", "cert@dfn-cert.example"]).to_owned(),
        },
        number: format!("DFN-CERT-2026-{number:04}"),
        version: format!("1.{last}"),
        title: c.line(),
        language: c.of(&["", "en", "de-AT"]).to_owned(),
        status: c.of(&[Status::Final, Status::Interim, Status::Draft]),
        tlp: Some(c.of(Tlp::ALL)),
        markup: Markup::None,
        published_at: Some(moment(0)),
        changed_at: Some(moment(last)),
        supersedes: c.some(|_| "DFN-CERT-2025-0001".to_owned()),
        sections: c.sections(),
        vulnerabilities: (0..c.of(&[0, 1, 3])).map(|at| vulnerability(c, at, &products)).collect(),
        products,
        ratings,
        references,
        revisions,
        solutions: Vec::new(),
        upstream: c.some(|_| Identifier::new("debian", "DSA-5000-1")),
        related: c.some(|_| Identifier::new("cve", "CVE-2025-0001")),
        credits: c.some(Choices::line),
    }
}

fn reads_back(name: &str, advisory: &Advisory, octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let read = advisory::read(octets).unwrap_or_else(|error| panic!("{name} {error}\n{text}"));
    assert_eq!(&read.0, advisory, "{name}\n{text}");
    let errors = read.1.iter().filter(|finding| finding.severity == Severity::Error);
    assert_eq!(errors.collect::<Vec<_>>(), Vec::<&_>::new(), "{name}");
}

#[test]
fn csaf_of_both_versions_reads_back_equal() {
    for number in 0..ADVISORIES {
        let advisory = made(number);
        for version in [csaf::Version::V2_0, csaf::Version::V2_1] {
            let octets = csaf::write(&advisory, version, NOW);
            reads_back(version.name(), &advisory, &octets);
        }
    }
}

#[test]
fn cvrf_reads_back_equal() {
    for number in 0..ADVISORIES {
        let mut advisory = made(number);
        advisory.issuer.namespace.clear();
        advisory.products.iter_mut().for_each(|product| product.purl.clear());
        for one in &mut advisory.vulnerabilities {
            one.weaknesses = vec!["CWE-79".into()];
            one.sections.retain(|section| !section.text.contains("  "));
        }
        reads_back("cvrf", &advisory, &cvrf::write(&advisory, NOW));
    }
}

#[test]
fn eispp_reads_back_equal() {
    for number in 0..ADVISORIES {
        let advisory = of_eispp(made(number));
        reads_back("eispp", &advisory, &eispp::write(&advisory, NOW));
    }
}

/// As much of an advisory as EISPP holds.
fn of_eispp(made: Advisory) -> Advisory {
    let kinds = [
        SectionKind::Summary,
        SectionKind::TechnicalContext,
        SectionKind::Description,
        SectionKind::TechnicalDescription,
        SectionKind::Diagnostic,
    ];
    let order = |section: &Section| kinds.iter().position(|kind| *kind == section.kind);
    let mut sections = made.sections;
    sections.retain(|section| order(section).is_some());
    sections.sort_by_key(order);
    sections.iter_mut().for_each(|section| section.title.clear());
    let products = made.products.into_iter().enumerate().map(|(at, product)| Product {
        id: format!("P{}", at + 1),
        name: format!("{} on linux, solaris", product.name),
        ..product
    });
    let about = |one: Vulnerability| Vulnerability {
        ids: one.ids.into_iter().take(1).collect(),
        ..Vulnerability::default()
    };
    let number = |one: Reference| Reference {
        identifier: Some(Identifier::new("sun", "56180")),
        kind: "vendor_advisory".into(),
        title: String::new(),
        url: one.url,
    };
    let solution = Solution {
        kind: "vendor_fix".into(),
        text: "Install it.".into(),
        url: "https://cert.example/fix".into(),
        products: Vec::new(),
    };
    Advisory {
        issuer: Issuer { name: made.issuer.name, ..Issuer::default() },
        number: made.number,
        version: made.version,
        title: made.title,
        language: made.language,
        published_at: made.published_at,
        changed_at: made.changed_at,
        revisions: made.revisions,
        supersedes: made.supersedes,
        sections,
        products: products.collect(),
        vulnerabilities: made.vulnerabilities.into_iter().map(about).collect(),
        ratings: made.ratings.into_iter().filter(|one| one.scheme == scheme::EISPP_1_2).collect(),
        solutions: vec![solution],
        references: made
            .references
            .into_iter()
            .filter(|one| !one.url.is_empty())
            .map(number)
            .collect(),
        ..Advisory::default()
    }
}
