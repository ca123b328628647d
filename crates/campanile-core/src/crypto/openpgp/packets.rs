//! The framing of OpenPGP packets [RFC 9580 §4.2]: headers and lengths, nothing else.
//!
//! A strict first pass over foreign bytes. It copies nothing, allocates one slice per chunk and
//! is linear in the input, so that everything that is refused by its structure is refused
//! before a library has built objects of it. It knows no packet's content.

use std::borrow::Cow;

use crate::model::condition::Condition;
use crate::model::limits;

/// Tags [RFC 9580 §5] that the rest of this module names.
pub(super) mod tag {
    pub const PKESK: u8 = 1;
    pub const SIGNATURE: u8 = 2;
    pub const SKESK: u8 = 3;
    pub const ONE_PASS: u8 = 4;
    pub const SECRET_KEY: u8 = 5;
    pub const PUBLIC_KEY: u8 = 6;
    pub const SECRET_SUBKEY: u8 = 7;
    pub const COMPRESSED: u8 = 8;
    pub const SED: u8 = 9;
    pub const MARKER: u8 = 10;
    pub const LITERAL: u8 = 11;
    pub const TRUST: u8 = 12;
    pub const USER_ID: u8 = 13;
    pub const PUBLIC_SUBKEY: u8 = 14;
    pub const USER_ATTRIBUTE: u8 = 17;
    pub const SEIPD: u8 = 18;
    pub const LIBREPGP_OCB: u8 = 20;
    pub const PADDING: u8 = 21;
}

/// First partial length that the standard allows, in octets [RFC 9580 §4.2.1.4].
const PARTIAL_FIRST_BYTES_MIN: usize = 512;

/// Most chunks of one packet. Programs write chunks of 512 octets or more; of one octet each,
/// tiny compressed mail would make lists of chunks that fill the memory.
const CHUNKS_MAX: usize = limits::PLAINTEXT_BYTES_MAX / PARTIAL_FIRST_BYTES_MIN * 2;

/// One packet, as slices of the input.
#[derive(Debug, Clone)]
pub(super) struct Framed<'a> {
    /// The packet type.
    pub tag: u8,
    /// The body; more than one chunk when partial lengths were used.
    pub chunks: Vec<&'a [u8]>,
    /// Header and body as they stand in the input.
    pub raw: &'a [u8],
}

/// Why no packet could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The input ends inside the packet of this type.
    Truncated(u8),
    /// No packet header, or a length that the standard forbids here.
    Malformed,
}

impl FrameError {
    /// A ciphertext that was cut off has lost its integrity; everything else is structure.
    pub(super) fn condition(self) -> Condition {
        match self {
            Self::Truncated(tag::SEIPD) => Condition::IntegrityBroken,
            Self::Truncated(tag::SED) => Condition::NoIntegrity,
            Self::Truncated(_) | Self::Malformed => Condition::PacketStructure,
        }
    }
}

impl<'a> Framed<'a> {
    /// Length of the body in octets.
    pub(super) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// The body in one piece; copies only when partial lengths were used.
    pub(super) fn body(&self) -> Cow<'a, [u8]> {
        match self.chunks.as_slice() {
            [] => Cow::Borrowed(&[]),
            [whole] => Cow::Borrowed(whole),
            chunks => Cow::Owned(chunks.concat()),
        }
    }

    /// Packets that every reader skips: Marker, Padding, and unknown ones that are not critical
    /// [RFC 9580 §4.3].
    pub(super) fn is_ignorable(&self) -> bool {
        matches!(self.tag, tag::MARKER | tag::PADDING | 40..)
    }
}

/// Cuts the first packet off `input`; `None` at the end.
///
/// # Errors
/// [`FrameError`] when there is no whole packet.
pub(super) fn next(input: &[u8]) -> Result<Option<(Framed<'_>, &[u8])>, FrameError> {
    let Some((&first, rest)) = input.split_first() else {
        return Ok(None);
    };
    if first & 0x80 == 0 {
        return Err(FrameError::Malformed);
    }
    let (tag, (chunks, rest)) = match first & 0x40 != 0 {
        true => (first & 0x3f, new_format(first & 0x3f, rest)?),
        false => ((first >> 2) & 0x0f, old_format(first, rest)?),
    };
    if tag == 0 {
        return Err(FrameError::Malformed);
    }
    let raw = input.get(..input.len() - rest.len()).unwrap_or(input);
    Ok(Some((Framed { tag, chunks, raw }, rest)))
}

/// The chunks of one body, and what stands behind it.
type Chunks<'a> = (Vec<&'a [u8]>, &'a [u8]);

