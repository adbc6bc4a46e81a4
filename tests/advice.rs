//! What is advised can be done, and then there is nothing left to advise.

#![cfg(feature = "spec")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod support;

use std::fmt::Write as _;

use eksnet::Synthesis;
use eksnet::diagnostic::{Finding, Findings, Severity, Sources};
use eksnet::network::{Ipv4Net, ZoneId};
use eksnet::plan::{Entry, Ledger, State, SubnetKey, Tombstone};
use eksnet::spec::{Format, load};
use support::cases;
use support::rng::Rng;

fn synthesize(text: &str, ledger: &Ledger) -> Result<Synthesis, Findings> {
    load("spec", Some(Format::Yaml), text, &mut Sources::new()).synthesize(ledger)
}

/// What is said with a code.
fn said(text: &str, ledger: &Ledger, code: &str) -> Vec<Finding> {
    let findings = match synthesize(text, ledger) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    let findings = findings.iter().filter(|f| f.code.as_str() == code);
    findings.cloned().collect()
}

/// What is said with a code, of which there is one finding.
#[track_caller]
fn one(text: &str, ledger: &Ledger, code: &str) -> Finding {
    let mut all = said(text, ledger, code);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

fn help(finding: &Finding) -> &str {
    finding.help.as_deref().unwrap_or_default()
}

/// What stands between backticks and begins so.
fn offered<'a>(finding: &'a Finding, key: &str) -> Option<&'a str> {
    let parts = help(finding).split('`').skip(1).step_by(2);
    parts.into_iter().find(|part| part.starts_with(key))
}

fn entry(cidr: &str, state: State) -> Entry {
    Entry {
        state,
        ..Entry::planned(cidr.parse().unwrap())
    }
}

fn key(tier: &str, zone: &str) -> SubnetKey {
    SubnetKey {
        tier: tier.to_owned(),
        zone: ZoneId::parse(zone).unwrap(),
        ordinal: 0,
    }
}

/// A network without a cluster.
fn network(cidr: &str, more: &str, tiers: &[(String, u64)]) -> String {
    let mut text = format!(
        "stack: prod\nregion: us-east-1\ncluster: none\nnetwork:\n  cidr: {cidr}\n{more}  tiers:\n"
    );
    for (name, prefix) in tiers {
        writeln!(text, "    {name}: {{ access: isolated, prefix: {prefix} }}").unwrap();
    }
    text
}

#[test]
fn all_tiers_without_room_get_one_offer_that_is_enough() {
    let text = network(
        "10.30.0.0/18",
        "  zones: 3\n",
        &[
            ("a".into(), 20),
            ("b".into(), 20),
            ("c".into(), 22),
            ("d".into(), 18),
        ],
    );
    let findings = said(&text, &Ledger::new(), "PLAN001");
    let helps: Vec<_> = findings.iter().map(help).collect();
    assert!(findings.len() > 2, "{helps:?}");
    let all = "give the network a further block with room for all 4 tiers that have none, `secondary-cidrs: [10.31.0.0/16]`, or tiers longer prefixes";
    assert!(helps.iter().all(|help| *help == all), "{helps:#?}");
    let mended = text.replace("  tiers:", "  secondary-cidrs: [10.31.0.0/16]\n  tiers:");
    assert!(said(&mended, &Ledger::new(), "PLAN001").is_empty());
}

#[test]
fn more_than_a_block_holds_is_offered_several() {
    let text = network("10.30.0.0/24", "  zones: 3\n", &[("large".into(), 17)]);
    let finding = one(&text, &Ledger::new(), "PLAN001");
    assert_eq!(
        help(&finding),
        "give the network 2 further blocks, `secondary-cidrs: [10.31.0.0/16, 10.30.128.0/17]`, or the tier a longer prefix"
    );
}

#[test]
fn where_nothing_fits_that_is_said() {
    let connected = "  zones: 2\n  connected: { office: [10.0.0.0/9, 10.128.0.0/9] }\n";
    let text = network("10.30.0.0/26", connected, &[("large".into(), 20)]);
    let finding = one(&text, &Ledger::new(), "PLAN001");
    assert_eq!(
        help(&finding),
        "no further block fits the network: write a larger `cidr` (before deployment: AWS changes no VPC's primary range), or give the tier a longer prefix"
    );
}

