//! Networks without internet: what is not there, which endpoints are and why, and who may use them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity};
use eksnet::plan::Caller;
use eksnet::prelude::*;
use serde_json::Value;

fn synthesis(stack: &Stack) -> Synthesis {
    stack
        .synthesize()
        .unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn private() -> Network {
    Network::new(cidr!("10.20.0.0/16")).fully_private()
}

fn stack(region: Region, network: Network, cluster: Cluster) -> Stack {
    Stack::new("bank", region, network, cluster)
}

fn cluster() -> Cluster {
    Cluster::new("bank", "1.35")
}

fn codes(findings: &Findings, severity: Severity) -> Vec<String> {
    let of = findings.iter().filter(|f| f.severity == severity);
    of.map(|f| f.code.as_str().to_owned()).collect()
}

/// The endpoints of a plan, by short name.
fn services(synthesis: &Synthesis) -> BTreeSet<String> {
    let endpoints = synthesis.plan().endpoints.iter();
    endpoints.map(|e| e.service.as_str().to_owned()).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// What nodes of any private cluster call.
const NODES: [&str; 7] = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "s3", "sts"];

fn with(more: &[&str]) -> BTreeSet<String> {
    set(NODES.into_iter().chain(more.iter().copied()))
}

#[test]
fn nothing_leads_out() {
    let synthesis = synthesis(&stack(Region::UsEast1, private(), cluster()));
    let tiers: Vec<_> = synthesis.plan().tiers.iter().map(|t| &t.name[..]).collect();
    assert_eq!(tiers, ["nodes", "control-plane"]);
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let main: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    for kind in [
        "AWS::EC2::InternetGateway",
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::EIP",
        "AWS::EC2::Route",
    ] {
        let resources = template["Resources"].as_object().unwrap();
        assert!(resources.values().all(|r| r["Type"] != kind), "{kind}");
    }
    for kind in [
        "aws_internet_gateway",
        "aws_nat_gateway",
        "aws_eip",
        "aws_route",
    ] {
        assert!(main["resource"].get(kind).is_none(), "{kind}");
    }
    // By IPv6 neither.
    let both = private().dual_stack();
    let both = self::synthesis(&stack(Region::UsEast1, both, cluster())).cloudformation();
    assert!(!both.contains("EgressOnlyInternetGateway") && both.contains("Ipv6CidrBlock"));
}

#[test]
fn endpoints_follow_from_what_runs() {
    let of = |cluster| services(&synthesis(&stack(Region::UsEast1, private(), cluster)));
    assert_eq!(of(cluster()), set(NODES));
    assert_eq!(
        of(cluster().without_addon(AddonName::PodIdentityAgent)),
        set(NODES.into_iter().filter(|name| *name != "eks-auth"))
    );
    assert_eq!(of(cluster().karpenter()), with(&["sqs", "ssm"]));
    for (software, more) in [
        (Software::CloudwatchLogs, &["logs"][..]),
        (Software::CloudwatchMetrics, &["logs", "monitoring"]),
        (Software::ClusterAutoscaler, &["autoscaling"]),
        (Software::EbsCsi, &[]),
        (Software::EfsCsi, &["elasticfilesystem"]),
        (Software::ExternalDns, &["route53"]),
        (Software::GuarddutyAgent, &["guardduty-data"]),
        (Software::LoadBalancerController, &["elasticloadbalancing"]),
        (Software::SecretsStoreCsi, &["secretsmanager", "ssm"]),
        (
            Software::SessionManager,
            &["ec2messages", "ssm", "ssmmessages"],
        ),
        (Software::XRay, &["xray"]),
    ] {
        assert_eq!(of(cluster().uses([software])), with(more), "{software}");
    }
}

#[test]
fn fargate_alone_needs_no_nodes_endpoints() {
    let mut net = private();
    let pods = net.add(Tier::private("pods", Nat::none()));
    net.add(Tier::isolated("control-plane"));
    let cluster = cluster()
        .without_addon(AddonName::PodIdentityAgent)
        .fargate(FargateProfile::new("all", &pods).namespace("default"));
    let synthesis = synthesis(&stack(Region::UsEast1, net, cluster));
    assert_eq!(
        services(&synthesis),
        set(["ecr.api", "ecr.dkr", "logs", "s3", "sts"])
    );
}

#[test]
fn every_endpoint_has_its_reasons_and_named_ones_are_added() {
    let net = private().endpoints(["kms", "com.amazonaws.us-east-1.sts"]);
    let cluster = cluster()
        .oidc_provider()
        .uses([Software::ClusterAutoscaler]);
    let synthesis = synthesis(&stack(Region::UsEast1, net, cluster));
    let endpoints = &synthesis.plan().endpoints;
    assert!(
        endpoints
            .iter()
            .all(|endpoint| !endpoint.reasons.is_empty())
    );
    let callers = |service: &str| -> Vec<Caller> {
        let mut of = endpoints
            .iter()
            .filter(|e| e.service.short_name() == service);
        let (one, more) = (of.next().expect(service), of.next());
        assert!(more.is_none(), "{service} is there twice");
        one.reasons.iter().map(|reason| reason.caller).collect()
    };
    assert_eq!(callers("kms"), [Caller::Asked]);
    assert_eq!(
        callers("sts"),
        [
            Caller::Asked,
            Caller::Nodes,
            Caller::ServiceAccounts,
            Caller::Software(Software::ClusterAutoscaler),
        ]
    );
    assert_eq!(callers("ec2")[..2], [Caller::Nodes, Caller::VpcCni]);
}

#[test]
fn regions_and_partitions_have_names_of_their_own() {
    let of = |region| {
        let cluster = cluster().karpenter().uses([Software::ExternalDns]);
        synthesis(&stack(region, private().zones(2), cluster))
    };
    // Missing where AWS has none, and said so.
    for region in [Region::ApSoutheast5, Region::MxCentral1] {
        let synthesis = of(region);
        assert!(!services(&synthesis).contains("eks"), "{region}");
        let warnings = codes(synthesis.findings(), Severity::Warning);
        assert!(warnings.contains(&"EKS629".to_owned()), "{warnings:?}");
    }
    let china = of(Region::CnNorth1);
    assert!(!services(&china).contains("route53"));
    let template = china.cloudformation();
    assert!(template.contains("\"cn.com.amazonaws.cn-north-1.ecr.dkr\""));
    assert!(template.contains("arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*"));
    // Route 53's API is in one region, and its endpoint elsewhere says so.
    let template = of(Region::EuWest1).cloudformation();
    assert!(template.contains("\"com.amazonaws.route53\""));
    assert!(template.contains("\"ServiceRegion\": \"us-east-1\""));
    assert!(
        !of(Region::UsEast1)
            .cloudformation()
            .contains("ServiceRegion")
    );
}

#[test]
fn what_leads_out_is_refused() {
    let mut net = private();
    let public = net.add(Tier::public("public"));
    net.add(Tier::private("nodes", Nat::per_zone(&public)));
    net.add(Tier::isolated("control-plane"));
    let outside = Endpoint::public().allow(cidr!("198.18.7.0/24"));
    let findings = stack(Region::UsEast1, net, cluster().endpoint(outside))
        .synthesize()
        .expect_err("a way out");
    assert_eq!(
        codes(&findings, Severity::Error),
        ["SPEC030", "SPEC030", "EKS617"]
    );
}

/// The endpoints that an explicit list lacks, by rule.
#[test]
fn an_explicit_list_is_held_against_the_same_needs() {
    let offline = |endpoints: Vec<&str>, cluster: Cluster| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).endpoints(endpoints);
        let nodes = net.add(Tier::private("nodes", Nat::none()));
        net.add(Tier::isolated("control-plane"));
        let cluster = cluster.node_group(NodeGroup::new("system", &nodes));
        stack(Region::UsEast1, net, cluster).synthesize()
    };
    let all = Software::ALL.iter().copied();
    let cluster = || cluster().karpenter().oidc_provider().uses(all.clone());
    let findings = offline(vec!["kms"], cluster()).expect_err("hardly anything is there");
    let mut errors = codes(&findings, Severity::Error);
    errors.sort();
    errors.dedup();
    assert_eq!(
        errors,
        [
            "EKS619", "EKS620", "EKS621", "EKS622", "EKS623", "EKS624", "EKS625", "EKS626",
            "EKS627", "EKS628", "EKS644", "SPEC031"
        ]
    );
    // What the help says to add is what is missing, each once.
    let help: Vec<String> = findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .flat_map(|f| f.help.iter().cloned())
        .collect();
    let added: Vec<&str> = help
        .iter()
        .flat_map(|help| {
            help.strip_prefix("add to `endpoints`: ")
                .expect(help)
                .split(", ")
        })
        .collect();
    let unique: BTreeSet<_> = added.iter().collect();
    assert_eq!(unique.len(), added.len(), "{added:?}");
    let complete = offline(added, cluster()).unwrap_or_else(|f| panic!("{f:#?}"));
    assert_eq!(codes(complete.findings(), Severity::Warning), [""; 0]);
}

