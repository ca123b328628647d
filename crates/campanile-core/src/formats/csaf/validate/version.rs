//! Version numbers of documents: whole numbers, or three with more behind [Semantic Versioning].

use std::cmp::Ordering;

/// A version of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number<'a> {
    /// `3`.
    Whole(u64),
    /// `1.2.0-rc.1+5`.
    Semantic {
        /// Major, minor, patch.
        parts: [u64; 3],
        /// Behind the `-`.
        pre: Option<&'a str>,
        /// Behind the `+`.
        build: Option<&'a str>,
    },
}

impl<'a> Number<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if let Some(number) = whole(text) {
            return Some(Self::Whole(number));
        }
        let (rest, build) = split(text, '+');
        let (numbers, pre) = split(rest, '-');
        let mut parts = numbers.split('.').map(whole);
        let parts = [parts.next()??, parts.next()??, parts.next()??];
        (numbers.matches('.').count() == 2).then_some(Self::Semantic { parts, pre, build })
    }

    /// The number itself, or the first of three.
    pub(super) fn major(self) -> u64 {
        match self {
            Self::Whole(number) => number,
            Self::Semantic { parts: [major, ..], .. } => major,
        }
    }

    pub(super) fn pre(self) -> Option<&'a str> {
        match self {
            Self::Whole(_) => None,
            Self::Semantic { pre, .. } => pre,
        }
    }

    pub(super) fn build(self) -> Option<&'a str> {
        match self {
            Self::Whole(_) => None,
            Self::Semantic { build, .. } => build,
        }
    }

    /// Without what is behind `-` and `+`.
    pub(super) fn bare(self) -> Self {
        match self {
            Self::Whole(_) => self,
            Self::Semantic { parts, .. } => Self::Semantic { parts, pre: None, build: None },
        }
    }

    /// Which is older; what is behind `+` does not count.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (
                Self::Semantic { parts, pre, .. },
                Self::Semantic { parts: others, pre: other, .. },
            ) => parts.cmp(&others).then_with(|| order_pre(pre, other)),
            _ => self.major().cmp(&other.major()),
        }
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(front, back)| (front, Some(back)))
}

fn whole(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok())?
}

/// A release comes after its pre-releases.
pub(super) fn order_pre(left: Option<&str>, right: Option<&str>) -> Ordering {
    let (Some(left), Some(right)) = (left, right) else {
        return right.is_some().cmp(&left.is_some());
    };
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            (Some(left), Some(right)) => match (whole(left), whole(right)) {
                (Some(left), Some(right)) => left.cmp(&right),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => left.cmp(right),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_semantic_versioning() {
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0",
            "1.10.0",
        ];
        for pair in order.windows(2) {
            let [left, right] = [pair[0], pair[1]].map(|text| Number::parse(text).unwrap());
            assert_eq!(left.order(right), Ordering::Less, "{pair:?}");
        }
        assert_eq!(Number::parse("12"), Some(Number::Whole(12)));
        for bad in ["01", "1.2", "1.2.3.4", "v1", ""] {
            assert_eq!(Number::parse(bad), None, "{bad}");
        }
    }
}
