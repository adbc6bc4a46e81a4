//! NAT gateways: the regional one, and how a network goes from one mode to another.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::plan::{Ledger, LockFile, State, Via};
use eksnet::prelude::*;
use eksnet::report::PlanReport;
use serde_json::{Value, json};

use support::run;
use support::templates::Templates;

/// A network of three tiers whose nodes leave in a mode, and a cluster whose API answers on both sides.
fn spec(zones: u8, mode: &Value) -> Value {
    json!({
        "stack": "prod",
        "region": "us-east-1",
        "network": {
            "cidr": "10.20.0.0/16",
            "zones": zones,
            "tiers": {
                "public": { "access": "public", "prefix": 24 },
                "nodes": { "access": "private", "prefix": 20, "nat": mode },
                "control-plane": { "access": "isolated", "prefix": 27 },
            },
        },
        "cluster": { "node-groups": { "system": { "tier": "nodes" } } },
    })
}

fn without_public(mut spec: Value) -> Value {
    let tiers = spec["network"]["tiers"].as_object_mut().unwrap();
    tiers.remove("public");
    spec
}

fn synthesis(spec: &Value, ledger: &Ledger) -> Synthesis {
    run::value(spec, ledger).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn resources(synthesis: &Synthesis) -> BTreeMap<String, Value> {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    serde_json::from_value(template["Resources"].clone()).unwrap()
}

fn main(synthesis: &Synthesis) -> Value {
    let main: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    main["resource"].clone()
}

/// The logical ids of a type.
fn of<'a>(resources: &'a BTreeMap<String, Value>, kind: &str) -> Vec<&'a str> {
    let of = resources.iter().filter(|(_, body)| body["Type"] == kind);
    of.map(|(id, _)| id.as_str()).collect()
}

fn said(findings: &Findings, severity: Severity) -> Vec<String> {
    let of = findings.iter().filter(|f| f.severity == severity);
    of.map(|f| f.code.as_str().to_owned()).collect()
}

fn refused(spec: &Value) -> Vec<String> {
    let findings = run::value(spec, &Ledger::new()).expect_err("an error");
    said(&findings, Severity::Error)
}

#[test]
fn a_regional_gateway_needs_no_public_tier() {
    let synthesis = synthesis(&without_public(spec(3, &json!("regional"))), &Ledger::new());
    Templates::of(&synthesis).assert_closed();
    let all = resources(&synthesis);
    assert_eq!(
        all["NatGatewayRegional"],
        json!({
            "Type": "AWS::EC2::NatGateway",
            "DependsOn": ["InternetGatewayAttachment"],
            "Properties": {
                "AvailabilityMode": "regional",
                "VpcId": { "Ref": "Vpc" },
                "ConnectivityType": "public",
                "Tags": [{ "Key": "Name", "Value": "prod-nat-regional" }],
            },
        })
    );
    assert_eq!(of(&all, "AWS::EC2::NatGateway").len(), 1);
    assert_eq!(of(&all, "AWS::EC2::InternetGateway").len(), 1);
    assert!(of(&all, "AWS::EC2::EIP").is_empty());
    // Each subnet of the tier leads there, nothing leads to the internet gateway, and nodes wait for the way out.
    let routes = of(&all, "AWS::EC2::Route");
    assert_eq!(routes.len(), 3);
    for route in &routes {
        let properties = &all[*route]["Properties"];
        assert_eq!(
            properties["NatGatewayId"],
            json!({ "Ref": "NatGatewayRegional" })
        );
        assert_eq!(properties["DestinationCidrBlock"], "0.0.0.0/0");
    }
    let group = of(&all, "AWS::EKS::Nodegroup")[0];
    let after = all[group]["DependsOn"].as_array().expect("an order");
    assert!(routes.iter().all(|route| after.contains(&json!(route))));

    let main = main(&synthesis);
    assert_eq!(
        main["aws_nat_gateway"],
        json!({ "regional": {
            "availability_mode": "regional",
            "vpc_id": "${aws_vpc.main.id}",
            "connectivity_type": "public",
            "tags": { "Name": "prod-nat-regional" },
            "depends_on": ["aws_internet_gateway.main"],
        } })
    );
    assert_eq!(main["aws_eip"], Value::Null);
    let routes = main["aws_route"].as_object().expect("routes");
    assert_eq!(routes.len(), 3);
    for route in routes.values() {
        assert_eq!(route["nat_gateway_id"], "${aws_nat_gateway.regional.id}");
    }
}

