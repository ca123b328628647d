//! The fields of a delivery status notification [RFC 3464 §2].

use super::view::View;

/// The fields about one recipient: names in lower case, values unfolded.
pub(super) struct Block(Vec<(String, String)>);

impl Block {
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(n, _)| n == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Most recipients of one report that are looked at.
const BLOCKS_MAX: usize = 1_000;

/// The block to act on: of the first recipient that failed, else that is delayed, else the first.
///
/// Some programs write the fields into the text; they are found there too.
pub(super) fn block(view: &View) -> Option<Block> {
    let mut blocks = blocks(&view.status);
    if blocks.is_empty() {
        blocks = self::blocks(&view.text);
    }
    let mut first = None;
    for wanted in ["failed", "delayed"] {
        first = first.or_else(|| {
            let is = |b: &Block| {
                let action = b.get("action").unwrap_or_default().to_ascii_lowercase();
                action.trim_start().starts_with(wanted)
            };
            blocks.iter().position(is)
        });
    }
    let at = first.unwrap_or(0);
    (at < blocks.len()).then(|| blocks.swap_remove(at))
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            let block = Block(std::mem::take(&mut fields));
            let addressed = ["final-recipient", "original-recipient", "x-actual-recipient"];
            let about = addressed.iter().any(|name| block.get(name).is_some());
            let says = block.get("status").is_some() || block.get("action").is_some();
            if (about || block.get("diagnostic-code").is_some()) && says && found.len() < BLOCKS_MAX
            {
                found.push(block);
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

/// Takes the type off `rfc822; a@b.example` and `smtp; 550 …`.
pub(super) fn without_type(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if kind.len() <= 20 && !kind.contains([' ', '@']) => rest.trim(),
        _ => value.trim(),
    }
}

/// The first word with an `@` in it, without brackets around it.
pub(super) fn address_in(text: &str) -> Option<String> {
    let mut words = text.split([' ', '\t', ',', ';', '<', '>', '(', ')', '"', '\'', ':', '[', ']']);
    let word = words.find(|word| {
        let parts = word.split_once('@');
        parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    });
    word.map(|word| word.trim_end_matches(['.', '\u{2019}']).to_owned())
}
