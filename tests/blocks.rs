//! Blocks of a VPC, connected networks and the range of services: what is offered works, and what is built fits together.

#![cfg(feature = "spec")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod support;

use std::fmt::Write as _;

use eksnet::diagnostic::{Finding, Findings, Severity, Sources};
use eksnet::network::Ipv4Net;
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::spec::{Format, load};
use serde_json::{Value, json};
use support::cases;
use support::rng::Rng;

/// All that is said of a spec.
fn said(text: &str) -> Findings {
    let loaded = load("spec", Some(Format::Yaml), text, &mut Sources::new());
    match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    }
}

/// A spec with this in its network, and more behind it.
fn spec(network: &str, more: &str) -> String {
    format!("stack: prod\nregion: us-east-1\nnetwork: {{ {network} }}\n{more}\n")
}

/// Code, message and help of what is said above a remark.
fn lines(text: &str) -> Vec<[String; 3]> {
    said(text)
        .iter()
        .filter(|finding| finding.severity < Severity::Info)
        .map(|finding| {
            let help = finding.help.clone().unwrap_or_default();
            [finding.code.to_string(), finding.message.clone(), help]
        })
        .collect()
}

#[track_caller]
fn assert_one(network: &str, code: &str, help: &str) {
    let lines = lines(&spec(network, ""));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!([&*lines[0][0], &*lines[0][2]], [code, help], "{lines:?}");
}

#[test]
fn the_nearest_block_that_works_is_offered() {
    let secondary =
        |primary: &str, block: &str| format!("cidr: {primary}, secondary-cidrs: [{block}]");
    for (primary, block, code, offered) in [
        ("10.20.0.0/16", "10.20.0.0/20", "EKS110", "10.19.240.0/20"),
        ("10.20.0.0/16", "10.20.240.0/20", "EKS110", "10.21.0.0/20"),
        (
            "10.20.0.0/16",
            "192.168.4.0/24",
            "EKS111",
            "100.127.255.0/24",
        ),
        ("172.18.0.0/16", "10.9.0.0/16", "EKS111", "100.64.0.0/16"),
        (
            "192.168.0.0/17",
            "198.19.0.0/20",
            "EKS111",
            "192.168.240.0/20",
        ),
        ("100.64.0.0/16", "10.9.0.0/16", "EKS111", "100.65.0.0/16"),
        ("10.1.0.0/16", "10.0.0.0/16", "EKS112", "10.2.0.0/16"),
        ("10.0.0.0/20", "10.0.16.0/20", "EKS112", "10.1.0.0/20"),
        ("172.18.0.0/16", "172.31.0.0/16", "EKS113", "172.30.0.0/16"),
        ("10.20.0.0/16", "10.20.0.0/12", "EKS105", "10.21.0.0/16"),
        ("10.20.0.0/16", "10.21.0.0/30", "EKS105", "10.21.0.0/28"),
        ("10.20.0.0/16", "169.254.0.0/16", "EKS106", "100.127.0.0/16"),
        ("172.18.0.0/16", "172.17.0.0/16", "EKS107", "172.16.0.0/16"),
        ("10.20.0.0/16", "11.0.0.0/16", "EKS108", "10.255.0.0/16"),
    ] {
        assert_one(
            &secondary(primary, block),
            code,
            &format!("write {offered}"),
        );
    }
}

#[test]
fn a_short_prefix_is_not_mended_to_another_short_one() {
    assert_one("cidr: 10.80.0.0/8", "EKS105", "write 10.80.0.0/16");
    assert_one("cidr: 10.0.0.0/8", "EKS105", "write 10.0.0.0/16");
    assert_one("cidr: 10.80.3.7/30", "EKS105", "write 10.80.3.0/28");
    let lines = lines(&spec(
        "cidr: 10.20.0.0/16",
        "cluster: { service-cidr: 172.16.0.0/8 }",
    ));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        [&*lines[0][0], &*lines[0][2]],
        ["EKS121", "write 172.16.0.0/12"]
    );
}

#[test]
fn what_is_offered_keeps_clear_of_services_and_connected_networks() {
    let connected = "connected: { office: [10.21.0.0/16, 10.16.0.0/14] }";
    assert_one(
        &format!("cidr: 10.20.0.0/16, secondary-cidrs: [10.20.0.0/17], {connected}"),
        "EKS110",
        "write 10.22.0.0/17",
    );
    let text = spec(
        "cidr: 10.20.0.0/16, secondary-cidrs: [10.20.0.0/17]",
        "cluster: { service-cidr: 10.16.0.0/14 }",
    );
    assert_eq!(lines(&text)[0][2], "write 10.21.0.0/17");
}

