//! What the guides speak of, put together by chance: whatever is accepted is whole, and whatever is refused is explained.
//!
//! `EKSNET_CASES=full` tries three thousand specs, and then every two features must have met. `EKSNET_SAMPLE=DIR cargo test
//! --test combinations` also writes some accepted specs into a directory, for `.ci/acceptance.py --specs`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that stops is a test that fails, and it tells how much it has seen"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use eksnet::diagnostic::{Findings, Severity};
use eksnet::plan::Ledger;
use eksnet::render::{Format, Known};
use eksnet::{Synthesis, spec};
use serde_json::Value;

use support::emit::{self, Order};
use support::features::{self, Feature};
use support::rng::Rng;
use support::templates::Templates;
use support::{cases, run};

/// Pairs that no spec can have, and the rule that says so; none where the second is another value of the same key.
const NEVER: &[(Feature, Feature, Option<&str>)] = &[
    (Feature::ExistingVpc, Feature::FullyPrivate, None),
    (Feature::ExistingVpc, Feature::DualStack, Some("SPEC025")),
    (Feature::ExistingVpc, Feature::Ipv6Cluster, Some("SPEC025")),
    (Feature::ExistingVpc, Feature::CustomNetworking, None),
    (Feature::ExistingVpc, Feature::Discovery, None),
    (Feature::ExistingVpc, Feature::LocalZones, None),
    (Feature::ExistingVpc, Feature::Vpn, Some("SPEC025")),
    (
        Feature::ExistingVpc,
        Feature::DirectConnect,
        Some("SPEC025"),
    ),
    (
        Feature::ExistingVpc,
        Feature::TransitGateway,
        Some("SPEC025"),
    ),
    (Feature::ExistingVpc, Feature::Peering, Some("SPEC025")),
    (Feature::ExistingVpc, Feature::RegionalNat, None),
    (Feature::FullyPrivate, Feature::RegionalNat, None),
    (Feature::Ipv6Cluster, Feature::Prefixes, Some("SPEC018")),
    (
        Feature::Ipv6Cluster,
        Feature::WarmAddresses,
        Some("SPEC018"),
    ),
    (
        Feature::Ipv6Cluster,
        Feature::CustomNetworking,
        Some("EKS731"),
    ),
    (Feature::Ipv6Cluster, Feature::ExternalSnat, Some("SPEC018")),
    (Feature::Ipv6Cluster, Feature::ExcludedSnat, Some("SPEC018")),
    (
        Feature::Ipv6Cluster,
        Feature::StrictPolicies,
        Some("SPEC047"),
    ),
    (Feature::Ipv6Cluster, Feature::Tenants, Some("SPEC047")),
    (Feature::Ipv6Cluster, Feature::PodGroups, Some("SPEC065")),
    (Feature::Ipv6Cluster, Feature::HybridNodes, Some("EKS869")),
    (Feature::Ipv6Cluster, Feature::Eksctl, Some("SPEC056")),
    (Feature::Restricted, Feature::Eksctl, Some("SPEC056")),
    (Feature::CustomNetworking, Feature::Discovery, None),
    (Feature::CustomNetworking, Feature::Eksctl, Some("SPEC056")),
    (
        Feature::CustomNetworking,
        Feature::TenantNodes,
        Some("SPEC071"),
    ),
    (Feature::TenantNodes, Feature::Calico, Some("SPEC073")),
    (Feature::TenantNodes, Feature::Eksctl, Some("SPEC056")),
    (Feature::LocalZones, Feature::Eksctl, Some("SPEC056")),
    (Feature::ExternalSnat, Feature::ExcludedSnat, None),
    (Feature::CniPolicies, Feature::StrictPolicies, None),
    (Feature::CniPolicies, Feature::Calico, None),
    (Feature::StrictPolicies, Feature::Calico, None),
    (Feature::PodGroups, Feature::Eksctl, Some("SPEC056")),
    (Feature::HybridNodes, Feature::Eksctl, Some("SPEC056")),
    (Feature::AutoMode, Feature::AutoModeAlone, None),
    (Feature::AutoModeAlone, Feature::Karpenter, None),
    (Feature::AutoMode, Feature::PodGroups, Some("EKS783")),
    (Feature::AutoMode, Feature::Calico, Some("EKS857")),
    (Feature::AutoMode, Feature::ExcludedSnat, Some("EKS858")),
    (Feature::AutoMode, Feature::Eksctl, Some("SPEC056")),
    (Feature::AutoModeAlone, Feature::PodGroups, Some("EKS783")),
    (Feature::AutoModeAlone, Feature::Calico, Some("EKS857")),
    (
        Feature::AutoModeAlone,
        Feature::ExcludedSnat,
        Some("EKS858"),
    ),
    (Feature::AutoModeAlone, Feature::Eksctl, Some("SPEC056")),
    (Feature::AutoModeAlone, Feature::Prefixes, Some("EKS856")),
    (
        Feature::AutoModeAlone,
        Feature::WarmAddresses,
        Some("EKS856"),
    ),
    (
        Feature::AutoModeAlone,
        Feature::CustomNetworking,
        Some("EKS856"),
    ),
    (Feature::AutoModeAlone, Feature::Discovery, Some("EKS856")),
];

