//! Advice of 2.1 on what identifies a product: hardware, values twice, names that differ from the
//! branches.

use std::borrow::Cow;

use foldhash::{HashMap, HashSet};

use crate::formats::csaf::validate::cpe::{Cpe, decoded, plain};
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::mandatory::terms::purls;
use crate::formats::csaf::validate::purl::Purl;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{Branch, View};

/// 6.2.31
pub(in super::super) fn hardware<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut in_paths = HashSet::default();
    for path in view.tree.list("product_paths") {
        in_paths.extend(path.text("beginning_product_reference"));
        let next = |subpath: &'d Node<'d>| subpath.text("next_product_reference");
        in_paths.extend(path.list("subpaths").iter().filter_map(next));
    }
    for (product, helper) in view.helpers() {
        let is_hardware =
            ["model_numbers", "serial_numbers"].iter().any(|name| helper.get(name).is_some());
        if is_hardware && !in_paths.contains(product.id) {
            let what = "this looks like a device, and no path says what runs on it: if firmware \
                        and device are one product here, make them two";
            findings.add(product.node, what);
        }
    }
}

/// 6.2.32
pub(in super::super) fn shared<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut owners: HashMap<(&str, Cow<'d, str>), &str> = HashMap::default();
    for (product, helper) in view.helpers() {
        for (category, value) in helper.members() {
            let values = match value {
                Node::List(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            for node in values {
                let owner = *owners.entry((category, canonical(node))).or_insert(product.id);
                if owner != product.id {
                    findings.add_with(node, || {
                        format!("`{owner}` is identified by the same: tell the two apart")
                    });
                }
            }
        }
    }
}

/// What a value would be as a text if lists had an order.
fn canonical<'d>(node: &'d Node<'d>) -> Cow<'d, str> {
    let joined = |mut parts: Vec<String>| {
        parts.sort_unstable();
        Cow::Owned(parts.join(","))
    };
    match node {
        Node::Text(text) => Cow::Borrowed(text),
        Node::Null | Node::Bool(_) | Node::Number(_) => Cow::Owned(format!("{node:?}")),
        Node::List(items) => {
            joined(items.iter().map(|item| format!("[{:?}]", canonical(item))).collect())
        }
        Node::Object(members) => {
            let member = |(name, value): &'d (Cow<'d, str>, Node<'d>)| {
                format!("{name:?}:{:?}", canonical(value))
            };
            joined(members.iter().map(member).collect())
        }
    }
}

/// Longest name of a branch that is compared, in octets; it is looked at for every product below.
const NAME_OCTETS_MAX: usize = 500;

/// 6.2.42
pub(in super::super) fn inconsistent<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for (product, helper) in view.helpers().filter(|(product, _)| product.branch.is_some()) {
        let way = Way(view.upwards(product.branch).collect());
        if way.0.iter().any(|branch| branch.name.len() > NAME_OCTETS_MAX) {
            continue;
        }
        if let Some(node) = helper.get("cpe")
            && let Some(cpe) = node.as_text().and_then(Cpe::parse)
        {
            way.cpe_faults(&cpe).into_iter().for_each(|what| findings.add(node, what));
        }
        for node in purls(helper) {
            if let Some(Ok(purl)) = node.as_text().map(Purl::parse) {
                way.purl_faults(&purl).into_iter().for_each(|what| findings.add(node, what));
            }
        }
    }
}

/// Types of packages whose namespace is who makes them.
const NAMESPACED: [&str; 10] =
    ["alpm", "apk", "bitbucket", "composer", "deb", "github", "maven", "qpkg", "rpm", "swift"];
/// Types of packages that say for which architecture they are.
const BUILT: [&str; 4] = ["alpm", "apk", "deb", "rpm"];
/// Words that make a version stand for all.
const ANY: [&str; 3] = ["all", "any", "vers_all"];

/// The branches that lead to a product.
struct Way<'v, 'd>(Vec<&'v Branch<'d>>);

impl Way<'_, '_> {
    fn name(&self, categories: &[&str]) -> Option<&str> {
        let branch = self.0.iter().find(|branch| categories.contains(&branch.category));
        branch.map(|branch| branch.name)
    }

    /// Whether some branch has the words in its name.
    fn says(&self, words: &str) -> bool {
        let words = format!("_{}_", plain(words));
        self.0.iter().any(|branch| format!("_{}_", plain(branch.name)).contains(&words))
    }

