//! The program `campanile`. Everything is in the library, so that tests and benches reach it.

fn main() -> std::process::ExitCode {
    campanile::cli::main()
}
