//! Whether a text is a word of a scale, or a description.

/// Longest text that is taken for a word: `Not applicable` is one, a sentence none.
const WORD_CHARS_MAX: usize = 40;

/// Whether the text of a threat is a rating and not a description.
pub fn is_word(text: &str) -> bool {
    text.chars().count() <= WORD_CHARS_MAX && text.split_whitespace().count() <= 3
}
