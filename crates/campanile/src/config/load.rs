//! Reading `campanile.toml` and writing the first one.

use std::path::Path;

use campanile_core::model::fqdn::Fqdn;

use super::{Config, DatabaseUrl, Environment};
use crate::error::{Error, Kind, Result};
use crate::printable::{acts, printable};

/// Name of the configuration file in the data directory.
pub const FILE_NAME: &str = "campanile.toml";

/// Largest message that may be configured, in bytes: it is held in memory while it is opened.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Smallest limit that still lets an encrypted and signed mail pass, in bytes.
const MESSAGE_BYTES_MIN: usize = 64 * 1024;

/// Reads the configuration of a data directory.
///
/// # Errors
/// No such directory, an unreadable file, or a value that breaks a rule; the text names the
/// file and the key.
pub fn load(dir: &Path, environment: &Environment) -> Result<Config> {
    let path = dir.join(FILE_NAME);
    let text = std::fs::read_to_string(&path).map_err(|source| {
        let error = Error::io(format!("cannot read {}", path.display()), source);
        match error.kind() {
            Kind::NotFound => Error::not_found(format!("{} is no data directory", dir.display()))
                .hint(
                    "`campanile init --network NAME --domain DOMAIN` makes one; \
                     --dir or CAMPANILE_DIR names another",
                ),
            _ => error.hint("campanile.toml has to be readable for the user who runs campanile"),
        }
    })?;
    parse(&text, &path, environment)
}

/// Reads a configuration from text; `path` is for messages.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, path: &Path, environment: &Environment) -> Result<Config> {
    let mut table: toml::Table =
        toml::from_str(text).map_err(|fault| syntax_error(&fault, text, path))?;
    environment.apply(&mut table)?;
    let config: Config =
        table.try_into().map_err(|fault| value_error(&fault, path, environment))?;
    check(&config).map_err(|(key, rule)| {
        Error::invalid(format!("{}: {key}: {rule}", path.display()))
            .hint(format!("correct {key} in {}", path.display()))
    })?;
    Ok(config)
}

/// Says where; never quotes the line, which may hold the password of the database.
fn syntax_error(fault: &toml::de::Error, text: &str, path: &Path) -> Error {
    let start = fault.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    let what = printable(fault.message().lines().next().unwrap_or_default()).into_owned();
    Error::invalid(format!("{}, line {line}: {what}", path.display()))
        .hint("a line is `key = \"text\"` or `key = number`, below a line with its [section]")
}

fn value_error(fault: &toml::de::Error, path: &Path, environment: &Environment) -> Error {
    let text = fault.to_string();
    let key = text.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let what = printable(fault.message());
    let place = key.map_or(String::new(), |key| format!(" {key}:"));
    let mut hint = "`campanile init` in an empty folder writes a file with every key".to_owned();
    let variables = environment.overriding();
    if !variables.is_empty() {
        hint = format!("{hint}; the environment overrides {}", variables.join(", "));
    }
    Error::invalid(format!("{}:{place} {what}", path.display())).hint(hint)
}

/// The rules that types alone do not hold; the error names key and rule.
fn check(config: &Config) -> std::result::Result<(), (&'static str, &'static str)> {
    let name = &config.network.name;
    if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(acts) {
        return Err(("network.name", "1 to 100 printable characters"));
    }
    let size = config.smtp.message_bytes_max;
    if !(MESSAGE_BYTES_MIN..=MESSAGE_BYTES_MAX).contains(&size) {
        return Err(("smtp.message_bytes_max", "between 65536 and 1073741824 bytes"));
    }
    if config.smtp.tls_cert.is_some() != config.smtp.tls_key.is_some() {
        return Err(("smtp.tls_cert", "tls_cert and tls_key belong together: both or none"));
    }
    if config.web.tls_cert.is_some() != config.web.tls_key.is_some() {
        return Err(("web.tls_cert", "tls_cert and tls_key belong together: both or none"));
    }
    let host = &config.relay.host;
    if host.is_empty() || host.chars().any(|c| acts(c) || c.is_whitespace()) {
        return Err(("relay.host", "a host name or an address, without a port"));
    }
    if config.relay.port == 0 {
        return Err(("relay.port", "between 1 and 65535"));
    }
    let url = config.public_url();
    let known = url.starts_with("https://") || url.starts_with("http://");
    if !known || url.chars().any(|c| acts(c) || c.is_whitespace() || "<>\"".contains(c)) {
        return Err(("web.public_url", "an address like https://alerts.example.org"));
    }
    Ok(())
}

/// The text of a first `campanile.toml`, with every key and its meaning.
pub fn render(name: &str, domain: &Fqdn, url: &DatabaseUrl) -> String {
    let quoted = |text: &str| toml::Value::String(text.into()).to_string();
    // One pass per placeholder; the name comes last, because it alone could hold a placeholder.
    include_str!("template.toml")
        .replace("{public_url}", &quoted(&format!("https://{domain}")))
        .replace("{domain}", &quoted(domain.as_str()))
        .replace("{url}", &quoted(url.expose()))
        .replace("{name}", &quoted(name))
}

