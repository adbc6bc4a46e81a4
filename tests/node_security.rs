//! Security groups of node groups: which nodes carry which, who is let in where, and what they do not go together with.

#![cfg(feature = "spec")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

use std::collections::{BTreeMap, BTreeSet};

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::spec::{self, Format};
use serde_json::Value;

/// A spec with these lines below `network` and below `cluster`, beside shop and bank.
#[derive(Clone, Copy)]
struct Spec<'a> {
    network: &'a str,
    cluster: &'a str,
    system: &'a str,
    groups: &'a str,
}

impl Default for Spec<'_> {
    fn default() -> Self {
        Self {
            network: "zones: 2",
            cluster: "",
            system: "{ instance-types: [m6i.large] }",
            groups: "{ shop: {}, bank: {} }",
        }
    }
}

const RESTRICTED: &str = "security: { mode: restricted }";

impl Spec<'_> {
    fn text(&self) -> String {
        let indent = |text: &str| {
            let lines = text.lines().map(|line| format!("  {line}\n"));
            lines.collect::<String>()
        };
        let of = |name: &str| {
            format!(
                "    {name}: {{ instance-types: [m6i.large], security-group: {name}, taints: [{{ key: tenant, value: \
                 {name}, effect: no-schedule }}] }}\n"
            )
        };
        format!(
            "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n{}cluster:\n{}  node-groups:\n    system: \
             {}\n{}{}  node-security-groups: {}\n",
            indent(self.network),
            indent(self.cluster),
            self.system,
            of("shop"),
            of("bank"),
            self.groups,
        )
    }

    fn synthesis(&self) -> Synthesis {
        load(&self.text()).unwrap_or_else(|findings| panic!("{findings:#?}\n{}", self.text()))
    }

    /// The codes of all errors and warnings.
    fn said(&self) -> Vec<String> {
        said(&self.text())
    }
}

fn load(text: &str) -> Result<Synthesis, Findings> {
    let mut sources = Sources::new();
    spec::load("prod.yaml", Some(Format::Yaml), text, &mut sources).synthesize(&Ledger::new())
}

fn said(text: &str) -> Vec<String> {
    let findings = match load(text) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    let worth = findings
        .iter()
        .filter(|finding| finding.severity != Severity::Info);
    worth
        .map(|finding| finding.code.as_str().to_owned())
        .collect()
}

fn resources(synthesis: &Synthesis) -> serde_json::Map<String, Value> {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    template["Resources"].as_object().unwrap().clone()
}

