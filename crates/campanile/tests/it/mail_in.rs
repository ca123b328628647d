//! What teams send by mail beside words: alerts of their own systems, and answers to alerts.

use campanile_core::formats::iodef::{self, Encoding, WriteContext};
use campanile_core::model::alert::form::AlertForm;
use campanile_core::model::alert::{Alert, Contact};
use serde_json::Value;

use crate::attacks;
use crate::support::{Copy, Database, Kind, Letter, Member, NOW, Toy, contains, eventually};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp), ("CHARLIE", Kind::Openpgp)];

/// An alert as the system of a team has it: with a number of its own.
fn alert(number: &str, description: &str) -> Alert {
    let form = AlertForm {
        id: number.into(),
        description: description.into(),
        recommendation: "Block port 135.".into(),
        ..AlertForm::default()
    };
    let alert = form.into_alert(&"X".parse().unwrap(), NOW).unwrap();
    // What such a system calls itself.
    let contact = Contact { handle: "soc".into(), ..Contact::default() };
    Alert { id: number.parse().unwrap(), contact, ..alert }
}

fn document(alert: &Alert, encoding: Encoding) -> Vec<u8> {
    iodef::write(alert, encoding, &WriteContext::plain(NOW))
}

/// A letter with a file.
fn with_file(from: &Member, media_type: &str, name: &str, content: &[u8]) -> Letter {
    let mut letter = Letter::new(from);
    let base64 = openssl::base64::encode_block(content);
    let lines: Vec<_> = base64.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    letter.entity = format!(
        "Content-Type: multipart/mixed; boundary=\"part\"\r\n\r\n--part\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\r\n{}\r\n--part\r\n\
         Content-Type: {media_type}; name=\"{name}\"\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--part--\r\n",
        letter.canary,
        lines.join("\r\n")
    )
    .into();
    letter
}

/// A letter that answers something.
fn reply(from: &Member, answers: &str, words: &str) -> Letter {
    let mut letter = Letter::new(from);
    letter.entity = format!(
        "Subject: Re: what you said\r\nIn-Reply-To: {answers}\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\r\n{words}"
    )
    .into();
    letter
}

impl Toy {
    fn send(&self, from: usize, letter: &Letter) -> Vec<u8> {
        let member = &self.members[from];
        let sealed = letter.sealed(self, member);
        self.post(&member.address, &sealed);
        sealed
    }

    fn send_document(&self, from: usize, alert: &Alert, encoding: Encoding) {
        let name = format!("{}.{}", alert.id, encoding.extension());
        let content = document(alert, encoding);
        let letter = with_file(&self.members[from], encoding.media_type(), &name, &content);
        self.send(from, &letter);
    }

    fn exported(&self, id: &str) -> Alert {
        let document = self.program.ok(&["alert", "export", id, "--format", "iodef-2"]);
        iodef::read(document.as_bytes(), NOW).unwrap().0
    }

    fn listed(&self) -> Vec<Value> {
        self.program.json(&["alert", "list"]).as_array().unwrap().clone()
    }

    fn read(&self, copy: &Copy) -> String {
        let member = self.members.iter().find(|member| member.address == copy.recipient).unwrap();
        String::from_utf8_lossy(&self.open(member, copy)).into_owned()
    }

    /// What has come since, once nothing more is on its way.
    fn all_since(&self, before: usize) -> Vec<Copy> {
        self.settled();
        self.hop.copies().split_off(before)
    }
}

