//! `campanile backup`

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use uuid::Uuid;

use super::{Place, output};
use crate::actions::{Actor, BackedUp, back_up};
use crate::app::App;
use crate::error::{Error, Result};

/// Writes everything into one file, while the server may go on working.
///
/// Database, sealed mail on its way, keys and configuration, of one instant. The file holds the
/// SECRET KEYS of the lists, without a passphrase: who has it can read old mail and forge new
/// mail. Encrypt it at once, or never let it touch a disk in clear (first example).
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile backup - | age --recipients-file operators.txt > campanile.backup.age
  campanile backup - | gpg --encrypt --recipient operator@example.org > campanile.backup.gpg
  campanile backup /mnt/encrypted/campanile.backup")]
pub(super) struct Backup {
    /// File to write, which must not exist; `-` for standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.file == Path::new("-") {
            true => back_up(&app, Actor::Operator, BufWriter::new(io::stdout())).await?.1,
            false => to_file(&app, &self.file).await?,
        };
        let BackedUp { rows, files, digest, .. } = &done;
        // Standard output may be the backup.
        output::complain(&format!("{rows} rows and {files} mails and bodies; manifest {digest}\n"));
        for name in &done.missing {
            output::complain(&format!(
                "warning: the spool file {name} is missing, and was before\n"
            ));
        }
        match self.file == Path::new("-") {
            true => Ok(()),
            false => output::line(format!(
                "{} is complete; it holds secret keys: encrypt it, and keep it elsewhere",
                self.file.display()
            )),
        }
    }
}

/// Writes under another name first: a file of this name is always a whole backup.
async fn to_file(app: &App, path: &Path) -> Result<BackedUp> {
    let fail = |source| Error::io(format!("cannot write {}", path.display()), source);
    if path.exists() {
        return Err(Error::conflict(format!("{} exists already", path.display()))
            .hint("name a new file for each backup"));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::invalid("the backup needs a file name"))?;
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", Uuid::new_v4().simple()));
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&temporary).map_err(fail)?;
    let done = async {
        let (mut out, done) = back_up(app, Actor::Operator, BufWriter::new(file)).await?;
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(fail)?;
        fs::rename(&temporary, path).map_err(fail)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        folder.and_then(|folder| folder.sync_all()).map_err(fail)?;
        Ok(done)
    };
    let done = done.await;
    if done.is_err() {
        // Of no use; the first error is the one to tell.
        drop(fs::remove_file(&temporary));
    }
    done
}
