//! Cuts the client's octets into command lines.
//!
//! A line ends with CRLF. A bare CR or bare LF is not repaired but reported: a server in front of
//! us that ends lines differently would see other commands than we do.

use super::limits::COMMAND_OCTETS_MAX;

/// What the octets so far amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The input is used up within a line.
    Incomplete,
    /// One line without its CRLF.
    Complete(Vec<u8>),
    /// The line is longer than [`COMMAND_OCTETS_MAX`]; said once, its rest is skipped.
    TooLong,
    /// A CR without LF, or an LF without CR. Nothing behind it can be trusted.
    BareLineEnd,
}

/// Collects one command line at a time, whatever pieces it arrives in.
#[derive(Debug, Default)]
pub struct LineReader {
    line: Vec<u8>,
    after_cr: bool,
    skipping: bool,
}

impl LineReader {
    /// Takes octets from the front of `input` until something can be said.
    pub fn next(&mut self, input: &mut &[u8]) -> Line {
        loop {
            if self.after_cr {
                match input.split_first() {
                    None => return Line::Incomplete,
                    Some((b'\n', rest)) => *input = rest,
                    Some(_) => return Line::BareLineEnd,
                }
                self.after_cr = false;
                let line = std::mem::take(&mut self.line);
                if !std::mem::take(&mut self.skipping) {
                    return Line::Complete(line);
                }
                continue;
            }
            let end = memchr::memchr2(b'\r', b'\n', input);
            let (text, rest) = input.split_at(end.unwrap_or(input.len()));
            *input = rest.get(1..).unwrap_or_default();
            self.after_cr = rest.first() == Some(&b'\r');
            let too_long = !self.skipping && self.line.len() + text.len() + 2 > COMMAND_OCTETS_MAX;
            if too_long {
                self.skipping = true;
                self.line = Vec::new();
            } else if !self.skipping {
                self.line.extend_from_slice(text);
            }
            if rest.first() == Some(&b'\n') {
                return Line::BareLineEnd;
            }
            if too_long {
                return Line::TooLong;
            }
            if rest.is_empty() {
                return Line::Incomplete;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8], piece: usize) -> Vec<Line> {
        let mut reader = LineReader::default();
        let mut found = Vec::new();
        for mut piece in input.chunks(piece) {
            loop {
                match reader.next(&mut piece) {
                    Line::Incomplete => break,
                    Line::BareLineEnd => {
                        found.push(Line::BareLineEnd);
                        return found;
                    }
                    line => found.push(line),
                }
            }
        }
        found
    }

    fn complete(text: &str) -> Line {
        Line::Complete(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_are_the_same_in_any_pieces() {
        for piece in 1..12 {
            let expected = vec![complete("EHLO x"), complete(""), complete("NOOP")];
            assert_eq!(lines(b"EHLO x\r\n\r\nNOOP\r\nQU", piece), expected);
        }
    }

    #[test]
    fn bare_line_ends_are_reported_and_nothing_behind_them_is_read() {
        for text in [&b"A\nB\r\n"[..], b"A\rB\r\n", b"A\r\rB\r\n", b"\nA\r\n"] {
            for piece in 1..6 {
                assert_eq!(lines(text, piece), vec![Line::BareLineEnd], "{text:?}");
            }
        }
    }

    #[test]
    fn overlong_line_is_reported_once_and_skipped() {
        let mut input = vec![b'A'; 1_000_000];
        input.extend_from_slice(b"\r\nNOOP\r\n");
        for piece in [1, 7, 4096, input.len()] {
            assert_eq!(lines(&input, piece), vec![Line::TooLong, complete("NOOP")]);
        }
    }

    #[test]
    fn longest_line_is_taken_and_one_octet_more_is_not() {
        let mut input = vec![b'A'; COMMAND_OCTETS_MAX - 2];
        input.extend_from_slice(b"\r\n");
        assert!(matches!(lines(&input, 100)[..], [Line::Complete(_)]));
        input.insert(0, b'A');
        assert_eq!(lines(&input, 100), vec![Line::TooLong]);
    }
}
