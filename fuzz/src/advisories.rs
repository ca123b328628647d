//! Documents of advisories.

use campanile_core::formats::{advisory, cve, issuers, minimum, osv, rendering, yaml};
use campanile_core::model::advisory::{Identifier, Markup};
use campanile_core::query;

/// Reading ends; what is read and can be written reads back with the same number and the same
/// vulnerabilities.
pub fn osv_json(data: &[u8]) {
    let _ = yaml::read(data);
    let Ok((read, _)) = osv::read(data) else { return };
    let Ok(written) = osv::write(&read) else { return };
    let (again, _) = osv::read(&written).expect("what we wrote reads");
    assert_eq!((&again.number, &again.title), (&read.number, &read.title));
    assert_eq!(again.vulnerability_ids(), read.vulnerability_ids());
}

/// As [`osv_json`].
pub fn cve_json(data: &[u8]) {
    let Ok((read, _)) = cve::read(data) else { return };
    let Ok(written) = cve::write(&read) else { return };
    let (again, _) = cve::read(&written).expect("what we wrote reads");
    assert_eq!(again.number, read.number);
    assert_eq!(again.vulnerability_ids(), read.vulnerability_ids());
}

/// Every row is an advisory or a finding; what is written reads back equal in number.
pub fn minimum_csv(data: &[u8]) {
    let Ok((all, _)) = minimum::read_all(data) else { return };
    let written = minimum::write_all(&all).expect("what is read is complete");
    let (again, _) = minimum::read_all(&written).expect("what we wrote reads");
    let numbers = |all: &[campanile_core::model::advisory::Advisory]| {
        all.iter().map(|one| one.number.clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&again), numbers(&all));
}

/// A text in Markdown becomes elements that harm nobody, and links that lead nowhere else.
pub fn markdown(data: &[u8]) {
    const NAMES: &str = " p h3 h4 h5 h6 em strong del code pre blockquote ul ol li table thead \
                         tbody tr th td br hr a ";
    let page = rendering::prose(&String::from_utf8_lossy(data), Markup::Markdown, 2);
    for tag in page.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("every element is closed");
        assert!(!text.contains('>'), "{tag}");
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(NAMES.contains(&format!(" {} ", name.trim_start_matches('/'))), "{tag}");
        let target = attributes.strip_prefix("href=\"").unwrap_or("https://");
        let is_first = |start: &&str| attributes.starts_with(start);
        assert!(attributes.is_empty() || ["href=\"", "start=\""].iter().any(is_first), "{tag}");
        assert!(["https://", "http://", "mailto:"].iter().any(|s| target.starts_with(s)), "{tag}");
    }
}

/// A text is a query, which reads back as the same one, or is refused at a place inside of it; what
/// may stand at any place can be put there.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match query::parse(&text) {
        Ok(read) => assert_eq!(query::parse(&read.to_string()).as_ref(), Ok(&read)),
        Err(error) => {
            assert!(text.get(error.place.clone()).is_some());
            let _ = (error.hint(), error.pointer(&text), error.to_string());
        }
    }
    let at = data.first().map_or(0, |octet| usize::from(*octet) % (text.len() + 1));
    for one in query::complete(&text, at, query::Vocabulary::default()) {
        assert!(text.get(one.place).is_some());
    }
}

/// Every reader of an issuer ends, whatever it is given, and so does the one entry for all.
pub fn issuer_document(data: &[u8]) {
    let readers = [
        issuers::certcc::read,
        issuers::certfr::read,
        issuers::curl::read,
        issuers::friendsofphp::read,
        issuers::friendsofpresta::read,
        issuers::haskell::read,
        issuers::julia::read,
        issuers::mozilla::read,
        issuers::nodejs::read,
        issuers::ocaml::read,
        issuers::openssl::read,
        issuers::openstack::read,
        issuers::rubysec::read,
        issuers::rustsec::read,
        advisory::read,
    ];
    for read in readers {
        if let Ok((advisory, _)) = read(data) {
            assert!(!advisory.number.is_empty());
        }
    }
    let text = String::from_utf8_lossy(data);
    for identifier in Identifier::mentioned(&text) {
        // The one form is its own form.
        assert_eq!(Identifier::new(&identifier.system, &identifier.number), identifier);
    }
}
