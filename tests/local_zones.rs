//! Tiers in Local Zones: where their subnets are, how they leave, and what does not stand there.

#![cfg(feature = "spec")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

use std::collections::BTreeMap;

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::plan::{Ledger, Listing, LockFile, Plan};
use eksnet::prelude::*;
use eksnet::spec::{Format, load};
use serde_json::{Value, json};

const ZONE: &str = "usw2-lax1-az1";

/// A spec whose network has these tiers besides the usual ones, and which has more at its end.
fn text(network: &str, tiers: &str, rest: &str) -> String {
    format!(
        "stack: game\nregion: us-west-2\nnetwork:\n  cidr: 10.60.0.0/16\n{network}  tiers:\n    \
         public: {{ access: public, prefix: 24 }}\n    nodes: {{ access: private, prefix: 20 }}\n    \
         control-plane: {{ access: isolated, prefix: 27 }}\n{tiers}{rest}"
    )
}

const EDGE: &str =
    "    edge: { access: private, prefix: 22, local-zones: { usw2-lax1-az1: usw2-az2 } }\n";

/// A node group in the usual tier, and one in the Local Zone.
const GROUPS: &str = "cluster:\n  node-groups:\n    \
    system: { tier: nodes, instance-types: [m6i.large], size: { min: 2, max: 4 } }\n    \
    edge: { tier: edge, instance-types: [t3.xlarge], size: { min: 1, max: 4 } }\n";

fn edge() -> String {
    text("", EDGE, GROUPS)
}

fn read(text: &str, ledger: &Ledger) -> Result<Synthesis, Findings> {
    load("game.yaml", Some(Format::Yaml), text, &mut Sources::new()).synthesize(ledger)
}