#[test]
fn nothing_is_said_that_follows_from_what_could_not_be_read() {
    for (network, code) in [
        (
            "cidr: 10.300.0.0/16, secondary-cidrs: [10.0.0.0/16, 10.0.0.0/15]",
            "SPEC015",
        ),
        (
            "cidr: 10.20.4.0/16, secondary-cidrs: [10.0.0.0/16]",
            "EKS109",
        ),
        (
            "cidr: 10.20.0.0/16, secondary-cidrs: [100.64.0.0/160], tiers: { pods: { access: isolated, block: 100.64.0.0/16 } }",
            "SPEC015",
        ),
        (
            "cidr: 10.20.0.0/16, secondary-cidrs: [100.64.1.0/16], tiers: { pods: { access: isolated, block: 100.64.0.0/16 } }",
            "EKS109",
        ),
    ] {
        let lines = lines(&spec(network, ""));
        let codes: Vec<&str> = lines.iter().map(|line| &*line[0]).collect();
        assert_eq!(codes, [code], "{network}");
    }
}

#[test]
fn a_program_hears_the_same() {
    let range = |text: &str| text.parse::<Ipv4Net>().unwrap();
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .secondary_cidr(range("10.21.4.0/16"))
        .secondary_cidr(cidr!("10.20.128.0/20"))
        .connected("office", [cidr!("192.168.0.0/16"), cidr!("172.16.0.0/12")]);
    net.add(
        Tier::isolated("pods")
            .block(cidr!("100.64.0.0/16"))
            .prefix(20),
    );
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    let findings = stack.check();
    let errors: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    let said: Vec<_> = errors
        .iter()
        .map(|finding| {
            (
                finding.code.as_str(),
                finding.help.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        said[..3],
        [
            ("EKS109", "write 10.21.0.0/16"),
            ("EKS110", "write 10.19.240.0/20"),
            (
                "SPEC023",
                "name one of the network's blocks, or add 100.64.0.0/16 to them by `.secondary_cidr(…)`"
            ),
        ]
    );
}

/// A range by chance, with all that makes blocks difficult.
fn range(rng: &mut Rng) -> String {
    const STARTS: [[usize; 2]; 14] = [
        [10, 0],
        [10, 1],
        [10, 2],
        [10, 20],
        [10, 255],
        [172, 16],
        [172, 17],
        [172, 31],
        [192, 168],
        [198, 19],
        [100, 64],
        [100, 127],
        [127, 0],
        [52, 94],
    ];
    let [a, b] = *rng.pick(&STARTS);
    let b = if rng.chance(30) {
        (b + rng.below(3)) % 256
    } else {
        b
    };
    let prefix = if rng.chance(10) {
        rng.between(8, 30)
    } else {
        *rng.pick(&[16, 16, 17, 20, 24])
    };
    let text = format!("{a}.{b}.{}.0/{prefix}", rng.below(4) * 64);
    let range: Ipv4Net = text.parse().unwrap();
    if rng.chance(90) {
        range.trunc().to_string()
    } else {
        text
    }
}

fn random_spec(rng: &mut Rng) -> String {
    let list = |most: usize, rng: &mut Rng| {
        let ranges: Vec<String> = (0..rng.below(most)).map(|_| range(rng)).collect();
        ranges.join(", ")
    };
    let mut text = "stack: prod\nregion: us-east-1\nnetwork:\n".to_owned();
    let blocks = list(6, rng);
    let connected = list(4, rng);
    writeln!(text, "  cidr: {}", range(rng)).unwrap();
    writeln!(text, "  secondary-cidrs: [{blocks}]").unwrap();
    if !connected.is_empty() {
        writeln!(text, "  connected: {{ others: [{connected}] }}").unwrap();
    }
    if rng.chance(50) {
        writeln!(text, "cluster: {{ service-cidr: {} }}", range(rng)).unwrap();
    }
    text
}

/// The errors of ranges that are offered another one.
const OFFERING: [&str; 11] = [
    "EKS105", "EKS106", "EKS109", "EKS110", "EKS111", "EKS112", "EKS113", "EKS118", "EKS120",
    "EKS121", "EKS122",
];

fn of_ranges(findings: &Findings) -> Vec<&Finding> {
    findings
        .iter()
        .filter(|f| f.severity == Severity::Error && OFFERING.contains(&f.code.as_str()))
        .collect()
}

/// The text with every offer taken.
fn taken(text: &str, findings: &Findings) -> String {
    let mut edits: Vec<_> = findings.iter().filter_map(|f| f.edit.clone()).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    edits.dedup_by_key(|edit| edit.span.start);
    let mut text = text.to_owned();
    for edit in edits {
        let place = edit.span.start as usize..edit.span.end as usize;
        text.replace_range(place, &edit.replacement);
    }
    text
}

/// Offers look at what is written and what else is offered. What stands on something wrong is judged once that is mended,
/// so a second and third look may have more to say.
#[test]
fn offers_can_be_taken() {
    let mut mended = 0;
    for seed in 0..u64::try_from(cases(1500, 40_000)).unwrap() {
        let first = random_spec(&mut Rng::new(seed));
        let mut text = first.clone();
        for _ in 0..4 {
            let findings = said(&text);
            if of_ranges(&findings).is_empty() {
                break;
            }
            text = taken(&text, &findings);
        }
        let findings = said(&text);
        let left: Vec<_> = of_ranges(&findings)
            .into_iter()
            .filter(|f| {
                !f.help
                    .as_deref()
                    .unwrap_or_default()
                    .contains(" is left that fits")
            })
            .map(|f| format!("{}: {}; {:?}", f.code, f.message, f.help))
            .collect();
        assert!(
            left.is_empty(),
            "{seed}: {first}\nmended to\n{text}\n{left:#?}"
        );
        mended += usize::from(text != first);
    }
    assert!(mended > 500, "{mended}");
}

/// The primary block leaves the family of one that has to leave it, too: neither waits for the other.
#[test]
fn offers_of_blocks_that_must_all_move_fit_together() {
    let text = spec(
        "cidr: 10.1.0.0/16, secondary-cidrs: [10.2.0.0/16], connected: { office: 10.0.0.0/8 }",
        "",
    );
    let findings = said(&text);
    let helps: Vec<_> = of_ranges(&findings)
        .iter()
        .map(|f| f.help.clone())
        .collect();
    assert_eq!(
        helps,
        ["write 172.16.0.0/16", "write 100.64.0.0/16"].map(|help| Some(help.to_owned()))
    );
    let mended = taken(&text, &findings);
    assert!(of_ranges(&said(&mended)).is_empty(), "{mended}");
    // One that can stay says where the primary block may be.
    let text = spec(
        "cidr: 10.1.0.0/16, secondary-cidrs: [10.200.0.0/16], connected: { office: 10.0.0.0/9 }",
        "",
    );
    let helps: Vec<_> = of_ranges(&said(&text))
        .iter()
        .map(|f| f.help.clone())
        .collect();
    assert_eq!(helps, [Some("write 10.128.0.0/16".to_owned())]);
}

fn service_range(network: &str) -> String {
    let text = spec(network, "");
    let loaded = load("spec", Some(Format::Yaml), &text, &mut Sources::new());
    let synthesis = loaded
        .synthesize(&Ledger::new())
        .unwrap_or_else(|findings| panic!("{findings:#?}"));
    synthesis.plan().service_cidr.unwrap().to_string()
}

#[test]
fn the_default_range_of_services_keeps_clear_of_the_vpc() {
    for (network, services) in [
        ("cidr: 10.20.0.0/16", "172.20.0.0/16"),
        ("cidr: 172.18.0.0/16", "10.100.0.0/16"),
        (
            "cidr: 10.20.0.0/16, secondary-cidrs: [100.64.0.0/16]",
            "172.20.0.0/16",
        ),
        // EKS would replace a cluster that has the range already.
        (
            "cidr: 10.20.0.0/16, connected: { lab: 172.16.0.0/12 }",
            "172.20.0.0/16",
        ),
    ] {
        assert_eq!(service_range(network), services, "{network}");
    }
}

#[test]
fn a_connected_network_in_the_range_of_services_is_told() {
    let told = |network: &str, cluster: &str| -> Vec<_> {
        let findings = said(&spec(network, cluster)).into_iter();
        findings.filter(|f| f.code.as_str() == "EKS119").collect()
    };
    let lab = "cidr: 10.20.0.0/16, connected: { lab: 172.16.0.0/12 }";
    let [warning] = &told(lab, "")[..] else {
        unreachable!("one warning");
    };
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(
        warning.message,
        "the service range 172.20.0.0/16 overlaps 172.16.0.0/12 of the connected network `lab`"
    );
    let help = warning.help.as_deref().unwrap();
    let range = help
        .strip_prefix("add `service-cidr: ")
        .and_then(|rest| rest.strip_suffix("` to the cluster"));
    let stated = format!("cluster: {{ service-cidr: {} }}", range.unwrap());
    assert!(told(lab, &stated).is_empty());
    let none = told(
        "cidr: 100.64.0.0/16, connected: { all: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16] }",
        "",
    );
    assert_eq!(none.len(), 1);
    assert!(none[0].help.as_deref().unwrap().contains("no /16 is left"));
}

#[test]
fn late_private_blocks_are_remarked_on() {
    let late = said(&spec(
        "cidr: 10.20.0.0/16, secondary-cidrs: [100.64.0.0/16, 10.21.0.0/16]",
        "",
    ));
    let remarks: Vec<_> = late
        .iter()
        .filter(|f| f.code.as_str() == "EKS111")
        .map(|f| (f.severity, f.message.as_str()))
        .collect();
    assert_eq!(
        remarks,
        [(Severity::Info, "10.21.0.0/16 is listed after 100.64.0.0/16")]
    );
    let early = said(&spec(
        "cidr: 10.20.0.0/16, secondary-cidrs: [10.21.0.0/16, 100.64.0.0/16]",
        "",
    ));
    assert!(early.iter().all(|f| f.code.as_str() != "EKS111"));
}

/// A network without a way out, so that everything goes through endpoints.
fn offline() -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .zones(2)
        .secondary_cidr(cidr!("100.64.0.0/16"))
        .security(SecurityMode::Restricted)
        .endpoints(["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"]);
    let nodes = net.add(Tier::isolated("nodes").prefix(20));
    net.add(Tier::isolated("control-plane").prefix(27));
    net.endpoints_in(&nodes);
    Stack::network_only("prod", Region::UsEast1, net)
}

#[test]
fn endpoints_let_every_block_in() {
    let synthesis = offline().synthesize().unwrap_or_else(|f| panic!("{f:#?}"));
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let mut sources: Vec<_> = resources
        .values()
        .filter(|resource| resource["Type"] == "AWS::EC2::SecurityGroupIngress")
        .map(|resource| {
            let rule = &resource["Properties"];
            (rule["CidrIp"].to_string(), rule["FromPort"].clone())
        })
        .collect();
    sources.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        sources,
        [
            ("\"10.20.0.0/16\"".to_owned(), json!(443)),
            ("\"100.64.0.0/16\"".to_owned(), json!(443))
        ]
    );
}

