//! No text of a withheld part is in a view, whatever the rules and whoever looks.

use proptest::prelude::*;

use super::*;
use crate::model::advisory::{
    Advisory, Affected, Identifier, Product, ProductStatus, Rating, Reference, Revision, Section,
    Solution, Value, Vulnerability, scheme,
};

const NOW: Timestamp = Timestamp::from_seconds(1_787_623_200);

/// An advisory in which every text of a part says which part it is of.
fn marked() -> Advisory {
    let mark = |part: Part, n: u8| format!("<{part}{n}>");
    let sections = |n| {
        let all = SectionKind::ALL.iter();
        let section = |kind: &SectionKind| Section {
            kind: *kind,
            title: mark((*kind).into(), n),
            text: mark((*kind).into(), n + 1),
        };
        all.map(section).collect::<Vec<_>>()
    };
    let products = vec![mark(Part::Products, 1)];
    let mut rating = Rating::stated("Rater", scheme::WORD, Value::Word("high".into()));
    rating.products.clone_from(&products);
    let solution = Solution {
        kind: mark(Part::Solutions, 1),
        text: mark(Part::Solutions, 2),
        url: mark(Part::Solutions, 3),
        products: products.clone(),
    };
    let reference = Reference {
        identifier: Some(Identifier::new("redhat", "RHSA-2003:206")),
        kind: mark(Part::References, 1),
        title: mark(Part::References, 2),
        url: mark(Part::References, 3),
    };
    let vulnerability = Vulnerability {
        ids: vec![Identifier::new("cve", "CAN-2003-0252")],
        title: mark(Part::TechnicalDescription, 7),
        sections: sections(5),
        weaknesses: vec![mark(Part::TechnicalDescription, 8)],
        ratings: vec![rating.clone()],
        affected: vec![Affected {
            product: mark(Part::Products, 1),
            status: ProductStatus::Other(mark(Part::Products, 2)),
        }],
        solutions: vec![solution.clone()],
        references: vec![reference.clone()],
        disclosed_at: None,
    };
    Advisory {
        number: "CERT-IST/AV-2003.219".into(),
        title: "NFS".into(),
        revisions: vec![Revision { summary: mark(Part::History, 1), ..Revision::default() }],
        sections: sections(1),
        products: vec![Product {
            id: mark(Part::Products, 1),
            name: mark(Part::Products, 3),
            ..Product::default()
        }],
        vulnerabilities: vec![vulnerability],
        ratings: vec![rating],
        solutions: vec![solution],
        references: vec![reference],
        credits: vec![mark(Part::Credits, 1)],
        ..Advisory::default()
    }
}

fn audience() -> impl Strategy<Value = Audience> {
    let team = |name: &str| Audience::Teams([name.parse().unwrap()].into());
    prop_oneof![
        Just(Audience::Own),
        Just(Audience::Network),
        Just(team("ALPHA")),
        Just(team("BRAVO")),
        Just(Audience::Group("incident".parse().unwrap())),
    ]
}

fn disclosure() -> impl Strategy<Value = Disclosure> {
    let part = prop::sample::select(Part::ALL);
    let parts = prop::collection::btree_map(part, audience(), 0..6);
    let release = prop::option::of((-1i64..2).prop_map(|by| NOW.plus_seconds(by)));
    let exception = prop::option::weighted(0.3, Just("trade secret".to_owned()));
    (audience(), parts, release, exception).prop_map(|(rest, parts, release_at, exception)| {
        let owner = Some("OWNER".parse().unwrap());
        Disclosure { owner, rest, parts, release_at, exception }
    })
}

fn viewer() -> impl Strategy<Value = Facts> {
    let team = prop::option::of(prop::sample::select(vec!["ALPHA", "bravo", "OTHER", "owner"]));
    let groups = prop::sample::select(vec![None, Some("incident"), Some("elsewhere")]);
    (team, groups).prop_map(|(team, group)| Facts {
        team: team.map(|team| team.parse().unwrap()),
        groups: group.into_iter().map(|group| group.parse().unwrap()).collect(),
    })
}

proptest! {
    #[test]
    fn no_text_of_a_withheld_part_is_in_a_view(rules in disclosure(), viewer in viewer()) {
        let advisory = marked();
        let owner = viewer.team.as_ref().is_some_and(|team| team.as_str() == "owner");
        let open = owner || rules.is_released(NOW);
        let Some(seen) = view(&advisory, &rules, &viewer, NOW) else {
            prop_assert!(!open && rules.exception.is_some() && !rules.rest.has(&viewer));
            return Ok(());
        };
        let text = serde_json::to_string(&seen.advisory).unwrap();
        for part in Part::ALL {
            let allowed = open || rules.audience(*part).has(&viewer);
            prop_assert_eq!(text.contains(&format!("<{part}")), allowed, "{}", part);
            prop_assert_eq!(seen.withheld.iter().any(|one| one.part == *part), !allowed);
        }
        prop_assert!(text.contains("AV-2003.219") && text.contains("CVE-2003-0252"));
        prop_assert!(text.contains("RHSA-2003:206") && text.contains("high"));
    }
}

#[test]
fn documents_of_teams_are_narrow_and_public_ones_wide_by_default() {
    let team = || Some("ALPHA".parse().unwrap());
    let rest = |owner, tlp| Disclosure::default_for(owner, tlp).rest;
    assert_eq!(rest(None, None), Audience::Network);
    assert_eq!(rest(None, Some(Tlp::Green)), Audience::Network);
    assert_eq!(rest(None, Some(Tlp::Amber)), Audience::Own);
    assert_eq!(rest(team(), None), Audience::Own);
    assert_eq!(rest(team(), Some(Tlp::Green)), Audience::Own);
    assert_eq!(rest(team(), Some(Tlp::Clear)), Audience::Network);
}

#[test]
fn the_whole_is_released_at_its_time_and_not_before() {
    let rules = Disclosure { release_at: Some(NOW), ..Disclosure::default() };
    let seen = |at| view(&marked(), &rules, &Facts::default(), at).unwrap();
    let before = seen(Timestamp::from_micros(NOW.micros() - 1));
    assert_eq!(before.withheld.len(), Part::ALL.len());
    assert!(before.withheld.iter().all(|one| one.until == Some(NOW)));
    assert_eq!(seen(NOW).withheld, []);
    assert_eq!(seen(NOW).advisory, marked());
}

#[test]
fn audience_is_read_as_it_is_written() {
    for text in ["network", "own", "list:alert", "ALPHA", "ALPHA, BETA"] {
        assert_eq!(text.parse::<Audience>().unwrap().to_string(), text);
    }
    for text in ["", "list:", "ALPHA,,BETA", "everybody else"] {
        assert!(text.parse::<Audience>().is_err(), "{text}");
    }
}
