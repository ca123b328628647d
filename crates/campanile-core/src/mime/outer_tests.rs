use super::*;

const ARMOR: &str = "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n";
const VERSION: &str = "Content-Type: application/pgp-encrypted\n\nVersion: 1\n";
const TYPE: &str = "multipart/encrypted; protocol=\"application/pgp-encrypted\"";

fn data() -> String {
    format!("Content-Type: application/octet-stream\n\n{ARMOR}")
}

fn multipart(kind: &str, parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
    format!("Content-Type: {kind}; boundary=b\n\n{parts}--b--\n")
}

fn form(mail: &str) -> Result<&'static str, Condition> {
    let root = read(mail.as_bytes()).unwrap();
    Ok(match classify(&root)? {
        Outer::PgpMime { ciphertext } => {
            assert_eq!(ciphertext.trim_ascii(), ARMOR.trim().as_bytes());
            "pgp-mime"
        }
        Outer::PgpMimeMangled { ciphertext } => {
            assert_eq!(ciphertext.trim_ascii(), ARMOR.trim().as_bytes());
            "mangled"
        }
        Outer::Inline { .. } => "inline",
        Outer::Cms { .. } => "cms",
        Outer::CmsByName { .. } => "cms-by-name",
        Outer::ClearSigned { protocol: Protocol::Openpgp, .. } => "signed-openpgp",
        Outer::ClearSigned { protocol: Protocol::Smime, .. } => "signed-smime",
        Outer::Plain => "plain",
    })
}

#[track_caller]
fn check(mail: &str, expect: Result<&'static str, Condition>) {
    assert_eq!(form(mail), expect, "{mail}");
}

#[test]
fn pgp_mime_has_exactly_a_version_and_a_ciphertext() {
    check(&multipart(TYPE, &[VERSION, &data()]), Ok("pgp-mime"));
    let upper = "Multipart/Encrypted; Protocol=\"Application/PGP-Encrypted\"";
    check(&multipart(upper, &[VERSION, &data()]), Ok("pgp-mime"));
    for (kind, parts, condition) in [
        (TYPE, vec![&data()[..]], Condition::Malformed),
        (TYPE, vec![&data(), VERSION], Condition::Malformed),
        (TYPE, vec![VERSION, "\nhallo"], Condition::Malformed),
        (TYPE, vec![VERSION, "Content-Type: application/octet-stream\n\nx"], Condition::Malformed),
        ("multipart/encrypted", vec![VERSION, &data()], Condition::Malformed),
        ("multipart/encrypted; protocol=x/y", vec![VERSION, &data()], Condition::Malformed),
        (TYPE, vec![VERSION, &data(), "\nhallo"], Condition::PartlyEncrypted),
        (TYPE, vec![&format!("{VERSION}hallo\n"), &data()], Condition::PartlyEncrypted),
        (TYPE, vec![VERSION, &format!("{}hallo\n", data())], Condition::PartlyEncrypted),
        (TYPE, vec![VERSION, &format!("{}{ARMOR}", data())], Condition::PartlyEncrypted),
    ] {
        check(&multipart(kind, &parts), Err(condition));
    }
}

#[test]
fn structure_mangled_by_servers_is_recognised_only_without_text_beside() {
    let empty = "Content-Type: text/plain\n\n \n";
    check(&multipart("multipart/mixed", &[empty, VERSION, &data()]), Ok("mangled"));
    check(&multipart("multipart/mixed", &[VERSION, &data()]), Ok("mangled"));
    check(&multipart("multipart/mixed", &[empty, VERSION, &data(), empty]), Ok("mangled"));
    let html = "Content-Type: text/html\n\n\n";
    for parts in [
        vec!["\nhallo", VERSION, &data()],
        vec![html, VERSION, &data()],
        vec![VERSION, empty, &data()],
        vec![VERSION, &data(), VERSION, &data()],
        vec![VERSION, &data(), "\nhallo"],
        vec![empty, &format!("{VERSION}hallo"), &data()],
    ] {
        check(&multipart("multipart/mixed", &parts), Err(Condition::PartlyEncrypted));
    }
}

