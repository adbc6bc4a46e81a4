//! No false alarms, and no fault unseen: examples, thousands of models that are valid by the generator's own knowledge, and each
//! of these again with one thing wrong.
//!
//! `EKSNET_CASES=full` tries ten thousand; `EKSNET_CASES=N` the first N. A failure names its number: that of the spec that
//! `support::generate::valid` makes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that stops is a test that fails, and it tells how much it has seen"
)]

mod support;
#[path = "random_faults/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};

use eksnet::check::Rule;
use eksnet::diagnostic::{Finding, Findings, Severity};
use eksnet::plan::Ledger;
use serde_json::Value;

use support::rng::Rng;
use support::{cases, examples, generate, run};
use table::{FAULTS, Model};

/// What is said of a spec, and the zones of its plan.
fn said(spec: &Value) -> (Findings, Option<Vec<String>>) {
    match run::value(spec, &Ledger::new()) {
        Ok(synthesis) => {
            let zones = synthesis.plan().zones.iter().map(ToString::to_string);
            (synthesis.findings().clone(), Some(zones.collect()))
        }
        Err(findings) => (findings, None),
    }
}

/// How often a rule speaks with its own severity.
fn count(findings: &Findings, rule: &Rule) -> usize {
    let own = |f: &&Finding| f.code == rule.code && f.severity == rule.severity;
    findings.iter().filter(own).count()
}

/// The seeds of a half; both processors have one.
fn halves(count: usize, check: impl Fn(u64) -> Result<(), String> + Sync) -> Vec<String> {
    let half = |first: usize| {
        let mut seeds = (first..count).step_by(2);
        let failed = std::iter::from_fn(|| seeds.find_map(|seed| check(seed as u64).err()));
        failed.take(20).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        let mut failed = half(0);
        failed.extend(odd.join().expect("a test thread"));
        failed
    })
}

/// The generator knows what fits: addresses, zones, versions, endpoints, who needs a name. No rule may know better.
#[test]
fn valid_models_are_never_refused() {
    let count = cases(300, 10_000);
    let refused = halves(count, |seed| {
        let spec = generate::valid(seed);
        match run::value(&spec, &Ledger::new()) {
            Ok(_) => Ok(()),
            Err(findings) => Err(format!("{seed}: {:?}\n{spec}", run::errors(&findings))),
        }
    });
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    println!("{count} valid models, and none is refused");
}

#[test]
fn single_faults_are_found() {
    let count = cases(300, 10_000);
    let seen = std::sync::Mutex::new(BTreeMap::<&str, usize>::new());
    let unseen = halves(count, |seed| {
        let spec = generate::valid(seed);
        let (before, zones) = said(&spec);
        let zones = zones.ok_or_else(|| format!("{seed}: is refused as it is"))?;
        let mut rng = Rng::new(seed);
        // Many faults have no place in many models: another one is tried.
        loop {
            let (what, code, apply) = FAULTS[rng.below(FAULTS.len())];
            let mut model = Model {
                spec: spec.clone(),
                zones: zones.clone(),
            };
            let rule = Rule::find(code).expect("a rule");
            if self::count(&before, rule) > 0 || apply(&mut model).is_none() {
                continue;
            }
            let (after, _) = said(&model.spec);
            if self::count(&after, rule) == 0 {
                let codes: Vec<_> = after
                    .iter()
                    .map(|f| format!("{} {}", f.code, f.message))
                    .collect();
                return Err(format!(
                    "{seed}: {what}: {code} is not said, but {codes:?}\n{}",
                    model.spec
                ));
            }
            *seen.lock().expect("a lock").entry(what).or_default() += 1;
            return Ok(());
        }
    });
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
    let seen = seen.into_inner().expect("a lock");
    println!(
        "{count} faults of {} kinds, and all are found: {seen:?}",
        seen.len()
    );
    assert!(FAULTS.len() >= 40);
    if count >= 5_000 {
        let names: BTreeSet<_> = FAULTS.iter().map(|(what, ..)| *what).collect();
        let never: Vec<_> = names
            .iter()
            .filter(|what| !seen.contains_key(**what))
            .collect();
        assert!(never.is_empty(), "no model has a place for {never:?}");
    }
}

/// A warning that an example means to give is explained in its comments by its code, and none is that it does not give.
/// JSON has no comments, so that such an example gives no warning.
#[test]
fn examples_give_the_warnings_that_they_explain() {
    for (name, synthesis) in examples::all() {
        let said = synthesis.findings().iter();
        let said = said.filter(|finding| finding.severity < Severity::Info);
        let said: BTreeSet<_> = said
            .map(|finding| finding.code.as_str().to_owned())
            .collect();
        let path = format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("an example");
        let comments = text
            .lines()
            .filter_map(|line| Some(line.split_once('#')?.1));
        let words =
            comments.flat_map(|comment| comment.split(|c: char| !c.is_ascii_alphanumeric()));
        let loud =
            |word: &&str| Rule::find(word).is_some_and(|rule| rule.severity < Severity::Info);
        let explained: BTreeSet<_> = words.filter(loud).map(str::to_owned).collect();
        // A remark of a rule that warns elsewhere may be explained, too.
        let remarks = synthesis
            .findings()
            .iter()
            .filter(|finding| finding.severity == Severity::Info);
        let remarks: BTreeSet<_> = remarks
            .map(|finding| finding.code.as_str().to_owned())
            .collect();
        let explained: BTreeSet<_> = explained.difference(&remarks).cloned().collect();
        assert_eq!(said, explained, "{name}");
    }
}
