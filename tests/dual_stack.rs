//! Networks with IPv6 beside IPv4: what leads where, what is let out, and who has which /64.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use eksnet::Synthesis;
use eksnet::diagnostic::{Origin, Severity};
use eksnet::network::Ipv4Net;
use eksnet::prelude::*;
use serde_json::{Value, json};

fn synthesis(stack: &Stack) -> Synthesis {
    stack
        .synthesize()
        .unwrap_or_else(|findings| panic!("{findings:#?}"))
}

const EVERYWHERE: Ipv4Net = cidr!("0.0.0.0/0");

/// A dual-stack network in two zones.
fn network() -> Network {
    Network::new(cidr!("10.20.0.0/16"))
        .in_zones(["use1-az1", "use1-az2"])
        .dual_stack()
}

fn alone(network: Network) -> Stack {
    Stack::network_only("shared", Region::UsEast1, network)
}

/// A cluster whose nodes have NAT gateways or none; without, everything that they need is an endpoint.
fn clustered(mut net: Network, nat: bool) -> Stack {
    let nodes = if nat {
        let public = net.add(Tier::public("public").prefix(24));
        Tier::private("nodes", Nat::per_zone(&public))
    } else {
        let all = [
            "s3",
            "ec2",
            "ecr.api",
            "ecr.dkr",
            "eks",
            "eks-auth",
            "elasticloadbalancing",
            "logs",
            "sts",
        ];
        net = net.endpoints(all);
        Tier::private("nodes", Nat::none())
    };
    let nodes = net.add(nodes.prefix(20));
    net.add(Tier::isolated("control-plane").prefix(27));
    let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
    Stack::new("prod", Region::UsEast1, net, cluster)
}

type Resources = serde_json::Map<String, Value>;

/// The resources of the template.
fn resources(stack: &Stack) -> Resources {
    let template: Value = serde_json::from_str(&synthesis(stack).cloudformation()).expect("JSON");
    template["Resources"].as_object().expect("a map").clone()
}

/// The names of a type's resources.
fn of<'a>(resources: &'a Resources, kind: &str) -> Vec<&'a str> {
    let all = resources
        .iter()
        .filter(|(_, body)| body["Type"] == format!("AWS::EC2::{kind}"));
    all.map(|(id, _)| id.as_str()).collect()
}

/// What may leave to everywhere by a family of addresses: protocol and ports.
fn lets_out(stack: &Stack, property: &str, everywhere: &str) -> Vec<String> {
    let resources = resources(stack);
    let rules = of(&resources, "SecurityGroupEgress").into_iter();
    let rules = rules.map(|id| &resources[id]["Properties"]);
    rules
        .filter(|rule| rule[property] == everywhere)
        .map(|rule| {
            format!(
                "{} {}-{}",
                rule["IpProtocol"], rule["FromPort"], rule["ToPort"]
            )
        })
        .collect()
}

fn by_ipv4(stack: &Stack) -> Vec<String> {
    lets_out(stack, "CidrIp", "0.0.0.0/0")
}

fn by_ipv6(stack: &Stack) -> Vec<String> {
    lets_out(stack, "CidrIpv6", "::/0")
}

#[test]
fn each_access_has_its_way_by_ipv6() {
    let mut net = network();
    let entrance = net.add(Tier::public("public").prefix(24));
    net.add(Tier::isolated("data").prefix(24));
    let public = resources(&alone(net.clone()));
    assert_eq!(of(&public, "EgressOnlyInternetGateway"), [""; 0]);
    assert_eq!(
        of(&public, "Route"),
        ["RoutePublicInternet", "RoutePublicInternetIpv6"]
    );

    net.add(
        Tier::private("closed", Nat::none())
            .prefix(24)
            .load_balancers(false),
    );
    let closed = resources(&alone(net.clone()));
    assert_eq!(of(&closed, "EgressOnlyInternetGateway"), [""; 0]);
    assert_eq!(of(&closed, "Route"), of(&public, "Route"));

    net.add(Tier::private("nodes", Nat::per_zone(&entrance)).prefix(24));
    let private = resources(&alone(net));
    assert_eq!(
        of(&private, "EgressOnlyInternetGateway"),
        ["EgressOnlyInternetGateway"]
    );
    assert_eq!(
        of(&private, "Route"),
        [
            "RouteNodesUse1Az1Internet",
            "RouteNodesUse1Az1InternetIpv6",
            "RouteNodesUse1Az2Internet",
            "RouteNodesUse1Az2InternetIpv6",
            "RoutePublicInternet",
            "RoutePublicInternetIpv6",
        ]
    );

    let mut net = network();
    net.add(Tier::isolated("data").prefix(24));
    let isolated = resources(&alone(net));
    for kind in ["EgressOnlyInternetGateway", "InternetGateway", "Route"] {
        assert_eq!(of(&isolated, kind), [""; 0]);
    }
    assert_eq!(of(&isolated, "VPCCidrBlock"), ["Ipv6CidrBlock"]);
    assert_eq!(
        isolated["SubnetDataUse1Az2"],
        json!({
            "Type": "AWS::EC2::Subnet",
            "DependsOn": ["Ipv6CidrBlock"],
            "Properties": {
                "VpcId": { "Ref": "Vpc" },
                "AvailabilityZoneId": "use1-az2",
                "CidrBlock": "10.20.1.0/24",
                "MapPublicIpOnLaunch": false,
                "Ipv6CidrBlock": { "Fn::Select": [1, { "Fn::Cidr": [
                    { "Fn::Select": [0, { "Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"] }] },
                    256,
                    "64",
                ] }] },
                "AssignIpv6AddressOnCreation": true,
                "Tags": [{ "Key": "Name", "Value": "shared-data-use1-az2" }],
            },
        })
    );
}