/// The text of a `campanile.toml` with another database; everything else stays as it is.
pub fn with_database(text: &str, url: &DatabaseUrl) -> String {
    let line = format!("url = {}", toml::Value::String(url.expose().into()));
    let mut lines: Vec<&str> = Vec::new();
    let (mut inside, mut done) = (false, false);
    for old in text.lines() {
        let header = old.trim_start().starts_with('[');
        inside = if header { old.trim() == "[database]" } else { inside };
        let replaced = inside && old.split('=').next().unwrap_or_default().trim() == "url";
        if !replaced {
            lines.push(old);
        }
        if header && inside {
            lines.push(&line);
            done = true;
        }
    }
    if !done {
        lines.extend(["", "[database]", &line]);
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::environment::KEYS;
    use super::*;

    const FILE: &str = "/x/campanile.toml";

    fn first() -> String {
        render("toy", &"list.example".parse().unwrap(), &DatabaseUrl::default())
    }

    fn read(text: &str) -> Result<Config> {
        parse(text, Path::new(FILE), &Environment::default())
    }

    fn with(name: &str, value: &str) -> Result<Config> {
        let environment = Environment::of([(name.to_owned(), value.to_owned())]);
        parse(&first(), Path::new(FILE), &environment)
    }

    #[test]
    fn first_file_holds_the_defaults() {
        let minimal = "[network]\nname = \"toy\"\ndomain = \"list.example\"\n";
        let mut expected = read(minimal).unwrap();
        expected.smtp.hostname = Some("list.example".parse().unwrap());
        expected.web.public_url = Some("https://list.example".into());
        assert_eq!(read(&first()).unwrap(), expected);
    }

    #[test]
    fn every_key_stands_in_the_first_file_and_nothing_else_does() {
        let uncommented: String = first()
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|l| l.contains(" = ")).unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let config = read(&uncommented).unwrap();
        let table = toml::Table::try_from(&config).unwrap();
        let mut keys: Vec<_> = table
            .iter()
            .flat_map(|(section, keys)| {
                keys.as_table().unwrap().keys().map(move |key| (section.clone(), key.clone()))
            })
            .collect();
        let mut known: Vec<_> =
            KEYS.iter().map(|(section, key, _)| (section.to_string(), key.to_string())).collect();
        keys.sort();
        known.sort();
        assert_eq!(keys, known);
    }

    #[test]
    fn database_is_exchanged_and_nothing_else() {
        let url: DatabaseUrl = "postgres://u:\"p\"@h/d".to_owned().try_into().unwrap();
        let minimal = "[network]\nname = \"toy\"\ndomain = \"list.example\"\n";
        for text in [first(), minimal.to_owned(), first().replace("\nurl = ", "\n# url = ")] {
            let mut expected = read(&text).unwrap();
            expected.database.url = url.clone();
            assert_eq!(read(&with_database(&text, &url)).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn hostile_name_stays_a_name() {
        let name = "a\" \n[relay]\nhost = \"evil";
        let text = render(name, &"list.example".parse().unwrap(), &DatabaseUrl::default());
        let error = read(&text).unwrap_err();
        assert!(error.public().contains("network.name"), "{error}");
        let name = "{url} \"quoted\" 'x' \\ {domain}";
        let text = render(name, &"list.example".parse().unwrap(), &DatabaseUrl::default());
        assert_eq!(read(&text).unwrap().network.name, name);
    }

    #[test]
    fn misspelt_key_is_named_with_its_file() {
        let error = read(&first().replace("listen =", "lisen =")).unwrap_err();
        assert!(error.public().starts_with(FILE), "{error}");
        assert!(error.public().contains("lisen"), "{error}");
    }

    #[test]
    fn wrong_value_is_named_by_its_key() {
        let error = read(&first().replace("2526", "\"x\"")).unwrap_err();
        assert!(error.public().contains("relay.port"), "{error}");
    }

    #[test]
    fn syntax_error_names_the_line_and_never_quotes_it() {
        let text = "[network]\nname = \"toy\"\n[database]\nurl = \"postgres://u:secret@h/d\n";
        let error = read(text).unwrap_err();
        assert!(error.public().contains("line 4"), "{error}");
        assert!(!error.public().contains("secret"), "{error}");
    }

    #[test]
    fn environment_overrides_text_and_number() {
        assert_eq!(with("CAMPANILE_RELAY_PORT", "25").unwrap().relay.port, 25);
        let config = with("CAMPANILE_SMTP_TLS_CERT", "a.pem");
        assert!(config.unwrap_err().public().contains("tls_key"));
        assert_eq!(with("CAMPANILE_NETWORK_NAME", "42").unwrap().network.name, "42");
    }

    #[test]
    fn misspelt_variable_of_a_section_is_refused_and_others_are_left_alone() {
        assert!(with("CAMPANILE_RELAY_PROT", "25").is_err());
        assert!(with("CAMPANILE_RELAY_PORT", "many").is_err());
        assert!(with("CAMPANILE_DIR", "/x").is_ok());
        assert!(with("CAMPANILE_TESTDATA", "/x").is_ok());
    }

    #[test]
    fn password_of_the_database_is_not_shown() {
        let url = "postgres://campanile:p@ss:w0rd@db.example:5432/campanile?password=w0rd";
        let config = with("CAMPANILE_DATABASE_URL", url).unwrap();
        assert_eq!(config.database.url.expose(), url);
        let shown = format!("{} {:?}", config.database.url, config);
        assert!(!shown.contains("w0rd"), "{shown}");
        assert!(shown.contains("db.example:5432/campanile"), "{shown}");
    }

    #[test]
    fn unknown_database_is_refused() {
        for url in ["mysql://x", "sqlite://", "sqlite::memory:", "sqlite://a?mode=ro", ""] {
            assert!(with("CAMPANILE_DATABASE_URL", url).is_err(), "{url}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(with("CAMPANILE_SMTP_MESSAGE_BYTES_MAX", "1000").is_err());
        assert!(with("CAMPANILE_SMTP_MESSAGE_BYTES_MAX", "99999999999").is_err());
        assert!(with("CAMPANILE_RELAY_PORT", "0").is_err());
        assert!(with("CAMPANILE_RELAY_PORT", "65536").is_err());
    }
}
