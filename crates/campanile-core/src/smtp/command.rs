//! Commands [RFC 5321 §4.1], read from one line.

use super::limits::HELO_OCTETS_MAX;
use super::path::{self, Forward};

/// What the client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// EHLO, HELO or LHLO with the client's name.
    Hello(Hello, String),
    /// MAIL FROM.
    Mail(Mail),
    /// RCPT TO.
    Rcpt(Forward),
    /// DATA.
    Data,
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// QUIT.
    Quit,
    /// VRFY.
    Vrfy,
    /// EXPN.
    Expn,
    /// HELP.
    Help,
    /// STARTTLS.
    StartTls,
    /// BDAT, which is not offered.
    Bdat,
}

/// Which greeting was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hello {
    /// EHLO: SMTP with extensions.
    Ehlo,
    /// HELO: SMTP of 1982.
    Helo,
    /// LHLO: LMTP.
    Lhlo,
}

/// The arguments of MAIL FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The reverse path, `None` for `<>`.
    pub from: Option<String>,
    /// The declared size in octets.
    pub size: Option<u64>,
    /// Whether any parameter was given, which HELO does not allow.
    pub extended: bool,
}

/// Why a line is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCommand {
    /// Not a verb of ours.
    #[error("unknown command")]
    Unknown,
    /// The first line of another protocol: a browser was made to talk to us.
    #[error("not SMTP")]
    OtherProtocol,
    /// Control characters or no UTF-8.
    #[error("control character or no UTF-8")]
    Octets,
    /// Arguments missing, too many or malformed.
    #[error("malformed argument")]
    Argument,
    /// A parameter of MAIL or RCPT that is not offered.
    #[error("unknown parameter")]
    Parameter,
    /// A reverse path that is none.
    #[error("malformed reverse path")]
    ReversePath,
    /// A forward path that is no plain address.
    #[error("no plain forward path")]
    ForwardPath,
    /// Letters outside ASCII without SMTPUTF8.
    #[error("non-ASCII path without SMTPUTF8")]
    NeedsUtf8,
}

/// Reads one line without its CRLF.
pub fn parse(line: &[u8]) -> Result<Command, BadCommand> {
    let text = std::str::from_utf8(line).map_err(|_| BadCommand::Octets)?;
    if text.chars().any(char::is_control) {
        return Err(BadCommand::Octets);
    }
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let argument = rest.trim_matches(' ');
    let alone = |command| argument.is_empty().then_some(command).ok_or(BadCommand::Argument);
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" => Ok(Command::Hello(Hello::Ehlo, name(argument)?)),
        "HELO" => Ok(Command::Hello(Hello::Helo, name(argument)?)),
        "LHLO" => Ok(Command::Hello(Hello::Lhlo, name(argument)?)),
        "MAIL" => mail(strip_keyword(rest, "FROM:")?).map(Command::Mail),
        "RCPT" => rcpt(strip_keyword(rest, "TO:")?).map(Command::Rcpt),
        "DATA" => alone(Command::Data),
        "RSET" => alone(Command::Rset),
        "QUIT" => alone(Command::Quit),
        "STARTTLS" => alone(Command::StartTls),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "EXPN" => Ok(Command::Expn),
        "HELP" => Ok(Command::Help),
        "BDAT" => Ok(Command::Bdat),
        "GET" | "POST" | "PUT" | "HEAD" | "OPTIONS" | "CONNECT" | "HOST:" | "USER-AGENT:" => {
            Err(BadCommand::OtherProtocol)
        }
        _ => Err(BadCommand::Unknown),
    }
}

fn name(argument: &str) -> Result<String, BadCommand> {
    let good = !argument.is_empty() && argument.len() <= HELO_OCTETS_MAX;
    good.then(|| argument.to_string()).ok_or(BadCommand::Argument)
}

fn strip_keyword<'a>(rest: &'a str, keyword: &str) -> Result<&'a str, BadCommand> {
    match rest.split_at_checked(keyword.len()) {
        Some((given, path)) if given.eq_ignore_ascii_case(keyword) => Ok(path),
        _ => Err(BadCommand::Argument),
    }
}

