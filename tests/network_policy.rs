//! Tenants: who may call whom, as the manifests say it, and what the stack is told.
#![cfg(feature = "spec")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

use std::collections::BTreeSet;

use eksnet::Synthesis;
use eksnet::diagnostic::{Severity, Sources, concise};
use eksnet::graph::Resource;
use eksnet::kubernetes::{NetworkPolicy, Object, PolicyPeer, PolicyPort, PolicyRule};
use eksnet::plan::Ledger;
use eksnet::prelude::*;
use eksnet::render::{Format, Known};
use eksnet::spec::{Format as Text, load};

fn spec(cluster: &str) -> String {
    format!(
        "stack: prod\nregion: us-east-1\nnetwork: {{ cidr: 10.20.0.0/16, security: {{ mode: restricted }} }}\ncluster:\n  \
         version: \"1.35\"\n  service-cidr: 172.20.0.0/16\n  node-groups: {{ workers: {{}} }}\n{cluster}"
    )
}

fn synthesize(cluster: &str) -> Synthesis {
    let mut sources = Sources::new();
    let loaded = load("spec", Some(Text::Yaml), &spec(cluster), &mut sources);
    loaded
        .synthesize(&Ledger::new())
        .map_err(|findings| concise(&findings, &sources))
        .unwrap()
}

fn codes(cluster: &str, severity: Severity) -> BTreeSet<String> {
    let loaded = load(
        "spec",
        Some(Text::Yaml),
        &spec(cluster),
        &mut Sources::new(),
    );
    let findings = match loaded.synthesize(&Ledger::new()) {
        Ok(synthesis) => synthesis.findings().clone(),
        Err(findings) => findings,
    };
    let found = findings.iter().filter(|f| f.severity == severity);
    found.map(|f| f.code.as_str().to_owned()).collect()
}

fn policies(synthesis: &Synthesis) -> Vec<&NetworkPolicy> {
    let objects = synthesis.graph().objects.iter();
    objects
        .filter_map(|object| match object {
            Object::NetworkPolicy(policy) => Some(policy),
            _ => None,
        })
        .collect()
}

fn names(rules: &[PolicyRule], namespace: &str) -> bool {
    rules.iter().flat_map(|rule| &rule.peers).any(|peer| {
        matches!(peer, PolicyPeer::Namespaces(names) if names.iter().any(|name| name == namespace))
    })
}

/// Whether a pod of one namespace may call one of another: out of the one, and into the other. What no policy speaks of is
/// open.
fn calls(synthesis: &Synthesis, from: &str, to: &str) -> bool {
    let open = |here: &str, there: &str, side: fn(&NetworkPolicy) -> &Option<Vec<PolicyRule>>| {
        let all = policies(synthesis);
        let mine = all
            .iter()
            .filter(|policy| policy.metadata.namespace.as_deref() == Some(here))
            .filter_map(|policy| side(policy).as_ref())
            .collect::<Vec<_>>();
        mine.is_empty() || mine.iter().any(|rules| names(rules, there))
    };
    open(from, to, |policy| &policy.egress) && open(to, from, |policy| &policy.ingress)
}

const TENANTS: &str = "  tenants:
    shop: { namespaces: [shop, shop-jobs], reaches: [payments], from: [ingress-nginx] }
    payments: { egress: [10.250.0.0/16] }
    reports: { reaches: [shop], to: [monitoring] }
";

fn cni() -> Synthesis {
    synthesize(&format!("  network-policy: vpc-cni\n{TENANTS}"))
}

/// Every pair of namespaces, the tenants' and others.
#[test]
fn tenants_call_whom_they_say_and_nobody_else() {
    let synthesis = cni();
    let all = [
        "shop",
        "shop-jobs",
        "payments",
        "reports",
        "ingress-nginx",
        "monitoring",
        "other",
    ];
    let mut open = Vec::new();
    for from in all {
        for to in all {
            if from != to && calls(&synthesis, from, to) {
                open.push((from, to));
            }
        }
    }
    assert_eq!(
        open,
        [
            ("shop", "shop-jobs"),
            ("shop", "payments"),
            ("shop-jobs", "shop"),
            ("shop-jobs", "payments"),
            ("reports", "shop"),
            ("reports", "shop-jobs"),
            ("reports", "monitoring"),
            ("ingress-nginx", "shop"),
            ("ingress-nginx", "shop-jobs"),
            ("ingress-nginx", "monitoring"),
            ("ingress-nginx", "other"),
            ("monitoring", "ingress-nginx"),
            ("monitoring", "other"),
            ("other", "ingress-nginx"),
            ("other", "monitoring"),
        ]
    );
}