fn synthesis(text: &str) -> Synthesis {
    read(text, &Ledger::new()).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// The codes of what is said of a spec, by severity.
fn codes(text: &str, severity: Severity) -> Vec<String> {
    let of = |all: &Findings| {
        let some = all.iter().filter(|finding| finding.severity == severity);
        some.map(|finding| finding.code.as_str().to_owned())
            .collect()
    };
    match read(text, &Ledger::new()) {
        Ok(synthesis) => of(synthesis.findings()),
        Err(findings) => of(&findings),
    }
}

fn errors(text: &str) -> Vec<String> {
    codes(text, Severity::Error)
}

fn warnings(text: &str) -> Vec<String> {
    codes(text, Severity::Warning)
}

/// What the template has of a resource.
fn properties(synthesis: &Synthesis, id: &str) -> Value {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
    template["Resources"][id]["Properties"].clone()
}

/// What the module has of a resource.
fn argument(synthesis: &Synthesis, kind: &str, name: &str) -> Value {
    let module: Value = serde_json::from_str(&synthesis.terraform().main).expect("JSON");
    module["resource"][kind][name].clone()
}

/// The range of every subnet, by its key.
fn ranges(plan: &Plan) -> Vec<(String, String)> {
    let subnets = plan.tiers.iter().flat_map(|tier| &tier.subnets);
    subnets
        .map(|subnet| (subnet.key.to_string(), subnet.cidr.to_string()))
        .collect()
}

#[test]
fn a_tier_is_where_it_says_and_leaves_through_the_parent() {
    let made = synthesis(&edge());
    let subnet = properties(&made, "SubnetEdgeUsw2Lax1Az1");
    assert_eq!(subnet["AvailabilityZoneId"], ZONE);
    assert_eq!(subnet["MapPublicIpOnLaunch"], false);
    let same = argument(&made, "aws_subnet", "edge_usw2_lax1_az1");
    assert_eq!(same["availability_zone_id"], ZONE);
    assert_eq!(same["cidr_block"], subnet["CidrBlock"]);

    let way = properties(&made, "RouteEdgeUsw2Lax1Az1Internet");
    assert_eq!(
        way["NatGatewayId"],
        json!({ "Ref": "NatGatewayPublicUsw2Az2" })
    );
    let same = argument(&made, "aws_route", "edge_usw2_lax1_az1_internet");
    assert_eq!(
        same["nat_gateway_id"],
        "${aws_nat_gateway.public_usw2_az2.id}"
    );
    // No gateway is made for it, and none is missing for the others.
    assert_eq!(made.plan().nats.len(), 3);
}

#[test]
fn nodes_stand_there_and_nothing_else_of_the_cluster() {
    let made = synthesis(&edge());
    let group = properties(&made, "NodeGroupEdge");
    assert_eq!(
        group["Subnets"],
        json!([{ "Ref": "SubnetEdgeUsw2Lax1Az1" }])
    );
    let cluster = properties(&made, "Cluster")["ResourcesVpcConfig"]["SubnetIds"].to_string();
    assert!(cluster.contains("SubnetControlPlaneUsw2Az1"), "{cluster}");
    assert!(!cluster.contains("Lax1"), "{cluster}");
    let tags = properties(&made, "SubnetEdgeUsw2Lax1Az1")["Tags"].to_string();
    assert!(!tags.contains("role/"), "{tags}");
    // gp3 is not in every Local Zone.
    let volume = |name: &str| {
        let template = argument(&made, "aws_launch_template", name);
        template["block_device_mappings"][0]["ebs"]["volume_type"].clone()
    };
    assert_eq!(
        (volume("edge"), volume("system")),
        (json!("gp2"), json!("gp3"))
    );
}

#[test]
fn a_local_zone_moves_nothing() {
    let without = synthesis(&text("", "", ""));
    // Largest first would put it before the nodes.
    let tier =
        "    arena: { access: private, prefix: 18, local-zones: { usw2-lax1-az1: usw2-az2 } }\n";
    let fresh = synthesis(&text("", tier, ""));
    let (before, after) = (ranges(without.plan()), ranges(fresh.plan()));
    assert_eq!(after.len(), before.len() + 1);
    assert!(
        before.iter().all(|subnet| after.contains(subnet)),
        "{after:?}"
    );
    // The same by the ledger, which then knows the zone when it is read again.
    let grown = read(&text("", tier, ""), &without.plan().ledger()).expect("it grows");
    assert!(
        before
            .iter()
            .all(|subnet| ranges(grown.plan()).contains(subnet))
    );
    let mut file = LockFile::default();
    file.set("game", "us-west-2", grown.plan().ledger());
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let again = LockFile::read("eksnet.lock", &file.text(), &mut sources, &mut findings);
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!(
        again.ledger("game", "us-west-2"),
        Some(&grown.plan().ledger())
    );
    // A number of zones counts Availability Zones alone.
    assert_eq!(grown.plan().zones, without.plan().zones);
    let second = read(&text("", tier, ""), &grown.plan().ledger()).expect("it stays");
    assert_eq!(second.plan().ledger(), grown.plan().ledger());
}

#[test]
fn a_program_says_the_same() {
    let mut net = Network::new(cidr!("10.60.0.0/16"));
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(20));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let edge_tier = Tier::private("edge", Nat::per_zone(&public)).prefix(22);
    let edge_tier = net.add(edge_tier.in_local_zones([(ZONE, "usw2-az2")]));
    let system = NodeGroup::new("system", &nodes).instance_types(["m6i.large"]);
    let near = NodeGroup::new("edge", &edge_tier).instance_types(["t3.xlarge"]);
    let cluster = Cluster::new("game", "1.35")
        .control_plane(&control)
        .node_group(system.size(2, 4))
        .node_group(near.size(1, 4));
    let stack = Stack::new("game", Region::UsWest2, net, cluster);
    let program = stack.synthesize().expect("no errors");
    assert_eq!(
        program.terraform().main,
        synthesis(&edge()).terraform().main
    );
}

