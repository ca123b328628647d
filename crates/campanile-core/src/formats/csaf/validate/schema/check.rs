//! A document against compiled rules.

use foldhash::HashSet;

use super::form::{describe, fits};
use super::{Rule, Schema, kind_of};
use crate::formats::csaf::validate::tree::Node;

/// Where and how a document differs from its schema.
pub(in crate::formats::csaf::validate) enum Fault<'d> {
    /// The value is not what the schema asks for.
    Wrong(&'d Node<'d>, String),
    /// A member that the schema does not know, and does not forbid.
    Unknown(&'d Node<'d>, String),
}

/// Tells every fault to `tell`.
pub(in crate::formats::csaf::validate) fn check<'d>(
    schema: &'static Schema,
    root: &'d Node<'d>,
    tell: &mut dyn FnMut(Fault<'d>),
) {
    Checker { schema, tell }.check(0, root);
}

struct Checker<'t, 'd> {
    schema: &'static Schema,
    tell: &'t mut dyn FnMut(Fault<'d>),
}

impl<'d> Checker<'_, 'd> {
    fn wrong(&mut self, node: &'d Node<'d>, what: impl Into<String>) {
        (self.tell)(Fault::Wrong(node, what.into()));
    }

    fn check(&mut self, number: usize, node: &'d Node<'d>) {
        let Some(rule) = self.schema.rules.get(number) else { return };
        if let Some(reference) = rule.reference {
            self.check(reference, node);
        }
        if rule.kinds != 0 && rule.kinds & kind_of(node) == 0 {
            return self.wrong(node, format!("this has to be {}", kind_name(rule.kinds)));
        }
        if !rule.values.is_empty() && !rule.values.contains(node) {
            self.wrong(node, format!("only {} can stand here", list(&rule.values)));
        }
        match node {
            Node::Text(text) => self.text(rule, node, text),
            Node::Number(value) => self.number(rule, node, *value),
            Node::List(items) => self.items(rule, node, items),
            Node::Object(_) => self.members(rule, node),
            Node::Null | Node::Bool(_) => {}
        }
        for part in &rule.all {
            self.check(*part, node);
        }
        if !rule.any.is_empty() || !rule.one.is_empty() {
            self.choose(rule, node);
        }
    }

    fn text(&mut self, rule: &'static Rule, node: &'d Node<'d>, text: &str) {
        if rule.characters_min.is_some_and(|least| least > 0 && text.is_empty()) {
            self.wrong(node, "the text is empty: write it, or leave the member out");
        } else if rule.characters_min.is_some_and(|least| has_less(text, least)) {
            self.wrong(node, "the text is too short");
        }
        if rule.characters_max.is_some_and(|most| text.len() > most && !has_less(text, most + 1)) {
            self.wrong(node, "the text is too long");
        }
        if let Some(pattern) = rule.pattern.as_ref().filter(|pattern| !pattern.fits(text)) {
            self.wrong(node, pattern.wanted());
        }
        if let Some(format) = rule.format.filter(|format| !fits(format, text)) {
            self.wrong(node, describe(format));
        }
    }

    fn number(&mut self, rule: &Rule, node: &'d Node<'d>, value: f64) {
        if rule.minimum.is_some_and(|least| value < least) {
            self.wrong(node, "the number is too small");
        }
        if rule.maximum.is_some_and(|most| value > most) {
            self.wrong(node, "the number is too large");
        }
        if rule.step.is_some_and(|step| {
            let steps = value / step;
            (steps - steps.round()).abs() > 1e-6
        }) {
            self.wrong(node, "the number has too many digits behind the point");
        }
    }

    fn items(&mut self, rule: &Rule, node: &'d Node<'d>, items: &'d [Node<'d>]) {
        if rule.items_min.is_some_and(|least| items.len() < least) {
            self.wrong(node, "the list is too short: fill it, or leave it out");
        }
        if rule.items_max.is_some_and(|most| items.len() > most) {
            self.wrong(node, "the list is too long");
        }
        if rule.unique && items.len() > 1 {
            self.unique(items);
        }
        if let Some(inner) = rule.items {
            for item in items {
                self.check(inner, item);
            }
        }
    }

    /// Items twice. Objects are compared by what they would be as a text, with their members in
    /// order: any other way costs the square.
    fn unique(&mut self, items: &'d [Node<'d>]) {
        if let [first, second] = items {
            if first == second {
                self.wrong(second, "this is there twice: keep one");
            }
            return;
        }
        if items.iter().all(|item| item.as_text().is_some()) {
            let mut seen = HashSet::with_capacity_and_hasher(
                items.len(),
                foldhash::fast::RandomState::default(),
            );
            for item in items {
                if !seen.insert(item.as_text()) {
                    self.wrong(item, "this is there twice: keep one");
                }
            }
            return;
        }
        let mut seen =
            HashSet::with_capacity_and_hasher(items.len(), foldhash::fast::RandomState::default());
        for item in items {
            let mut text = String::new();
            canonical(item, &mut text);
            if !seen.insert(text) {
                self.wrong(item, "this is there twice: keep one");
            }
        }
    }

    fn members(&mut self, rule: &Rule, node: &'d Node<'d>) {
        let members = node.members();
        if rule.members_min.is_some_and(|least| members.len() < least) {
            self.wrong(node, "members are missing: the object has too few of them");
        }
        if rule.members_max.is_some_and(|most| members.len() > most) {
            self.wrong(node, "the object has too many members");
        }
        for name in &rule.required {
            if node.get(name).is_none() {
                self.wrong(node, format!("`{name}` is missing: add it"));
            }
        }
        for (name, value) in members {
            let known = rule.properties.iter().find(|(known, _)| known == name);
            if let Some((_, inner)) = known {
                self.check(*inner, value);
            } else if rule.elsewhere.contains(&&**name) {
                // A part of the schema looks at it.
            } else if rule.gathered {
                // The schema of CVSS 4.0 forbids it, and the standard has it as additional.
                self.wrong(value, format!("`{name}` is not allowed here: remove it"));
                let what = format!("`{name}` is not part of the format: no program will read it");
                (self.tell)(Fault::Unknown(value, what));
            } else if rule.closed {
                self.wrong(value, format!("`{name}` is not allowed here: remove it"));
            } else if !rule.open && !rule.properties.is_empty() && rule.kinds != 0 {
                let what = format!("`{name}` is not part of the format: no program will read it");
                (self.tell)(Fault::Unknown(value, what));
            }
        }
    }

    /// One of several schemas: the faults of the one that fits best are told.
    fn choose(&mut self, rule: &'static Rule, node: &'d Node<'d>) {
        for choices in [&rule.any, &rule.one] {
            let mut best: Option<Vec<Fault<'d>>> = None;
            for choice in choices {
                let mut faults = Vec::new();
                Checker { schema: self.schema, tell: &mut |fault| faults.push(fault) }
                    .check(*choice, node);
                let cost = |faults: &[Fault<'_>]| {
                    faults.iter().filter(|fault| matches!(fault, Fault::Wrong(..))).count()
                };
                if best.as_ref().is_none_or(|best| cost(&faults) < cost(best)) {
                    best = Some(faults);
                }
            }
            for fault in best.unwrap_or_default() {
                (self.tell)(fault);
            }
        }
    }
}

