//! Whatever was found at a mail, at whichever layer, is a reason of the verdict and has its answer.

use campanile_core::gateway::decide::{Verdict, decide};
use campanile_core::gateway::open::{Opened, open};
use campanile_core::model::condition::Condition;
use campanile_core::model::list::Disposition;

use crate::material::{Gate, NOW, good};

/// Judges a good mail with something found at it, for every condition there is.
fn every_condition(find: impl Fn(&mut Opened, Condition)) {
    let (gate, mail) = (Gate::get(), &good()[0].mail);
    let list = &gate.network.lists[0];
    for condition in Condition::ALL {
        let mut opened = open(mail, list, &gate.network, NOW);
        find(&mut opened, *condition);
        shows(&decide(mail, &opened, list, &gate.network, NOW), *condition);
    }
}

#[track_caller]
fn shows(verdict: &Verdict, condition: Condition) {
    assert_eq!(verdict.reasons, [condition]);
    assert_eq!(verdict.disposition, condition.default_disposition());
}

#[test]
fn what_opening_has_found_is_a_reason() {
    every_condition(|opened, condition| opened.conditions.push(condition));
}

#[test]
fn fault_of_the_signature_is_a_reason() {
    every_condition(|opened, condition| opened.signatures[0].faults.push(condition));
}

#[test]
fn fault_of_a_signature_around_the_ciphertext_is_a_reason() {
    every_condition(|opened, condition| {
        let mut wrapping = opened.signatures[0].clone();
        wrapping.faults.push(condition);
        opened.wrapping.push(wrapping);
    });
}

#[test]
fn what_the_store_adds_is_a_reason() {
    let (gate, mail) = (Gate::get(), &good()[0].mail);
    for condition in Condition::ALL {
        let verdict = gate.judge(mail).1;
        assert_eq!(verdict.disposition, Disposition::Accept);
        shows(&verdict.with(*condition, &gate.network.lists[0]), *condition);
    }
}
