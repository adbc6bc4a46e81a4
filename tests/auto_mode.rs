//! EKS Auto Mode: what the cluster is told, who may do what, where nodes and pods stand, and what does not go with it.

#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod support;

use std::collections::BTreeSet;

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::render::{Format, Known};
use eksnet::report::CapacityReport;
use eksnet::spec;
use serde_json::{Value, json};

use support::run;

const NETWORK: &str = "  cidr: 10.20.0.0/16
  secondary-cidrs: [100.64.0.0/16]
  tiers:
    public: { access: public, prefix: 24 }
    nodes: { access: private, prefix: 20 }
    pods: { access: private, prefix: 18, block: 100.64.0.0/16, load-balancers: false }
    control-plane: { access: isolated, prefix: 27 }
";

fn load(network: &str, cluster: &str) -> Result<Synthesis, Findings> {
    let text = format!("stack: prod\nregion: us-east-1\nnetwork:\n{network}cluster:\n{cluster}");
    run::text(&text, spec::Format::Yaml, &Ledger::new())
}

/// A cluster in [`NETWORK`], with these lines below `cluster`.
fn cluster(lines: &str) -> Synthesis {
    load(NETWORK, lines).unwrap_or_else(|findings| panic!("{:?}", run::errors(&findings)))
}

/// Codes of warnings and errors.
fn said(network: &str, cluster: &str) -> BTreeSet<String> {
    let findings = match load(network, cluster) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    let loud = findings.iter().filter(|f| f.severity != Severity::Info);
    loud.map(|f| f.code.to_string()).collect()
}

fn resources(synthesis: &Synthesis) -> Value {
    let template: Value =
        serde_json::from_str(&synthesis.cloudformation()).expect("a JSON template");
    template["Resources"].clone()
}

fn terraform(synthesis: &Synthesis) -> Value {
    let module: Value = serde_json::from_str(&synthesis.terraform().main).expect("JSON");
    module["resource"].clone()
}

fn of_type(resources: &Value, kind: &str) -> BTreeSet<String> {
    let all = resources.as_object().expect("resources");
    let of = all.iter().filter(|(_, body)| body["Type"] == kind);
    of.map(|(name, _)| name.clone()).collect()
}

fn manifests(synthesis: &Synthesis) -> String {
    let document = synthesis.document(Format::Kubernetes, &Known::nothing());
    document.map_or_else(String::new, |document| document.text)
}

#[test]
fn the_three_switches_are_turned_together() {
    for (lines, on) in [
        ("  auto-mode: { tier: nodes }\n", json!(true)),
        (
            "  auto-mode: false\n  node-groups: { a: { tier: nodes } }\n",
            json!(false),
        ),
        ("  node-groups: { a: { tier: nodes } }\n", Value::Null),
    ] {
        let synthesis = cluster(lines);
        let resources = resources(&synthesis);
        let properties = &resources["Cluster"]["Properties"];
        let of_terraform = &terraform(&synthesis)["aws_eks_cluster"]["main"];
        let of_terraform = if of_terraform.is_null() {
            let all = &terraform(&synthesis)["aws_eks_cluster"];
            all.as_object().and_then(|all| all.values().next()).cloned()
        } else {
            Some(of_terraform.clone())
        }
        .expect("the cluster");
        for switch in [
            &properties["ComputeConfig"]["Enabled"],
            &properties["StorageConfig"]["BlockStorage"]["Enabled"],
            &properties["KubernetesNetworkConfig"]["ElasticLoadBalancing"]["Enabled"],
            in_block(&of_terraform, &["compute_config", "enabled"]),
            in_block(
                &of_terraform,
                &["storage_config", "block_storage", "enabled"],
            ),
            in_block(
                &of_terraform,
                &[
                    "kubernetes_network_config",
                    "elastic_load_balancing",
                    "enabled",
                ],
            ),
        ] {
            assert_eq!(*switch, on, "{lines}");
        }
    }
}

/// A member of blocks, each written as an object or as a list of one.
fn in_block<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, name| {
        let value = if value.is_array() { &value[0] } else { value };
        &value[*name]
    })
}

