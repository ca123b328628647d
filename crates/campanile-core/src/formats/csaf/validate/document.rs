//! A document against its schema, and which test a fault belongs to.

use foldhash::HashSet;

use super::findings::Findings;
use super::schema::{self, Fault};
use super::tree::Node;
use super::view::{View, gather};
use crate::model::limits::VALIDATION_FINDINGS_MAX;

/// `schema`: everything but what is inside of CVSS objects, which is 6.1.8.
pub(super) fn schema<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for fault in view.faults() {
        if let (Fault::Wrong(node, what), false) = (fault, view.is_in_cvss(fault.node())) {
            findings.add(node, what.clone());
        }
    }
}

/// 6.1.8, the part of the schemas.
pub(super) fn cvss<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for fault in view.faults() {
        if let (Fault::Wrong(node, what), true) = (fault, view.is_in_cvss(fault.node())) {
            findings.add(node, what.clone());
        }
    }
}

/// The differences at or in some values: what the schemas of 2.1 say of SSVC and extensions.
pub(super) fn inside<'d>(
    view: &View<'d>,
    values: impl Iterator<Item = &'d Node<'d>>,
    findings: &mut Findings<'d>,
) {
    if view.faults().is_empty() {
        return;
    }
    let mut known = HashSet::default();
    values.for_each(|value| gather(value, &mut known));
    for fault in view.faults() {
        if let Fault::Wrong(node, what) = fault
            && known.contains(&std::ptr::from_ref(*node).addr())
        {
            findings.add(node, what.clone());
        }
    }
}

/// 6.2.20
pub(super) fn unknown_members<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for fault in view.faults() {
        if let Fault::Unknown(node, what) = fault {
            findings.add(node, what.clone());
        }
    }
}

/// All differences, found in one walk for all tests that ask.
pub(super) fn faults<'d>(view: &View<'d>) -> Vec<Fault<'d>> {
    let (mut faults, mut unknown) = (Vec::new(), 0);
    schema::check(schema::of(view.version), view.root, &mut |fault| {
        unknown += usize::from(matches!(fault, Fault::Unknown(..)));
        let kept = match fault {
            Fault::Unknown(..) => unknown <= VALIDATION_FINDINGS_MAX,
            Fault::Wrong(..) => faults.len() < FAULTS_MAX,
        };
        if kept {
            faults.push(fault);
        }
    });
    faults
}

/// Enough for every test to have its share of findings.
const FAULTS_MAX: usize = 10_000;

impl<'d> Fault<'d> {
    fn node(&self) -> &'d Node<'d> {
        match self {
            Self::Wrong(node, _) | Self::Unknown(node, _) => node,
        }
    }
}
