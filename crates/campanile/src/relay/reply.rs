//! Replies of the next hop.

use std::fmt;

/// Longest line taken: RFC 5321 §4.5.3.1.5 allows 512, real ones exceed it.
const LINE_OCTETS_MAX: usize = 2048;
/// Most lines of one reply; EHLO answers have about 15.
const LINES_MAX: usize = 100;
/// What is kept of each line.
const LINE_KEPT_OCTETS_MAX: usize = 400;

/// One reply: a code and printable text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    /// The text behind the code, line by line; what is not printable ASCII is replaced.
    pub lines: Vec<String>,
}

/// What is no SMTP reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("next hop does not speak SMTP")]
pub struct BadReply;

impl Reply {
    /// A reply made here, in the words of SMTP, for what need not be asked.
    pub fn local(code: u16, text: &str) -> Self {
        Self { code, lines: vec![text.to_string()] }
    }

    /// 2xx.
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Reads a reply from the front; the number of octets it takes, or `None` if incomplete.
    pub fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, BadReply> {
        let mut lines = Vec::new();
        let mut first_code = None;
        let mut at = 0;
        loop {
            let rest = input.get(at..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', rest) else {
                return if rest.len() > LINE_OCTETS_MAX { Err(BadReply) } else { Ok(None) };
            };
            let line = rest.get(..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            at += end + 1;
            let (code, last, text) = line_parts(line).ok_or(BadReply)?;
            if line.len() > LINE_OCTETS_MAX
                || lines.len() >= LINES_MAX
                || *first_code.get_or_insert(code) != code
            {
                return Err(BadReply);
            }
            lines.push(printable(text));
            if last {
                return Ok(Some((Self { code, lines }, at)));
            }
        }
    }
}

fn line_parts(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (code, rest) = line.split_at_checked(3)?;
    let code: u16 = std::str::from_utf8(code).ok()?.parse().ok()?;
    let (last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    (200..600).contains(&code).then_some((code, last, text))
}

fn printable(text: &[u8]) -> String {
    let plain = |b: &u8| {
        if *b == b' ' || b.is_ascii_graphic() { char::from(*b) } else { '?' }
    };
    text.iter().take(LINE_KEPT_OCTETS_MAX).map(plain).collect()
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.lines.iter().try_for_each(|line| write!(f, " {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_one_by_one() {
        let input = b"250-mx\r\n250 SIZE 5\r\n354 go\r\n";
        let (reply, used) = Reply::parse(input).unwrap().unwrap();
        assert_eq!((reply.code, reply.lines), (250, vec!["mx".into(), "SIZE 5".into()]));
        let (reply, rest) = Reply::parse(&input[used..]).unwrap().unwrap();
        assert_eq!((reply.to_string().as_str(), used + rest), ("354 go", input.len()));
    }

    #[test]
    fn incomplete_replies_wait_for_more() {
        for input in ["", "2", "250 o", "250-a\r\n", "250-a\r\n250", "250 ok\r"] {
            assert_eq!(Reply::parse(input.as_bytes()), Ok(None), "{input:?}");
        }
        assert!(Reply::parse(b"250\r\n").unwrap().is_some());
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        let lines = "250-x\r\n".repeat(101);
        let long = "x".repeat(3000);
        let long_line = format!("250 {long}\r\n");
        for input in [
            "HTTP/1.1 400\r\n",
            "25\r\n",
            "250_x\r\n",
            "199 x\r\n",
            "600 x\r\n",
            "250-x\r\n251 y\r\n",
            "\r\n",
            "+50 x\r\n",
            &lines,
            &long,
            &long_line,
        ] {
            assert_eq!(Reply::parse(input.as_bytes()), Err(BadReply), "{:.20}", input);
        }
    }

    #[test]
    fn control_characters_of_the_next_hop_are_replaced() {
        let (reply, _) = Reply::parse(b"550 no\x1b[2J\0\xff\r\n").unwrap().unwrap();
        assert_eq!(reply.to_string(), "550 no?[2J??");
    }
}
