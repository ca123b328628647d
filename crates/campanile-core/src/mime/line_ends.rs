//! Line ends as they are signed: CRLF [RFC 1847 §2.1].
//!
//! Nothing is guessed: a lone CR stays what it is.

use zeroize::Zeroizing;

/// The same octets with CRLF for every LF that has no CR in front; `None` when there is none.
///
/// # Security
/// The result is plaintext as much as the input: it is made in one piece and wiped when dropped.
pub fn unified(octets: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut lone = 0_usize;
    let mut before = None;
    for &octet in octets {
        lone += usize::from(octet == b'\n' && before != Some(b'\r'));
        before = Some(octet);
    }
    if lone == 0 {
        return None;
    }
    let mut unified = Zeroizing::new(Vec::with_capacity(octets.len() + lone));
    let mut before = None;
    for &octet in octets {
        if octet == b'\n' && before != Some(b'\r') {
            unified.push(b'\r');
        }
        unified.push(octet);
        before = Some(octet);
    }
    Some(unified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lone_lf_becomes_crlf_and_nothing_else_changes() {
        let made = |text: &str| unified(text.as_bytes()).map(|made| made.to_vec());
        assert_eq!(
            made("\na\n\nb\r\nc\rd\r\n\n").unwrap(),
            b"\r\na\r\n\r\nb\r\nc\rd\r\n\r\n"
        );
        assert_eq!(made("a\r\nb\rc"), None);
        assert_eq!(made(""), None);
    }
}
