//! One mistake is one error, and programs hear of it as specs do.

#![cfg(feature = "spec")]

use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::network::Ipv4Net;
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::spec;

fn errors(findings: &Findings) -> Vec<String> {
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    errors
        .map(|f| format!("{}: {}", f.code, f.message))
        .collect()
}

/// What is wrong with a spec.
fn of_spec(text: &str) -> Vec<String> {
    let loaded = spec::load("spec.yaml", None, text, &mut Sources::new());
    match loaded.synthesize(&Ledger::new()) {
        Ok(_) => Vec::new(),
        Err(findings) => errors(&findings),
    }
}

/// A spec with two tiers and this in its network.
fn network(zones: &str, nat: &str, more: &str) -> String {
    format!(
        "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: {zones}
  tiers:
    public: {{ access: public }}
    nodes: {{ access: private, nat: {nat} }}
  {more}
"
    )
}

#[test]
fn unknown_zones_are_not_too_few_for_gateways() {
    let wrong = ["EKS240: `us-east-1a` is a zone's name, not its id"];
    for nat in [
        "single",
        "{ zones: [use1-az1] }",
        "{ zones: [use1-az1], allocations: [eipalloc-1] }",
    ] {
        assert_eq!(
            of_spec(&network("[us-east-1a, use1-az1]", nat, "")),
            wrong,
            "{nat}"
        );
    }
}

#[test]
fn a_copy_of_a_network_has_tiers_of_its_own() {
    let mut base = Network::new(cidr!("10.20.0.0/16")).zones(2);
    let public = base.add(Tier::public("public"));
    let nodes = base.add(Tier::private("nodes", Nat::single(&public)));
    let mut copy = base.clone();
    let batch = copy.add(Tier::isolated("batch"));
    base.add(Tier::isolated("data"));
    let stack = |net: &Network, tier| {
        let cluster = Cluster::new("prod", "1.35").control_plane(&tier);
        Stack::new("prod", Region::UsEast1, net.clone(), cluster).check()
    };
    let foreign = ["SPEC013: this tier belongs to another network"];
    assert_eq!(errors(&stack(&base, batch)), foreign);
    assert!(errors(&stack(&copy, batch)).is_empty());

    let with_nodes = |net: Network| {
        let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("a", &nodes));
        Stack::new("prod", Region::UsEast1, net, cluster).check()
    };
    assert!(errors(&with_nodes(base)).is_empty());
    assert!(errors(&with_nodes(copy)).is_empty());
}

#[test]
fn a_copy_does_not_take_a_later_tier_for_a_default_one() {
    let mut base = Network::new(cidr!("10.20.0.0/16"));
    let copy = base.clone();
    let data = base.add(Tier::isolated("data"));
    let cluster = Cluster::new("prod", "1.35").control_plane(&data);
    let findings = Stack::new("prod", Region::UsEast1, copy, cluster).check();
    assert_eq!(
        errors(&findings),
        ["SPEC013: this tier belongs to another network"]
    );
}

#[test]
fn interface_endpoints_can_stand_in_a_default_tier() {
    let text = "stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  endpoints: [s3, sts]
  endpoint-tier: control-plane
";
    assert_eq!(of_spec(text), [""; 0]);
}

#[test]
fn days_are_those_of_the_place_that_keeps_them() {
    let with = |logs: &str| of_spec(&network("2", "single", &format!("flow-logs: {logs}")));
    assert_eq!(with("{ to: s3, retention-days: 200 }"), [""; 0]);
    assert_eq!(
        with("{ retention-days: 200 }"),
        ["SPEC006: CloudWatch Logs cannot keep lines for 200 days"]
    );
    assert_eq!(
        with("{ to: s3, retention-days: 0 }"),
        ["SPEC006: a bucket cannot keep records for 0 days"]
    );
    assert_eq!(
        with("{ to: s3, bucket: \"arn:aws:s3:::logs\", retention-days: 30, kms-key: create }"),
        [
            "SPEC018: the key of an existing bucket is its owner's affair",
            "SPEC018: how long an existing bucket keeps records is its owner's affair",
        ]
    );
}

