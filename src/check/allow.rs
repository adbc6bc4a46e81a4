//! What a stack allows: findings that somebody has looked at and lets be, each rule with the reason.

use super::{Rule, rules};
use crate::diagnostic::{Allowed, Finding, Findings, Origin, Severity};
use crate::network::Allowance;

/// Makes remarks of all that the stack allows.
///
/// Errors stay: AWS does not ask for reasons.
pub(crate) fn apply(allowances: &[Allowance], findings: Findings) -> Findings {
    if allowances.is_empty() {
        return findings;
    }
    let reason = |finding: &Finding| {
        let mut all = allowances.iter();
        all.find(|allowance| allowance.rule.value.code == finding.code)
    };
    let mut refused: Vec<Finding> = Vec::new();
    let mut all: Findings = findings
        .into_iter()
        .map(|finding| match reason(&finding) {
            Some(allowance) if finding.severity == Severity::Error => {
                let place = allowance.rule.origin;
                // However often it is broken, it is allowed once.
                if !refused.iter().any(|before| before.origin == place) {
                    refused.push(is_error(allowance, finding.origin));
                }
                finding
            }
            Some(allowance) => {
                finding.allowed(Allowed::ByStack(allowance.reason.value.trim().to_owned()))
            }
            None => finding,
        })
        .collect();
    all.extend(refused);
    all
}

/// What is allowed and does not occur, of findings that are all that there is to say.
pub(crate) fn unused(allowances: &[Allowance], findings: &mut Findings) {
    let unused: Findings = allowances
        .iter()
        .filter(|allowance| {
            let code = allowance.rule.value.code;
            code != rules::SPEC086.code && !findings.iter().any(|finding| finding.code == code)
        })
        .map(|Allowance { rule, .. }| unused_rule(&rule.value, rule.origin))
        .collect();
    findings.extend(apply(allowances, unused));
}

/// What is said of a rule that is allowed there and that nothing breaks.
pub(crate) fn unused_rule(rule: &Rule, place: Origin) -> Finding {
    let message = format!("{} is allowed, and nothing breaks it", rule.code);
    rules::SPEC086
        .at(place, message)
        .label(rule.summary)
        .note("what breaks it later would pass unseen")
        .help("take it out")
}

/// What is wrong with the list by itself.
pub(super) fn check(allowances: &[Allowance], findings: &mut Findings) {
    let mut before: Vec<&Allowance> = Vec::new();
    for allowance in allowances {
        let (rule, reason) = (&allowance.rule, &allowance.reason);
        if reason.value.trim().is_empty() {
            findings.push(
                rules::SPEC085
                    .at(
                        reason.origin.or(rule.origin),
                        format!("{} is allowed without a reason", rule.value.code),
                    )
                    .note("whoever reads it later has nothing else to judge by")
                    .help(format!(
                        "say why it is fine here that not: {}",
                        rule.value.summary
                    )),
            );
        }
        match before.iter().find(|other| other.rule.value == rule.value) {
            Some(first) => findings.push(
                rules::SPEC012
                    .at(rule.origin, format!("{} is allowed twice", rule.value.code))
                    .related(first.rule.origin, "the first time")
                    .help("keep one of them, with the reason that holds"),
            ),
            None => before.push(allowance),
        }
    }
}

fn is_error(Allowance { rule, .. }: &Allowance, place: Origin) -> Finding {
    rules::SPEC085
        .at(
            rule.origin,
            format!("{} cannot be allowed: here it is an error", rule.value.code),
        )
        .related(place, "this is what breaks it")
        .note("warnings and remarks are allowed; what AWS refuses, or what does not work, is not")
        .help("mend it, and take this out; `eksnet synth --force` renders what AWS is to judge by itself")
}
