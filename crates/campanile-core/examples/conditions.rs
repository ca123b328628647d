//! Prints `docs/conditions.md`: `cargo x docs` writes it, `cargo x ci` refuses a stale one.

use campanile_core::model::condition::Condition;

const OPENING: &str = "\
# Conditions

<!-- Written by `cargo x docs` from crates/campanile-core/src/model/condition.rs. -->

Everything a mail can show that speaks against distributing it, in the order of the acceptance
rule. The name stands in a list's policy, in verdicts (`campanile mail check`) and in the audit
log, and is never changed. *Default* is the answer unless the policy says otherwise. Only a
condition that *may be waived* can be answered with `accept` or `hold`; every condition can be
answered with `refuse` or `discard`. How the answers work together:
[mail policy](operation/mail-policy.md).

| condition | meaning | default | may be waived |
|---|---|---|---|";

fn main() {
    println!("{OPENING}");
    for condition in Condition::ALL {
        let waivable = if condition.waivable() { "yes" } else { "no" };
        println!(
            "| `{}` | {} | {} | {} |",
            condition.name(),
            condition.description().trim(),
            condition.default_disposition().name(),
            waivable
        );
    }
}
