//! Tests of S/MIME as a whole, with keys made on the spot.

mod corpus;
mod mail;