#[test]
fn what_is_not_said_stands_elsewhere() {
    // The only node group is in the Local Zone: endpoints, the resolver and the control plane are not.
    let near = "cluster:\n  node-groups:\n    \
        edge: { tier: edge, instance-types: [t3.xlarge], size: { min: 1, max: 4 } }\n";
    let network = "  endpoints: [s3, ecr.api]\n  inbound-resolver: { from: [192.168.0.0/16] }\n  \
        connected: { office: 192.168.0.0/16 }\n";
    let made = synthesis(&text(network, EDGE, near));
    let module = made.terraform().main;
    let module: Value = serde_json::from_str(&module).expect("JSON");
    for kind in [
        "aws_vpc_endpoint",
        "aws_route53_resolver_endpoint",
        "aws_eks_cluster",
    ] {
        let all = module["resource"][kind].as_object().expect("there is one");
        for (name, body) in all {
            assert!(
                !body["subnet_ids"].to_string().contains("lax1"),
                "{kind} {name}"
            );
            assert!(
                !body.to_string().contains("aws_subnet.edge"),
                "{kind} {name}"
            );
        }
    }
}

#[test]
fn gateways_are_those_of_the_parents() {
    let nat = |count: &str| {
        let edge = format!(
            "    edge: {{ access: private, local-zones: {{ usw2-lax1-az1: usw2-az3 }}, nat: {count} }}\n"
        );
        let made = synthesis(&text("", &edge, ""));
        let way = properties(&made, "RouteEdgeUsw2Lax1Az1Internet");
        way["NatGatewayId"]["Ref"].as_str().map(str::to_owned)
    };
    let parent = Some("NatGatewayPublicUsw2Az3".to_owned());
    assert_eq!(nat("per-zone"), parent);
    assert_eq!(nat("single"), parent);
    assert_eq!(nat("2"), parent);
    assert_eq!(nat("none"), None);
    // A detour is what somebody asked for, and a warning.
    assert_eq!(
        nat("{ zones: [usw2-az1] }").as_deref(),
        Some("NatGatewayPublicUsw2Az1")
    );
}

#[test]
fn without_ipv6_there_is_no_route_for_it() {
    let tiers = format!(
        "{EDGE}    near: {{ access: public, local-zones: {{ usw2-lax1-az1: usw2-az2 }} }}\n"
    );
    let made = synthesis(&text("  ipv6: true\n", &tiers, ""));
    for subnet in ["edge_usw2_lax1_az1", "near_usw2_lax1_az1"] {
        let subnet = argument(&made, "aws_subnet", subnet);
        assert_eq!(subnet.get("ipv6_cidr_block"), None);
        assert_eq!(subnet.get("assign_ipv6_address_on_creation"), None);
    }
    assert!(
        argument(&made, "aws_subnet", "nodes_usw2_az1")
            .get("ipv6_cidr_block")
            .is_some()
    );
    let routes = argument(&made, "aws_route", "nodes_usw2_az1_internet_ipv6");
    assert!(routes.is_object());
    for route in ["edge_usw2_lax1_az1_internet_ipv6", "near_internet_ipv6"] {
        assert!(argument(&made, "aws_route", route).is_null(), "{route}");
    }
    let groups = format!("{GROUPS}  ip-family: ipv6\n");
    assert_eq!(errors(&text("  ipv6: true\n", EDGE, &groups)), ["EKS129"]);
}

#[test]
fn pods_follow_their_nodes() {
    let pods = |zones: &str| {
        let tier = format!("    pods: {{ access: isolated, prefix: 20, {zones} }}\n");
        let cluster = format!("{GROUPS}  pods: {{ tier: pods, placement: custom-networking }}\n");
        text("", &format!("{EDGE}{tier}"), &cluster)
    };
    let near = "zones: [usw2-az1, usw2-az2, usw2-az3], local-zones: { usw2-lax1-az1: usw2-az2 }";
    let made = synthesis(&pods(near));
    let settings = properties(&made, "AddonVpcCni")["ConfigurationValues"].to_string();
    assert!(settings.contains(ZONE), "{settings}");
    // Nodes there are never ready without.
    assert_eq!(
        errors(&pods("zones: [usw2-az1, usw2-az2, usw2-az3]")),
        ["EKS752"]
    );
    // Only pods are in zones of both kinds.
    let both = format!("    more: {{ access: isolated, {near} }}\n");
    assert_eq!(errors(&text("", &both, "")), ["SPEC083"]);
}

