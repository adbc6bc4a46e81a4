//! Security groups of pods: who is let in where, what the add-on and the role are told, and which pods carry which group.

#![cfg(feature = "spec")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

use std::collections::BTreeSet;

use eksnet::Synthesis;
use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::render::Known;
use eksnet::spec::{self, Format};
use serde_json::Value;

/// A spec with these lines below `network`, below `cluster`, and below `groups`.
struct Spec<'a> {
    network: &'a str,
    cluster: &'a str,
    mode: &'a str,
    groups: &'a str,
}

impl Default for Spec<'_> {
    fn default() -> Self {
        Self {
            network: "{}",
            cluster: "node-groups: { apps: {} }",
            mode: "strict",
            groups: "payments: { namespace: shop, pods: { app: payments }, probe-ports: 8080 }",
        }
    }
}

impl Spec<'_> {
    fn text(&self) -> String {
        let indent = |text: &str, by: usize| {
            let lines = text.lines().map(|line| format!("{:by$}{line}\n", ""));
            lines.collect::<String>()
        };
        format!(
            "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  zones: 2\n  security: {}\ncluster:\n{}  pods:\n    \
             security-groups:\n      mode: {}\n      groups:\n{}",
            self.network,
            indent(self.cluster, 2),
            self.mode,
            indent(self.groups, 8),
        )
    }

    fn load(&self) -> Result<Synthesis, Findings> {
        let mut sources = Sources::new();
        let loaded = spec::load("prod.yaml", Some(Format::Yaml), &self.text(), &mut sources);
        loaded.synthesize(&Ledger::new())
    }

    fn synthesis(&self) -> Synthesis {
        self.load()
            .unwrap_or_else(|findings| panic!("{findings:#?}\n{}", self.text()))
    }

    /// Code and severity of all findings but those of every cluster.
    fn said(&self) -> Vec<(String, Severity)> {
        let findings = match self.load() {
            Ok(synthesis) => synthesis.findings().clone(),
            Err(findings) => findings,
        };
        let usual = ["PLAN005", "EKS528", "EKS610", "EKS223", "PLAN004"];
        findings
            .iter()
            .map(|finding| (finding.code.as_str().to_owned(), finding.severity))
            .filter(|(code, _)| !usual.contains(&code.as_str()))
            .collect()
    }
}

fn template(synthesis: &Synthesis) -> Value {
    serde_json::from_str(&synthesis.cloudformation()).unwrap()
}