#[test]
fn nodes_of_the_stack_have_a_role_and_an_entry_and_no_add_ons() {
    let resources = resources(&cluster("  auto-mode: { tier: nodes }\n"));
    assert!(of_type(&resources, "AWS::EKS::Addon").is_empty());
    assert!(of_type(&resources, "AWS::EKS::PodIdentityAssociation").is_empty());
    let compute = &resources["Cluster"]["Properties"]["ComputeConfig"];
    assert_eq!(*compute, json!({ "Enabled": true, "NodePools": [] }));
    let role = &resources["RoleCluster"]["Properties"];
    let policies = role["ManagedPolicyArns"].as_array().expect("policies");
    for name in [
        "BlockStorage",
        "Cluster",
        "Compute",
        "LoadBalancing",
        "Networking",
    ] {
        let arn = format!("arn:aws:iam::aws:policy/AmazonEKS{name}Policy");
        assert!(policies.contains(&arn.into()), "{name}");
    }
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0]["Action"];
    assert_eq!(*trust, json!(["sts:AssumeRole", "sts:TagSession"]));
    let entry = &resources["AccessEntryAutoNodes"]["Properties"];
    assert_eq!(entry["Type"], "EC2");
    assert_eq!(
        entry["PrincipalArn"],
        json!({ "Fn::GetAtt": ["RoleAutoNodes", "Arn"] })
    );
    assert_eq!(
        entry["AccessPolicies"][0]["PolicyArn"],
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy"
    );
}

#[test]
fn pools_of_aws_have_a_role_that_the_cluster_names() {
    let network = "  cidr: 10.20.0.0/16
  tiers:
    public: { access: public, prefix: 24 }
    nodes: { access: private, prefix: 20 }
";
    let lines = "  control-plane: nodes\n  auto-mode: { node-pools: [system, general-purpose] }\n";
    let synthesis = load(network, lines).unwrap_or_else(|f| panic!("{:?}", run::errors(&f)));
    let resources = resources(&synthesis);
    let compute = &resources["Cluster"]["Properties"]["ComputeConfig"];
    assert_eq!(compute["NodePools"], json!(["general-purpose", "system"]));
    assert_eq!(
        compute["NodeRoleArn"],
        json!({ "Fn::GetAtt": ["RoleAutoMode", "Arn"] })
    );
    // EKS makes the entry of that role.
    assert!(of_type(&resources, "AWS::EKS::AccessEntry").is_empty());
    assert_eq!(manifests(&synthesis), "");
    // The role's policies come first: a node without them joins nothing.
    let module = terraform(&synthesis);
    let all = module["aws_eks_cluster"].as_object().expect("a cluster");
    let waits = all.values().next().expect("a cluster")["depends_on"].to_string();
    assert!(
        waits.contains("aws_iam_role_policy_attachment.auto_mode"),
        "{waits}"
    );
}

