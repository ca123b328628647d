//! Keys of the toy network, made with the programs that teams use.

use std::path::{Path, PathBuf};
use std::process::Command;

use campanile_core::crypto::openpgp::SecretKey;
use campanile_core::model::time::Timestamp;

use super::tools::{call, make_dir, write};
use super::{LIST, Team};
use crate::error::{Error, Result};

/// The kinds of keys shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// X.509, RSA 2048.
    CertificateRsa,
    /// X.509, P-256.
    CertificateP256,
    /// OpenPGP v4, Ed25519 and X25519, made by gpg.
    OpenpgpEd25519,
    /// OpenPGP v4, RSA 3072, made by gpg.
    OpenpgpRsa,
    /// OpenPGP v6, Ed25519 and X25519; gpg does not know v6, so it is made by our own library.
    OpenpgpV6,
}

impl Kind {
    /// Whether the team has a certificate and so gets S/MIME.
    pub const fn is_certificate(self) -> bool {
        matches!(self, Self::CertificateRsa | Self::CertificateP256)
    }
}

/// A folder with the keys of all teams, and gpg's home.
pub struct Keyring {
    /// The folder.
    pub dir: PathBuf,
}

impl Keyring {
    /// Makes a key for every team and a CA for the certificates.
    ///
    /// # Errors
    /// When a program fails.
    pub fn make(dir: &Path, teams: &[Team]) -> Result<Self> {
        make_dir(dir)?;
        let keyring = Self { dir: dir.to_owned() };
        keyring.make_ca()?;
        for team in teams {
            match team.kind {
                Kind::CertificateRsa => keyring.make_certificate(team, "rsa:2048", &[])?,
                Kind::CertificateP256 => {
                    let curve = ["-pkeyopt", "ec_paramgen_curve:P-256"];
                    keyring.make_certificate(team, "ec", &curve)?;
                }
                Kind::OpenpgpEd25519 => keyring.make_gpg_key(team, "future-default")?,
                Kind::OpenpgpRsa => keyring.make_gpg_key(team, "rsa3072")?,
                Kind::OpenpgpV6 => keyring.make_v6_key(team)?,
            }
        }
        Ok(keyring)
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn name(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    /// The CA certificate.
    pub fn ca_certificate(&self) -> String {
        self.name("ca.crt")
    }

    /// The public key or certificate of a team, as it registers it.
    pub fn public(&self, team: &Team) -> String {
        self.name(&format!("{}.pub", team.handle))
    }

    /// The secret key of a team.
    pub fn secret(&self, team: &Team) -> PathBuf {
        self.file(&format!("{}.key", team.handle))
    }

    /// gpg with the home folder of the toy network.
    pub fn gpg(&self) -> Command {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", &self.dir).args(["--batch", "--quiet", "--no-tty"]);
        command.args(["--pinentry-mode", "loopback", "--passphrase", ""]);
        command.args(["--trust-model", "always"]);
        command
    }

    fn make_gpg_key(&self, team: &Team, algorithm: &str) -> Result<()> {
        let user_id = format!("{} <{}>", team.handle, team.address);
        let (primary, subkey) = match algorithm {
            "rsa3072" => ("rsa3072", "rsa3072"),
            _ => ("ed25519", "cv25519"),
        };
        call(self.gpg().args(["--quick-generate-key", &user_id, primary, "sign", "0"]))?;
        let listed = call(self.gpg().args(["--with-colons", "--list-keys", team.address]))?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let fingerprint = listed
            .lines()
            .find(|line| line.starts_with("fpr:"))
            .and_then(|line| line.split(':').nth(9))
            .ok_or_else(|| Error::internal("gpg shows no fingerprint"))?;
        call(self.gpg().args(["--quick-add-key", fingerprint, subkey, "encr", "0"]))?;
        let public = call(self.gpg().args(["--armor", "--export", team.address]))?;
        write(Path::new(&self.public(team)), &public.stdout)
    }

    fn make_v6_key(&self, team: &Team) -> Result<()> {
        let failed = |_| Error::internal("the v6 key could not be made");
        let address = team.address.parse().map_err(|_| Error::internal("the address of a team"))?;
        let now = Timestamp::from_system_time(std::time::SystemTime::now()).plus_seconds(-60);
        let key = SecretKey::generate_v6(team.handle, &address, now).map_err(failed)?;
        write(&self.secret(team), &key.to_secret_armored())?;
        write(Path::new(&self.public(team)), key.certificate().armored().as_bytes())
    }

    fn openssl(&self, arguments: &[&str]) -> Result<()> {
        call(Command::new("openssl").current_dir(&self.dir).args(arguments)).map(drop)
    }

    fn make_ca(&self) -> Result<()> {
        self.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "365",
            "-subj",
            "/CN=Demo CA",
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ])
    }

    fn make_certificate(&self, team: &Team, algorithm: &str, options: &[&str]) -> Result<()> {
        let (key, public) = (format!("{}.key", team.handle), format!("{}.pub", team.handle));
        let subject = format!("/CN={}", team.handle);
        let mut request = vec!["req", "-new", "-newkey", algorithm];
        request.extend(options);
        request.extend(["-nodes", "-subj", &subject, "-keyout", &key, "-out", "team.csr"]);
        self.openssl(&request)?;
        let extensions = format!(
            "subjectAltName=email:{}\nextendedKeyUsage=emailProtection,clientAuth\n\
             keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement\n\
             basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n\
             authorityKeyIdentifier=keyid\n",
            team.address
        );
        write(&self.file("team.ext"), extensions.as_bytes())?;
        self.openssl(&[
            "x509", "-req", "-in", "team.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "365",
            "-extfile", "team.ext", "-out", &public,
        ])
    }

    /// Takes in the list's public key and certificate, as the operator hands them out.
    ///
    /// # Errors
    /// When gpg does not import the key.
    pub fn learn_list(&self, exported: &str) -> Result<()> {
        let block = |begin: &str, end: &str| {
            let start = exported.find(begin)?;
            let stop = exported.get(start..)?.find(end)? + start + end.len();
            exported.get(start..stop).map(|text| format!("{text}\n"))
        };
        let openpgp =
            block("-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----");
        let smime = block("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
        let (Some(openpgp), Some(smime)) = (openpgp, smime) else {
            return Err(Error::internal(format!("the keys of {LIST} were not exported")));
        };
        write(&self.file("list.asc"), openpgp.as_bytes())?;
        write(&self.file("list.crt"), smime.as_bytes())?;
        call(self.gpg().arg("--import").arg(self.file("list.asc"))).map(drop)
    }
}
