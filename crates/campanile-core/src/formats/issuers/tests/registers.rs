//! Documents of five issuers that keep a register beside their code: Julia, Haskell, OCaml,
//! OpenStack, Friends of Presta.

use super::documents::{HASKELL, JULIA, OCAML, OPENSTACK, PRESTA};
use super::numbers;
use crate::formats::advisory::{Format, detect, read};
use crate::formats::{Finding, Place, ReadError, csaf};
use crate::model::advisory::{Advisory, Kind, Rating, Status, Value, scheme};
use crate::model::time::Timestamp;

const DOCUMENTS: [(&str, Format); 5] = [
    (JULIA, Format::Julia),
    (HASKELL, Format::Haskell),
    (OCAML, Format::Ocaml),
    (OPENSTACK, Format::OpenStack),
    (PRESTA, Format::FriendsOfPresta),
];

fn of(text: &str) -> (Advisory, Vec<Finding>) {
    read(text.as_bytes()).unwrap()
}

fn rated(rating: &Rating) -> (&str, &str, &str) {
    let value = match &rating.value {
        Value::Vector(text) | Value::Word(text) => text,
        _ => "",
    };
    (&rating.rater, value, rating.score.as_deref().unwrap_or_default())
}

fn versions(advisory: &Advisory) -> Vec<(&str, &str, &str)> {
    let of = advisory.products.iter();
    of.map(|one| (one.vendor.as_str(), one.name.as_str(), one.version.as_str())).collect()
}

#[test]
fn julia_is_about_what_its_packages_carry() {
    let (read, found) = of(JULIA);
    assert_eq!(found, []);
    assert_eq!(read.title, "A bell rings twice");
    assert_eq!(numbers(&read), ["CVE-2026-1001", "JLSEC-2026-1"]);
    assert_eq!(read.upstream.len(), 2);
    let ratings: Vec<_> = read.vulnerabilities[0].ratings.iter().map(rated).collect();
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H";
    assert_eq!(ratings, [("NVD", "AV:N/AC:M/Au:N/C:N/I:N/A:P", ""), ("Julia", vector, "")]);
    let bell = ("Julia", "Bell_jll", "< 4.3.1+0 || >= 5.0.0, < 5.1.0+0");
    assert_eq!(versions(&read), [bell, ("Julia", "Tower", "*")]);
    assert_eq!(read.credits, ["Ada Lovelace", "Grace"]);
    assert_eq!(read.references[1].kind, "FIX");
    assert_eq!(read.changed_at.unwrap().at.to_string(), "2026-07-23T22:21:26Z");
    let withdrawn = JULIA.replace("\nupstream", "\nwithdrawn = 2026-08-01T00:00:00Z\nupstream");
    assert_eq!(of(&withdrawn).0.status, Status::Withdrawn);
    let odd = JULIA.replace("\"AV:N/AC:M/Au:N/C:N/I:N/A:P\"", "\"high\"");
    assert_eq!(of(&odd).1[0].place, "/severity/0");
}

#[test]
fn packages_of_haskell_share_a_vector() {
    let (read, found) = of(HASKELL);
    assert_eq!(found, []);
    assert_eq!(read.title, "*bell* rings");
    assert_eq!(numbers(&read), ["CVE-2026-1002", "HSEC-2026-0001"]);
    let bell = ("Hackage", "bell", "ECOSYSTEM >=0 <6.2018 || >=7.1");
    assert_eq!(versions(&read), [bell, ("GHC", "rts", "")]);
    let [one] = read.vulnerabilities.as_slice() else { panic!("{read:?}") };
    assert_eq!(one.weaknesses, ["CWE-200", "CWE-610"]);
    assert_eq!((one.ratings.len(), one.ratings[0].products.len()), (1, 2));
    assert_eq!(read.related[0].number, "CVE-2026-1003");
}

