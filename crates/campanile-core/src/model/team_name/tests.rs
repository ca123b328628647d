use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

/// The teams of the attack set, and one whose name is not its handle.
fn names() -> Names {
    let mut names = Names::default();
    for team in ["DFN-CERT", "PRE-CERT", "CERT-IST", "ESCERT", "SIEMENS-CERT"] {
        names.add(&handle(team), team);
    }
    names.add(&handle("POL"), "CERT Polska");
    names
}

fn refused(text: &str) -> bool {
    check(text).is_err() || names().alike(text, &handle("POL")).is_some()
}

#[test]
fn names_that_teams_have_are_names() {
    for text in [
        "CERT-Polska",
        "CERT.at",
        "CERT/CC",
        "CERT@VDE",
        "ΕΛΛΑΣ-CERT",
        "日本CERT",
        "日本コンピュータ緊急対応センター・JPCERT",
        "한국CERT",
        "СЕРТ России",
        "DFN-CERT Services GmbH, Übersee",
        "Universität X, CERT",
        "Centre d’alerte & réponse (CSIRT)",
        "Trung tâm Ứng cứu sự cố",
        "Großkunden-CSIRT",
        "5G-CERT",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
        let other = names().alike(text, &handle("POL")).cloned();
        assert_eq!(other, None, "{text}");
    }
}

#[test]
fn text_that_is_no_name_is_refused_for_its_reason() {
    use BadTeamName::{Address, Beginning, Blank, Empty, List, Long, Mixed, Posing};
    let long = "A".repeat(NAME_CHARACTERS_MAX + 1);
    for (text, reason) in [
        ("", Empty),
        (long.as_str(), Long),
        ("DFN-CERT ", Blank),
        ("\u{a0}DFN-CERT", Blank),
        ("..", Beginning),
        ("../etc", Beginning),
        ("-", Beginning),
        ("DFN-CЕRT", Mixed(5)),
        ("AΒC", Mixed(1)),
        ("АВС CERT", Posing(1)),
        ("DFN-CERT, PRE-CERT", List),
        ("cert@dfn.example", Address),
    ] {
        assert_eq!(check(text), Err(reason), "{text:?}");
    }
}

#[test]
fn character_that_no_name_has_is_refused_at_its_place() {
    for (text, place) in [
        ("DFN\u{202e}TREC", 4),
        ("DFN-CERT\0", 9),
        ("DFN-CERT\r\nX: 1", 9),
        ("DFN\tCERT", 4),
        ("DFN\u{200b}-CERT", 4),
        ("DFN\u{2028}CERT", 4),
        ("ESCERT\u{2066}", 7),
        ("DFN-CERT\u{e0041}", 9),
        ("DFN-CERT\u{fe0f}", 9),
        ("PRE\u{ad}CERT", 4),
        ("CERT-IST\u{3164}", 9),
        ("CERT-IST\u{2800}", 9),
        ("DFN\u{2010}CERT", 4),
        ("DFN\u{2212}CERT", 4),
        ("<b>DFN-CERT</b>", 1),
        ("\"DFN-CERT\"", 1),
        ("DFN-CERT; PRE-CERT", 9),
        ("a [link](x)", 3),
        ("\u{216e}FN-CERT", 1),
        ("ＤFN-CERT", 1),
        ("𝐃FN-CERT", 1),
        ("ſam", 1),
        ("\u{212a}IT-CERT", 1),
        ("CERT e\u{301}", 6),
        ("x\u{301}\u{302}\u{303}", 4),
        ("\u{130}STANBUL-CERT", 1),
    ] {
        match check(text) {
            Err(BadTeamName::Character { place: found, .. }) => {
                assert_eq!(found, place, "{text:?}")
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

#[test]
fn name_that_looks_like_another_is_found_with_its_team() {
    for (text, team) in [
        ("DFN-CERT", "DFN-CERT"),
        ("dfn-cert", "DFN-CERT"),
        ("DFN CERT", "DFN-CERT"),
        ("D.F.N. Cert", "DFN-CERT"),
        ("DFÑ-CÉRT", "DFN-CERT"),
        ("SlEMENS-CERT", "SIEMENS-CERT"),
        ("S1EMENS_CERT", "SIEMENS-CERT"),
        ("SIERNENS-CERT", "SIEMENS-CERT"),
        ("ΡRΕ-CΕRΤ", "PRE-CERT"),
        ("cert polska", "POL"),
        ("New team, DFN-CERT", "DFN-CERT"),
        ("pol", "POL"),
    ] {
        let found = names().alike(text, &handle("NEW")).cloned();
        assert_eq!(found, Some(handle(team)), "{text}");
    }
}

#[test]
fn team_may_be_called_what_it_is_called() {
    assert_eq!(names().alike("CERT Polska", &handle("pol")), None);
    assert_eq!(names().alike("POL", &handle("POL")), None);
}

#[test]
fn letters_that_differ_to_a_reader_are_no_other_team() {
    let mut names = Names::default();
    names.add(&handle("HA"), "ハハ-CERT");
    assert_eq!(names.alike("パパ-CERT", &handle("PA")), None);
    names.add(&handle("T-12"), "Team 12");
    assert_eq!(names.alike("Team 13", &handle("T-13")), None);
}

#[test]
fn names_of_the_attack_set_are_refused_and_taken_as_it_says() {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let file = root.map(|root| root.join("attacks/dev/lists/l-team-names-dev.jsonl"));
    let Some(rows) = file.and_then(|file| std::fs::read_to_string(file).ok()) else {
        println!("skipped: no test data attacks");
        return;
    };
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        let name = row["name"].as_str().unwrap();
        assert_eq!(refused(name), row["expect"] == "reject", "{row}");
    }
}

proptest! {
    #[test]
    fn name_looks_like_itself_in_any_letter_case_and_with_any_signs(
        name in "[A-Za-z0-9äöüßΑ-Ωа-я][A-Za-z0-9äöüßΑ-Ωа-я -]{0,20}",
    ) {
        let mut names = Names::default();
        names.add(&handle("OLD"), &name);
        let spaced: String = name.chars().flat_map(|c| [c, '-']).collect();
        for other in [name.to_uppercase(), name.to_lowercase(), spaced] {
            prop_assert!(names.alike(&other, &handle("NEW")).is_some(), "{:?} {:?}", name, other);
        }
    }

    #[test]
    fn name_has_nothing_that_acts_and_something_to_look_at(text in "\\PC{0,12}|.{0,12}") {
        if check(&text).is_ok() {
            prop_assert!(!text.chars().any(acts) && text.nfc().eq(text.chars()));
            prop_assert!(looks(&text).iter().all(|look| !look.is_empty()));
        }
    }
}
