//! The repository of the demo: the week of 2003 that CEISNE was drawn up for, and 200 advisories
//! of our time; where they come from is told in `demo/advisories/ORIGIN`.

use std::path::Path;

use super::tools::{self, Program};
use crate::error::Result;

const ARCHIVE: &[u8] = include_bytes!("advisories/advisories.tar.gz");

/// The teams of that week. They read advisories and have no key: no alert goes to them.
const TEAMS: [(&str, &str); 3] = [
    ("CERT-IST", "cert-ist.example"),
    ("EsCERT-UPC", "escert.example"),
    ("Siemens-CERT", "siemens-cert.example"),
];

/// Brings the advisories in, and compares what three teams said about one vulnerability.
pub(super) fn play(program: &Program, home: &Path) -> Result<()> {
    println!("\nThree more teams, which publish advisories");
    for (handle, fqdn) in TEAMS {
        let email = format!("cert@{fqdn}");
        program.run(&[
            "team",
            "add",
            "--handle",
            handle,
            "--name",
            handle,
            "--email",
            &email,
            "--fqdn",
            fqdn,
            "--standing",
            "accredited",
        ])?;
    }
    let archive = home.join("advisories.tar.gz");
    tools::write(&archive, ARCHIVE)?;
    program.show(&["advisory", "import", &archive.to_string_lossy()])?;
    program.show(&["group", "list", "--query", "2003", "--count", "5"])?;
    program.show(&["compare", "CAN-2003-0252", "--only-differing"])
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn week_of_the_demo_is_that_of_the_tests() {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(ARCHIVE));
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/eispp");
        let (mut week, mut real) = (0, 0);
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().into_owned();
            let mut octets = Vec::new();
            entry.read_to_end(&mut octets).unwrap();
            if path.starts_with("week36") {
                assert!(octets == std::fs::read(tests.join(&path)).unwrap(), "{path:?}");
                week += 1;
            } else {
                real += 1;
            }
        }
        let files = std::fs::read_dir(tests.join("week36")).unwrap().count();
        assert_eq!((week, real), (files, 200));
    }
}
