//! What stands inside the encryption: one literal, signed or not, compressed or not.
//!
//! The grammar is narrower than the standard's [RFC 9580 §10.3]: `[Compressed(] OPS* SIG*
//! Literal SIG* [)]`. Everything else is refused, because two readers could show different
//! parts of it: a second literal, data in front of the signed message, keys, another layer of
//! encryption, compression inside compression.

use std::io::Read;
use std::ops::Range;

use sequoia_openpgp::Packet;
use sequoia_openpgp::parse::{PacketParserBuilder, PacketParserResult, Parse};
use sequoia_openpgp::types::CompressionAlgorithm;

use super::packets::{self, Framed, tag};
use crate::model::condition::Condition;
use crate::model::limits;
use crate::model::plaintext::Plaintext;

/// Overhead of packets around the plaintext that the size limit does not count.
const OVERHEAD_BYTES_MAX: usize = 1024 * 1024;
/// Decompressed content that is read at once, in octets.
const INFLATE_BYTES: usize = 64 * 1024;
/// Largest first allocation for it, in octets.
const INFLATE_GUESS_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The content of one encrypted message.
pub(super) struct Content {
    /// The body of the literal.
    pub plaintext: Plaintext,
    /// Bodies of the signature packets of any version, innermost first.
    pub signatures: Vec<Signed>,
}

/// One signature packet with what announced it.
pub(super) struct Signed {
    /// The body of the signature packet.
    pub body: Vec<u8>,
    /// The body of the one-pass packet that opened it.
    pub announced: Option<Vec<u8>>,
}

/// Reads the decrypted octets of a container.
///
/// # Errors
/// `PacketStructure`, `EncryptedTwice`, `TooComplex`, `TooLarge`.
///
/// # Limits
/// [`limits::SIGNATURES_MAX`], [`limits::PLAINTEXT_BYTES_MAX`], [`limits::BZIP2_BYTES_MAX`]; one
/// level of compression.
pub(super) fn read(data: Plaintext) -> Result<Content, Condition> {
    match first_pass(&data)? {
        Found::Message(shape) => extract(data, shape),
        Found::Compressed(at) => {
            let packet = data.get(at).ok_or(Condition::PacketStructure)?;
            let inflated = inflate(packet)?;
            drop(data);
            match first_pass(&inflated)? {
                Found::Message(shape) => extract(inflated, shape),
                Found::Compressed(_) => Err(Condition::PacketStructure),
            }
        }
    }
}

enum Found {
    Message(Shape),
    /// Where the compressed packet stands, with its header.
    Compressed(Range<usize>),
}

/// A message, as places in the buffer.
struct Shape {
    literal: Vec<Range<usize>>,
    signatures: Vec<Signed>,
}

#[derive(Default)]
struct State {
    announced: Vec<Vec<u8>>,
    prefixed: Vec<Signed>,
    literal: Option<Vec<Range<usize>>>,
    compressed: Option<Range<usize>>,
    closed: Vec<Signed>,
}

fn first_pass(data: &[u8]) -> Result<Found, Condition> {
    let mut state = State::default();
    let mut rest = data;
    while let Some((packet, behind)) =
        packets::next(rest).map_err(|_| Condition::PacketStructure)?
    {
        if !packet.is_ignorable() {
            state.take(&packet, data)?;
        }
        rest = behind;
    }
    state.finish()
}

impl State {
    fn take(&mut self, packet: &Framed<'_>, data: &[u8]) -> Result<(), Condition> {
        match packet.tag {
            tag::PKESK | tag::SKESK | tag::SED | tag::SEIPD | tag::LIBREPGP_OCB => {
                return Err(Condition::EncryptedTwice);
            }
            _ if self.compressed.is_some() => return Err(Condition::PacketStructure),
            tag::ONE_PASS if self.literal.is_none() => {
                self.announced.push(packet.body().into_owned());
            }
            tag::SIGNATURE if self.literal.is_none() => {
                self.prefixed.push(Signed { body: packet.body().into_owned(), announced: None })
            }
            tag::SIGNATURE => {
                let announced = self.announced.pop().ok_or(Condition::PacketStructure)?;
                self.closed
                    .push(Signed { body: packet.body().into_owned(), announced: Some(announced) });
            }
            tag::LITERAL if self.literal.is_none() => self.literal = Some(literal(packet, data)?),
            tag::COMPRESSED if self.is_fresh() => self.compressed = place(packet.raw, data),
            _ => return Err(Condition::PacketStructure),
        }
        match self.announced.len() + self.prefixed.len() + self.closed.len() {
            0..=limits::SIGNATURES_MAX => Ok(()),
            _ => Err(Condition::TooComplex),
        }
    }