/// How many accepted specs a sample has.
const SAMPLE: usize = 24;

#[test]
fn features_go_together_or_say_why_not() {
    let count = cases(400, 3_000);
    let mut met: BTreeMap<(Feature, Feature), usize> = BTreeMap::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut accepted, mut sample) = (0, Vec::new());
    for case in 0..count {
        let mut rng = Rng::new(case as u64);
        let chosen = features::some(&mut rng);
        let value = features::spec(&format!("mix-{case}"), &chosen, &mut rng);
        match run::value(&value, &Ledger::new()) {
            Ok(synthesis) => {
                accepted += 1;
                whole(&synthesis, &value);
                for (&a, &z) in chosen
                    .iter()
                    .flat_map(|a| chosen.iter().map(move |z| (a, z)))
                {
                    *met.entry((a, z)).or_default() += 1;
                }
                if sample.len() < SAMPLE {
                    sample.push(value);
                }
            }
            Err(findings) => {
                explained(&findings, &value);
                for error in run::errors(&findings) {
                    let code = error.split(':').next().unwrap_or_default().to_owned();
                    *refused.entry(code).or_default() += 1;
                }
            }
        }
    }
    println!("{accepted} of {count} accepted; refused by {refused:?}");
    write(&sample);
    assert!(accepted * 3 > count, "{accepted} of {count} accepted");
    let alone: Vec<_> = Feature::ALL
        .iter()
        .filter(|&&feature| !met.contains_key(&(feature, feature)))
        .collect();
    assert!(alone.is_empty(), "never accepted: {alone:?}");
    if count >= 3_000 {
        every_pair(&met);
    }
}

#[test]
fn features_that_exclude_each_other_are_refused_by_their_rule() {
    for &(a, z, code) in NEVER {
        let Some(code) = code else {
            continue;
        };
        let value = features::spec("pair", &BTreeSet::from([a, z]), &mut Rng::new(1));
        let Err(findings) = run::value(&value, &Ledger::new()) else {
            panic!("{a:?} with {z:?} is accepted");
        };
        let errors = run::errors(&findings);
        let says = errors.iter().any(|error| error.starts_with(code));
        assert!(says, "{a:?} with {z:?}: {errors:?}");
    }
}

/// Every two features have met, but those of which it is known that they cannot; and these have not.
fn every_pair(met: &BTreeMap<(Feature, Feature), usize>) {
    let never: BTreeSet<_> = NEVER
        .iter()
        .map(|&(a, z, _)| (a.min(z), a.max(z)))
        .collect();
    let mut apart = BTreeSet::new();
    for (place, &a) in Feature::ALL.iter().enumerate() {
        for &z in &Feature::ALL[place + 1..] {
            if !met.contains_key(&(a, z)) {
                apart.insert((a.min(z), a.max(z)));
            }
        }
    }
    let surprising: Vec<_> = apart.symmetric_difference(&never).collect();
    assert!(surprising.is_empty(), "{surprising:?}");
}

/// Nothing dangles, everything can be read, and a second run gives the same.
fn whole(synthesis: &Synthesis, value: &Value) {
    let templates = Templates::of(synthesis);
    templates.assert_closed();
    let again = run::value(value, &Ledger::new()).expect("what was accepted before");
    assert_eq!(run::output(synthesis), run::output(&again), "{value}");
    assert!(
        synthesis
            .findings()
            .iter()
            .all(|finding| finding.severity != Severity::Error),
        "{value}"
    );
    for format in [Format::Kubernetes, Format::Eksctl] {
        let Some(document) = synthesis.document(format, &Known::nothing()) else {
            continue;
        };
        assert!(document.text.ends_with('\n'), "{value}");
    }
    // The ledger keeps the plan, whatever features it is for.
    let kept = run::value(value, &synthesis.plan().ledger()).expect("its own ledger");
    assert_eq!(run::output(synthesis), run::output(&kept), "{value}");
}

/// Every error says what to do.
fn explained(findings: &Findings, value: &Value) {
    assert!(findings.has_errors());
    for finding in findings {
        let code = finding.code.as_str();
        assert!(
            !["SPEC001", "SPEC002", "SPEC004", "SPEC005"].contains(&code),
            "{code} {}: the spec of this test is wrong\n{value}",
            finding.message
        );
        assert!(
            finding.severity != Severity::Error || finding.help.is_some(),
            "no help: {code} {}\n{value}",
            finding.message
        );
    }
}

fn write(sample: &[Value]) {
    let Some(directory) = std::env::var_os("EKSNET_SAMPLE").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&directory).expect("a directory");
    for value in sample {
        let name = value["stack"].as_str().expect("a name");
        let text = emit::yaml(value, &mut Order::Sorted);
        assert!(
            spec::load(name, None, &text, &mut eksnet::diagnostic::Sources::new())
                .synthesize(&Ledger::new())
                .is_ok()
        );
        std::fs::write(directory.join(format!("{name}.yaml")), text).expect("a file");
    }
}
