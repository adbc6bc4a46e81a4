//! Connections to other networks: what is built, what waits for what, what leads where, and what may not be.

#![cfg(feature = "spec")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that stops is a test that fails"
)]

use std::collections::BTreeSet;

use eksnet::Synthesis;
use eksnet::diagnostic::{Severity, Sources, Style, full};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::spec::{Format, load};
use serde_json::Value;

const TIERS: &str = "
    nodes: { access: private, prefix: 20, nat: none }
    control-plane: { access: isolated, prefix: 27 }";

const CLUSTER: &str = "
cluster:
  version: \"1.35\"
  endpoint: { access: private }
  node-groups:
    system: { tier: nodes, instance-types: [m6i.large], size: { min: 1, max: 3 } }
";

/// What nodes without a way out need.
const ENDPOINTS: &str = "
  endpoints: [s3, ec2, ecr.api, ecr.dkr, eks, eks-auth, sts]";

fn spec(connected: &str) -> String {
    format!(
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  zones: 2{ENDPOINTS}\n  tiers:{TIERS}\n  connected:\n{connected}{CLUSTER}"
    )
}

fn try_with(text: &str, ledger: &Ledger) -> (Option<Synthesis>, Vec<(String, Severity)>, String) {
    let mut sources = Sources::new();
    let loaded = load("prod.yaml", Some(Format::Yaml), text, &mut sources);
    let (synthesis, findings) = match loaded.synthesize(ledger) {
        Ok(synthesis) => {
            let findings = synthesis.findings().clone();
            (Some(synthesis), findings)
        }
        Err(findings) => (None, findings),
    };
    let codes = findings
        .iter()
        .map(|finding| (finding.code.to_string(), finding.severity))
        .collect();
    let shown = full(&findings, &sources, Style::Plain);
    (synthesis, codes, shown)
}

fn synthesis(connected: &str) -> Synthesis {
    let (synthesis, _, shown) = try_with(&spec(connected), &Ledger::new());
    synthesis.unwrap_or_else(|| panic!("{shown}"))
}

