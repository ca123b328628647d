//! `campanile serve`: listeners and settings.

use crate::support::{Client, Database, Kind, Letter, Toy, eventually, ports, refuses_to_serve};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];

on_both_databases! {
    async fn lmtp_takes_mail_and_answers_for_each_recipient(database: Database) {
        let mut toy = Toy::new(database, &TEAMS).await;
        let lmtp = ports::free();
        toy.program.configure(|text| {
            text.replace("# lmtp_listen", "lmtp_listen").replace(":2424\"", &format!(":{lmtp}\""))
        });
        toy.program.ok(&["list", "add", "other", "other@list.example"]);
        toy.program.ok(&["list", "key", "generate", "other"]);
        toy.serve();
        let alpha = &toy.members[0];
        let letter = Letter::new(alpha);
        let mail = letter.sealed(&toy, alpha);
        let connects = || std::net::TcpStream::connect(("127.0.0.1", lmtp)).is_ok();
        eventually("the second listener", connects);
        let mut client = Client::connect(lmtp, "LHLO");
        client.send(&alpha.address, &["alert@list.example", "other@list.example"], &mail);
        for _ in 0..2 {
            let reply = client.reply();
            assert!(reply.starts_with("250"), "{reply}");
        }
        for copy in toy.copies(2) {
            let member = toy.members.iter().find(|m| m.address == copy.recipient).unwrap();
            assert_eq!(toy.open(member, &copy), letter.body());
        }
        client.send(&alpha.address, &["alert@list.example"], &letter.in_clear());
        let reply = client.reply();
        assert!(reply.starts_with("550"), "{reply}");
        toy.settled();
        assert_eq!(toy.hop.copies().len(), 2, "not for the list that it was not sealed for");
    }
}

#[tokio::test]
async fn setting_that_cannot_be_is_named_with_its_file() {
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let path = toy.program.data().join("campanile.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    let wrong = [
        ("host = \"127.0.0.1\"", "host = \"\"", "relay.host"),
        ("tls = \"none\"", "tls = \"perhaps\"", "relay.tls"),
        ("# message_bytes_max = 41943040", "message_bytes_max = 12", "smtp.message_bytes_max"),
        ("# tls_cert", "tls_cert", "smtp.tls_cert"),
        ("name = \"toy\"", "name = \"\"", "network.name"),
        ("domain = \"list.example\"", "domain = \"-\"", "network.domain"),
        ("# format = \"text\"", "format = \"xml\"", "log.format"),
        ("[relay]", "[relay]\nhots = \"x\"", "hots"),
    ];
    for (from, to, key) in wrong {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let (code, said) = refuses_to_serve(&toy.program);
        assert_eq!(code, Some(1), "{to}: {said}");
        assert!(said.contains(key), "{to}: {said}");
        assert!(said.contains("campanile.toml"), "{to}: {said}");
        assert!(said.contains("hint: "), "{to}: {said}");
    }
}

#[tokio::test]
async fn service_manager_is_told_when_the_server_listens_and_when_it_ends() {
    let mut toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let path = toy.program.database.dir().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    toy.program.set("NOTIFY_SOCKET", path.to_str().unwrap());
    toy.serve();
    let told = || {
        let mut buffer = [0; 256];
        let octets = manager.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..octets].to_vec()).unwrap()
    };
    assert_eq!(told().trim_end(), "READY=1");
    for port in [toy.port, toy.monitor] {
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{port}");
    }
    assert!(toy.server.take().unwrap().stop().success());
    assert_eq!(told().trim_end(), "STOPPING=1");
}

#[tokio::test]
async fn server_that_cannot_work_says_why() {
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", toy.port)).unwrap();
    let (code, said) = refuses_to_serve(&toy.program);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&toy.port.to_string()) && said.contains("listen"), "{said}");
    drop(taken);
    toy.program
        .configure(|text| text.replace("# tls_cert", "tls_cert").replace("# tls_key", "tls_key"));
    let (code, said) = refuses_to_serve(&toy.program);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("tls_cert"), "{said}");
}

#[tokio::test]
async fn server_refuses_keys_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let folder = toy.program.data().join("keys/list/alert");
    let key = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (code, said) = refuses_to_serve(&toy.program);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("can be read by others") && said.contains("chmod 600"), "{said}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();

    let tls = toy.program.data().join("smtp.key.pem");
    std::fs::write(&tls, toy.authority.issue("smtp@list.example").key_pem()).unwrap();
    std::fs::set_permissions(&tls, std::fs::Permissions::from_mode(0o644)).unwrap();
    toy.program
        .configure(|text| text.replace("# tls_cert", "tls_cert").replace("# tls_key", "tls_key"));
    // It ends for want of the certificate; the key alone is a warning.
    let (_, said) = refuses_to_serve(&toy.program);
    assert!(said.contains("WARN") && said.contains("chmod o="), "{said}");
    assert!(said.contains("error: ") && said.contains("smtp.crt.pem"), "{said}");
}

#[tokio::test]
async fn server_that_runs_as_root_says_so() {
    use std::os::unix::fs::MetadataExt;
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let log = toy.server.as_ref().unwrap().log();
    assert_eq!(log.contains("this runs as root"), root, "{log}");
}
