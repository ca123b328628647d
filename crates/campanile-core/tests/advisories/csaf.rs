//! The CSAF of five issuers, and the CVRF of Fortinet in JSON.

use std::collections::BTreeSet;

use campanile_core::formats::advisory;
use campanile_core::model::advisory::{Advisory, Rating, scheme};

use crate::lists::{Line, check, documents, line};

/// The list has of words the first threat of a vulnerability, or the severity of the whole when
/// the document is about one CVE only.
fn ratings(advisory: &Advisory) -> BTreeSet<Line> {
    let is_word = |rating: &&Rating| rating.scheme == scheme::WORD;
    let cves: Vec<_> = advisory.vulnerability_ids().into_iter().filter(|id| id.is_cve()).collect();
    let sole = cves.len() == 1;
    let mut lines = BTreeSet::new();
    for vulnerability in &advisory.vulnerabilities {
        let Some(cve) = vulnerability.ids.iter().find(|id| id.is_cve()) else { continue };
        let whole = advisory.ratings.iter().filter(|_| sole);
        let word = vulnerability.ratings.iter().find(is_word).or_else(|| whole.into_iter().next());
        let others = vulnerability.ratings.iter().filter(|rating| !is_word(rating));
        lines.extend(others.chain(word).filter_map(|rating| line(&cve.number, rating)));
    }
    lines
}

#[test]
fn cisa_says_what_the_lists_say() {
    check("cisa", ratings);
}

#[test]
fn ctrliq_says_what_the_lists_say() {
    check("ctrliq", ratings);
}

#[test]
fn ni_and_nvidia_say_what_the_lists_say() {
    check("ni", ratings);
    check("nvidia", ratings);
}

#[test]
fn red_hat_says_what_the_lists_say() {
    check("redhat-csaf", ratings);
}

#[test]
fn fortinet_says_what_the_lists_say() {
    check("fortinet", ratings);
}

#[test]
fn raters_are_the_issuers_themselves() {
    for listed in documents("cisa").iter().chain(&documents("fortinet")) {
        let (advisory, _) = advisory::read(&listed.octets).unwrap();
        let all = advisory.vulnerabilities.iter().flat_map(|one| &one.ratings);
        assert!(all.into_iter().all(|rating| rating.rater == advisory.issuer.name));
        assert!(!advisory.issuer.name.is_empty(), "{}", listed.path);
    }
}
