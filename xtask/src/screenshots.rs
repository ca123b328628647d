//! Pictures of every page, for `docs/screenshots`: a test that looks at all of them takes them.

use crate::run::cargo_with;

const FOLDER: &str = "docs/screenshots";

/// Takes the pictures anew; needs what the browser tests need, and `pngquant` to make them small.
///
/// # Errors
/// When a page has a fault, or there is no browser.
pub fn run() -> Result<(), String> {
    let arguments = ["test", "-p", "campanile", "--test", "it", "browser::"];
    cargo_with(&[("CAMPANILE_SCREENSHOTS", FOLDER)], &arguments)?;
    println!("pictures of every page are in {FOLDER}");
    Ok(())
}