#[test]
fn karpenter_is_not_led_there() {
    let made = synthesis(&format!("{}  karpenter: true\n", edge()));
    let tags = |id: &str| properties(&made, id)["Tags"].to_string();
    assert!(tags("SubnetNodesUsw2Az1").contains("karpenter.sh/discovery"));
    assert!(!tags("SubnetEdgeUsw2Lax1Az1").contains("karpenter.sh/discovery"));
}

#[test]
fn a_transit_gateway_is_reached_through_the_parent() {
    let core = "  connected:\n    core:\n      cidrs: [10.90.0.0/16]\n      \
        by: { transit-gateway: { id: tgw-0123456789abcdef0 } }\n";
    let made = synthesis(&text(core, EDGE, GROUPS));
    let attached = argument(&made, "aws_ec2_transit_gateway_vpc_attachment", "core");
    let subnets = attached["subnet_ids"].to_string();
    assert!(
        subnets.contains("transit_usw2_az2") && !subnets.contains("lax1"),
        "{subnets}"
    );
    let module = made.terraform().main;
    assert!(
        module.contains("\"edge_usw2_lax1_az1_to_10x90x0x0_16"),
        "it leads there"
    );
    assert_eq!(warnings(&text(core, EDGE, GROUPS)), [""; 0]);
    // Without a subnet in the parent nothing of the Local Zone gets there.
    let small = "    transit: { access: isolated, prefix: 28, zones: [usw2-az1, usw2-az3] }\n";
    let cut_off = text(
        core,
        &format!("{EDGE}{small}"),
        &GROUPS.replace("tier: nodes", "tier: edge"),
    );
    assert_eq!(warnings(&cut_off), ["EKS887"]);
}

#[test]
fn what_is_refused_says_so() {
    for (network, tiers, rest, code) in [
        // Ids and their kinds.
        (
            "",
            "    edge: { access: isolated, local-zones: { us-west-2-lax-1a: usw2-az2 } }\n",
            "",
            "EKS240",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { usw2-az1: usw2-az2 } }\n",
            "",
            "SPEC083",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { usw2-lax1-az1: us-west-2b } }\n",
            "",
            "EKS240",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { usw2-lax1-az1: usw2-lax1-az1 } }\n",
            "",
            "SPEC083",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { usw2-wl1-las-wlz1: usw2-az2 } }\n",
            "",
            "EKS204",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { use1-bos1-az1: usw2-az2 } }\n",
            "",
            "PLAN003",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { usw2-lax1-az1: use1-az2 } }\n",
            "",
            "PLAN003",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { los-angeles: usw2-az2 } }\n",
            "",
            "SPEC015",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: {} }\n",
            "",
            "SPEC083",
        ),
        (
            "",
            "    edge: { access: isolated, local-zones: { usw2-lax1-az1: usw2-az2 }, cidrs: { usw2-az1: 10.60.0.0/24 } }\n",
            "",
            "SPEC014",
        ),
        // What does not stand there.
        ("", EDGE, "cluster: { control-plane: edge }\n", "EKS205"),
        (
            "  inbound-resolver: { tier: edge, from: [192.168.0.0/16] }\n  connected: { office: 192.168.0.0/16 }\n",
            EDGE,
            "",
            "SPEC084",
        ),
        (
            "  connected: { core: { cidrs: [10.90.0.0/16], by: { transit-gateway: { id: tgw-0123456789abcdef0, tier: edge } } } }\n",
            EDGE,
            "",
            "SPEC084",
        ),
        (
            "",
            "    near: { access: public, local-zones: { usw2-lax1-az1: usw2-az2 } }\n    more: { access: private, nat: { tier: near } }\n",
            "",
            "SPEC084",
        ),
        (
            "",
            EDGE,
            &format!("{GROUPS}  made-by: eksctl\n  access: {{ creator-admin: true }}\n"),
            "SPEC056",
        ),
    ] {
        let text = text(network, tiers, rest);
        let errors = errors(&text);
        assert!(
            errors.iter().any(|error| error == code),
            "{code}, not {errors:?}, of\n{text}"
        );
    }
}

