//! Changes of octets, written as octets: what a fuzzer finds, it can be told again.

/// Octets of one change: what is done, where (two octets), with what.
pub const EDIT_BYTES: usize = 4;

/// Applies every change that `script` holds; a rest shorter than a change is passed over.
pub fn apply(script: &[u8], octets: &mut Vec<u8>) {
    for edit in script.chunks_exact(EDIT_BYTES) {
        apply_one([edit[0], edit[1], edit[2], edit[3]], octets);
    }
}

fn apply_one([what, high, low, with]: [u8; EDIT_BYTES], octets: &mut Vec<u8>) {
    let at = usize::from(u16::from_be_bytes([high, low])) % (octets.len() + 1);
    let end = (at + usize::from(with)).min(octets.len());
    match what % 6 {
        0 => {
            if let Some(octet) = octets.get_mut(at) {
                *octet = with;
            }
        }
        1 => {
            if let Some(octet) = octets.get_mut(at) {
                *octet ^= 1 << (with % 8);
            }
        }
        2 => octets.insert(at, with),
        3 => drop(octets.drain(at..end)),
        // A piece once more, behind itself.
        4 => {
            let piece = octets[at..end].to_vec();
            drop(octets.splice(end..end, piece));
        }
        // A piece from somewhere to the very end.
        _ => {
            let piece: Vec<u8> = octets.drain(at..end).collect();
            octets.extend(piece);
        }
    }
}
