//! Octets of mail in the clear.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// Octets of mail in the clear: wiped when dropped, unused capacity included.
///
/// Keys are kept in `zeroize::Zeroizing`, which wipes octet by octet; that takes milliseconds for
/// a large mail. Content that grows beyond its capacity leaves a copy that is not wiped: give it
/// enough from the beginning.
#[derive(Default)]
pub struct Plaintext(Vec<u8>);

impl From<Vec<u8>> for Plaintext {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl Deref for Plaintext {
    type Target = Vec<u8>;
    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Plaintext {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        // Keeps the compiler from leaving out what nobody reads.
        zeroize::optimization_barrier(self.0.as_slice());
    }
}

/// The length only: the content belongs in no log.
impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} octets)", self.0.len())
    }
}
