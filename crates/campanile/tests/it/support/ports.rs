//! Free ports of this test process.

use std::fs::File;
use std::net::TcpListener;
use std::sync::Mutex;

/// Below the ports that the system gives to outgoing connections.
const FIRST: u16 = 10_000;
const COUNT: u16 = 10_000;

/// A port that nobody listens on, and that no other test process takes as long as this one lives:
/// a server that is killed has to find it free again.
pub fn free() -> u16 {
    static TAKEN: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let mut taken = TAKEN.lock().unwrap();
    let folder = std::path::Path::new("/tmp/campanile-test-ports");
    let _ = std::fs::create_dir(folder);
    let start = (std::process::id() % 100) as u16 * (COUNT / 100);
    for step in 0..COUNT {
        let port = FIRST + (start + step) % COUNT;
        // The lock goes with the process.
        let Ok(file) = File::create(folder.join(port.to_string())) else { continue };
        if file.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            taken.push(file);
            return port;
        }
    }
    panic!("no port is free");
}
