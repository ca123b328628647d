//! The Debian package, by `dpkg-deb`: it is on every Debian, sets every time to that of the
//! commit (`SOURCE_DATE_EPOCH`), and knows the format better than we would.

use std::path::Path;

use super::{Release, read, shell, write};
use crate::run::{output, program_with};

/// Scripts that dpkg runs, and the list of files that belong to the administrator.
const CONTROL: [&str; 4] = ["postinst", "prerm", "postrm", "conffiles"];

/// Packs a tree.
///
/// # Errors
/// A program fails.
pub fn deb(release: &Release, tree: &Path) -> Result<(), String> {
    let architecture = output("dpkg", &["--print-architecture"], "dpkg")?;
    let size = output("du", &["-ks", "--apparent-size", &tree.to_string_lossy()], "du")?;
    let control = read("packaging/debian/control")?
        .replace("{version}", &release.version)
        .replace("{architecture}", architecture.trim())
        .replace("{installed_size}", size.split_whitespace().next().unwrap_or("0"))
        .replace("{depends}", &libraries(tree)?);
    let sums = "find usr etc -type f ! -path etc/default/campanile | LC_ALL=C sort \
                | xargs md5sum > ../md5sums";
    shell(tree, sums)?;
    let debian = tree.join("DEBIAN");
    write(&debian.join("control"), control)?;
    for name in CONTROL {
        write(&debian.join(name), read(&format!("packaging/debian/{name}"))?)?;
    }
    // Whatever the umask was.
    shell(
        tree,
        "mv ../md5sums DEBIAN/ && find . -type d -exec chmod 755 {} + \
                 && find . -type f ! -path ./usr/bin/campanile -exec chmod 644 {} + \
                 && chmod 755 DEBIAN/postinst DEBIAN/prerm DEBIAN/postrm",
    )?;
    let name = format!("campanile_{}_{}.deb", release.version, architecture.trim());
    let file = release.folder.join(name);
    let (tree, file) = (tree.to_string_lossy(), file.to_string_lossy());
    // One thread: several cut the data into blocks, which gives other bytes.
    let arguments = ["--root-owner-group", "-Zxz", "--threads-max=1", "--build", &tree, &file];
    program_with(&[("SOURCE_DATE_EPOCH", &release.epoch)], "dpkg-deb", &arguments, "dpkg-deb")
}

/// The packages of the libraries that the executable asks for.
fn libraries(tree: &Path) -> Result<String, String> {
    // dpkg-shlibdeps wants to stand in a source package.
    let scratch = tree.with_file_name("shlibdeps");
    write(
        &scratch.join("debian/control"),
        "Source: campanile\n\nPackage: campanile\nArchitecture: any\n",
    )?;
    let line = "cd \"$1\" && dpkg-shlibdeps -O ../tree/usr/bin/campanile; rm -r \"$1\"";
    let found = output("sh", &["-euc", line, "sh", &scratch.to_string_lossy()], "sh")?;
    let depends = found.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    depends.map(str::to_owned).ok_or_else(|| "dpkg-shlibdeps names no library".into())
}