/// The codes above info.
fn faults(connected: &str) -> Vec<String> {
    let (_, codes, _) = try_with(&spec(connected), &Ledger::new());
    let mut faults: Vec<String> = codes
        .into_iter()
        .filter(|(_, severity)| *severity != Severity::Info)
        .map(|(code, _)| code)
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

fn template(synthesis: &Synthesis) -> Value {
    serde_json::from_str(&synthesis.cloudformation()).expect("JSON")
}

fn module(synthesis: &Synthesis) -> Value {
    serde_json::from_str(&synthesis.terraform().main).expect("JSON")
}

fn waits(resource: &Value, key: &str) -> BTreeSet<String> {
    let list = resource[key].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

const VPN: &str = "    office:
      cidrs: [192.168.0.0/16]
      by: { vpn: { customer-gateway: { address: 198.18.7.9, asn: 65010 }, static-routes: true } }
";
const LINE: &str = "    line:
      cidrs: [192.168.0.0/16]
      by: { direct-connect-gateway: 5f294f92-bafb-4011-916d-9b0be4a17c33 }
";
const CORE: &str = "    core:
      cidrs: [10.0.0.0/8]
      by: { transit-gateway: { id: tgw-0123456789abcdef0, internet: true } }
      api: true
";
const TOOLS: &str = "    tools:
      cidrs: [172.18.0.0/16]
      by: { peering: { vpc: vpc-0123456789abcdef0 } }
";
const PARTNER: &str = "    partner:
      cidrs: [172.19.0.0/16]
      by: { peering: { accept: pcx-0123456789abcdef0 } }
";

#[test]
fn each_engine_waits_for_what_a_reference_does_not_say() {
    let all = [VPN, LINE, CORE, TOOLS, PARTNER].concat();
    let synthesis = synthesis(&all);
    let (template, module) = (template(&synthesis), module(&synthesis));
    let resources = &template["Resources"];

    // A reference to the gateway does not say that it is attached.
    for id in [
        "RoutePropagationNodesUse1Az1",
        "VpnConnectionOffice",
        "DirectConnectAssociationLine",
    ] {
        let expected = BTreeSet::from(["VpnGatewayAttachment".to_owned()]);
        assert_eq!(waits(&resources[id], "DependsOn"), expected, "{id}");
    }
    // Terraform attaches the gateway when it makes it: the reference is enough.
    let of = |kind: &str, name: &str| module["resource"][kind][name].clone();
    for (kind, name, argument) in [
        (
            "aws_vpn_gateway_route_propagation",
            "nodes_use1_az1",
            "vpn_gateway_id",
        ),
        ("aws_vpn_connection", "office", "vpn_gateway_id"),
        (
            "aws_dx_gateway_association",
            "line",
            "associated_gateway_id",
        ),
    ] {
        assert_eq!(of(kind, name)[argument], "${aws_vpn_gateway.main.id}");
    }
    assert_eq!(
        of("aws_vpn_gateway", "main")["vpc_id"],
        "${aws_vpc.main.id}"
    );
    assert_eq!(
        resources["VpnRouteOfficeTo192x168x0x016"]["Properties"]["VpnConnectionId"]["Ref"],
        "VpnConnectionOffice"
    );

    // A route names the transit gateway, and can be made once the VPC is attached to it.
    for name in ["Internet", "To10x0x0x08"] {
        let route = &resources[format!("RouteNodesUse1Az1{name}")];
        assert_eq!(
            waits(route, "DependsOn"),
            BTreeSet::from(["TransitGatewayAttachmentCore".to_owned()])
        );
    }
    let route = of("aws_route", "nodes_use1_az1_to_10x0x0x0_8");
    assert_eq!(
        waits(&route, "depends_on"),
        BTreeSet::from(["aws_ec2_transit_gateway_vpc_attachment.core".to_owned()])
    );

    // What CloudFormation has no type for, nothing there waits for.
    let route = &resources["RouteNodesUse1Az1To172x19x0x016"];
    assert_eq!(route.get("DependsOn"), None);
    assert_eq!(
        route["Properties"]["VpcPeeringConnectionId"],
        "pcx-0123456789abcdef0"
    );
    let route = of("aws_route", "nodes_use1_az1_to_172x19x0x0_16");
    assert_eq!(
        waits(&route, "depends_on"),
        BTreeSet::from(["aws_vpc_peering_connection_accepter.partner".to_owned()])
    );
}

#[test]
fn node_groups_wait_for_the_routes_of_their_tier() {
    let synthesis = synthesis(&[VPN, CORE, TOOLS].concat());
    let template = template(&synthesis);
    let after = waits(&template["Resources"]["NodeGroupSystem"], "DependsOn");
    for zone in ["Use1Az1", "Use1Az2"] {
        for route in [
            format!("RoutePropagationNodes{zone}"),
            format!("RouteNodes{zone}Internet"),
            format!("RouteNodes{zone}To10x0x0x08"),
            format!("RouteNodes{zone}To172x18x0x016"),
        ] {
            assert!(after.contains(&route), "{route} is not in {after:?}");
        }
    }
    assert!(!after.iter().any(|id| id.starts_with("RouteControlPlane")));
    let after = waits(
        &module(&synthesis)["resource"]["aws_eks_node_group"]["system"],
        "depends_on",
    );
    assert!(after.contains("aws_vpn_gateway_route_propagation.nodes_use1_az1"));
    assert!(after.contains("aws_route.nodes_use1_az2_internet"));
}

#[test]
fn internal_load_balancers_answer_connected_networks() {
    let more = "
    internal: { access: private, prefix: 24, nat: none }
    data: { access: isolated, prefix: 24 }";
    let text = spec(TOOLS)
        .replace("nat: none", "nat: none, load-balancers: false")
        .replace("  connected:", &format!("{}\n  connected:", &more[1..]));
    let (synthesis, _, shown) = try_with(&text, &Ledger::new());
    let template = template(&synthesis.unwrap_or_else(|| panic!("{shown}")));
    let resources = template["Resources"].as_object().expect("resources");
    let routes: Vec<&String> = resources
        .keys()
        .filter(|id| id.ends_with("To172x18x0x016"))
        .collect();
    assert_eq!(
        routes,
        [
            "RouteInternalUse1Az1To172x18x0x016",
            "RouteInternalUse1Az2To172x18x0x016",
            "RouteNodesUse1Az1To172x18x0x016",
            "RouteNodesUse1Az2To172x18x0x016",
        ]
    );
}

#[test]
fn the_control_plane_finds_hybrid_nodes() {
    let hybrid = "  hybrid-nodes:\n    nodes: [192.168.64.0/20]\n    role: arn:aws:iam::111122223333:role/hybrid-nodes\n";
    let leads = |connected: &str| {
        let (synthesis, _, shown) =
            try_with(&format!("{}{hybrid}", spec(connected)), &Ledger::new());
        let template = template(&synthesis.unwrap_or_else(|| panic!("{shown}")));
        let resources = template["Resources"]
            .as_object()
            .expect("resources")
            .clone();
        resources.contains_key("RoutePropagationControlPlane")
            || resources
                .keys()
                .any(|id| id.starts_with("RouteControlPlaneTo"))
    };
    assert!(leads(VPN));
    assert!(leads(
        &CORE
            .replace("10.0.0.0/8", "192.168.0.0/16")
            .replace("api: true", "tiers: [nodes]")
    ));
    let elsewhere = "    plant: 192.168.64.0/20\n";
    assert!(!leads(&[elsewhere, TOOLS].concat()));
}

/// Names are asked of CoreDNS, and Fargate pods carry the group that EKS makes for the cluster.
#[test]
fn hybrid_nodes_ask_for_names_where_core_dns_runs() {
    let asked = |cluster: &str| -> BTreeSet<String> {
        let groups = CLUSTER.split_once("  node-groups").expect("node groups").1;
        let text = spec(VPN).replace(&format!("  node-groups{groups}"), cluster);
        let text = format!(
            "{text}  hybrid-nodes: {{ nodes: [192.168.64.0/20], role: \"arn:aws:iam::111122223333:role/hybrid-nodes\" }}\n"
        );
        let text = text.replace("eks-auth, sts", "eks-auth, sts, sqs, ssm");
        let (synthesis, _, shown) = try_with(&text, &Ledger::new());
        let template = template(&synthesis.unwrap_or_else(|| panic!("{shown}")));
        let resources = template["Resources"].as_object().expect("resources");
        let rules = resources.iter().filter(|(id, rule)| {
            id.starts_with("IngressRule")
                && rule["Properties"]["FromPort"] == 53
                && rule["Properties"]["CidrIp"] == "192.168.64.0/20"
        });
        rules.map(|(id, _)| id.clone()).collect()
    };
    let of = |group: &str| {
        ["Tcp53", "Udp53"]
            .map(|port| format!("IngressRule{group}From19216864020{port}"))
            .into()
    };
    let fargate =
        "  fargate: { system: { tier: nodes, selectors: [{ namespace: kube-system }] } }\n";
    assert_eq!(
        asked("  node-groups: { system: { tier: nodes } }\n"),
        of("Nodes")
    );
    assert_eq!(asked(fargate), of("Cluster"));
    assert_eq!(
        asked(&format!("  karpenter: true\n{fargate}")),
        of("Cluster")
    );
}

#[test]
fn a_peering_alone_leads_to_no_hybrid_nodes() {
    let said = |connected: &str, nodes: &str| {
        let hybrid = format!(
            "  hybrid-nodes:\n    nodes: [{nodes}]\n    role: arn:aws:iam::111122223333:role/hybrid-nodes\n"
        );
        let (_, codes, _) = try_with(&format!("{}{hybrid}", spec(connected)), &Ledger::new());
        let mut codes = codes.into_iter();
        codes.find_map(|(code, severity)| (code == "EKS871").then_some(severity))
    };
    let range = "192.168.64.0/20";
    assert_eq!(said(TOOLS, range), Some(Severity::Error));
    let peering = "    site:\n      cidrs: [192.168.0.0/16]\n      by: { peering: { vpc: vpc-0123456789abcdef1 } }\n";
    assert_eq!(said(peering, range), Some(Severity::Warning));
    // Whoever else leads there, does.
    assert_eq!(said(&[peering, VPN].concat(), range), None);
}

/// The stack makes the control plane's route tables, and writes no route to a network that is only named.
#[test]
fn a_network_that_is_only_named_leads_to_no_hybrid_nodes() {
    let hybrid = "  hybrid-nodes: { nodes: [192.168.64.0/20], role: \"arn:aws:iam::111122223333:role/hybrid-nodes\" }\n";
    let said = |spec: &str| {
        let (_, codes, _) = try_with(&format!("{spec}{hybrid}"), &Ledger::new());
        let mut codes = codes.into_iter();
        codes.find_map(|(code, severity)| (code == "EKS871").then_some(severity))
    };
    let named = "    plant: 192.168.64.0/18\n";
    assert_eq!(said(&spec(named)), Some(Severity::Warning));
    assert_eq!(said(&spec(VPN)), None);
    assert_eq!(said(&spec(&[named, VPN].concat())), None);
    // The tables of an existing VPC are its owner's.
    assert_eq!(
        said(
            "stack: shop
region: us-east-1
layout: 1
network:
  existing: vpc-0123456789abcdef0
  cidr: 10.40.0.0/16
  connected: { plant: 192.168.64.0/18 }
  tiers:
    nodes:
      access: private
      existing:
        use1-az1: { subnet: subnet-0a1b2c3d4e5f60a01, cidr: 10.40.0.0/20 }
        use1-az2: { subnet: subnet-0a1b2c3d4e5f60a02, cidr: 10.40.16.0/20 }
cluster:
  node-groups: { system: { tier: nodes } }
"
        ),
        None
    );
}

/// Every subnet of a plan with its range.
fn subnets(synthesis: &Synthesis) -> BTreeSet<String> {
    let tiers = synthesis.plan().tiers.iter();
    tiers
        .flat_map(|tier| &tier.subnets)
        .map(|subnet| format!("{:?} {}", subnet.key, subnet.cidr))
        .collect()
}

#[test]
fn a_transit_gateway_adds_subnets_and_moves_none() {
    let default = "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  connected:\n";
    for (text, zones) in [(spec(TOOLS), 2), (format!("{default}{TOOLS}"), 3)] {
        let (before, _, shown) = try_with(&text, &Ledger::new());
        let before = before.unwrap_or_else(|| panic!("{shown}"));
        let core = CORE.replace(", internet: true", "");
        let more = text.replace("  connected:\n", &format!("  connected:\n{core}"));
        let (after, _, shown) = try_with(&more, &before.plan().ledger());
        let after = after.unwrap_or_else(|| panic!("{shown}"));
        let (was, is) = (subnets(&before), subnets(&after));
        assert!(was.is_subset(&is));
        assert_eq!(is.len() - was.len(), zones);
        let transit = after
            .plan()
            .tiers
            .iter()
            .find(|tier| tier.name == "transit");
        let transit = transit.expect("a tier for the attachment");
        assert!(transit.subnets.iter().all(|s| s.cidr.prefix_len() == 28));
        // A plan with its own ledger is the same plan.
        let (again, _, _) = try_with(&more, &after.plan().ledger());
        assert_eq!(subnets(&again.expect("the same plan")), is);
        // And resources that were there are still what they were.
        let (old, new) = (template(&before), template(&after));
        for (id, resource) in old["Resources"].as_object().expect("resources") {
            // A gateway endpoint is in every table, also in a new one.
            let carries = ["Subnet", "Route", "NatGateway", "ElasticIp"];
            if id == "Vpc" || carries.iter().any(|kind| id.starts_with(kind)) {
                assert_eq!(Some(resource), new["Resources"].get(id), "{id}");
            }
        }
    }
}

#[test]
fn an_attachment_stands_in_the_tier_that_is_named_for_it() {
    let own = "\n    small: { access: isolated, prefix: 28, further-subnets: [28] }";
    let text = spec(&CORE.replace("internet: true", "internet: true, tier: small"))
        .replace(TIERS, &format!("{TIERS}{own}"));
    let (synthesis, _, shown) = try_with(&text, &Ledger::new());
    let synthesis = synthesis.unwrap_or_else(|| panic!("{shown}"));
    let attachment = &template(&synthesis)["Resources"]["TransitGatewayAttachmentCore"];
    let subnets: Vec<&Value> = attachment["Properties"]["SubnetIds"]
        .as_array()
        .expect("subnets")
        .iter()
        .map(|subnet| &subnet["Ref"])
        .collect();
    // One in a zone, and not the second that the tier has there.
    assert_eq!(subnets, ["SubnetSmallUse1Az1", "SubnetSmallUse1Az2"]);
    // Its interface has an address.
    let tiers = &synthesis.capacity().tiers;
    let small = tiers
        .iter()
        .find(|tier| tier.name == "small")
        .expect("the tier");
    for zone in &small.zones {
        let taken = zone.subnets.iter().map(|subnet| subnet.taken.endpoints);
        assert_eq!(taken.collect::<Vec<_>>(), [1, 0], "{}", zone.zone);
    }
    assert!(
        !synthesis
            .plan()
            .tiers
            .iter()
            .any(|tier| tier.name == "transit")
    );
}

#[test]
fn the_api_is_open_to_those_alone_that_were_said() {
    let all = [CORE, TOOLS, VPN].concat();
    let template = template(&synthesis(&all));
    let resources = template["Resources"].as_object().expect("resources");
    let opened: Vec<&Value> = resources
        .iter()
        .filter(|(id, _)| id.starts_with("IngressRule"))
        .filter_map(|(_, rule)| rule["Properties"].get("CidrIp"))
        .filter(|range| *range != "10.20.0.0/16")
        .collect();
    assert_eq!(opened, ["10.0.0.0/8"]);
    let rule = &resources["IngressRuleControlPlaneFrom100008Tcp443"]["Properties"];
    assert_eq!(rule["FromPort"], 443);
    assert_eq!(rule["ToPort"], 443);
    // The answers find their way back; and nothing else of the control plane leaves.
    let of_control_plane: Vec<&String> = resources
        .keys()
        .filter(|id| id.starts_with("RouteControlPlane") || id.starts_with("RoutePropagationC"))
        .collect();
    assert_eq!(of_control_plane, ["RouteControlPlaneTo10x0x0x08"]);
}

/// The network of a cluster that eksctl makes has the group of its control plane, too.
#[test]
fn the_api_of_a_cluster_that_eksctl_makes_is_open_to_the_same() {
    let text = spec(CORE).replace("cluster:\n", "cluster:\n  made-by: eksctl\n");
    let (synthesis, _, shown) = try_with(&text, &Ledger::new());
    let template = template(&synthesis.unwrap_or_else(|| panic!("{shown}")));
    let resources = template["Resources"].as_object().expect("resources");
    assert!(!resources.contains_key("Cluster"), "eksctl makes it");
    let rule = &resources["IngressRuleControlPlaneFrom100008Tcp443"]["Properties"];
    assert_eq!(
        rule["GroupId"]["Fn::GetAtt"][0],
        "SecurityGroupControlPlane"
    );
    assert_eq!(rule["CidrIp"], "10.0.0.0/8");
    assert!(resources.contains_key("RouteControlPlaneTo10x0x0x08"));
}

#[test]
fn private_tiers_alone_leave_for_the_internet_by_a_transit_gateway() {
    let text = spec(CORE).replace(ENDPOINTS, "");
    let (synthesis, codes, shown) = try_with(&text, &Ledger::new());
    let synthesis = synthesis.unwrap_or_else(|| panic!("{shown}"));
    assert!(
        codes
            .iter()
            .all(|(_, severity)| *severity == Severity::Info),
        "{shown}"
    );
    let template = template(&synthesis);
    let out: Vec<&String> = template["Resources"]
        .as_object()
        .expect("resources")
        .iter()
        .filter(|(_, resource)| resource["Properties"]["DestinationCidrBlock"] == "0.0.0.0/0")
        .map(|(id, _)| id)
        .collect();
    assert_eq!(
        out,
        ["RouteNodesUse1Az1Internet", "RouteNodesUse1Az2Internet"]
    );
    // It is a way of IPv4.
    let ipv6 = text.replace("  zones: 2", "  zones: 2\n  ipv6: true");
    let (_, codes, shown) = try_with(&ipv6, &Ledger::new());
    let warning = ("EKS733".to_owned(), Severity::Warning);
    assert!(codes.contains(&warning), "{shown}");
    // Without the way out, the same nodes need endpoints.
    let none = text.replace(", internet: true", "");
    let (_, codes, _) = try_with(&none, &Ledger::new());
    assert!(codes.iter().any(|(code, _)| code == "EKS619"));
    // In the restricted mode, the nodes' group lets them go there.
    let restricted = text.replace(
        "  tiers:",
        "  endpoints: [sqs]\n  security: { mode: restricted }\n  tiers:",
    );
    let (synthesis, _, shown) = try_with(&restricted, &Ledger::new());
    let text = synthesis
        .unwrap_or_else(|| panic!("{shown}"))
        .cloudformation();
    assert!(text.contains("EgressRuleNodesTo00000Tcp443"));
}

#[test]
fn a_peering_is_accepted_at_once_where_both_sides_are_ones_own() {
    let accepts = |more: &str| {
        let text = TOOLS.replace("abcdef0 }", &format!("abcdef0{more} }}"));
        let module = module(&synthesis(&text));
        module["resource"]["aws_vpc_peering_connection"]["tools"]["auto_accept"].clone()
    };
    assert_eq!(accepts(""), true);
    // Its own region, written down, is no other one.
    assert_eq!(accepts(", region: us-east-1"), true);
    assert_eq!(accepts(", region: eu-west-1"), Value::Null);
    assert_eq!(accepts(", account: \"111122223333\""), Value::Null);
}

#[test]
fn no_template_holds_a_key_of_a_vpn() {
    let synthesis = synthesis(VPN);
    for text in [synthesis.cloudformation(), synthesis.terraform().main] {
        let text = text.to_lowercase();
        assert!(!text.contains("presharedkey") && !text.contains("preshared_key"));
    }
}

#[test]
fn a_range_that_changes_its_connection_keeps_the_names_of_its_routes() {
    let names = |connected: &str| -> BTreeSet<String> {
        let template = template(&synthesis(connected));
        let resources = template["Resources"].as_object().expect("resources");
        let routes = resources.keys().filter(|id| id.starts_with("RouteNodes"));
        routes.cloned().collect()
    };
    let by_peering = names(TOOLS);
    assert_eq!(by_peering.len(), 2);
    let by_transit = TOOLS.replace("peering: { vpc: vpc-", "transit-gateway: { id: tgw-");
    assert_eq!(by_peering, names(&by_transit));
}

#[test]
fn the_order_of_ranges_and_connections_means_nothing() {
    let one = "    a:\n      cidrs: [192.168.0.0/24, 192.168.1.0/24]\n      by: { transit-gateway: create }\n      tiers: [nodes, control-plane]\n";
    let other = "    a:\n      cidrs: [192.168.1.0/24, 192.168.0.0/24]\n      by: { transit-gateway: create }\n      tiers: [control-plane, nodes]\n";
    let (one, other) = (
        synthesis(&[one, TOOLS, VPN].concat()),
        synthesis(&[VPN, TOOLS, other].concat()),
    );
    assert_eq!(one.cloudformation(), other.cloudformation());
    assert_eq!(one.terraform(), other.terraform());
}

#[test]
fn a_range_around_the_vpc_may_be_routed_and_not_peered() {
    assert_eq!(faults(CORE), [""; 0]);
    let peered = TOOLS.replace("172.18.0.0/16", "10.0.0.0/8");
    assert_eq!(faults(&peered), ["EKS118"]);
    for inside in ["10.20.0.0/16", "10.20.64.0/20"] {
        assert_eq!(faults(&CORE.replace("10.0.0.0/8", inside)), ["EKS114"]);
        assert_eq!(faults(&TOOLS.replace("172.18.0.0/16", inside)), ["EKS118"]);
    }
}

#[test]
fn a_block_inside_a_summary_may_join() {
    let text = spec(CORE).replace(
        "  zones: 2",
        "  secondary-cidrs: [10.21.0.0/16]\n  zones: 2",
    );
    let (synthesis, _, shown) = try_with(&text, &Ledger::new());
    assert!(synthesis.is_some(), "{shown}");
}

#[test]
fn two_ways_to_a_range_are_refused_unless_one_is_propagated() {
    let core = CORE
        .replace("10.0.0.0/8", "192.168.0.0/16")
        .replace(", internet: true", "");
    let tools = TOOLS.replace("172.18.0.0/16", "192.168.0.0/16");
    assert_eq!(faults(&[VPN, LINE, &core].concat()), [""; 0]);
    assert_eq!(faults(&[core.as_str(), &tools].concat()), ["SPEC036"]);
    // In tables of different tiers they are no two routes.
    let core = core.replace("api: true", "tiers: [control-plane]");
    assert_eq!(faults(&[core.as_str(), &tools].concat()), [""; 0]);
}

#[test]
fn nat_gateways_and_a_transit_gateway_are_two_ways_out() {
    let text = spec(CORE).replace(
        "nat: none }",
        "}\n    public: { access: public, prefix: 24 }",
    );
    let (synthesis, codes, shown) = try_with(&text, &Ledger::new());
    assert!(synthesis.is_none());
    assert!(codes.iter().any(|(code, _)| code == "SPEC036"), "{shown}");
}

#[test]
fn one_of_a_kind_is_asked_for_once() {
    let again = |text: &str| {
        let second = text
            .replacen("    ", "    again-", 1)
            .replace("172.18.", "172.20.")
            .replace("10.0.0.0/8", "10.0.0.0/9");
        faults(&[text, &second].concat())
    };
    let core = CORE.replace(", internet: true", "");
    for text in [TOOLS, LINE, PARTNER, core.as_str()] {
        assert!(again(text).contains(&"SPEC012".to_owned()), "{text}");
    }
}

#[test]
fn ids_that_are_none_are_refused() {
    for (connected, from, to) in [
        (CORE, "tgw-0123456789abcdef0", "vpc-0123456789abcdef0"),
        (CORE, "tgw-0123456789abcdef0", "tgw-0123456789abcdefg"),
        (CORE, "tgw-0123456789abcdef0", "tgw-0123456789ABCDEF0"),
        (TOOLS, "vpc-0123456789abcdef0", "pcx-0123456789abcdef0"),
        (TOOLS, "abcdef0 }", "abcdef0, account: \"1111-2222-3333\" }"),
        (PARTNER, "pcx-0123456789abcdef0", "pcx"),
        (LINE, "5f294f92-", "dxgw-"),
        (VPN, "198.18.7.9", "vpn.example.com"),
        (
            VPN,
            "{ address: 198.18.7.9, asn: 65010 }",
            "vgw-0123456789abcdef0",
        ),
    ] {
        let faults = faults(&connected.replace(from, to));
        assert!(faults.contains(&"SPEC015".to_owned()), "{to}: {faults:?}");
    }
}

#[test]
fn keys_that_mean_nothing_are_refused() {
    for connected in [
        "    office: { cidrs: [192.168.0.0/16], api: true }\n",
        "    office: { cidrs: [192.168.0.0/16], tiers: [nodes] }\n",
        "    p: { cidrs: [172.19.0.0/16], by: { peering: { accept: pcx-0123456789abcdef0, vpc: vpc-0123456789abcdef0 } } }\n",
        "    p: { cidrs: [172.19.0.0/16], by: { peering: { vpc: vpc-0123456789abcdef0, region: cn-north-1 } } }\n",
    ] {
        assert_eq!(faults(connected), ["SPEC018"], "{connected}");
    }
    // An API without a private side cannot be reached from there.
    let (_, codes, _) = try_with(
        &spec(CORE).replace("access: private }\n  node", "access: public }\n  node"),
        &Ledger::new(),
    );
    assert!(codes.iter().any(|(code, _)| code == "SPEC018"));
}

#[test]
fn what_is_missing_is_said_by_its_key() {
    for (connected, key) in [
        (
            "    a: { by: { vpn: { customer-gateway: cgw-0123456789abcdef0 } } }\n",
            "`cidrs`",
        ),
        (
            "    a: { cidrs: [192.168.0.0/16], by: { vpn: {} } }\n",
            "`customer-gateway`",
        ),
        (
            "    a: { cidrs: [192.168.0.0/16], by: { vpn: { customer-gateway: {} } } }\n",
            "`address`",
        ),
        (
            "    a: { cidrs: [192.168.0.0/16], by: { transit-gateway: {} } }\n",
            "`id`",
        ),
        (
            "    a: { cidrs: [192.168.0.0/16], by: { peering: {} } }\n",
            "`vpc`",
        ),
    ] {
        let (synthesis, codes, shown) = try_with(&spec(connected), &Ledger::new());
        assert!(synthesis.is_none());
        assert!(
            shown.contains(&format!("the key {key} is missing")),
            "{shown}"
        );
        let errors = codes
            .iter()
            .filter(|(_, severity)| *severity == Severity::Error);
        assert_eq!(errors.count(), 1, "{shown}");
    }
}

#[test]
fn the_other_side_is_told_what_leads_back() {
    let (_, codes, shown) = try_with(
        &spec(&[VPN, LINE, CORE, TOOLS, PARTNER].concat()),
        &Ledger::new(),
    );
    let told = codes.iter().filter(|(code, _)| code == "PLAN022").count();
    assert_eq!(told, 5, "{shown}");
    for word in [
        "tools-peering-id",
        "office-vpn-connection-id",
        "core-attachment-id",
        "10.20.0.0/16",
    ] {
        assert!(shown.contains(word), "{word} is not in {shown}");
    }
}

#[test]
fn the_ids_that_the_other_side_asks_for_are_outputs() {
    let synthesis = synthesis(
        &[
            VPN,
            TOOLS,
            &CORE.replace("id: tgw-0123456789abcdef0", "id: create"),
        ]
        .concat(),
    );
    let template = template(&synthesis);
    for (output, id) in [
        ("VpnGatewayId", "VpnGateway"),
        ("OfficeVpnConnectionId", "VpnConnectionOffice"),
        ("ToolsPeeringId", "PeeringConnectionTools"),
        ("CoreTransitGatewayId", "TransitGatewayCore"),
        ("CoreAttachmentId", "TransitGatewayAttachmentCore"),
    ] {
        assert_eq!(template["Outputs"][output]["Value"]["Ref"], id, "{output}");
    }
}

#[test]
fn what_others_lean_on_is_kept() {
    let text = format!(
        "retain: true\n{}",
        spec(
            &[
                VPN,
                &CORE.replace("id: tgw-0123456789abcdef0", "id: create")
            ]
            .concat()
        )
    );
    let (synthesis, _, shown) = try_with(&text, &Ledger::new());
    let template = template(&synthesis.unwrap_or_else(|| panic!("{shown}")));
    for id in [
        "VpnGateway",
        "CustomerGatewayOffice",
        "VpnConnectionOffice",
        "TransitGatewayCore",
    ] {
        assert_eq!(
            template["Resources"][id]["DeletionPolicy"], "Retain",
            "{id}"
        );
    }
    assert_eq!(
        template["Resources"]["TransitGatewayAttachmentCore"].get("DeletionPolicy"),
        None
    );
}

#[test]
fn a_program_and_a_spec_give_the_same_bytes() {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .zones(2)
        .endpoints(["s3", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"]);
    let nodes = net.add(Tier::private("nodes", Nat::none()).prefix(20));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    net.connect(
        Connection::vpn(
            "office",
            Vpn::to(std::net::Ipv4Addr::new(198, 18, 7, 9), 65010).static_routes(),
        )
        .cidr(cidr!("192.168.0.0/16")),
    );
    net.connect(
        Connection::direct_connect("line", "5f294f92-bafb-4011-916d-9b0be4a17c33")
            .cidr(cidr!("192.168.0.0/16")),
    );
    net.connect(
        Connection::transit_gateway("core", "tgw-0123456789abcdef0")
            .cidr(cidr!("10.0.0.0/8"))
            .internet()
            .api(),
    );
    net.connect(
        Connection::peering("tools", Peering::with("vpc-0123456789abcdef0"))
            .cidr(cidr!("172.18.0.0/16"))
            .tier(&nodes),
    );
    net.connect(
        Connection::accepted_peering("partner", "pcx-0123456789abcdef0")
            .cidr(cidr!("172.19.0.0/16")),
    );
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(Endpoint::private())
        .node_group(
            NodeGroup::new("system", &nodes)
                .instance_types(["m6i.large"])
                .size(1, 3),
        );
    let stack = Stack::new("prod", Region::UsEast1, net, cluster);
    let program = stack.synthesize().unwrap_or_else(|f| panic!("{f:#?}"));
    let spec = synthesis(&[VPN, LINE, CORE, TOOLS, PARTNER].concat());
    assert_eq!(program.cloudformation(), spec.cloudformation());
    assert_eq!(program.terraform(), spec.terraform());
}

/// Whoever a group lets in from outside of the VPC hears no answer without a route back.
#[test]
fn the_examples_lead_back_to_whom_they_let_at_the_api() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (synthesis, _, shown) = try_with(&text, &Ledger::new());
        let synthesis = synthesis.unwrap_or_else(|| panic!("{}: {shown}", path.display()));
        let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
        let resources = template["Resources"].as_object().unwrap();
        let of = |kind: &str| -> Vec<&Value> {
            let all = resources.values();
            all.filter(|r| r["Type"] == kind)
                .map(|r| &r["Properties"])
                .collect()
        };
        let blocks = of("AWS::EC2::VPC")
            .into_iter()
            .chain(of("AWS::EC2::VPCCidrBlock"));
        let blocks: Vec<_> = blocks
            .filter_map(|block| range(&block["CidrBlock"]))
            .collect();
        let Some(table) = resources.get("RouteTableControlPlane") else {
            continue; // somebody else's routes
        };
        assert_eq!(table["Type"], "AWS::EC2::RouteTable");
        let table = serde_json::json!({ "Ref": "RouteTableControlPlane" });
        let routes = of("AWS::EC2::Route").into_iter();
        let routes = routes.filter(|route| route["RouteTableId"] == table);
        let mut leads: Vec<_> = routes
            .filter_map(|route| range(&route["DestinationCidrBlock"]))
            .collect();
        let mut propagated = of("AWS::EC2::VPNGatewayRoutePropagation").into_iter();
        if propagated.any(|to| to["RouteTableIds"][0] == table) {
            leads.push("192.168.0.0/16".parse().unwrap());
        }
        leads.extend(blocks);
        let group = serde_json::json!({ "Fn::GetAtt": ["SecurityGroupControlPlane", "GroupId"] });
        for rule in of("AWS::EC2::SecurityGroupIngress") {
            if rule["GroupId"] == group
                && let Some(from) = range(&rule["CidrIp"])
            {
                let led = leads.iter().any(|to| to.contains(&from));
                assert!(led, "{}: no way back to {from}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "{seen}");
}

fn range(text: &Value) -> Option<ipnet::Ipv4Net> {
    text.as_str()?.parse().ok()
}
