//! An alert in the toy network: a team sends it, every copy is opened, two teams answer, and the
//! board shows who is silent.

use std::path::Path;

use super::copies::{self, Opened};
use super::keys::Keyring;
use super::tools::{Program, write};
use super::{TEAMS, Team, sink::Sink, wait};
use crate::error::{Error, Result};

const ID: &str = "BRAVO-CERT-0816";
/// The alert of the guide of 2003, with all that an exhausted person needs.
const ALERT: &str = r#"id = "0816"
description = "A worm spreads through a buffer overrun in the RPC interface of Windows."
recommendation = "Block TCP port 135 at the border. Install the patch."

[affected]
systems = ["Windows 2000", "Windows XP"]
other_systems = "Windows NT 4.0 Server SP6a"
software = ["RPC DCOM interface"]

[assessment]
impact = "admin"
severity = "high"
confidence = "high"

[method]
description = "A crafted RPC request to TCP port 135."
[[method.references]]
origin = "cve"
name = "CVE-2003-0352"

[expectation]
actions = ["inform-constituency"]
description = "Tell your administrators today."

[event]
description = "Scans of TCP port 135 from many sources; infected hosts open TCP port 4444."
detected_at = "2003-08-11T18:00+00:00"
"#;

/// Sends the alert, opens its copies, answers for two teams.
///
/// # Errors
/// When a step fails, or a copy is not what it should be.
pub(super) async fn play(
    program: &Program,
    keyring: &Keyring,
    sink: &Sink,
    home: &Path,
) -> Result<()> {
    let before = sink.copies().len();
    let file = home.join("alert.toml");
    write(&file, ALERT.as_bytes())?;
    println!();
    program.run(&["alert", "send", &file.to_string_lossy(), "--team", "BRAVO-CERT"])?;
    let copies = wait(program, sink, before + TEAMS.len()).await?;
    let mut opened = Vec::new();
    for (recipient, copy) in copies.iter().skip(before) {
        let team = Team::of_address(recipient)?;
        opened.push((team, copies::open(keyring, team, copy)?));
    }
    report(&opened)?;
    for (team, response) in [("ALPHA-CERT", "working"), ("DELTA-CERT", "not-affected")] {
        program.run(&["alert", "ack", ID, "--team", team, "--response", response])?;
    }
    println!("$ campanile alert status {ID}\n{}", program.output(&["alert", "status", ID])?);
    Ok(())
}

/// The same text for everybody, with the document for machines.
fn report(opened: &[(&Team, Opened)]) -> Result<()> {
    let first = opened.first().map(|(_, opened)| opened.content.as_slice()).unwrap_or_default();
    let document = format!("{ID}.xml");
    let mut good = 0;
    for (team, copy) in opened {
        let has = String::from_utf8_lossy(&copy.content).contains(&document);
        let equal = copy.content == first;
        println!(
            "{:13} {:18} opened by {:12} signed by the list: {}  text and IODEF: {has}",
            team.handle, copy.sealed, copy.opened_by, copy.signed
        );
        good += usize::from(copy.signed && has && equal);
    }
    println!("\n{good} of {} copies of the alert opened, the same for every team.\n", TEAMS.len());
    match good == TEAMS.len() {
        true => Ok(()),
        false => Err(Error::internal("copies of the alert are not as sent")),
    }
}
