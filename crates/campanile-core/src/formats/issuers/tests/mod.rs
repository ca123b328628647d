//! What documents of issuers become, on small ones of the same shape; the real ones are read in
//! `tests/advisories`.

mod documents;
mod registers;

use super::*;
use crate::model::advisory::{Identifier, Kind, Value, scheme};

fn numbers(advisory: &Advisory) -> Vec<String> {
    advisory.vulnerability_ids().into_iter().map(Identifier::to_string).collect()
}

#[test]
fn references_of_cert_fr_carry_what_they_point_to() {
    let text = r###"{"reference": "CERTA-2003-AVI-003", "title": "libpng", "risks":
        [{"description": "Déni de service"}], "cves": [], "revisions": [{"description": "initiale",
        "revision_date": "2003-01-14T00:00:00.000000"}], "affected_systems_content": "<p>a <b>b</b>",
        "summary": null, "content": "## Description\nVU#412115\n\n## Solution\nPatch.\n",
        "vendor_advisories": [{"title": "RHSA-2003:006", "url": null}], "links": [{"title": "x",
        "url": "http://www.debian.org/security/2002/dsa-213"}]}"###;
    let (read, found) = certfr::read(text.as_bytes()).unwrap();
    let points = read.references.iter().map(|one| one.identifier.as_ref().unwrap().to_string());
    assert_eq!(points.collect::<Vec<_>>(), ["RHSA-2003:006", "DSA-213", "VU#412115"]);
    assert_eq!(read.published_at.unwrap().at.to_string(), "2003-01-14T00:00:00Z");
    assert_eq!(
        (read.solutions[0].text.as_str(), read.sections[0].text.as_str()),
        ("Patch.", "a b")
    );
    assert_eq!(read.ratings[0].scheme, certfr::RISKS);
    assert_eq!(found, []);
}

#[test]
fn the_metric_of_cert_cc_is_a_rating() {
    let text = r#"{"ID": "VU#682900", "IDNumber": "682900", "CVEIDs": "CAN-2003-0575", "Revision": 6,
        "CAM_ScoreCurrent": 14.625, "CAM_Impact": "20", "CVSS_BaseVector": "AV:--/AC:--",
        "References": ["http://www.securityfocus.com/bid/8304"], "DatePublic": "2003-07-29T00:00:00"}"#;
    let (read, _) = certcc::read(text.as_bytes()).unwrap();
    assert_eq!(read.vulnerabilities[0].ids.len(), 2);
    assert_eq!(numbers(&read), ["VU#682900", "CVE-2003-0575"]);
    let [rating] = read.vulnerabilities[0].ratings.as_slice() else { panic!("{read:?}") };
    let Value::Criteria(criteria) = &rating.value else { panic!("{rating:?}") };
    assert_eq!(
        (rating.scheme.as_str(), rating.score.as_deref()),
        (scheme::CERT_CC, Some("14.625"))
    );
    assert_eq!(criteria["Impact"], ["20"]);
    let unscored = text.replace("14.625", "0");
    assert!(certcc::read(unscored.as_bytes()).unwrap().0.vulnerabilities[0].ratings.is_empty());
}

#[test]
fn rubysec_writes_numbers_without_their_list() {
    let text = "---\ngem: actionpack\ncve: 2022-23633\nghsa: wh98-p28r-vrc9\nurl: https://a.example\n\
        title: t\ndate: 2022-02-11\ncvss_v3: 7.4\npatched_versions:\n- \">= 7.0.2.2\"\n";
    let (read, _) = rubysec::read(text.as_bytes()).unwrap();
    assert_eq!(numbers(&read), ["CVE-2022-23633", "GHSA-wh98-p28r-vrc9"]);
    assert_eq!(read.vulnerabilities[0].ratings[0].score.as_deref(), Some("7.4"));
    assert_eq!(read.products[1].version, ">= 7.0.2.2");
}

#[test]
fn rustsec_has_a_head_and_a_text() {
    let text = "```toml\n[advisory]\nid = \"RUSTSEC-2022-0003\"\npackage = \"ammonia\"\n\
        date = \"2022-01-19\"\naliases = [\"CVE-2022-0001\"]\ninformational = \"unsound\"\n\
        [versions]\npatched = [\">= 3.1.3\"]\n```\n\n# Space bug\n\nText.\n\n# More\nx\n";
    let (read, _) = rustsec::read(text.as_bytes()).unwrap();
    assert_eq!((read.title.as_str(), read.kind), ("Space bug", Kind::Informational));
    assert_eq!(read.sections[0].text, "Text.\n\n# More\nx");
    assert_eq!(numbers(&read), ["CVE-2022-0001", "RUSTSEC-2022-0003"]);
    assert!(rustsec::read(b"```toml\n[advisory\n```\n").is_err());
}

#[test]
fn texts_of_openssl_are_cut_at_their_headings() {
    let text = "OpenSSL Security Advisory [03 May 2022]\n=======================\n\n\
        Injection (CVE-2022-1292)\n=========================\n\nSeverity: Moderate\n\nText.\n\n\
        Note\n====\n\nSee CVE-2021-4160.\n";
    let (read, _) = openssl::read(text.as_bytes()).unwrap();
    assert_eq!((read.number.as_str(), read.title.as_str()), ("secadv_20220503", "Injection"));
    assert_eq!(numbers(&read), ["CVE-2022-1292"]);
    assert_eq!(read.vulnerabilities[0].ratings.len(), 1);
}

#[test]
fn other_issuers_are_read_by_their_members() {
    let php = "title: t\nlink: https://a.example/x\ncve: ~\nbranches:\n  main:\n    time: \
        2022-01-04 00:59:31\n    versions: ['<4.1.6']\nreference: composer://a/b\n";
    let (read, _) = friendsofphp::read(php.as_bytes()).unwrap();
    assert_eq!(
        (read.number.as_str(), read.products[0].name.as_str()),
        ("https://a.example/x", "a/b")
    );
    let mozilla = "## mfsa2022-03.yml\nannounced: January 11, 2022\nfixed_in:\n- Firefox ESR 91.5\n\
        title: t\nadvisories:\n  CVE-2022-22746:\n    title: x\n    impact: high\n    bugs:\n    - url: 1, 2\n";
    let (read, _) = mozilla::read(mozilla.as_bytes()).unwrap();
    assert_eq!((read.number.as_str(), read.products[0].version.as_str()), ("mfsa2022-03", "91.5"));
    assert_eq!(read.vulnerabilities[0].references.len(), 2);
    let node = r#"{"cve": ["CVE-2022-43548"], "vulnerable": "14.x", "patched": "^14.21.1", "severity":
        "medium"}"#;
    assert_eq!(numbers(&nodejs::read(node.as_bytes()).unwrap().0), ["CVE-2022-43548"]);
    let curl = "Reuse\n=====\n\nProject curl Security Advisory, April 27 2022\n\
        [Permalink](https://curl.se/docs/CVE-2022-27775.html)\n\nSeverity: Low\n";
    let (read, _) = curl::read(curl.as_bytes()).unwrap();
    assert_eq!((read.title.as_str(), numbers(&read).len()), ("Reuse", 1));
    assert!(read.published_at.is_some());
}
