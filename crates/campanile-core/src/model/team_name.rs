//! What a team may be called, and which names can be taken for each other.
//!
//! A name stands in front of what a team says: in the sender of its mail, beside its
//! acknowledgements, in the directory. Whoever gets a name that looks like that of DFN-CERT speaks
//! for DFN-CERT with everybody who reads fast. Two things are asked here: whether a text is a name
//! ([`check`]), which needs no other team, and which team it looks like ([`Names`]). Scripts and
//! letters that look alike are those of Unicode Technical Standard 39.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{
    GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection, skeleton,
};

use super::team::Handle;
use super::visible::acts;

/// Longest name, in characters.
pub const NAME_CHARACTERS_MAX: usize = 200;
/// Most accents on one letter: Vietnamese writes two.
const ACCENTS_MAX: usize = 2;
/// What names have besides letters and digits. Of signs that look alike the one of ASCII only, but
/// for the apostrophe, which programs turn round by themselves.
const SIGNS: &str = " -._'’()/&+,:!@·・";

/// Why a text is no name of a team. Places count characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTeamName {
    /// Nothing is there.
    #[error("it is empty")]
    Empty,
    /// More than [`NAME_CHARACTERS_MAX`].
    #[error("it has more than {NAME_CHARACTERS_MAX} characters")]
    Long,
    /// A blank that nobody sees.
    #[error("it begins or ends with a blank")]
    Blank,
    /// A sign in front: a path, a list, a mention.
    #[error("it does not begin with a letter or a digit")]
    Beginning,
    /// A character that names do not have.
    #[error("character {place} (U+{code:04X}) {why}")]
    Character {
        /// Where.
        place: usize,
        /// Which.
        code: u32,
        /// What it does, or is.
        why: &'static str,
    },
    /// `CЕRT` with a Cyrillic letter.
    #[error("the word at character {0} mixes scripts that are not written together")]
    Mixed(usize),
    /// A word of Cyrillic letters that all look like Latin ones, among Latin words.
    #[error("the word at character {0} reads as Latin letters, and has none")]
    Posing(usize),
    /// `DFN-CERT, PRE-CERT`: two senders in a header field, two teams to a reader.
    #[error("it is a list of short names")]
    List,
    /// `cert@dfn.example`.
    #[error("it looks like an address")]
    Address,
}

/// Checks that a text is a name by itself, whatever other teams are called.
///
/// # Errors
/// The first thing that speaks against it.
///
/// # Security
/// İ is refused because its lower case is two characters: programs do not agree whether it is an i.
pub fn check(text: &str) -> Result<(), BadTeamName> {
    if text.is_empty() {
        return Err(BadTeamName::Empty);
    }
    // Before everything that takes time.
    if text.chars().nth(NAME_CHARACTERS_MAX).is_some() {
        return Err(BadTeamName::Long);
    }
    if text.trim() != text {
        return Err(BadTeamName::Blank);
    }
    characters(text)?;
    if !text.starts_with(char::is_alphanumeric) {
        return Err(BadTeamName::Beginning);
    }
    words(text)?;
    let short = |part: &str| part.trim().parse::<Handle>().is_ok();
    if text.contains(',') && text.split(',').all(short) {
        return Err(BadTeamName::List);
    }
    match text.split_once('@') {
        Some((_, domain)) if !text.contains(' ') && domain.contains('.') => {
            Err(BadTeamName::Address)
        }
        _ => Ok(()),
    }
}

fn characters(text: &str) -> Result<(), BadTeamName> {
    let mut accents = 0;
    let mut composed = text.nfc();
    for (at, character) in text.chars().enumerate() {
        accents = if is_accent(character) { accents + 1 } else { 0 };
        let why = if acts(character) {
            "acts on the text and is not shown"
        } else if !is_letter(character) && !SIGNS.contains(character) {
            "is none of those that names are written with"
        } else if composed.next() != Some(character) {
            "has a composed form, to be written instead"
        } else if accents > ACCENTS_MAX {
            "is one accent too many"
        } else if character.to_lowercase().count() != 1 {
            "has no lower case of its own"
        } else {
            continue;
        };
        return Err(BadTeamName::Character { place: at + 1, code: character.into(), why });
    }
    Ok(())
}

/// Letters, digits and accents of living scripts, without forms for compatibility.
fn is_letter(character: char) -> bool {
    (character.is_alphanumeric() || is_combining_mark(character))
        && GeneralSecurityProfile::identifier_allowed(character)
}

/// An accent of Latin, Greek or Cyrillic; marks of other scripts make other letters.
fn is_accent(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

fn words(text: &str) -> Result<(), BadTeamName> {
    let has_latin = text.chars().any(|c| c.is_ascii_alphabetic());
    let mut place = 1;
    for word in text.split(|c| !is_letter(c)) {
        if word.detect_restriction_level() > RestrictionLevel::HighlyRestrictive {
            return Err(BadTeamName::Mixed(place));
        }
        let foreign = !word.is_empty() && word.chars().all(|c| !c.is_ascii());
        if has_latin && foreign && skeleton(word).all(|c| c.is_ascii()) {
            return Err(BadTeamName::Posing(place));
        }
        place += word.chars().count() + 1;
    }
    Ok(())
}

/// Names and handles of teams, to be asked what looks like one of them.
#[derive(Debug, Default)]
pub struct Names {
    by_look: HashMap<String, Vec<Handle>>,
}

impl Names {
    /// Adds a team.
    pub fn add(&mut self, handle: &Handle, name: &str) {
        for look in looks(handle.as_str()).into_iter().chain(looks(name)) {
            let owners = self.by_look.entry(look).or_default();
            if !owners.contains(handle) {
                owners.push(handle.clone());
            }
        }
    }

    /// The team other than `own` that a name or handle can be taken for: all of it, or one of the
    /// parts between commas.
    pub fn alike(&self, text: &str, own: &Handle) -> Option<&Handle> {
        let is_own = |other: &Handle| other.as_str().eq_ignore_ascii_case(own.as_str());
        let parts = std::iter::once(text).chain(text.split(','));
        let owners = parts.flat_map(looks).filter_map(|look| self.by_look.get(&look)).flatten();
        owners.into_iter().find(|other| !is_own(other))
    }
}

/// What is left of a name for a reader in a hurry, as written and in another letter case: two names
/// that share one of these look alike. Blanks, hyphens and other signs count for nothing, and
/// neither do accents.
fn looks(text: &str) -> [String; 2] {
    let folded: String = fold(text.chars()).collect();
    let look = |text: &str| fold(text.nfd().flat_map(bare)).collect();
    [look(text), look(&folded)]
}

/// What counts of a character: the letter that it looks like, without accents. Marks that make
/// other letters (パ and ハ) stay as they are.
fn bare(character: char) -> Vec<char> {
    if is_combining_mark(character) {
        return if is_accent(character) { Vec::new() } else { vec![character] };
    }
    skeleton(character.encode_utf8(&mut [0; 4])).filter(|c| c.is_alphanumeric()).collect()
}

/// Takes letter case away: over capitals, as these are the same for ß and ss, and for ς and σ.
fn fold(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests;