    fn is_fresh(&self) -> bool {
        self.announced.is_empty() && self.prefixed.is_empty() && self.literal.is_none()
    }

    fn finish(mut self) -> Result<Found, Condition> {
        if let Some(at) = self.compressed {
            return Ok(Found::Compressed(at));
        }
        let literal = self.literal.ok_or(Condition::PacketStructure)?;
        // All signatures may have been cut off: then nothing is signed. Some may not.
        if !self.closed.is_empty() && !self.announced.is_empty() {
            return Err(Condition::PacketStructure);
        }
        let mut signatures = self.closed;
        signatures.append(&mut self.prefixed);
        Ok(Found::Message(Shape { literal, signatures }))
    }
}

/// Where the body of a literal stands: behind format, file name and date, none of which is
/// protected by a signature or used.
fn literal(packet: &Framed<'_>, data: &[u8]) -> Result<Vec<Range<usize>>, Condition> {
    let head = packet.chunks.iter().flat_map(|chunk| chunk.iter());
    let name_bytes = head.copied().nth(1).ok_or(Condition::PacketStructure)?;
    let mut skip = 2 + usize::from(name_bytes) + 4;
    if packet.len() < skip {
        return Err(Condition::PacketStructure);
    }
    let mut ranges = Vec::with_capacity(packet.chunks.len());
    for chunk in &packet.chunks {
        let cut = skip.min(chunk.len());
        skip -= cut;
        let body = chunk.get(cut..).unwrap_or(&[]);
        ranges.push(place(body, data).ok_or(Condition::PacketStructure)?);
    }
    Ok(ranges)
}

/// The place of a slice in the buffer it was cut from.
fn place(slice: &[u8], data: &[u8]) -> Option<Range<usize>> {
    let start = (slice.as_ptr() as usize).checked_sub(data.as_ptr() as usize)?;
    let end = start.checked_add(slice.len())?;
    (end <= data.len()).then_some(start..end)
}

/// Moves the literal's body to the front of the buffer: no second copy of the plaintext.
fn extract(mut data: Plaintext, shape: Shape) -> Result<Content, Condition> {
    let mut length = 0;
    for range in shape.literal {
        let moved = range.len();
        data.copy_within(range, length);
        length += moved;
    }
    // `truncate` does not wipe, but the drop wipes the whole capacity.
    data.truncate(length);
    if data.len() > limits::PLAINTEXT_BYTES_MAX {
        return Err(Condition::TooLarge);
    }
    Ok(Content { plaintext: data, signatures: shape.signatures })
}

/// Decompresses one packet within the size limit.
fn inflate(packet: &[u8]) -> Result<Plaintext, Condition> {
    let parsed = PacketParserBuilder::from_bytes(packet)
        .and_then(|builder| builder.max_recursion_depth(0).build())
        .map_err(|_| Condition::PacketStructure)?;
    let PacketParserResult::Some(mut parser) = parsed else {
        return Err(Condition::PacketStructure);
    };
    if !parser.processed() {
        return Err(Condition::PacketStructure);
    }
    let most = match &parser.packet {
        Packet::CompressedData(packet) if packet.algo() == CompressionAlgorithm::BZip2 => {
            limits::BZIP2_BYTES_MAX
        }
        _ => limits::PLAINTEXT_BYTES_MAX,
    };
    // Attachments are base64, which shrinks to three quarters.
    let guess = (packet.len() + packet.len() / 2).clamp(INFLATE_BYTES, INFLATE_GUESS_BYTES_MAX);
    let mut data = Plaintext::from(vec![0; guess]);
    let mut length = 0;
    loop {
        // In pieces: the library buffers as much as it is asked for.
        let end = data.len().min(length + INFLATE_BYTES);
        let space = data.get_mut(length..end).unwrap_or_default();
        match parser.read(space).map_err(|_| Condition::PacketStructure)? {
            0 => break,
            read => length += read,
        }
        if length > most + OVERHEAD_BYTES_MAX {
            return Err(Condition::TooLarge);
        }
        if length == data.len() {
            grow(&mut data);
        }
    }
    data.truncate(length);
    Ok(data)
}

/// Enlarges a buffer by hand, so that the old one is wiped; never twice near the limit, so that
/// both together stay below one and a half times the limit.
fn grow(data: &mut Plaintext) {
    let most = limits::PLAINTEXT_BYTES_MAX + 2 * OVERHEAD_BYTES_MAX;
    let twice = data.len() * 2;
    let mut larger = Plaintext::from(vec![0; if twice > most / 2 { most } else { twice }]);
    if let Some(front) = larger.get_mut(..data.len()) {
        front.copy_from_slice(data);
    }
    *data = larger;
}
