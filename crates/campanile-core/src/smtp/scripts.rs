//! Walks the dialogues in `testdata/smtp`; their format is described in its `README.md`.

use std::path::PathBuf;

use proptest::prelude::*;

use super::envelope::{Acceptance, RecipientAnswer};
use super::session::{Session, SessionSettings, Step};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/smtp"))
}

/// What a script says: input octets in one piece, and everything expected until the next input.
#[derive(Debug, Default)]
struct Turn {
    input: Vec<u8>,
    expected: Vec<String>,
}

struct Script {
    settings: SessionSettings,
    turns: Vec<Turn>,
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next().expect("escape") {
                'r' => '\r',
                'n' => '\n',
                '0' => '\0',
                'e' => '\u{1b}',
                other => other,
            },
            c => c,
        };
        octets.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    octets
}

fn read(text: &str) -> Script {
    let mut settings = SessionSettings {
        hostname: "list.example".into(),
        message_bytes_max: 2000,
        lmtp: false,
        starttls: false,
    };
    let mut turns = vec![Turn::default()];
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        if mark == "C:" || mark == "c:" {
            if turns.last().is_none_or(|turn| !turn.expected.is_empty()) {
                turns.push(Turn::default());
            }
            let (count, rest) = match rest.split_once(" × ") {
                Some((count, rest)) if count.parse::<usize>().is_ok() => {
                    (count.parse().unwrap(), rest)
                }
                _ => (1, rest),
            };
            let end = if mark == "C:" { "\r\n" } else { "" };
            let piece = [unescape(rest), end.as_bytes().to_vec()].concat();
            turns.last_mut().unwrap().input.extend(piece.repeat(count));
            continue;
        }
        match mark {
            "lmtp" => settings.lmtp = true,
            "starttls" => settings.starttls = true,
            "S:" | "=" => turns.last_mut().unwrap().expected.push(line.to_string()),
            _ => panic!("no such line: {line}"),
        }
    }
    Script { settings, turns }
}

fn recipient(address: &str) -> RecipientAnswer {
    match address.to_ascii_lowercase().as_str() {
        "busy@list.example" => RecipientAnswer::Temporary,
        a if a.starts_with("unknown") => RecipientAnswer::Unknown,
        a if a.ends_with("@list.example") => RecipientAnswer::Ok,
        _ => RecipientAnswer::Foreign,
    }
}

fn acceptance(message: &[u8]) -> Acceptance {
    let text = String::from_utf8_lossy(message);
    if text.contains("refuse me") {
        Acceptance::Refused { code: "550 5.7.1", text: "not sealed".into() }
    } else if text.contains("defer me") {
        Acceptance::Temporary
    } else {
        Acceptance::Accepted { id: "m1".into() }
    }
}

/// Feeds the input in pieces of `piece` octets and writes down all that happens.
fn turn(session: &mut Session, input: &[u8], piece: usize) -> Vec<String> {
    let mut happened = Vec::new();
    let said = |session: &mut Session, happened: &mut Vec<String>| {
        let output = String::from_utf8(session.take_output()).unwrap();
        assert!(output.is_empty() || output.ends_with("\r\n"));
        happened.extend(output.split_terminator("\r\n").map(|line| format!("S: {line}")));
    };
    let pieces = if input.is_empty() { vec![input] } else { input.chunks(piece).collect() };
    for mut rest in pieces {
        loop {
            match session.step(&mut rest) {
                Step::Read => break,
                Step::Recipient(address) => session.answer_recipient(recipient(&address)),
                Step::Message(envelope, message) => {
                    said(session, &mut happened);
                    happened.push(format!(
                        "= message {} > {} helo={} tls={} {:?}",
                        envelope.mail_from.as_deref().unwrap_or("<>"),
                        envelope.recipients.join(","),
                        envelope.helo,
                        envelope.tls,
                        String::from_utf8_lossy(&message),
                    ));
                    session.answer_message(&acceptance(&message));
                }
                Step::StartTls => {
                    said(session, &mut happened);
                    happened.push("= starttls".into());
                    session.tls_started();
                    assert!(rest.is_empty(), "octets behind STARTTLS are kept");
                }
                Step::Close => {
                    said(session, &mut happened);
                    happened.push("= close".into());
                    return happened;
                }
            }
        }
    }
    said(session, &mut happened);
    happened
}

fn play(script: &Script, piece: usize) -> Vec<Vec<String>> {
    let mut session = Session::new(script.settings.clone(), [192, 0, 2, 1].into());
    script.turns.iter().map(|t| turn(&mut session, &t.input, piece)).collect()
}

#[test]
fn every_dialogue_goes_as_written_in_any_pieces() {
    let mut files: Vec<_> =
        std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "txt"));
    assert!(files.len() > 20, "dialogues are missing");
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let script = read(&text);
        // One piece per octet would run what a client slips in behind STARTTLS as octets of the
        // handshake, so that script is for whole turns only.
        let pieces: &[usize] = if text.contains("# whole turns") { &[9999] } else { &[9999, 1, 7] };
        for &piece in pieces {
            for (turn, happened) in script.turns.iter().zip(play(&script, piece)) {
                let name = file.file_name().unwrap();
                let input = String::from_utf8_lossy(&turn.input);
                let end = input.char_indices().nth(200).map_or(input.len(), |(at, _)| at);
                assert_eq!(
                    turn.expected,
                    happened,
                    "{name:?}, pieces of {piece}: {:?}",
                    &input[..end]
                );
            }
        }
    }
}

/// Lines of a client that knows what it does, that does not, and that means harm.
fn client() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => Just("EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<alert@list.example>\r\n"),
        8 => Just("DATA\r\n"),
        4 => Just(".\r\n"),
        4 => Just("text\r\n"),
        2 => Just("RSET\r\n"),
        2 => Just("MAIL FROM:<> SIZE=10\r\n"),
        2 => Just("RCPT TO:<unknown@list.example>\r\n"),
        2 => Just("RCPT TO:<a!b>\r\n"),
        1 => Just("BDAT 5 LAST\r\n"),
        1 => Just("\n.\n"),
        1 => Just("\r.\r\n"),
        1 => Just("\0\x1b"),
        1 => Just("\r\n"),
        1 => Just("QUIT\r\n"),
    ];
    proptest::collection::vec(line, 0..25).prop_map(|lines| lines.concat().into_bytes())
}

proptest! {
    #[test]
    fn any_dialogue_is_the_same_in_any_pieces(input in client(), piece in 1usize..40) {
        let settings = || read("").settings;
        let mut whole = Session::new(settings(), [192, 0, 2, 1].into());
        let mut cut = Session::new(settings(), [192, 0, 2, 1].into());
        let expected = turn(&mut whole, &input, input.len().max(1));
        prop_assert_eq!(turn(&mut cut, &input, piece), expected);
    }
}
