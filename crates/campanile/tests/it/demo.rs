//! `campanile demo --once`: the whole network with the programs that teams use.

use std::process::{Command, Stdio};

#[test]
fn demo_proves_ten_of_ten_and_leaves_nothing() {
    let installed = |name| Command::new(name).arg("version").stderr(Stdio::null()).output().is_ok();
    if !installed("gpg") || !installed("openssl") {
        println!("skipped: needs gpg and openssl");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // Named from where one stands, as the default without --once is.
    let home = dir.path().join("demo");
    let output = Command::new(env!("CARGO_BIN_EXE_campanile"))
        .args(["demo", "--once", "--dir", "demo"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}\n{output:?}");
    assert!(said.contains("10 of 10 copies opened"), "{said}");
    assert!(said.contains("5 of 5 copies of the alert opened"), "{said}");
    assert!(!home.exists());
}
