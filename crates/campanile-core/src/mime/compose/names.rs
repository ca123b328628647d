//! File names of attachments, and the content fields that carry them.
//!
//! A name is a path on the reader's disk as soon as a program is careless. Safe names stay byte
//! for byte; unsafe ones are replaced in the one form that has one reading [RFC 2231].

use std::fmt::Write;

use super::writer;
use crate::mime::content_type::is_token;
use crate::mime::entity::Field;
use crate::mime::parameters::{self, Parametrised};
use crate::mime::text::{self, crlf, decode_words, is_invisible};

/// Longest file name, in octets; file systems take 255.
const NAME_BYTES_MAX: usize = 200;
/// Longest other parameter value, in characters.
const VALUE_CHARS_MAX: usize = 400;
/// What a name is when nothing is left of it.
const FALLBACK: &str = "attachment";
/// Longest line that is copied as it is.
const LINE_BYTES_MAX: usize = 900;

/// Whether every program reads the name as that of a file in the current directory.
pub(super) fn is_safe(name: &str) -> bool {
    let decoded = decode_words(name.as_bytes());
    let lower = decoded.to_ascii_lowercase();
    // Some programs undo %XX in plain names too.
    let percent = ["%2f", "%5c", "%00", "%0a", "%0d"];
    !decoded.trim().is_empty()
        && name.len() <= NAME_BYTES_MAX
        && decoded.len() <= NAME_BYTES_MAX
        && !decoded.chars().all(|c| c == '.')
        && !decoded.chars().any(is_unsafe)
        && !percent.iter().any(|code| lower.contains(code))
}

fn is_unsafe(c: char) -> bool {
    matches!(c, '/' | '\\' | '\u{fffd}') || is_invisible(c) || (c.is_whitespace() && c != ' ')
}

/// The nearest safe name.
pub(super) fn safe(name: &str) -> String {
    let decoded = decode_words(name.as_bytes());
    let kept = decoded
        .chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| if is_unsafe(c) || c == '%' { '_' } else { c });
    let name = kept.collect::<String>().replace("=?", "__");
    let name = cut(name.trim());
    match is_safe(&name) {
        true => name,
        false => FALLBACK.into(),
    }
}

/// Cuts a long name in front of its extension.
fn cut(name: &str) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 20 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = NAME_BYTES_MAX - extension.len();
    let mut kept = String::new();
    for char in stem.chars() {
        if kept.len() + char.len_utf8() > room {
            break;
        }
        kept.push(char);
    }
    kept + &extension
}

/// A content field of a body part, as it goes out: with its line end.
pub(super) fn content_field(field: &Field<'_>) -> Vec<u8> {
    let long = field.value.split(|&b| b == b'\n').any(|line| line.len() > LINE_BYTES_MAX);
    let lower = field.name.to_ascii_lowercase();
    let written = match lower.as_str() {
        "content-type" | "content-disposition" => match parameters::parse(field.value) {
            Ok(read) if !long && is_plain(&read) => return as_it_is(field),
            Ok(read) => with_parameters(field.name, &read),
            Err(_) => format!("{}: attachment; filename={FALLBACK}\r\n", field.name),
        },
        "content-description" | "content-location" => {
            let words = field.value.windows(2).any(|pair| pair == b"=?");
            match field.value.is_ascii() && !words && !long {
                true => return as_it_is(field),
                false => writer::text(field.name, &text::text(field)),
            }
        }
        _ if long => writer::text(field.name, &text::text(field)),
        _ => return as_it_is(field),
    };
    written.into_bytes()
}

/// Whether the parameters have one reading and the names among them are safe.
fn is_plain(read: &Parametrised) -> bool {
    let names = read.parameters.iter().filter(|(name, _)| is_name(name));
    !read.commented && !read.two_forms && names.map(|(_, value)| value).all(|value| is_safe(value))
}

fn is_name(parameter: &str) -> bool {
    matches!(parameter, "name" | "filename")
}

fn as_it_is(field: &Field<'_>) -> Vec<u8> {
    let mut out = format!("{}: ", field.name).into_bytes();
    crlf(field.value, &mut out);
    out.extend_from_slice(b"\r\n");
    out
}