#[test]
fn policies_are_the_accounts_own_unless_said_otherwise() {
    let policies = |network: Network| -> Vec<(String, Value)> {
        let cluster = cluster().oidc_provider();
        let text = synthesis(&stack(Region::UsEast1, network, cluster)).cloudformation();
        let template: Value = serde_json::from_str(&text).unwrap();
        let resources = template["Resources"].as_object().unwrap().values();
        resources
            .filter(|r| r["Type"] == "AWS::EC2::VPCEndpoint")
            .map(|r| {
                let properties = &r["Properties"];
                let name = properties["ServiceName"].as_str().unwrap().to_owned();
                (name, properties["PolicyDocument"].clone())
            })
            .collect()
    };
    for (service, policy) in policies(private()) {
        if service == "com.amazonaws.us-east-1.eks" {
            assert!(policy.is_null(), "EKS takes no policy");
            continue;
        }
        for statement in policy["Statement"].as_array().expect(&service) {
            let named = statement["Resource"] != "*";
            let account = &statement["Condition"]["StringEquals"]["aws:PrincipalAccount"];
            assert!(
                named || account["Ref"] == "AWS::AccountId",
                "{service}: {statement}"
            );
        }
    }
    for open in [
        Network::new(cidr!("10.20.0.0/16")),
        private().endpoint_policies(EndpointPolicies::Open),
    ] {
        assert!(policies(open).iter().all(|(_, policy)| policy.is_null()));
    }
    let chosen = Network::new(cidr!("10.20.0.0/16"))
        .endpoint_policies(EndpointPolicies::ThisAccount)
        .endpoint_buckets(["zulu", "alpha", "zulu"]);
    let [(_, s3)] = &policies(chosen)[..] else {
        panic!("one endpoint")
    };
    assert_eq!(
        s3["Statement"][2]["Resource"],
        serde_json::json!([
            "arn:aws:s3:::alpha",
            "arn:aws:s3:::alpha/*",
            "arn:aws:s3:::zulu",
            "arn:aws:s3:::zulu/*"
        ])
    );
}