#[test]
fn nobody_is_told_to_make_the_smallest_subnet_smaller() {
    let text = network("10.30.0.0/28", "  zones: 2\n", &[("small".into(), 28)]);
    let finding = one(&text, &Ledger::new(), "PLAN001");
    assert_eq!(
        help(&finding),
        "give the network a further block, `secondary-cidrs: [10.30.0.16/28]`"
    );
    // Nor one that AWS does not resize: another zone is asked for.
    let mut ledger = Ledger::new();
    ledger.insert(
        key("data", "use1-az1"),
        entry("10.30.0.0/24", State::Deployed),
    );
    let text = network(
        "10.30.0.0/24",
        "  zones: [use1-az1, use1-az2]\n",
        &[("data".into(), 24)],
    );
    let finding = one(&text, &ledger, "PLAN001");
    assert_eq!(
        help(&finding),
        "give the network a further block, `secondary-cidrs: [10.30.1.0/24]`"
    );
}

#[test]
fn subnets_larger_than_any_are_not_offered_a_block() {
    let text = network("10.30.0.0/16", "  zones: 2\n", &[("huge".into(), 14)]);
    let finding = one(&text, &Ledger::new(), "PLAN001");
    assert_eq!(
        help(&finding),
        "write `prefix: 16` or a longer one for tier `huge`: AWS has no larger subnet"
    );
}

#[test]
fn what_is_kept_for_removed_subnets_is_named() {
    let mut ledger = Ledger::new();
    for (zone, cidr) in [
        ("use1-az1", "10.30.0.0/25"),
        ("use1-az2", "10.30.0.128/26"),
        // Outside of the network, it takes nothing of it.
        ("use1-az4", "10.99.0.0/24"),
    ] {
        ledger.bury(Tombstone {
            key: key("old", zone),
            cidr: cidr.parse().unwrap(),
            ipv6: None,
        });
    }
    let text = network(
        "10.30.0.0/24",
        "  zones: 1\n  reserved: [10.30.0.192/28]\n",
        &[("data".into(), 25), ("small".into(), 28)],
    );
    let finding = one(&text, &ledger, "PLAN001");
    let said = finding.notes.join("\n");
    assert!(
        said.ends_with("192 addresses are kept for removed subnets: once these are gone from AWS, `eksnet plan --release` frees them"),
        "{said}"
    );
    let finding = said_without(&text);
    assert!(!finding.contains("kept"), "{finding}");
}

/// The notes of a network that is larger by nothing but its ledger's absence.
fn said_without(text: &str) -> String {
    let findings = said(
        &text.replace("prefix: 25", "prefix: 24"),
        &Ledger::new(),
        "PLAN001",
    );
    let notes = findings.iter().flat_map(|finding| &finding.notes);
    notes.cloned().collect::<Vec<_>>().join("\n")
}