/// All ranges that a namespace reaches, with the ports.
fn ranges(synthesis: &Synthesis, namespace: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for policy in policies(synthesis) {
        if policy.metadata.namespace.as_deref() != Some(namespace) {
            continue;
        }
        for rule in policy.egress.iter().flatten() {
            for peer in &rule.peers {
                if let PolicyPeer::Range(range) = peer {
                    let ports = rule.ports.iter().map(|port| match port {
                        PolicyPort::Tcp(port) => format!("tcp {port}"),
                        PolicyPort::Udp(port) => format!("udp {port}"),
                    });
                    found.insert(format!("{range} {}", ports.collect::<Vec<_>>().join(", ")));
                }
            }
        }
    }
    found
}

#[test]
fn each_engine_finds_the_api_where_it_sees_it() {
    let synthesis = cni();
    let expected = [
        "10.250.0.0/16 ",
        "172.20.0.1/32 tcp 443",
        "172.20.0.10/32 udp 53, tcp 53",
    ];
    assert_eq!(
        ranges(&synthesis, "payments"),
        expected.map(str::to_owned).into()
    );
    let calico = synthesize("  network-policy: calico\n  tenants: { payments: {} }\n");
    let control_plane = calico
        .plan()
        .tiers
        .iter()
        .find(|tier| tier.name == "control-plane");
    let subnets = control_plane.unwrap().subnets.iter();
    let expected: BTreeSet<_> = subnets
        .map(|subnet| format!("{} tcp 443", subnet.cidr))
        .collect();
    assert_eq!(expected.len(), 3);
    assert_eq!(ranges(&calico, "payments"), expected);
}

fn configuration(synthesis: &Synthesis) -> Option<String> {
    synthesis
        .graph()
        .entries
        .iter()
        .find_map(|entry| match &entry.resource {
            Resource::Addon(addon) if addon.name == "vpc-cni" => {
                addon.configuration.as_ref().map(|text| {
                    let template: serde_json::Value =
                        serde_json::from_str(&synthesis.cloudformation()).unwrap();
                    let value =
                        &template["Resources"]["AddonVpcCni"]["Properties"]["ConfigurationValues"];
                    assert!(!text.pieces().is_empty());
                    value.as_str().unwrap().to_owned()
                })
            }
            _ => None,
        })
}