#[test]
fn what_may_leave_to_everywhere_may_by_ipv6() {
    let mut net = network().security(SecurityMode::Restricted);
    let time = Rule::udp(123).out_of_group(Group::Nodes);
    net.allow(time.to(EVERYWHERE, "Ours"));
    let database = Rule::tcp(5432).out_of_group(Group::Nodes);
    net.allow(database.to(cidr!("10.0.0.0/8"), "Ours"));
    let page = Rule::tcp(8443).into_group(Group::Nodes);
    net.allow(page.from(EVERYWHERE, "Ours"));
    let stack = clustered(net, true);
    let both = ["\"tcp\" 443-443", "\"udp\" 123-123"];
    assert_eq!(by_ipv4(&stack), both);
    assert_eq!(by_ipv6(&stack), both);
    for (id, body) in resources(&stack) {
        if body["Type"] == "AWS::EC2::SecurityGroupIngress" {
            assert_eq!(body["Properties"].get("CidrIpv6"), None, "{id}");
        }
    }
}

#[test]
fn the_rule_for_s3_opens_no_ipv6() {
    let net = network().security(SecurityMode::Restricted);
    let mut stack = clustered(net.clone(), false);
    assert_eq!(by_ipv4(&stack), ["\"tcp\" 443-443"]);
    assert_eq!(by_ipv6(&stack), [""; 0]);

    // Unless the user says the same, for the internet.
    let mut net = net;
    let https = Rule::tcp(443).out_of_group(Group::Nodes);
    net.allow(https.to(EVERYWHERE, "Ours"));
    stack = clustered(net, false);
    assert_eq!(by_ipv4(&stack), ["\"tcp\" 443-443"]);
    assert_eq!(by_ipv6(&stack), ["\"tcp\" 443-443"]);
}

#[test]
fn a_range_stays_with_the_subnets_that_stay() {
    let mut net = network();
    net.add(Tier::isolated("data").prefix(24));
    let stays = resources(&alone(net.clone()).retain());
    for id in ["Vpc", "Ipv6CidrBlock", "SubnetDataUse1Az1"] {
        assert_eq!(stays[id]["DeletionPolicy"], "Retain", "{id}");
    }
    let goes = resources(&alone(net));
    assert_eq!(goes["Ipv6CidrBlock"].get("DeletionPolicy"), None);
}

#[test]
fn ranges_are_numbered_in_the_order_of_the_plan() {
    let stack = clustered(network(), true);
    let synthesis = synthesis(&stack);
    let subnets = synthesis.plan().tiers.iter().flat_map(|tier| &tier.subnets);
    let numbers: Vec<_> = subnets
        .map(|subnet| (subnet.key.to_string(), subnet.ipv6))
        .collect();
    let expected = [
        ("public in use1-az1", 0),
        ("public in use1-az2", 1),
        ("nodes in use1-az1", 2),
        ("nodes in use1-az2", 3),
        ("control-plane in use1-az1", 4),
        ("control-plane in use1-az2", 5),
    ];
    assert_eq!(
        numbers,
        expected.map(|(key, index)| (key.to_owned(), Some(index)))
    );
}

#[test]
fn ipv6_is_refused_where_it_was_asked_for() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).in_zones(["use1-az1", "use1-az2"]);
    for n in 0..129 {
        net.add(Tier::isolated(format!("tier-{n}")).prefix(28));
    }
    let line = line!() + 1;
    let findings = alone(net.clone().dual_stack()).synthesize().unwrap_err();
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    let [finding] = errors.collect::<Vec<_>>()[..] else {
        panic!("{findings:#?}");
    };
    assert_eq!(finding.code.as_str(), "PLAN012");
    assert_eq!(
        finding.message,
        "258 subnets are 2 more than the VPC's IPv6 range has room for"
    );
    let Origin::Program(place) = finding.origin else {
        panic!("{finding:#?}");
    };
    assert_eq!((place.file(), place.line()), (file!(), line));
}

#[test]
#[cfg(feature = "spec")]
fn a_spec_says_the_same() {
    use eksnet::diagnostic::Sources;
    use eksnet::plan::Ledger;
    use eksnet::render::Format;

    let spec = |ipv6: &str| {
        let text = format!(
            "stack: shared\nregion: cn-north-1\nnetwork:\n  cidr: 10.20.0.0/16\n{ipv6}  tiers:\n    \
             public: {{ access: public }}\n    nodes: {{ access: private }}\ncluster: none\n"
        );
        let mut sources = Sources::new();
        let loaded = eksnet::spec::load("shared.yaml", None, &text, &mut sources);
        let synthesis = loaded.synthesize(&Ledger::new());
        synthesis.unwrap_or_else(|findings| panic!("{findings:#?}"))
    };
    let program = |dual_stack: bool| {
        let mut net = Network::new(cidr!("10.20.0.0/16"));
        if dual_stack {
            net = net.dual_stack();
        }
        let public = net.add(Tier::public("public"));
        net.add(Tier::private("nodes", Nat::per_zone(&public)));
        synthesis(&Stack::network_only("shared", Region::CnNorth1, net))
    };
    for format in &[Format::CloudFormation, Format::Terraform] {
        let [on, off] = [true, false].map(|on| program(on).files(*format));
        assert_eq!(spec("  ipv6: true\n").files(*format), on);
        assert_eq!(spec("  ipv6: false\n").files(*format), off);
        assert_eq!(spec("").files(*format), off);
        assert_ne!(on, off);
    }
}
