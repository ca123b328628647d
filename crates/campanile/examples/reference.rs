//! Writes what packagers take from the command line as it is: manual pages and completions.
//!
//! `cargo run -p campanile --example reference -- FOLDER`; `cargo x dist` calls it.

use std::io;
use std::path::PathBuf;

use clap_complete::Shell;

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("which folder?"));
    };
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    std::fs::create_dir_all(&man)?;
    std::fs::create_dir_all(&completions)?;
    clap_mangen::generate_to(campanile::cli::command(), &man)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        let mut command = campanile::cli::command();
        clap_complete::generate_to(shell, &mut command, "campanile", &completions)?;
    }
    Ok(())
}