on_both_databases! {
    async fn document_in_every_encoding_becomes_an_alert_of_its_signer(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        for (number, encoding) in Encoding::ALL.iter().enumerate() {
            let description = format!("Worm on port {number} CANARY5e1f");
            toy.send_document(number % 2, &alert(&format!("0{number}"), &description), *encoding);
            let copies = toy.copies(3 * number + 3);
            for copy in &copies[3 * number..] {
                let text = toy.read(copy);
                assert!(text.contains(&format!("0{number}.{}", encoding.extension())), "{text}");
                assert!(!text.contains("/ack/"), "the mail goes out as the team wrote it");
            }
            let handle = TEAMS[number % 2].0;
            let read = toy.exported(&format!("{handle}-0{number}"));
            assert_eq!(read.description, description, "{encoding}");
            assert_eq!(read.recommendation, "Block port 135.", "{encoding}");
            assert_eq!(read.alternative_ids, [format!("0{number}")], "{encoding}");
            assert_eq!(read.contact.handle, handle, "{encoding}");
            assert_eq!(read.contact.name, format!("{handle} Services"), "from the register");
            assert_eq!(read.additional, ["Contact in the document: soc"], "{encoding}");
        }
        assert_eq!(toy.all_since(12).len(), 0, "nothing odd, nothing to tell");
        let board = toy.program.json(&["alert", "status", "ALPHA-00"]);
        assert_eq!(board["counts"]["delivered"], 2, "{board}");
        assert!(!contains(&toy.program.everything(), b"CANARY5e1f"), "plaintext at rest");
        let sent = toy.audit("alert.send").await;
        assert_eq!(sent.len(), 4);
        assert!(sent.iter().all(|entry| entry["channel"] == "mail"), "{sent:?}");
    }

    async fn same_document_again_is_no_news_and_a_changed_one_a_revision(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.send_document(0, &alert("7", "first"), Encoding::V2);
        toy.copies(3);
        toy.send_document(0, &alert("alpha-7", "first"), Encoding::Json);
        toy.copies(6);
        assert_eq!(toy.listed()[0]["revision"], 1);
        toy.send_document(0, &alert("7", "second"), Encoding::V1);
        toy.copies(9);
        let listed = toy.listed();
        assert_eq!((listed.len(), &listed[0]["revision"]), (1, &Value::from(2)), "{listed:?}");
        assert_eq!(toy.exported("ALPHA-7").description, "second");
        assert_eq!(toy.all_since(9).len(), 0);
        toy.program.ok(&["alert", "revise", "ALPHA-7", "--kind", "close", "--note", "done"]);
        toy.copies(12);
        toy.send_document(0, &alert("7", "third"), Encoding::V2);
        let told = toy.all_since(12);
        assert_eq!(told.len(), 4, "the mail goes on, and the author is told");
        assert_eq!(toy.exported("ALPHA-7").description, "second");
        let findings: Vec<_> =
            told.iter().filter(|copy| toy.read(copy).contains("closed already")).collect();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].recipient, toy.members[0].address);
    }

    async fn identifier_of_another_team_is_never_taken(database: Database) {
        let teams = [("DFN", Kind::Openpgp), ("DFN-CERT", Kind::Openpgp)];
        let toy = Toy::serving(database, &teams).await;
        toy.send_document(1, &alert("1", "true"), Encoding::V2);
        toy.copies(2);
        // Its own handle in front makes it the identifier of the other.
        toy.send_document(0, &alert("CERT-1", "false"), Encoding::V2);
        let told = toy.all_since(2);
        assert_eq!(told.len(), 3);
        let refused: Vec<_> =
            told.iter().filter(|copy| toy.read(copy).contains("cannot be used")).collect();
        assert_eq!((refused.len(), &refused[0].recipient), (1, &toy.members[0].address));
        assert!(!toy.read(refused[0]).contains("true"));
        toy.send_document(0, &alert("DFN-CERT-1", "false again"), Encoding::V2);
        toy.all_since(5);
        let listed = toy.listed();
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(toy.exported("DFN-CERT-1").description, "true");
    }

    async fn document_that_cannot_be_read_goes_on_and_its_author_is_told(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let hostile = b"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n\
                        <IODEF-Document version=\"2.00\"><Incident>&a;</Incident></IODEF-Document>";
        let letter = with_file(&toy.members[1], "application/xml", "a.xml", hostile);
        toy.send(1, &letter);
        let told = toy.all_since(0);
        assert_eq!(told.len(), 4);
        let findings: Vec<_> =
            told.iter().filter(|copy| toy.read(copy).contains("did not become an alert")).collect();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].recipient, toy.members[1].address, "and nobody else");
        assert!(toy.read(findings[0]).contains("at 1:1: entities are never resolved"));
        assert_eq!(toy.listed().len(), 0);
    }

    async fn what_is_odd_about_a_document_goes_back_to_its_author(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let odd = "<IODEF-Document version=\"1.0\"><Incident purpose=\"warning\">\n\
                   <IncidentID name=\"X\">a#1</IncidentID><IncidentData>\n\
                   <Description>odd</Description><ReportTime>2003-08-28T13:35</ReportTime>\n\
                   </IncidentData></Incident></IODEF-Document>";
        let letter = with_file(&toy.members[1], "text/xml", "a.xml", odd.as_bytes());
        toy.send(1, &letter);
        let told = toy.all_since(0);
        assert_eq!(told.len(), 4);
        let report: Vec<_> = told.iter().map(|copy| toy.read(copy)).collect();
        let report = report.iter().find(|text| text.contains("has become the alert BRAVO-a-1"));
        let report = report.unwrap();
        for expected in ["warning at 2:1: ", "error at ", "has no offset and is read as UTC"] {
            assert!(report.contains(expected), "{expected}: {report}");
        }
        assert_eq!(toy.exported("BRAVO-a-1").description, "odd");
    }
}