/// The rules of security groups that have to do with some word, as the names of their resources.
fn rules(synthesis: &Synthesis, word: &str) -> BTreeSet<String> {
    let template = template(synthesis);
    let all = template["Resources"].as_object().unwrap();
    all.keys()
        .filter(|id| id.contains("gressRule") && id.contains(word))
        .cloned()
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn pods_reach_names_and_the_api_and_are_probed_and_no_more() {
    let needs = [
        "EgressRulePodsPaymentsToControlPlaneTcp443",
        "EgressRulePodsPaymentsToNodesTcp53",
        "EgressRulePodsPaymentsToNodesUdp53",
        "IngressRuleControlPlaneFromPodsPaymentsTcp443",
        "IngressRuleNodesFromPodsPaymentsTcp53",
        "IngressRuleNodesFromPodsPaymentsUdp53",
        "IngressRulePodsPaymentsFromNodesTcp8080",
    ];
    let standard = Spec::default().synthesis();
    assert_eq!(rules(&standard, "Pods"), set(&needs));

    // There, nodes do not carry the cluster's group, which lets everything out.
    let restricted = Spec {
        network: "{ mode: restricted }",
        ..Spec::default()
    };
    let mut closed = set(&needs);
    closed.insert("EgressRuleNodesToPodsPaymentsTcp8080".to_owned());
    assert_eq!(rules(&restricted.synthesis(), "Pods"), closed);
}

#[test]
fn a_pod_without_probes_lets_nobody_in() {
    let spec = Spec {
        groups: "payments: { namespace: shop, pods: {}, probe-ports: none }",
        ..Spec::default()
    };
    let all = rules(&spec.synthesis(), "IngressRulePods");
    assert_eq!(all, set(&[]));
}

#[test]
fn names_are_asked_of_fargate_where_core_dns_runs_there() {
    let spec = Spec {
        cluster: "fargate:\n  system: { selectors: [{ namespace: kube-system }] }",
        groups: "payments: { namespace: shop, pods: {}, probe-ports: none }",
        ..Spec::default()
    };
    let all = rules(&spec.synthesis(), "53");
    assert!(
        all.contains("EgressRulePodsPaymentsToClusterUdp53"),
        "{all:?}"
    );
    assert!(
        all.contains("IngressRuleClusterFromPodsPaymentsUdp53"),
        "{all:?}"
    );
    assert!(
        !all.iter()
            .any(|id| id.contains("Nodes") && id.contains("Pods")),
        "{all:?}"
    );
}

#[test]
fn a_rule_opens_both_sides_once() {
    let one = "payments: { namespace: shop, pods: { app: payments }, probe-ports: none, rules: [{ from: ledger, ports: 8443, description: API }] }\n\
               ledger: { namespace: shop, pods: { app: ledger }, probe-ports: none }";
    let other = "payments: { namespace: shop, pods: { app: payments }, probe-ports: none }\n\
                 ledger: { namespace: shop, pods: { app: ledger }, probe-ports: none, rules: [{ to: payments, ports: 8443, description: API }] }";
    let both = "ledger: { namespace: shop, pods: { app: ledger }, probe-ports: none, rules: [{ to: payments, ports: 8443, description: API }] }\n\
                payments: { namespace: shop, pods: { app: payments }, probe-ports: none, rules: [{ from: ledger, ports: 8443, description: API }] }";
    let templates = [one, other, both].map(|groups| {
        let spec = Spec {
            groups,
            ..Spec::default()
        };
        let synthesis = spec.synthesis();
        let pair = [
            "EgressRulePodsLedgerToPodsPaymentsTcp8443",
            "IngressRulePodsPaymentsFromPodsLedgerTcp8443",
        ];
        assert_eq!(rules(&synthesis, "8443"), set(&pair));
        (synthesis.cloudformation(), synthesis.terraform().main)
    });
    assert_eq!(templates[0], templates[1]);
    assert_eq!(templates[0], templates[2]);
}

#[test]
fn the_other_half_of_a_rule_is_the_stacks_unless_the_group_is_somebody_elses() {
    let spec = Spec {
        groups: "payments:\n  namespace: shop\n  pods: {}\n  probe-ports: none\n  rules:\n  \
                 - { from: control-plane, ports: 9443, description: Webhook }\n  \
                 - { to: sg-0123, ports: 5432, description: Database }\n  \
                 - { to: pl-0123, ports: 443, description: S3 }",
        ..Spec::default()
    };
    let synthesis = spec.synthesis();
    let webhook = [
        "EgressRuleControlPlaneToPodsPaymentsTcp9443",
        "IngressRulePodsPaymentsFromControlPlaneTcp9443",
    ];
    assert_eq!(rules(&synthesis, "9443"), set(&webhook));
    assert_eq!(
        rules(&synthesis, "5432"),
        set(&["EgressRulePodsPaymentsToSg0123Tcp5432"])
    );
    assert_eq!(
        rules(&synthesis, "Pl0123"),
        set(&["EgressRulePodsPaymentsToPl0123Tcp443"])
    );
}

#[test]
fn groups_that_exist_are_let_in_and_left_alone() {
    let spec = Spec {
        network: "{ mode: restricted }",
        groups: "payments: { namespace: shop, pods: {}, existing-groups: [sg-0b, sg-0a], probe-ports: 8080 }\n\
                 ledger: { namespace: shop, pods: {}, probe-ports: none, rules: [{ to: payments, ports: 8443, description: API }] }",
        ..Spec::default()
    };
    let synthesis = spec.synthesis();
    let both = |id: &str| {
        [
            format!("IngressRuleControlPlaneFrom{id}Tcp443"),
            format!("IngressRuleNodesFrom{id}Tcp53"),
            format!("IngressRuleNodesFrom{id}Udp53"),
            format!("EgressRuleNodesTo{id}Tcp8080"),
            format!("EgressRulePodsLedgerTo{id}Tcp8443"),
        ]
    };
    let wanted: BTreeSet<String> = ["Sg0a", "Sg0b"].iter().flat_map(|id| both(id)).collect();
    assert_eq!(rules(&synthesis, "Sg0"), wanted);
    assert!(
        !synthesis
            .cloudformation()
            .contains("SecurityGroupPodsPayments")
    );
    let all = rules(&synthesis, "PodsPayments");
    assert!(all.is_empty(), "{all:?}");
}

/// What the add-on is told, and the policies of the cluster's role.
fn told(synthesis: &Synthesis) -> (Value, Vec<String>) {
    let template = template(synthesis);
    let resources = &template["Resources"];
    let settings = resources["AddonVpcCni"]["Properties"]["ConfigurationValues"].as_str();
    let settings = settings.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    let policies = resources["RoleCluster"]["Properties"]["ManagedPolicyArns"].as_array();
    let policies = policies.unwrap().iter().map(|arn| {
        let arn = arn.as_str().unwrap();
        arn.rsplit('/').next().unwrap().to_owned()
    });
    (settings, policies.collect())
}

#[test]
fn the_add_on_and_the_role_are_told() {
    let (settings, policies) = told(&Spec::default().synthesis());
    assert_eq!(settings["env"]["ENABLE_POD_ENI"], "true");
    assert_eq!(
        settings["env"]["POD_SECURITY_GROUP_ENFORCING_MODE"],
        "strict"
    );
    assert_eq!(settings["init"]["env"]["DISABLE_TCP_EARLY_DEMUX"], "true");
    assert_eq!(
        policies,
        ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"]
    );

    let standard = Spec {
        mode: "standard",
        ..Spec::default()
    };
    let (settings, _) = told(&standard.synthesis());
    assert_eq!(
        settings["env"]["POD_SECURITY_GROUP_ENFORCING_MODE"],
        "standard"
    );
    assert_eq!(settings["init"], Value::Null);

    let net = Network::new(cidr!("10.20.0.0/16"));
    let without = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
    let (settings, policies) = told(&without.synthesize().unwrap());
    assert_eq!(settings, Value::Null);
    assert_eq!(policies, ["AmazonEKSClusterPolicy"]);
}

#[test]
fn policies_name_groups_by_the_ids_that_the_stack_told() {
    let spec = Spec {
        cluster: "node-groups: { apps: {} }\nfargate: { batch: { selectors: [{ namespace: \"batch-*\" }] } }",
        groups: "payments: { namespace: shop, pods: { app: payments }, probe-ports: none }\n\
                 batch: { namespace: batch-1, service-accounts: {}, existing-groups: [sg-0b, sg-0a], cluster-group: true }\n\
                 system: { namespace: kube-system, pods: { app: x }, probe-ports: none }",
        ..Spec::default()
    };
    let synthesis = spec.synthesis();
    let marks = synthesis.kubernetes(&Known::nothing()).unwrap();
    let names = [
        "${ClusterSecurityGroupId}",
        "${PodsPaymentsSecurityGroupId}",
        "${PodsSystemSecurityGroupId}",
    ];
    let unknown: Vec<_> = marks
        .unknown
        .iter()
        .map(|unknown| unknown.mark.as_str())
        .collect();
    assert_eq!(unknown, names);

    let outputs = synthesis.terraform().outputs;
    let outputs: Value = serde_json::from_str(&outputs).unwrap();
    let told = outputs["output"].as_object().unwrap().iter().map(|(name, _)| {
        let value = serde_json::json!({ "sensitive": false, "type": "string", "value": format!("sg-{name}") });
        (name.clone(), value)
    });
    let mut told: serde_json::Map<String, Value> = told.collect();
    told["cluster_name"]["value"] = "prod".into();
    let known = Known::read(&Value::Object(told).to_string()).unwrap();
    let document = synthesis.kubernetes(&known).unwrap();
    assert!(document.unknown.is_empty(), "{:?}", document.unknown);
    insta::assert_snapshot!(document.text);
}

#[test]
fn a_program_says_the_same() {
    let spec = Spec {
        groups: "payments: { namespace: shop, pods: { app: payments }, probe-ports: [8080, 9000-9002], at-most: 9, rules: \
                 [{ from: ledger, ports: 8443, description: API }, { to: 10.30.0.0/24, protocol: udp, ports: 123, description: Time }] }\n\
                 ledger: { namespace: shop, service-accounts: { team: ledger }, probe-ports: none, cluster-group: true }\n\
                 reports: { namespace: reports, pods: {}, existing-groups: [sg-0a] }",
        ..Spec::default()
    };
    let payments = PodGroup::of_pods("payments", "shop", [("app", "payments")])
        .probe_ports([9000..=9002])
        .at_most(9)
        .allow(Rule::udp(123).to(cidr!("10.30.0.0/24"), "Time"))
        .allow(Rule::tcp(8443).from(PodPeer::Pods("ledger".into()), "API"));
    let groups = PodSecurityGroups::new(EnforcingMode::Strict)
        .group(PodGroup::of_pods("reports", "reports", [("", ""); 0]).existing_groups(["sg-0a"]))
        .group(
            PodGroup::of_service_accounts("ledger", "shop", [("team", "ledger")])
                .without_probes()
                .cluster_group(),
        )
        .group(payments);
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(2);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    net.add(Tier::isolated("control-plane").prefix(27));
    let cluster = Cluster::new("prod", "1.35")
        .node_group(NodeGroup::new("apps", &nodes))
        .pods(Pods::new().security_groups(groups));
    let program = Stack::new("prod", Region::UsEast1, net, cluster);
    let (program, spec) = (program.synthesize().unwrap(), spec.synthesis());
    let known = Known::nothing();
    assert_eq!(
        program.kubernetes(&known).unwrap().text,
        spec.kubernetes(&known).unwrap().text
    );
    // One has probes of a port more, as a list in a program is of one kind.
    let mut probed = rules(&spec, "");
    assert!(probed.remove("IngressRulePodsPaymentsFromNodesTcp8080"));
    assert_eq!(rules(&program, ""), probed);
}

#[test]
fn types_without_a_trunk_are_an_error_only_where_no_other_is() {
    let of = |types: &str, more: &str| {
        let cluster = format!(
            "node-groups: {{ apps: {{ instance-types: {types} }} }}\noidc-provider: true{more}"
        );
        let spec = Spec {
            cluster: &cluster,
            ..Spec::default()
        };
        spec.said()
    };
    let code = "EKS781".to_owned();
    assert_eq!(of("[m6i.large]", ""), []);
    assert_eq!(of("[t3.large]", ""), [(code.clone(), Severity::Error)]);
    // Not in the table, and of the t family all the same.
    assert_eq!(
        of("[t9x.large]", "").first(),
        Some(&(code.clone(), Severity::Error))
    );
    assert_eq!(of("[i4i.large]", ""), [(code.clone(), Severity::Error)]);
    assert_eq!(of("[m4.large]", ""), [(code.clone(), Severity::Error)]);
    assert_eq!(
        of("[t3.large, m6i.large]", ""),
        [(code.clone(), Severity::Info)]
    );
    assert_eq!(
        of("[t3.large]", "\nkarpenter: true"),
        [(code.clone(), Severity::Info)]
    );
    let unknown = of("[m99z.large]", "");
    assert!(unknown.contains(&(code, Severity::Info)), "{unknown:?}");
    assert!(
        unknown
            .iter()
            .all(|(_, severity)| *severity == Severity::Info),
        "{unknown:?}"
    );
}

#[test]
fn pods_on_fargate_are_known_by_patterns_and_labels() {
    let of = |selector: &str, group: &str| {
        let cluster = format!(
            "node-groups: {{ apps: {{}} }}\noidc-provider: true\nfargate: {{ f: {{ selectors: [{selector}] }} }}"
        );
        let groups = format!("payments: {{ namespace: shop-eu-1, probe-ports: none, {group} }}");
        let spec = Spec {
            cluster: &cluster,
            groups: &groups,
            ..Spec::default()
        };
        spec.said().iter().any(|(code, _)| code == "EKS787")
    };
    assert!(of("{ namespace: shop-eu-1 }", "pods: {}"));
    assert!(of(
        "{ namespace: \"shop-*-1\" }",
        "service-accounts: { a: b }"
    ));
    assert!(of("{ namespace: \"sh?p-*\" }", "pods: {}"));
    assert!(!of("{ namespace: \"shop-*-2\" }", "pods: {}"));
    assert!(!of("{ namespace: \"shop-eu-1?\" }", "pods: {}"));
    assert!(of(
        "{ namespace: \"*\", labels: { app: p } }",
        "pods: { app: p, team: x }"
    ));
    assert!(!of(
        "{ namespace: \"*\", labels: { app: p } }",
        "pods: { team: x }"
    ));
    assert!(!of(
        "{ namespace: \"*\", labels: { app: p } }",
        "service-accounts: { app: p }"
    ));
    assert!(of(
        "{ namespace: \"*\", labels: { app: \"p*\" } }",
        "pods: { app: payments }"
    ));
    assert!(!of("{ namespace: \"*\" }", "pods: {}, cluster-group: true"));
}

/// Findings of a rule for pods whose tier is `pods`, with this access, in strict mode.
fn said_of_tier(code: &str, placement: &str, access: &str) -> Vec<String> {
    let text = format!(
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  tiers:\n    public: {{ access: public, prefix: 24 }}\n    \
         nodes: {{ access: private, prefix: 20 }}\n    pods: {{ {access}, prefix: 20, load-balancers: false }}\n    \
         control-plane: {{ access: isolated, prefix: 27 }}\ncluster:\n  node-groups: {{ apps: {{ tier: nodes, instance-types: [m6i.large] }} }}\n  \
         pods:\n    tier: pods\n    placement: {placement}\n    security-groups:\n      groups:\n        \
         payments: {{ namespace: shop, pods: {{ app: payments }}, probe-ports: 8080 }}\n"
    );
    let mut sources = Sources::new();
    let loaded = spec::load("prod.yaml", Some(Format::Yaml), &text, &mut sources);
    let findings = match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    findings
        .iter()
        .filter(|finding| finding.code.as_str() == code)
        .map(|finding| finding.message.clone())
        .collect()
}

#[test]
fn branches_leave_by_the_subnet_that_they_are_made_in() {
    let said = |placement: &str, access: &str| said_of_tier("EKS788", placement, access);
    // Once, though a public tier has no NAT gateway either.
    let public = said("custom-networking", "access: public");
    assert_eq!(public.len(), 1, "{public:?}");
    assert!(public[0].contains("public tier `pods`"), "{public:?}");
    let closed = said("custom-networking", "access: isolated");
    assert_eq!(closed.len(), 1, "{closed:?}");
    assert!(closed[0].contains("no way out"), "{closed:?}");
    assert!(said("custom-networking", "access: private").is_empty());
    // Discovery is for addresses of the node's own interfaces.
    assert!(said("discovery", "access: isolated").is_empty());
}

#[test]
fn a_rule_that_the_policies_of_its_tenant_stop_is_said() {
    let of = |tenant: &str, rule: &str| {
        let cluster = format!(
            "node-groups: {{ apps: {{ instance-types: [m6i.large] }} }}\nnetwork-policy: vpc-cni\ntenants: {{ store: {tenant} }}"
        );
        let groups = format!(
            "payments: {{ namespace: shop, pods: {{}}, probe-ports: none, rules: [{{ {rule}, ports: 443, description: Another site }}] }}"
        );
        let spec = Spec {
            cluster: &cluster,
            groups: &groups,
            mode: "standard",
            ..Spec::default()
        };
        spec.said().iter().any(|(code, _)| code == "SPEC066")
    };
    let shop = "{ namespaces: [shop] }";
    assert!(of(shop, "to: 10.250.0.0/16"));
    assert!(of(shop, "from: 10.250.0.0/16"));
    let egress = "{ namespaces: [shop], egress: [10.250.3.0/24] }";
    assert!(!of(egress, "to: 10.250.0.0/16"));
    assert!(of(egress, "from: 10.250.0.0/16"));
    // Pods of the namespaces that policies name are in the VPC, and another tenant is not asked.
    assert!(!of(shop, "to: 10.20.128.0/20"));
    assert!(!of("{ namespaces: [market] }", "to: 10.250.0.0/16"));
}

#[test]
fn a_rule_for_ipv6_needs_a_network_with_ipv6() {
    let spec = Spec {
        groups: "payments: { namespace: shop, pods: {}, probe-ports: none, rules: [{ to: \"2001:2::/48\", ports: 443, description: Another site }] }",
        ..Spec::default()
    };
    let said = spec.said();
    assert!(said.iter().any(|(code, _)| code == "SPEC018"), "{said:?}");
}

#[test]
fn branch_interfaces_are_counted_where_all_types_are_known() {
    let of = |types: &str, pods: u32| {
        let cluster = format!(
            "node-groups: {{ apps: {{ instance-types: {types}, size: {{ min: 2, max: 4 }} }} }}\noidc-provider: true"
        );
        let groups = format!(
            "payments: {{ namespace: shop, pods: {{}}, probe-ports: none, at-most: {pods} }}"
        );
        let spec = Spec {
            cluster: &cluster,
            groups: &groups,
            ..Spec::default()
        };
        spec.said()
    };
    let warning = [("EKS785".to_owned(), Severity::Warning)];
    // 9 of an m6i.large, on four nodes.
    assert_eq!(of("[m6i.large]", 36), []);
    assert_eq!(of("[m6i.large]", 37), warning);
    // The type with the fewest decides.
    assert_eq!(of("[m6i.xlarge, m6i.large]", 37), warning);
    assert_eq!(of("[m6i.xlarge]", 72), []);
    // On Nitro, but nobody counts its branches.
    assert_eq!(of("[m5zn.metal]", 1000), []);
}

#[test]
fn engines_of_policies_want_standard_mode() {
    let of = |engine: &str, mode: &str| {
        let cluster =
            format!("node-groups: {{ apps: {{}} }}\noidc-provider: true\nnetwork-policy: {engine}");
        let spec = Spec {
            cluster: &cluster,
            mode,
            ..Spec::default()
        };
        let mut said = spec.said();
        said.retain(|(code, _)| code == "EKS789");
        said.pop().map(|(_, severity)| severity)
    };
    assert_eq!(of("calico", "strict"), Some(Severity::Error));
    assert_eq!(of("vpc-cni", "strict"), Some(Severity::Warning));
    assert_eq!(of("calico", "standard"), None);
    assert_eq!(of("vpc-cni", "standard"), None);
}

#[test]
fn every_range_of_a_program_is_without_bits_below_its_prefix() {
    let askew = |text: &str| text.parse::<eksnet::network::Ipv4Net>().unwrap();
    let rule = Rule::tcp(443).to(askew("192.168.1.1/24"), "Another site");
    let group = PodGroup::of_pods("payments", "shop", [("app", "payments")])
        .without_probes()
        .allow(rule);
    let groups = PodSecurityGroups::new(EnforcingMode::Standard).group(group);
    let tenant = Tenant::new("shop")
        .ingress(askew("192.168.2.1/24"))
        .egress(askew("192.168.3.1/24"));
    let mut network = Network::new(cidr!("10.20.0.0/16"));
    let public = network.add(Tier::public("public"));
    let nodes = network.add(Tier::private("nodes", Nat::per_zone(&public)));
    network.add(Tier::isolated("control-plane"));
    network.inbound_resolver(&nodes, [askew("192.168.4.1/24")]);
    let cluster = Cluster::new("prod", "1.35")
        .node_group(NodeGroup::new("apps", &nodes))
        .network_policy(PolicyEngine::VpcCni(PolicyMode::Standard))
        .tenant(tenant)
        .pods(
            Pods::new()
                .exclude_from_snat([askew("192.168.5.1/24")])
                .security_groups(groups),
        );
    let findings = Stack::new("prod", Region::UsEast1, network, cluster).check();
    let mut said: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.code.as_str() == "EKS109")
        .map(|finding| finding.message.split(' ').next().unwrap())
        .collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [1, 2, 3, 4, 5].map(|n| format!("192.168.{n}.1/24")),
        "{findings:#?}"
    );
}