#[test]
fn only_a_stack_with_a_regional_gateway_asks_for_provider_6() {
    for (mode, version) in [
        (json!("regional"), ">= 6.24, < 7"),
        (json!({ "zones": "regional" }), ">= 6.24, < 7"),
        (json!("per-zone"), ">= 5.95, < 7"),
        (json!("single"), ">= 5.95, < 7"),
        (json!(2), ">= 5.95, < 7"),
    ] {
        let synthesis = synthesis(&spec(3, &mode), &Ledger::new());
        let versions: Value = serde_json::from_str(&synthesis.terraform().versions).unwrap();
        let asked = &versions["terraform"]["required_providers"]["aws"]["version"];
        assert_eq!(asked, version, "{mode}");
    }
}

#[test]
fn tiers_share_it_and_others_keep_gateways_of_their_own() {
    let mut spec = spec(3, &json!("regional"));
    let tiers = spec["network"]["tiers"].as_object_mut().unwrap();
    for (name, mode) in [("batch", "regional"), ("partners", "per-zone")] {
        let tier =
            json!({ "access": "private", "prefix": 24, "nat": mode, "load-balancers": false });
        tiers.insert(name.into(), tier);
    }
    spec["network"]["endpoint-tier"] = "nodes".into();
    let synthesis = synthesis(&spec, &Ledger::new());
    let all = resources(&synthesis);
    assert_eq!(of(&all, "AWS::EC2::NatGateway").len(), 4);
    assert_eq!(of(&all, "AWS::EC2::EIP").len(), 3);
    let leads = |route: &str| all[route]["Properties"]["NatGatewayId"]["Ref"].clone();
    assert_eq!(leads("RouteBatchUse1Az1Internet"), "NatGatewayRegional");
    assert_eq!(leads("RouteNodesUse1Az4Internet"), "NatGatewayRegional");
    assert_eq!(
        leads("RoutePartnersUse1Az2Internet"),
        "NatGatewayPublicUse1Az2"
    );
    let outputs: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let outputs = &outputs["Outputs"];
    assert_eq!(
        outputs["NatGatewayId"]["Value"],
        json!({ "Ref": "NatGatewayRegional" })
    );
    assert_eq!(
        outputs["NatAddresses"]["Value"]["Fn::Join"][1]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn a_program_says_the_same() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
    let nodes = net.add(Tier::private("nodes", Nat::regional()).prefix(20));
    net.add(Tier::isolated("control-plane").prefix(27));
    let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
    let program = Stack::new("prod", Region::UsEast1, net, cluster)
        .synthesize()
        .expect("no errors");
    let mut same = without_public(spec(3, &json!("regional")));
    same["cluster"]["version"] = "1.35".into();
    let spec = synthesis(&same, &Ledger::new());
    assert_eq!(run::output(&program), run::output(&spec));
}

#[test]
fn its_addresses_are_nobodys_before_it_stands() {
    let synthesis = synthesis(&spec(3, &json!("regional")), &Ledger::new());
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    assert_eq!(template["Outputs"]["NatAddresses"], Value::Null);
    assert!(!synthesis.terraform().outputs.contains("nat_addresses"));
    // Nor is there an address taken in a public subnet.
    let public = &synthesis.capacity().tiers[0];
    assert_eq!(public.name, "public");
    let mut subnets = public.zones.iter().flat_map(|zone| &zone.subnets);
    assert!(subnets.all(|subnet| subnet.taken.nat_gateways == 0));
    assert_eq!(
        said(synthesis.findings(), Severity::Warning),
        Vec::<String>::new()
    );
    assert!(said(synthesis.findings(), Severity::Info).contains(&"EKS410".to_owned()));
}

#[test]
fn an_api_that_needs_its_addresses_is_told() {
    let warned = |spec: &Value| {
        said(
            synthesis(spec, &Ledger::new()).findings(),
            Severity::Warning,
        )
    };
    let mut asked = spec(3, &json!("regional"));
    asked["cluster"]["endpoint"] = json!({ "access": "public", "public-cidrs": ["198.18.7.0/24"] });
    assert_eq!(warned(&asked), ["EKS411", "EKS602"]);
    // With the private side, or for everyone, nobody asks for them.
    for endpoint in [
        json!({ "access": "public-and-private", "public-cidrs": ["198.18.7.0/24"] }),
        json!({ "access": "public", "public-cidrs": ["0.0.0.0/0"] }),
    ] {
        asked["cluster"]["endpoint"] = endpoint;
        assert!(!warned(&asked).contains(&"EKS411".to_owned()));
    }
    // Nor where only others leave through it.
    let mut asked = spec(3, &json!("per-zone"));
    asked["network"]["tiers"]["others"] =
        json!({ "access": "private", "nat": "regional", "load-balancers": false });
    asked["network"]["endpoint-tier"] = "nodes".into();
    asked["cluster"]["endpoint"] = json!({ "access": "public", "public-cidrs": ["198.18.7.0/24"] });
    assert!(!warned(&asked).contains(&"EKS411".to_owned()));
    // Pods leave by their own tier.
    asked["cluster"]["pods"] =
        json!({ "tier": "others", "placement": "custom-networking", "snat": "external" });
    assert_eq!(warned(&asked), ["EKS411", "EKS602"]);
}

#[test]
fn it_takes_no_tier_and_no_addresses() {
    let mode = json!({ "zones": "regional", "tier": "public" });
    assert_eq!(refused(&spec(3, &mode)), ["EKS408"]);
    let mode = json!({ "zones": "regional", "allocations": ["eipalloc-0a1b2c3d4e5f60718"] });
    assert_eq!(refused(&spec(3, &mode)), ["EKS408"]);
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.add(Tier::private(
        "nodes",
        Nat::regional().allocations(["eipalloc-0a1b2c3d4e5f60718"]),
    ));
    let findings = Stack::network_only("prod", Region::UsEast1, net).check();
    assert_eq!(said(&findings, Severity::Error), ["EKS408"]);
}

#[test]
fn networks_without_it_say_so() {
    let mut private = without_public(spec(3, &json!("regional")));
    private["network"]["fully-private"] = true.into();
    assert_eq!(refused(&private), ["SPEC030"]);
    for region in ["cn-north-1", "us-gov-west-1"] {
        let mut far = spec(3, &json!("regional"));
        far["region"] = region.into();
        let synthesis = synthesis(&far, &Ledger::new());
        let warnings = said(synthesis.findings(), Severity::Warning);
        assert!(
            warnings.contains(&"SPEC080".to_owned()),
            "{region}: {warnings:?}"
        );
    }
    assert_eq!(refused(&spec(3, &json!("regionally"))), ["SPEC005"]);
}

#[test]
fn a_dual_stack_network_leaves_by_ipv6_beside_it() {
    let mut both = without_public(spec(3, &json!("regional")));
    both["network"]["ipv6"] = true.into();
    let all = resources(&synthesis(&both, &Ledger::new()));
    assert_eq!(of(&all, "AWS::EC2::EgressOnlyInternetGateway").len(), 1);
    let routes = of(&all, "AWS::EC2::Route");
    let by_ipv6 = |route: &&str| all[*route]["Properties"]["DestinationIpv6CidrBlock"] == "::/0";
    assert_eq!(routes.len(), 6);
    assert_eq!(routes.iter().filter(|route| by_ipv6(route)).count(), 3);
}

/// The modes one after the other, each planned with the ledger of the one before.
#[test]
fn a_change_of_mode_moves_no_subnet_and_no_table() {
    let modes = [
        "none", "single", "per-zone", "regional", "single", "regional", "per-zone", "none",
    ];
    let mut ledger = Ledger::new();
    let mut before: Option<(Templates, BTreeMap<String, Value>)> = None;
    for mode in modes {
        let mut asked = spec(3, &json!(mode));
        asked["network"]["endpoints"] =
            json!(["s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks", "eks-auth"]);
        let synthesis = synthesis(&asked, &ledger);
        let templates = Templates::of(&synthesis);
        let all = resources(&synthesis);
        if let Some((was, resources)) = &before {
            assert_eq!(was.subnets(), templates.subnets(), "{mode}");
            let kept = [
                "AWS::EC2::RouteTable",
                "AWS::EC2::SubnetRouteTableAssociation",
            ];
            for (id, resource) in resources {
                if kept.iter().any(|kind| resource["Type"] == *kind) {
                    assert_eq!(all.get(id), Some(resource), "{mode}: {id}");
                }
            }
        }
        ledger = synthesis.plan().ledger();
        before = Some((templates, all));
    }
}

/// Between modes, a route changes its target and nothing else: `tests/conformance` records of both engines that they do this
/// in place.
#[test]
fn routes_are_turned_over_in_place() {
    let zonal = synthesis(&spec(3, &json!("per-zone")), &Ledger::new());
    let regional = synthesis(&spec(3, &json!("regional")), &zonal.plan().ledger());
    let [was, is] = [&zonal, &regional].map(resources);
    let ids = |all: &BTreeMap<String, Value>| all.keys().cloned().collect::<BTreeSet<_>>();
    let gone: Vec<_> = ids(&was).difference(&ids(&is)).cloned().collect();
    assert!(
        gone.iter()
            .all(|id| id.starts_with("NatGatewayPublic") || id.starts_with("ElasticIp")),
        "{gone:?}"
    );
    assert_eq!(gone.len(), 6);
    let new: Vec<_> = ids(&is).difference(&ids(&was)).cloned().collect();
    assert_eq!(new, ["NatGatewayRegional"]);
    for id in ids(&was).intersection(&ids(&is)) {
        let [mut was, mut is] = [&was, &is].map(|all| all[id].clone());
        if was["Type"] == "AWS::EC2::Route" && was != is {
            for route in [&mut was, &mut is] {
                route["Properties"]["NatGatewayId"] = Value::Null;
            }
        }
        // What nodes wait for no longer goes through the public tier.
        for resource in [&mut was, &mut is] {
            resource["DependsOn"] = Value::Null;
        }
        assert_eq!(was, is, "{id}");
    }
    // Terraform says the same of its routes, which are all still there.
    let [was, is] = [&zonal, &regional].map(|synthesis| main(synthesis)["aws_route"].clone());
    let [was, is] = [&was, &is].map(|all| all.as_object().unwrap());
    assert!(was.keys().eq(is.keys()), "{was:?} became {is:?}");
    let mut turned = 0;
    for (name, was) in was {
        let [mut was, mut is] = [was, &is[name]].map(Value::clone);
        if was["nat_gateway_id"] != is["nat_gateway_id"] {
            assert_eq!(is["nat_gateway_id"], "${aws_nat_gateway.regional.id}");
            assert!(was["nat_gateway_id"].is_string(), "{name}");
            turned += 1;
        }
        for route in [&mut was, &mut is] {
            route["nat_gateway_id"] = Value::Null;
            route["depends_on"] = Value::Null;
        }
        assert_eq!(was, is, "{name}");
    }
    assert_eq!(turned, 3);
}

#[test]
fn a_further_zone_adds_a_route_and_no_gateway() {
    let before = synthesis(&spec(2, &json!("regional")), &Ledger::new());
    let after = synthesis(&spec(3, &json!("regional")), &before.plan().ledger());
    Templates::of(&before).assert_grew_into(&Templates::of(&after), false);
    let [was, is] = [&before, &after].map(resources);
    assert_eq!(
        of(&was, "AWS::EC2::NatGateway"),
        of(&is, "AWS::EC2::NatGateway")
    );
    assert_eq!(
        of(&is, "AWS::EC2::Route").len(),
        of(&was, "AWS::EC2::Route").len() + 1
    );
}

/// The ledger as it is once the stack is deployed.
fn deployed(synthesis: &Synthesis) -> Ledger {
    let mut ledger = synthesis.plan().ledger();
    let entries: Vec<_> = ledger
        .entries()
        .map(|(key, entry)| (key.clone(), entry))
        .collect();
    for (key, mut entry) in entries {
        entry.state = State::Deployed;
        ledger.insert(key, entry);
    }
    ledger
}

#[test]
fn addresses_that_go_are_told_of() {
    let lost = |from: &str, to: &str| {
        let before = synthesis(&spec(3, &json!(from)), &Ledger::new());
        let planned = synthesis(&spec(3, &json!(to)), &before.plan().ledger());
        let not_yet = said(planned.findings(), Severity::Warning);
        assert!(
            !not_yet.contains(&"PLAN015".to_owned()),
            "{from} to {to}: {not_yet:?}"
        );
        let after = synthesis(&spec(3, &json!(to)), &deployed(&before));
        let of = |code: &str| {
            said(after.findings(), Severity::Warning)
                .iter()
                .filter(|c| *c == code)
                .count()
        };
        of("PLAN015")
    };
    assert_eq!(lost("regional", "per-zone"), 1);
    assert_eq!(lost("regional", "single"), 1);
    assert_eq!(lost("per-zone", "regional"), 3);
    assert_eq!(lost("single", "regional"), 1);
    assert_eq!(lost("regional", "regional"), 0);
}

#[test]
fn the_ledger_says_who_leaves_through_it() {
    let synthesis = synthesis(&spec(2, &json!("regional")), &Ledger::new());
    let ledger = synthesis.plan().ledger();
    for (key, entry) in ledger.entries() {
        let via = (key.tier == "nodes").then_some(Via::Regional);
        assert_eq!(entry.via, via, "{key}");
        assert!(!entry.nat, "{key}");
    }
    let mut file = LockFile::new();
    file.set("prod", "us-east-1", ledger.clone());
    let text = file.text();
    assert_eq!(text.matches(" planned via=regional\n").count(), 2, "{text}");
    let read = |text: &str| {
        let mut findings = Findings::new();
        let file = LockFile::read("eksnet.lock", text, &mut Sources::new(), &mut findings);
        (file, said(&findings, Severity::Error))
    };
    let (again, faults) = read(&text);
    assert_eq!(again.ledger("prod", "us-east-1"), Some(&ledger));
    assert_eq!(faults, Vec::<String>::new());
    let (_, faults) = read(&text.replace("via=regional", "via=zonal"));
    assert_eq!(faults, ["PLAN008", "PLAN008"]);
}

#[test]
fn reports_name_it() {
    let report = |mode: &str| PlanReport::new(&synthesis(&spec(2, &json!(mode)), &Ledger::new()));
    let regional = report("regional");
    assert!(regional.table().contains("\nNAT gateways      regional\n"));
    assert!(regional.markdown().contains("* A regional NAT gateway\n"));
    assert!(!regional.markdown().contains("No NAT gateways"));
    let json = |report: &PlanReport| serde_json::to_value(report).expect("JSON");
    assert_eq!(json(&regional)["regional_gateway"], true);
    assert_eq!(json(&regional)["gateways"], json!([]));
    let zonal = report("per-zone");
    assert_eq!(json(&zonal)["regional_gateway"], Value::Null);
    assert!(!zonal.table().contains("regional"));
}
