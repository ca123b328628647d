//! Forms that the schema asks for, and what is written for texts that have another one.

/// A text that stands where an empty one is not allowed.
pub fn filled<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    let text = text.trim();
    if text.is_empty() { otherwise } else { text }
}

/// Whether a text is an absolute address as links may be: `http` or `https`, nothing to escape.
pub fn is_address(text: &str) -> bool {
    let behind = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(behind) = behind else { return false };
    let host = behind.split(['/', '?', '#']).next().unwrap_or_default();
    // `[` and `]` stand around addresses of IPv6 only; a checker of URLs has to like the rest.
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}[]".contains(&b);
    let escapes = behind.split('%').skip(1).all(|rest| {
        rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    let host_fits = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:@_".contains(&b));
    host_fits && escapes && behind.bytes().all(plain) && behind.matches('#').count() < 2
}

/// The namespace of a publisher: its own, or one below a domain that can never be anybody's.
pub fn namespace(namespace: &str, name: &str) -> String {
    if is_address(namespace) {
        return namespace.to_owned();
    }
    let label: String = name.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    format!("https://{}.invalid", filled(&label, "unknown").to_ascii_lowercase())
}

/// A number as `/document/tracking/id` may be: one line, no white space around it.
pub fn number(number: &str) -> String {
    let line: String = number.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    filled(&line, "unknown").to_owned()
}

/// Whether a text has the form of a language tag of ordinary use: `en`, `de-AT`, `zh-Hant-TW`.
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let primary = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase());
    let script = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let region = |part: &str| {
        part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase())
            || part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())
    };
    let rest: Vec<_> = parts.collect();
    primary
        && match rest.as_slice() {
            [] => true,
            [one] => script(one) || region(one),
            [one, two] => script(one) && region(two),
            _ => false,
        }
}

/// Whether a text is a package URL in the form of both versions.
pub fn is_purl(text: &str) -> bool {
    let Some((kind, rest)) = text.strip_prefix("pkg:").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let kind_fits = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b));
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}[]".contains(&b);
    let name = rest.split(['@', '?', '#']).next().unwrap_or_default();
    kind_fits && !name.is_empty() && !name.ends_with('/') && rest.bytes().all(plain)
}

/// Whether a text is a CPE in the form of the schema: a URI of 2.2 or a formatted string of 2.3.
pub fn is_cpe(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("cpe:2.3:") {
        let parts = components(rest);
        let [part, .., language, _, _, _, _] = parts.as_slice() else { return false };
        let fits =
            parts.iter().enumerate().all(|(at, one)| at == 0 || at == 6 || is_component(one));
        return parts.len() == 11
            && ["a", "h", "o", "*", "-"].contains(part)
            && (["*", "-"].contains(language) || is_language(language))
            && fits;
    }
    let Some(rest) = text.strip_prefix("cpe:/") else { return false };
    let mut parts = rest.split(':');
    let part = parts.next().unwrap_or_default();
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-~%".contains(&b);
    let rest: Vec<_> = parts.collect();
    ["a", "h", "o", ""].contains(&part.to_ascii_lowercase().as_str())
        && rest.len() <= 6
        && rest.iter().all(|one| one.bytes().all(fits))
}

/// The components of a formatted string: a backslash keeps a colon inside.
fn components(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ':' => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn is_component(text: &str) -> bool {
    if ["*", "-"].contains(&text) {
        return true;
    }
    // Wildcards stand at the ends only; everything else is a letter, a digit or escaped.
    let inner = text.trim_matches('?');
    let inner = inner.strip_prefix('*').unwrap_or(inner);
    let inner = inner.strip_suffix('*').filter(|rest| !rest.ends_with('\\')).unwrap_or(inner);
    let mut chars = inner.chars();
    let mut some = false;
    while let Some(c) = chars.next() {
        some = true;
        let fits = match c {
            '\\' => chars.next().is_some_and(|c| "\\*?!\"#$%&'()+,/:;<=>@[]^`{|}~".contains(c)),
            c => c.is_ascii_alphanumeric() || "-._".contains(c),
        };
        if !fits {
            return false;
        }
    }
    some
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_every_reader_takes() {
        for good in ["https://a.example", "http://a.example:80/x?y=%20#z", "https://1.2.3.4/~u/"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://ä.example",
            "https://a.example/%zz",
            "https://a.example/#a#b",
            "ftp://a.example/",
            "https:///x",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn identifiers_of_products_have_the_form_of_the_schema() {
        assert!(is_cpe("cpe:2.3:a:vendor:pro\\:duct:1.0:*:*:*:*:*:*:*"));
        assert!(is_cpe("cpe:/o:redhat:enterprise_linux:8"));
        for bad in [
            "cpe:2.3:a:x",
            "cpe:2.3:x:a:b:c:*:*:*:*:*:*:*",
            "cpe:/x:y",
            "cpe:2.3:a:a b:c:*:*:*:*:*:*:*:*",
        ] {
            assert!(!is_cpe(bad), "{bad}");
        }
        assert!(is_purl("pkg:npm/%40scope/name@1.0"));
        for bad in ["pkg:npm", "pkg:NPM/x", "pkg:npm/", "npm/x", "pkg:npm/a b"] {
            assert!(!is_purl(bad), "{bad}");
        }
    }
}