/// The file of an alert with the number 1.
const FILE: &str = "id = \"1\"\ndescription = \"Worm\"\n";

fn responses(toy: &Toy) -> Vec<String> {
    let board = toy.program.json(&["alert", "status", "ALPHA-1"]);
    let rows = board["rows"].as_array().unwrap();
    let said = rows.iter().filter(|row| !row["acknowledged"].is_null());
    let said = said.map(|row| format!("{} {}", row["team"], row["acknowledged"]["response"]));
    said.map(|said| said.replace('"', "")).collect()
}

on_both_databases! {
    async fn signed_reply_acknowledges_once_for_its_signer(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let file = toy.program.file("a.toml", FILE);
        toy.program.ok(&["alert", "send", &file, "--team", "ALPHA"]);
        let id = toy.copies(3)[0].field("Message-ID");
        let letter = reply(&toy.members[1], &id, "ACK we look into it\r\n\r\n> WORKING\r\n");
        let sealed = toy.send(1, &letter);
        let told = toy.all_since(3);
        assert_eq!(told.len(), 1, "nothing is passed on");
        assert_eq!(told[0].recipient, toy.members[1].address);
        let text = toy.read(&told[0]);
        assert!(text.contains("ALPHA-1") && text.contains("we look into it"), "{text}");
        assert_eq!(responses(&toy), ["BRAVO received"]);
        // The same again, and what another team makes of it.
        toy.post(&toy.members[1].address, &sealed);
        let other = &toy.members[2];
        toy.post(&other.address, &sealed);
        eventually("both are settled", || toy.spooled() == 0);
        let inner = String::from_utf8(letter.in_clear()).unwrap();
        let mut forwarded = Letter::new(other);
        forwarded.entity = format!(
            "In-Reply-To: {id}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n\
             They say:\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--x--\r\n"
        )
        .into();
        toy.send(2, &forwarded);
        assert_eq!(toy.all_since(4).len(), 3, "a forwarded answer is a posting");
        assert_eq!(responses(&toy), ["BRAVO received"]);
        assert_eq!(toy.audit("alert.acknowledge").await.len(), 1);
    }

    async fn answer_may_name_the_alert_and_change(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let file = toy.program.file("a.toml", FILE);
        toy.program.ok(&["alert", "send", &file, "--team", "ALPHA"]);
        toy.copies(3);
        toy.send(2, &reply(&toy.members[2], "<x@y.example>", "Working alpha-1: two hosts\r\n"));
        toy.copies(4);
        eventually("the answer", || responses(&toy) == ["CHARLIE working"]);
        toy.send(2, &reply(&toy.members[2], "<x@y.example>", "NOT AFFECTED ALPHA-1\r\n"));
        toy.copies(5);
        eventually("the answer", || responses(&toy) == ["CHARLIE not-affected"]);
    }

    async fn answer_to_no_alert_of_the_team_is_a_posting(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let file = toy.program.file("a.toml", FILE);
        toy.program.ok(&["alert", "send", &file, "--team", "ALPHA", "--only", "BRAVO"]);
        let id = toy.copies(2)[0].field("Message-ID");
        toy.send(2, &reply(&toy.members[2], &id, "ACK ALPHA-1\r\n"));
        toy.send(2, &reply(&toy.members[2], "<x@y.example>", "ACK ALPHA-77\r\n"));
        assert_eq!(toy.all_since(2).len(), 6, "as for an alert that does not exist");
        assert!(responses(&toy).is_empty());
    }

    async fn advisory_that_a_team_mails_is_in_the_repository_for_the_list(database: Database) {
        let mut toy = Toy::new(database, &TEAMS).await;
        toy.program.configure(|text| text.replace("# list = \"advisories\"", "list = \"alert\""));
        toy.serve();
        toy.program.team("DELTA");
        let own = eispp("ALPHA", "ALPHA-2026-1");
        toy.send(0, &with_file(&toy.members[0], "application/xml", "one.xml", &own));
        let copies = toy.copies(3);
        assert!(toy.read(&copies[0]).contains("one.xml"), "it goes out as it was written");
        let show = |team: &str| {
            toy.program.json(&["advisory", "show", "ALPHA-2026-1", "--team", team])
        };
        let seen = show("BRAVO");
        assert_eq!((&seen["channel"], &seen["signature"]), (&"mail".into(), &"valid".into()));
        assert!(seen["withheld"].as_array().unwrap().is_empty(), "{seen}");
        // Who is not on the list sees that there is one.
        let outside = show("DELTA");
        assert!(!outside["withheld"].as_array().unwrap().is_empty(), "{outside}");
        assert!(!outside.to_string().contains("CANARY5e1f"));
        assert!(!contains(&toy.program.everything(), b"CANARY5e1f"), "plaintext at rest");

        // Of another member: refused, and its author alone is told.
        let foreign = eispp("BRAVO", "BRAVO-2026-1");
        toy.send(0, &with_file(&toy.members[0], "application/xml", "two.xml", &foreign));
        let told: Vec<_> = toy.all_since(3).into_iter().filter(|copy| {
            toy.read(copy).contains("two.xml: it is of BRAVO")
        }).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].recipient, toy.members[0].address);
        toy.program.refused(&["advisory", "show", "BRAVO-2026-1"]);
    }
}

