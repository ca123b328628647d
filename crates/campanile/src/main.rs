//! The program: all input and output of Campanile.

// Until the commands use them.
#[allow(dead_code)]
mod relay;
#[allow(dead_code)]
mod smtp;

fn main() {}
