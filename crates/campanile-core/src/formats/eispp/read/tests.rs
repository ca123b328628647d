//! What is read, kept as given, and refused.

use super::*;
use crate::formats::eispp::write;
use crate::model::time::Timestamp;

const NFS: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE EISPPAdvisory SYSTEM "daf.dtd">
<EISPPAdvisory version="daf-1.1"><identification_data><issuer>CERT-IST</issuer>
<ref_num>CERT-IST/AV-2003.219</ref_num><ref_version>1.0</ref_version>
<title lang="en">nfs-utils</title><date>2003-07-15T00:00:00Z</date>
<supersedes>CERT-IST/AV-2003.001</supersedes></identification_data>
<system_information><system_list><system>
<system_part type="platform"><instance tag="linux"/></system_part>
<system_part type="software"><instance tag="nfs-utils"><attribute_value tag="version">
<value>before 1.0.4</value></attribute_value></instance></system_part>
</system></system_list></system_information>
<vulnerability_classification scheme="eispp-1.2"><risk>high</risk><impact>DoS</impact>
<impact>world_peace</impact><attack_skill>expert</attack_skill></vulnerability_classification>
<Description><description lang="en">Text.</description></Description>
<references><reference><ref_type>vulnerability_id</ref_type><resource>CVE</resource>
<id>CAN-2003-0252</id></reference><reference><ref_type>vendor</ref_type><resource>Sun</resource>
<id>56180</id></reference></references></EISPPAdvisory>"#;

#[test]
fn tokens_are_kept_as_given_and_those_outside_of_their_set_are_noted() {
    let (advisory, findings) = read(NFS.as_bytes()).unwrap();
    let Value::Criteria(criteria) = &advisory.ratings[0].value else { panic!("no criteria") };
    assert_eq!(criteria["impact"], ["DoS", "world_peace"]);
    let notes: Vec<_> = findings.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[1].contains("kept as given"));
}

#[test]
fn candidates_are_vulnerabilities_and_other_numbers_references() {
    let (advisory, _) = read(NFS.as_bytes()).unwrap();
    assert_eq!(advisory.vulnerabilities[0].ids[0].to_string(), "CVE-2003-0252");
    assert_eq!(advisory.references[0].identifier, Some(Identifier::new("sun", "56180")));
    assert_eq!(advisory.products[0].name, "nfs-utils on linux");
}

#[test]
fn what_is_written_reads_back_equal() {
    let (advisory, _) = read(NFS.as_bytes()).unwrap();
    let written = write(&advisory, Timestamp::from_seconds(0));
    assert_eq!(read(&written).unwrap().0, advisory, "{}", String::from_utf8_lossy(&written));
}

#[test]
fn other_documents_and_those_without_number_are_refused() {
    assert_eq!(read(b"<cvrfdoc/>"), Err(ReadError::Foreign("EISPP")));
    let without = NFS.replace("<ref_num>CERT-IST/AV-2003.219</ref_num>", "");
    assert!(matches!(read(without.as_bytes()), Err(ReadError::Missing(_, "ref_num"))));
}