#[test]
fn the_add_on_is_told_who_enforces() {
    for (engine, told) in [
        ("vpc-cni", Some(r#"{"enableNetworkPolicy":"true"}"#)),
        (
            "{ engine: vpc-cni, mode: standard }",
            Some(r#"{"enableNetworkPolicy":"true"}"#),
        ),
        (
            "{ engine: vpc-cni, mode: strict }",
            Some(
                r#"{"enableNetworkPolicy":"true","env":{"NETWORK_POLICY_ENFORCING_MODE":"strict"}}"#,
            ),
        ),
        ("calico", Some(r#"{"env":{"ANNOTATE_POD_IP":"true"}}"#)),
        ("none", None),
    ] {
        let synthesis = synthesize(&format!("  network-policy: {engine}\n"));
        assert_eq!(configuration(&synthesis).as_deref(), told, "{engine}");
    }
}

/// Nothing is closed that somebody needs before his policy is there.
#[test]
fn core_dns_has_its_policy_in_strict_mode_only() {
    let of_system = |engine: &str| {
        let synthesis = synthesize(&format!("  network-policy: {engine}\n"));
        let policies = policies(&synthesis).into_iter().cloned();
        policies
            .filter(|policy| policy.metadata.namespace.as_deref() == Some("kube-system"))
            .collect::<Vec<_>>()
    };
    assert_eq!(of_system("vpc-cni"), []);
    assert_eq!(of_system("calico"), []);
    let [policy] = &of_system("{ engine: vpc-cni, mode: strict }")[..] else {
        unreachable!("one policy");
    };
    assert_eq!(policy.pods["k8s-app"], "kube-dns");
    let peers: Vec<_> = policy
        .egress
        .iter()
        .flatten()
        .flat_map(|rule| &rule.peers)
        .collect();
    let range = |text: &str| PolicyPeer::Range(text.parse().unwrap());
    // The API, and the resolver of the VPC.
    let expected = [
        range("172.20.0.1/32"),
        range("10.20.0.2/32"),
        range("169.254.169.253/32"),
    ];
    assert_eq!(peers, expected.iter().collect::<Vec<_>>());
}

#[test]
fn calico_reaches_typha_through_closed_groups() {
    for (engine, rules) in [("calico", 2), ("vpc-cni", 0)] {
        let template = synthesize(&format!("  network-policy: {engine}\n")).cloudformation();
        assert_eq!(
            template.matches("\"FromPort\": 5473").count(),
            rules,
            "{engine}"
        );
    }
}

#[test]
fn what_enforces_nothing_is_said() {
    let errors = |cluster: &str| codes(cluster, Severity::Error);
    let only = |code: &str| BTreeSet::from([code.to_owned()]);
    let fargate = "  fargate: { jobs: { selectors: [{ namespace: shop-* }] } }\n";
    assert_eq!(errors(TENANTS), only("SPEC045"));
    assert_eq!(
        errors(&format!("{fargate}  network-policy: vpc-cni\n{TENANTS}")),
        only("EKS742")
    );
    assert_eq!(
        errors(&format!("{fargate}  network-policy: calico\n{TENANTS}")),
        only("EKS825")
    );
    // Beside tenants on nodes, Calico warns, and the VPC CNI has nothing to say.
    let elsewhere = fargate.replace("shop-*", "batch");
    let warnings = |engine: &str| {
        codes(
            &format!("{elsewhere}  network-policy: {engine}\n{TENANTS}"),
            Severity::Warning,
        )
    };
    assert!(warnings("calico").contains("EKS825"));
    assert!(!warnings("vpc-cni").contains("EKS742"));
    for (version, mode, old) in [
        ("v1.13.4-eksbuild.1", "standard", true),
        ("v1.17.0-eksbuild.1", "standard", false),
        ("v1.17.0-eksbuild.1", "strict", true),
        ("v1.17.1-eksbuild.1", "strict", false),
    ] {
        let cluster = format!(
            "  addons: {{ vpc-cni: {version} }}\n  network-policy: {{ engine: vpc-cni, mode: {mode} }}\n"
        );
        assert_eq!(errors(&cluster).contains("EKS742"), old, "{version} {mode}");
    }
}

/// A program and a spec say the same, in whatever order.
#[test]
fn order_means_nothing() {
    let turned = "  tenants:
    reports: { to: [monitoring], reaches: [shop] }
    payments: { egress: [10.250.0.0/16], namespaces: [payments] }
    shop: { from: [ingress-nginx], reaches: [payments], namespaces: [shop-jobs, shop, shop] }
";
    let manifests = |synthesis: &Synthesis| synthesis.kubernetes(&Known::nothing()).unwrap().text;
    let first = manifests(&cni());
    assert_eq!(
        first,
        manifests(&synthesize(&format!("  network-policy: vpc-cni\n{turned}")))
    );
    let cluster = Cluster::new("prod", "1.35")
        .network_policy(PolicyEngine::VpcCni(PolicyMode::Standard))
        .tenant(
            Tenant::new("reports")
                .reaches("shop")
                .to_namespace("monitoring"),
        )
        .tenant(Tenant::new("payments").egress(cidr!("10.250.0.0/16")))
        .tenant(
            Tenant::new("shop")
                .namespace("shop-jobs")
                .namespace("shop")
                .reaches("payments")
                .from_namespace("ingress-nginx"),
        )
        .service_cidr(cidr!("172.20.0.0/16"));
    let net = Network::new(cidr!("10.20.0.0/16"));
    let stack = Stack::new("prod", Region::UsEast1, net, cluster);
    let program = stack.synthesize().expect("a sound stack");
    assert_eq!(first, manifests(&program));
    let paths: Vec<_> = program
        .files(Format::Kubernetes)
        .into_iter()
        .map(|file| file.path)
        .collect();
    assert_eq!(paths, ["prod.kubernetes.yaml"]);
}