/// A value as a text that is the same for equal values.
fn canonical(node: &Node<'_>, text: &mut String) {
    match node {
        Node::Null => text.push('n'),
        Node::Bool(value) => text.push(if *value { 't' } else { 'f' }),
        Node::Number(value) => *text += &format!("#{value}"),
        Node::Text(value) => *text += &format!("{value:?}"),
        Node::List(items) => {
            text.push('[');
            items.iter().for_each(|item| canonical(item, text));
            text.push(']');
        }
        Node::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by(|left, right| left.0.cmp(&right.0));
            text.push('{');
            for (name, value) in sorted {
                *text += &format!("{name:?}");
                canonical(value, text);
            }
            text.push('}');
        }
    }
}

fn kind_name(kinds: u8) -> &'static str {
    match kinds {
        2 => "true or false",
        4 => "a number",
        8 => "a text",
        16 => "a list",
        32 => "an object",
        _ => "of another type",
    }
}

fn list(values: &[Node<'_>]) -> String {
    let texts: Vec<_> = values
        .iter()
        .map(|value| match value {
            Node::Text(text) => format!("`{text}`"),
            Node::Bool(value) => value.to_string(),
            Node::Number(value) => value.to_string(),
            Node::Null | Node::List(_) | Node::Object(_) => "null".to_owned(),
        })
        .collect();
    texts.join(", ")
}

/// Whether a text has less than so many characters; looks at no more of it than that takes.
fn has_less(text: &str, least: usize) -> bool {
    least > 0 && text.chars().nth(least - 1).is_none()
}
