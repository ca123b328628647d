//! Genuine mail of other projects, and attacks by researchers, through the whole gate.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod corpus;
mod openpgp_keys;
mod project;
mod x509_keys;

use project::Project;

#[test]
fn show() {
    for name in [
        "autocrypt",
        "covert-content",
        "deltachat",
        "e2e-mitigation",
        "gpgmailencrypt",
        "johnny-fired",
        "k9",
        "kde-mimetreeparser",
        "mail-parser",
        "mimekit",
        "notmuch",
        "protected-headers",
        "schleuder",
        "stalwart",
        "sympa",
        "thunderbird",
        "zeyple",
    ] {
        let extra: &[&str] = if name == "covert-content" {
            &["johnny-fired/assets/certificates"]
        } else {
            &[]
        };
        let Some(project) = Project::read(name, extra) else {
            continue;
        };
        println!(
            "## {name} {} mails {} pgp {} smime",
            project.mails.len(),
            project.list_keys().0,
            project.list_keys().1
        );
        for (path, mail) in &project.mails {
            let out = project.judge(mail);
            let text: String = out.text().chars().take(60).collect();
            println!(
                "{name}/{path}\t{}\t{}\t{}\t{}\t{}",
                if out.is_decrypted() { "opened" } else { "-" },
                out.verdict.disposition.name(),
                out.reasons(),
                out.opened.layers.join("|"),
                text
            );
        }
    }
}
