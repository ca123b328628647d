//! Documents that are written from the code, so that they cannot be wrong.

use std::fs;

use crate::run;
use crate::source::root;

/// Generated documents: the file, and the example of the core that prints it.
const DOCUMENTS: [(&str, &str); 1] = [("docs/conditions.md", "conditions")];

/// Writes all generated documents.
///
/// # Errors
/// When an example fails or a file cannot be written.
pub fn write() -> Result<(), String> {
    for (file, example) in DOCUMENTS {
        let text = generate(example)?;
        fs::write(root().join(file), text).map_err(|error| format!("{file}: {error}"))?;
        println!("wrote {file}");
    }
    Ok(())
}

/// Compares all generated documents with what the code says.
///
/// # Errors
/// When one is stale or missing.
pub fn check() -> Result<(), String> {
    for (file, example) in DOCUMENTS {
        let kept = fs::read_to_string(root().join(file)).unwrap_or_default();
        if kept != generate(example)? {
            return Err(format!("{file} is stale: run `cargo x docs` and commit it"));
        }
    }
    println!("docs: {} generated, none stale", DOCUMENTS.len());
    Ok(())
}

fn generate(example: &str) -> Result<String, String> {
    let arguments = ["run", "--quiet", "-p", "campanile-core", "--example", example];
    run::output(&run::cargo_program(), &arguments, "cargo")
}
