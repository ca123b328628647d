//! What links advisories that name no vulnerability: CERT-FR of 2003 lists none, and points to
//! notes of CERT/CC and to bulletins of vendors that those point to as well.

use std::collections::BTreeSet;
use std::path::Path;

use campanile_core::formats::advisory::read;
use campanile_core::grouping::Entry;
use campanile_core::grouping::link::between;
use campanile_core::model::advisory::{Advisory, Identifier};

/// The documents of a folder, in whatever depth.
fn advisories(folder: &Path) -> Vec<Advisory> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(advisories(&path)),
            false => all.push(read(&std::fs::read(&path).unwrap()).unwrap().0),
        }
    }
    all
}

/// What an advisory can be linked by: what it is, what it is about, what it points to.
fn identifiers(advisory: &Advisory) -> BTreeSet<Identifier> {
    let own = Identifier::recognise(&advisory.number);
    let about = advisory.vulnerability_ids().into_iter().cloned();
    let points = advisory.all_references().filter_map(|one| one.identifier.clone());
    own.into_iter().chain(about).chain(points).collect()
}

/// Documents of the one that share an identifier of these systems with a document of the other,
/// and the pairs, counted once for each identifier.
fn linked(one: &[Advisory], other: &[Advisory], systems: &[&str]) -> (usize, usize) {
    let other: Vec<_> = other.iter().map(identifiers).collect();
    let (mut documents, mut pairs) = (0, 0);
    for ids in one.iter().map(identifiers) {
        let ours = ids.iter().filter(|id| systems.is_empty() || systems.contains(&&*id.system));
        let shared = |id: &Identifier| other.iter().filter(|theirs| theirs.contains(id)).count();
        let count: usize = ours.map(shared).sum();
        pairs += count;
        documents += usize::from(count > 0);
    }
    (documents, pairs)
}

#[test]
fn documents_of_2003_without_numbers_of_cve_are_linked_by_what_they_point_to() {
    let Some(folder) = crate::data("advisories/dev") else { return };
    let french = advisories(&folder.join("certfr/2003"));
    let notes = advisories(&folder.join("certcc"));
    assert_eq!((french.len(), notes.len()), (217, 255));
    assert!(french.iter().all(|one| one.vulnerability_ids().is_empty()));
    let by = |systems: &[&str]| linked(&french, &notes, systems);
    assert_eq!(by(&["cert-cc"]).1, 16, "pairs by VU#");
    assert_eq!(by(&["microsoft"]).1, 47, "pairs by bulletins of Microsoft");
    let (documents, _) = by(&["cert-cc", "microsoft", "redhat", "debian"]);
    assert_eq!(documents, 42);
    // Further numberings that are known link more.
    assert_eq!(by(&[]), (67, 140));
    // Grouping sees each of these ties.
    let entry = |one: &Advisory| {
        let own: Vec<_> = Identifier::recognise(&one.number).into_iter().collect();
        Entry::of(one, &own)
    };
    let (french, notes) =
        (french.iter().map(entry).collect::<Vec<_>>(), notes.iter().map(entry).collect::<Vec<_>>());
    let tied = |one: &&Entry| notes.iter().any(|note| between(one, note, &[]).is_some());
    assert_eq!(french.iter().filter(tied).count(), 67);
}
