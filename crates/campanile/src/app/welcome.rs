//! What a new team is handed: where to write, with which keys, how to answer. One text for the
//! mail, the same facts for the page.

use std::fmt::Write as _;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::model::key::{Fingerprint, Protocol};

use super::App;
use crate::error::Result;
use crate::store::list_keys::{self, ListKey};
use crate::store::teams::Team;
use crate::store::{Connection, lists, subscriptions};

/// What a team needs to take part.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// Name of the network.
    pub network: String,
    /// Short name of the team.
    pub handle: String,
    /// Where the team gets its copies.
    pub address: String,
    /// Where the operator reads mail, if it says.
    pub operator: Option<String>,
    /// Address of the pages.
    pub public_url: String,
    /// The lists that it is on.
    pub lists: Vec<WelcomeList>,
}

/// A list that a team is on.
#[derive(Debug, Clone)]
pub struct WelcomeList {
    /// Short name.
    pub name: String,
    /// Where mail for it goes.
    pub address: String,
    /// Its keys, the signing one of each kind first.
    pub keys: Vec<WelcomeKey>,
}

/// A key of a list, to be registered by the team.
#[derive(Debug, Clone)]
pub struct WelcomeKey {
    /// Which kind.
    pub protocol: Protocol,
    /// The whole fingerprint.
    pub fingerprint: Fingerprint,
    /// Name of the file.
    pub file: String,
    /// The file: armored or PEM.
    pub text: String,
}

impl App {
    /// What a team is handed.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn welcome(&self, read: &mut Connection, team: &Team) -> Result<Welcome> {
        let names = subscriptions::lists(read, &team.id).await?;
        let mut all = Vec::new();
        for list in lists::all(read).await? {
            if !names.contains(&list.name.to_string()) {
                continue;
            }
            let keys = list_keys::of_list(read, &list.id).await?;
            let signing = [Protocol::Openpgp, Protocol::Smime]
                .into_iter()
                .filter_map(|protocol| list_keys::signing(&keys, protocol));
            let name = list.name.to_string();
            let keys = signing.map(|key| welcome_key(&name, key)).collect::<Result<_>>()?;
            all.push(WelcomeList { name, address: list.address.to_string(), keys });
        }
        Ok(Welcome {
            network: self.config.network.name.clone(),
            handle: team.handle.to_string(),
            address: team.emails.first().map(ToString::to_string).unwrap_or_default(),
            operator: self.config.network.operator.as_ref().map(ToString::to_string),
            public_url: self.config.public_url(),
            lists: all,
        })
    }
}

fn welcome_key(list: &str, key: &ListKey) -> Result<WelcomeKey> {
    let (text, ending) = match key.protocol {
        Protocol::Openpgp => (openpgp::Certificate::read(&key.certificate)?.armored(), "asc"),
        Protocol::Smime => (smime::Certificate::read(&key.certificate)?.pem(), "pem"),
    };
    Ok(WelcomeKey {
        protocol: key.protocol,
        fingerprint: key.fingerprint.clone(),
        file: format!("{list}.{ending}"),
        text,
    })
}

impl Welcome {
    /// The text of the mail.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Welcome to the network {}. {} is a team of it from now on. Keep this mail: it has \
             all that your team needs.\n\n",
            self.network, self.handle
        );
        self.say_lists(&mut out);
        self.say_pages(&mut out);
        let operator = self.operator.as_deref().unwrap_or("the operator of the network");
        // Writing to a `String` cannot fail.
        let _ = write!(
            out,
            "\nYOUR DATA\n\n  Copies go to {}. Please look at the entry of your team every four \
             months and confirm it; you are reminded. Tell the operator of a new key before the \
             old one ends.\n\n  Questions: {operator}\n",
            self.address
        );
        wrapped(&out)
    }

    fn say_lists(&self, out: &mut String) {
        if self.lists.is_empty() {
            out.push_str("Your team is on no list yet; the operator puts it on one.\n\n");
        }
        for list in &self.lists {
            let _ = write!(out, "LIST {}\n\n  write to    {}\n", list.name, list.address);
            for key in &list.keys {
                let kind = match key.protocol {
                    Protocol::Openpgp => "OpenPGP key ",
                    Protocol::Smime => "certificate ",
                };
                let _ = writeln!(out, "  {kind}{} (attached: {})", key.fingerprint, key.file);
            }
            out.push('\n');
        }
        if !self.lists.is_empty() {
            out.push_str(
                "HOW TO WRITE\n\n  Encrypt the mail with the key of the list (OpenPGP or S/MIME, \
                 as you like), sign it with a key that your team has registered, and send it from \
                 an address of your team. Anything else is refused. All teams of the list get it, \
                 sealed for each; so do you.\n\n",
            );
        }
    }

    fn say_pages(&self, out: &mut String) {
        let _ = write!(
            out,
            "HOW TO ALERT\n\n  {0}/alerts/new has the form. It asks for the client certificate of \
             a person of your team, which the operator issues.\n\nHOW TO ACKNOWLEDGE\n\n  Open \
             the link in the alert and press the button, or answer to the list, signed and \
             encrypted, with ACK as the first word (or WORKING, or NOT AFFECTED), or call whoever \
             calls you. Opening the link alone acknowledges nothing.\n\n  This page: {0}/welcome\n",
            self.public_url
        );
    }
}

/// Paragraphs in lines of at most 72 characters; what begins with blanks keeps them.
fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        let fact = line.trim_start().contains("  ") || line.contains("attached:");
        if fact || line.len() <= 72 {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let mut width = 0;
        for word in line.split_whitespace() {
            if width > 0 && width + 1 + word.len() > 72 {
                out.push('\n');
                width = 0;
            }
            out.push_str(if width == 0 { &indent } else { " " });
            width += word.len() + if width == 0 { indent.len() } else { 1 };
            out.push_str(word);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paragraphs_are_wrapped_and_facts_are_not() {
        let text =
            format!("  {}\n  write to    a@list.example {}\n", "word ".repeat(30), "x".repeat(80));
        let wrapped = wrapped(&text);
        assert!(wrapped.lines().all(|line| line.starts_with("  ")));
        assert_eq!(wrapped.lines().filter(|line| line.len() > 72).count(), 1);
    }

    #[test]
    fn text_names_every_list_with_its_keys_and_how_to_acknowledge() {
        let fingerprint = Fingerprint::from_bytes(&[1; 20]);
        let key = WelcomeKey {
            protocol: Protocol::Openpgp,
            fingerprint: fingerprint.clone(),
            file: "alert.asc".into(),
            text: String::new(),
        };
        let list = WelcomeList {
            name: "alert".into(),
            address: "alert@list.example".into(),
            keys: vec![key],
        };
        let text = Welcome {
            network: "toy".into(),
            handle: "NEW-CERT".into(),
            address: "cert@new-cert.example".into(),
            operator: None,
            public_url: "https://list.example".into(),
            lists: vec![list],
        }
        .text();
        for part in [
            "alert@list.example",
            fingerprint.as_str(),
            "https://list.example/alerts/new",
            "ACK",
            "cert@new-cert.example",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
