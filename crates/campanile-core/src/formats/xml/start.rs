//! Start tags: the name, and the attributes as XML wants them, not as browsers take them.

use super::names::{is_char, is_name};
use crate::model::limits::DOCUMENT_ATTRIBUTES_MAX;

/// What is wrong with a start tag.
pub enum Bad {
    /// Not well-formed.
    Syntax(&'static str),
    /// Too many attributes.
    TooMany,
    /// It refers to an entity of the document's own.
    Entity,
}

/// Names and values of the attributes behind the name of an element.
///
/// # Errors
/// [`Bad`].
pub fn attributes(text: &str) -> Result<Vec<(&str, String)>, Bad> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut rest = text;
    loop {
        let behind = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if behind.is_empty() {
            return Ok(found);
        }
        if behind.len() == rest.len() {
            return Err(Bad::Syntax("no white space between attributes"));
        }
        if found.len() == DOCUMENT_ATTRIBUTES_MAX {
            return Err(Bad::TooMany);
        }
        let (name, value, next) = one(behind)?;
        if found.iter().any(|(other, _)| *other == name) {
            return Err(Bad::Syntax("an attribute is there twice"));
        }
        found.push((name, resolved(value)?));
        rest = next;
    }
}

/// The first attribute: name, value as it stands, and what is behind.
fn one(text: &str) -> Result<(&str, &str, &str), Bad> {
    let (name, behind) = text.split_once('=').ok_or(Bad::Syntax("an attribute without value"))?;
    let name = name.trim_end_matches([' ', '\t', '\r', '\n']);
    if !is_name(name) {
        return Err(Bad::Syntax("the name of an attribute is none"));
    }
    let behind = behind.trim_start_matches([' ', '\t', '\r', '\n']);
    let quote = behind.chars().next().filter(|c| "\"'".contains(*c));
    let quote = quote.ok_or(Bad::Syntax("a value without quotes"))?;
    let inside = behind.get(1..).and_then(|inside| inside.split_once(quote));
    let (value, next) = inside.ok_or(Bad::Syntax("a value without its closing quote"))?;
    match value.contains('<') {
        true => Err(Bad::Syntax("`<` in a value")),
        false => Ok((name, value, next)),
    }
}

/// A value with its references resolved and white space as blanks [XML 1.0 §3.3.3].
fn resolved(value: &str) -> Result<String, Bad> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('&') {
        out.extend(before.chars().map(blank));
        let (name, next) = behind.split_once(';').ok_or(Bad::Syntax("`&` alone"))?;
        out.push(reference(name)?);
        rest = next;
    }
    out.extend(rest.chars().map(blank));
    Ok(out)
}

fn blank(c: char) -> char {
    if "\t\r\n".contains(c) { ' ' } else { c }
}

/// The character that a reference stands for: by number, or one of the five of XML itself.
pub fn reference(name: &str) -> Result<char, Bad> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                u32::from_str_radix(hex, 16).ok()
            }
            None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok(),
            _ => None,
        };
        let char = code.and_then(char::from_u32).filter(|&c| is_char(c));
        return char.ok_or(Bad::Syntax("a reference to no character"));
    }
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ if is_name(name) => Err(Bad::Entity),
        _ => Err(Bad::Syntax("`&` alone")),
    }
}