/// Hostile and harmless documents of the test data, each as a file of a good mail to a list that is
/// the repository's as well.
#[tokio::test]
async fn documents_of_the_attack_set_are_imported_as_its_manifest_says() {
    let Some(cases) = attacks::documents() else { return };
    let mut toy = Toy::new(Database::sqlite(), &TEAMS[..2]).await;
    toy.program.configure(|text| text.replace("# list = \"advisories\"", "list = \"alert\""));
    toy.serve();
    // The reader has its own test for large ones; here it would be the time of the mail.
    for case in cases.iter().filter(|case| case.octets.len() <= 2_000_000) {
        let advisories = || toy.program.json(&["advisory", "list"]).as_array().unwrap().len();
        let before = (toy.hop.copies().len(), toy.listed().len(), advisories());
        toy.send(1, &with_file(&toy.members[1], case.media_type, &case.id, &case.octets));
        let told = toy.all_since(before.0);
        assert!(told.len() >= 2, "{}: the mail itself always goes on", case.id);
        case.judge(case.is_alert(), toy.listed().len() > before.1, "alert");
        // The second document with one number is a version of the first.
        let version = ["j-ok-ws", "j-downgrade"].contains(&case.id.as_str());
        case.judge(!case.is_alert(), version || advisories() > before.2, "advisory");
    }
}

/// An advisory as a team of EISPP exchanges it.
fn eispp(issuer: &str, number: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <EISPPAdvisory version=\"reconstruction-0\"><identification_data>\
         <issuer>{issuer}</issuer><ref_num>{number}</ref_num><ref_version>1.0</ref_version>\
         <title lang=\"en\">Overflow in nfs-utils</title><date>2026-05-01T00:00:00Z</date>\
         </identification_data><vulnerability_classification scheme=\"eispp-1.2\">\
         <risk>high</risk></vulnerability_classification><Description>\
         <description lang=\"en\">CANARY5e1f of the site</description></Description>\
         </EISPPAdvisory>\n"
    )
    .into_bytes()
}
