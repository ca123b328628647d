//! Status codes [RFC 3463, RFC 5321 §4.2] and phrases in the free text of a bounce.

use super::report::address_in;

/// What says that it is still being tried, in lower case.
const DELAYED: &[&str] = &[
    "delayed",
    "will be retried",
    "still being retried",
    "will retry",
    "not yet been delivered",
    "will keep trying",
    "continue to try",
    "will continue trying",
    "not need to resend",
    "not need to resubmit",
    "warning message only",
    "this is a warning",
    "could not send mail for past",
    "delivery status notification: warning",
    "temporary problem",
    "(delay)",
    "attempts will be made",
];

/// What says that it was given up, in lower case.
const FAILED: &[&str] = &[
    "fail",
    "undeliver",
    "unknown",
    "no such",
    "not exist",
    "doesn't exist",
    "not found",
    "not listed",
    "rejected",
    "could not be delivered",
    "couldn't be delivered",
    "not be delivered",
    "not deliver",
    "not reach",
    "permanent",
    "fatal",
    "returned mail",
    "returned to sender",
    "returning",
    "invalid",
    "not valid",
    "disabled",
    "over quota",
    "mailbox full",
    "mailbox is full",
    "exceed",
    "unable to deliver",
    "wasn't able to deliver",
    "cannot be delivered",
    "can't be delivered",
    "not accept",
    "denied",
    "refused",
    "timed out",
    "unrouteable",
    "not our customer",
    "is not a",
    "do not have permission",
    "reached",
    "bounce",
    "unzustellbar",
    "problem",
    "error",
    "blocked",
    "giv",
];

/// Octets of text in which phrases count; behind them stands the returned mail.
const PHRASE_BYTES: usize = 8 * 1024;

pub(super) fn says_delayed(text: &str) -> bool {
    says(text, DELAYED)
}

pub(super) fn says_failed(text: &str) -> bool {
    says(text, FAILED)
}

fn says(text: &str, phrases: &[&str]) -> bool {
    let start = text.get(..text.floor_char_boundary(PHRASE_BYTES)).unwrap_or_default();
    let start = start.to_lowercase();
    phrases.iter().any(|phrase| start.contains(phrase))
}

/// The status that a text tells: an enhanced code, else the class of a reply code.
pub(super) fn code(text: &str) -> Option<String> {
    let start = text.get(..text.floor_char_boundary(PHRASE_BYTES)).unwrap_or_default();
    let reply = start.lines().find_map(reply_code);
    match enhanced(start) {
        // An address or a version can look like a code; one of the same class as the reply cannot.
        Some(code) if reply.is_none_or(|class| code.starts_with(class)) => Some(code),
        found => reply.map(|class| format!("{class}.0.0")).or(found),
    }
}

/// The first `d.d.d` with a class of 2, 4 or 5 and a subject of 0 to 7.
pub(super) fn enhanced(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let mut codes = words.map(|word| word.trim_matches('.')).filter(|word| {
        let mut parts = word.split('.');
        let class = matches!(parts.next(), Some("2" | "4" | "5"));
        let subject = parts.next().is_some_and(|part| part.len() == 1 && part <= "7");
        let detail = parts.next().is_some_and(|part| matches!(part.len(), 1..=3));
        class && subject && detail && parts.next().is_none()
    });
    codes.next().map(str::to_owned)
}

/// The class of the first `4dd` or `5dd` that stands alone in a line.
fn reply_code(line: &str) -> Option<char> {
    let words =
        line.split([' ', '\t', '(', ')', '<', '>', '"', '\'', ':', '-', ',', ';', '[', ']', '#']);
    let mut codes = words.filter(|word| {
        let mut chars = word.chars();
        let class = matches!(chars.next(), Some('4' | '5'));
        let second = matches!(chars.next(), Some('0'..='5' | '7'));
        let third = chars.next().is_some_and(|c| c.is_ascii_digit());
        class && second && third && chars.next().is_none()
    });
    codes.next()?.chars().next()
}

/// The first line that holds a code, else one that says what failed; with the line behind it.
pub(super) fn telling_line(text: &str) -> Option<String> {
    let start = text.get(..text.floor_char_boundary(PHRASE_BYTES)).unwrap_or_default();
    let lines: Vec<&str> = start.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let coded = |line: &&str| enhanced(line).is_some() || reply_code(line).is_some();
    let at = lines.iter().position(coded);
    let at = at.or_else(|| lines.iter().position(|line| says_failed(line)))?;
    Some(lines.get(at..)?.iter().take(2).copied().collect::<Vec<_>>().join(" "))
}

/// The first address that stands where programs put the failed one.
pub(super) fn recipient_line(text: &str) -> Option<String> {
    let start = text.get(..text.floor_char_boundary(PHRASE_BYTES)).unwrap_or_default();
    let starts = [
        "<",
        "to:",
        "final-recipient",
        "original-recipient",
        "recipient",
        "delivery to",
        "failed to deliver to",
        "user",
        "for ",
        "following recipient",
        "address",
    ];
    let placed = |line: &&str| {
        let line = line.trim().to_ascii_lowercase();
        let alone = !line.contains(' ') && line.contains('@');
        alone || starts.iter().any(|start| line.starts_with(start))
    };
    let placed = start.lines().filter(placed).find_map(address_in);
    placed.or_else(|| start.lines().find_map(address_in))
}
