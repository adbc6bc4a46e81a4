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

/// Codes of the errors for which nothing is made, each once.
fn refused(network: &str, cluster: &str) -> BTreeSet<String> {
    let Err(findings) = load(network, cluster) else {
        return BTreeSet::new();
    };
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|f| f.code.to_string()).collect()
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

/// What the second has of ids besides those of the first, all of which it has.
fn added(
    ids: impl Fn(&Synthesis) -> BTreeSet<String>,
    was: &Synthesis,
    is: &Synthesis,
) -> Vec<String> {
    let [was, is] = [ids(was), ids(is)];
    assert_eq!(was.difference(&is).count(), 0, "{was:?} became {is:?}");
    is.difference(&was).cloned().collect()
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
    let alone = cluster(
        "  node-groups: { a: { tier: nodes } }\n  pods: { tier: pods, placement: custom-networking, mode: prefixes }\n",
    );
    // The nodes' role and their access entry are added, of Terraform their policies and further ones of the cluster's role, too;
    // nothing is renamed or goes.
    let of_template = |synthesis: &Synthesis| {
        let resources = resources(synthesis);
        let all = resources.as_object().expect("resources").clone();
        all.into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>()
    };
    assert_eq!(
        added(of_template, &alone, &both),
        ["AccessEntryAutoNodes", "RoleAutoNodes"]
    );
    let of_module = |synthesis: &Synthesis| {
        let module = terraform(synthesis);
        let kinds = module.as_object().expect("resources").iter();
        let all = kinds.flat_map(|(kind, all)| {
            let names = all.as_object().expect("resources").keys();
            names.map(move |name| format!("{kind}.{name}"))
        });
        all.collect::<BTreeSet<_>>()
    };
    assert_eq!(
        added(of_module, &alone, &both),
        [
            "aws_eks_access_entry.auto_nodes",
            "aws_eks_access_policy_association.auto_nodes_AmazonEKSAutoNodePolicy",
            "aws_iam_role.auto_nodes",
            "aws_iam_role_policy_attachment.auto_nodes_AmazonEC2ContainerRegistryPullOnly",
            "aws_iam_role_policy_attachment.auto_nodes_AmazonEKSWorkerNodeMinimalPolicy",
            "aws_iam_role_policy_attachment.cluster_AmazonEKSBlockStoragePolicy",
            "aws_iam_role_policy_attachment.cluster_AmazonEKSComputePolicy",
            "aws_iam_role_policy_attachment.cluster_AmazonEKSLoadBalancingPolicy",
            "aws_iam_role_policy_attachment.cluster_AmazonEKSNetworkingPolicy",
        ]
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    let alone = "  auto-mode: { tier: nodes }\n";
    let both = "  auto-mode: { tier: nodes }\n  node-groups: { a: { tier: nodes } }\n";
    let pools = "  control-plane: nodes\n  auto-mode: { tier: nodes, node-pools: [system] }\n";
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
        (pools, "  pods: { snat: external }\n", "EKS858"),
        (
            pools,
            "  network-policy: { engine: vpc-cni, mode: strict }\n",
            "EKS857",
        ),
        (
            "  auto-mode: { tier: nodes, architectures: [] }\n",
            "",
            "SPEC016",
        ),
        ("  auto-mode: { tier: nowhere }\n", "", "SPEC010"),
    ] {
        let codes = refused(NETWORK, &format!("{first}{more}"));
        assert_eq!(codes, BTreeSet::from([code.to_owned()]), "{first}{more}");
    }
    let without =
        "  pods: { tier: pods, placement: node-class }\n  node-groups: { a: { tier: nodes } }\n";
    assert_eq!(
        refused(NETWORK, without),
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

/// Codes of errors and warnings that one of these features has because of another.
#[test]
fn nodes_of_aws_own_pools_are_nodes() {
    let pools = "  auto-mode: { node-pools: [system] }\n";
    let with = |more: &str| said(NETWORK, &format!("{pools}  control-plane: nodes\n{more}"));
    let has = |codes: &BTreeSet<String>, code: &str| codes.contains(code);
    // Nobody else could be told these ranges.
    assert!(has(
        &with("  pods: { snat: { exclude: [192.168.0.0/16] } }\n"),
        "EKS858"
    ));
    // Beside node groups, pods of these nodes would stay where they are.
    let groups = "  node-groups: { a: { tier: nodes } }\n";
    let apart = "  pods: { tier: pods, placement: custom-networking }\n";
    assert!(has(&with(&format!("{groups}{apart}")), "SPEC076"));
    // A fully private network has endpoints for a way out.
    let network = "  cidr: 10.20.0.0/16\n  fully-private: true\n  tiers: { nodes: { access: isolated, prefix: 20 } }\n";
    let codes = said(network, &format!("{pools}  control-plane: nodes\n"));
    assert!(!has(&codes, "PLAN050"), "{codes:?}");
    let small = network.replace("prefix: 20", "prefix: 26");
    let codes = said(&small, &format!("{pools}  control-plane: nodes\n"));
    assert!(has(&codes, "PLAN050"), "{codes:?}");
    // They have pods in the group that EKS makes for the cluster, and Karpenter's nodes do not carry it.
    let karpenter = cluster(&format!(
        "{pools}  control-plane: nodes\n  karpenter: true\n"
    ));
    let rules = resources(&karpenter);
    assert!(rules["IngressRuleNodesFromClusterAll"].is_object());
}

#[test]
fn karpenter_stays_where_it_was() {
    let tagged = |lines: &str| {
        let network = NETWORK.replace(
            "isolated, prefix: 27",
            "private, prefix: 23, load-balancers: false",
        );
        let synthesis = load(&network, lines);
        let synthesis = synthesis.unwrap_or_else(|findings| panic!("{:?}", run::errors(&findings)));
        let resources = resources(&synthesis);
        let all = resources.as_object().expect("resources").clone();
        let subnets = all.into_iter().filter(|(_, body)| {
            body["Properties"]["Tags"]
                .to_string()
                .contains("karpenter.sh/discovery")
        });
        subnets
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("Subnet"))
            .collect::<BTreeSet<_>>()
    };
    let alone = tagged("  karpenter: true\n");
    assert!(!alone.is_empty() && alone.iter().all(|name| name.starts_with("SubnetNodes")));
    let beside = "  karpenter: true\n  auto-mode: { node-pools: [system] }\n";
    assert_eq!(tagged(beside), alone);
}

#[test]
fn names_for_hybrid_nodes_are_answered_by_whatever_runs_core_dns() {
    let hybrid = "  auto-mode: { tier: nodes }\n  hybrid-nodes: { nodes: [192.168.64.0/20], role: \"arn:aws:iam::111122223333:role/hybrid\" }\n";
    let fargate =
        "  fargate: { system: { tier: nodes, selectors: [{ namespace: kube-system }] } }\n";
    let network = format!(
        "{NETWORK}  connected: {{ plant: {{ cidrs: [192.168.0.0/16], by: {{ transit-gateway: tgw-0f1e2d3c4b5a69788 }} }} }}\n"
    );
    let with = |more: &str| said(&network, &format!("{hybrid}{more}")).contains("SPEC078");
    assert!(with(""));
    assert!(with(
        "  node-groups: { a: { tier: nodes, taints: [{ key: a, value: b, effect: no-schedule }] } }\n"
    ));
    assert!(!with(fargate));
    assert!(!with("  addons: { coredns: none }\n"));
}

/// Nodes that no engine knows go with the cluster: what they have is there until then.
#[test]
fn what_nodes_have_outlives_the_cluster() {
    let synthesis = cluster("  auto-mode: { tier: nodes }\n  pods: { tier: pods }\n");
    let waits = resources(&synthesis)["Cluster"]["DependsOn"].to_string();
    let module = terraform(&synthesis)["aws_eks_cluster"].to_string();
    for (logical, address) in [
        (
            "RoleAutoNodes",
            "aws_iam_role_policy_attachment.auto_nodes_",
        ),
        ("SecurityGroupNodes", "aws_security_group.nodes"),
        ("SubnetNodesUse1Az1", "aws_subnet.nodes_use1_az1"),
        ("SubnetPodsUse1Az1", "aws_subnet.pods_use1_az1"),
    ] {
        assert!(waits.contains(logical), "{waits}");
        assert!(module.contains(address), "{module}");
    }
}

#[test]
fn a_cluster_of_eksctl_has_the_engine_of_its_policies() {
    let synthesis = cluster(
        "  made-by: eksctl\n  auto-mode: { node-pools: [system] }\n  control-plane: nodes\n  network-policy: vpc-cni\n",
    );
    let manifests = manifests(&synthesis);
    assert!(
        manifests.contains("enable-network-policy-controller"),
        "{manifests}"
    );
}
