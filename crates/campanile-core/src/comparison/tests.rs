use super::cvss::{Vector, metrics};
use super::scale::Band;
use super::{eispp, ssvc, words};
use crate::model::advisory::scheme;

#[test]
fn data_files_are_read() {
    for scheme in super::cvss::VERSIONS {
        assert!(metrics(scheme).len() >= 14, "{scheme}");
    }
    assert_eq!(ssvc::tables().len(), 5);
    assert!(words::scales().len() > 8);
    assert_eq!(eispp::rank("risk", "very_high"), Some(4));
}

#[test]
fn vector_is_read_metric_by_metric() {
    let vector = Vector::read("", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap();
    assert_eq!((vector.score().to_string().as_str(), vector.band()), ("9.8", Band::Critical));
    let first = vector.cells().next().unwrap();
    assert_eq!((first.name, first.value, first.meaning), ("Attack Vector", "N", "Network"));
}

#[test]
fn vector_without_prefix_is_of_the_scheme_it_is_given_with() {
    let text = "(AV:N/AC:L/Au:N/C:C/I:C/A:C)";
    let vector = Vector::read(scheme::CVSS_2, text).unwrap();
    assert_eq!((vector.score().to_string().as_str(), vector.band()), ("10.0", Band::High));
    assert_eq!(Vector::read(scheme::WORD, text), None);
}

#[test]
fn what_is_no_vector_is_refused() {
    for text in [
        "",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H",
        "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    ] {
        assert_eq!(Vector::read("cvss-3.1", text), None, "{text}");
    }
}

#[test]
fn word_is_mapped_by_the_scale_of_its_rater_and_the_rule_is_named() {
    let mapped = |rater, word| words::mapped(rater, word).map(|m| (m.band, m.rule));
    let red_hat = Some((Some(Band::High), "Red Hat severity ratings"));
    assert_eq!(mapped("Red Hat Product Security", "Important"), red_hat);
    assert_eq!(mapped("Siemens-CERT", "very_high"), Some((Some(Band::Critical), "EISPP risk")));
    assert_eq!(mapped("Somebody", "Unknown").unwrap().0, None);
    assert_eq!(mapped("Somebody", "Severe"), None);
}

#[test]
fn every_row_of_every_ssvc_table_decides() {
    for table in ssvc::tables() {
        let mut rows: Vec<Vec<&str>> = vec![Vec::new()];
        for point in &table.points {
            let longer = rows.iter().flat_map(|row| {
                point.values.iter().map(move |v| [row.as_slice(), &[v.key.as_str()]].concat())
            });
            rows = longer.collect();
        }
        for row in rows {
            assert!(table.decide(&row).is_some(), "{} {row:?}", table.id);
        }
    }
    let cisa = ssvc::table("cisa:DT_CO:2.0.3").unwrap();
    assert_eq!(cisa.decide(&["active", "yes", "total", "high"]).unwrap().name, "Act");
    assert_eq!(cisa.decide(&["poc", "no", "partial"]), None);
}