/// The rules that have to do with some word, by the names of their resources.
fn rules(synthesis: &Synthesis, word: &str) -> BTreeSet<String> {
    resources(synthesis)
        .keys()
        .filter(|id| id.contains("gressRule") && id.contains(word))
        .cloned()
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What the interfaces of each node group carry: the resource and its attribute.
fn carried(synthesis: &Synthesis) -> BTreeMap<String, Vec<String>> {
    let all = resources(synthesis);
    let templates = all
        .iter()
        .filter(|(_, body)| body["Type"] == "AWS::EC2::LaunchTemplate");
    templates
        .map(|(id, body)| {
            let groups = &body["Properties"]["LaunchTemplateData"]["SecurityGroupIds"];
            let groups = groups.as_array().unwrap().iter().map(|group| {
                let path = group["Fn::GetAtt"].as_array().unwrap();
                format!(
                    "{}.{}",
                    path[0].as_str().unwrap(),
                    path[1].as_str().unwrap()
                )
            });
            (id.clone(), groups.collect())
        })
        .collect()
}

/// Whether a group of the stack has the cluster's tag.
fn tagged(all: &serde_json::Map<String, Value>, group: &str) -> bool {
    let tags = all[group]["Properties"]["Tags"].as_array().unwrap();
    let key = |tag: &Value| {
        tag["Key"]
            .as_str()
            .unwrap()
            .starts_with("kubernetes.io/cluster/")
    };
    tags.iter().any(key)
}

#[test]
fn nodes_carry_one_group_with_the_clusters_tag() {
    for network in ["zones: 2", RESTRICTED] {
        let synthesis = Spec {
            network,
            ..Spec::default()
        }
        .synthesis();
        let all = resources(&synthesis);
        let carried = carried(&synthesis);
        assert_eq!(
            carried["LaunchTemplateShop"],
            ["SecurityGroupNodesShop.GroupId"]
        );
        assert_eq!(
            carried["LaunchTemplateBank"],
            ["SecurityGroupNodesBank.GroupId"]
        );
        for (template, groups) in &carried {
            let with_tag = groups.iter().filter(|group| {
                let (id, _) = group.split_once('.').unwrap();
                // EKS tags the one that it makes.
                id == "Cluster" || tagged(&all, id)
            });
            assert_eq!(with_tag.count(), 1, "{template}: {groups:?}");
        }
    }
}

#[test]
fn the_stacks_own_tag_is_no_second_one() {
    let spec = Spec {
        network: RESTRICTED,
        ..Spec::default()
    };
    let text = format!(
        "tags: {{ kubernetes.io/cluster/prod: shared }}\n{}",
        spec.text()
    );
    let all = resources(&load(&text).unwrap());
    let tags = &all["SecurityGroupNodesShop"]["Properties"]["Tags"];
    let of_cluster = tags.as_array().unwrap().iter();
    let of_cluster: Vec<_> = of_cluster
        .filter(|tag| tag["Key"] == "kubernetes.io/cluster/prod")
        .map(|tag| tag["Value"].as_str().unwrap())
        .collect();
    assert_eq!(of_cluster, ["owned"]);

    let standard = format!(
        "tags: {{ kubernetes.io/cluster/prod: shared }}\n{}",
        Spec::default().text()
    );
    assert_eq!(said(&standard), ["EKS320"]);
}

#[test]
fn in_the_standard_mode_all_passes_to_the_control_plane_and_nothing_to_other_nodes() {
    let needs = [
        "EgressRuleControlPlaneToNodesShopAll",
        "EgressRuleNodesShopTo00000All",
        "IngressRuleControlPlaneFromNodesShopAll",
        "IngressRuleNodesFromNodesShopTcp53",
        "IngressRuleNodesFromNodesShopUdp53",
        "IngressRuleNodesShopFromControlPlaneAll",
        "IngressRuleNodesShopFromNodesShopAll",
        "IngressRuleNodesShopFromNodesTcp10250",
    ];
    assert_eq!(
        rules(&Spec::default().synthesis(), "NodesShop"),
        set(&needs)
    );
}

#[test]
fn in_the_restricted_mode_both_halves_of_what_they_cannot_do_without() {
    let spec = Spec {
        network: RESTRICTED,
        cluster: "uses: [efs-csi]",
        ..Spec::default()
    };
    let needs = [
        "EgressRuleControlPlaneToNodesShopTcp10250",
        "EgressRuleNodesShopTo00000Tcp443",
        "EgressRuleNodesShopTo10200016Tcp2049",
        "EgressRuleNodesShopToControlPlaneTcp443",
        "EgressRuleNodesShopToNodesTcp53",
        "EgressRuleNodesShopToNodesUdp53",
        "EgressRuleNodesToNodesShopTcp10250",
        "IngressRuleControlPlaneFromNodesShopTcp443",
        "IngressRuleNodesFromNodesShopTcp53",
        "IngressRuleNodesFromNodesShopUdp53",
        "IngressRuleNodesShopFromControlPlaneTcp10250",
        "IngressRuleNodesShopFromNodesTcp10250",
    ];
    assert_eq!(rules(&spec.synthesis(), "NodesShop"), set(&needs));
}

#[test]
fn the_shared_nodes_keep_their_rules() {
    for network in ["zones: 2", RESTRICTED] {
        let with = Spec {
            network,
            ..Spec::default()
        };
        let text = with.text();
        let of_nobody = |line: &&str| !line.contains("shop") && !line.contains("bank");
        let without: Vec<&str> = text.lines().filter(of_nobody).collect();
        let without = without.join("\n");
        let of_tenants = |id: &String| id.contains("NodesShop") || id.contains("NodesBank");
        let mut all = rules(&with.synthesis(), "");
        all.retain(|id| !of_tenants(id));
        assert_eq!(all, rules(&load(&without).unwrap(), ""));
    }
}

#[test]
fn names_are_asked_where_core_dns_runs() {
    for network in ["zones: 2", RESTRICTED] {
        let spec = Spec {
            network,
            cluster: "fargate: { system: { selectors: [{ namespace: kube-system }] } }",
            system: "{ taints: [{ key: batch, effect: no-execute }] }",
            ..Spec::default()
        };
        let synthesis = spec.synthesis();
        let names: BTreeSet<_> = rules(&synthesis, "NodesShop")
            .into_iter()
            .filter(|id| id.ends_with("53"))
            .collect();
        assert!(names.contains("IngressRuleClusterFromNodesShopUdp53"));
        assert!(!names.contains("IngressRuleNodesFromNodesShopUdp53"));
        let out = names.contains("EgressRuleNodesShopToClusterUdp53");
        assert_eq!(out, network == RESTRICTED);
        // The metrics server may run there, too.
        assert!(rules(&synthesis, "10250").contains("IngressRuleNodesShopFromClusterTcp10250"));
    }
}

#[test]
fn tenants_meet_where_a_rule_says_so_from_either_side() {
    let one = "{ shop: {}, bank: { rules: [{ from: shop, ports: 8443, description: Payments }] } }";
    let other = "{ bank: {}, shop: { rules: [{ to: bank, ports: 8443, description: Payments }] } }";
    let rendered = [one, other].map(|groups| {
        let spec = Spec {
            groups,
            ..Spec::default()
        };
        let synthesis = spec.synthesis();
        let pair = [
            "EgressRuleNodesShopToNodesBankTcp8443",
            "IngressRuleNodesBankFromNodesShopTcp8443",
        ];
        assert_eq!(rules(&synthesis, "8443"), set(&pair));
        (synthesis.cloudformation(), synthesis.terraform().main)
    });
    assert_eq!(rendered[0], rendered[1]);
}

#[test]
fn rules_reach_shared_nodes_ranges_and_pods() {
    let spec = Spec {
        network: RESTRICTED,
        cluster: "pods: { security-groups: { groups: { ledger: { namespace: bank, pods: {}, probe-ports: 8080, rules: \
                  [{ from: bank, ports: 8080, description: Probes }] } } } }\noidc-provider: true",
        groups: "\n    shop:\n      rules:\n      - { from: nodes, ports: 80-81, description: Ingress }\n      - { to: \
                 pl-0123, ports: 443, description: S3 }\n      - { to: 10.30.0.0/16, protocol: udp, ports: 514, description: Logs }\n    \
                 bank:\n      rules:\n      - { to: ledger, ports: 8443, description: API }",
        ..Spec::default()
    };
    let synthesis = spec.synthesis();
    for id in [
        "EgressRuleNodesToNodesShopTcp8081",
        "IngressRuleNodesShopFromNodesTcp8081",
        "EgressRuleNodesShopToPl0123Tcp443",
        "EgressRuleNodesShopTo10300016Udp514",
        "EgressRuleNodesBankToPodsLedgerTcp8443",
        "IngressRulePodsLedgerFromNodesBankTcp8443",
        "EgressRuleNodesBankToPodsLedgerTcp8080",
        "IngressRulePodsLedgerFromNodesBankTcp8080",
    ] {
        assert!(
            rules(&synthesis, "").contains(id),
            "{id}: {:#?}",
            rules(&synthesis, "")
        );
    }
    // Who lets the nodes of the bank in is not told that it did not.
    let codes = synthesis
        .findings()
        .iter()
        .map(|finding| finding.code.as_str());
    assert!(!codes.into_iter().any(|code| code == "PLAN045"));
}

#[test]
fn what_leads_everywhere_has_its_twin_for_ipv6() {
    for (network, rule) in [
        ("ipv6: true", "EgressRuleNodesShopTo00000AllIpv6"),
        (
            "ipv6: true\nsecurity: { mode: restricted }",
            "EgressRuleNodesShopTo00000Tcp443Ipv6",
        ),
    ] {
        let spec = Spec {
            network,
            cluster: "ip-family: ipv6",
            ..Spec::default()
        };
        assert!(rules(&spec.synthesis(), "Ipv6").contains(rule));
    }
}

#[test]
fn hybrid_nodes_are_asked_for_names_by_all() {
    let spec = Spec {
        network: "security: { mode: restricted }\nconnected: { plant: 172.24.0.0/14 }",
        cluster: "hybrid-nodes: { nodes: [172.24.0.0/20], pods: [172.25.0.0/18], role: \"arn:aws:iam::111122223333:role/h\" }",
        ..Spec::default()
    };
    let all = rules(&spec.synthesis(), "172250018Udp53");
    let wanted = [
        "EgressRuleNodesBankTo172250018Udp53",
        "EgressRuleNodesShopTo172250018Udp53",
        "EgressRuleNodesTo172250018Udp53",
        "IngressRuleNodesFrom172250018Udp53",
    ];
    assert_eq!(all, set(&wanted));
}

#[test]
fn others_are_told_the_groups_and_karpenter_finds_none_of_them() {
    let spec = Spec {
        cluster: "karpenter: true",
        ..Spec::default()
    };
    let synthesis = spec.synthesis();
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let told = &template["Outputs"]["NodesShopSecurityGroupId"]["Value"];
    assert_eq!(told["Fn::GetAtt"][0], "SecurityGroupNodesShop");
    let terraform = synthesis.terraform();
    assert!(terraform.outputs.contains("nodes_shop_security_group_id"));
    for (id, body) in resources(&synthesis) {
        let tags = body["Properties"]["Tags"].to_string();
        let found = tags.contains("karpenter.sh/discovery");
        if body["Type"] == "AWS::EC2::SecurityGroup" {
            assert_eq!(found, id == "SecurityGroupNodes", "{id}");
        }
    }
}

#[test]
fn it_is_all_the_same_on_a_vpc_that_exists() {
    let spec = Spec {
        network: "existing: vpc-0a1b2c3d4e5f60718\n\
                  tiers:\n  nodes:\n    access: private\n    existing:\n      \
                  use1-az1: { subnet: subnet-0a1b2c3d4e5f60711, cidr: 10.20.0.0/20, route-table: rtb-0a1b2c3d4e5f60711 }\n      \
                  use1-az2: { subnet: subnet-0a1b2c3d4e5f60712, cidr: 10.20.16.0/20, route-table: rtb-0a1b2c3d4e5f60712 }",
        ..Spec::default()
    };
    let synthesis = spec.synthesis();
    let all = resources(&synthesis);
    assert_eq!(
        all["SecurityGroupNodesShop"]["Properties"]["VpcId"],
        "vpc-0a1b2c3d4e5f60718"
    );
    assert_eq!(
        rules(&synthesis, "NodesShop"),
        rules(&Spec::default().synthesis(), "NodesShop")
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    let pods = "\n  tiers:\n    public: { access: public, prefix: 24 }\n    nodes: { access: private, prefix: 20 }\n    \
                control-plane: { access: isolated, prefix: 27 }\n    pods: { access: private, prefix: 20, load-balancers: false }\n  \
                endpoint-tier: nodes";
    let network = format!("zones: 2{}", pods.replace("\n  ", "\n"));
    let on_tier = |placement: &str| {
        let spec = Spec {
            network: &network,
            ..Spec::default()
        };
        let text = spec
            .text()
            .replace("instance-types", "tier: nodes, instance-types");
        said(&format!(
            "{text}  pods: {{ placement: {placement}, tier: pods }}\n"
        ))
    };
    assert_eq!(on_tier("custom-networking"), ["SPEC071"]);
    assert_eq!(on_tier("discovery"), [""; 0]);
    for (cluster, code) in [
        ("network-policy: calico", "SPEC073"),
        (
            "made-by: eksctl\naccess: { creator-admin: true }",
            "SPEC056",
        ),
    ] {
        let spec = Spec {
            cluster,
            ..Spec::default()
        };
        assert_eq!(spec.said(), [code], "{cluster}");
    }
    let vpc_cni = Spec {
        cluster: "network-policy: vpc-cni",
        ..Spec::default()
    };
    assert_eq!(vpc_cni.said(), [""; 0]);
}

#[test]
fn nodes_without_a_taint_are_refused() {
    let text = Spec::default().text();
    for (taint, refused) in [
        ("{ key: tenant, effect: no-schedule }", false),
        ("{ key: tenant, effect: no-execute }", false),
        ("{ key: tenant, effect: prefer-no-schedule }", true),
        ("{ key: CriticalAddonsOnly, effect: no-schedule }", true),
    ] {
        let shop = "{ key: tenant, value: shop, effect: no-schedule }";
        let codes = said(&text.replace(shop, taint));
        assert_eq!(codes == ["SPEC072"], refused, "{taint}: {codes:?}");
        assert_eq!(codes.is_empty(), !refused, "{taint}: {codes:?}");
    }
}

#[test]
fn a_name_that_is_wrong_is_said_once() {
    let text = Spec::default().text();
    assert_eq!(
        said(&text.replace("security-group: shop", "security-group: shpo")),
        ["SPEC010"]
    );
    assert_eq!(
        said(&text.replace("security-group: shop", "securty-group: shop")),
        ["SPEC002"]
    );
    assert_eq!(
        said(&text.replace("security-group: shop", "security-group: [shop]")),
        ["SPEC004"]
    );
    let groups = "{ shop: {}, bank: { rules: [{ from: shpo, ports: 1, description: Typo }] } }";
    let spec = Spec {
        groups,
        ..Spec::default()
    };
    assert_eq!(spec.said(), ["SPEC010"]);
    let none = text.replace("  node-security-groups: { shop: {}, bank: {} }\n", "");
    assert_eq!(said(&none), ["SPEC010", "SPEC010"]);
}

#[test]
fn a_program_says_the_same() {
    let mut net = Network::new("10.20.0.0/16".parse().unwrap()).zones(2);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(20));
    let _ = net.add(Tier::isolated("control-plane").prefix(27));
    let taint = |tenant: &str| Taint {
        key: "tenant".to_owned(),
        value: Some(tenant.to_owned()),
        effect: TaintEffect::NoSchedule,
    };
    let shop = NodeSecurityGroup::new("shop");
    let bank = NodeSecurityGroup::new("bank")
        .allow(Rule::tcp(8443).from(&shop, "Payments"))
        .allow(Rule::tcp(8080).from(Group::Nodes, "Ingress"));
    let of = |group: &NodeSecurityGroup, name: &str| {
        NodeGroup::new(name, &nodes)
            .instance_types(["m6i.large"])
            .security_group(group)
            .taint(taint(name))
    };
    let version = "1.35";
    let cluster = Cluster::new("prod", version)
        .node_group(of(&bank, "bank"))
        .node_group(of(&shop, "shop"))
        .node_group(NodeGroup::new("system", &nodes).instance_types(["m6i.large"]))
        .node_security_group(shop)
        .node_security_group(bank);
    let program = Stack::new("prod", Region::UsEast1, net, cluster).synthesize();
    let program = program.unwrap_or_else(|findings| panic!("{findings:#?}"));
    let spec = Spec {
        network: "zones: 2\ntiers:\n  public: { access: public, prefix: 24 }\n  nodes: { access: private, prefix: 20 }\n  \
                  control-plane: { access: isolated, prefix: 27 }",
        cluster: "version: \"1.35\"",
        groups: "{ shop: {}, bank: { rules: [{ from: nodes, ports: 8080, description: Ingress }, { from: shop, ports: \
                 8443, description: Payments }] } }",
        ..Spec::default()
    };
    let spec = spec.synthesis();
    assert_eq!(program.cloudformation(), spec.cloudformation());
    assert_eq!(program.terraform().main, spec.terraform().main);
}

#[test]
fn a_group_that_the_program_forgot_is_missed() {
    let mut net = Network::new("10.20.0.0/16".parse().unwrap());
    let public = net.add(Tier::public("public"));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    let shop = NodeSecurityGroup::new("shop");
    let group = NodeGroup::new("shop", &nodes)
        .security_group(&shop)
        .taint(Taint {
            key: "tenant".to_owned(),
            value: None,
            effect: TaintEffect::NoSchedule,
        });
    let cluster = Cluster::new("prod", "1.35")
        .node_group(NodeGroup::new("system", &nodes))
        .node_group(group);
    let findings = Stack::new("prod", Region::UsEast1, net, cluster)
        .synthesize()
        .unwrap_err();
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<_> = errors.map(|finding| finding.code.as_str()).collect();
    assert_eq!(errors, ["SPEC010"]);
}