#[test]
fn a_node_class_puts_nodes_and_pods_where_they_belong() {
    let text = manifests(&cluster(
        "  auto-mode: { tier: nodes, capacity: [spot] }\n  pods: { tier: pods, snat: external }\n  network-policy: { engine: vpc-cni, mode: strict }\n",
    ));
    for line in [
        "  role: prod-use1-auto-nodes\n",
        "  subnetSelectorTerms:\n    - id: \"${SubnetNodesUse1Az1}\"\n",
        "  podSubnetSelectorTerms:\n    - id: \"${SubnetPodsUse1Az1}\"\n",
        "  podSecurityGroupSelectorTerms:\n    - id: \"${ClusterSecurityGroupId}\"\n    - id: \"${NodeSecurityGroupId}\"\n",
        "  snatPolicy: Disabled\n",
        "  networkPolicy: DefaultDeny\n",
        "  enable-network-policy-controller: \"true\"\n",
        "            - spot\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    // Names are answered on each node, and no pod answers them.
    assert!(!text.contains("allow-coredns"), "{text}");
    assert!(!text.contains("SubnetControlPlane"), "{text}");
}

#[test]
fn the_role_changes_rules_of_the_group_that_nodes_carry_alone() {
    let restricted = format!("{NETWORK}  security: {{ mode: restricted }}\n");
    let synthesis = load(&restricted, "  auto-mode: { tier: nodes }\n")
        .unwrap_or_else(|f| panic!("{:?}", run::errors(&f)));
    let role = &resources(&synthesis)["RoleCluster"]["Properties"];
    let statement = &role["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert!(
        statement["Action"]
            .to_string()
            .contains("ec2:AuthorizeSecurityGroupIngress")
    );
    assert!(
        statement["Resource"]
            .to_string()
            .contains("SecurityGroupNodes")
    );
    let text = manifests(&synthesis);
    assert!(!text.contains("ClusterSecurityGroupId"), "{text}");
    let open = &resources(&cluster("  auto-mode: { tier: nodes }\n"))["RoleCluster"]["Properties"];
    assert!(open["Policies"].is_null());
}

#[test]
fn beside_node_groups_the_add_ons_stay() {
    let both = cluster(
        "  auto-mode: { tier: nodes }\n  node-groups: { a: { tier: nodes } }\n  pods: { tier: pods, placement: custom-networking, mode: prefixes }\n",
    );
    let addons = of_type(&resources(&both), "AWS::EKS::Addon");
    let all = [
        "AddonCoredns",
        "AddonEksPodIdentityAgent",
        "AddonKubeProxy",
        "AddonVpcCni",
    ];
    assert_eq!(addons, BTreeSet::from(all.map(str::to_owned)));
    assert!(manifests(&both).contains("podSubnetSelectorTerms"));
    let alone = cluster("  node-groups: { a: { tier: nodes } }\n");
    let roles = |synthesis: &Synthesis| of_type(&resources(synthesis), "AWS::IAM::Role");
    let more: Vec<_> = roles(&both).difference(&roles(&alone)).cloned().collect();
    assert_eq!(more, ["RoleAutoNodes"], "nothing else is renamed or added");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let alone = "  auto-mode: { tier: nodes }\n";
    let both = "  auto-mode: { tier: nodes }\n  node-groups: { a: { tier: nodes } }\n";
    for (first, more, code) in [
        (alone, "  pods: { mode: prefixes }\n", "EKS856"),
        (alone, "  pods: { warm: { enis: 1 } }\n", "EKS856"),
        (
            alone,
            "  pods: { tier: pods, placement: discovery }\n",
            "EKS856",
        ),
        (
            alone,
            "  pods: { tier: pods, placement: custom-networking }\n",
            "EKS856",
        ),
        (
            alone,
            "  addons: { kube-proxy: v1.35.0-eksbuild.2 }\n",
            "SPEC075",
        ),
        (alone, "  network-policy: calico\n", "EKS857"),
        (alone, "  made-by: eksctl\n", "SPEC056"),
        (both, "  network-policy: calico\n", "EKS857"),
        (
            both,
            "  pods: { tier: pods, placement: node-class }\n",
            "SPEC076",
        ),
        (
            both,
            "  pods: { snat: { exclude: [192.168.0.0/16] } }\n",
            "EKS858",
        ),
        (
            "  auto-mode: { tier: nodes, node-pools: [system] }\n",
            "  pods: { snat: external }\n",
            "EKS858",
        ),
        (
            "  auto-mode: { tier: nodes, node-pools: [system] }\n",
            "  network-policy: { engine: vpc-cni, mode: strict }\n",
            "EKS857",
        ),
        ("  auto-mode: { architectures: [] }\n", "", "SPEC016"),
        ("  auto-mode: { tier: nowhere }\n", "", "SPEC010"),
    ] {
        let codes = said(NETWORK, &format!("{first}{more}"));
        assert!(codes.contains(code), "{first}{more}: {codes:?}");
    }
    let without =
        "  pods: { tier: pods, placement: node-class }\n  node-groups: { a: { tier: nodes } }\n";
    assert_eq!(
        said(NETWORK, without),
        BTreeSet::from(["SPEC076".to_owned()])
    );
}

#[test]
fn nodes_without_a_way_out_lack_endpoints() {
    let closed = NETWORK.replace(
        "access: private, prefix: 20",
        "access: private, nat: none, prefix: 20",
    );
    let codes = said(&closed, "  auto-mode: { tier: nodes }\n");
    assert!(
        codes.contains("EKS619") && codes.contains("EKS622"),
        "{codes:?}"
    );
    // AWS's pools have nodes in the isolated tier of the control plane.
    let codes = said(NETWORK, "  auto-mode: { node-pools: [system] }\n");
    assert!(
        codes.contains("EKS619") && codes.contains("PLAN050"),
        "{codes:?}"
    );
    let private = load(
        "  cidr: 10.20.0.0/16\n  fully-private: true\n",
        "  auto-mode: true\n",
    );
    let private = private.unwrap_or_else(|f| panic!("{:?}", run::errors(&f)));
    let endpoints = private.plan().endpoints.iter();
    let endpoints: BTreeSet<_> = endpoints
        .map(|e| e.service.short_name().to_owned())
        .collect();
    for service in ["ec2", "ecr.api", "ecr.dkr", "eks-auth", "s3", "sts"] {
        assert!(endpoints.contains(service), "{service}: {endpoints:?}");
    }
}

#[test]
fn a_node_has_as_many_pods_as_auto_mode_allows() {
    let report = CapacityReport::new(&cluster("  auto-mode: { tier: nodes }\n"));
    let tier = report.tiers.iter().find(|tier| tier.name == "nodes");
    let group = &tier.expect("the tier").groups[0];
    let room = group.auto.as_ref().expect("a forecast");
    // An m6i.large has three interfaces with nine slots each.
    assert_eq!((report.mode, room.max_pods), ("auto", 27));
    // Two prefixes for them and one ready, and the address of the interface.
    assert_eq!(room.addresses, 3 * 16 + 1);
    assert!(group.secondary.is_none() && group.prefix.is_none());
    let beside = CapacityReport::new(&cluster(
        "  auto-mode: { tier: nodes }\n  node-groups: { a: { tier: nodes } }\n",
    ));
    assert!(
        beside
            .table()
            .contains("nodes that EKS Auto Mode starts are not counted")
    );
}

#[test]
fn a_program_says_the_same() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).secondary_cidr(cidr!("100.64.0.0/16"));
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(20));
    let pods = net.add(
        Tier::private("pods", Nat::per_zone(&public))
            .prefix(18)
            .block(cidr!("100.64.0.0/16"))
            .load_balancers(false),
    );
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let own = AutoNodes::new(&nodes)
        .architectures([
            Architecture::Arm64,
            Architecture::Amd64,
            Architecture::Arm64,
        ])
        .capacity([CapacityType::Spot]);
    let model = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .auto_mode(AutoMode::new(own))
        .pods(Pods::new().node_class(&pods));
    let stack = Stack::new("prod", Region::UsEast1, net, model);
    let program = stack
        .synthesize()
        .unwrap_or_else(|f| panic!("{:?}", run::errors(&f)));
    let spec = cluster(
        "  auto-mode: { tier: nodes, architectures: [amd64, arm64], capacity: [spot] }\n  pods: { tier: pods }\n",
    );
    assert_eq!(run::output(&program), run::output(&spec));
    assert_eq!(manifests(&program), manifests(&spec));
}

#[test]
fn eksctl_is_told_the_pools_of_aws() {
    let network = "  cidr: 10.20.0.0/16
  tiers:
    public: { access: public, prefix: 24 }
    nodes: { access: private, prefix: 20 }
";
    let lines =
        "  made-by: eksctl\n  control-plane: nodes\n  auto-mode: { node-pools: [system] }\n";
    let synthesis = load(network, lines).unwrap_or_else(|f| panic!("{:?}", run::errors(&f)));
    let document = synthesis.document(Format::Eksctl, &Known::nothing());
    let text = document.expect("a ClusterConfig").text;
    let auto = "autoModeConfig:\n  enabled: true\n  nodePools:\n    - system\n";
    assert!(text.contains(auto), "{text}");
    assert!(!text.contains("vpc-cni"), "{text}");
}