#[test]
fn programs_and_specs_build_the_same_blocks_in_any_order() {
    let net = Network::new(cidr!("10.20.0.0/16"))
        .secondary_cidr(cidr!("10.21.0.0/16"))
        .secondary_cidr(cidr!("10.2.0.0/20"))
        .secondary_cidr(cidr!("100.64.0.0/16"))
        .connected("office", [cidr!("192.168.0.0/16")])
        .connected("lab", [cidr!("172.30.0.0/16"), cidr!("172.31.0.0/16")]);
    let program = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
    let program = program.synthesize().unwrap_or_else(|f| panic!("{f:#?}"));
    for blocks in [
        "10.21.0.0/16, 10.2.0.0/20, 100.64.0.0/16",
        "100.64.0.0/16, 10.2.0.0/20, 10.21.0.0/16",
    ] {
        let text = spec(
            &format!(
                "cidr: 10.20.0.0/16, secondary-cidrs: [{blocks}], connected: {{ office: 192.168.0.0/16, lab: [172.30.0.0/16, 172.31.0.0/16] }}"
            ),
            "cluster: { version: \"1.35\" }",
        );
        let loaded = load("spec", Some(Format::Yaml), &text, &mut Sources::new());
        let spec = loaded
            .synthesize(&Ledger::new())
            .unwrap_or_else(|findings| panic!("{findings:#?}"));
        assert_eq!(program.cloudformation(), spec.cloudformation());
        assert_eq!(program.terraform().main, spec.terraform().main);
    }
}
