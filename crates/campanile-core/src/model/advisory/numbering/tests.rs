//! Every row is a pattern; numbers as they stand in real documents come out in one form.

use super::*;

fn rows(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn every_row_is_a_pattern_of_a_known_system() {
    let texts = rows(include_str!("patterns.tsv"));
    for text in &texts {
        assert!(pattern(text).is_some(), "{text}");
    }
    assert_eq!(TABLE.set.len(), texts.len());
    assert_eq!(TABLE.systems.len(), rows(include_str!("systems.tsv")).len());
    for pattern in &TABLE.patterns {
        assert!(TABLE.systems.contains_key(pattern.system), "{}", pattern.system);
        assert!(["text", "url", "number"].contains(&pattern.place), "{}", pattern.place);
    }
    for name in TABLE.systems.keys() {
        assert!(TABLE.patterns.iter().any(|one| one.system == *name), "{name}");
    }
}

#[test]
fn addresses_of_2003_are_known() {
    let known = [
        ("http://www.kb.cert.org/vuls/id/412115", "VU#412115"),
        ("http://www.microsoft.com/technet/security/bulletin/ms03-050.asp", "MS03-050"),
        ("http://microsoft.com/technet/treeview/default.asp?url=/technet/MS03-013.asp", "MS03-013"),
        ("https://rhn.redhat.com/errata/RHSA-2003-128.html", "RHSA-2003:128"),
        ("http://www.debian.org/security/2003/dsa-311", "DSA-311"),
        ("http://www.suse.com/de/security/2003_50_rsync.html", "SUSE-SA:2003:050"),
        ("http://www.mandrakesecure.net/en/advisory.php?name=MDKSA-2003:010", "MDKSA-2003:010"),
        ("http://sunsolve.sun.com/pub-cgi/retrieve.pl?doc=fsalert%2F50626", "Sun-Alert-50626"),
        ("http://sunsolve.sun.com/pub-cgi/retrieve.pl?doc=fsalert/47815", "Sun-Alert-47815"),
        ("http://www.cisco.com/707/cisco-sa-20031210-ACNS.shtml", "cisco-sa-20031210-acns"),
        ("http://otn.oracle.com/deploy/security/pdf/2003Alert59.pdf", "Alert-59"),
        ("http://www.securityfocus.com/bid/7495", "BID-7495"),
        ("http://xforce.iss.net/xforce/xfdb/13675", "XF-13675"),
        ("http://www.iss.net/security_center/static/12090.php", "XF-12090"),
        ("http://www.secunia.com/advisories/9390/", "SA9390"),
        ("http://support.microsoft.com/default.aspx?scid=kb;en-us;816930", "KB816930"),
        ("http://support.microsoft.com/support/kb/articles/Q182/5/69.asp", "KB182569"),
        ("http://www.cve.mitre.org/cgi-bin/cvename.cgi?name=CAN-2003-0838", "CVE-2003-0838"),
        ("ftp://ftp.freebsd.org/CERT/FreeBSD-SA-03:14.arp.asc", "FreeBSD-SA-03:14"),
        ("http://www.openssl.org/news/secadv_20030319.txt", "secadv-20030319"),
    ];
    for (url, number) in known {
        let found = Identifier::from_url(url).map(|found| found.number);
        assert_eq!(found.as_deref(), Some(number), "{url}");
    }
    for url in ["http://www.kb.cert.org/vuls/id/AAMN-5KR27C", "http://itrc.hp.com", ""] {
        assert_eq!(Identifier::from_url(url), None, "{url}");
    }
}

#[test]
fn titles_and_addresses_of_one_advisory_are_equal() {
    let pairs = [
        ("SuSE-SA:2003:0007 de SuSE", "http://www.suse.com/de/security/2003_007_cvs.html"),
        ("RHSA-2003:029-06", "https://rhn.redhat.com/errata/RHSA-2003-029.html"),
        ("DSA-311-1 de Debian", "http://www.debian.org/security/2003/dsa-311"),
        ("suse-su-20222697-1 du 08", "https://www.suse.com/x/suse-su-20222697-1/"),
        ("NetBSD-SA2003-003", "ftp://ftp.netbsd.org/NetBSD-SA2003-003.txt.asc"),
        ("XSA-424", "https://xenbits.xen.org/xsa/advisory-424.html"),
        ("MFSA 2022-54", "https://www.mozilla.org/en-US/security/advisories/mfsa2022-54/"),
    ];
    for (title, url) in pairs {
        let title_number = Identifier::mentioned(title).into_iter().next();
        assert!(title_number.is_some(), "{title}");
        assert_eq!(title_number, Identifier::from_url(url), "{title}");
    }
}

#[test]
fn numbers_are_compared_within_their_system() {
    let one = |system, number| Identifier::new(system, number).to_string();
    assert_eq!(one("Bugtraq", "8205"), "BID-8205");
    assert_eq!(one("certcc", "412115"), "VU#412115");
    assert_eq!(one("CERT/CC", "ca-2003-5"), "CA-2003-05");
    assert_eq!(one("Microsoft", "Q822925"), "KB822925");
    assert_eq!(one("Sun", "56180"), "Sun-Alert-56180");
    assert_eq!(one("vendor", "rhsa-2003:206-01"), "RHSA-2003:206");
    assert_eq!(one("Example Bug ID", "x 17"), "x 17");
    assert_eq!(Identifier::new("RealNetwork", "17").system, "realnetwork");
}

#[test]
fn vulnerabilities_and_advisories_are_told_apart() {
    let names = |text| Identifier::recognise(text).and_then(|one| one.names());
    for text in ["CVE-2022-0778", "VU#412115", "GHSA-wh98-p28r-vrc9", "GO-2022-0177"] {
        assert_eq!(names(text), Some(Names::Vulnerability), "{text}");
    }
    for text in ["RHSA-2022:0636", "MS03-026", "ALSA-2022:0350", "CERTA-2003-AVI-003", "DLA-2940"] {
        assert_eq!(names(text), Some(Names::Advisory), "{text}");
    }
    assert_eq!(names("what"), None);
}

#[test]
fn a_number_inside_of_another_is_none() {
    let found = Identifier::mentioned("see CURL-CVE-2022-27775, CAN-2003-0252 and CVE-2003-0252");
    let numbers: Vec<_> = found.iter().map(Identifier::to_string).collect();
    assert_eq!(numbers, ["CURL-CVE-2022-27775", "CVE-2003-0252"]);
}

#[test]
fn the_advisory_of_a_reference_goes_before_the_vulnerability_in_its_address() {
    let url = "https://supportportal.example/s/article/CVE-2022-22194?language=en_US";
    let found = Identifier::of_reference(url, "Bulletin Juniper JSA69505 du 13 avril 2022");
    assert_eq!(found.map(|one| one.number).as_deref(), Some("JSA69505"));
}