#[test]
fn heads_of_ocaml_are_in_the_syntax_of_opam() {
    let (read, found) = of(OCAML);
    assert_eq!(found, []);
    assert_eq!(numbers(&read), ["CVE-2026-1004", "OSEC-2026-01"]);
    let [one] = read.vulnerabilities.as_slice() else { panic!("{read:?}") };
    let vector = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N";
    let ratings: Vec<_> = one.ratings.iter().map(rated).collect();
    assert_eq!(ratings, [("OCaml", vector, "6.8"), ("OCaml", "Medium", "")]);
    assert_eq!(versions(&read), [("opam", "bell", "< 4.14.3 | (>= 5 & < 5.4.1)")]);
    assert_eq!(one.weaknesses, ["CWE-126", "CWE-502"]);
    assert_eq!(
        (read.credits.join(","), read.references[0].kind.as_str()),
        ("Ada,Grace".into(), "report")
    );
    assert!(read.sections[0].text.ends_with("let ring () = ()\n```"));
}

#[test]
fn openstack_rates_in_the_name_of_others() {
    let (read, found) = of(OPENSTACK);
    assert_eq!(found[0].place, "/vulnerabilities/1");
    assert_eq!((found.len(), numbers(&read)), (1, vec!["CVE-2026-1005".to_owned()]));
    let [one] = read.vulnerabilities.as_slice() else { panic!("{read:?}") };
    assert_eq!((one.title.as_str(), one.weaknesses.len()), ("client to proxy", 0));
    let rater = "Red Hat Product Security";
    let vector = (rater, "AV:N/AC:L/Au:N/C:N/I:N/A:P", "5.0");
    assert_eq!(
        one.ratings.iter().map(rated).collect::<Vec<_>>(),
        [(rater, "moderate", ""), vector]
    );
    assert_eq!(versions(&read), [("OpenStack", "bell", "<26.0.1, ==27.0.0")]);
    assert_eq!((read.credits[0].as_str(), read.references.len()), ("Ada (Analytical)", 2));
    assert_eq!(read.references[1].title, "essex");
    assert_eq!(read.changed_at.unwrap().text, "2026-04-01");
}

#[test]
fn posts_of_friends_of_presta_have_their_facts_in_a_list() {
    let (read, found) = of(PRESTA);
    assert_eq!(found, []);
    assert_eq!(numbers(&read), ["CVE-2026-1006"]);
    let [one] = read.vulnerabilities.as_slice() else { panic!("{read:?}") };
    let ratings: Vec<_> = one.ratings.iter().map(|one| (rated(one).1, rated(one).2)).collect();
    assert_eq!(
        ratings,
        [("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8"), ("critical", "")]
    );
    let version = "< 2.4.3 (2.4.3 fixed the vulnerability)";
    assert_eq!(versions(&read), [("Bell", "bellmodule", version)]);
    assert_eq!((one.weaknesses[0].as_str(), read.credits.join(",")), ("CWE-89", "Ada".into()));
    let kinds: Vec<_> = read.solutions.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["vendor_fix", "mitigation"]);
    assert!(read.solutions[0].text.contains("## no heading"));
    let points = read.references.iter().filter_map(|one| one.identifier.as_ref());
    assert_eq!(points.map(|one| one.number.as_str()).collect::<Vec<_>>(), ["GHSA-wh98-p28r-vrc9"]);
    let research = PRESTA.replace("CVE-2026-1006", "CWE-502");
    let (read, _) = of(&research);
    assert_eq!(
        (read.kind, read.number.as_str()),
        (Kind::Informational, "cwe-502-a-bell-in-bellmodule")
    );
}

#[test]
fn a_vector_without_its_version_is_told_and_its_score_kept() {
    let text =
        PRESTA.replace("[CVSS:3.1/", "[").replace("a.example/?v", "a.example/v3-calculator?v");
    let (read, found) = of(&text);
    assert_eq!(found.len(), 1);
    let first = &read.vulnerabilities[0].ratings[0];
    assert_eq!((first.scheme.as_str(), first.score.as_deref()), (scheme::CVSS_3, Some("9.8")));
}

