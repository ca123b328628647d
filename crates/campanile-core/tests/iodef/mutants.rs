//! Damaged documents: our reader and libxml2 agree about what is well-formed, and what is read
//! can be written and read again.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use campanile_core::formats::iodef::{Encoding, WriteContext, read, write};
use campanile_core::formats::{ReadError, xml};

use crate::{NOW, generator};

const MUTANTS: usize = 3_000;

/// Pieces that matter to XML, put in at random places.
const PIECES: [&str; 20] = [
    "<",
    ">",
    "/",
    "&",
    "&amp;",
    "&x;",
    "&#65;",
    "&#0;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "--",
    "<?x y?>",
    "<?xml version=\"1.0\"?>",
    "\"",
    "'",
    "=",
    "<a b='c'>",
    "</a>",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(rolled).unwrap() % limit.max(1)
    }
}

fn mutant(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(3) {
        let at = dice.below(octets.len() + 1);
        let end = (at + dice.below(20)).min(octets.len());
        match dice.below(6) {
            0 => drop(octets.drain(at..end)),
            1 | 2 => {
                let piece = PIECES[dice.below(PIECES.len())].bytes();
                drop(octets.splice(at..at, piece));
            }
            3 => {
                let piece = octets[at..end].to_vec();
                let to = dice.below(octets.len() + 1);
                drop(octets.splice(to..to, piece));
            }
            4 => octets.truncate(octets.len() - dice.below(10).min(octets.len())),
            _ => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet = b" <>&\"'/=!?-]x:0\n"[dice.below(16)];
                }
            }
        }
    }
    octets
}

fn mutants() -> Vec<Vec<u8>> {
    let context = WriteContext::plain(NOW);
    let encodings = [Encoding::V2003, Encoding::V1, Encoding::V2];
    let seeds: Vec<_> = (0..60)
        .map(|n| write(&generator::alert(n), encodings[usize::try_from(n % 3).unwrap()], &context))
        .collect();
    let mut dice = Dice(42);
    (0..MUTANTS).map(|_| mutant(&mut dice, &seeds)).collect()
}

#[test]
fn what_is_read_is_written_and_read_again() {
    for octets in mutants() {
        let Ok((alert, _)) = read(&octets, NOW) else { continue };
        for encoding in Encoding::ALL {
            let written = write(&alert, *encoding, &WriteContext::plain(NOW));
            let (again, _) = read(&written, NOW).unwrap();
            assert_eq!(again.id, alert.id);
            assert_eq!((again.tlp, again.description), (alert.tlp, alert.description.clone()));
        }
    }
}

#[test]
fn libxml2_agrees_about_what_is_well_formed() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: needs xmllint");
        return;
    }
    let mutants = mutants();
    let folder = tempfile::tempdir().unwrap();
    let refused = refused_by_libxml2(folder.path(), &mutants);
    assert!(refused.len() > MUTANTS / 10 && refused.len() < MUTANTS, "{}", refused.len());
    let mut differ = Vec::new();
    for (number, octets) in mutants.iter().enumerate() {
        let ours = xml::read(octets);
        let agrees = match &ours {
            Ok(_) => !refused.contains(&number),
            Err(ReadError::Syntax(..) | ReadError::Characters | ReadError::Entity(_)) => {
                refused.contains(&number)
            }
            Err(_) => true,
        };
        if !agrees {
            let text = String::from_utf8_lossy(octets);
            differ.push(format!("{:?}\n{text}", ours.as_ref().err()));
        }
    }
    assert!(differ.is_empty(), "{} differ, the first:\n{}", differ.len(), differ[0]);
}

/// The numbers of the files that libxml2 does not parse.
fn refused_by_libxml2(folder: &Path, mutants: &[Vec<u8>]) -> BTreeSet<usize> {
    let name = |number: usize| folder.join(format!("{number}.xml"));
    for (number, octets) in mutants.iter().enumerate() {
        std::fs::write(name(number), octets).unwrap();
    }
    let mut refused = BTreeSet::new();
    let numbers: Vec<usize> = (0..mutants.len()).collect();
    for some in numbers.chunks(500) {
        let files = some.iter().map(|number| name(*number));
        let mut run = Command::new("xmllint");
        let output = run.args(["--nonet", "--noout"]).args(files).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // Names with a colon at their end are names of XML, but none of XML with namespaces.
        let faults = [": parser error :", "namespace error : Failed to parse QName"];
        for line in said.lines().filter(|line| faults.iter().any(|fault| line.contains(fault))) {
            let file = line.split(".xml:").next().and_then(|path| path.rsplit('/').next());
            refused.insert(file.unwrap().parse().unwrap());
        }
        // An empty document has no line of its own.
        refused.extend(some.iter().filter(|number| mutants[**number].is_empty()));
    }
    refused
}
