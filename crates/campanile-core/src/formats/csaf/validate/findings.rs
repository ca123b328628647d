//! What tests find, and the report that is made of it.

use std::fmt::Write;

use foldhash::HashMap;

use super::table::{Check, Test};
use super::tree::Node;
use super::view::View;
use super::{Profile, Version};
use crate::formats::Severity;
use crate::model::limits::VALIDATION_FINDINGS_MAX;

/// What the tests say of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The version of the format that the document names.
    pub version: Version,
    /// Which tests were asked for.
    pub profile: Profile,
    /// Every test of the profile, in the order of the standard.
    pub outcomes: Vec<Outcome>,
    /// What was found, in the order of tests, then of the document; of one test at most
    /// [`VALIDATION_FINDINGS_MAX`].
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether the schema and all mandatory tests that were run have passed. Findings of the
    /// other tests are advice and make no document invalid.
    pub fn is_valid(&self) -> bool {
        !self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// What became of one test; nothing when it was not asked for.
    pub fn status(&self, test: &str) -> Option<Status> {
        self.outcomes.iter().find(|outcome| outcome.test == test).map(|outcome| outcome.status)
    }
}

/// What became of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The number of the test, like `6.1.8`, or `schema`.
    pub test: &'static str,
    /// What became of it.
    pub status: Status,
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing was found.
    Passed,
    /// Something was found.
    Failed,
    /// The test was not run, or not on this document, for this reason: nothing is known.
    NotRun(&'static str),
}

/// One thing that a test has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The number of the test, like `6.1.8`, or `schema`.
    pub test: &'static str,
    /// `error` for the schema and mandatory tests, `warning` for optional, `note` for informative
    /// ones.
    pub severity: Severity,
    /// Where: a JSON pointer [RFC 6901].
    pub pointer: String,
    /// A sentence for the author: what is wrong, what to do.
    pub message: String,
}

/// Gathers what is found.
///
/// A test names the value that is wrong; where that stands is looked up once, at the end, for all
/// findings together. A document without faults never pays for pointers.
pub(super) struct Findings<'d> {
    profile: Profile,
    test: &'static str,
    severity: Severity,
    found: usize,
    remarked: usize,
    skipped: Option<&'static str>,
    drafts: Vec<Draft<'d>>,
    outcomes: Vec<Outcome>,
}

struct Draft<'d> {
    test: &'static str,
    severity: Severity,
    node: &'d Node<'d>,
    message: String,
}

impl<'d> Findings<'d> {
    pub(super) fn new(profile: Profile) -> Self {
        let outcomes = Vec::with_capacity(200);
        Self {
            profile,
            test: "",
            severity: Severity::Error,
            found: 0,
            remarked: 0,
            skipped: None,
            drafts: Vec::new(),
            outcomes,
        }
    }

    /// Runs one test.
    pub(super) fn run(&mut self, test: &'static Test, view: &View<'d>) {
        self.test = test.id;
        self.severity = test.group.severity();
        (self.found, self.remarked, self.skipped) = (0, 0, None);
        let status = match test.check {
            Check::Run(check) => {
                check(view, self);
                self.status()
            }
            Check::NotRun(why) => Status::NotRun(why),
        };
        self.outcomes.push(Outcome { test: test.id, status });
    }

    fn status(&self) -> Status {
        match (self.found, self.skipped) {
            (0, None) => Status::Passed,
            (0, Some(why)) => Status::NotRun(why),
            _ => Status::Failed,
        }
    }

    /// Something is wrong with `node`: a sentence for its author.
    pub(super) fn add(&mut self, node: &'d Node<'d>, message: impl Into<String>) {
        self.add_with(node, || message.into());
    }

    /// The same, for sentences that quote what stands elsewhere: those that are not told are not
    /// made, else one long name costs the square of the document.
    pub(super) fn add_with(&mut self, node: &'d Node<'d>, message: impl FnOnce() -> String) {
        self.found += 1;
        if self.found <= VALIDATION_FINDINGS_MAX {
            let (test, severity) = (self.test, self.severity);
            self.drafts.push(Draft { test, severity, node, message: message() });
        }
    }

    /// Something about `node` that its author should know, and that fails no test.
    pub(super) fn remark(&mut self, node: &'d Node<'d>, message: impl Into<String>) {
        self.remarked += 1;
        if self.remarked <= VALIDATION_FINDINGS_MAX {
            let (test, severity) = (self.test, Severity::Warning);
            self.drafts.push(Draft { test, severity, node, message: message.into() });
        }
    }

    /// The test cannot be run on this document: if nothing is found, nothing is known.
    pub(super) fn skip(&mut self, why: &'static str) {
        self.skipped = Some(why);
    }

    pub(super) fn report(self, view: &View<'d>) -> Report {
        let places = places(view.root, &self.drafts);
        let mut findings: Vec<_> = self
            .drafts
            .into_iter()
            .map(|draft| {
                let known = places.get(&std::ptr::from_ref(draft.node).addr());
                let (order, pointer) = known.cloned().unwrap_or_default();
                let Draft { test, severity, message, .. } = draft;
                (order, Finding { test, severity, pointer, message })
            })
            .collect();
        let numbers: HashMap<_, _> =
            self.outcomes.iter().enumerate().map(|(at, outcome)| (outcome.test, at)).collect();
        findings.sort_by(|(left_at, left), (right_at, right)| {
            let test = |finding: &Finding| numbers.get(finding.test);
            test(left)
                .cmp(&test(right))
                .then(left_at.cmp(right_at))
                .then_with(|| left.message.cmp(&right.message))
        });
        let findings = findings.into_iter().map(|(_, finding)| finding).collect();
        let Self { profile, outcomes, .. } = self;
        Report { version: view.version, profile, outcomes, findings }
    }
}

/// Position and pointer of every value that something was found about, by its address.
fn places(root: &Node<'_>, drafts: &[Draft<'_>]) -> HashMap<usize, (usize, String)> {
    let mut places: HashMap<usize, (usize, String)> = drafts
        .iter()
        .map(|draft| (std::ptr::from_ref(draft.node).addr(), Default::default()))
        .collect();
    if !places.is_empty() {
        walk(root, &mut String::new(), &mut 0, &mut places);
    }
    places
}

fn walk(
    node: &Node<'_>,
    pointer: &mut String,
    position: &mut usize,
    places: &mut HashMap<usize, (usize, String)>,
) {
    *position += 1;
    if let Some(place) = places.get_mut(&std::ptr::from_ref(node).addr()) {
        *place = (*position, pointer.clone());
    }
    let length = pointer.len();
    for (at, item) in node.items().iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = write!(pointer, "/{at}");
        walk(item, pointer, position, places);
        pointer.truncate(length);
    }
    for (name, member) in node.members() {
        pointer.push('/');
        *pointer += &name.replace('~', "~0").replace('/', "~1");
        walk(member, pointer, position, places);
        pointer.truncate(length);
    }
}
