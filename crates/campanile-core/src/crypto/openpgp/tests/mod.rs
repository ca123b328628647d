//! Tests over generated keys, the corpora when they are present, and GnuPG.

mod corpus;
