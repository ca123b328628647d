//! What the repository of advisories costs as it grows: taking documents in with grouping, lists,
//! searches and comparison sheets at each size, one advisory more, memory.
//!
//! `cargo x bench advisories [--sizes 10000,1000000] [--database URL] [--data DIR]` calls it with
//! `--documents FOLDER`, which holds advisories of any format. The first pass takes them in as they
//! are; then they are multiplied: the same advisories under other numbers, about other
//! vulnerabilities. With `--data` the data directory is made there, and stays: called with it
//! again, only the reads are measured.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use campanile::actions::{
    NewDocument, NewNetwork, NewTeam, Taken, add_team, find_team, import_advisories, init_network,
};
use campanile::app::App;
use campanile::app::advisories::typed;
use campanile::clock::Clock;
use campanile::config::Environment;
use campanile::store::advisories::groups::{Filter, Tab};
use campanile_core::authz::{Membership, Viewer};
use campanile_core::formats::csaf::Version;
use campanile_core::formats::{advisory, csaf};
use campanile_core::model::advisory::{Advisory, Identifier};
use campanile_core::model::person::Role;
use campanile_core::model::time::Timestamp;

// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Documents of one transaction, as `advisory import` takes them.
const BATCH: usize = 200;
/// How often a read is measured.
const READS: usize = 100;

struct Arguments {
    documents: PathBuf,
    sizes: Vec<usize>,
    database: Option<String>,
    /// Where the data directory is to be, and to stay.
    data: Option<PathBuf>,
}

fn arguments() -> Outcome<Arguments> {
    let mut arguments =
        Arguments { documents: PathBuf::new(), sizes: vec![10_000], database: None, data: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or("an option without its value")?;
        match word.as_str() {
            "--documents" => arguments.documents = value.into(),
            "--sizes" => {
                let sizes: Result<_, _> = value.split(',').map(str::parse).collect();
                arguments.sizes = sizes?;
            }
            "--database" => arguments.database = Some(value),
            "--data" => arguments.data = Some(value.into()),
            _ => return Err(format!("`{word}` is no option").into()),
        }
    }
    match arguments.documents.is_dir() {
        true => Ok(arguments),
        false => Err("which folder of documents? --documents FOLDER".into()),
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments = arguments()?;
    println!("| what | milliseconds, median | 99th percentile | CPU s | documents per CPU s |");
    println!("|---|---:|---:|---:|---:|");
    let dir = tempfile::tempdir()?;
    let data = arguments.data.clone().unwrap_or_else(|| dir.path().join("data"));
    if data.exists() {
        let app = App::open(&data).await?;
        return reads(&app, stored(&app).await?).await;
    }
    let mut documents = Vec::new();
    read_folder(&arguments.documents, &mut documents)?;
    let database = arguments.database.as_deref();
    let new = NewNetwork { name: "bench", domain: "list.example", database };
    let config = init_network(&data, &new, &Environment::default(), Clock::System).await?;
    let app = App::open_with(&data, config, Clock::System).await?;
    let mut import = Import::begin(&app).await?;
    import.take("real documents", &documents).await?;
    let models: Vec<_> = documents
        .iter()
        .filter_map(|octets| advisory::read(octets).ok())
        .map(|read| read.0)
        .collect();
    drop(documents);
    for size in &arguments.sizes {
        import.grow(&models, *size).await?;
        reads(&app, import.stored).await?;
    }
    Ok(())
}

fn read_folder(folder: &Path, found: &mut Vec<Vec<u8>>) -> Outcome<()> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths {
        match path.is_dir() {
            true => read_folder(&path, found)?,
            // Some issuers publish sums beside their documents.
            false if path.extension().is_some_and(|ending| ending == "sha256") => {}
            false => found.push(std::fs::read(&path)?),
        }
    }
    Ok(())
}

/// Taking in, and how far it is.
struct Import<'a> {
    app: &'a App,
    by: Viewer,
    stored: usize,
    refused: usize,
    round: usize,
}

impl<'a> Import<'a> {
    async fn begin(app: &'a App) -> Outcome<Self> {
        for handle in ["ALPHA", "BRAVO"] {
            let (email, fqdn) = (format!("cert@{handle}.example"), format!("{handle}.example"));
            let handle = handle.to_owned();
            let name = handle.clone();
            let new = NewTeam { handle, name, emails: vec![email], fqdn, ..NewTeam::default() };
            add_team(app, campanile::actions::Actor::Operator, new).await?;
        }
        let by = Viewer::operator();
        Ok(Self { app, by, stored: 0, refused: 0, round: 0 })
    }

    async fn take(&mut self, what: &str, documents: &[Vec<u8>]) -> Outcome<f64> {
        let used = cpu();
        for part in documents.chunks(BATCH) {
            let new: Vec<_> = part.iter().map(|octets| document(octets)).collect();
            for taken in import_advisories(self.app, &self.by, &new).await? {
                match taken {
                    Taken::Stored { .. } => self.stored += 1,
                    Taken::Unchanged { .. } => {}
                    Taken::Refused { .. } => self.refused += 1,
                }
            }
        }
        let used = cpu() - used;
        if !what.is_empty() {
            let each = documents.len() as f64 / used;
            let refused = self.refused;
            println!(
                "| {what}: {} stored, {refused} refused | | | {used:.1} | {each:.0} |",
                self.stored
            );
        }
        Ok(used)
    }