/// Whatever is refused: what is offered to one is enough for all.
#[test]
fn an_offer_of_blocks_makes_room() {
    let (mut taken, mut none) = (0, 0);
    for seed in 0..u64::try_from(cases(600, 20_000)).unwrap() {
        let mut rng = Rng::new(seed);
        let vpc = rng.between(16, 26);
        let start = *rng.pick(&[
            "10.0.0.0",
            "10.1.0.0",
            "10.30.0.0",
            "172.18.0.0",
            "192.168.0.0",
            "100.64.0.0",
        ]);
        let tiers: Vec<_> = (0..rng.between(1, 6))
            .map(|tier| (format!("t{tier}"), rng.between(16, 29) as u64))
            .collect();
        let mut more = format!("  zones: {}\n", rng.between(1, 4));
        if rng.chance(30) {
            more += "  connected: { office: [10.0.0.0/11, 172.16.0.0/13, 192.168.128.0/17] }\n";
        }
        let text = network(&format!("{start}/{vpc}"), &more, &tiers);
        let mut ledger = Ledger::new();
        if rng.chance(30) {
            let cidr: Ipv4Net = format!("{start}/{}", rng.between(vpc + 1, 28))
                .parse()
                .unwrap();
            ledger.bury(Tombstone {
                key: key("old", "use1-az1"),
                cidr,
                ipv6: None,
            });
        }
        let findings = said(&text, &ledger, "PLAN001");
        let Some(first) = findings.first() else {
            continue;
        };
        let offer = offered(first, "secondary-cidrs");
        for other in &findings {
            assert_eq!(offered(other, "secondary-cidrs"), offer, "{seed}: {text}");
        }
        let Some(offer) = offer else {
            assert!(
                help(first).starts_with("no further block fits"),
                "{seed}: {first:?}"
            );
            none += 1;
            continue;
        };
        let mended = text.replace("  tiers:", &format!("  {offer}\n  tiers:"));
        // What is wrong besides, as a /29, was not looked at before.
        let wrong = |text: &str| -> Vec<String> {
            let findings = synthesize(text, &ledger).map_or_else(
                |findings| findings,
                |synthesis| synthesis.findings().clone(),
            );
            let errors = findings.iter().filter(|f| f.severity == Severity::Error);
            let errors = errors.filter(|f| f.code.as_str() != "EKS212");
            errors
                .map(|f| format!("{} {}", f.code, f.message))
                .collect()
        };
        let before = wrong(&text);
        let mut left = wrong(&mended);
        left.retain(|error| error.starts_with("PLAN001") || !before.contains(error));
        assert!(left.is_empty(), "{seed}: {mended}\n{left:#?}");
        taken += 1;
    }
    assert!(taken > 200 && none > 3, "{taken}, {none}");
}

/// A cluster whose control plane is in tier `ctrl`.
fn cluster(ctrl: &str) -> String {
    format!(
        "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: [use1-az1, use1-az2]
  tiers:
    public: {{ access: public, prefix: 24 }}
    nodes: {{ access: private, prefix: 20 }}
    ctrl: {{ access: isolated, {ctrl} }}
cluster: {{ control-plane: ctrl }}
"
    )
}

#[test]
fn a_small_tier_of_the_control_plane_is_named_with_the_key() {
    let none = Ledger::new();
    let help_of = |ctrl: &str, ledger: &Ledger| {
        let finding = one(&cluster(ctrl), ledger, "EKS207");
        help(&finding).to_owned()
    };
    assert_eq!(
        help_of("prefix: 28", &none),
        "write `prefix: 27` for tier `ctrl`"
    );
    assert_eq!(
        help_of("prefix: 27, cidrs: { use1-az1: 10.20.0.0/28 }", &none),
        "write a /27 for use1-az1 in the `cidrs` of tier `ctrl`"
    );
    let mut deployed = Ledger::new();
    for (zone, cidr) in [("use1-az1", "10.20.0.0/28"), ("use1-az2", "10.20.0.16/28")] {
        deployed.insert(key("ctrl", zone), entry(cidr, State::Deployed));
    }
    assert_eq!(
        help_of("prefix: 28", &deployed),
        "give tier `ctrl` larger subnets besides, as AWS resizes none: `further-subnets: [27]`"
    );
    // And with that, it is done.
    let mended = cluster("prefix: 28, further-subnets: [27]");
    assert!(said(&mended, &deployed, "EKS207").is_empty());
    assert_eq!(
        help_of("prefix: 28, further-subnets: [28]", &none),
        "write `prefix: 27` for tier `ctrl`"
    );
}

#[test]
fn other_sizes_are_named_with_tier_and_key_too() {
    let help_of = |text: &str, code: &str| {
        let finding = one(text, &Ledger::new(), code);
        help(&finding).to_owned()
    };
    let text = cluster("prefix: 27").replace("prefix: 24", "prefix: 28");
    assert_eq!(
        help_of(&text, "EKS311"),
        "write `prefix: 27` for tier `public`, or `load-balancers: false` to keep them elsewhere"
    );
    assert_eq!(
        help_of(&cluster("prefix: 29"), "EKS212"),
        "write `prefix: 28` for tier `ctrl`"
    );
    assert_eq!(
        help_of(&cluster("prefix: 27, further-subnets: [30]"), "EKS212"),
        "write 28 in the `further-subnets` of tier `ctrl`"
    );
}
