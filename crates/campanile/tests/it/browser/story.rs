//! The whole night of one alert with one running server: written in a browser, opened with the
//! programs that teams have, answered by every way there is, reminded, amended and closed.

use std::path::Path;
use std::process::{Command, Stdio};

use campanile::app::App;
use campanile::clock::Clock;
use campanile::config::{self, Environment};
use campanile::jobs::escalate_alerts::look;
use campanile_core::crypto::openpgp;
use openssl::x509::X509;
use tempfile::TempDir;

use super::Site;
use super::session::{TEXTS, fill_in};
use crate::support::browser::{Browser, runs};
use crate::support::{
    Copy, Database, Issued, Key, Kind, Letter, Member, PHONE_TOKEN, Toy, eventually,
};

/// ECHO never answers by itself.
const TEAMS: [(&str, Kind); 6] = [
    ("ALPHA", Kind::Openpgp),
    ("BRAVO", Kind::Smime),
    ("CHARLIE", Kind::Openpgp),
    ("DELTA", Kind::Openpgp),
    ("ECHO", Kind::Openpgp),
    ("FOXTROT", Kind::OpenpgpV6),
];
const BRAVO: usize = 1;
const CHARLIE: usize = 2;
const RULES: &str = "[alerts]\nremind_after_minutes = [30]\ncall_after_minutes = 60\n";

/// What a program says about a file in a folder; it has to succeed.
fn tool(folder: &Path, program: &str, arguments: &[&str]) -> (Vec<u8>, String) {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    (output.stdout, said)
}

/// What a team has that works with GnuPG.
struct Gpg(TempDir);

impl Gpg {
    /// With a fresh key.
    fn new(member: &Member, list: &str) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        this.run(&["--quick-generate-key", &member.address, "default", "default", "never"]);
        this.keep("list.asc", list.as_bytes());
        this.run(&["--import", "list.asc"]);
        this
    }

    fn run(&self, arguments: &[&str]) -> (Vec<u8>, String) {
        let always = ["--homedir", ".", "--batch", "--quiet", "--status-fd", "2"];
        let open = ["--pinentry-mode", "loopback", "--passphrase", ""];
        tool(self.0.path(), "gpg", &[&always, &open[..], arguments].concat())
    }

    fn keep(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn key(&self) -> openpgp::SecretKey {
        openpgp::SecretKey::read(&self.run(&["--armor", "--export-secret-keys"]).0).unwrap()
    }

    /// A copy, decrypted, and signed by the list.
    fn open(&self, copy: &Copy) -> String {
        let mail = String::from_utf8_lossy(&copy.bytes);
        let end = "-----END PGP MESSAGE-----";
        let start = mail.find("-----BEGIN PGP MESSAGE-----").unwrap();
        let stop = mail.find(end).unwrap() + end.len();
        self.keep("copy.asc", format!("{}\n", &mail[start..stop]).as_bytes());
        let (plain, status) = self.run(&["--decrypt", "copy.asc"]);
        assert!(status.contains("DECRYPTION_OKAY") && status.contains("VALIDSIG"), "{status}");
        readable(&plain)
    }
}

/// A copy as a team opens it with OpenSSL.
fn opened_by_openssl(toy: &Toy, issued: &Issued, copy: &Copy) -> String {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let keep = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    keep("copy.eml", &copy.bytes);
    keep("team.pem", &issued.pem());
    keep("team.key", &issued.key_pem());
    let list: &X509 = &toy.list_smime;
    keep("list.pem", &list.to_pem().unwrap());
    let decrypt = ["cms", "-decrypt", "-binary", "-in", "copy.eml", "-recip", "team.pem"];
    let (signed, _) = tool(folder, "openssl", &[&decrypt[..], &["-inkey", "team.key"]].concat());
    keep("signed", &signed);
    let verify = ["cms", "-verify", "-in", "signed", "-certfile", "list.pem", "-nointern"];
    let (plain, _) = tool(folder, "openssl", &[&verify[..], &["-CAfile", "list.pem"]].concat());
    readable(&plain)
}

/// All text parts, decoded: what a mail program shows, and the document.
fn readable(entity: &[u8]) -> String {
    let text = String::from_utf8_lossy(entity).replace("\r\n", "\n").replace('\n', "\r\n");
    let root = campanile_core::mime::read(text.as_bytes()).unwrap();
    let parts = root.parts.iter().map(campanile_core::mime::text::body_text);
    parts.collect::<Vec<_>>().join("\n")
}