#[test]
fn each_is_told_from_the_others_and_from_what_looks_alike() {
    for (text, format) in DOCUMENTS {
        assert_eq!(detect(text.as_bytes()), Some(format));
        assert_eq!(detect(text.replace('\n', "\r\n").as_bytes()), Some(format));
        let crlf = of(&text.replace('\n', "\r\n")).0;
        assert_eq!(numbers(&crlf), numbers(&of(text).0));
    }
    let rustsec = "```toml\n[advisory]\nid = \"RUSTSEC-2022-0003\"\n```\n[[affected]]\n";
    assert_eq!(detect(rustsec.as_bytes()), Some(Format::RustSec));
    let ruby = "---\ngem: a\ndate: 2026-01-01\nurl: https://a.example\ntitle: t\n";
    assert_eq!(detect(ruby.as_bytes()), Some(Format::RubySec));
    let blog = "---\nlayout: post\ntitle: t\nauthor: Ada\n---\nText\n";
    assert_eq!(detect(blog.as_bytes()), None);
}

#[test]
fn what_has_no_number_or_is_not_well_formed_is_refused_with_its_place() {
    for (text, _) in DOCUMENTS.iter().take(4) {
        let gone = text.replace("id = \"", "id = \" \" #").replace("id: OS", "id: \"\" #");
        let read = read(gone.as_bytes());
        assert!(matches!(&read, Err(ReadError::Missing(Place::Pointer(_), "number"))), "{read:?}");
    }
    let broken = [
        (JULIA, "pkg = \"Tower\"", "pkg = ]"),
        (OCAML, "cwe: [", "cwe: ("),
        (PRESTA, "meta: \"", "meta: *"),
        (OPENSTACK, "title: '", "title: *"),
    ];
    for (text, right, wrong) in broken {
        let line = 1 + text.lines().position(|line| line.starts_with(right)).unwrap();
        let read = read(text.replace(right, wrong).as_bytes());
        let Err(ReadError::Syntax(Place::Line(at, _), _)) = read else { panic!("{read:?}") };
        assert_eq!(at, line, "{right}");
    }
}

#[test]
fn what_they_say_comes_back_from_csaf() {
    for (text, _) in DOCUMENTS {
        let (advisory, _) = of(text);
        let now = Timestamp::from_seconds(1_795_286_400);
        let written = csaf::write(&advisory, csaf::Version::V2_0, now);
        let (again, _) = read(&written).unwrap();
        assert_eq!((&again.title, &again.number), (&advisory.title, &advisory.number));
        assert_eq!(numbers(&again), numbers(&advisory));
        // CSAF wants a score with a vector; it is computed where none is given.
        let values = |one: &Advisory| {
            let inside = one.vulnerabilities.iter().flat_map(|one| &one.ratings);
            let mut all: Vec<_> =
                inside.map(|one| (rated(one).0.to_owned(), rated(one).1.to_owned())).collect();
            all.sort();
            all
        };
        assert_eq!(values(&again), values(&advisory));
        assert_eq!(again.products.len(), advisory.products.len());
    }
}

#[test]
fn cut_and_garbled_documents_are_read_or_refused() {
    for (text, _) in DOCUMENTS {
        let octets = text.as_bytes();
        for at in (0..octets.len()).step_by(3) {
            let cut = read(&octets[..at]);
            assert!(cut.is_err() || !cut.unwrap().0.number.is_empty(), "{at}");
            for octet in [b'\n', b'"', b'[', b'{', b'\\', 0xff] {
                let mut garbled = octets.to_vec();
                garbled[at] = octet;
                if let Ok((advisory, _)) = read(&garbled) {
                    assert!(!advisory.number.is_empty(), "{at}");
                }
            }
        }
    }
}