#[test]
fn reserved_groups_are_refused() {
    let cluster = |group: &str| {
        let entry =
            AccessEntry::new("admins", "arn:aws:iam::111122223333:role/admins").group(group);
        let net = Network::new(cidr!("10.20.0.0/16"));
        let cluster = Cluster::new("prod", "1.35").access(entry);
        errors(&Stack::new("prod", Region::UsEast1, net, cluster).check())
    };
    for prefix in ["system:", "eks:", "aws:", "amazon:", "iam:"] {
        let group = format!("{prefix}masters");
        assert_eq!(
            cluster(&group),
            [format!(
                "SPEC015: EKS refuses the Kubernetes group `{group}`"
            )]
        );
    }
    assert_eq!(cluster("masters"), [""; 0]);
}

#[test]
fn ranges_of_programs_have_no_bits_below_their_prefix() {
    let range: Ipv4Net = "10.20.1.7/16".parse().unwrap_or_default();
    let net = Network::new(range);
    let cluster = Cluster::new("prod", "1.35");
    let findings = Stack::new("prod", Region::UsEast1, net, cluster).check();
    assert_eq!(
        errors(&findings),
        ["EKS109: 10.20.1.7/16 has bits set below its prefix"]
    );
}

#[test]
fn a_gateway_has_one_address() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    let public = net.add(Tier::public("public"));
    net.add(Tier::private(
        "a",
        Nat::single(&public).allocations(["eipalloc-1"]),
    ));
    net.add(Tier::private(
        "b",
        Nat::single(&public).allocations(["eipalloc-2"]),
    ));
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    assert_eq!(
        errors(&stack.check()),
        [
            "EKS404: the NAT gateway in use1-az1 would have two Elastic IPs, eipalloc-1 and eipalloc-2"
        ]
    );
}

#[test]
fn an_address_has_one_gateway() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    let public = net.add(Tier::public("public"));
    net.add(Tier::private(
        "a",
        Nat::per_zone(&public).allocations(["eipalloc-1", "eipalloc-1"]),
    ));
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    assert_eq!(
        errors(&stack.check()),
        ["SPEC012: eipalloc-1 is the address of two NAT gateways"]
    );
}

#[test]
fn programs_and_specs_have_the_same_addresses() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    let public = net.add(Tier::public("public"));
    net.add(Tier::private(
        "nodes",
        Nat::single(&public).allocations(["elastic"]),
    ));
    let stack = Stack::network_only("prod", Region::UsEast1, net);
    let text = network("2", "{ zones: single, allocations: [elastic] }", "");
    let wrong = ["SPEC015: `elastic` is not the allocation id of an Elastic IP"];
    assert_eq!(errors(&stack.check()), wrong);
    assert_eq!(of_spec(&text), wrong);
}

#[test]
fn no_room_does_not_hide_the_rest() {
    let text = network("2", "single", "endpoints: [s3]").replace("/16", "/26")
        + "cluster: { service-cidr: 10.20.0.0/16 }\n";
    let codes: Vec<_> = of_spec(&text).iter().map(|e| e[..7].to_owned()).collect();
    assert_eq!(codes, ["PLAN001", "EKS122:"].map(str::to_owned));
}

#[test]
fn restricted_nodes_in_a_public_tier_reach_what_they_need() {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .zones(2)
        .security(SecurityMode::Restricted)
        .endpoints([""; 0]);
    let public = net.add(Tier::public("public"));
    let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("web", &public));
    let stack = Stack::new("prod", Region::UsEast1, net, cluster);
    let template = stack
        .synthesize()
        .map(|synthesis| synthesis.cloudformation());
    assert!(template.is_ok_and(|text| text.contains("EgressRuleNodesTo0x0x0x00")));
}

#[test]
fn a_size_that_no_subnet_has_is_no_lack_of_addresses() {
    let text =
        network("2", "single", "").replace("access: public }", "access: public, prefix: 29 }");
    assert_eq!(
        of_spec(&text),
        ["EKS212: subnets of tier `public` are a /29, not a /16 to a /28"]
    );
}