impl Site {
    /// The same network, some minutes later, as a second node sees it.
    async fn look_after(&self, minutes: i64) {
        let dir = self.toy.program.data();
        let config = config::load(&dir, &Environment::default()).unwrap();
        let clock = Clock::Fixed(Clock::System.now().plus_seconds(minutes * 60));
        let app = App::open_with(&dir, config, clock).await.unwrap();
        look(&app).await.unwrap();
        app.close().await;
    }

    /// The page of the alert as a browser shows it, once it says what it has to.
    async fn says(&self, browser: &Browser, path: &str, parts: &[&str]) {
        let mut text = String::new();
        for _ in 0..100 {
            browser.open(&self.url(path)).await;
            text = browser.text().await;
            if parts.iter().all(|part| text.contains(part)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("{parts:?} on {path}: {text}");
    }

    /// A team has a key made by GnuPG, and no other.
    fn works_with_gpg(&mut self, team: usize) -> Gpg {
        let member = &self.toy.members[team];
        let gpg = Gpg::new(member, &self.toy.list_openpgp.armored());
        let old = member.openpgp().fingerprint();
        self.toy.members[team].key = Key::Openpgp(Box::new(gpg.key()));
        let member = &self.toy.members[team];
        self.toy.register(member);
        self.toy.program.ok(&["team", "key", "revoke", &member.handle, old.as_str()]);
        gpg
    }

    fn copy_of(&self, team: usize) -> Copy {
        let address = &self.toy.members[team].address;
        let copies = self.toy.hop.copies();
        copies.into_iter().find(|copy| copy.recipient == *address).unwrap()
    }

    /// A team answers by signed mail.
    fn reply(&self, team: usize, words: &str) {
        let member = &self.toy.members[team];
        let mut letter = Letter::new(member);
        letter.entity = format!(
            "Subject: Re: alert\r\nIn-Reply-To: {}\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\r\n{words}\r\n",
            self.copy_of(team).field("Message-ID")
        )
        .into();
        self.toy.post(&member.address, &letter.sealed(&self.toy, member));
    }

    /// The author changes the alert by its page.
    async fn revise(&self, browser: &Browser, kind: &str, note: &str) {
        browser.open(&self.url("/alerts/ALPHA-0816/revise")).await;
        browser.press(&format!("[name=kind][value={kind}]")).await;
        browser.fill("#f-note", note).await;
        if kind == "amend" {
            browser.fill("#f-recommendation", " Port 445 as well.").await;
        }
        browser.press("button.act").await;
        browser.press("button[name=confirmed]").await;
        let text = browser.text().await;
        assert!(text.contains("Sent: 6 copies are sealed"), "{text}");
    }

    /// The text that gpg and openssl both find in the copies; it says everything that was typed.
    fn opened(&self, gpg: &Gpg) -> String {
        let charlie = gpg.open(&self.copy_of(CHARLIE));
        let bravo = self.toy.members[BRAVO].smime();
        let bravo = opened_by_openssl(&self.toy, bravo, &self.copy_of(BRAVO));
        assert_eq!(charlie, bravo, "the same plaintext for everybody");
        let (text, document) = charlie.split_once("<?xml").unwrap();
        let typed = TEXTS.iter().filter(|(name, _)| !["started", "detected"].contains(name));
        for (name, typed) in typed {
            for word in typed.split(' ') {
                let there = text.contains(word) && document.contains(word);
                assert!(there, "{name}: {word}: {charlie}");
            }
        }
        text.into()
    }
}

#[tokio::test]
async fn alert_goes_from_the_form_to_its_end_with_the_programs_of_the_teams() {
    let Some(mut site) = Site::with(Database::sqlite(), &TEAMS).await else { return };
    if !["gpg", "openssl"].into_iter().all(runs) {
        println!("skipped: needs gpg and openssl");
        return;
    }
    let policy = site.toy.program.file("policy.toml", RULES);
    site.toy.program.ok(&["list", "policy", "alert", &policy]);
    site.toy.program.ok(&["team", "change", "ECHO", "--phone", "+49 40 808077-555"]);
    let gpg = site.works_with_gpg(CHARLIE);

    // Written with every field, looked at, sent.
    let alpha = site.officer("ALPHA", true).await;
    alpha.open(&site.url("/alerts/new")).await;
    fill_in(&alpha, "0816").await;
    alpha.press("#alert-form button.act").await;
    assert!(alpha.text().await.contains("Preview of ALPHA-0816"));
    assert!(site.toy.hop.copies().is_empty(), "a preview sends nothing");
    alpha.press("button[name=confirmed]").await;
    assert!(alpha.text().await.contains("Sent: 6 copies are sealed"));
    site.toy.copies(6);

    let text = site.opened(&gpg);

    // Answered by certificate, by mail, by telephone.
    let browser = site.officer("BRAVO", true).await;
    let link = text.lines().find(|line| line.contains("/ack/")).unwrap();
    browser.open(link).await;
    browser.press("[name=response][value=working]").await;
    browser.fill("#remark", "We filter it.").await;
    browser.press("form button.act").await;
    site.reply(CHARLIE, "NOT AFFECTED we run none of it");
    let told = site.toy.program.ok(&["alert", "pin", "DELTA"]);
    let digits: String = told.chars().filter(char::is_ascii_digit).take(9).collect();
    let heard = site.toy.by_telephone(PHONE_TOKEN, &digits).text();
    assert_eq!(heard, "{\"acknowledged\":[\"ALPHA-0816\"]}");
    let page = "/alerts/ALPHA-0816";
    let parts = ["2 of 5 acknowledged, 1 by phone, 2 silent", "We filter it.", "is not affected"];
    site.says(&alpha, page, &parts[..2]).await;
    site.says(&alpha, page, &["working on it", "not affected"]).await;

    // Silence is noticed.
    site.look_after(31).await;
    site.says(&alpha, page, &["reminded once"]).await;
    site.look_after(62).await;
    let parts = ["reminder after 30 min", "put on the calling list after 60 min", "ECHO, FOXTROT"];
    site.says(&alpha, page, &parts).await;
    let calls = "/alerts/ALPHA-0816/calls";
    site.says(&alpha, calls, &["ECHO", "FOXTROT", "+49 40 808077-555", "reminded, no answer"])
        .await;
    alpha.press("button[name=claim]").await;
    alpha.press("form .buttons button").await;
    site.says(&alpha, calls, &["Ada Lovelace (ALPHA) takes the calls", "ECHO reached"]).await;
    site.says(&alpha, page, &["2 of 5 acknowledged, 2 by phone, 1 silent", "called once"]).await;

    // Amended and closed; everybody is told, and everything stays.
    let before = site.toy.hop.copies().len();
    site.revise(&alpha, "amend", "More ports are scanned.").await;
    eventually("the amendment", || site.toy.hop.copies().len() >= before + 6);
    let mine = &site.toy.members[CHARLIE].address;
    let mut amended = site.toy.hop.copies().into_iter().filter(|copy| copy.recipient == *mine);
    let amended = gpg.open(&amended.next_back().unwrap());
    let lines = "CHANGED  More ports are scanned.\r\n         - recommendation: …";
    assert!(amended.replace('\n', "\r\n").replace("\r\r", "\r").contains(lines), "{amended}");
    site.says(&browser, page, &["install the patch. Port 445 as well."]).await;
    site.revise(&alpha, "close", "The patch is everywhere.").await;
    eventually("the end", || site.toy.hop.copies().len() >= before + 12);
    let history = "/alerts/ALPHA-0816/history";
    let parts = ["Revision 3: closed", "Revision 2: amended", "Port 445 as well."];
    site.says(&alpha, history, &parts).await;
    let parts = ["2 of 5 acknowledged, 2 by phone, 1 silent", "called once", "reminded once"];
    site.says(&browser, page, &parts).await;
    site.says(&browser, page, &["closed", "revision 3", "The patch is everywhere."]).await;
    let board = site.toy.program.json(&["alert", "status", "ALPHA-0816"]);
    let said = board["rows"].as_array().unwrap().iter();
    let said = said.map(|row| row["acknowledged"]["channel"].as_str().unwrap_or("-"));
    assert_eq!(said.collect::<Vec<_>>(), ["-", "web", "mail", "phone", "-", "-"], "{board}");
}
