//! The program: all input and output of Campanile.

fn main() {}