fn old_format(first: u8, rest: &[u8]) -> Result<Chunks<'_>, FrameError> {
    let tag = (first >> 2) & 0x0f;
    let octets = match first & 3 {
        0 => 1,
        1 => 2,
        2 => 4,
        // To the end of the input: GnuPG writes compressed data so.
        _ if may_be_streamed(tag) => return Ok((vec![rest], &[])),
        _ => return Err(FrameError::Malformed),
    };
    let (length, rest) = big_endian(tag, rest, octets)?;
    let (body, rest) = split(tag, rest, length)?;
    Ok((vec![body], rest))
}

fn new_format(tag: u8, mut rest: &[u8]) -> Result<Chunks<'_>, FrameError> {
    let mut chunks = Vec::new();
    loop {
        let (&first, behind) = rest.split_first().ok_or(FrameError::Truncated(tag))?;
        let first = usize::from(first);
        let (length, behind, last) = match first {
            0..192 => (first, behind, true),
            192..224 => {
                let (low, behind) = big_endian(tag, behind, 1)?;
                (((first - 192) << 8) + low + 192, behind, true)
            }
            224..255 => (1 << (first & 0x1f), behind, false),
            _ => {
                let (length, behind) = big_endian(tag, behind, 4)?;
                (length, behind, true)
            }
        };
        let first_partial = !last && chunks.is_empty();
        if first_partial && (!may_be_streamed(tag) || length < PARTIAL_FIRST_BYTES_MIN) {
            return Err(FrameError::Malformed);
        }
        let (chunk, behind) = split(tag, behind, length)?;
        chunks.push(chunk);
        if chunks.len() > CHUNKS_MAX {
            return Err(FrameError::Malformed);
        }
        rest = behind;
        if last {
            return Ok((chunks, rest));
        }
    }
}

/// Only data packets may have an unknown length [RFC 9580 §4.2.1.4].
fn may_be_streamed(packet: u8) -> bool {
    matches!(packet, tag::COMPRESSED | tag::SED | tag::LITERAL | tag::SEIPD | tag::LIBREPGP_OCB)
}

fn big_endian(tag: u8, input: &[u8], octets: usize) -> Result<(usize, &[u8]), FrameError> {
    let (number, rest) = split(tag, input, octets)?;
    let value = number.iter().fold(0_usize, |value, &octet| (value << 8) | usize::from(octet));
    Ok((value, rest))
}

fn split(tag: u8, input: &[u8], at: usize) -> Result<(&[u8], &[u8]), FrameError> {
    input.split_at_checked(at).ok_or(FrameError::Truncated(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(input: &[u8]) -> Result<(u8, Vec<u8>, usize), FrameError> {
        let (packet, rest) = next(input)?.unwrap();
        Ok((packet.tag, packet.body().into_owned(), rest.len()))
    }

    #[test]
    fn both_header_formats_are_read() {
        assert_eq!(one(b"\xcb\x03abcX"), Ok((11, b"abc".to_vec(), 1)));
        assert_eq!(one(b"\xac\x03abcX"), Ok((11, b"abc".to_vec(), 1)));
        assert_eq!(one(b"\xcb\xff\0\0\0\x01aX"), Ok((11, b"a".to_vec(), 1)));
    }

    #[test]
    fn partial_chunks_are_joined() {
        let mut input = vec![0xd2, 0xe9];
        input.extend([7; 512]);
        input.extend(b"\xe0a\x01b!");
        let (tag, body, rest) = one(&input).unwrap();
        assert_eq!((tag, body.len(), rest), (18, 514, 1));
    }

    #[test]
    fn chunks_beyond_the_limit_are_refused() {
        let input = |chunks: usize| {
            let first = [&[0xd2, 0xe9][..], &[7; 512]].concat();
            [first, [0xe0, b'a'].repeat(chunks), vec![0]].concat()
        };
        assert!(one(&input(CHUNKS_MAX - 2)).is_ok());
        assert_eq!(one(&input(CHUNKS_MAX)), Err(FrameError::Malformed));
    }

    #[test]
    fn tiny_first_chunk_is_refused() {
        assert_eq!(one(b"\xd2\xe0a\x01b"), Err(FrameError::Malformed));
    }

    #[test]
    fn partial_length_of_a_key_packet_is_refused() {
        let mut input = vec![0xc6, 0xe9];
        input.extend([7; 513]);
        assert_eq!(one(&input), Err(FrameError::Malformed));
    }

    #[test]
    fn truncated_container_is_told_from_garbage() {
        assert_eq!(one(b"\xd2\x05ab"), Err(FrameError::Truncated(18)));
        assert_eq!(one(b"hello"), Err(FrameError::Malformed));
        assert_eq!(one(b"\xc0\x00"), Err(FrameError::Malformed));
    }
}
