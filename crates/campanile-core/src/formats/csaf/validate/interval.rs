//! Versions that have an order, and intervals of them.

use std::cmp::Ordering;

use super::version::order_pre;

/// A version as something that has an order: numbers between dots, and perhaps a pre-release.
///
/// What has other parts has an order that only its own ecosystem knows: it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Without zeros at the end.
    numbers: Vec<u64>,
    pre: Option<String>,
}

impl Key {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, _build) = text.split_once('+').unwrap_or((text, ""));
        let (text, pre) = match text.split_once('-') {
            Some((text, pre)) if is_pre_release(pre) => (text, Some(pre.to_owned())),
            Some(_) => return None,
            None => (text, None),
        };
        let number = |part: &str| {
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u64>().ok())?
        };
        let mut numbers = text.split('.').map(number).collect::<Option<Vec<_>>>()?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self { numbers, pre })
    }
}

/// Whether something behind a `-` comes before the version; a number is a revision of a package.
fn is_pre_release(text: &str) -> bool {
    ["alpha", "beta", "dev", "pre", "rc"].iter().any(|word| text.starts_with(word))
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let pre = || order_pre(self.pre.as_deref(), other.pre.as_deref());
        self.numbers.cmp(&other.numbers).then_with(pre)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The end of an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) key: Key,
    /// Whether the version itself is in the interval.
    pub(super) closed: bool,
}

/// Versions from one to another; an end that is `None` is open for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) lower: Option<End>,
    pub(super) upper: Option<End>,
}

impl Interval {
    /// One version.
    pub(super) fn point(key: Key) -> Self {
        let end = End { key, closed: true };
        Self { lower: Some(end.clone()), upper: Some(end) }
    }

    /// Which of two begins first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (&self.lower, &other.lower) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => one.key.cmp(&other.key).then(other.closed.cmp(&one.closed)),
        }
    }

    /// Whether one that begins no later still goes on where this one begins.
    pub(super) fn begins_before(&self, upper: Option<&End>) -> bool {
        match (&self.lower, upper) {
            (None, _) | (_, None) => true,
            (Some(lower), Some(upper)) => match lower.key.cmp(&upper.key) {
                Ordering::Less => true,
                Ordering::Equal => lower.closed && upper.closed,
                Ordering::Greater => false,
            },
        }
    }
}

/// Whether an upper end lies further than another.
pub(super) fn is_further(upper: Option<&End>, than: Option<&End>) -> bool {
    match (upper, than) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(upper), Some(than)) => (&upper.key, upper.closed) > (&than.key, than.closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_the_order_of_their_numbers() {
        let order = ["1.0-rc1", "1", "1.0.1", "1.2", "1.10", "v2.0"];
        let keys: Vec<_> = order.iter().map(|text| Key::parse(text).unwrap()).collect();
        assert!(keys.is_sorted_by(|one, next| one < next));
        assert_eq!(Key::parse("1.0.0"), Key::parse("v1"));
        assert!(Key::parse("10.9a").is_none() && Key::parse("").is_none());
    }
}