#[test]
fn intact_mail_below_a_multipart_with_empty_footers_only_is_recognised() {
    let intact = multipart(TYPE, &[VERSION, &data()]).replace("=b\n", "=i\n");
    let intact = intact.replace("--b", "--i");
    let footer = "Content-Type: text/plain\n\n\n-- \n\n\n";
    for parts in [vec![footer, &intact], vec![&intact, footer], vec![&intact]] {
        check(&multipart("multipart/mixed", &parts), Ok("mangled"));
    }
    let changed = intact.replace("Version: 1", "Version: 1\nhallo");
    let html = "Content-Type: text/html\n\n\n";
    for parts in [
        vec!["\n-- \nhallo", &intact],
        vec![html, &intact],
        vec![&intact, &intact],
        vec![&intact, VERSION, &data()],
        vec![footer, &changed],
    ] {
        let mail = multipart("multipart/mixed", &parts);
        check(&mail, Err(Condition::PartlyEncrypted));
    }
    let other = multipart("multipart/alternative", &[footer, &intact]);
    check(&other, Err(Condition::PartlyEncrypted));
}

#[test]
fn ciphertext_below_an_unencrypted_multipart_is_partly_encrypted() {
    let cms = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx";
    let named = "Content-Type: application/octet-stream; name=smime.P7M\n\nx";
    let text = format!("\n{ARMOR}");
    let html = format!("Content-Type: text/html\n\n<img src=\"\n{ARMOR}\">");
    for part in [cms, named, &text, &html, &data(), VERSION] {
        let mail = multipart("multipart/mixed", &["\nhallo", part]);
        check(&mail, Err(Condition::PartlyEncrypted));
    }
    check(&html, Err(Condition::PartlyEncrypted));
}

#[test]
fn inline_message_is_the_whole_text() {
    check(&format!("A: b\n\n\n{ARMOR}\n"), Ok("inline"));
    check(&format!("A: b\n\nhallo\n{ARMOR}\n"), Err(Condition::PartlyEncrypted));
    check(&format!("A: b\n\n{ARMOR}-- \nfooter\n"), Err(Condition::PartlyEncrypted));
    check("A: b\n\nhallo\n", Ok("plain"));
    let quoted = "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=x\n\n\
                  -----BEGIN PGP MESSAGE-----\n\nAA=3D=3D\n-----END PGP MESSAGE-----\n";
    check(quoted, Ok("inline"));
    let root = read(quoted.as_bytes()).unwrap();
    let Ok(Outer::Inline { armor, charset }) = classify(&root) else {
        panic!("not inline");
    };
    assert!(armor.windows(5).any(|w| w == b"AA==\n"));
    assert_eq!(charset.as_deref(), Some("x"));
}

#[test]
fn cms_is_known_by_its_type_or_its_name() {
    for kind in ["application/pkcs7-mime", "application/x-pkcs7-mime; smime-type=signed-data"] {
        check(
            &format!("Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\nAAAA"),
            Ok("cms"),
        );
    }
    let octets = "Content-Type: application/octet-stream";
    check(&format!("{octets}; name=\"smime.p7m\"\n\nx"), Ok("cms-by-name"));
    let attached = "Content-Disposition: attachment; filename=smime.p7m";
    check(&format!("{octets}\n{attached}\n\nx"), Ok("cms-by-name"));
    check(&format!("{octets}; name=smime.p7s\n\nx"), Ok("plain"));
}

#[test]
fn clear_signed_has_exactly_a_content_and_its_signature() {
    let signature = |kind: &str| format!("Content-Type: application/{kind}\n\nx");
    for (protocol, kind, expect) in [
        ("pgp-signature", "pgp-signature", Ok("signed-openpgp")),
        ("pkcs7-signature", "pkcs7-signature", Ok("signed-smime")),
        ("x-pkcs7-signature", "pkcs7-signature", Ok("signed-smime")),
        ("pgp-signature", "pkcs7-signature", Err(Condition::Malformed)),
        ("other", "other", Err(Condition::Malformed)),
    ] {
        let outer = format!("multipart/signed; protocol=\"application/{protocol}\"");
        let second = signature(kind);
        check(&multipart(&outer, &["\nhallo", &second]), expect);
        let third = multipart(&outer, &["\nhallo", &second, "\nx"]);
        check(&third, Err(Condition::PartlySigned));
        check(&multipart(&outer, &["\nhallo"]), Err(Condition::PartlySigned));
    }
}

#[test]
fn signatures_are_found_wherever_they_are() {
    let inside = |mail: &str| signature_inside(&read(mail.as_bytes()).unwrap());
    assert!(inside(&multipart(
        "multipart/mixed",
        &["Content-Type: application/pgp-signature\n\nx"]
    )));
    assert!(inside("A: b\n\n-----BEGIN PGP SIGNED MESSAGE-----\n"));
    assert!(!inside(&multipart("multipart/mixed", &["\nx"])));
}
