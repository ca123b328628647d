//! Package URLs [purl-spec], as far as one tells from the text alone.

/// A package URL taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Purl<'a> {
    kind: String,
    /// Namespace and name, as written.
    path: &'a str,
    version: Option<&'a str>,
    qualifiers: Vec<(&'a str, &'a str)>,
    subpath: Option<&'a str>,
}

impl<'a> Purl<'a> {
    /// Reads `pkg:type/namespace/name@version?qualifiers#subpath`.
    ///
    /// # Errors
    /// What is wrong, for its author.
    pub(super) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix("pkg:").ok_or("it does not begin with pkg:")?;
        let rest = rest.trim_start_matches('/');
        let (rest, subpath) = split(rest, '#');
        let (rest, qualifiers) = split(rest, '?');
        let (kind, rest) = rest.split_once('/').ok_or("there is no name behind the type")?;
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        if !kind.starts_with(|c: char| c.is_ascii_alphabetic()) || !kind.chars().all(letters) {
            return Err("the type has other characters than letters, digits, . and -");
        }
        // A namespace may hold an @ (npm); the version stands behind the last one of the name.
        let name_at = rest.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
        let name = rest.get(name_at..).unwrap_or_default();
        let (name, version) = match name.rfind('@') {
            Some(at) => (name.get(..at).unwrap_or_default(), name.get(at + 1..)),
            None => (name, None),
        };
        if name.trim_matches('/').is_empty() {
            return Err("the name of the package is missing");
        }
        let path = rest.get(..name_at + name.len()).unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        let qualifiers = match qualifiers {
            None | Some("") => Vec::new(),
            Some(text) => pairs(text)?,
        };
        let purl = Self { kind, path, version, qualifiers, subpath };
        purl.fits_its_type()?;
        Ok(purl)
    }

    /// Rules that some types have besides.
    fn fits_its_type(&self) -> Result<(), &'static str> {
        let namespaced = self.has_namespace();
        match &*self.kind {
            "maven" | "github" | "bitbucket" | "composer" | "swift" if !namespaced => {
                Err("packages of this type have a namespace in front of the name")
            }
            "pypi" | "cargo" | "gem" | "nuget" | "cran" | "oci" if namespaced => {
                Err("packages of this type have no namespace")
            }
            "swift" | "cran" if self.version.is_none_or(str::is_empty) => {
                Err("packages of this type have a version")
            }
            _ => Ok(()),
        }
    }

    /// The type, in small letters.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether there is a namespace in front of the name.
    pub(super) fn has_namespace(&self) -> bool {
        self.path.trim_matches('/').contains('/')
    }

    /// The name of the package, without its namespace.
    pub(super) fn name(&self) -> &'a str {
        self.path.trim_matches('/').rsplit('/').next().unwrap_or_default()
    }

    /// The version as it is written, if it is not empty.
    pub(super) fn version(&self) -> Option<&'a str> {
        self.version.filter(|version| !version.is_empty())
    }

    /// A qualifier like `arch`.
    pub(super) fn qualifier(&self, name: &str) -> Option<&'a str> {
        self.qualifiers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Whether two differ in nothing but their qualifiers.
    pub(super) fn same_but_qualifiers(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.path == other.path
            && self.version == other.version
            && self.subpath == other.subpath
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(front, back)| (front, Some(back)))
}

fn pairs(text: &str) -> Result<Vec<(&str, &str)>, &'static str> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for part in text.split('&').take(200) {
        let (name, value) = part.split_once('=').ok_or("a qualifier has no value")?;
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts || !name.chars().all(letters) {
            return Err("the name of a qualifier has strange characters");
        }
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err("a qualifier is there twice");
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_are_missing_are_told() {
        for good in [
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
            "pkg:npm/%40angular/animation@12.3.1",
            "pkg:golang/google.golang.org/genproto#googleapis/api",
            "pkg:maven/org.apache/batik@1.9",
        ] {
            assert!(Purl::parse(good).is_ok(), "{good}");
        }
        for bad in ["pkg:maven/@1.3.4", "pkg:npm", "pkg:deb/a?x", "pkg:maven/batik@1", "npm/a"] {
            assert!(Purl::parse(bad).is_err(), "{bad}");
        }
    }
}
