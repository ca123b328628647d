//! The project's own commands, in plain Rust without dependencies: `cargo x help`.

mod bench;
mod check;
mod conformance;
mod crash;
mod dist;
mod docs;
mod fuzz;
mod numbers;
mod rules;
mod run;
mod scan;
mod screenshots;
mod source;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
Commands of the project: cargo x COMMAND

  check            formatting, clippy, tidy, tests of the core: the inner loop
  test             all tests of the workspace
  tidy             house rules: sizes, names, arrows between modules, links
  ci               check, test, docs --check, release build, demo --once
  docs [--check]   write the generated documents, or fail when they are stale
  numbers          lengths of functions and files, shares of tests and docs
  conformance      write docs/conformance from the vectors and programs of others
  bench NAME …     measure; NAME: advisories, alerts, fanout; further arguments are passed on
  dist             release build, Debian package, list of its parts (SBOM), source
  dist --verify-reproducible    the same in another folder, and compare the bytes
  dist --binary FILE --version VERSION    package an executable that is there
  dist --try DEB [--upgrade-from DEB]     install into a fresh Debian and send mail (as root)
  crash …          crash points: --points N --seed S --database sqlite|postgres --only SEED:N;
                   SIGKILL under load: --kills N --mails N; loss of nodes: --nodes --mails N
  screenshots      pictures of every page of the site, into docs/screenshots
  fuzz SECONDS [TARGET …]    run every fuzz target, or these, that long each
  rules [NAME …]   switch each rule of the verdict off in turn: at least three tests have to fail
  help             this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["check"] => check::check(),
        ["test", rest @ ..] => check::test(rest),
        ["tidy"] => tidy::run(),
        ["ci"] => check::ci(),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["numbers"] => numbers::run(),
        ["conformance"] => conformance::run(),
        ["screenshots"] => screenshots::run(),
        ["crash", rest @ ..] => crash::run(rest),
        ["bench", name, rest @ ..] => bench::run(name, rest),
        ["dist", rest @ ..] => dist::run(rest),
        ["rules", rest @ ..] => rules::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
