//! The list of parts (SBOM) in CycloneDX 1.5 JSON: the crates in the executable with licence and
//! SHA-256, and who uses whom. What Debian links in at run time stands in the package's Depends.

use std::fmt::Write;

use super::Release;
use super::crates::{Crate, Crates};
use crate::run::output;

/// Writes the list.
///
/// # Errors
/// The time of the commit cannot be written as a date.
pub fn render(release: &Release, crates: &Crates) -> Result<String, String> {
    let at = format!("@{}", release.epoch);
    let time = output("date", &["-u", "-d", &at, "+%Y-%m-%dT%H:%M:%SZ"], "date")?;
    let program = crates.program.as_ref().map(Crate::purl).unwrap_or_default();
    let mut text = String::new();
    let _ = write!(
        text,
        "{{\n\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"version\": 1,\n\
         \"metadata\": {{\"timestamp\": {}, \"component\": {{\"type\": \"application\", \
         \"bom-ref\": {}, \"name\": \"campanile\", \"version\": {}, \"properties\": \
         [{{\"name\": \"commit\", \"value\": {}}}]}}}},\n\"components\": [\n",
        quoted(time.trim()),
        quoted(&program),
        quoted(&release.version),
        quoted(&release.commit),
    );
    let components: Vec<_> = crates.all.iter().map(|one| component(one, crates)).collect();
    text.push_str(&components.join(",\n"));
    text.push_str("\n],\n\"dependencies\": [\n");
    let uses = crates.uses.iter().map(|(user, used)| {
        let used: Vec<_> = used.iter().map(|purl| quoted(purl)).collect();
        format!("{{\"ref\": {}, \"dependsOn\": [{}]}}", quoted(user), used.join(", "))
    });
    text.push_str(&uses.collect::<Vec<_>>().join(",\n"));
    text.push_str("\n]\n}\n");
    Ok(text)
}

fn component(one: &Crate, crates: &Crates) -> String {
    let purl = one.purl();
    let mut text = format!(
        "{{\"type\": \"library\", \"bom-ref\": {0}, \"name\": {1}, \"version\": {2}, \
         \"purl\": {0}, \"licenses\": [{{\"expression\": {3}}}]",
        quoted(&purl),
        quoted(&one.name),
        quoted(&one.version),
        quoted(&one.licence),
    );
    if let Some(sum) = crates.sums.get(&purl) {
        let _ =
            write!(text, ", \"hashes\": [{{\"alg\": \"SHA-256\", \"content\": {}}}]", quoted(sum));
    }
    if !one.repository.is_empty() {
        let url = quoted(&one.repository);
        let _ = write!(text, ", \"externalReferences\": [{{\"type\": \"vcs\", \"url\": {url}}}]");
    }
    text.push('}');
    text
}

/// A JSON string [RFC 8259 §7].
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quoted("a\"\\\n"), "\"a\\\"\\\\\\u000a\"");
    }
}
