//! The programs that others read mail with, each in a home of its own: gpg, gpgsm, openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

use campanile_core::model::time::Timestamp;
use tempfile::TempDir;

/// Longest run of one program, in seconds: some mails are made to take forever.
const SECONDS_MAX: &str = "20";
/// Largest output that is taken, in octets.
const OUTPUT_BYTES_MAX: &str = "50000000";

/// What a program says about a layer.
#[derive(Default)]
pub struct Answer {
    /// What it decrypted or found signed.
    pub content: Option<Vec<u8>>,
    /// Whether it found a good signature.
    pub good: bool,
}

/// Keys and certificates, imported into every program.
pub struct Programs {
    home: TempDir,
    /// Files of certificate and key, for openssl.
    pairs: Vec<(PathBuf, PathBuf)>,
}

/// Whether a program is on this machine.
pub fn is_installed(name: &str) -> bool {
    let mut which = Command::new("which");
    which.arg(name).output().is_ok_and(|output| output.status.success())
}

impl Programs {
    /// Empty homes. The path of an agent's socket has to be short.
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("c").tempdir_in("/tmp").unwrap();
        let options = "allow-loopback-pinentry\n";
        std::fs::write(home.path().join("gpg-agent.conf"), options).unwrap();
        for (name, content) in
            [("anchors.pem", ""), ("certificates.pem", ""), ("passphrase", "x\n")]
        {
            std::fs::write(home.path().join(name), content).unwrap();
        }
        Self { home, pairs: Vec::new() }
    }

    pub fn path(&self) -> &Path {
        self.home.path()
    }

    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs to the end; the outputs, and whether it was a good end.
    pub fn run(&self, program: &str, arguments: &[&str]) -> (bool, Vec<u8>, String) {
        let mut command = Command::new("timeout");
        command.args([SECONDS_MAX, program]).args(arguments);
        command.env("GNUPGHOME", self.path()).env("LC_ALL", "C").current_dir(self.path());
        // gpgsm takes the passphrase there, everybody else nothing.
        let input = std::fs::File::open(self.path().join("passphrase")).unwrap();
        let output = command.stdin(input).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), output.stdout, errors)
    }

    fn gnupg(&self, program: &str, at: Timestamp, arguments: &[&str]) -> (bool, Vec<u8>, String) {
        let time = format!("{}!", at.seconds());
        let time = if program == "gpgsm" { time.trim_end_matches('!') } else { &time };
        let mut all =
            vec!["--batch", "--no-tty", "--status-fd", "2", "--pinentry-mode", "loopback"];
        all.extend(["--faked-system-time", time]);
        match program {
            "gpg" => all.extend([
                "--trust-model",
                "always",
                "--no-auto-check-trustdb",
                "--passphrase",
                "",
                "--max-output",
                OUTPUT_BYTES_MAX,
            ]),
            _ => all.extend(["--passphrase-fd", "0", "--disable-crl-checks"]),
        }
        all.extend(arguments);
        self.run(program, &all)
    }

    /// Imports an OpenPGP key, public or secret.
    pub fn add_openpgp(&self, key: &[u8]) {
        self.file("import", key);
        let now = Timestamp::from_system_time(std::time::SystemTime::now());
        self.gnupg("gpg", now, &["--import", "import"]);
    }

    /// Adds a certificate that signs, or a CA.
    pub fn add_certificate(&self, pem: &str, anchor: bool) {
        let name = if anchor { "anchors.pem" } else { "certificates.pem" };
        let path = self.path().join(name);
        let known = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, known + pem + "\n").unwrap();
        self.file("import", pem.as_bytes());
        let now = Timestamp::from_system_time(std::time::SystemTime::now());
        self.gnupg("gpgsm", now, &["--import", "import"]);
        if anchor {
            self.trust("import");
        }
    }

    /// Lets gpgsm trust a CA.
    fn trust(&self, file: &str) {
        let arguments = ["x509", "-noout", "-fingerprint", "-sha1", "-in", file];
        let (_, output, _) = self.run("openssl", &arguments);
        let text = String::from_utf8_lossy(&output);
        let print = text.trim().rsplit('=').next().unwrap_or_default().replace(':', "");
        let path = self.path().join("trustlist.txt");
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, format!("{known}{print} S relax\n")).unwrap();
    }

    /// Adds a certificate with its key (PEM), as one PEM text.
    pub fn add_pair(&mut self, pem: &[u8], certificate: &str) {
        let at = self.pairs.len();
        let key = self.file(&format!("{at}.key"), pem);
        let certificate = self.file(&format!("{at}.crt"), certificate.as_bytes());
        let (key_name, crt_name) = (format!("{at}.key"), format!("{at}.crt"));
        let mut arguments = vec!["pkcs12", "-export", "-passout", "pass:x", "-macalg", "sha1"];
        arguments.extend(["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]);
        arguments.extend(["-inkey", &key_name, "-in", &crt_name, "-out", "pair.p12"]);
        self.run("openssl", &arguments);
        let now = Timestamp::from_system_time(std::time::SystemTime::now());
        self.gnupg("gpgsm", now, &["--import", "pair.p12"]);
        self.pairs.push((certificate, key));
    }

    /// gpg on an OpenPGP message.
    pub fn gpg_decrypt(&self, message: &[u8], at: Timestamp) -> Answer {
        self.file("message", message);
        let (_, output, status) = self.gnupg("gpg", at, &["--decrypt", "message"]);
        // With a bad signature there is no DECRYPTION_OKAY, but there is the text.
        let opened = status.contains("] PLAINTEXT ") && !status.contains("] DECRYPTION_FAILED");
        Answer { content: opened.then_some(output), good: status.contains("] GOODSIG ") }
    }

    /// gpg on a signature, with the content or (clear text) without.
    pub fn gpg_verify(&self, signature: &[u8], content: Option<&[u8]>, at: Timestamp) -> bool {
        self.verify("gpg", signature, content, at)
    }

    /// gpgsm on a signature, with the content or (opaque) without.
    pub fn gpgsm_verify(&self, signature: &[u8], content: Option<&[u8]>, at: Timestamp) -> bool {
        self.verify("gpgsm", signature, content, at)
    }

    fn verify(&self, program: &str, sig: &[u8], content: Option<&[u8]>, at: Timestamp) -> bool {
        self.file("signature", sig);
        let mut arguments = vec!["--verify", "signature"];
        if let Some(content) = content {
            self.file("content", content);
            arguments.push("content");
        }
        self.gnupg(program, at, &arguments).2.contains("] GOODSIG ")
    }

    /// gpgsm on a CMS object.
    pub fn gpgsm_decrypt(&self, der: &[u8], at: Timestamp) -> Option<Vec<u8>> {
        self.file("object", der);
        let (_, output, status) = self.gnupg("gpgsm", at, &["--decrypt", "object"]);
        status.contains("DECRYPTION_OKAY").then_some(output)
    }

    /// `openssl cms` on a CMS object, with each key.
    pub fn openssl_decrypt(&self, der: &[u8]) -> Option<Vec<u8>> {
        self.file("object", der);
        self.pairs.iter().find_map(|(certificate, key)| {
            let [certificate, key] = [certificate, key].map(|path| path.to_str().unwrap());
            let mut arguments = vec!["cms", "-decrypt", "-binary", "-inform", "DER"];
            arguments.extend(["-in", "object", "-recip", certificate, "-inkey", key]);
            let (done, output, _) = self.run("openssl", &arguments);
            done.then_some(output)
        })
    }

    /// `openssl cms` on a SignedData, with the content or (opaque) without.
    pub fn openssl_verify(&self, der: &[u8], content: Option<&[u8]>, at: Timestamp) -> Answer {
        self.file("object", der);
        let at = at.seconds().to_string();
        let mut arguments = vec!["cms", "-verify", "-binary", "-inform", "DER", "-in", "object"];
        arguments.extend(["-CAfile", "anchors.pem", "-certfile", "certificates.pem"]);
        arguments.extend(["-partial_chain", "-attime", &at]);
        if let Some(content) = content {
            self.file("content", content);
            arguments.extend(["-content", "content"]);
        }
        let (good, output, _) = self.run("openssl", &arguments);
        Answer { content: Some(output), good }
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        let mut end = Command::new("gpgconf");
        end.arg("--homedir").arg(self.path());
        let _ = end.args(["--kill", "all"]).output();
    }
}