#[test]
fn pinned_ranges_are_kept() {
    let pinned = "    edge: { access: private, cidrs: { usw2-lax1-az1: 10.60.252.0/22 }, local-zones: { usw2-lax1-az1: usw2-az2 } }\n";
    let made = synthesis(&text("", pinned, ""));
    let subnet = properties(&made, "SubnetEdgeUsw2Lax1Az1");
    assert_eq!(subnet["CidrBlock"], "10.60.252.0/22");
}

#[test]
fn what_exists_there_is_adopted_by_its_tier() {
    let text = text("", EDGE, "");
    let planned = synthesis(&text);
    let subnets: Vec<Value> = planned
        .plan()
        .tiers
        .iter()
        .flat_map(|tier| tier.subnets.iter().map(move |subnet| (tier, subnet)))
        .zip(1..)
        .map(|((tier, subnet), number)| {
            // Two private tiers: the zone decides.
            let tags = vec![
                json!({ "Key": "Name", "Value": format!("{} {number}", tier.access.as_str()) }),
            ];
            json!({
                "SubnetId": format!("subnet-0{number}"), "VpcId": "vpc-0d1",
                "CidrBlock": subnet.cidr.to_string(),
                "AvailabilityZoneId": subnet.key.zone.to_string(),
                "MapPublicIpOnLaunch": tier.name == "public", "Tags": tags,
            })
        })
        .collect();
    let listing = json!({ "Subnets": subnets }).to_string();
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let stack = load("game.yaml", Some(Format::Yaml), &text, &mut sources);
    let stack = stack.stack.expect("a stack");
    let listing = Listing::read("subnets.json", &listing, &mut sources, &mut findings);
    let by_id = BTreeMap::new();
    let adopted = stack
        .adopt(&listing.expect("a listing"), &by_id, &Ledger::new())
        .unwrap_or_else(|findings| panic!("{findings:#?}"));
    let zone = adopted.keys.iter().find(|key| key.zone.is_local());
    assert_eq!(zone.map(|key| key.tier.as_str()), Some("edge"));
    let again = read(&text, &adopted.ledger).expect("it is as it was");
    assert_eq!(ranges(again.plan()), ranges(planned.plan()));
}

#[test]
fn existing_subnets_may_be_there() {
    let subnet = |number: u8, zone: &str, range: &str| {
        format!("{zone}: {{ subnet: subnet-0a1b2c3d4e5f607{number:02}, cidr: {range} }}")
    };
    let text = |control: &str| {
        format!(
            "stack: game\nregion: us-west-2\nnetwork:\n  existing: vpc-0a1b2c3d4e5f60718\n  cidr: 10.60.0.0/16\n  tiers:\n    \
             nodes: {{ access: private, existing: {{ {}, {} }} }}\n    \
             edge: {{ access: private, existing: {{ {} }} }}\n{GROUPS}  control-plane: {control}\n",
            subnet(1, "usw2-az1", "10.60.0.0/20"),
            subnet(2, "usw2-az2", "10.60.16.0/20"),
            subnet(3, ZONE, "10.60.52.0/22"),
        )
    };
    let made = synthesis(&text("nodes"));
    let group = argument(&made, "aws_eks_node_group", "edge");
    assert_eq!(group["subnet_ids"], json!(["subnet-0a1b2c3d4e5f60703"]));
    let tags = made.terraform().main;
    let tags: Value = serde_json::from_str(&tags).expect("JSON");
    let tags = tags["resource"]["aws_ec2_tag"].to_string();
    assert!(tags.contains("subnet-0a1b2c3d4e5f60701"), "{tags}");
    assert!(!tags.contains("subnet-0a1b2c3d4e5f60703"), "{tags}");
    assert_eq!(errors(&text("edge")), ["EKS205"]);
}