/// The number of characters that a rule goes by is not smaller than what AWS gets, and not far from it.
#[test]
fn the_size_of_a_policy_is_known() {
    let buckets: Vec<String> = (0..150).map(|n| format!("shared-bucket-{n}")).collect();
    let network = private().endpoint_buckets(&buckets);
    let synthesis = synthesis(&stack(Region::UsEast1, network, cluster()));
    let counted = synthesis
        .graph()
        .entries
        .iter()
        .find_map(|entry| match &entry.resource {
            eksnet::graph::Resource::VpcEndpoint(e)
                if e.service == "com.amazonaws.us-east-1.s3" =>
            {
                e.policy.as_ref().map(eksnet::graph::Policy::characters)
            }
            _ => None,
        })
        .unwrap();
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let policy = &template["Resources"]["VpcEndpointS3"]["Properties"]["PolicyDocument"];
    let sent = policy
        .to_string()
        .replace(r#"{"Ref":"AWS::AccountId"}"#, r#""111122223333""#)
        .chars()
        .count();
    assert!((sent..sent + 100).contains(&counted), "{counted}, {sent}");
}

#[test]
fn a_restricted_public_api_is_reached_by_known_addresses_or_refused() {
    let outside = || Endpoint::public().allow(cidr!("198.18.7.0/24"));
    let network = |nat: fn(&TierId<eksnet::network::Public>) -> Nat| {
        let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
        let public = net.add(Tier::public("public"));
        let nodes = net.add(Tier::private("nodes", nat(&public)));
        net.add(Tier::isolated("control-plane"));
        let cluster = cluster()
            .endpoint(outside())
            .node_group(NodeGroup::new("system", &nodes));
        stack(Region::UsEast1, net, cluster).synthesize()
    };
    let known = network(|public| Nat::per_zone(public)).unwrap_or_else(|f| panic!("{f:#?}"));
    let template: Value = serde_json::from_str(&known.cloudformation()).unwrap();
    let clients = &template["Resources"]["Cluster"]["Properties"]["ResourcesVpcConfig"];
    // The office, and both NAT gateways.
    assert_eq!(
        clients["PublicAccessCidrs"]
            .as_array()
            .expect("a list")
            .len(),
        3
    );
    let unknown = network(|public| Nat::single(public).allocations(["eipalloc-0123456789abcdef0"]));
    let findings = unknown.expect_err("an address that nobody knows");
    let finding = findings
        .iter()
        .find(|f| f.code.as_str() == "EKS605")
        .expect("EKS605");
    assert!(
        finding.message.contains("Elastic IP is not known here"),
        "{}",
        finding.message
    );
}