/// A value with parameters, written anew; names made safe.
pub(super) fn with_parameters(name: &str, read: &Parametrised) -> String {
    let sound = |text: &str| text.len() <= 100 && text.split('/').all(is_token);
    let fallback = match name.eq_ignore_ascii_case("Content-Type") {
        true => "application/octet-stream",
        false => FALLBACK,
    };
    let value = if sound(&read.value) { &read.value } else { fallback };
    let mut out = format!("{name}: {value}");
    let named = |name: &str| name.len() <= 100 && is_token(name);
    for (parameter, value) in read.parameters.iter().filter(|(name, _)| named(name)) {
        let value: String = match is_name(parameter) {
            true if is_safe(value) => decode_words(value.as_bytes()),
            true => safe(value),
            false => value.chars().filter(|&c| !is_invisible(c)).take(VALUE_CHARS_MAX).collect(),
        };
        out.push_str(";\r\n ");
        match value.is_ascii() {
            true => {
                let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
                let _ = write!(out, "{parameter}=\"{escaped}\"");
            }
            false => {
                let _ = write!(out, "{parameter}*=UTF-8''");
                for byte in value.bytes() {
                    let _ = match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        true => write!(out, "{}", char::from(byte)),
                        false => write!(out, "%{byte:02X}"),
                    };
                }
            }
        }
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: &str) {
        let field = Field { name: "Content-Disposition", value: value.as_bytes() };
        let written = String::from_utf8(content_field(&field)).unwrap();
        assert_eq!(written, format!("Content-Disposition: {expect}\r\n"), "{value}");
    }

    #[test]
    fn safe_names_stay_byte_for_byte() {
        for value in [
            "attachment; filename=\"Bericht 1.pdf\"",
            "attachment;\r\n\tfilename*=UTF-8''Pr%C3%BCf%20%E2%82%AC.pdf",
            "attachment; filename=\"=?UTF-8?Q?Pr=C3=BCf.pdf?=\"",
            "attachment; filename*0=\"a\"; filename*1=\"b.pdf\"; size=12",
            "attachment; filename=\"$(touch pwned);`id`|x.txt\"",
            "attachment; filename=\"100%.txt\"",
            "inline",
        ] {
            check(value, value);
        }
    }

    #[test]
    fn paths_and_tricks_in_names_are_made_harmless() {
        for (value, name) in [
            ("filename=\"../../etc/passwd\"", "\".._.._etc_passwd\""),
            ("filename=\"..\\\\..\\\\toy.dll\"", "\".._.._toy.dll\""),
            ("filename*=UTF-8''..%2F..%2Fetc", "\".._.._etc\""),
            ("filename*0=\"../\"; filename*1=\"x\"", "\".._x\""),
            ("filename=\"..%2Fx%0D%0A\"", "\".._2Fx_0D_0A\""),
            ("filename*=UTF-8''report%E2%80%AEfdp.exe", "\"reportfdp.exe\""),
            ("filename=\"..\"", "\"attachment\""),
            ("filename=\"\"", "\"attachment\""),
            ("filename=\" \"", "\"attachment\""),
            ("filename*=UTF-8''%C0%AE%C0%AFetc", "\"____etc\""),
            ("filename=\"=?utf-8?q?..=2Fx?=\"", "\".._x\""),
            ("filename=\"a\"; filename*=UTF-8''%C3%BC", "*UTF-8''%C3%BC"),
            ("filename=\"../x\"; filename*=UTF-8''y", "\"y\""),
            ("filename=\"a\x01b\"", "\"ab\""),
        ] {
            let expect = match name.strip_prefix('*') {
                Some(name) => format!("attachment;\r\n filename*={name}"),
                None => format!("attachment;\r\n filename={name}"),
            };
            check(&format!("attachment; {value}"), &expect);
        }
        check("attachment; filename=a; filename=b", "attachment; filename=attachment");
        check("\"x\"; filename=\"/\"", "attachment; filename=attachment");
    }

    #[test]
    fn long_names_are_cut_in_front_of_the_extension() {
        let name = safe(&format!("{}.pdf", "\u{fc}".repeat(300)));
        assert!(name.len() <= NAME_BYTES_MAX && name.ends_with("\u{fc}.pdf"));
    }

    proptest::proptest! {
        #[test]
        fn every_name_becomes_safe(name in "\\PC{0,300}|[./\\\\%25fF=?utf8qQ\\x00-\\x20]{0,60}") {
            let once = safe(&name);
            assert!(is_safe(&once), "{once}");
        }

        #[test]
        fn every_written_name_reads_back_safe(name in "\\PC{0,60}|[./\\\\%25fF=?;\"']{0,60}") {
            let read = Parametrised {
                value: "attachment".into(),
                parameters: vec![("filename".into(), name)],
                ..Parametrised::default()
            };
            let written = with_parameters("X", &read);
            let back = parameters::parse(written.strip_prefix("X:").unwrap().trim().as_bytes()).unwrap();
            assert!(is_safe(&back.parameters[0].1));
        }
    }
}
