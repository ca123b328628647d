//! From the text of a schema to rules. What is read here is our own data, never a document.

use foldhash::HashMap;

use super::form::Pattern;
use super::{Rule, Schema, kind, source};
use crate::formats::csaf::validate::tree::{Node, read};

/// Keywords that say nothing about what is valid.
#[cfg(test)]
const SILENT: [&str; 13] = [
    "$schema",
    "$id",
    "$vocabulary",
    "$defs",
    "$dynamicAnchor",
    "id",
    "definitions",
    "license",
    "title",
    "description",
    "default",
    "examples",
    "$comment",
];

/// Gathers rules.
pub(super) struct Compiler {
    rules: Vec<Rule>,
    /// Number of the rule of `document#pointer`.
    known: HashMap<String, usize>,
    documents: HashMap<String, &'static Node<'static>>,
    #[cfg(test)]
    strange: Vec<String>,
}

impl Compiler {
    /// Compiles the schema with this address and all that it refers to.
    pub(super) fn compile(address: &str) -> Schema {
        Self::gather(address).into_schema()
    }

    fn gather(address: &str) -> Self {
        let mut compiler = Self {
            rules: Vec::new(),
            known: HashMap::default(),
            documents: HashMap::default(),
            #[cfg(test)]
            strange: Vec::new(),
        };
        compiler.refer(address, "#");
        compiler
    }

    fn into_schema(self) -> Schema {
        Schema { rules: self.rules }
    }

    /// The rule that `$ref` names, seen from `document`.
    fn refer(&mut self, document: &str, reference: &str) -> usize {
        let (address, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let address = if address.is_empty() { document } else { address };
        let key = format!("{address}#{pointer}");
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let number = self.rules.len();
        self.known.insert(key, number);
        self.rules.push(Rule::default());
        let names: Vec<_> = pointer.split('/').filter(|name| !name.is_empty()).collect();
        if let Some(node) = self.document(address).and_then(|node| node.at(&names)) {
            let rule = self.rule(address, node);
            if let Some(place) = self.rules.get_mut(number) {
                *place = rule;
            }
        }
        number
    }

    fn document(&mut self, address: &str) -> Option<&'static Node<'static>> {
        if let Some(known) = self.documents.get(address) {
            return Some(known);
        }
        // Once for each process: the rules borrow from it for ever.
        let node = read(source(address)?.as_bytes()).ok()?;
        let node: &'static Node<'static> = Box::leak(Box::new(node));
        self.documents.insert(address.to_owned(), node);
        Some(node)
    }

    fn add(&mut self, document: &str, node: &'static Node<'static>) -> usize {
        let rule = self.rule(document, node);
        self.rules.push(rule);
        self.rules.len() - 1
    }

    fn add_all(&mut self, document: &str, node: &'static Node<'static>) -> Vec<usize> {
        node.items().iter().map(|item| self.add(document, item)).collect()
    }

    fn rule(&mut self, document: &str, node: &'static Node<'static>) -> Rule {
        let mut rule = Rule::default();
        for (name, value) in node.members() {
            match &**name {
                "$ref" => {
                    rule.reference = value.as_text().map(|text| self.refer(document, text));
                }
                "properties" => {
                    let members = value.members().iter();
                    rule.properties = members
                        .map(|(name, schema)| (&**name, self.add(document, schema)))
                        .collect();
                }
                "items" => rule.items = Some(self.add(document, value)),
                "allOf" => rule.all = self.add_all(document, value),
                "anyOf" => rule.any = self.add_all(document, value),
                "oneOf" => rule.one = self.add_all(document, value),
                other => self.keyword(&mut rule, other, value),
            }
        }
        if rule.gathered {
            let parts = [&rule.all, &rule.any, &rule.one];
            let mut names = Vec::new();
            parts.into_iter().flatten().for_each(|part| self.evaluated(*part, &mut names));
            rule.elsewhere = names;
        }
        rule
    }

    /// The members that a part of a schema has an opinion on.
    fn evaluated(&self, number: usize, names: &mut Vec<&'static str>) {
        let Some(rule) = self.rules.get(number) else { return };
        names.extend(rule.properties.iter().map(|(name, _)| *name));
        for part in [&rule.all, &rule.any, &rule.one].into_iter().flatten() {
            self.evaluated(*part, names);
        }
    }

    fn keyword(&mut self, rule: &mut Rule, name: &str, value: &'static Node<'static>) {
        let count = value.as_number().map(whole);
        match name {
            "type" => rule.kinds = value.as_text().map_or(0, kind),
            "required" => {
                rule.required = value.items().iter().filter_map(Node::as_text).collect();
            }
            "additionalProperties" => {
                rule.closed = *value == Node::Bool(false);
                rule.open = *value == Node::Bool(true);
            }
            // Of CVSS 4.0 only: the standard has other members as a finding of 6.2.20.
            "unevaluatedProperties" => rule.gathered = *value == Node::Bool(false),
            "minItems" => rule.items_min = count,
            "maxItems" => rule.items_max = count,
            "uniqueItems" => rule.unique = *value == Node::Bool(true),
            "minProperties" => rule.members_min = count,
            "maxProperties" => rule.members_max = count,
            "minLength" => rule.characters_min = count,
            "maxLength" => rule.characters_max = count,
            "pattern" => rule.pattern = value.as_text().map(Pattern::new),
            "format" => rule.format = value.as_text(),
            "enum" => rule.values = value.items().iter().map(copy).collect(),
            "const" => rule.values = vec![copy(value)],
            "minimum" => rule.minimum = value.as_number(),
            "maximum" => rule.maximum = value.as_number(),
            "multipleOf" => rule.step = value.as_number(),
            _ =>
            {
                #[cfg(test)]
                if !SILENT.contains(&name) {
                    self.strange.push(name.to_owned());
                }
            }
        }
    }
}

// Counts of our own schemas: small, and none is negative.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> usize {
    number as usize
}

/// A plain value once more; lists and objects are never compared with.
fn copy(node: &'static Node<'static>) -> Node<'static> {
    match node {
        Node::Text(text) => Node::Text((&**text).into()),
        Node::Bool(value) => Node::Bool(*value),
        Node::Number(value) => Node::Number(*value),
        Node::Null | Node::List(_) | Node::Object(_) => Node::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_of_the_schemas_is_known() {
        for name in ["csaf-2.0", "csaf-2.1"] {
            let compiler = Compiler::gather(name);
            assert_eq!(compiler.strange, Vec::<String>::new(), "{name}");
            assert!(compiler.rules.len() > 100, "{name}");
            for address in compiler.known.keys() {
                let (document, _) = address.split_once('#').unwrap();
                assert!(source(document).is_some(), "{address}");
            }
        }
    }
}