fn mail(text: &str) -> Result<Mail, BadCommand> {
    let (path, parameters) = path::split(text).ok_or(BadCommand::Argument)?;
    let from = path::reverse(path).ok_or(BadCommand::ReversePath)?;
    let (mut size, mut body, mut utf8) = (None, None, None);
    for parameter in parameters.split(' ').filter(|p| !p.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let seen = match key.to_ascii_uppercase().as_str() {
            "SIZE" => size.replace(octets(value)?).is_some(),
            "BODY" if ["7BIT", "8BITMIME"].iter().any(|b| value.eq_ignore_ascii_case(b)) => {
                body.replace(()).is_some()
            }
            "SMTPUTF8" if parameter.len() == key.len() => utf8.replace(()).is_some(),
            _ => return Err(BadCommand::Parameter),
        };
        if seen {
            return Err(BadCommand::Argument);
        }
    }
    if utf8.is_none() && !path.is_ascii() {
        return Err(BadCommand::NeedsUtf8);
    }
    let extended = size.is_some() || body.is_some() || utf8.is_some();
    Ok(Mail { from, size, extended })
}

/// A size that overflows is larger than every limit, not malformed.
fn octets(value: &str) -> Result<u64, BadCommand> {
    if value.is_empty() || value.len() > 20 || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadCommand::Argument);
    }
    Ok(value.parse().unwrap_or(u64::MAX))
}

fn rcpt(text: &str) -> Result<Forward, BadCommand> {
    let (path, parameters) = path::split(text).ok_or(BadCommand::Argument)?;
    let forward = path::forward(path).ok_or(BadCommand::ForwardPath)?;
    if parameters.trim_matches(' ').is_empty() { Ok(forward) } else { Err(BadCommand::Parameter) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_keywords_have_no_letter_case() {
        assert_eq!(parse(b"quit"), Ok(Command::Quit));
        assert_eq!(parse(b"eHlO x"), Ok(Command::Hello(Hello::Ehlo, "x".into())));
        assert!(matches!(parse(b"rcpt to:<a@b.example>"), Ok(Command::Rcpt(_))));
    }

    #[test]
    fn declared_size_is_read_and_an_overflow_is_huge() {
        let size = |line: &str| match parse(line.as_bytes()) {
            Ok(Command::Mail(mail)) => Ok(mail.size),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error),
        };
        assert_eq!(size("MAIL FROM:<>"), Ok(None));
        assert_eq!(size("MAIL FROM:<> SIZE=7 BODY=8BITMIME SMTPUTF8"), Ok(Some(7)));
        assert_eq!(size("MAIL FROM:<> SIZE=99999999999999999999"), Ok(Some(u64::MAX)));
        for bad in ["SIZE=", "SIZE=-1", "SIZE=1 SIZE=2", "SIZE=0x10", "SIZE"] {
            assert_eq!(size(&format!("MAIL FROM:<> {bad}")), Err(BadCommand::Argument), "{bad}");
        }
        for bad in ["BODY=BINARYMIME", "SMTPUTF8=1", "AUTH=<>", "RET=FULL", "="] {
            assert_eq!(size(&format!("MAIL FROM:<> {bad}")), Err(BadCommand::Parameter), "{bad}");
        }
    }

    #[test]
    fn malformed_lines_are_refused_each_for_its_reason() {
        for (line, error) in [
            (&b""[..], BadCommand::Unknown),
            (b"XYZZY", BadCommand::Unknown),
            (b"GET / HTTP/1.1", BadCommand::OtherProtocol),
            (b"EHLO a\0b", BadCommand::Octets),
            (b"EHLO \xff", BadCommand::Octets),
            (b"EHLO a\x1b[2J", BadCommand::Octets),
            (b"EHLO", BadCommand::Argument),
            (b"MAIL", BadCommand::Argument),
            (b"MAIL TO:<a@b>", BadCommand::Argument),
            (b"MAIL FROM:a@b", BadCommand::Argument),
            (b"MAIL FROM:<a@b>x", BadCommand::Argument),
            (b"MAIL FROM:<a>", BadCommand::ReversePath),
            ("MAIL FROM:<ä@b>".as_bytes(), BadCommand::NeedsUtf8),
            (b"RCPT TO:<a@b.example> NOTIFY=NEVER", BadCommand::Parameter),
            (b"RCPT TO:<a!b>", BadCommand::ForwardPath),
            (b"DATA now", BadCommand::Argument),
            (b"STARTTLS x", BadCommand::Argument),
        ] {
            assert_eq!(parse(line), Err(error), "{:?}", String::from_utf8_lossy(line));
        }
    }
}
