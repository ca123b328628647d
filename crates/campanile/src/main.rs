//! The program `campanile`. Everything is in the library, so that tests and benches reach it.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    campanile::cli::main()
}