    /// Multiplies the advisories up to a number of them.
    async fn grow(&mut self, models: &[Advisory], size: usize) -> Outcome<()> {
        let (before, mut used) = (self.stored, 0.0);
        let mut at = 0;
        while self.stored < size {
            if at == 0 {
                self.round += 1;
            }
            let end = (at + BATCH).min(models.len()).min(at + size - self.stored);
            let part = models.get(at..end).unwrap_or_default();
            let made: Vec<_> = part.iter().map(|model| again(model, self.round)).collect();
            let now = self.app.now();
            let octets: Vec<_> =
                made.iter().map(|one| csaf::write(one, Version::V2_0, now)).collect();
            used += self.take("", &octets).await?;
            at = if end == models.len() { 0 } else { end };
        }
        let (new, each) = (self.stored - before, (self.stored - before) as f64 / used);
        println!("| up to {} advisories: {new} new | | | {used:.1} | {each:.0} |", self.stored);
        Ok(())
    }
}

fn document(octets: &[u8]) -> NewDocument<'_> {
    let (channel, signature) = ("cli", "unsigned");
    NewDocument { octets, channel, signature, issuer: "somebody", disclosure: None, terms: None }
}

/// The same advisory with another number, about other vulnerabilities.
fn again(model: &Advisory, round: usize) -> Advisory {
    let mut one = model.clone();
    let other = |ids: &[Identifier]| {
        let cves = ids.iter().filter(|id| id.system == "cve");
        cves.map(|id| Identifier::new("cve", &format!("{}{round:03}", id.number))).collect()
    };
    one.number = format!("{}-{round}", model.number);
    one.supersedes = model.supersedes.iter().map(|old| format!("{old}-{round}")).collect();
    one.upstream = other(&model.upstream);
    one.related = other(&model.related);
    one.references.clear();
    for vulnerability in &mut one.vulnerabilities {
        vulnerability.ids = other(&vulnerability.ids);
        vulnerability.references.clear();
    }
    one
}

/// How many advisories there are.
async fn stored(app: &App) -> Outcome<usize> {
    let sql = "SELECT COUNT(*) FROM advisory";
    let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *app.db.read().await?).await?;
    Ok(count.try_into()?)
}

/// Vulnerabilities of groups that came at times all over the import.
async fn spread(app: &App, viewer: &Viewer) -> Outcome<Vec<String>> {
    let sql = "SELECT MIN(changed_at), MAX(changed_at) FROM advisory_group";
    let (first, last): (i64, i64) =
        sqlx::query_as(sql).fetch_one(&mut *app.db.read().await?).await?;
    let mut found = Vec::new();
    for part in 1..=2 * READS as i64 {
        let at = Timestamp::from_micros(first + (last - first) / (2 * READS as i64) * part);
        let filter = Filter { after: Some((at, String::new())), ..Filter::default() };
        let groups = app.groups(viewer, &filter, 20).await?;
        let mut names = groups.into_iter().flat_map(|group| group.summary.identifiers);
        found.extend(names.find(|name| name.starts_with("CVE-")));
    }
    Ok(found)
}

/// What people look at, at the size that it has now.
async fn reads(app: &App, size: usize) -> Outcome<()> {
    let mut read = app.db.read().await?;
    let team = find_team(&mut read, "ALPHA").await?;
    drop(read);
    let team = Some(Membership { id: team.id, handle: team.handle, state: team.state });
    let viewer = Viewer { login: "bench".into(), name: "bench".into(), role: Role::Officer, team };
    for (what, tab, text) in [
        ("group list", Tab::All, ""),
        ("group list, what waits for my team", Tab::NeedsMe, ""),
        ("search for two words", Tab::All, "buffer overflow"),
        ("search for a rare word", Tab::All, "rpc.mountd"),
        ("search by fields", Tab::All, "issuer:cert-fr severity:critical"),
    ] {
        let filter = Filter { tab, query: typed(text)?, ..Filter::default() };
        times(&format!("{size}: {what}"), async |_| {
            Ok(app.groups_page(&viewer, &filter, 50).await?.rows.len())
        })
        .await?;
    }
    let names = spread(app, &viewer).await?;
    times(&format!("{size}: comparison sheet"), async |number| {
        let name = names.get(number * 7919 % names.len().max(1)).ok_or("no vulnerability")?;
        Ok(app.comparison(&viewer, name).await.map(|_| 1)?)
    })
    .await?;
    let models: Vec<_> = (0..READS).map(|number| single(size, number)).collect();
    let by = Viewer::operator();
    times(&format!("{size}: one advisory more"), async |number| {
        let octets = models.get(number).ok_or("no document")?;
        Ok(import_advisories(app, &by, &[document(octets)]).await?.len())
    })
    .await?;
    println!("| {size}: memory of the process at its peak, MB | {:.0} | | | |", peak()?);
    Ok(())
}

/// A small advisory that nothing else is about.
fn single(size: usize, number: usize) -> Vec<u8> {
    format!(
        "{{\"id\":\"BENCH-{size}-{number}\",\"modified\":\"2026-01-01T00:00:00Z\",\
         \"aliases\":[\"CVE-2031-{}\"],\"summary\":\"Overflow number {number}\",\
         \"details\":\"One more at {size}\"}}",
        size + number
    )
    .into_bytes()
}

async fn times(what: &str, mut work: impl AsyncFnMut(usize) -> Outcome<usize>) -> Outcome<()> {
    let (mut times, mut rows) = (Vec::new(), 0);
    for number in 0..READS {
        let start = Instant::now();
        rows = work(number).await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| times.get(READS * share / 100).copied().unwrap_or_default();
    println!("| {what} ({rows} rows) | {:.2} | {:.2} | | |", at(50), at(99));
    Ok(())
}

/// CPU seconds of this process.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    // 100 ticks a second on Linux, whatever the kernel.
    (ticks(12).unwrap_or_default() + ticks(13).unwrap_or_default()) / 100.0
}

/// Most memory that the process had, in megabytes; the documents of the folder are part of it.
fn peak() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1e3)
}
