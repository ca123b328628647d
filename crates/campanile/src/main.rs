//! The program `campanile`. Everything is in the library, so that tests and benches reach it.

/// Copies of a mail come and go by the megabyte; giving each back to the system would cost a
/// tenth of the time of a large mail in page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    campanile::cli::main()
}