    fn cpe_faults(&self, cpe: &Cpe) -> Vec<String> {
        let parts: [(&str, &str, &[&str]); 10] = [
            ("vendor", &cpe.vendor, &["vendor"]),
            ("product", &cpe.product, &["product_name"]),
            ("version", &cpe.version, &["product_version", "product_version_range"]),
            ("update", &cpe.update, &["patch_level", "service_pack"]),
            ("edition", &cpe.edition, &[]),
            ("language", &cpe.language, &["language"]),
            ("software edition", &cpe.software_edition, &[]),
            ("target software", &cpe.target_software, &["platform"]),
            ("target hardware", &cpe.target_hardware, &["architecture", "platform"]),
            ("other", &cpe.other, &[]),
        ];
        let mut faults = Vec::new();
        for (part, value, categories) in parts {
            let named = self.name(categories);
            if let Some(name) = named
                && value.is_empty()
                && part != "version"
                && !part.starts_with("target")
                && !(part == "update" && cpe.version.contains(name))
            {
                faults.push(format!("the branch says `{name}`, and the CPE no {part}: add it"));
            } else if named.is_none() && !value.is_empty() && !self.says(value) {
                let what = format!("the CPE has the {part} `{value}`, and no branch says so");
                faults.push(what);
            }
        }
        let whole = format!("{}_{}", cpe.version, cpe.update);
        faults.extend(self.version_fault(&[&cpe.version, &whole], "CPE"));
        faults
    }

    fn purl_faults(&self, purl: &Purl<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        if self.name(&["vendor"]).is_some()
            && NAMESPACED.contains(&purl.kind())
            && !purl.has_namespace()
        {
            faults.push("a branch names the vendor, and the package URL does not: add it".into());
        }
        if self.name(&["architecture"]).is_some()
            && BUILT.contains(&purl.kind())
            && purl.qualifier("arch").is_none()
        {
            faults.push("a branch names the architecture: add `arch` to the package URL".into());
        }
        let version = purl.version().map(decoded).unwrap_or_default();
        // Some name a version like the file of the package: name, version and more.
        let file = self.name(&["product_version"]).filter(|name| {
            let name = plain(name);
            name.starts_with(&*plain(purl.name()))
                && format!("_{name}_").contains(&format!("_{}_", plain(&version)))
        });
        if file.is_none() || version.is_empty() {
            faults.extend(self.version_fault(&[&version], "package URL"));
        }
        faults
    }

    /// The version of a branch against the ways in which the other one may say it.
    fn version_fault(&self, versions: &[&str], whose: &str) -> Option<String> {
        let version = versions.first().copied().unwrap_or_default();
        if let Some(range) = self.name(&["product_version_range"]) {
            let what = || format!("the branch says `{range}`, and the {whose} one version of it");
            return (!version.is_empty()).then(what);
        }
        let name = self.name(&["product_version"])?;
        let wanted = plain(name.trim_start_matches(['v', 'V']));
        if version.is_empty() {
            let any = name.contains('*') || ANY.contains(&&*wanted);
            return (!any)
                .then(|| format!("the branch says `{name}`, and the {whose} no version: add it"));
        }
        let same = |version: &&str| plain(version.trim_start_matches(['v', 'V'])) == wanted;
        (!versions.iter().any(same)).then(|| {
            format!("the branch says version `{name}`, and the {whose} `{version}`: correct one")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(branches: &[(&'static str, &'static str)], helper: &str) -> Vec<String> {
        let branch = |(category, name): &(&'static str, &'static str)| Branch {
            node: &Node::Null,
            category,
            name,
            parent: None,
            depth: 1,
        };
        let branches: Vec<_> = branches.iter().map(branch).collect();
        let way = Way(branches.iter().collect());
        match Cpe::parse(helper) {
            Some(cpe) => way.cpe_faults(&cpe),
            None => way.purl_faults(&Purl::parse(helper).unwrap()),
        }
    }

    #[test]
    fn version_of_a_branch_can_be_said_in_several_ways() {
        let none = Vec::<String>::new();
        let way = [("product_version", "2.0 SP1"), ("product_name", "P"), ("vendor", "V")];
        assert_eq!(faults(&way, "cpe:2.3:a:v:p:2.0:sp1:*:*:*:*:*:*"), none);
        assert_eq!(faults(&way, "cpe:2.3:a:v:p:2.0:sp2:*:*:*:*:*:*").len(), 2);
        let file = [("product_version", "kernel-0:4.18.0-372.x86_64"), ("vendor", "Red Hat")];
        assert_eq!(faults(&file, "pkg:rpm/redhat/kernel@4.18.0-372?arch=x86_64"), none);
        assert_eq!(faults(&file, "pkg:rpm/redhat/kernel@4.18.1?arch=x86_64").len(), 1);
        let range = [("product_version_range", "<4.2"), ("product_name", "P"), ("vendor", "V")];
        assert_eq!(faults(&range, "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"), none);
        assert_eq!(faults(&range, "cpe:2.3:a:v:p:4.1:*:*:*:*:*:*:*").len(), 1);
    }

    #[test]
    fn order_of_lists_and_members_does_not_count() {
        let [one, two] = [r#"{"a": ["x", "y"], "b": 1}"#, r#"{"b": 1, "a": ["y", "x"]}"#]
            .map(|text| crate::formats::csaf::validate::tree::read(text.as_bytes()).unwrap());
        assert_eq!(canonical(&one), canonical(&two));
    }
}
