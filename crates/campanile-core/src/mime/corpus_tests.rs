//! Over the big corpora, when they are there.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::outer::{Outer, classify};
use super::{fields, protected, read, text};
use crate::model::condition::Condition;

/// The corpora, if they lie on this machine.
pub(super) fn corpus(folder: &str) -> Option<PathBuf> {
    let set = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|h| Path::new(&h).join(".cache/campanile-testdata"));
    let found = set.or(home).map(|root| root.join(folder)).filter(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: no corpus {folder}");
    }
    found
}

/// All mails below a folder, sorted.
pub(super) fn mails(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let mail = path.extension().is_some_and(|e| e == "eml" || e == "mbox" || e == "txt");
            if path.is_dir() {
                open.push(path);
            } else if mail {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

fn form(bytes: &[u8]) -> Result<&'static str, Condition> {
    Ok(match classify(&read(bytes)?)? {
        Outer::PgpMime { .. } => "pgp-mime",
        Outer::PgpMimeMangled { .. } => "mangled",
        Outer::Inline { .. } => "inline",
        Outer::Cms { .. } => "cms",
        Outer::CmsByName { .. } => "cms-by-name",
        Outer::ClearSigned { .. } => "signed",
        Outer::Plain => "plain",
    })
}

#[test]
fn every_mail_of_the_corpora_is_read_or_refused_quickly() {
    for folder in ["attacks/dev", "mail", "interop"] {
        let Some(folder) = corpus(folder) else {
            continue;
        };
        let mut forms = std::collections::BTreeMap::<String, usize>::new();
        for (path, bytes) in mails(&folder) {
            let start = Instant::now();
            let found = form(&bytes);
            if let Ok(root) = read(&bytes) {
                root.fields.iter().for_each(|field| {
                    let _ = (fields::mailboxes(field), fields::addresses(field), text::text(field));
                });
                let _ = protected::protected(&root);
            }
            // Debug builds on a loaded machine: generous, but far below anything quadratic.
            assert!(start.elapsed().as_secs() < 20, "{path:?}");
            if std::env::var_os("CAMPANILE_SHOW").is_some() {
                println!("{found:?} {}", path.display());
            }
            *forms.entry(format!("{found:?}")).or_default() += 1;
        }
        println!("{}: {forms:?}", folder.display());
    }
}

#[test]
fn every_control_of_the_attack_corpus_is_a_sealed_form() {
    let Some(folder) = corpus("attacks/dev/controls") else {
        return;
    };
    for (path, bytes) in mails(&folder) {
        let found = form(&bytes);
        assert!(!matches!(found, Err(_) | Ok("plain")), "{path:?} {found:?}");
    }
}

#[test]
fn mail_mangled_by_exchange_is_repaired() {
    let Some(folder) = corpus("mail/e2e-mitigation/implementation/groundtruth") else {
        return;
    };
    for (path, bytes) in mails(&folder) {
        // Only this copy is mangled; the one in the folder `outlook` is intact.
        let outlook = path == folder.join("02 DC Unmodified from Outlook.com.eml");
        let expect = if outlook { "mangled" } else { "pgp-mime" };
        assert_eq!(form(&bytes), Ok(expect), "{path:?}");
    }
}
